// Keys: what RawUI.ReadKey and [Console]::ReadKey give, and their enumerations.
#include "shell/dotnet/keys.h"

#include "core/text.h"
#include "shell/dotnet/enumeration_value.h"
#include "shell/dotnet/groups.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

namespace {

enum Option : int64_t { kNoEcho = 2, kKeyDown = 4, kKeyUp = 8 };

constexpr EnumMember kReadKeyOptionsMembers[] = {
    {"AllowCtrlC", 1}, {"NoEcho", kNoEcho}, {"IncludeKeyDown", kKeyDown}, {"IncludeKeyUp", kKeyUp}};
constexpr EnumInfo kReadKeyOptions{
    .type = {"System.Management.Automation.Host.ReadKeyOptions", "ReadKeyOptions"},
    .members = kReadKeyOptionsMembers,
    .flags = true};

constexpr EnumMember kControlKeyStatesMembers[] = {
    {"RightAltPressed", 1}, {"LeftAltPressed", 2}, {"RightCtrlPressed", 4},
    {"LeftCtrlPressed", 8}, {"ShiftPressed", 16},  {"NumLockOn", 32},
    {"ScrollLockOn", 64},   {"CapsLockOn", 128},   {"EnhancedKey", 256}};
constexpr EnumInfo kControlKeyStates{
    .type = {"System.Management.Automation.Host.ControlKeyStates", "ControlKeyStates"},
    .members = kControlKeyStatesMembers,
    .flags = true};

constexpr EnumMember kConsoleModifiersMembers[] = {{"None", 0}, {"Alt", 1}, {"Shift", 2}, {"Control", 4}};
constexpr EnumInfo kConsoleModifiers{.type = {"System.ConsoleModifiers", "ConsoleModifiers"},
                                     .members = kConsoleModifiersMembers,
                                     .flags = true};

// Windows' virtual keys.
constexpr EnumMember kConsoleKeyMembers[] = {
    {"None", 0},       {"Backspace", 8}, {"Tab", 9},        {"Clear", 12},    {"Enter", 13},
    {"Pause", 19},     {"Escape", 27},   {"Spacebar", 32},  {"PageUp", 33},   {"PageDown", 34},
    {"End", 35},       {"Home", 36},     {"LeftArrow", 37}, {"UpArrow", 38},  {"RightArrow", 39},
    {"DownArrow", 40}, {"Select", 41},   {"Print", 42},     {"Execute", 43},  {"PrintScreen", 44},
    {"Insert", 45},    {"Delete", 46},   {"Help", 47},      {"D0", 48},       {"D1", 49},
    {"D2", 50},        {"D3", 51},       {"D4", 52},        {"D5", 53},       {"D6", 54},
    {"D7", 55},        {"D8", 56},       {"D9", 57},        {"A", 65},        {"B", 66},
    {"C", 67},         {"D", 68},        {"E", 69},         {"F", 70},        {"G", 71},
    {"H", 72},         {"I", 73},        {"J", 74},         {"K", 75},        {"L", 76},
    {"M", 77},         {"N", 78},        {"O", 79},         {"P", 80},        {"Q", 81},
    {"R", 82},         {"S", 83},        {"T", 84},         {"U", 85},        {"V", 86},
    {"W", 87},         {"X", 88},        {"Y", 89},         {"Z", 90},        {"NumPad0", 96},
    {"NumPad1", 97},   {"NumPad2", 98},  {"NumPad3", 99},   {"NumPad4", 100}, {"NumPad5", 101},
    {"NumPad6", 102},  {"NumPad7", 103}, {"NumPad8", 104},  {"NumPad9", 105}, {"F1", 112},
    {"F2", 113},       {"F3", 114},      {"F4", 115},       {"F5", 116},      {"F6", 117},
    {"F7", 118},       {"F8", 119},      {"F9", 120},       {"F10", 121},     {"F11", 122},
    {"F12", 123},      {"F13", 124},     {"F14", 125},      {"F15", 126},     {"F16", 127},
    {"F17", 128},      {"F18", 129},     {"F19", 130},      {"F20", 131},     {"F21", 132},
    {"F22", 133},      {"F23", 134},     {"F24", 135}};
constexpr EnumInfo kConsoleKey{.type = {"System.ConsoleKey", "ConsoleKey"}, .members = kConsoleKeyMembers};

constexpr Type enumeration(const EnumInfo& info) {
  return {.info = &info.type, .enumeration = &info, .is_value = true};
}
constexpr Type kTypes[] = {enumeration(kReadKeyOptions), enumeration(kControlKeyStates),
                           enumeration(kConsoleModifiers), enumeration(kConsoleKey)};

// The next key, shown unless `hidden`; what keeps it from being read is said in .NET's words for `member`.
Result<Key> next_key(const Call& call, bool hidden, Error (*cannot)()) {
  Host& host = call.shell().host();
  const auto key = host.can_prompt() ? host.read_key() : std::nullopt;
  if (!key && call.shell().stop_if_interrupted() == Flow::stopped) return stopped();
  if (!key) return cannot();
  if (!hidden && key->character >= u' ') (void)host.write_text(utf8_of(key->character), false);
  return *key;
}

Error no_raw_key() {
  return {.id = "InvalidOperation",
          .category = ErrorCategory::InvalidOperation,
          .message = "ReadKey needs an answer, and this run cannot ask for one.",
          .hint = "Run it on a terminal without -NonInteractive.",
          .exception = "System.Management.Automation.Host.HostException"};
}
Error no_console_key() {
  return thrown("InvalidOperationException",
                "Cannot read keys when either application does not have a console or when "
                "console input has been redirected. Try Console.Read.");
}

}  // namespace

Result<Value> read_raw_key(const Call& call) {
  const int64_t options = call.count() == 0 ? kKeyDown : call.integer(0);
  if ((options & (kKeyDown | kKeyUp)) == 0) {
    return thrown(
        "ArgumentException",
        "Cannot read keys. To read options, set one or both of the following: IncludeKeyDown, IncludeKeyUp.");
  }
  HVSH_TRY(const Key key, next_key(call, (options & kNoEcho) != 0, no_raw_key));
  auto info = make<RecordObject>();
  info->type_names = {"System.Management.Automation.Host.KeyInfo"};
  info->set("VirtualKeyCode", Value::integer(key.code));
  info->set("Character", Value::character(key.character));
  info->set("ControlKeyState", Value::enumeration(kControlKeyStates, key.control));
  info->set("KeyDown", truth((options & kKeyDown) != 0));
  return Value::object(info);
}

Result<Value> read_console_key(const Call& call) {
  HVSH_TRY(const Key key, next_key(call, call.count() > 0 && call.flag(0), no_console_key));
  auto info = make<RecordObject>();
  info->type_names = {"System.ConsoleKeyInfo"};
  info->set("KeyChar", Value::character(key.character));
  info->set("Key", Value::enumeration(kConsoleKey, key.code));
  const int modifiers = ((key.control & 16) != 0 ? 2 : 0) | ((key.control & 8) != 0 ? 4 : 0);
  info->set("Modifiers", Value::enumeration(kConsoleModifiers, modifiers));
  return Value::object(info);
}

Result<Value> key_available(const Call& call) { return truth(call.shell().host().key_waiting()); }

Result<Value> flush_keys(const Call& call) {
  Host& host = call.shell().host();
  while (host.key_waiting() && host.read_key()) {
  }
  return Value::nothing();
}

std::span<const Type> key_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
