#include "engines/vhdx/log_writer.h"

#include <algorithm>

#include "engines/vhdx/crc32c.h"
#include "engines/vhdx/log_format.h"

namespace hvsh::vhdx {

namespace {

// An entry must not touch the one before it, which is needed until the new one is whole.
constexpr uint64_t kShareOfLog = 4;
constexpr uint64_t kLargestEntry = 4 * kMiB;  // bounds the memory of a commit

void encode_page(const LoggedBytes& page, uint64_t sequence, uint8_t* descriptor, uint8_t* data) {
  put_signature(descriptor, "desc");
  std::copy_n(page.bytes.data() + kLogSector - 4, 4, descriptor + 4);
  std::copy_n(page.bytes.data(), 8, descriptor + 8);
  store_le(descriptor + 16, page.offset);
  store_le(descriptor + 24, sequence);
  std::copy_n(page.bytes.data(), kLogSector, data);
  put_signature(data, "data");
  store_le(data + 4, static_cast<uint32_t>(sequence >> 32));
  store_le(data + kLogSector - 4, static_cast<uint32_t>(sequence));
}

}  // namespace

LogWriter::LogWriter(Storage& file, Extent log, const Guid& id)
    : file_(file), log_(log), id_(id), sequence_((load_le<uint64_t>(Guid::random().bytes.data()) >> 1) | 1) {}

size_t LogWriter::capacity() const {
  const uint64_t sectors = std::min(log_.length / kShareOfLog, kLargestEntry) / kLogSector;
  return sectors - log_descriptor_sectors(sectors);
}

Result<void> LogWriter::start() { return append({}); }

Result<void> LogWriter::append(std::span<const LoggedBytes> pages) {
  const uint64_t descriptors = log_descriptor_sectors(pages.size()) * kLogSector;
  Buffer entry(descriptors + pages.size() * kLogSector);
  uint8_t* const at = entry.data();
  put_signature(at, "loge");
  store_le(at + 8, static_cast<uint32_t>(entry.size()));
  store_le(at + 12, static_cast<uint32_t>(position_));
  store_le(at + 16, sequence_);
  store_le(at + 24, static_cast<uint32_t>(pages.size()));
  store_guid(at + 32, id_);
  // The caller has flushed: the file is as long as this for good.
  store_le(at + 48, file_.size());
  store_le(at + 56, file_.size());
  for (size_t i = 0; i < pages.size(); ++i) {
    encode_page(pages[i], sequence_, at + kLogEntryHeader + kLogDescriptor * i,
                at + descriptors + kLogSector * i);
  }
  store_le(at + 4, crc32c(entry));
  const uint64_t before_end = std::min<uint64_t>(entry.size(), log_.length - position_);
  HVSH_CHECK(file_.write(log_.offset + position_, Bytes(entry).first(before_end)));
  if (before_end < entry.size()) HVSH_CHECK(file_.write(log_.offset, Bytes(entry).subspan(before_end)));
  HVSH_CHECK(file_.flush());
  position_ = (position_ + entry.size()) % log_.length;
  ++sequence_;
  return {};
}

}  // namespace hvsh::vhdx
