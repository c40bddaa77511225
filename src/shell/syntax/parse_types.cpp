// class and enum.
#include "shell/syntax/parser_impl.h"

namespace hvsh::shell {

std::string_view Parser::read_name() {
  uint32_t begin = pos_;
  while (uint32_t size = name_char_at(pos_)) pos_ += size;
  return view(begin, pos_);
}

// Does a class or enum definition stand here, perhaps with attributes before it? Does not move.
bool Parser::at_type_definition() {
  uint32_t before = pos_;
  std::vector<ReadItem> items;
  bool only_attributes = true;
  while (is('[') && only_attributes && !aborted_) {
    uint32_t at = pos_ + 1;
    while (at < end_ && (name_char_at(at) || text_[at] == '.')) ++at;
    only_attributes = at < end_ && text_[at] == '(';
    if (!only_attributes) break;
    const Node* item = parse_bracket_item();
    items.push_back({item, pos_});
    skip_newlines();
  }
  read_items_.insert(read_items_.end(), items.rbegin(), items.rend());
  std::string_view word = peek_keyword();
  Keyword keyword = only_attributes ? keyword_of(word) : Keyword::none;
  bool found = keyword == Keyword::class_ || keyword == Keyword::enum_;
  if (found) {
    pos_ += static_cast<uint32_t>(word.size());
    skip_newlines();
    found = !read_name().empty();
    skip_newlines();
    found = found && (is('{') || is(':'));
  }
  pos_ = before;
  return found;
}

// At the keyword; attributes before it are on the scratch stack.
const Stmt* Parser::parse_type_definition(size_t attributes_base, uint32_t begin) {
  auto* node = make<TypeDefinition>();
  node->attributes = take<Attribute>(attributes_base);
  std::string_view word = peek_keyword();
  node->is_enum = keyword_of(word) == Keyword::enum_;
  pos_ += static_cast<uint32_t>(word.size());
  skip_newlines();
  node->name = read_name();
  if (node->name.empty()) {
    report("MissingNameAfterKeyword", "Missing name after " + std::string(word) + " keyword.", after_last());
    return done(node, begin);
  }
  skip_newlines();
  size_t bases = scratch_base();
  if (is(':')) {
    do {
      ++pos_;
      const TypeName* base = parse_type_name(false);
      if (!base) {
        report("TypeNameExpected", "Missing the name of a base type.", after_last());
        break;
      }
      push(base);
      skip_newlines();
    } while (is(','));
  }
  node->bases = take<TypeName>(bases);
  if (!is('{')) {
    report("MissingTypeBody", "Missing type body in " + std::string(word) + " declaration.", after_last());
    return done(node, begin);
  }
  uint32_t open = pos_++;
  ++open_braces_;
  std::vector<TypeDefinition::Member> members;
  if (node->is_enum) {
    parse_enum_members(members);
  } else {
    parse_class_members(members, node->name);
  }
  --open_braces_;
  close_brace(open);
  node->members = take_entries(members);
  return done(node, begin);
}

void Parser::parse_enum_members(std::vector<TypeDefinition::Member>& members) {
  while (!aborted_) {
    skip_separators();
    if (at_end() || is('}')) return;
    uint32_t begin = pos_;
    TypeDefinition::Member member{};
    if (!is_class(peek(), kDigit)) member.name = read_name();
    member.span = span_from(begin);
    if (member.name.empty()) {
      report("MissingPropertyTerminator", "Missing the name of an enum member.", here());
      return;
    }
    skip_space();
    if (is('=')) {
      ++pos_;
      skip_newlines();
      member.value = parse_expression();
      if (!member.value) {
        report("ExpectedValueExpression", "You must provide a value expression following the '=' operator.",
               here());
        member.value = error_expression(pos_);
      }
    }
    members.push_back(member);
  }
}

void Parser::parse_class_members(std::vector<TypeDefinition::Member>& members, std::string_view class_name) {
  while (!aborted_) {
    skip_separators();
    if (at_end() || is('}')) return;
    TypeDefinition::Member member{};
    if (!parse_class_member(member)) {
      report("IncompleteMemberDefinition",
             "Incomplete member definition in class '" + std::string(class_name) + "'.", here());
      return;
    }
    members.push_back(member);
  }
}

bool Parser::parse_class_member(TypeDefinition::Member& member) {
  uint32_t begin = pos_;
  while (!aborted_) {
    if (is('[')) {
      member.type = try_as<TypeName>(parse_bracket_item());
    } else if (equals_lower(peek_keyword(), "static")) {
      member.is_static = true;
      pos_ += 6;
    } else if (equals_lower(peek_keyword(), "hidden")) {
      member.is_hidden = true;
      pos_ += 6;
    } else {
      break;
    }
    skip_newlines();
  }
  if (is('$')) {
    const auto* variable = try_as<Variable>(parse_dollar());
    if (!variable) return false;
    member.name = variable->name;
    skip_space();
    if (is('=')) {
      ++pos_;
      skip_newlines();
      member.value = parse_expression();
      if (!member.value) return false;
    }
    member.span = span_from(begin);
    return true;
  }
  uint32_t name = pos_;
  member.name = read_name();
  if (member.name.empty() || !is('(')) return false;
  auto* method = make<FunctionDefinition>();
  method->name = member.name;
  method->name_span = span_from(name);
  method->inline_parameters = true;
  const ParamBlock* parameters = parse_inline_parameters();
  skip_newlines();
  if (is(':')) {  // : base(arguments)
    ++pos_;
    skip_newlines();
    read_name();
    skip_newlines();
    size_t base = scratch_base();
    if (is('(')) parse_call_arguments(base);
    scratch_.resize(base);
  }
  method->body = parse_function_body(false, parameters);
  member.method = done(method, begin);
  member.span = span_from(begin);
  return true;
}

}  // namespace hvsh::shell
