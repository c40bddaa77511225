#include "shell/pipeline/file_sink.h"

#include <cerrno>

namespace hvsh::shell {

Result<std::unique_ptr<Sink>> FileSink::open(Host& host, const std::string& path, bool append) {
  std::FILE* file = std::fopen(path.c_str(), append ? "ae" : "we");
  if (file == nullptr) return errno_error("write to file", path, errno);
  return std::unique_ptr<Sink>(new FileSink(host, file));
}

FileSink::FileSink(Host& host, std::FILE* file) : host_(host), file_(file) {
  formatter_ = host.make_formatter(
      [file](std::string_view text) { std::fwrite(text.data(), 1, text.size(), file); }, 0);
}

FileSink::~FileSink() {
  formatter_->end();
  if (std::fclose(file_) != 0) {
    host_.write_labelled("WARNING",
                         "A redirected file could not be written to its end: the disk may be full.");
  }
}

Flow FileSink::write(Value value) {
  formatter_->write(value);
  return Flow::more;
}

}  // namespace hvsh::shell
