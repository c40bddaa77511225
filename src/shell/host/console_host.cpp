#include "shell/host/console_host.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "core/text.h"
#include "shell/error_view.h"
#include "shell/host/keys.h"

namespace hvsh::shell {

namespace {

constexpr size_t kBufferSize = 64 * 1024;

int terminal_width(bool is_terminal) {
  winsize size{};
  if (is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  if (const char* columns = std::getenv("COLUMNS")) {
    const int number = std::atoi(columns);
    if (number > 0 && number < 100'000) return number;
  }
  return is_terminal ? 80 : 0;
}

int terminal_height(bool is_terminal) {
  winsize size{};
  return is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}

bool wants_colors(bool is_terminal) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return is_terminal && (no_color == nullptr || *no_color == '\0') &&
         (term == nullptr || std::strcmp(term, "dumb") != 0);
}

// Everything, or false when the other end is gone.
bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

ConsoleHost::ConsoleHost(std::atomic<bool>& interrupt, bool may_prompt)
    : interrupt_(interrupt),
      may_prompt_(may_prompt),
      out_is_terminal_(::isatty(STDOUT_FILENO) != 0),
      err_is_terminal_(::isatty(STDERR_FILENO) != 0),
      colors_(wants_colors(out_is_terminal_)),
      error_colors_(wants_colors(err_is_terminal_)),
      width_(terminal_width(out_is_terminal_)),
      plain_(!out_is_terminal_),
      formatter_([this](std::string_view text) { put(text); },
                 {.width = width_, .height = terminal_height(out_is_terminal_), .colors = colors_}) {}

ConsoleHost::~ConsoleHost() {
  formatter_.end();
  flush();
}

std::string ConsoleHost::error_text(const ErrorRecordObject& record, const FormatPreferences& preferences,
                                    bool color) const {
  static const SourceTable kNoSources;
  return error_view(record, sources_ != nullptr ? *sources_ : kNoSources, preferences.error_view,
                    {.color = color, .width = static_cast<size_t>(width_), .styles = preferences.styles});
}

FormatPreferences ConsoleHost::refresh() {
  FormatPreferences preferences = preferences_ ? preferences_() : FormatPreferences{};
  plain_ = !preferences.colors(colors_);
  Formatter::Options& options = formatter_.options();
  options.enumeration_limit = preferences.enumeration_limit;
  options.colors = preferences.rendering == OutputRendering::Ansi || (colors_ && !plain_);
  if (options.colors) options.styles = preferences.styles;
  options.error_text = [this, preferences](const ErrorRecordObject& record) {
    return error_text(record, preferences, formatter_.options().colors);
  };
  return preferences;
}

void ConsoleHost::put(std::string_view text) {
  transcripts_.write(text);
  show(text);
}

// To standard output alone.
void ConsoleHost::show(std::string_view text) {
  if (closed_) return;
  if (progress_width_ > 0) {
    buffer_ += "\r" + std::string(progress_width_, ' ') + "\r";
    progress_width_ = 0;
  }
  if (plain_ && text.find('\x1b') != std::string_view::npos) {
    buffer_ += without_escapes(text);
  } else {
    buffer_ += text;
  }
  if (out_is_terminal_ || buffer_.size() >= kBufferSize) write_buffer();
}

void ConsoleHost::write_buffer() {
  if (closed_ || buffer_.empty()) return;
  if (!write_all(STDOUT_FILENO, buffer_)) {
    closed_ = true;
    interrupt_ = true;
  }
  buffer_.clear();
}

// To standard error, after what standard output has.
void ConsoleHost::put_error(std::string_view text) {
  transcripts_.write(text);
  write_buffer();
  (void)write_all(STDERR_FILENO, text);
}

void ConsoleHost::flush() {
  formatter_.pause();
  write_buffer();
  if (auto failure = transcripts_.flush())
    write_labelled("WARNING", failure->message + " The transcript ends here.");
}

Flow ConsoleHost::write_output(const Value& value) {
  (void)refresh();
  formatter_.write(value);
  return closed_ ? Flow::enough : Flow::more;
}

Flow ConsoleHost::write_text(std::string_view text, bool newline) {
  formatter_.pause();
  (void)refresh();
  put(text);
  if (newline) put("\n");
  return closed_ ? Flow::enough : Flow::more;
}

void ConsoleHost::write_error(const ErrorRecordObject& record) {
  formatter_.pause();
  const FormatPreferences preferences = refresh();
  const bool color = error_colors_ && preferences.colors(err_is_terminal_);
  put_error(error_text(record, preferences, color) + "\n");
}

void ConsoleHost::write_labelled(std::string_view label, std::string_view text) {
  formatter_.pause();
  const FormatPreferences preferences = refresh();
  const Styles& styles = preferences.styles;
  const std::string& style = label == "WARNING" ? styles.warning
                             : label == "DEBUG" ? styles.debug
                                                : styles.verbose;
  const bool color = error_colors_ && preferences.colors(err_is_terminal_);
  const std::string line = color ? fmt::format("{}{}: {}\x1b[0m\n", style, label, text)
                                 : fmt::format("{}: {}\n", label, without_escapes(text));
  put_error(line);
}

void ConsoleHost::write_progress(const Progress& progress) {
  if (!out_is_terminal_ || !may_prompt_) return;
  formatter_.pause();
  std::string line;
  if (!progress.completed) {
    line = progress.activity;
    if (!progress.status.empty()) line += ": " + progress.status;
    if (progress.percent >= 0) line += fmt::format(" {}%", progress.percent);
    line.resize(prefix_of_width(line, width_ > 1 ? static_cast<size_t>(width_ - 1) : 0));
  }
  const size_t before = progress_width_;
  progress_width_ = 0;
  show("\r" + std::string(before, ' ') + "\r" + line);
  progress_width_ = display_width(line);
}

std::unique_ptr<Formatter> ConsoleHost::make_formatter(std::function<void(std::string_view)> output,
                                                       int width) {
  const FormatPreferences preferences = refresh();
  const bool color = preferences.rendering == OutputRendering::Ansi;
  const auto plain = [output, color](std::string_view text) {
    const bool escapes = !color && text.find('\x1b') != std::string_view::npos;
    escapes ? output(without_escapes(text)) : output(text);
  };
  Formatter::Options options{.width = width,
                             .colors = color,
                             .hold = true,
                             .enumeration_limit = preferences.enumeration_limit,
                             .styles = preferences.styles};
  options.error_text = [this, preferences, color](const ErrorRecordObject& record) {
    return error_text(record, preferences, color);
  };
  return std::make_unique<Formatter>(plain, std::move(options));
}

std::string ConsoleHost::format_text(std::span<const Value> values, int width) {
  std::string text;
  const FormattingPass pass;
  const auto formatter = make_formatter([&text](std::string_view more) { text += more; }, width);
  for (const Value& value : values) formatter->write(value);
  formatter->end();
  return text;
}

std::optional<std::string> ConsoleHost::read_line(std::string_view prompt) {
  auto line = read_command_line(prompt);
  transcripts_.write(fmt::format("{}{}\n", prompt, line.value_or("")));
  return line;
}

std::optional<std::string> ConsoleHost::read_command_line(std::string_view prompt) {
  formatter_.end();
  show(prompt);
  flush();
  for (;;) {
    if (const size_t end = input_.find('\n'); end != std::string::npos) {
      std::string line = input_.substr(0, end);
      input_.erase(0, end + 1);
      if (!line.empty() && line.back() == '\r') line.pop_back();
      return line;
    }
    if (input_ended_) {
      if (input_.empty()) return std::nullopt;
      return std::exchange(input_, {});
    }
    char bytes[4096];
    const ssize_t got = ::read(STDIN_FILENO, bytes, sizeof bytes);
    if (got > 0) {
      input_.append(bytes, static_cast<size_t>(got));
    } else if (got == 0) {
      input_ended_ = !may_prompt_ || input_.empty();
      if (input_.empty()) return std::nullopt;
    } else if (errno != EINTR || interrupt_) {
      return std::nullopt;
    }
  }
}

std::optional<std::string> ConsoleHost::read_secret(std::string_view prompt, bool masked) {
  formatter_.end();
  put(prompt);
  flush();
  if (!may_prompt_ || !input_.empty()) return read_line({});
  const KeyMode mode;
  std::u16string typed;
  for (;;) {
    const auto key = ::hvsh::shell::read_key(interrupt_);
    if (!key || key->character == kEndOfInput) return std::nullopt;
    if (key->character == u'\r') break;
    if (key->character == u'\b' && !typed.empty()) {
      typed.pop_back();
      if (masked) show("\b \b");
    } else if (key->character >= u' ') {
      typed.push_back(key->character);
      if (masked) show("*");
    }
  }
  put("\n");
  return to_utf8(typed);
}

std::optional<Key> ConsoleHost::read_key() {
  flush();
  if (!may_prompt_) return std::nullopt;
  const KeyMode mode;
  return ::hvsh::shell::read_key(interrupt_);
}

bool ConsoleHost::key_waiting() {
  if (!may_prompt_) return false;
  const KeyMode mode;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return ::poll(&input, 1, 0) > 0;
}

}  // namespace hvsh::shell
