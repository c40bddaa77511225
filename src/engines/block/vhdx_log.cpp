#include "engines/block/vhdx_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "engines/vhdx/file.h"
#include "engines/vhdx/headers.h"
#include "engines/vhdx/log.h"

namespace hvsh::engines::block {
namespace {

constexpr auto kReplayDeadline = std::chrono::seconds(120);

// Both copies, one after the other, so that one is valid at every instant.
Result<void> forget_log(vhdx::File& file, const vhdx::Headers& headers) {
  vhdx::Header header = headers.header();
  header.log = {};
  for (const size_t copy : {1 - headers.current, headers.current}) {
    ++header.sequence;
    vhdx::Buffer bytes(vhdx::kHeaderSize);
    vhdx::encode_header(header, bytes);
    HVSH_CHECK(file.write(vhdx::kHeaderOffsets[copy], bytes));
    HVSH_CHECK(file.flush());
  }
  return {};
}

}  // namespace

Result<void> settle_log(const Image& image, const User* user) {
  vhdx::Descriptor fd(::open(image.path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return errno_error("open", image.path, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return errno_error("read", image.path, errno);
  vhdx::File file(std::move(fd), image.path, static_cast<uint64_t>(info.st_size));
  if (file.is_locked()) return {};  // its user keeps the log, and the daemon will say that it is in use
  HVSH_TRY(const vhdx::Headers headers, vhdx::read_headers(file));
  if (headers.header().log.is_zero()) return {};
  HVSH_TRY(const std::vector<vhdx::LogEntry> entries, vhdx::find_active_log(file, headers.header()));
  if (entries.empty()) return forget_log(file, headers);
  // qemu-img replays the entries and forgets to extend the file.
  if (entries.back().last_file_offset > file.size() &&
      entries.back().last_file_offset <= vhdx::kLargestFile) {
    HVSH_CHECK(file.resize(entries.back().last_file_offset));
    HVSH_CHECK(file.flush());
  }
  HVSH_TRY(ProgramEnd outcome,
           run({"qemu-img", "check", "-q", "-f", "vhdx", "-r", "all", image.path}, user, kReplayDeadline));
  if (outcome.exit_code == 0) return {};
  return Error{
      .id = "InvalidImage",
      .category = ErrorCategory::InvalidData,
      .message = fmt::format("Cannot replay the log of the disk '{}': {}", image.path, outcome.output),
      .target = image.path};
}

}  // namespace hvsh::engines::block
