#pragma once
// Keys one by one from a terminal.
#include <termios.h>

#include <atomic>
#include <optional>

#include "shell/host/host.h"

namespace hvsh::shell {

inline constexpr char16_t kEndOfInput = 4;  // Ctrl-D

// While one is alive, the terminal hands over each key at once and shows none.
class KeyMode {
 public:
  KeyMode();
  ~KeyMode();
  KeyMode(const KeyMode&) = delete;
  KeyMode& operator=(const KeyMode&) = delete;

 private:
  termios kept_{};
  bool on_;
};

// The next key of standard input, in KeyMode. nullopt: end of the input, or `interrupted`.
std::optional<Key> read_key(const std::atomic<bool>& interrupted);

}  // namespace hvsh::shell
