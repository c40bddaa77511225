#include "verbs/file/line_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace hvsh::verbs {

namespace {

constexpr size_t kBlock = size_t{256} << 10;
constexpr size_t kMaxLine = size_t{1} << 30;

bool is_wide(Encoding encoding) {
  return encoding == Encoding::utf16 || encoding == Encoding::utf16_big_endian || encoding == Encoding::utf32;
}

}  // namespace

Result<LineReader> LineReader::open(const std::string& path, Encoding encoding, std::string delimiter) {
  LineReader reader;
  reader.path_ = path;
  reader.delimiter_ = std::move(delimiter);
  reader.fd_.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!reader.fd_.valid()) return errno_error("open", path, errno);
  struct stat info {};
  if (::fstat(reader.fd_.get(), &info) == 0 && S_ISDIR(info.st_mode))
    return errno_error("read", path, EISDIR);
  HVSH_TRY(const bool more, reader.fill());
  (void)more;
  const auto starts = [&](std::string_view mark) { return reader.buffer_.starts_with(mark); };
  const bool wide = is_wide(encoding) || starts("\xff\xfe") || starts("\xfe\xff");
  reader.encoding_ = encoding;
  if (wide) {
    HVSH_TRY(reader.buffer_, read_text_file(path, encoding));
    reader.encoding_ = Encoding::utf8;
    reader.whole_ = true;
  } else if (starts("\xef\xbb\xbf")) {
    reader.at_ = 3;
    reader.encoding_ = Encoding::utf8;
  }
  return reader;
}

Result<bool> LineReader::fill() {
  if (whole_) return false;
  // What was handed out goes before the buffer grows.
  if (at_ > 0) {
    buffer_.erase(0, at_);
    at_ = 0;
  }
  if (buffer_.size() > kMaxLine) {
    return Error{.id = "LineTooLong",
                 .category = ErrorCategory::LimitsExceeded,
                 .message = fmt::format("Cannot read '{}': a line is longer than 1 GiB.", path_),
                 .target = path_};
  }
  const size_t before = buffer_.size();
  buffer_.resize(before + kBlock);
  ssize_t got = 0;
  while ((got = ::read(fd_.get(), buffer_.data() + before, kBlock)) < 0 && errno == EINTR) {
  }
  const int code = errno;
  buffer_.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  if (got < 0) return errno_error("read", path_, code);
  return got > 0;
}

std::string LineReader::to_text(std::string_view bytes) const {
  return encoding_ == Encoding::utf8 ? std::string(bytes) : decode_text(std::string(bytes), encoding_);
}

Result<bool> LineReader::next(std::string_view& line, bool complete_only) {
  const std::string_view mark = end_mark();
  for (;;) {
    const size_t end = buffer_.find(mark, at_ + searched_);
    if (end != std::string::npos) {
      line = std::string_view(buffer_).substr(at_, end - at_);
      at_ = end + mark.size();
      searched_ = 0;
      break;
    }
    searched_ = buffer_.size() - at_ - std::min(buffer_.size() - at_, mark.size() - 1);
    HVSH_TRY(const bool more, fill());
    if (more) continue;
    if (at_ == buffer_.size() || complete_only) return false;
    line = std::string_view(buffer_).substr(at_);
    at_ = buffer_.size();
    searched_ = 0;
    break;
  }
  if (delimiter_.empty() && !line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (encoding_ == Encoding::utf8 || encoding_ == Encoding::utf8_bom) return true;
  line_ = to_text(line);
  line = line_;
  return true;
}

Result<void> LineReader::skip_to_last(int64_t count) {
  const std::string_view mark = end_mark();
  struct stat info {};
  if (whole_ || ::fstat(fd_.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    // Nothing to seek in: the whole text, then back from its end.
    HVSH_TRY(bool more, fill());
    while (more) {
      HVSH_TRY(more, fill());
    }
  }
  std::string tail = whole_ || !S_ISREG(info.st_mode) ? buffer_.substr(at_) : std::string();
  off_t begin = S_ISREG(info.st_mode) && !whole_ ? info.st_size : 0;
  const off_t first = static_cast<off_t>(at_);
  for (;;) {
    // The ends of lines before the last one; an end at the very end of the text ends the last line.
    size_t from = tail.size();
    int64_t left = count;
    if (from >= mark.size() && tail.ends_with(mark)) from -= mark.size();
    size_t start = from;
    while (left > 0) {
      const size_t end = start == 0 ? std::string::npos : tail.rfind(mark, start - 1);
      if (end == std::string::npos || end + mark.size() > from) break;
      --left;
      from = end + mark.size();
      start = end;
    }
    if (left == 0 || begin <= first) {
      buffer_ = count == 0 ? std::string() : left == 0 ? tail.substr(from) : std::move(tail);
      at_ = searched_ = 0;
      if (S_ISREG(info.st_mode) && !whole_) (void)::lseek(fd_.get(), 0, SEEK_END);
      return {};
    }
    const off_t step = std::min<off_t>(static_cast<off_t>(kBlock), begin - first);
    std::string block(static_cast<size_t>(step), '\0');
    const ssize_t got = ::pread(fd_.get(), block.data(), block.size(), begin - step);
    if (got < 0) return errno_error("read", path_, errno);
    begin -= step;
    tail.insert(0, block.substr(0, static_cast<size_t>(got)));
  }
}

}  // namespace hvsh::verbs
