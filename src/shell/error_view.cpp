#include "shell/error_view.h"

#include <algorithm>
#include <string_view>

#include "core/error_record.h"
#include "core/text.h"

namespace hvsh::shell {

namespace {

// A line of source as it is shown, and what is underlined in it, in columns.
struct Excerpt {
  uint32_t number = 0;
  std::string line;
  size_t indent = 0;
  size_t length = 0;
};

std::u32string code_points(std::string_view text) {
  std::u32string points;
  for (size_t at = 0; at < text.size();) points += next_code_point(text, at);
  return points;
}

std::string utf8(std::u32string_view points) {
  std::string text;
  for (char32_t c : points) append_utf8(text, c);
  return text;
}

// Cuts a line that is too long, keeping the error and some of what stands around it.
void cut(std::u32string& line, size_t& indent, size_t& length, bool& cut_before, bool& cut_behind) {
  constexpr size_t kMost = 69, kBefore = 12, kBehind = 8;
  if (line.size() <= kMost) return;
  size_t before = std::min(indent, kBefore);
  size_t behind = std::min(line.size() - length - indent, kBehind);
  if (before + length + behind >= kMost) {
    if (before + length >= kMost) {
      length = kMost - before;
      behind = 0;
    }
  } else {  // room is left: show more of what stands before, then of what stands behind
    before += std::min(indent - before, kMost - (before + length + behind));
    behind += std::min(line.size() - length - indent - behind, kMost - (before + length + behind));
  }
  cut_before = before < indent;
  cut_behind = indent + length + behind < line.size();
  line = line.substr(indent - before, before + length + behind);
  indent = before;
}

Excerpt excerpt(Span span, const SourceTable& sources) {
  Excerpt result;
  result.number = sources.begin(span).line;
  std::string_view text = sources.line(span.source, result.number);
  uint32_t line_begin = sources.line_begin(span.source, result.number);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  size_t from = std::min<size_t>(span.begin - std::min(span.begin, line_begin), text.size());
  size_t to = std::clamp<size_t>(span.end - std::min(span.end, line_begin), from, text.size());
  // A tab becomes four blanks on both sides of the cut.
  auto expanded = [](std::string_view part) {
    std::u32string points;
    for (char32_t c : code_points(part)) c == U'\t' ? points.append(4, U' ') : points.append(1, c);
    return points;
  };
  std::u32string before = expanded(text.substr(0, from)), error = expanded(text.substr(from, to - from));
  std::u32string line = before + error + expanded(text.substr(to));
  size_t indent = before.size(), length = error.size();
  bool cut_before = false, cut_behind = false;
  cut(line, indent, length, cut_before, cut_behind);
  std::u32string_view shown = line;
  std::string head = (cut_before ? "… " : "") + utf8(shown.substr(0, indent));
  std::string underlined = utf8(shown.substr(indent, length));
  result.indent = display_width(head);
  result.length = std::max<size_t>(display_width(underlined), 1);
  result.line = head + underlined + utf8(shown.substr(indent + length)) + (cut_behind ? " …" : "");
  return result;
}

struct Colors {
  std::string_view error = {}, accent = {}, reset = {};
};

std::string flattened(std::string_view text) {
  std::string line;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    line += text[i] == '\n' || text[i] == '\r' || text[i] == '\t' ? ' ' : text[i];
  }
  return line;
}

std::string whole_message(const Error& error) {
  std::string message = error.message;
  if (error.hint.empty()) return message;
  if (!message.empty() && message.back() != '.' && message.back() != '?' && message.back() != '!')
    message += '.';
  return message.empty() ? error.hint : message + " " + error.hint;
}

// The word before the colon: the command, or what kind of error it is.
std::string reason(const Error& error) {
  // What a function writes with Write-Error is its own.
  const bool of_function =
      error.activity == "Write-Error" && !error.error_class.empty() && !error.error_class.ends_with(".ps1");
  if (of_function) return error.error_class;
  if (!error.activity.empty()) return error.activity;
  // What throw makes of a text; an exception that was thrown is named by its category.
  const bool own =
      error.exception.empty() || error.exception == "System.Management.Automation.RuntimeException";
  if (error.category == ErrorCategory::OperationStopped && own) return "Exception";
  if (error.category != ErrorCategory::NotSpecified) return std::string(to_string(error.category));
  if (error.exception.empty() || error.id == "RuntimeException") return "RuntimeException";
  return error.exception.substr(error.exception.rfind('.') + 1);
}

bool shows_position(const Error& error, const SourceTable& sources) {
  if (!sources.contains(error.span.source)) return false;
  // Who calls a module's function is not helped by a line of the module.
  if (sources.name(error.span.source).ends_with(".psm1") && error.category != ErrorCategory::ParserError)
    return false;
  return !sources.name(error.span.source).empty() || error.category == ErrorCategory::ParserError ||
         sources.begin(error.span).line > 1;
}

// The message behind `prefix` on each line, broken between words at `width`.
std::string wrapped(std::string_view message, std::string_view prefix, size_t prefix_width, size_t width) {
  std::string text(prefix);
  size_t room = width > prefix_width ? width - prefix_width : 0;
  while (room > 0 && display_width(message) > room) {
    size_t end = std::max<size_t>(prefix_of_width(message, room), 1);
    if (size_t blank = message.rfind(' ', end); blank != std::string_view::npos && blank > 0) end = blank;
    text.append(message.substr(0, end)).append("\n").append(prefix);
    message.remove_prefix(end);
    while (message.starts_with(' ')) message.remove_prefix(1);
  }
  return text.append(message);
}

}  // namespace

