#pragma once
// What the interpreter asks of whoever runs it: the console, a test, the far end of a remote session.
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/context.h"
#include "core/object.h"

namespace hvsh::shell {

class Formatter;
class Transcripts;

// One key that was pressed. `code` is Windows' virtual key, `control` the bits of its ControlKeyStates.
struct Key {
  char16_t character = 0;  // 0: none, as of an arrow
  int code = 0;
  int control = 0;
};

class Host {
 public:
  virtual ~Host() = default;

  // What a top-level pipeline puts out, object by object; end_output() when that pipeline is over, so that a
  // table that waits for its rows is drawn.
  virtual Flow write_output(const Value& value) = 0;
  virtual void end_output() = 0;
  // Text for the console (Write-Host, `What if: ...`).
  virtual Flow write_text(std::string_view text, bool newline) = 0;
  virtual void write_error(const ErrorRecordObject& record) = 0;
  // WARNING: ..., VERBOSE: ..., DEBUG: ... ; `label` is the word.
  virtual void write_labelled(std::string_view label, std::string_view text) = 0;
  virtual void write_progress(const Progress& progress) = 0;

  // Objects as the console would show them; width 0: not bounded. The formatter is for those that come one by
  // one; its end() is to be called.
  virtual std::string format_text(std::span<const Value> values, int width) = 0;
  virtual std::unique_ptr<Formatter> make_formatter(std::function<void(std::string_view)> output,
                                                    int width) = 0;

  // Whether a question can be asked. read_line: nullopt at the end of input.
  virtual bool can_prompt() const = 0;
  virtual std::optional<std::string> read_line(std::string_view prompt) = 0;
  // The same without showing what is typed; `masked` shows a * for each character.
  virtual std::optional<std::string> read_secret(std::string_view prompt, bool masked) {
    (void)masked;
    return read_line(prompt);
  }
  // Waits for one key; nullopt: there is no terminal, the input ended or Ctrl-C. key_waiting: one was
  // pressed.
  virtual std::optional<Key> read_key() { return std::nullopt; }
  virtual bool key_waiting() { return false; }
  // Where what is shown is kept besides; nullptr: this host cannot.
  virtual Transcripts* transcripts() { return nullptr; }
  // Everything written so far is handed over, before a child process writes to the same terminal.
  virtual void flush() = 0;
  virtual int width() const = 0;
};

}  // namespace hvsh::shell
