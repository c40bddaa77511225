#pragma once
// A client of QEMU's machine protocol, as the storage daemon speaks it: one JSON object per line. Every wait
// has a deadline, and answers are bounded in length. Events are skipped; state is asked for. Internal to the
// block server. Not thread-safe: one connection belongs to one thread.
#include <chrono>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/result.h"
#include "engines/files.h"

namespace hvsh::engines::block {

using Json = nlohmann::json;

class Qmp {
 public:
  // Connects and negotiates. `alive`: a pidfd of the server; when that process ends, so does the wait.
  static Result<Qmp> connect(const std::string& path, std::chrono::milliseconds deadline, int alive = -1);
  // The same over a connection that is there already.
  static Result<Qmp> adopt(UniqueFd fd, std::chrono::milliseconds deadline, int alive = -1);

  // The "return" of the answer, or the server's error text (id BlockServerRefused; a broken connection:
  // BlockServerGone).
  Result<Json> execute(const std::string& command, const Json& arguments);
  Result<Json> execute(const std::string& command);

 private:
  explicit Qmp(UniqueFd fd, std::chrono::milliseconds deadline, int alive)
      : fd_(std::move(fd)), alive_(alive), deadline_(deadline) {}
  Result<void> greet();
  Result<std::string> read_line(std::chrono::steady_clock::time_point end);
  Result<void> send(const std::string& text);

  UniqueFd fd_;
  int alive_ = -1;
  std::chrono::milliseconds deadline_;
  std::string buffer_;
};

// Where commands go: a socket path, to which every command connects anew (the server takes one client at a
// time, and a merge of hours must not lock out a question), or one connection that stays.
class QmpLink {
 public:
  explicit QmpLink(std::string path) : path_(std::move(path)) {}
  explicit QmpLink(Qmp&& connection) : connection_(std::make_unique<Qmp>(std::move(connection))) {}
  Result<Json> execute(const std::string& command, const Json& arguments);
  Result<Json> execute(const std::string& command);

 private:
  std::string path_;
  std::unique_ptr<Qmp> connection_;
};

}  // namespace hvsh::engines::block
