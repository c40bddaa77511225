// Loops and switch, if, and the conditions of both.
#include "shell/syntax/parser_impl.h"

namespace hvsh::shell {

// :label loop
const Stmt* Parser::parse_labeled() {
  uint32_t begin = pos_++;
  uint32_t name = pos_;
  while (uint32_t size = name_char_at(pos_)) pos_ += size;
  std::string_view label = view(name, pos_);
  if (!token_ends_at(pos_)) return nullptr;
  skip_newlines();
  std::string_view word = peek_keyword();
  Keyword keyword = keyword_of(word);
  bool is_loop = keyword == Keyword::for_ || keyword == Keyword::foreach_ || keyword == Keyword::while_ ||
                 keyword == Keyword::do_ || keyword == Keyword::switch_;
  if (!is_loop) return nullptr;
  Nesting nesting(*this);
  if (!nesting) return error_statement(begin);
  pos_ += static_cast<uint32_t>(word.size());
  switch (keyword) {
    case Keyword::for_: return parse_for(begin, label);
    case Keyword::foreach_: return parse_foreach(begin, label);
    case Keyword::while_: return parse_while(begin, label);
    case Keyword::do_: return parse_do(begin, label);
    default: return parse_switch(begin, label);
  }
}

// ( pipeline ) after a keyword.
const Stmt* Parser::parse_condition(std::string_view keyword) {
  std::string name(keyword);
  const bool in_if = keyword == "if" || keyword == "elseif";
  skip_newlines();
  if (!is('(')) {
    if (in_if) {
      report("MissingOpenParenthesisInIfStatement", "Missing '(' after '" + name + "' in if statement.",
             after_last());
    } else {
      report("MissingOpenParenthesisAfterKeyword", "Missing opening '(' after keyword '" + name + "'.",
             after_last());
    }
    return error_statement(pos_);
  }
  ++pos_;
  ++open_parens_;
  Scoped comma(no_comma_, false);
  skip_newlines();
  const Stmt* condition = parse_chain();
  skip_newlines();
  if (!condition) {
    if (in_if) {
      report("IfStatementMissingCondition", "Missing condition in if statement after '" + name + " ('.",
             after_last());
    } else {
      report("MissingExpressionAfterKeyword", "Missing expression after '" + name + "' in loop.",
             after_last());
    }
    condition = error_statement(pos_);
  }
  --open_parens_;
  if (is(')')) {
    ++pos_;
  } else {
    report("MissingEndParenthesisAfterStatement",
           "Missing closing ')' after expression in '" + name + "' statement.",
           at_end() ? after_last() : here());
  }
  return condition;
}

const Stmt* Parser::parse_if() {
  uint32_t begin = pos_ - 2;
  auto* node = make<IfStatement>();
  std::vector<IfStatement::Clause> clauses;
  std::string_view keyword = "if";
  do {
    const Stmt* condition = parse_condition(keyword);
    clauses.push_back(
        {condition, parse_block("MissingStatementBlock", "Missing statement block after " +
                                                             std::string(keyword) + " ( condition ).")});
    keyword = "elseif";
  } while (!aborted_ && accept_keyword_after_newlines("elseif"));
  if (accept_keyword_after_newlines("else"))
    node->otherwise =
        parse_block("MissingStatementBlockAfterElse", "Missing statement block after 'else' keyword.");
  node->clauses = take_entries(clauses);
  return done(node, begin);
}

const Stmt* Parser::parse_switch(uint32_t begin, std::string_view label) {
  auto* node = make<SwitchStatement>();
  node->label = label;
  parse_switch_flags(*node);
  skip_newlines();
  if (node->file && !is('(')) {
    uint32_t at = pos_;
    const Expr* name = at_statement_end() ? nullptr : parse_single_argument();
    if (!name) {
      report("MissingFilenameOption", "Missing file name after -File in switch statement.", after_last());
      name = error_expression(pos_);
    }
    auto* statement = make<ExpressionStatement>();
    statement->expression = name;
    node->subject = done(statement, at);
  } else {
    node->subject = parse_condition("switch");
  }
  skip_newlines();
  if (!is('{')) {
    report("MissingCurlyBraceInSwitchStatement", "Missing '{' in switch statement.", after_last());
    return done(node, begin);
  }
  uint32_t open = pos_++;
  ++open_braces_;
  Scoped parens(open_parens_, uint32_t{0});
  Scoped comma(no_comma_, false);
  parse_switch_clauses(*node, open);
  --open_braces_;
  return done(node, begin);
}

void Parser::parse_switch_flags(SwitchStatement& node) {
  while (true) {
    skip_newlines();
    uint32_t begin = pos_, dash = dash_at(pos_);
    if (dash == 0) return;
    pos_ += dash;
    uint32_t name = pos_;
    while (uint32_t size = name_char_at(pos_)) pos_ += size;
    std::string_view flag = view(name, pos_);
    // As everywhere, a parameter may be shortened.
    auto means = [flag](std::string_view whole) {
      return !flag.empty() && flag.size() <= whole.size() && equals_lower(flag, whole.substr(0, flag.size()));
    };
    if (means("regex")) {
      node.mode = SwitchMode::regex;
    } else if (means("wildcard")) {
      node.mode = SwitchMode::wildcard;
    } else if (means("exact")) {
      node.mode = SwitchMode::exact;
    } else if (means("casesensitive")) {
      node.case_sensitive = true;
    } else if (means("file")) {
      node.file = true;
    } else if (means("parallel")) {
      node.parallel = true;
    } else {
      report_mild("InvalidSwitchFlag", "The switch statement has no flag '-" + std::string(flag) + "'.",
                  span_from(begin));
    }
  }
}

void Parser::parse_switch_clauses(SwitchStatement& node, uint32_t open) {
  std::vector<SwitchStatement::Clause> clauses;
  while (!aborted_) {
    skip_separators();
    if (at_end() || is('}')) break;
    uint32_t before = pos_;
    const Expr* test = parse_single_argument();
    if (!test) {
      pos_ = before;
      report("MissingSwitchConditionExpression", "Missing condition in switch statement clause.", here());
      break;
    }
    const auto* word = try_as<String>(test);
    bool is_default = word && word->style == StringStyle::bare && equals_lower(word->value, "default");
    const Block* body =
        parse_block("MissingSwitchStatementClause", "Missing statement block in switch statement clause.");
    if (!is_default) {
      clauses.push_back({test, body});
    } else if (node.otherwise) {
      report_mild("MultipleSwitchDefaultClauses", "A switch statement can have only one default clause.",
                  test->span);
    } else {
      node.otherwise = body;
    }
    if (pos_ == test->span.end) break;  // no block: the rest cannot be understood
  }
  if (clauses.empty() && !node.otherwise && is('}'))
    report("MissingSwitchConditionExpression", "Missing condition in switch statement clause.", here());
  node.clauses = take_entries(clauses);
  close_brace(open);
}

const Stmt* Parser::parse_for(uint32_t begin, std::string_view label) {
  auto* node = make<ForStatement>();
  node->label = label;
  skip_newlines();
  if (!is('(')) {
    report("MissingOpenParenthesisAfterKeyword", "Missing opening '(' after keyword 'for'.", after_last());
    node->body = empty_block();
    return done(node, begin);
  }
  ++pos_;
  ++open_parens_;
  Scoped comma(no_comma_, false);
  auto part = [this]() -> const Stmt* {
    uint32_t before = pos_;
    skip_newlines();
    const Stmt* statement = at_statement_end() ? nullptr : parse_chain();
    if (!statement) pos_ = before;
    return statement;
  };
  auto separator = [this] {
    uint32_t before = pos_;
    skip_newlines();
    bool found = is(';') || pos_ != before;  // a newline separates as well
    if (is(';')) ++pos_;
    return found;
  };
  node->initial = part();
  if (separator()) node->condition = part();
  if (separator()) node->iterator = part();
  skip_newlines();
  --open_parens_;
  if (is(')')) {
    ++pos_;
  } else {
    report("MissingEndParenthesisAfterStatement", "Missing closing ')' after expression in 'for' statement.",
           at_end() ? after_last() : here());
  }
  node->body = parse_block("MissingLoopStatement", "Missing statement body in for loop.");
  return done(node, begin);
}

const Stmt* Parser::parse_foreach(uint32_t begin, std::string_view label) {
  auto* node = make<ForeachStatement>();
  node->label = label;
  auto give_up = [&](std::string_view id, std::string message) {
    report(id, std::move(message), after_last());
    if (!node->variable) node->variable = done(make<Variable>(), pos_);
    if (!node->collection) node->collection = error_statement(pos_);
    node->body = empty_block();
    return done(node, begin);
  };
  skip_newlines();
  while (uint32_t dash = dash_at(pos_)) {
    pos_ += dash;
    uint32_t name = pos_;
    while (uint32_t size = name_char_at(pos_)) pos_ += size;
    if (equals_lower(view(name, pos_), "parallel")) {
      node->parallel = true;
    } else if (equals_lower(view(name, pos_), "throttlelimit")) {
      skip_space();
      node->throttle_limit = parse_single_argument();
    } else {
      return give_up("InvalidForeachFlag",
                     "The foreach statement has no flag '-" + std::string(view(name, pos_)) + "'.");
    }
    skip_newlines();
  }
  if (!is('('))
    return give_up("MissingOpenParenthesisAfterKeyword", "Missing opening '(' after keyword 'foreach'.");
  ++pos_;
  Scoped comma(no_comma_, false);
  skip_newlines();
  const Expr* variable = is('$') ? parse_dollar() : nullptr;
  node->variable = try_as<Variable>(variable);
  if (!node->variable)
    return give_up("MissingVariableNameAfterForeach", "Missing variable name after foreach.");
  skip_newlines();
  if (to_lower(peek()) != 'i' || to_lower(peek(1)) != 'n' || name_char_at(pos_ + 2) != 0)
    return give_up("MissingInInForeach", "Missing 'in' after variable in foreach loop.");
  pos_ += 2;
  skip_newlines();
  ++open_parens_;
  node->collection = parse_chain();
  skip_newlines();
  --open_parens_;
  if (!node->collection) {
    report("MissingForeachExpression", "Missing expression after 'in' in foreach loop.", after_last());
    node->collection = error_statement(pos_);
  }
  if (is(')')) {
    ++pos_;
  } else {
    report("MissingEndParenthesisAfterForeach", "Missing closing ')' after expression in foreach loop.",
           at_end() ? after_last() : here());
  }
  node->body = parse_block("MissingForeachStatement", "Missing statement body in foreach loop.");
  return done(node, begin);
}

const Stmt* Parser::parse_while(uint32_t begin, std::string_view label) {
  auto* node = make<WhileStatement>();
  node->label = label;
  node->condition = parse_condition("while");
  node->body = parse_block("MissingLoopStatement", "Missing statement body in while loop.");
  return done(node, begin);
}

const Stmt* Parser::parse_do(uint32_t begin, std::string_view label) {
  auto* node = make<DoStatement>();
  node->label = label;
  node->body = parse_block("MissingLoopStatement", "Missing statement body in do loop.");
  node->until = accept_keyword_after_newlines("until");
  if (!node->until && !accept_keyword_after_newlines("while")) {
    skip_newlines();
    report("MissingWhileOrUntilInDoWhile", "Missing while or until keyword in do loop.", after_last());
    node->condition = error_statement(pos_);
    return done(node, begin);
  }
  node->condition = parse_condition(node->until ? "until" : "while");
  return done(node, begin);
}

}  // namespace hvsh::shell
