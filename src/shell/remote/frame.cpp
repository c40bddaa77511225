#include "shell/remote/frame.h"

#include <fmt/format.h>

#include "shell/eval/environment.h"

namespace hvsh::shell {

namespace {

constexpr size_t kHeaderBytes = 5;
constexpr size_t kMaxPayload = size_t{256} << 20;

}  // namespace

std::string encode(const Packet& frame) {
  const auto length = static_cast<uint32_t>(frame.payload.size());
  std::string bytes(1, static_cast<char>(frame.kind));
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(length >> shift & 0xff);
  return bytes + frame.payload;
}

std::string hello() { return fmt::format("hvsh\nprotocol {}\nversion {}\n", kProtocol, kVersionText); }

Result<void> check_hello(std::string_view payload) {
  if (payload.starts_with(fmt::format("hvsh\nprotocol {}\n", kProtocol))) return {};
  return Error{.id = "ProtocolMismatch",
               .category = ErrorCategory::ProtocolError,
               .message = fmt::format("The other side does not speak protocol {} of hvsh; it said '{}'.",
                                      kProtocol, payload.substr(0, 60)),
               .hint = "Install the same version on both sides."};
}

Result<std::optional<Packet>> FrameReader::next() {
  if (bytes_.size() - at_ < kHeaderBytes) return std::optional<Packet>();
  size_t length = 0;
  for (size_t i = 1; i < kHeaderBytes; ++i)
    length = length << 8 | static_cast<unsigned char>(bytes_[at_ + i]);
  if (length > kMaxPayload) {
    return Error{.id = "FrameTooLong",
                 .category = ErrorCategory::ProtocolError,
                 .message = fmt::format("A message of {} bytes came; 256 MB are the most.", length)};
  }
  if (bytes_.size() - at_ - kHeaderBytes < length) return std::optional<Packet>();
  Packet frame{static_cast<FrameKind>(bytes_[at_]), bytes_.substr(at_ + kHeaderBytes, length)};
  at_ += kHeaderBytes + length;
  // What was read is dropped in large pieces, so that many small frames do not move the rest each time.
  if (at_ == bytes_.size() || at_ > (size_t{1} << 20)) {
    bytes_.erase(0, at_);
    at_ = 0;
  }
  return std::optional<Packet>(std::move(frame));
}

}  // namespace hvsh::shell
