// Expressions: operators by precedence, casts, members, calls.
#include "shell/syntax/parser_impl.h"

namespace hvsh::shell {

namespace {

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string value_expected(std::string_view op) {
  return "You must provide a value expression following the " + quoted(op) + " operator.";
}

}  // namespace

// expression [? expression : expression]
const Expr* Parser::parse_expression() {
  const Expr* condition = parse_binary(kLogical);
  if (!condition) return nullptr;
  uint32_t begin = condition->span.begin, before = pos_;
  skip_space();
  if (!is('?') || peek(1) == '?') {  // ??= belongs to the statement
    pos_ = before;
    return condition;
  }
  Nesting nesting(*this);
  if (!nesting) return condition;
  ++pos_;
  auto* node = make<Ternary>();
  node->condition = condition;
  skip_newlines();
  node->if_true = parse_expression();
  if (!node->if_true) {
    report("ExpectedValueExpression", value_expected("?"), after_last());
    node->if_true = error_expression(pos_);
  }
  skip_newlines();
  if (!is(':')) {
    report("MissingColonInTernaryExpression", "Missing ':' in the ternary expression.", after_last());
    node->if_false = error_expression(pos_);
    return done(node, begin);
  }
  ++pos_;
  skip_newlines();
  node->if_false = parse_expression();
  if (!node->if_false) {
    report("ExpectedValueExpression", value_expected(":"), after_last());
    node->if_false = error_expression(pos_);
  }
  return done(node, begin);
}

// Precedence climbing; operators of one precedence join to the left.
const Expr* Parser::parse_binary(uint8_t lowest) {
  const Expr* left = parse_array();
  if (!left) return nullptr;
  uint32_t begin = left->span.begin;
  while (true) {
    BinaryOperator op = peek_binary_operator();
    if (!op.found || op.precedence < lowest) return left;
    pos_ = op.end;
    skip_newlines();
    const Expr* right = parse_binary(op.precedence + 1);
    if (!right) {
      report("ExpectedValueExpression", value_expected(view(op.begin, op.end)), after(op.end));
      right = error_expression(pos_);
    }
    auto* node = make<Binary>();
    node->op = op.op;
    node->case_sensitive = op.case_sensitive;
    node->op_span = span_of(op.begin, op.end);
    node->left = left;
    node->right = right;
    left = done(node, begin);
    if (aborted_) return left;
  }
}

Parser::BinaryOperator Parser::peek_binary_operator() {
  if (operator_at_ == pos_) return operator_;
  uint32_t before = pos_;
  skip_space();
  uint32_t at = pos_;
  pos_ = before;
  char c = text_[at], next = text_[at + 1];
  BinaryOperator found;
  auto set = [&found, at](BinaryOp op, Precedence precedence, uint32_t size) {
    found = {true, false, op, precedence, at, at + size};
  };
  if (at >= end_) {
    // nothing
  } else if (uint32_t dash = dash_at(at)) {
    found = peek_dash_operator(at, dash);
  } else if (c == '+' && next != '=' && next != '+') {
    set(BinaryOp::add, kAdditive, 1);
  } else if (c == '*' && next != '=' && next != '>') {
    set(BinaryOp::multiply, kMultiplicative, 1);
  } else if (c == '/' && next != '=') {
    set(BinaryOp::divide, kMultiplicative, 1);
  } else if (c == '%' && next != '=') {
    set(BinaryOp::remainder, kMultiplicative, 1);
  } else if (c == '.' && next == '.') {
    set(BinaryOp::range, kRange, 2);
  } else if (c == '?' && next == '?' && text_[at + 2] != '=') {
    set(BinaryOp::coalesce, kCoalesce, 2);
  }
  operator_at_ = before;
  operator_ = found;
  return found;
}

Parser::BinaryOperator Parser::peek_dash_operator(uint32_t at, uint32_t dash) {
  uint32_t word = at + dash, end = word;
  while (end < end_ && is_class(text_[end], kNameStart) && text_[end] != '_') ++end;
  if (end > word) {
    FoundDashOperator found = find_dash_operator(view(word, end));
    if (found.entry && name_char_at(end) == 0)
      return {true, found.case_sensitive, found.entry->op, found.entry->precedence, at, end};
  }
  if (text_[word] == '=' || dash_at(word) != 0) return {};  // -= and --
  return {true, false, BinaryOp::subtract, kAdditive, at, word};
}

// element [, element]...
const Expr* Parser::parse_array() {
  const Expr* first = parse_unary();
  if (!first || no_comma_) return first;
  uint32_t before = pos_;
  skip_space();
  if (!is(',')) {
    pos_ = before;
    return first;
  }
  size_t base = scratch_base();
  push(first);
  while (is(',')) {
    uint32_t comma = pos_++;
    skip_newlines();
    const Expr* next = parse_unary();
    if (!next) {
      report("MissingExpressionAfterToken", "Missing expression after ','.", after(comma + 1));
      push(error_expression(pos_));
      before = pos_;
      break;
    }
    push(next);
    before = pos_;
    skip_space();
  }
  pos_ = before;
  auto* node = make<ArrayLiteral>();
  node->elements = take<Expr>(base);
  return done(node, first->span.begin);
}

const Expr* Parser::parse_unary() {
  skip_space();
  uint32_t begin = pos_;
  if (at_end()) return nullptr;
  if (uint32_t dash = dash_at(pos_)) return parse_dash_unary(begin, dash);
  switch (text_[pos_]) {
    case '!': ++pos_; return parse_unary_operand(UnaryOp::not_, false, begin, "!");
    case '+':
      if (text_[pos_ + 1] == '+') {
        pos_ += 2;
        return parse_step(begin, true, "++");
      }
      if (const Expr* number = parse_number(Mode::expression, true))
        return parse_postfix(number, begin, Mode::expression);
      ++pos_;
      return parse_unary_operand(UnaryOp::plus, false, begin, "+");
    case ',': {
      if (no_comma_) return nullptr;
      Nesting nesting(*this);
      if (!nesting) return error_expression(begin);
      ++pos_;
      skip_newlines();
      const Expr* operand = parse_unary();
      if (!operand) {
        report("MissingExpressionAfterToken", "Missing expression after ','.", after(begin + 1));
        operand = error_expression(pos_);
      }
      size_t base = scratch_base();
      push(operand);
      auto* node = make<ArrayLiteral>();
      node->elements = take<Expr>(base);
      return done(node, begin);
    }
    case '[': return parse_bracketed();
    default: return parse_primary();
  }
}

const Expr* Parser::parse_dash_unary(uint32_t begin, uint32_t dash) {
  if (uint32_t second = dash_at(pos_ + dash)) {
    pos_ += dash + second;
    return parse_step(begin, false, "--");
  }
  if (const Expr* number = parse_number(Mode::expression, true))
    return parse_postfix(number, begin, Mode::expression);
  uint32_t word = pos_ + dash, end = word;
  while (end < end_ && is_class(text_[end], kNameStart)) ++end;
  std::string_view name = view(word, end);
  struct Name {
    std::string_view name;
    UnaryOp op;
    bool case_sensitive;
  };
  static constexpr Name kNames[] = {
      {"not", UnaryOp::not_, false},    {"bnot", UnaryOp::bnot, false},    {"join", UnaryOp::join, false},
      {"split", UnaryOp::split, false}, {"isplit", UnaryOp::split, false}, {"csplit", UnaryOp::split, true},
  };
  for (const Name& n : kNames) {
    if (!equals_lower(name, n.name)) continue;
    pos_ = end;
    return parse_unary_operand(n.op, n.case_sensitive, begin, view(begin, end));
  }
  if (!name.empty()) return nullptr;  // a binary operator, or nothing
  pos_ += dash;
  return parse_unary_operand(UnaryOp::minus, false, begin, "-");
}

const Expr* Parser::parse_unary_operand(UnaryOp op, bool case_sensitive, uint32_t begin,
                                        std::string_view shown) {
  Nesting nesting(*this);
  if (!nesting) return error_expression(begin);
  skip_newlines();
  auto* node = make<Unary>();
  node->op = op;
  node->case_sensitive = case_sensitive;
  node->operand = parse_unary();
  if (!node->operand) {
    report("MissingExpressionAfterOperator", "Missing expression after unary operator " + quoted(shown) + ".",
           after(begin + static_cast<uint32_t>(shown.size())));
    node->operand = error_expression(pos_);
  }
  return done(node, begin);
}

const Expr* Parser::parse_step(uint32_t begin, bool increment, std::string_view shown) {
  Nesting nesting(*this);
  if (!nesting) return error_expression(begin);
  auto* node = make<Step>();
  node->increment = increment;
  node->prefix = true;
  node->operand = parse_unary();
  if (!node->operand) {
    report("MissingExpressionAfterOperator", "Missing expression after unary operator " + quoted(shown) + ".",
           after_last());
    node->operand = error_expression(pos_);
  } else if (!is_assignable(*node->operand)) {
    report_mild("OperatorRequiresVariableOrProperty",
                "The operator " + quoted(shown) + " works only on variables or on properties.",
                node->operand->span);
  }
  return done(node, begin);
}

// At a [ : a type, a cast, an attribute before an expression.
const Expr* Parser::parse_bracketed() {
  uint32_t begin = pos_;
  Nesting nesting(*this);
  if (!nesting) return error_expression(begin);
  const Node* item = parse_bracket_item();
  if (const auto* attribute = try_as<Attribute>(item)) {
    auto* node = make<AttributedExpression>();
    node->attribute = attribute;
    node->operand = parse_unary();
    if (!node->operand) {
      report("UnexpectedAttribute", "Unexpected attribute " + quoted(attribute->type->text) + ".",
             attribute->span);
      node->operand = error_expression(pos_);
    }
    return done(node, begin);
  }
  const auto* type = static_cast<const TypeName*>(item);
  char c = peek();
  bool is_target = !at_end() && ((c == ':' && peek(1) == ':') || (c == '.' && peek(1) != '.') || c == '?');
  uint32_t before = pos_;
  skip_space();
  if (!is_target && starts_cast_operand()) {
    if (const Expr* operand = parse_unary()) {
      auto* node = make<Cast>();
      node->type = type;
      node->operand = operand;
      return done(node, begin);
    }
  }
  pos_ = before;
  auto* node = make<TypeExpression>();
  node->type = type;
  return parse_step_suffix(parse_postfix(done(node, begin), begin, Mode::expression), begin);
}

bool Parser::starts_cast_operand() {
  if (at_end()) return false;
  switch (text_[pos_]) {
    case '$':
    case '@':
    case '(':
    case '{':
    case '[':
    case '!': return true;
    case '.': return is_class(peek(1), kDigit);
    case '+': return is_class(peek(1), kDigit) || peek(1) == '$' || peek(1) == '(' || peek(1) == '+';
    default: break;
  }
  if (is_class(text_[pos_], kDigit) || single_quote_at(pos_) || double_quote_at(pos_)) return true;
  uint32_t dash = dash_at(pos_);
  if (dash == 0) return false;
  char next = peek(dash);
  if (is_class(next, kDigit) || next == '$' || next == '(' || next == '.' || dash_at(pos_ + dash))
    return true;
  return is_class(next, kNameStart);  // parse_unary() knows whether it is a unary operator
}

// operand++ and operand--
const Expr* Parser::parse_step_suffix(const Expr* operand, uint32_t begin) {
  uint32_t before = pos_;
  skip_space();
  uint32_t dash = dash_at(pos_), second = dash ? dash_at(pos_ + dash) : 0;
  bool plus = is('+') && peek(1) == '+';
  if (!plus && !second) {
    pos_ = before;
    return operand;
  }
  pos_ += plus ? 2 : dash + second;
  if (!is_assignable(*operand))
    report_mild(
        "OperatorRequiresVariableOrProperty",
        std::string("The operator '") + (plus ? "++" : "--") + "' works only on variables or on properties.",
        operand->span);
  auto* node = make<Step>();
  node->increment = plus;
  node->operand = operand;
  return done(node, begin);
}

const Expr* Parser::parse_primary() {
  uint32_t begin = pos_;
  const Expr* atom = parse_atom(Mode::expression);
  if (!atom) return nullptr;
  return parse_step_suffix(parse_postfix(atom, begin, Mode::expression), begin);
}

// What needs no operator: a literal, a variable, something in brackets. The position is at its first
// character.
const Expr* Parser::parse_atom(Mode mode) {
  if (at_end()) return nullptr;
  switch (text_[pos_]) {
    case '$': return parse_dollar();
    case '(': return parse_paren();
    case '{': return parse_script_block_expression();
    case '@': {
      const uint32_t begin = pos_;
      if (peek(1) == '(') return parse_group(true);
      if (peek(1) == '{') return parse_hashtable();
      if (uint32_t quote = double_quote_at(pos_ + 1)) return parse_here_string(quote, true);
      if (uint32_t quote = single_quote_at(pos_ + 1)) return parse_here_string(quote, false);
      if (variable_end(pos_, true) == pos_) return nullptr;
      const Expr* variable = parse_variable(true);
      if (mode == Mode::expression)
        report_mild("SplattingNotPermitted",
                    "The splatting operator '@' cannot be used to reference variables in an expression. '" +
                        std::string(view(begin, pos_)) +
                        "' can be used only as an argument to a command. To reference variables in an "
                        "expression use '$" +
                        std::string(view(begin + 1, pos_)) + "'.",
                    variable->span);
      return variable;
    }
    default: break;
  }
  if (single_quote_at(pos_) || double_quote_at(pos_)) return parse_string();
  if (is_class(text_[pos_], kDigit) || text_[pos_] == '.') return parse_number(mode, false);
  return nullptr;
}

// Members, calls and indexes that follow without white space.
const Expr* Parser::parse_postfix(const Expr* target, uint32_t begin, Mode mode) {
  while (!aborted_ && !at_end()) {
    char c = text_[pos_], next = text_[pos_ + 1];
    bool stands_alone = mode == Mode::argument && token_ends_at(pos_ + 1) && next != '(' && next != '{';
    if (c == '.' && next != '.' && !stands_alone) {
      ++pos_;
      target = parse_member(target, begin, false, false, mode);
    } else if (c == ':' && next == ':' && !(mode == Mode::argument && token_ends_at(pos_ + 2))) {
      pos_ += 2;
      target = parse_member(target, begin, true, false, mode);
    } else if (c == '?' && next == '.') {
      pos_ += 2;
      target = parse_member(target, begin, false, true, mode);
    } else if (c == '[') {
      target = parse_index(target, begin, false);
    } else if (c == '?' && next == '[') {
      ++pos_;
      target = parse_index(target, begin, true);
    } else {
      break;
    }
  }
  return target;
}

const Expr* Parser::parse_member(const Expr* target, uint32_t begin, bool is_static, bool null_conditional,
                                 Mode mode) {
  const Expr* name = parse_member_name(mode);
  if (!name) {
    report("MissingPropertyName", "Missing property name after reference operator.", after_last());
    name = error_expression(pos_);
  } else if (is('(') || is('{') || (is('[') && at_type_arguments())) {
    return parse_call(target, name, begin, is_static, null_conditional);
  }
  auto* node = make<Member>();
  node->is_static = is_static;
  node->null_conditional = null_conditional;
  node->target = target;
  node->name = name;
  return done(node, begin);
}

const Expr* Parser::parse_member_name(Mode mode) {
  uint32_t before = pos_;
  if (mode == Mode::expression) skip_newlines();
  uint32_t begin = pos_;
  while (uint32_t size = name_char_at(pos_)) pos_ += size;
  if (pos_ > begin) return make_string(StringStyle::bare, view(begin, pos_), begin);
  const Expr* name = nullptr;
  if (is('$') || is('(') || single_quote_at(pos_) || double_quote_at(pos_)) name = parse_atom(mode);
  if (!name) pos_ = before;
  return name;
}

// After a method's name: is this [ the start of type arguments, [int, string](...) ?
bool Parser::at_type_arguments() const {
  uint32_t at = pos_ + 1, depth = 1;
  while (space_at(at)) at += space_at(at);
  if (at >= end_ || (!is_class(text_[at], kNameStart) && text_[at] != '[')) return false;
  for (; at < end_ && depth > 0; ++at) {
    char c = text_[at];
    if (c == '[') {
      ++depth;
    } else if (c == ']') {
      --depth;
    } else if (!is_class(c, kNameRest) && c != '.' && c != ',' && c != '+' && c != ' ' && c != '`') {
      return false;
    }
  }
  return depth == 0 && at < end_ && text_[at] == '(';
}

const Expr* Parser::parse_call(const Expr* target, const Expr* name, uint32_t begin, bool is_static,
                               bool null_conditional) {
  auto* node = make<MethodCall>();
  node->is_static = is_static;
  node->null_conditional = null_conditional;
  node->target = target;
  node->name = name;
  if (is('[')) {
    size_t base = scratch_base();
    do {
      ++pos_;
      skip_newlines();
      const TypeName* type = parse_type_name(false);
      if (type) push(type);
      skip_newlines();
    } while (is(','));
    if (is(']')) ++pos_;
    node->type_arguments = take<TypeName>(base);
  }
  Nesting nesting(*this);
  if (!nesting) return done(node, begin);
  size_t base = scratch_base();
  if (is('{')) {
    push(parse_script_block_expression());
  } else {
    parse_call_arguments(base);
  }
  node->arguments = take<Expr>(base);
  return done(node, begin);
}

void Parser::parse_call_arguments(size_t base) {
  ++pos_;
  Scoped comma(no_comma_, true);
  ++open_parens_;
  while (true) {
    skip_newlines();
    if (is(')') || (at_end() && scratch_base() > base)) {
      // f(a, ) names an argument that is not there.
      if (scratch_base() > base)
        report("MissingExpressionAfterToken", "Missing expression after ','.", after_last());
      if (!at_end()) ++pos_;
      break;
    }
    const Expr* argument = parse_expression();
    if (argument) push(argument);
    skip_newlines();
    if (argument && is(',')) {
      ++pos_;
      continue;
    }
    if (is(')')) {
      ++pos_;
      break;
    }
    report("MissingEndParenthesisInMethodCall", "Missing ')' in method call.", after_last());
    break;
  }
  --open_parens_;
}

const Expr* Parser::parse_index(const Expr* target, uint32_t begin, bool null_conditional) {
  uint32_t open = pos_;
  auto* node = make<Index>();
  node->null_conditional = null_conditional;
  node->target = target;
  Nesting nesting(*this);
  if (!nesting) {
    node->index = error_expression(pos_);
    return done(node, begin);
  }
  ++pos_;
  Scoped comma(no_comma_, false);
  skip_newlines();
  node->index = parse_expression();
  skip_newlines();
  if (!node->index) {
    report("MissingArrayIndexExpression", "Array index expression is missing or not valid.", after(open + 1));
    node->index = error_expression(pos_);
  }
  if (is(']')) {
    ++pos_;
  } else {
    report("MissingEndSquareBracket", "Missing ']' after array index expression.", after_last());
  }
  return done(node, begin);
}

}  // namespace hvsh::shell
