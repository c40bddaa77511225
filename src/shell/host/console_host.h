#pragma once
// The console, or the pipes that stand for it: standard output through the formatter, errors and labelled
// messages to standard error, questions from standard input.
//
// On a terminal text appears at once; otherwise it is buffered and handed over before anything that may take
// long, that writes to the same place, or at the end. A reader that went away (EPIPE) sets the interrupt
// flag.
#include <atomic>
#include <functional>
#include <string>

#include "shell/format/formatter.h"
#include "shell/host/host.h"
#include "shell/host/transcript.h"
#include "shell/source_table.h"

namespace hvsh::shell {

class ConsoleHost final : public Host {
 public:
  ConsoleHost(std::atomic<bool>& interrupt, bool may_prompt);
  ~ConsoleHost() override;
  void set_sources(const SourceTable* sources) { sources_ = sources; }
  // Asked before anything is shown.
  void set_preferences(std::function<FormatPreferences()> preferences) {
    preferences_ = std::move(preferences);
  }

  Flow write_output(const Value& value) override;
  void end_output() override { formatter_.pause(); }
  Flow write_text(std::string_view text, bool newline) override;
  void write_error(const ErrorRecordObject& record) override;
  void write_labelled(std::string_view label, std::string_view text) override;
  void write_progress(const Progress& progress) override;
  std::string format_text(std::span<const Value> values, int width) override;
  std::unique_ptr<Formatter> make_formatter(std::function<void(std::string_view)> output, int width) override;
  bool can_prompt() const override { return may_prompt_; }
  std::optional<std::string> read_line(std::string_view prompt) override;
  std::optional<std::string> read_secret(std::string_view prompt, bool masked) override;
  std::optional<Key> read_key() override;
  bool key_waiting() override;
  Transcripts* transcripts() override { return &transcripts_; }
  // A line of a command; transcripts get the whole command from whoever puts it together.
  std::optional<std::string> read_command_line(std::string_view prompt);
  void flush() override;
  int width() const override { return width_; }

  // The reader of standard output went away.
  bool closed() const { return closed_; }

 private:
  void put(std::string_view text);
  void show(std::string_view text);
  void put_error(std::string_view text);
  void write_buffer();
  std::string error_text(const ErrorRecordObject& record, const FormatPreferences& preferences,
                         bool color) const;
  // As the script wants it now; the formatter of the console is told.
  FormatPreferences refresh();

  std::atomic<bool>& interrupt_;
  bool may_prompt_;
  bool out_is_terminal_, err_is_terminal_;
  bool colors_, error_colors_;  // what the terminals can show
  bool closed_ = false;
  int width_;
  const SourceTable* sources_ = nullptr;
  std::function<FormatPreferences()> preferences_ = {};
  bool plain_ = false;  // escape sequences are taken out of what is written
  std::string buffer_;
  std::string input_;  // read but not yet handed out
  bool input_ended_ = false;
  size_t progress_width_ = 0;  // of the line of progress that stands on the terminal
  Transcripts transcripts_;
  Formatter formatter_;
};

}  // namespace hvsh::shell
