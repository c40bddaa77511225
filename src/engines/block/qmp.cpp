#include "engines/block/qmp.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace hvsh::engines::block {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kAnswerMax = 64u << 20;
constexpr auto kCommandDeadline = std::chrono::seconds(30);

Error gone(const std::string& why) {
  return Error{.id = "BlockServerGone",
               .category = ErrorCategory::ConnectionError,
               .message = fmt::format("The block server does not answer: {}.", why),
               .hint = "Look into the log beside its socket; its supervisor restarts a server that died."};
}

// Waits until the socket can be read. False: deadline over, or the server has ended.
bool wait_readable(int fd, int alive, Clock::time_point end) {
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd items[2] = {{fd, POLLIN, 0}, {alive, POLLIN, 0}};
    const int ready = ::poll(items, 2, static_cast<int>(left > 0 ? left : 0));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    return items[0].revents != 0;
  }
}

}  // namespace

Result<Qmp> Qmp::connect(const std::string& path, std::chrono::milliseconds deadline, int alive) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return errno_error("connect to", path, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return errno_error("make a socket for", path, errno);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int code = errno;
    if (code == EACCES) return errno_error("connect to the block server", path, code);
    return gone(std::strerror(code));
  }
  return adopt(std::move(fd), deadline, alive);
}

Result<Qmp> Qmp::adopt(UniqueFd fd, std::chrono::milliseconds deadline, int alive) {
  Qmp qmp(std::move(fd), deadline, alive);
  HVSH_CHECK(qmp.greet());
  qmp.deadline_ = kCommandDeadline;
  return qmp;
}

Result<void> Qmp::greet() {
  // What the server could not tell a client that was killed, it tells the next one before it greets it.
  constexpr int kLeftBehindMax = 100;
  const auto end = Clock::now() + deadline_;
  HVSH_TRY(std::string line, read_line(end));
  for (int others = 0; line.find("\"QMP\"") == std::string::npos; ++others) {
    if (others == kLeftBehindMax || !line.starts_with('{')) return gone("it speaks another protocol");
    HVSH_TRY(line, read_line(end));
  }
  auto answer = execute("qmp_capabilities");
  if (!answer) return answer.take_error();
  return {};
}

Result<std::string> Qmp::read_line(Clock::time_point end) {
  while (true) {
    if (const size_t newline = buffer_.find('\n'); newline != std::string::npos) {
      std::string line = buffer_.substr(0, newline);
      buffer_.erase(0, newline + 1);
      return line;
    }
    if (buffer_.size() > kAnswerMax) return gone("its answer is too long");
    if (!wait_readable(fd_.get(), alive_, end)) {
      return gone(Clock::now() >= end ? "no answer in time" : "the process has ended");
    }
    char bytes[8192];
    const ssize_t got = ::recv(fd_.get(), bytes, sizeof bytes, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return gone(std::strerror(errno));
    if (got == 0) return gone("it closed the connection");
    buffer_.append(bytes, static_cast<size_t>(got));
  }
}

Result<void> Qmp::send(const std::string& text) {
  size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t done = ::send(fd_.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return gone(std::strerror(errno));
    sent += static_cast<size_t>(done);
  }
  return {};
}

Result<Json> Qmp::execute(const std::string& command, const Json& arguments) {
  try {
    HVSH_CHECK(send(Json{{"execute", command}, {"arguments", arguments}}.dump() + "\n"));
    const auto end = Clock::now() + deadline_;
    while (true) {
      HVSH_TRY(std::string line, read_line(end));
      Json answer = Json::parse(line);
      if (answer.contains("return")) return answer["return"];
      if (!answer.contains("error")) continue;  // an event
      return Error{.id = "BlockServerRefused",
                   .category = ErrorCategory::InvalidOperation,
                   .message = fmt::format("The block server refused '{}': {}.", command,
                                          answer["error"].value("desc", std::string("no reason given")))};
    }
  } catch (const std::exception& error) {
    return gone(error.what());
  }
}

Result<Json> Qmp::execute(const std::string& command) { return execute(command, Json::object()); }

Result<Json> QmpLink::execute(const std::string& command, const Json& arguments) {
  if (connection_) return connection_->execute(command, arguments);
  HVSH_TRY(Qmp qmp, Qmp::connect(path_, std::chrono::seconds(10)));
  return qmp.execute(command, arguments);
}

Result<Json> QmpLink::execute(const std::string& command) { return execute(command, Json::object()); }

}  // namespace hvsh::engines::block
