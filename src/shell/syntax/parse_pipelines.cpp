// Pipelines, chains, assignments.
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
      report("EmptyPipelineChainElement",
             "Missing a pipeline after '" + std::string(view(op_begin, op_begin + 2)) + "'.",
             after(op_begin + 2));
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
      report("EmptyPipeElement", "An empty pipe element is not allowed.", after(pipe + 1));
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
  } else {
    constexpr std::string_view kSigns = "+*/%";
    constexpr AssignOp kOps[] = {AssignOp::add, AssignOp::multiply, AssignOp::divide, AssignOp::remainder};
    size_t sign = kSigns.find(c);
    if (next != '=' || sign == std::string_view::npos) return false;
    op = kOps[sign];
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
               std::string(view(equals - (op == AssignOp::set        ? 1
                                          : op == AssignOp::coalesce ? 3
                                                                     : 2),
                                equals)) +
               "' operator.",
           after(equals));
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

}  // namespace hvsh::shell
