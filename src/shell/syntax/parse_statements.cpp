// Blocks and keyword statements.
#include "shell/syntax/parser_impl.h"

namespace hvsh::shell {

namespace {

// After these no separator is needed before the next statement.
bool ends_with_brace(const Stmt& statement) {
  switch (statement.kind) {
    case Kind::if_statement:
    case Kind::switch_statement:
    case Kind::for_statement:
    case Kind::foreach_statement:
    case Kind::while_statement:
    case Kind::function_definition:
    case Kind::try_statement:
    case Kind::trap_statement:
    case Kind::data_statement:
    case Kind::block_statement:
    case Kind::type_definition:
    case Kind::error_statement: return true;
    case Kind::assignment: return ends_with_brace(*as<Assignment>(statement).value);
    case Kind::pipeline: return as<Pipeline>(statement).background;
    case Kind::chain: return as<Chain>(statement).background;
    default: return false;
  }
}

}  // namespace

// Statements up to `closer` (not consumed; '\0': the end of the text).
const Block* Parser::parse_statements(uint32_t begin, char closer) {
  size_t base = scratch_base();
  while (!aborted_) {
    skip_separators();
    if (at_end() || (closer != '\0' && is(closer))) break;
    bool closes_other =
        (is('}') && closer != '}' && open_braces_ > 0) || (is(')') && closer != ')' && open_parens_ > 0);
    if (closes_other) break;
    uint32_t before = pos_;
    const Stmt* statement = parse_statement();
    if (!statement) {
      pos_ = before;
      if (is('|') && peek(1) != '|') {
        report("EmptyPipeElement", "An empty pipe element is not allowed.", here());
      } else {
        report_unexpected_token();
      }
      uint32_t size = text_[pos_] == text_[pos_ + 1] && (is('&') || is('|')) ? 2 : char_size_at(pos_);
      pos_ += std::max<uint32_t>(size, 1);
      continue;
    }
    push(statement);
    if (aborted_) break;
    uint32_t behind = pos_;
    skip_space();
    bool ends = at_end() || newline_at(pos_) || is(';') || is(')') || is('}') || ends_with_brace(*statement);
    if (!ends) {
      report_unexpected_token();
    } else {
      pos_ = behind;
    }
  }
  return finish_block(begin, base);
}

const Block* Parser::finish_block(uint32_t begin, size_t base) {
  auto* node = make<Block>();
  size_t traps = scratch_base();
  for (size_t i = base; i < traps; ++i)
    if (scratch_[i]->kind == Kind::trap_statement) push(scratch_[i]);
  node->traps = take<TrapStatement>(traps);
  node->statements = take<Stmt>(base);
  return done(node, begin);
}

const Block* Parser::empty_block() { return done(make<Block>(), pos_); }

// Consumes the } for the { at `open`, or says that it is missing.
bool Parser::close_brace(uint32_t open) {
  skip_separators();
  if (is('}')) {
    ++pos_;
    return true;
  }
  report("MissingEndCurlyBrace", "Missing closing '}' in statement block or type definition.",
         span_of(open, open + 1));
  return false;
}

// { statements }, on this or a later line. `id` and `what` are for the error if there is none.
const Block* Parser::parse_block(std::string_view id, std::string_view what) {
  uint32_t before = pos_;
  skip_newlines();
  if (!is('{')) {
    report(id, std::string(what), after_last());
    pos_ = before;
    return empty_block();
  }
  uint32_t begin = pos_;
  Nesting nesting(*this);
  if (!nesting) return empty_block();
  ++pos_;
  ++open_braces_;
  Scoped parens(open_parens_, uint32_t{0});
  Scoped comma(no_comma_, false);
  const Block* content = parse_statements(begin, '}');
  --open_braces_;
  close_brace(begin);
  auto* node = const_cast<Block*>(content);  // made here, const for everybody else
  node->span = span_from(begin);
  return node;
}

const Stmt* Parser::parse_statement() {
  skip_space();
  uint32_t begin = pos_;
  if (at_end()) return nullptr;
  if (is_class(text_[pos_], kNameStart)) {
    Keyword keyword = keyword_of(peek_keyword());
    if (keyword != Keyword::none) {
      Nesting nesting(*this);
      if (!nesting) return error_statement(begin);
      if (const Stmt* statement = parse_keyword_statement(keyword, begin)) return statement;
      pos_ = begin;
    }
    return parse_chain();
  }
  if (is(':') && is_class(peek(1), kNameStart)) {
    if (const Stmt* statement = parse_labeled()) return statement;
    pos_ = begin;
  }
  if (is('[') && at_type_definition()) {
    size_t base = scratch_base();
    while (is('[')) {
      const Node* item = parse_bracket_item();
      if (item->kind == Kind::attribute) push(item);
      skip_newlines();
    }
    return parse_type_definition(base, begin);
  }
  return parse_chain();
}

// Null when the word is not a keyword here; the caller goes back and reads a command.
const Stmt* Parser::parse_keyword_statement(Keyword keyword, uint32_t begin) {
  pos_ += static_cast<uint32_t>(peek_keyword().size());
  switch (keyword) {
    case Keyword::if_: return parse_if();
    case Keyword::switch_: return parse_switch(begin, {});
    case Keyword::for_: return parse_for(begin, {});
    case Keyword::foreach_: return parse_foreach(begin, {});
    case Keyword::while_: return parse_while(begin, {});
    case Keyword::do_: return parse_do(begin, {});
    case Keyword::function_: return parse_function(FunctionKind::function);
    case Keyword::filter_: return parse_function(FunctionKind::filter);
    case Keyword::workflow_: return parse_function(FunctionKind::workflow);
    case Keyword::configuration_: return parse_function(FunctionKind::configuration);
    case Keyword::return_: return parse_flow<ReturnStatement>();
    case Keyword::exit_: return parse_flow<ExitStatement>();
    case Keyword::throw_: return parse_flow<ThrowStatement>();
    case Keyword::break_: return parse_jump<BreakStatement>();
    case Keyword::continue_: return parse_jump<ContinueStatement>();
    case Keyword::try_: return parse_try();
    case Keyword::trap_: return parse_trap();
    case Keyword::data_: return parse_data();
    case Keyword::class_:
    case Keyword::enum_: {
      pos_ = begin;
      return parse_type_definition(scratch_base(), begin);
    }
    case Keyword::parallel_:
    case Keyword::sequence_: pos_ = begin; return in_workflow_ ? parse_block_statement() : nullptr;
    case Keyword::using_: {
      pos_ = begin;
      const UsingStatement* statement = parse_using();
      if (statement)
        report_mild("UsingMustBeAtStartOfScript",
                    "A 'using' statement must appear before any other statements in a script.",
                    statement->span);
      return statement;
    }
    default: return nullptr;
  }
}

const Stmt* Parser::parse_try() {
  uint32_t begin = pos_ - 3;
  auto* node = make<TryStatement>();
  node->body = parse_block("MissingTryStatementBlock", "The Try statement is missing its statement block.");
  std::vector<TryStatement::Catch> catches;
  while (!aborted_ && accept_keyword_after_newlines("catch")) {
    size_t base = scratch_base();
    skip_newlines();
    while (is('[')) {
      const Node* item = parse_bracket_item();
      if (item->kind == Kind::type_name) push(item);
      skip_newlines();
      if (!is(',')) break;
      ++pos_;
      skip_newlines();
      if (!is('[')) report("MissingTypeLiteralToken", "Missing a type after ',' in the Catch block.", here());
    }
    List<TypeName> types = take<TypeName>(base);
    if (!catches.empty() && catches.back().types.empty())
      report_mild("EmptyCatchNotLast", "Only the last Catch block of a Try statement may be without a type.",
                  catches.back().body->span);
    catches.push_back(
        {types, parse_block("MissingCatchHandlerBlock", "The Catch block is missing its statement block.")});
  }
  if (accept_keyword_after_newlines("finally"))
    node->finally =
        parse_block("MissingFinallyStatementBlock", "The Finally block is missing its statement block.");
  node->catches = take_entries(catches);
  if (catches.empty() && !node->finally && !aborted_) {
    uint32_t before = pos_;
    skip_newlines();
    report("MissingCatchOrFinally", "The Try statement is missing its Catch or Finally block.", after_last());
    pos_ = before;
  }
  return done(node, begin);
}

const Stmt* Parser::parse_trap() {
  uint32_t begin = pos_ - 4;
  auto* node = make<TrapStatement>();
  skip_newlines();
  if (is('[')) node->type = try_as<TypeName>(parse_bracket_item());
  node->body = parse_block("MissingTrapStatement", "Missing statement block in trap statement.");
  return done(node, begin);
}

// data [name] [-SupportedCommand word, word] { }
const Stmt* Parser::parse_data() {
  uint32_t begin = pos_ - 4;
  auto* node = make<DataStatement>();
  skip_newlines();
  uint32_t name = pos_;
  while (uint32_t size = name_char_at(pos_)) pos_ += size;
  node->name = view(name, pos_);
  skip_newlines();
  if (uint32_t dash = dash_at(pos_)) {
    uint32_t flag = pos_;
    pos_ += dash;
    while (uint32_t size = name_char_at(pos_)) pos_ += size;
    std::string_view word = view(flag + dash, pos_);
    constexpr std::string_view kSupported = "supportedcommand";
    if (word.empty() || word.size() > kSupported.size() ||
        !equals_lower(word, kSupported.substr(0, word.size())))
      report_mild("InvalidParameterForDataSectionStatement",
                  "The data section has no parameter '-" + std::string(word) + "'.", span_from(flag));
    size_t base = scratch_base();
    do {
      skip_newlines();
      if (const Expr* command = at_statement_end() ? nullptr : parse_single_argument()) push(command);
      skip_newlines();
    } while (is(',') && pos_++ < end_);
    node->supported_commands = take<Expr>(base);
  }
  node->body = parse_block("MissingStatementBlockForDataSection", "Missing statement block in data section.");
  return done(node, begin);
}

const Stmt* Parser::parse_block_statement() {
  uint32_t begin = pos_;
  auto* node = make<BlockStatement>();
  node->keyword = peek_keyword();
  pos_ += static_cast<uint32_t>(node->keyword.size());
  node->body = parse_block("MissingStatementBlock",
                           "Missing statement block after '" + std::string(node->keyword) + "'.");
  return done(node, begin);
}

// return, exit, throw: with a pipeline on the same line, or alone.
template <class T>
const Stmt* Parser::parse_flow() {
  constexpr uint32_t kSize = T::kKind == Kind::return_statement ? 6
                             : T::kKind == Kind::exit_statement ? 4
                                                                : 5;
  uint32_t begin = pos_ - kSize;
  auto* node = make<T>();
  uint32_t before = pos_;
  skip_space();
  if (!at_statement_end() || (is('&') && peek(1) != '&')) node->value = parse_chain();
  if (!node->value) pos_ = before;
  return done(node, begin);
}

// break, continue: with a label on the same line, or alone.
template <class T>
const Stmt* Parser::parse_jump() {
  constexpr uint32_t kSize = T::kKind == Kind::break_statement ? 5 : 8;
  uint32_t begin = pos_ - kSize;
  auto* node = make<T>();
  uint32_t before = pos_;
  skip_space();
  if (!at_statement_end()) {
    uint32_t label = pos_;
    if (is('$') || is('(') || single_quote_at(pos_) || double_quote_at(pos_)) {
      node->label = parse_primary();
    } else {
      while (uint32_t size = name_char_at(pos_)) pos_ += size;
      if (pos_ > label) node->label = make_string(StringStyle::bare, view(label, pos_), label);
    }
  }
  if (!node->label) pos_ = before;
  return done(node, begin);
}

}  // namespace hvsh::shell
