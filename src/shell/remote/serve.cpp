// hvsh --serve: the far side of frame.h.
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <thread>

#include "shell/eval/interpreter.h"
#include "shell/remote/work.h"

namespace hvsh::shell {

namespace {

constexpr int kExitProtocol = 70;
constexpr auto kTimeToStop = std::chrono::seconds(3);

std::atomic<bool> stop_asked{false};

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// The next frame from standard input; nullopt: the other side is gone or speaks nonsense.
std::optional<Packet> read_frame(FrameReader& reader) {
  for (;;) {
    auto frame = reader.next();
    if (!frame) return std::nullopt;
    if (*frame) return std::move(**frame);
    char bytes[65536];
    const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    reader.feed({bytes, static_cast<size_t>(got)});
  }
}

// While the work goes on: a stop frame, or the end of input, ends it; what does not heed that is killed.
void watch_input(FrameReader reader) {
  for (;;) {
    const auto frame = read_frame(reader);
    if (frame && frame->kind != FrameKind::stop) continue;
    stop_asked = true;
    std::this_thread::sleep_for(kTimeToStop);
    ::_exit(130);
  }
}

}  // namespace

int serve(const Setup& setup) {
  // A group of its own: Ctrl-C at the terminal is the business of the one that asked for the work.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::signal(SIGPIPE, SIG_IGN);
  if (!write_all(encode({FrameKind::hello, hello()}))) return kExitProtocol;
  FrameReader reader;
  std::optional<Packet> frame = read_frame(reader);
  if (!frame || frame->kind != FrameKind::hello || !check_hello(frame->payload)) return kExitProtocol;
  do {
    frame = read_frame(reader);
    if (!frame || frame->kind == FrameKind::stop) return 0;
  } while (frame->kind != FrameKind::run);
  auto request = unpack(frame->payload);
  if (!request) return kExitProtocol;
  std::thread(watch_input, std::move(reader)).detach();
  Worker worker(
      setup,
      [](Packet out) {
        if (!write_all(encode(out))) ::_exit(141);
      },
      &stop_asked);
  worker.run(*request);
  ::_exit(0);  // the watcher may be reading still
}

}  // namespace hvsh::shell
