#pragma once
// `> file`: text as the console would show it, unbounded in width. Lines of text are written as they come,
// objects when the sink goes.
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "shell/host/host.h"
#include "shell/pipeline/sink.h"

namespace hvsh::shell {

class FileSink final : public Sink {
 public:
  static Result<std::unique_ptr<Sink>> open(Host& host, const std::string& path, bool append);
  ~FileSink() override;
  Flow write(Value value) override;

 private:
  FileSink(Host& host, std::FILE* file) : host_(host), file_(file) {}
  void write_objects();
  Host& host_;
  std::FILE* file_;
  std::vector<Value> waiting_;
};

}  // namespace hvsh::shell
