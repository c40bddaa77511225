// Strings and variables.
#include "shell/syntax/parser_impl.h"

namespace hvsh::shell {

void TextParts::run(uint32_t begin, uint32_t end) {
  if (begin == end) return;
  if (!is_copied_ && run_begin_ == run_end_) {
    run_begin_ = begin;
    run_end_ = end;
  } else if (!is_copied_ && run_end_ == begin) {
    run_end_ = end;
  } else {
    changed().append(parser_.view(begin, end));
  }
}

std::string& TextParts::changed() {
  if (!is_copied_) {
    text_.assign(parser_.view(run_begin_, run_end_));
    is_copied_ = true;
  }
  return text_;
}

void TextParts::flush() {
  if (is_copied_ ? text_.empty() : run_begin_ == run_end_) return;
  std::string_view value =
      is_copied_ ? parser_.out_.arena.copy(std::string_view(text_)) : parser_.view(run_begin_, run_end_);
  parser_.push(parser_.make_string(style_, value, begin_));
  text_.clear();
  is_copied_ = false;
  run_begin_ = run_end_ = 0;
}

// Called with the position behind the part; the text before it ends where the part begins.
void TextParts::expression(const Expr* part) {
  uint32_t behind = parser_.pos_;
  parser_.pos_ = part->span.begin;
  flush();
  parser_.pos_ = behind;
  parser_.push(part);
  has_expressions_ = true;
  begin_ = behind;
}

const Expr* TextParts::finish(uint32_t begin) {
  if (!has_expressions_) {
    std::string_view value =
        is_copied_ ? parser_.out_.arena.copy(std::string_view(text_)) : parser_.view(run_begin_, run_end_);
    return parser_.make_string(style_, value, begin);
  }
  flush();
  auto* node = parser_.make<ExpandableString>();
  node->style = style_;
  node->parts = parser_.take<Expr>(base_);
  return parser_.done(node, begin);
}

void Parser::report_unterminated(uint32_t begin, std::string_view terminator) {
  pos_ = end_;
  report("TerminatorExpectedAtEndOfString",
         "The string is missing the terminator: " + std::string(terminator) + ".", span_of(begin, end_));
  aborted_ = true;  // the rest of the script is inside this string, more errors would be echoes
}

// At a quote.
const Expr* Parser::parse_string() {
  if (uint32_t quote = single_quote_at(pos_)) return parse_single_quoted(quote);
  return parse_double_quoted(double_quote_at(pos_));
}

const Expr* Parser::parse_single_quoted(uint32_t quote) {
  uint32_t begin = pos_;
  pos_ += quote;
  TextParts parts(*this, StringStyle::single_quoted);
  while (true) {
    uint32_t from = pos_;
    while (pos_ < end_ && text_[pos_] != '\'' && !is_class(text_[pos_], kWide)) ++pos_;
    parts.run(from, pos_);
    if (at_end()) {
      report_unterminated(begin, "'");
      break;
    }
    uint32_t size = single_quote_at(pos_);
    if (size == 0) {
      uint32_t wide = char_size_at(pos_);
      parts.run(pos_, pos_ + wide);
      pos_ += wide;
      continue;
    }
    uint32_t second = single_quote_at(pos_ + size);
    if (second == 0) {
      pos_ += size;
      break;
    }
    parts.run(pos_, pos_ + size);
    pos_ += size + second;
  }
  return parts.finish(begin);
}

const Expr* Parser::parse_double_quoted(uint32_t quote) {
  uint32_t begin = pos_;
  Nesting nesting(*this);
  if (!nesting) return error_expression(begin);
  pos_ += quote;
  TextParts parts(*this, StringStyle::double_quoted);
  while (true) {
    uint32_t from = pos_;
    while (pos_ < end_ && text_[pos_] != '"' && text_[pos_] != '$' && text_[pos_] != '`' &&
           !is_class(text_[pos_], kWide))
      ++pos_;
    parts.run(from, pos_);
    if (at_end()) {
      if (!aborted_) report_unterminated(begin, "\"");
      break;
    }
    if (text_[pos_] == '`') {
      read_escape(parts.changed());
    } else if (text_[pos_] == '$') {
      if (const Expr* part = parse_dollar()) {
        parts.expression(part);
      } else {
        parts.run(pos_, pos_ + 1);
        ++pos_;
      }
    } else if (uint32_t size = double_quote_at(pos_)) {
      uint32_t second = double_quote_at(pos_ + size);
      if (second == 0) {
        pos_ += size;
        break;
      }
      parts.run(pos_, pos_ + size);
      pos_ += size + second;
    } else {
      uint32_t wide = char_size_at(pos_);
      parts.run(pos_, pos_ + wide);
      pos_ += wide;
    }
  }
  return parts.finish(begin);
}

// At a place inside a here-string: the length of newline and terminator if it ends there, else 0.
uint32_t Parser::here_string_end_at(uint32_t at, bool expandable) const {
  uint32_t newline = newline_at(at);
  if (newline == 0) return 0;
  uint32_t quote = expandable ? double_quote_at(at + newline) : single_quote_at(at + newline);
  if (quote == 0 || at + newline + quote >= end_ || text_[at + newline + quote] != '@') return 0;
  return newline + quote + 1;
}

// Where an indented terminator stands in an unterminated here-string that begins at `begin`: the usual slip.
uint32_t Parser::indented_terminator(uint32_t begin, bool expandable) const {
  for (uint32_t at = begin; at < end_; ++at) {
    uint32_t newline = newline_at(at);
    if (newline == 0) continue;
    uint32_t quote_at = at + newline;
    while (uint32_t space = space_at(quote_at)) quote_at += space;
    uint32_t quote = expandable ? double_quote_at(quote_at) : single_quote_at(quote_at);
    if (quote != 0 && quote_at + quote < end_ && text_[quote_at + quote] == '@') return at + newline;
  }
  return end_;
}

void Parser::report_unterminated_here_string(uint32_t begin, bool expandable) {
  uint32_t indented = indented_terminator(begin, expandable);
  if (indented == end_) return report_unterminated(begin, expandable ? "\"@" : "'@");
  pos_ = end_;
  report("WhitespaceBeforeHereStringFooter", "White space is not allowed before the string terminator.",
         span_of(indented, end_));
  aborted_ = true;
}

// At @" or @'. The text runs from the next line to the line before the terminator.
const Expr* Parser::parse_here_string(uint32_t quote, bool expandable) {
  uint32_t begin = pos_;
  Nesting nesting(*this);
  if (!nesting) return error_expression(begin);
  pos_ += 1 + quote;
  while (uint32_t space = space_at(pos_)) pos_ += space;
  uint32_t newline = newline_at(pos_);
  if (newline == 0 && !at_end()) {
    report("UnexpectedCharactersAfterHereStringHeader",
           "No characters are allowed after a here-string header but before the end of the line.", here());
    while (!at_end() && newline_at(pos_) == 0) pos_ += char_size_at(pos_);
    newline = newline_at(pos_);
  }
  // The newline of the header may be that of the terminator as well: then the text is empty.
  TextParts parts(*this, expandable ? StringStyle::double_here : StringStyle::single_here);
  if (here_string_end_at(pos_, expandable) == 0) pos_ += newline;
  while (true) {
    uint32_t from = pos_;
    while (pos_ < end_ && !is_class(text_[pos_], kNewline) &&
           !(expandable && (text_[pos_] == '$' || text_[pos_] == '`')))
      ++pos_;
    parts.run(from, pos_);
    if (at_end()) {
      if (!aborted_) report_unterminated_here_string(begin, expandable);
      break;
    }
    if (uint32_t size = here_string_end_at(pos_, expandable)) {
      pos_ += size;
      break;
    }
    if (text_[pos_] == '`') {
      read_escape(parts.changed());
      continue;
    }
    const Expr* part = text_[pos_] == '$' ? parse_dollar() : nullptr;
    if (part) {
      parts.expression(part);
    } else {
      parts.run(pos_, pos_ + 1);
      ++pos_;
    }
  }
  return parts.finish(begin);
}

uint32_t Parser::variable_end(uint32_t at, bool splatted) const {
  uint32_t begin = at + 1;
  if (!splatted && begin < end_ && (text_[begin] == '$' || text_[begin] == '^')) return begin + 1;
  if (!splatted && begin < end_ && text_[begin] == '?') return begin + 1;
  // A splatted name starts with a letter: @1 is nothing.
  if (splatted && (begin >= end_ || is_class(text_[begin], kDigit) || text_[begin] == '?')) return at;
  uint32_t end = begin;
  while (true) {
    if (uint32_t size = variable_char_at(end)) {
      end += size;
    } else if (end < end_ && text_[end] == ':' && end > begin && text_[end + 1] != ':') {
      ++end;
    } else {
      break;
    }
  }
  return end == begin ? at : end;
}

const Expr* Parser::parse_dollar() {
  char next = pos_ + 1 < end_ ? text_[pos_ + 1] : '\0';
  if (next == '(') return parse_group(false);
  if (next == '{') return parse_braced_variable();
  if (variable_end(pos_, false) == pos_) return nullptr;
  return parse_variable(false);
}

const Expr* Parser::parse_variable(bool splatted) {
  uint32_t begin = pos_;
  pos_ = variable_end(begin, splatted);
  return make_variable(view(begin + 1, pos_), begin, splatted, false);
}

const Expr* Parser::parse_braced_variable() {
  uint32_t begin = pos_;
  pos_ += 2;
  uint32_t from = pos_;
  std::string changed;
  bool is_changed = false;
  while (!at_end() && text_[pos_] != '}') {
    if (text_[pos_] == '`') {
      if (!is_changed) changed.assign(view(from, pos_));
      is_changed = true;
      read_escape(changed);
      continue;
    }
    if (text_[pos_] == '{')
      report_mild("OpenBraceNeedsToBeBackTickedInVariableName",
                  "A { in a variable name that is enclosed in braces must be preceded by a backtick (`).",
                  here());
    uint32_t size = char_size_at(pos_);
    if (is_changed) changed.append(view(pos_, pos_ + size));
    pos_ += size;
  }
  std::string_view path = is_changed ? out_.arena.copy(std::string_view(changed)) : view(from, pos_);
  if (at_end()) {
    report("IncompleteDollarVariableReference", "The braced variable name is missing its closing '}'.",
           span_of(begin, begin + 2));
    aborted_ = true;
    return make_variable(path, begin, false, true);
  }
  ++pos_;
  if (path.empty()) {
    report_mild("EmptyVariableReference", "The braced variable name is empty.", span_from(begin));
    return error_expression(begin);
  }
  return make_variable(path, begin, false, true);
}

const Expr* Parser::make_variable(std::string_view path, uint32_t begin, bool splatted, bool braced) {
  struct ScopeName {
    std::string_view name;
    VariableScope scope;
  };
  static constexpr ScopeName kScopes[] = {
      {"local", VariableScope::local_},   {"script", VariableScope::script_},
      {"global", VariableScope::global_}, {"private", VariableScope::private_},
      {"using", VariableScope::using_},   {"workflow", VariableScope::workflow_},
  };
  auto* node = make<Variable>();
  node->splatted = splatted;
  node->name = path;
  size_t colon = path.find(':');
  if (colon != std::string_view::npos && colon > 0) {
    std::string_view prefix = path.substr(0, colon);
    node->name = path.substr(colon + 1);
    node->scope = VariableScope::drive;
    for (const ScopeName& s : kScopes)
      if (equals_lower(prefix, s.name)) node->scope = s.scope;
    if (node->scope == VariableScope::drive) node->drive = prefix;
    if (node->name.empty() && !braced) {
      report_mild("InvalidVariableReferenceWithDrive",
                  "Variable reference is not valid. ':' was not followed by a valid variable name character. "
                  "Consider using ${} to delimit the name.",
                  span_from(begin));
    }
  }
  return done(node, begin);
}

}  // namespace hvsh::shell
