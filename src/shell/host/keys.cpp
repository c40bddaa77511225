#include "shell/host/keys.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "core/text.h"

namespace hvsh::shell {

namespace {

// Windows' virtual keys.
enum Code : int { kBack = 8, kTab = 9, kEnter = 13, kEscape = 27, kSpace = 32, kF1 = 112 };
// Its ControlKeyStates.
constexpr int kLeftCtrl = 8, kShift = 16, kEnhanced = 256;

// What terminals send behind ESC [ or ESC O, and behind ESC [ before ~.
struct Sequence {
  std::string_view text;
  int code;
};
constexpr Sequence kSequences[] = {
    {"A", 38},        {"B", 40},        {"C", 39},         {"D", 37},         {"H", 36},
    {"F", 35},        {"1~", 36},       {"2~", 45},        {"3~", 46},        {"4~", 35},
    {"5~", 33},       {"6~", 34},       {"P", kF1},        {"Q", kF1 + 1},    {"R", kF1 + 2},
    {"S", kF1 + 3},   {"15~", kF1 + 4}, {"17~", kF1 + 5},  {"18~", kF1 + 6},  {"19~", kF1 + 7},
    {"20~", kF1 + 8}, {"21~", kF1 + 9}, {"23~", kF1 + 10}, {"24~", kF1 + 11},
};

// One byte; -1: none any more.
int read_byte(const std::atomic<bool>& interrupted) {
  for (;;) {
    unsigned char byte = 0;
    const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
    if (got == 1) return byte;
    if (got == 0 || errno != EINTR || interrupted) return -1;
  }
}

// The bytes of one key come together, so a lone ESC is the key of that name.
bool more_comes() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, 20) > 0;
}

Key escape_key(const std::atomic<bool>& interrupted) {
  const Key alone{.character = kEscape, .code = kEscape};
  if (!more_comes()) return alone;
  const int kind = read_byte(interrupted);
  if (kind != '[' && kind != 'O') return alone;
  std::string text;
  while (text.size() < 8 && more_comes()) {
    text += static_cast<char>(read_byte(interrupted));
    if (text.back() == '~' || (text.back() >= 'A' && text.back() <= 'Z')) break;
  }
  for (const Sequence& known : kSequences) {
    if (known.text == text) return {.code = known.code, .control = kEnhanced};
  }
  return alone;
}

Key plain_key(char16_t character) {
  if (character == 127) return {.character = kBack, .code = kBack};
  if (character == '\n' || character == kEnter) return {.character = kEnter, .code = kEnter};
  if (character == kTab || character == kSpace) return {.character = character, .code = character};
  if (character < kSpace) return {.character = character, .code = character + 'A' - 1, .control = kLeftCtrl};
  if (character > 127) return {.character = character};
  const auto letter = static_cast<char>(character);
  const bool shifted = letter >= 'A' && letter <= 'Z';
  return {.character = character, .code = ascii_upper(letter), .control = shifted ? kShift : 0};
}

}  // namespace

KeyMode::KeyMode() : on_(::tcgetattr(STDIN_FILENO, &kept_) == 0) {
  termios keys = kept_;
  keys.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
  keys.c_cc[VMIN] = 1;
  keys.c_cc[VTIME] = 0;
  if (on_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &keys);
}

KeyMode::~KeyMode() {
  if (on_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &kept_);
}

std::optional<Key> read_key(const std::atomic<bool>& interrupted) {
  const int first = read_byte(interrupted);
  if (first < 0) return std::nullopt;
  if (first == kEscape) return escape_key(interrupted);
  std::string bytes(1, static_cast<char>(first));
  const int following = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  for (int i = 0; i < following; ++i) {
    const int next = read_byte(interrupted);
    if (next < 0) return std::nullopt;
    bytes += static_cast<char>(next);
  }
  const std::u16string units = to_utf16(bytes);
  return plain_key(units.empty() ? u'\0' : units[0]);
}

}  // namespace hvsh::shell
