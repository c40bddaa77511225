#pragma once
// The wire between an interpreter and one that works for it: a child process of a job today, the far end of
// `ssh host -- hvsh --serve` tomorrow, and, without bytes, a thread.
//
// A frame (Packet: the evaluator has frames of its own) is one letter, the payload's length (4 bytes, big
// endian), and the payload. The first frame of each side is `hello`: "hvsh", the protocol's number and the
// program's version, in lines; a reader ignores lines and frames that it does not know. Objects are CliXml
// (core/clixml.h), one document a frame.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hvsh::shell {

inline constexpr int kProtocol = 1;

enum class FrameKind : char {
  hello = 'H',
  run = 'R',   // a WorkRequest
  stop = 'S',  // the work is to end
  output = 'o',
  error = 'e',
  warning = 'w',
  verbose = 'v',
  debug = 'd',
  information = 'i',
  host = 't',  // text for the console
  progress = 'p',
  failed = 'f',  // the error that ended the work
  done = 'x',    // the work is over: "Completed", "Failed" or "Stopped"
};

struct Packet {
  FrameKind kind;
  std::string payload;
};

std::string encode(const Packet& frame);
std::string hello();
// An Error when the other side speaks another protocol.
Result<void> check_hello(std::string_view payload);

// Takes bytes as they come and gives whole frames.
class FrameReader {
 public:
  void feed(std::string_view bytes) { bytes_ += bytes; }
  // nullopt: more bytes are needed. An Error: what came is no frame, or one beyond all bounds.
  Result<std::optional<Packet>> next();

 private:
  std::string bytes_;
  size_t at_ = 0;
};

using FrameSink = std::function<void(Packet frame)>;

}  // namespace hvsh::shell
