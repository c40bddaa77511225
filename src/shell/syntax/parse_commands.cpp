// Commands and their arguments.
#include "shell/syntax/parser_impl.h"

namespace hvsh::shell {

// [&|.] name argument...
const Node* Parser::parse_command() {
  skip_space();
  uint32_t begin = pos_;
  if (at_end()) return nullptr;
  Nesting nesting(*this);
  if (!nesting) return nullptr;
  bool dots = is('.') && (token_ends_at(pos_ + 1) || peek(1) == '$' || single_quote_at(pos_ + 1) ||
                          double_quote_at(pos_ + 1));
  Invocation invocation = is('&') ? Invocation::call : dots ? Invocation::dot : Invocation::plain;
  std::vector<const Redirection*> redirections;
  const Expr* name = nullptr;
  if (invocation != Invocation::plain) {
    if (peek(1) == '&' && is('&')) return nullptr;
    ++pos_;
    skip_space();
    name = parse_single_argument();
    if (!name) {
      report("MissingExpression",
             std::string("Missing expression after '") + text_[begin] + "' in pipeline element.",
             after_last());
      name = error_expression(pos_);
    }
  } else {
    while (const Redirection* redirection = parse_redirection()) redirections.push_back(redirection);
    skip_space();
    name = parse_word();
    if (!name && redirections.empty()) {
      pos_ = begin;
      return nullptr;
    }
    if (!name) {
      name = error_expression(pos_);
      report("MissingCommandForRedirection", "Missing a command for the redirection.", span_from(begin));
    }
  }
  auto* node = make<Command>();
  node->invocation = invocation;
  node->name = name;
  size_t base = scratch_base();
  parse_arguments(redirections);
  node->arguments = take<Node>(base);
  node->redirections = take_entries(redirections);
  return done(node, begin);
}

void Parser::parse_arguments(std::vector<const Redirection*>& redirections) {
  bool parameters_ended = false;
  while (!aborted_) {
    uint32_t before = pos_;
    skip_space();
    if (at_statement_end()) {
      pos_ = before;
      return;
    }
    if (is(',')) {
      report("MissingArgument", "Missing an argument in parameter list.", here());
      ++pos_;
      continue;
    }
    if (const Redirection* redirection = parse_redirection()) {
      redirections.push_back(redirection);
      continue;
    }
    if (dash_at(pos_)) {
      if (!parameters_ended && accept_verbatim()) return;
      uint32_t begin = pos_, size = dash_at(pos_);
      if (!parameters_ended && dash_at(pos_ + size) && token_ends_at(pos_ + size + dash_at(pos_ + size))) {
        pos_ += size + dash_at(pos_ + size);
        push(done(make<EndOfParameters>(), begin));
        parameters_ended = true;
        continue;
      }
      if (!parameters_ended && parse_dash_argument()) continue;
    }
    const Expr* argument = parse_argument();
    if (!argument) {
      pos_ = before;
      return;
    }
    push(argument);
  }
}

// -Name, -Name:value; false when the dash starts a number or another word.
bool Parser::parse_dash_argument() {
  uint32_t begin = pos_, name = pos_ + dash_at(pos_), end = name;
  if (end >= end_ || !(is_class(text_[end], kNameStart) || text_[end] == '?' || name_char_at(end) > 1))
    return false;
  while (!token_ends_at(end) && text_[end] != ':' && text_[end] != '.' && text_[end] != '[') {
    if (single_quote_at(end) || double_quote_at(end)) return false;  // -a"b" is a word
    end += char_size_at(end);
  }
  pos_ = end;
  push(parse_parameter_argument(begin, name));
  return true;
}

const Node* Parser::parse_parameter_argument(uint32_t begin, uint32_t name_begin) {
  auto* node = make<CommandParameter>();
  node->name = view(name_begin, pos_);
  if (!is(':')) return done(node, begin);
  ++pos_;
  uint32_t colon_end = pos_;
  skip_space();
  if (!at_statement_end()) node->argument = parse_argument();
  if (!node->argument) {
    report_mild("ParameterRequiresArgument",
                "Parameter '" + std::string(view(begin, colon_end)) + "' requires an argument.",
                span_of(begin, colon_end));
    node->argument = error_expression(colon_end);
    pos_ = std::max(pos_, colon_end);
  }
  return done(node, begin);
}

// --% and the rest of the line up to a pipe or chain operator outside of quotes, as it stands.
bool Parser::accept_verbatim() {
  if (view(pos_, std::min(pos_ + 3, end_)) != "--%" || !(token_ends_at(pos_ + 3))) return false;
  uint32_t begin = pos_;
  pos_ += 3;
  while (space_at(pos_)) pos_ += space_at(pos_);
  uint32_t from = pos_;
  bool quoted = false;
  while (!at_end() && !is_class(text_[pos_], kNewline)) {
    if (text_[pos_] == '"') quoted = !quoted;
    bool stops = text_[pos_] == '|' || (text_[pos_] == '&' && peek(1) == '&');
    if (stops && !quoted) break;
    ++pos_;
  }
  auto* node = make<VerbatimArguments>();
  node->text = view(from, pos_);
  while (!node->text.empty() && is_class(node->text.back(), kSpace)) node->text.remove_suffix(1);
  push(done(node, begin));
  return true;
}

// [n|*]> file, [n|*]>> file, [n|*]>&m. Null, without moving, when there is none.
const Redirection* Parser::parse_redirection() {
  uint32_t before = pos_;
  skip_space();
  uint32_t begin = pos_;
  if (is('<')) {
    ++pos_;
    report("RedirectionNotSupported", "The '<' operator is reserved for future use.", span_from(begin));
    pos_ = begin;
  }
  uint8_t from = 1;
  if (!at_end() && peek(1) == '>' && (is('*') || (peek() >= '1' && peek() <= '6'))) {
    from = is('*') ? 0 : static_cast<uint8_t>(peek() - '0');
    ++pos_;
  }
  if (!is('>')) {
    pos_ = before;
    return nullptr;
  }
  auto* node = make<Redirection>();
  node->from = from;
  ++pos_;
  if (is('&')) {
    if (peek(1) >= '1' && peek(1) <= '6') {
      node->to = static_cast<uint8_t>(peek(1) - '0');
      pos_ += 2;
      return done(node, begin);
    }
    report("RedirectionNotSupported", "A stream can be merged only into another one, as in 2>&1.",
           span_from(begin));
    ++pos_;
    node->target = error_expression(pos_);
    return done(node, begin);
  }
  if (is('>')) {
    node->append = true;
    ++pos_;
  }
  uint32_t op_end = pos_;
  skip_space();
  if (!at_statement_end()) node->target = parse_single_argument();
  if (!node->target) {
    pos_ = op_end;
    report_mild("MissingFileSpecification", "Missing file specification after redirection operator.",
                after(op_end));
    node->target = error_expression(op_end);
  }
  return done(node, begin);
}

// One argument, or several joined by commas.
const Expr* Parser::parse_argument() {
  skip_space();
  uint32_t begin = pos_;
  const Expr* first = parse_single_argument();
  if (!first || no_comma_) return first;
  uint32_t before = pos_;
  skip_space();
  if (is(',')) return parse_argument_list(first, begin);
  pos_ = before;
  return first;
}

const Expr* Parser::parse_argument_list(const Expr* first, uint32_t begin) {
  size_t base = scratch_base();
  push(first);
  uint32_t behind = pos_;
  while (is(',')) {
    uint32_t comma = pos_++;
    skip_newlines();
    const Expr* next = at_statement_end() ? nullptr : parse_single_argument();
    if (!next) {
      report("MissingArgument", "Missing an argument in parameter list.", after(comma + 1));
      push(error_expression(pos_));
      behind = pos_;
      break;
    }
    push(next);
    behind = pos_;
    skip_space();
  }
  pos_ = behind;
  auto* node = make<ArrayLiteral>();
  node->elements = take<Expr>(base);
  return done(node, begin);
}

// At the first character of an argument.
const Expr* Parser::parse_single_argument() {
  if (at_end()) return nullptr;
  uint32_t begin = pos_;
  char c = text_[pos_];
  const Expr* atom = nullptr;
  if (c == '$' || c == '@') {
    char next = peek(1);
    bool bracket = next == '(' || (c == '@' && next == '{');
    bool here_string = c == '@' && (single_quote_at(pos_ + 1) || double_quote_at(pos_ + 1));
    if (bracket || here_string) {
      atom = parse_atom(Mode::argument);
    } else if (c == '$' && next == '{') {
      atom = parse_braced_variable();
      // ${path}\file goes on as a word.
      bool goes_on = !token_ends_at(pos_) && !is('.') && !is('[') && !is(':') && !is('?');
      if (goes_on && atom->kind == Kind::variable) {
        pos_ = begin;
        return parse_word();
      }
    } else {
      uint32_t end = variable_end(pos_, c == '@');
      if (end == pos_) return parse_word();
      bool ends = token_ends_at(end) || text_[end] == '.' || text_[end] == '[' || text_[end] == ':';
      if (!ends) return parse_word();  // $path\file, @types/node
      atom = parse_variable(c == '@');
    }
  } else if (c == '(' || c == '{' || single_quote_at(pos_) || double_quote_at(pos_)) {
    atom = parse_atom(Mode::argument);
  } else if (is_class(c, kDigit) || c == '.' || c == '+' || dash_at(pos_)) {
    atom = parse_number(Mode::argument, true);
    if (!atom) return parse_word();
    return atom;
  } else {
    return parse_word();
  }
  return atom ? parse_postfix(atom, begin, Mode::argument) : nullptr;
}

// A bareword: everything up to white space or one of &(),;<>{|}, with variables, quoted pieces and escapes in
// it.
const Expr* Parser::parse_word() {
  if (token_ends_at(pos_)) return nullptr;
  uint32_t begin = pos_;
  Nesting nesting(*this);
  if (!nesting) return error_expression(begin);
  if (is('@') && token_ends_at(pos_ + 1))
    report("UnrecognizedToken", "Unrecognized token in source text.", here());
  TextParts parts(*this, StringStyle::bare);
  auto take_string = [&parts](const Expr* inner) {
    if (const auto* text = try_as<String>(inner)) {
      parts.changed().append(text->value);
    } else if (const auto* expandable = try_as<ExpandableString>(inner)) {
      for (const Expr* part : expandable->parts) {
        if (const auto* piece = try_as<String>(part)) {
          parts.changed().append(piece->value);
        } else {
          parts.expression(part);
        }
      }
    }
  };
  while (!token_ends_at(pos_) && !aborted_) {
    uint32_t from = pos_;
    char c = text_[pos_];
    if (c == '`') {
      if (newline_at(pos_ + 1) || pos_ + 1 >= end_) break;  // the line goes on, the word ends
      read_escape(parts.changed());
    } else if (c == '$') {
      if (const Expr* part = parse_dollar()) {
        parts.expression(part);
      } else {
        parts.run(from, ++pos_);
      }
    } else if (single_quote_at(pos_) || double_quote_at(pos_)) {
      take_string(parse_string());
    } else if (is_class(c, kWide)) {
      pos_ += char_size_at(pos_);
      parts.run(from, pos_);
    } else {
      while (pos_ < end_ && !is_class(text_[pos_], kForceStart | kWide) && text_[pos_] != '`' &&
             text_[pos_] != '$' && text_[pos_] != '\'' && text_[pos_] != '"')
        ++pos_;
      parts.run(from, pos_);
    }
  }
  if (pos_ == begin) return nullptr;
  return parts.finish(begin);
}

// The #requires lines of a script, each read as a command.
List<Command> Parser::parse_requirements() {
  size_t base = scratch_base();
  uint32_t end = end_;
  for (Span line : requires_lines_) {
    if (aborted_) break;
    pos_ = line.begin + 1;  // behind the #
    end_ = line.end;
    if (const Node* command = parse_command()) push(command);
    skip_space();
    if (!at_end()) report_unexpected_token();
  }
  end_ = end;
  pos_ = end;
  return take<Command>(base);
}

}  // namespace hvsh::shell