std::string concise_view(const Error& error, const SourceTable& sources, const ErrorViewOptions& options) {
  Colors c;
  if (options.color)
    c = {.error = options.styles.error, .accent = options.styles.error_accent, .reset = "\033[0m"};
  std::string text = std::string(c.error) + reason(error) + ": ";
  if (!shows_position(error, sources))
    return text.append(c.error).append(whole_message(error)).append(c.reset);
  Excerpt shown = excerpt(error.span, sources);
  std::string number = std::to_string(shown.number);
  std::string header_blanks(number.size() > 4 ? number.size() - 4 : 0, ' ');
  std::string line_blanks(number.size() < 4 ? 4 - number.size() : 0, ' ');
  std::string_view name = sources.name(error.span.source);
  if (!name.empty()) text.append(c.reset).append(name).append(":").append(number);
  text.append("\n").append(c.accent).append(header_blanks).append("Line |\n");
  std::string line = " " + shown.line;
  if (options.color && shown.length + shown.indent + 1 < display_width(line)) {
    size_t from = prefix_of_width(line, shown.indent + 1);
    size_t to = prefix_of_width(line, shown.indent + 1 + shown.length);
    line.insert(to, c.reset).insert(from, c.accent);
  }
  text.append(c.accent)
      .append(line_blanks)
      .append(number)
      .append(" | ")
      .append(c.reset)
      .append(line)
      .append("\n");
  std::string prefix = std::string(c.accent) + header_blanks + "     | " + std::string(c.error);
  text.append(prefix).append(shown.indent + 1, ' ').append(shown.length, '~').append("\n");
  size_t prefix_width = header_blanks.size() + 7;
  text.append(wrapped(flattened(whole_message(error)), prefix, prefix_width, options.width));
  return text.append(c.reset);
}

std::string normal_view(const ErrorRecordObject& record, const SourceTable& sources) {
  const Error& error = record.error;
  std::string text = error.activity.empty() ? "" : error.activity + " : ";
  text += whole_message(error);
  if (const std::string position = position_message(error.span, sources); !position.empty())
    text += "\n" + position;
  text += "\n    + CategoryInfo          : " + category_info(record).display();
  return text + "\n    + FullyQualifiedErrorId : " + error.fully_qualified_id() + "\n ";
}

std::string error_view(const ErrorRecordObject& record, const SourceTable& sources, ErrorView view,
                       const ErrorViewOptions& options) {
  const bool of_program =
      record.error.id == "NativeCommandError" || record.error.id == "NativeCommandErrorMessage";
  if (of_program && view != ErrorView::CategoryView && view != ErrorView::DetailedView) {
    return options.color ? options.styles.error + record.error.message + "\033[0m" : record.error.message;
  }
  switch (view) {
    case ErrorView::ConciseView: return concise_view(record.error, sources, options);
    case ErrorView::NormalView:
    case ErrorView::CategoryView: break;
    case ErrorView::DetailedView:
      return detailed_view(Value::object(const_cast<ErrorRecordObject*>(&record)));
  }
  const std::string text =
      view == ErrorView::NormalView ? normal_view(record, sources) : category_info(record).display();
  return options.color ? options.styles.error + text + "\033[0m" : text;
}

std::string one_line_view(const Error& error, const SourceTable& sources) {
  std::string text;
  if (sources.contains(error.span.source)) {
    std::string_view name = sources.name(error.span.source);
    Position at = sources.begin(error.span);
    text.append(name.empty() ? "<command>" : name).append(":");
    text.append(std::to_string(at.line)).append(":").append(std::to_string(at.column)).append(": ");
  }
  text += "error: ";
  if (!error.activity.empty()) text.append(error.activity).append(": ");
  std::string id = error.fully_qualified_id();
  if (!id.empty()) text.append(id).append(": ");
  return flattened(text.append(whole_message(error)));
}

std::string position_message(Span span, const SourceTable& sources) {
  if (!sources.contains(span.source)) return {};
  Excerpt shown = excerpt(span, sources);
  std::string_view name = sources.name(span.source);
  std::string text = "At ";
  text.append(name.empty() ? "line" : name).append(":").append(std::to_string(shown.number));
  text.append(" char:").append(std::to_string(sources.begin(span).column));
  text.append("\n+ ").append(shown.line).append("\n+ ");
  return text.append(shown.indent, ' ').append(shown.length, '~');
}

}  // namespace hvsh::shell
