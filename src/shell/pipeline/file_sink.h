#pragma once
// `> file`: text as the console would show it, unbounded in width.
#include <cstdio>
#include <memory>
#include <string>

#include "shell/format/formatter.h"
#include "shell/host/host.h"
#include "shell/pipeline/sink.h"

namespace hvsh::shell {

class FileSink final : public Sink {
 public:
  static Result<std::unique_ptr<Sink>> open(Host& host, const std::string& path, bool append);
  ~FileSink() override;
  Flow write(Value value) override;
  int descriptor() const override { return fileno(file_); }

 private:
  FileSink(Host& host, std::FILE* file);
  Host& host_;
  std::FILE* file_;
  std::unique_ptr<Formatter> formatter_;
};

}  // namespace hvsh::shell
