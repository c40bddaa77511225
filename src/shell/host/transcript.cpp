#include "shell/host/transcript.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <filesystem>

#include "core/text.h"

namespace hvsh::shell {

namespace {

constexpr size_t kMostWaiting = 64 * 1024;
constexpr std::string_view kStars = "**********************\n";

std::string epilogue() {
  return transcript_block(fmt::format("PowerShell transcript end\nEnd time: {}\n", transcript_time()));
}

}  // namespace

std::string transcript_time() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &local)};
}

std::string transcript_block(std::string_view lines) { return fmt::format("{}{}{}", kStars, lines, kStars); }

Transcripts::~Transcripts() {
  while (active()) (void)stop();
}

Result<void> Transcripts::start(Options options, std::string_view header) {
  std::error_code code;
  const std::filesystem::path folder = std::filesystem::path(options.path).parent_path();
  std::filesystem::create_directories(folder, code);
  if (code) return errno_error("make folder", folder.string(), code.value());
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (options.append ? 0 : O_TRUNC);
  const int fd = ::open(options.path.c_str(), flags, 0666);
  if (fd < 0) return errno_error("open transcript", options.path, errno);
  File file{.options = std::move(options), .fd = fd, .waiting = std::string(header)};
  if (auto written = hand_over(file); !written) {
    ::close(fd);
    return written.take_error();
  }
  files_.push_back(std::move(file));
  return {};
}

Result<std::string> Transcripts::stop() {
  if (files_.empty()) {
    return Error{.id = "InvalidOperation",
                 .category = ErrorCategory::InvalidOperation,
                 .message = "The host is not currently transcribing.",
                 .exception = "System.Management.Automation.PSInvalidOperationException"};
  }
  File file = std::move(files_.back());
  files_.pop_back();
  file.waiting += epilogue();
  auto written = hand_over(file);
  ::close(file.fd);
  if (!written) return written.take_error();
  return std::move(file.options.path);
}

void Transcripts::write(std::string_view text) {
  if (files_.empty() || text.empty()) return;
  const std::string plain = without_escapes(text);
  for (File& file : files_) file.waiting += plain;
  if (files_.back().waiting.size() > kMostWaiting) failure_ = flush();
}

void Transcripts::write_command(std::string_view prompt, std::string_view text) {
  for (File& file : files_) {
    if (file.options.command_times)
      file.waiting += transcript_block(fmt::format("Command start time: {}\n", transcript_time()));
    file.waiting += fmt::format("{}{}\n", prompt, text);
  }
}

std::optional<Error> Transcripts::flush() {
  std::optional<Error> failure = std::exchange(failure_, std::nullopt);
  std::erase_if(files_, [&failure](File& file) {
    auto written = hand_over(file);
    if (written) return false;
    ::close(file.fd);
    failure = written.take_error();
    return true;
  });
  return failure;
}

// All that waits, or an error.
Result<void> Transcripts::hand_over(File& file) {
  std::string_view text = file.waiting;
  while (!text.empty()) {
    const ssize_t count = ::write(file.fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_error("write transcript", file.options.path, errno);
    text.remove_prefix(static_cast<size_t>(count));
  }
  file.waiting.clear();
  return {};
}

}  // namespace hvsh::shell
