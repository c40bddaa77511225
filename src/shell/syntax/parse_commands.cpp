// Pipelines, chains, assignments; commands and their arguments.
#include "shell/syntax/number.h"
#include "shell/syntax/parser_impl.h"

namespace hvsh::shell {

bool Parser::at_statement_end() const {
  if (at_end() || is_class(text_[pos_], kNewline)) return true;
  char c = text_[pos_];
  return c == ';' || c == ')' || c == '}' || c == '|' || c == '&';
}

// pipeline [&& pipeline | || pipeline]... [&]
const Stmt* Parser::parse_chain() {
  const Stmt* first = parse_pipeline();
  if (!first || first->kind == Kind::assignment) return first;
  uint32_t begin = first->span.begin;
  int op = accept_chain_operator();
  if (op == 0) {
    if (!accept_background()) return first;
    auto* node = make<Pipeline>();
    node->background = true;
    if (const auto* pipeline = try_as<Pipeline>(first)) {
      node->elements = pipeline->elements;
    } else if (const auto* statement = try_as<ExpressionStatement>(first)) {
      auto* element = make<CommandExpression>();
      element->expression = statement->expression;
      size_t base = scratch_base();
      push(done(element, begin));
      node->elements = take<Node>(base);
    }
    return done(node, begin);
  }
  std::vector<Chain::Link> links{{false, first}};
  while (op != 0) {
    uint32_t op_begin = pos_ - 2;
    skip_newlines();
    const Stmt* next = parse_pipeline();
    if (!next) {
      report("MissingPipelineAfterChainOperator",
             "Missing a pipeline after '" + std::string(view(op_begin, op_begin + 2)) + "'.",
             span_of(op_begin, op_begin + 2));
      next = error_statement(pos_);
      links.push_back({op == 2, next});
      break;
    }
    links.push_back({op == 2, next});
    op = accept_chain_operator();
  }
  auto* node = make<Chain>();
  node->links = take_entries(links);
  node->background = accept_background();
  return done(node, begin);
}

// Behind the newlines at the position, if the next line goes on with | or && or ||; else 0.
uint32_t Parser::continuation_after_newlines() {
  if (at_end() || newline_at(pos_) == 0 || no_continuation_at_ == pos_) return 0;
  uint32_t before = pos_;
  skip_newlines();
  uint32_t at = pos_;
  pos_ = before;
  bool goes_on = at < end_ && (text_[at] == '|' || (text_[at] == '&' && text_[at + 1] == '&'));
  if (!goes_on) no_continuation_at_ = before;
  return goes_on ? at : 0;
}

// 1: &&, 2: ||, 0: neither. Stands behind it.
int Parser::accept_chain_operator() {
  uint32_t before = pos_;
  skip_space();
  if (uint32_t at = continuation_after_newlines()) pos_ = at;
  int op = is('&') && peek(1) == '&' ? 1 : is('|') && peek(1) == '|' ? 2 : 0;
  pos_ = op != 0 ? pos_ + 2 : before;
  return op;
}

bool Parser::accept_background() {
  uint32_t before = pos_;
  skip_space();
  if (is('&') && peek(1) != '&') {
    ++pos_;
    return true;
  }
  pos_ = before;
  return false;
}

bool Parser::accept_pipe() {
  uint32_t before = pos_;
  skip_space();
  if (uint32_t at = continuation_after_newlines()) pos_ = at;
  if (is('|') && peek(1) != '|') {
    ++pos_;
    return true;
  }
  pos_ = before;
  return false;
}

const Stmt* Parser::parse_pipeline() {
  skip_space();
  uint32_t begin = pos_;
  const Node* first = nullptr;
  if (starts_expression()) {
    const Expr* expression = parse_expression();
    if (!expression) return nullptr;
    uint32_t before = pos_;
    skip_space();
    AssignOp op;
    if (read_assign_op(op)) return parse_assignment(expression, op, begin);
    pos_ = before;
    std::vector<const Redirection*> redirections;
    while (const Redirection* redirection = parse_redirection()) redirections.push_back(redirection);
    if (redirections.empty() && !accept_pipe()) {
      auto* node = make<ExpressionStatement>();
      node->expression = expression;
      return done(node, begin);
    }
    if (redirections.empty()) --pos_;  // the pipe is read below
    auto* element = make<CommandExpression>();
    element->expression = expression;
    element->redirections = take_entries(redirections);
    first = done(element, begin);
  } else {
    first = parse_command();
    if (!first) return nullptr;
  }
  size_t base = scratch_base();
  push(first);
  while (accept_pipe()) {
    uint32_t pipe = pos_ - 1;
    skip_newlines();
    const Node* next = parse_pipeline_element(PipePlace::later);
    if (!next) {
      report("EmptyPipeElement", "An empty pipe element is not allowed.", span_of(pipe, pipe + 1));
      break;
    }
    push(next);
  }
  auto* node = make<Pipeline>();
  node->elements = take<Node>(base);
  return done(node, begin);
}

const Node* Parser::parse_pipeline_element(PipePlace place) {
  skip_space();
  uint32_t begin = pos_;
  if (!starts_expression()) return parse_command();
  const Expr* expression = parse_expression();
  if (!expression) return nullptr;
  if (place == PipePlace::later)
    report_mild("ExpressionsMustBeFirstInPipeline",
                "Expressions are only allowed as the first element of a pipeline.", expression->span);
  auto* node = make<CommandExpression>();
  node->expression = expression;
  std::vector<const Redirection*> redirections;
  while (const Redirection* redirection = parse_redirection()) redirections.push_back(redirection);
  node->redirections = take_entries(redirections);
  return done(node, begin);
}

bool Parser::read_assign_op(AssignOp& op) {
  if (at_end()) return false;
  char c = text_[pos_], next = text_[pos_ + 1];
  uint32_t size = 2;
  uint32_t dash = dash_at(pos_);
  if (c == '=') {
    op = AssignOp::set;
    size = 1;
  } else if (dash && text_[pos_ + dash] == '=') {
    op = AssignOp::subtract;
    size = dash + 1;
  } else if (c == '?' && next == '?' && text_[pos_ + 2] == '=') {
    op = AssignOp::coalesce;
    size = 3;
  } else if (next != '=') {
    return false;
  } else if (c == '+') {
    op = AssignOp::add;
  } else if (c == '*') {
    op = AssignOp::multiply;
  } else if (c == '/') {
    op = AssignOp::divide;
  } else if (c == '%') {
    op = AssignOp::remainder;
  } else {
    return false;
  }
  pos_ += size;
  return true;
}

bool Parser::is_assignable(const Expr& target) {
  const Expr* at = &target;
  while (true) {
    switch (at->kind) {
      case Kind::variable: return !as<Variable>(*at).splatted;
      case Kind::member:
      case Kind::index:
      case Kind::error_expression: return true;
      case Kind::cast: at = as<Cast>(*at).operand; break;
      case Kind::attributed_expression: at = as<AttributedExpression>(*at).operand; break;
      case Kind::array_literal: {
        for (const Expr* element : as<ArrayLiteral>(*at).elements)
          if (!is_assignable(*element)) return false;
        return true;
      }
      case Kind::paren: {
        const auto* inner = try_as<ExpressionStatement>(as<Paren>(*at).body);
        if (!inner) return false;
        at = inner->expression;
        break;
      }
      default: return false;
    }
  }
}

const Stmt* Parser::parse_assignment(const Expr* target, AssignOp op, uint32_t begin) {
  Nesting nesting(*this);
  if (!nesting) return error_statement(begin);
  if (!is_assignable(*target))
    report_mild(
        "InvalidLeftHandSide",
        "The assignment expression is not valid. The input to an assignment operator must be an object that "
        "is able to accept assignments, such as a variable or a property.",
        target->span);
  uint32_t equals = pos_;
  skip_newlines();
  auto* node = make<Assignment>();
  node->op = op;
  node->target = target;
  node->value = parse_statement();
  if (!node->value) {
    report("ExpectedValueExpression",
           "You must provide a value expression following the '" +
               std::string(view(op == AssignOp::set ? equals - 1 : equals - 2, equals)) + "' operator.",
           span_of(equals - 1, equals));
    node->value = error_statement(pos_);
  }
  return done(node, begin);
}

// Does an expression stand at the position, rather than a command?
bool Parser::starts_expression() {
  if (at_end()) return false;
  switch (text_[pos_]) {
    case '$':
    case '(':
    case '{':
    case '[':
    case '!':
    case '+':
    case ',': return true;
    case '@':
      return peek(1) == '(' || peek(1) == '{' || single_quote_at(pos_ + 1) || double_quote_at(pos_ + 1) ||
             variable_end(pos_, true) != pos_;
    default: break;
  }
  if (single_quote_at(pos_) || double_quote_at(pos_)) return true;
  if (uint32_t dash = dash_at(pos_)) return dash_starts_expression(dash);
  if (!is_class(text_[pos_], kDigit) && !(text_[pos_] == '.' && is_class(peek(1), kDigit))) return false;
  // A number, unless it is the beginning of a name such as 7z.
  Number number;
  size_t length = 0;
  if (scan_number(view(pos_, end_), false, length, number) == NumberScan::none) return false;
  uint32_t end = pos_ + static_cast<uint32_t>(length);
  if (text_[end] == '>' && length == 1) return false;
  return token_ends_at(end) || is_class(text_[end], kAfterNumber) || dash_at(end) != 0;
}

bool Parser::dash_starts_expression(uint32_t dash) {
  uint32_t at = pos_ + dash;
  if (uint32_t second = dash_at(at)) {
    char next = text_[at + second];
    return next == '$' || next == '(' || next == '[';
  }
  if (!is_class(text_[at], kNameStart)) return text_[at] != '-' && !is_class(text_[at], kWide);
  uint32_t end = at;
  while (end < end_ && is_class(text_[end], kNameRest)) ++end;
  std::string_view word = view(at, end);
  for (std::string_view name : {"not", "bnot", "join", "split", "csplit", "isplit"})
    if (equals_lower(word, name)) return true;
  return false;
}

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
             std::string("Missing expression after '") + text_[begin] + "' in pipeline element.", here());
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
                span_of(begin, op_end));
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
      report("MissingArgument", "Missing an argument in parameter list.", span_of(comma, comma + 1));
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
  TextParts parts(*this, StringStyle::bare);
  auto take_string = [this, &parts](const Expr* inner) {
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
