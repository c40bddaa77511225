// Script blocks, functions, parameters, attributes and types.
#include "shell/syntax/parser_impl.h"

namespace hvsh::shell {

// The content of a script, a function or { }, up to `closer`; for '}' the position is behind the { at
// `begin`, and the } is consumed.
const ScriptBlock* Parser::parse_script_block(uint32_t begin, char closer, bool is_filter,
                                              const ParamBlock* inline_parameters) {
  auto* node = make<ScriptBlock>();
  node->param_block = inline_parameters;
  Scoped parens(open_parens_, uint32_t{0});
  if (closer == '}') ++open_braces_;
  parse_script_block_content(*node, closer, is_filter);
  if (closer == '}') {
    --open_braces_;
    close_brace(begin);
  } else {
    pos_ = end_;
  }
  return done(node, begin);
}

void Parser::parse_script_block_content(ScriptBlock& node, char closer, bool is_filter) {
  if (closer == '\0') {
    size_t base = scratch_base();
    for (skip_separators(); equals_lower(peek_keyword(), "using"); skip_separators()) {
      const UsingStatement* statement = parse_using();
      if (!statement) break;
      push(statement);
    }
    node.usings = take<UsingStatement>(base);
  }
  if (const ParamBlock* parameters = parse_param_block()) node.param_block = parameters;
  skip_separators();
  if (at_named_block()) return parse_named_blocks(node, closer);
  uint32_t begin = pos_;
  auto* block = make<NamedBlock>();
  block->body = parse_statements(begin, closer);
  const NamedBlock* finished = done(block, begin);
  (is_filter ? node.process : node.end) = finished;
}

// [attribute]... param( ). Items in brackets that no `param` follows are kept for the expression they start.
const ParamBlock* Parser::parse_param_block() {
  uint32_t before = pos_;
  skip_separators();
  uint32_t begin = pos_;
  if (!is('[') && to_lower(peek()) != 'p') return nullptr;
  size_t base = scratch_base();
  bool only_attributes = true;
  std::vector<ReadItem> items;
  while (is('[') && !aborted_) {
    const Node* item = parse_bracket_item();
    items.push_back({item, pos_});
    only_attributes = only_attributes && item->kind == Kind::attribute;
    if (!only_attributes) break;
    push(item);
    skip_newlines();
  }
  bool is_param = only_attributes && equals_lower(peek_keyword(), "param");
  uint32_t open = pos_ + 5;
  if (is_param) {
    pos_ = open;
    skip_newlines();
    is_param = is('(');
  }
  if (!is_param) {
    scratch_.resize(base);
    read_items_.insert(read_items_.end(), items.rbegin(), items.rend());
    pos_ = before;
    return nullptr;
  }
  auto* node = make<ParamBlock>();
  node->attributes = take<Attribute>(base);
  size_t parameters = scratch_base();
  parse_parameters(parameters);
  node->parameters = take<Parameter>(parameters);
  return done(node, begin);
}

// At a ( : the list of parameters and the ).
void Parser::parse_parameters(size_t base) {
  ++pos_;
  ++open_parens_;
  Scoped comma(no_comma_, true);
  while (!aborted_) {
    skip_newlines();
    if (is(')') && scratch_base() == base) break;
    const Parameter* parameter = parse_parameter();
    if (parameter) push(parameter);
    skip_newlines();
    if (!parameter || !is(',')) break;
    ++pos_;
  }
  --open_parens_;
  if (is(')')) {
    ++pos_;
  } else {
    report("MissingEndParenthesisInFunctionParameterList", "Missing ')' in function parameter list.",
           after_last());
  }
}

// [attribute]... $name [= default]
const Parameter* Parser::parse_parameter() {
  uint32_t begin = pos_;
  Nesting nesting(*this);
  if (!nesting) return nullptr;
  auto* node = make<Parameter>();
  size_t base = scratch_base();
  while (is('[') && !aborted_) {
    push(parse_bracket_item());
    skip_newlines();
  }
  node->attributes = take<Node>(base);
  const Expr* variable = is('$') ? parse_dollar() : nullptr;
  node->variable = try_as<Variable>(variable);
  if (!node->variable) {
    if (!node->attributes.empty())
      report("InvalidFunctionParameter", "Missing the variable of a parameter in the parameter list.",
             after_last());
    return nullptr;
  }
  uint32_t behind = pos_;
  skip_newlines();
  if (!is('=')) {
    pos_ = behind;
    return done(node, begin);
  }
  uint32_t equals = pos_++;
  skip_newlines();
  node->default_value = parse_expression();
  if (!node->default_value) {
    report("MissingExpressionAfterToken", "Missing expression after '='.", after(equals + 1));
    node->default_value = error_expression(pos_);
  }
  return done(node, begin);
}

// Does begin, process, end, clean or dynamicparam with a block stand here?
bool Parser::at_named_block() {
  std::string_view word = peek_keyword();
  switch (keyword_of(word)) {
    case Keyword::begin_:
    case Keyword::process_:
    case Keyword::end_:
    case Keyword::clean_:
    case Keyword::dynamicparam_: break;
    default: return false;
  }
  uint32_t before = pos_;
  pos_ += static_cast<uint32_t>(word.size());
  skip_newlines();
  bool has_block = is('{');
  pos_ = before;
  return has_block;
}

void Parser::parse_named_blocks(ScriptBlock& node, char closer) {
  node.unnamed = false;
  while (!aborted_) {
    skip_separators();
    if (at_end() || (closer != '\0' && is(closer))) return;
    uint32_t begin = pos_;
    if (!at_named_block()) {
      if (is('}') && open_braces_ > 0) return;
      report("MissingNamedBlocks",
             "Unexpected token '" + shown_token() +
                 "', expected 'begin', 'process', 'end', 'clean', or 'dynamicparam'.",
             here());
      if (!parse_statement()) pos_ = begin + std::max<uint32_t>(char_size_at(begin), 1);
      continue;
    }
    std::string_view word = peek_keyword();
    Keyword keyword = keyword_of(word);
    pos_ += static_cast<uint32_t>(word.size());
    const NamedBlock*& place = keyword == Keyword::begin_     ? node.begin
                               : keyword == Keyword::process_ ? node.process
                               : keyword == Keyword::end_     ? node.end
                               : keyword == Keyword::clean_   ? node.clean
                                                              : node.dynamic_param;
    if (place)
      report_mild("DuplicateScriptCommandClause",
                  "Script command clause '" + std::string(word) + "' has already been defined.",
                  span_from(begin));
    auto* block = make<NamedBlock>();
    block->body =
        parse_block("MissingNamedStatementBlock", "Missing statement block after the name of a block.");
    place = done(block, begin);
  }
}

// using namespace N; using module M; using assembly A
const UsingStatement* Parser::parse_using() {
  uint32_t begin = pos_;
  auto* node = make<UsingStatement>();
  pos_ += 5;
  skip_space();
  std::string_view word = peek_keyword();
  struct Name {
    std::string_view name;
    UsingKind kind;
  };
  static constexpr Name kNames[] = {{"namespace", UsingKind::namespace_},
                                    {"module", UsingKind::module_},
                                    {"assembly", UsingKind::assembly},
                                    {"command", UsingKind::command},
                                    {"type", UsingKind::type}};
  const Name* found = nullptr;
  for (const Name& n : kNames)
    if (equals_lower(word, n.name)) found = &n;
  if (!found) {
    report("InvalidUsingStatement", "After 'using' one of namespace, module or assembly must follow.",
           after_last());
    pos_ = begin;
    return nullptr;
  }
  node->using_kind = found->kind;
  pos_ += static_cast<uint32_t>(word.size());
  skip_space();
  if (!at_statement_end()) node->name = parse_single_argument();
  if (!node->name) {
    report("MissingUsingItemName", "Missing name after 'using " + std::string(found->name) + "'.",
           after_last());
    node->name = error_expression(pos_);
  }
  uint32_t before = pos_;
  skip_space();
  if (is('=')) {
    ++pos_;
    skip_space();
    if (!at_statement_end()) node->alias = parse_single_argument();
  } else {
    pos_ = before;
  }
  return done(node, begin);
}

// Behind the keyword.
const Stmt* Parser::parse_function(FunctionKind kind) {
  static constexpr std::string_view kWords[] = {"function", "filter", "workflow", "configuration"};
  std::string_view word = kWords[static_cast<size_t>(kind)];
  uint32_t begin = pos_ - static_cast<uint32_t>(word.size());
  skip_newlines();
  auto* node = make<FunctionDefinition>();
  node->function_kind = kind;
  uint32_t name = pos_;
  node->name = parse_function_name();
  node->name_span = span_from(name);
  if (kind == FunctionKind::configuration) {  // a command may have that name
    skip_newlines();
    if (node->name.empty() || !is('{')) return nullptr;
  }
  if (node->name.empty())
    report("MissingNameAfterKeyword", "Missing name after " + std::string(word) + " keyword.", after_last());
  skip_newlines();
  const ParamBlock* parameters = nullptr;
  if (is('(')) {
    node->inline_parameters = true;
    parameters = parse_inline_parameters();
  }
  Scoped workflow(in_workflow_, in_workflow_ || kind == FunctionKind::workflow);
  node->body = parse_function_body(kind == FunctionKind::filter, parameters);
  return done(node, begin);
}

const ParamBlock* Parser::parse_inline_parameters() {
  uint32_t begin = pos_;
  auto* node = make<ParamBlock>();
  size_t base = scratch_base();
  parse_parameters(base);
  node->parameters = take<Parameter>(base);
  return done(node, begin);
}

std::string_view Parser::parse_function_name() {
  const Expr* name = token_ends_at(pos_) ? nullptr : parse_word();
  if (!name) return {};
  if (const auto* word = try_as<String>(name)) return word->value;
  report_mild("FunctionNameNotSimple", "The name of a function cannot contain variables.", name->span);
  return out_.text_of(name->span);
}

const ScriptBlock* Parser::parse_function_body(bool is_filter, const ParamBlock* inline_parameters) {
  skip_newlines();
  uint32_t open = pos_;
  Nesting nesting(*this);
  if (!nesting || !is('{')) {
    if (nesting)
      report("MissingFunctionBody", "Missing function body in function declaration.", after_last());
    auto* body = make<ScriptBlock>();
    body->param_block = inline_parameters;
    return done(body, inline_parameters ? inline_parameters->span.begin : open);
  }
  ++pos_;
  Scoped comma(no_comma_, false);
  const ScriptBlock* body = parse_script_block(open, '}', is_filter, inline_parameters);
  if (inline_parameters && body->param_block != inline_parameters)
    report_mild("OnlyOneParamBlock",
                "A function has its parameters after its name or in a param block, not both.",
                body->param_block->span);
  return body;
}

// At a [ : an Attribute or a TypeName. Items that were read ahead are not read again.
const Node* Parser::parse_bracket_item() {
  while (!read_items_.empty() && read_items_.back().node->span.begin < pos_) read_items_.pop_back();
  if (!read_items_.empty() && read_items_.back().node->span.begin == pos_) {
    ReadItem item = read_items_.back();
    read_items_.pop_back();
    pos_ = item.end;
    return item.node;
  }
  return parse_bracket_item_uncached();
}

const Node* Parser::parse_bracket_item_uncached() {
  uint32_t begin = pos_++;
  skip_newlines();
  const TypeName* type = parse_type_name(false);
  if (!type) {
    report("MissingTypename", "Missing type name after '['.", after_last());
    if (is(']')) ++pos_;
    auto* missing = make<TypeName>();
    return done(missing, begin);
  }
  if (is('(')) return parse_attribute(type, begin);
  skip_newlines();
  if (is(',')) {  // an assembly's name, which means nothing here
    while (!at_end() && !is(']') && newline_at(pos_) == 0) ++pos_;
  }
  if (is(']')) {
    ++pos_;
  } else {
    report("EndSquareBracketExpectedAtEndOfType", "Missing ] at end of type token.", after_last());
  }
  auto* whole = const_cast<TypeName*>(type);  // made here, const for everybody else
  whole->span = span_from(begin);
  return whole;
}

// At the ( of [Name( ... )].
const Attribute* Parser::parse_attribute(const TypeName* type, uint32_t begin) {
  auto* node = make<Attribute>();
  node->type = type;
  Nesting nesting(*this);
  if (!nesting) return done(node, begin);
  parse_attribute_arguments(*node);
  skip_newlines();
  if (is(']')) {
    ++pos_;
  } else {
    report("EndSquareBracketExpectedAtEndOfAttribute", "Missing ] at end of attribute or type literal.",
           after_last());
  }
  return done(node, begin);
}

void Parser::parse_attribute_arguments(Attribute& node) {
  ++pos_;
  ++open_parens_;
  Scoped comma(no_comma_, true);
  size_t base = scratch_base();
  std::vector<Attribute::Named> named;
  while (!aborted_) {
    skip_newlines();
    if (is(')') && scratch_base() == base && named.empty()) break;
    uint32_t begin = pos_;
    bool read = true;
    if (is_class(peek(), kNameStart) && !at_end()) {
      while (uint32_t size = name_char_at(pos_)) pos_ += size;
      Attribute::Named entry{view(begin, pos_), span_from(begin), nullptr};
      uint32_t behind = pos_;
      skip_newlines();
      if (is('=')) {
        ++pos_;
        skip_newlines();
        entry.value = parse_expression();
        if (!entry.value) {
          report("MissingExpressionInNamedArgument", "Missing expression in named argument.", after_last());
          entry.value = error_expression(pos_);
        }
      } else {
        pos_ = behind;
      }
      named.push_back(entry);
    } else if (const Expr* value = parse_expression()) {
      push(value);
    } else {
      read = false;
      if (!is(')') || scratch_base() > base || !named.empty())
        report("MissingExpressionAfterToken", "Missing expression after ','.", after_last());
    }
    skip_newlines();
    if (!read || !is(',')) break;
    ++pos_;
  }
  --open_parens_;
  node.positional = take<Expr>(base);
  node.named = take_entries(named);
  if (is(')')) {
    ++pos_;
  } else {
    report("MissingEndParenthesisInExpression", "Missing closing ')' in expression.", after_last());
  }
}

// The characters of a type's name: System.IO.Path, List`1, A+B.
std::string_view Parser::read_type_word() {
  uint32_t begin = pos_;
  while (true) {
    if (uint32_t size = name_char_at(pos_)) {
      pos_ += size;
      continue;
    }
    bool joins = (is('.') || is('+') || is('-')) && pos_ > begin;
    bool counts = is('`') && is_class(peek(1), kDigit);
    if (!joins && !counts) return view(begin, pos_);
    ++pos_;
  }
}

// Name, Name[], Name[,], Name[A, B]; null if there is no name. `qualified`: up to the ] of [[Name,
// Assembly]].
const TypeName* Parser::parse_type_name(bool qualified) {
  skip_newlines();
  uint32_t begin = pos_;
  Nesting nesting(*this);
  if (!nesting) return nullptr;
  std::string_view name = read_type_word();
  if (name.empty()) return nullptr;
  auto* node = make<TypeName>();
  node->name = name;
  node->text = name;
  const TypeName* type = parse_type_suffixes(done(node, begin), begin);
  if (qualified)
    while (!at_end() && !is(']') && newline_at(pos_) == 0) ++pos_;
  return type;
}

// [] and [,] make arrays, [T, U] arguments of a generic type.
const TypeName* Parser::parse_type_suffixes(const TypeName* type, uint32_t begin) {
  while (is('[') && !aborted_) {
    ++pos_;
    skip_newlines();
    auto* node = make<TypeName>();
    size_t base = scratch_base();
    if (is(']') || is(',')) {
      node->form = TypeName::Form::array;
      push(type);
      uint32_t rank = 1;
      for (; is(','); ++rank, skip_newlines()) ++pos_;
      node->rank = static_cast<uint8_t>(std::min<uint32_t>(rank, 32));
    } else {
      node->form = TypeName::Form::generic;
      node->name = type->name;
      while (true) {
        skip_newlines();
        bool inner = is('[');
        if (inner) ++pos_;
        const TypeName* argument = parse_type_name(inner);
        if (inner && is(']')) ++pos_;
        if (!argument) {
          report("MissingTypename", "Missing a type name among the arguments of a generic type.",
                 after_last());
          break;
        }
        push(argument);
        skip_newlines();
        if (!is(',')) break;
        ++pos_;
      }
    }
    node->arguments = take<TypeName>(base);
    if (!is(']')) {
      report("EndSquareBracketExpectedAtEndOfType", "Missing ] at end of type token.", after_last());
      return done(node, begin);
    }
    ++pos_;
    node->text = view(begin, pos_);
    type = done(node, begin);
  }
  return type;
}

}  // namespace hvsh::shell
