#include "shell/pipeline/file_sink.h"

#include <cerrno>

namespace hvsh::shell {

Result<std::unique_ptr<Sink>> FileSink::open(Host& host, const std::string& path, bool append) {
  std::FILE* file = std::fopen(path.c_str(), append ? "ae" : "we");
  if (file == nullptr) return errno_error("write to file", path, errno);
  return std::unique_ptr<Sink>(new FileSink(host, file));
}

FileSink::~FileSink() {
  write_objects();
  if (std::fclose(file_) != 0) {
    host_.write_labelled("WARNING",
                         "A redirected file could not be written to its end: the disk may be full.");
  }
}

void FileSink::write_objects() {
  if (waiting_.empty()) return;
  const std::string text = host_.format_text(waiting_, 0);
  waiting_.clear();
  std::fwrite(text.data(), 1, text.size(), file_);
}

Flow FileSink::write(Value value) {
  if (!value.is_string()) {
    waiting_.push_back(std::move(value));
    return Flow::more;
  }
  write_objects();
  const std::string_view text = value.as_string();
  std::fwrite(text.data(), 1, text.size(), file_);
  std::fputc('\n', file_);
  return Flow::more;
}

}  // namespace hvsh::shell
