// Numbers, parentheses, script blocks, hashtables.
#include <unordered_set>

#include "shell/syntax/number.h"
#include "shell/syntax/parser_impl.h"

namespace hvsh::shell {

// Null, without moving, when what stands there is no number: a name may begin with a digit.
const Expr* Parser::parse_number(Mode mode, bool with_sign) {
  uint32_t begin = pos_;
  uint32_t sign = with_sign ? (text_[pos_] == '+' ? 1 : dash_at(pos_)) : 0;
  char first = text_[pos_ + sign];
  if (!is_class(first, kDigit) && !(first == '.' && is_class(text_[pos_ + sign + 1], kDigit))) return nullptr;
  Number number;
  size_t length = 0;
  uint32_t from = begin + sign;
  NumberScan scan = scan_number(view(from, end_), sign != 0 && text_[begin] != '+', length, number);
  if (scan == NumberScan::none) return nullptr;
  uint32_t end = from + static_cast<uint32_t>(length);
  bool ends = token_ends_at(end) || (mode == Mode::expression && is_class(text_[end], kAfterNumber)) ||
              (mode == Mode::expression && dash_at(end));
  if (!ends) return nullptr;
  pos_ = end;
  if (scan == NumberScan::overflow) {
    report_mild("BadNumericConstant",
                "The numeric constant " + std::string(view(begin, end)) + " is not valid.", span_from(begin));
    return error_expression(begin);
  }
  number.text = view(begin, end);
  auto* node = make<Number>();
  *node = number;
  return done(node, begin);
}

const Expr* Parser::parse_paren() {
  uint32_t begin = pos_;
  Nesting nesting(*this);
  auto* node = make<Paren>();
  if (!nesting) {
    node->body = error_statement(begin);
    return done(node, begin);
  }
  ++pos_;
  Scoped comma(no_comma_, false);
  ++open_parens_;
  skip_newlines();
  node->body = parse_chain();
  skip_newlines();
  if (!node->body) {
    report("ExpectedExpression", "An expression was expected after '('.", after(begin + 1));
    node->body = error_statement(pos_);
  }
  if (is(')')) {
    ++pos_;
  } else {
    report("MissingEndParenthesisInExpression", "Missing closing ')' in expression.", after_last());
  }
  --open_parens_;
  return done(node, begin);
}

// $( statements ) and @( statements )
const Expr* Parser::parse_group(bool is_array) {
  uint32_t begin = pos_;
  Nesting nesting(*this);
  if (!nesting) return error_expression(begin);
  pos_ += 2;
  Scoped comma(no_comma_, false);
  ++open_parens_;
  const Block* body = parse_statements(pos_, ')');
  --open_parens_;
  if (is(')')) {
    ++pos_;
  } else {
    report("MissingEndParenthesisInSubexpression", "Missing closing ')' in subexpression.",
           at_end() ? after_last() : here());
  }
  if (is_array) {
    auto* node = make<ArrayExpression>();
    node->body = body;
    return done(node, begin);
  }
  auto* node = make<SubExpression>();
  node->body = body;
  return done(node, begin);
}

const Expr* Parser::parse_script_block_expression() {
  uint32_t begin = pos_;
  Nesting nesting(*this);
  if (!nesting) return error_expression(begin);
  Scoped comma(no_comma_, false);
  ++pos_;
  auto* node = make<ScriptBlockExpression>();
  node->body = parse_script_block(begin, '}', false, nullptr);
  return done(node, begin);
}

const Expr* Parser::parse_hashtable() {
  uint32_t begin = pos_;
  Nesting nesting(*this);
  if (!nesting) return error_expression(begin);
  pos_ += 2;
  Scoped comma(no_comma_, false);
  ++open_braces_;
  std::vector<Hashtable::Entry> entries;
  parse_hashtable_entries(entries);
  --open_braces_;
  if (is('}')) {
    ++pos_;
  } else {
    report("IncompleteHashLiteral", "The hash literal was incomplete.", span_of(begin, begin + 2));
  }
  auto* node = make<Hashtable>();
  node->entries = take_entries(entries);
  check_duplicate_keys(node->entries);
  return done(node, begin);
}

void Parser::parse_hashtable_entries(std::vector<Hashtable::Entry>& entries) {
  while (true) {
    skip_separators();
    if (at_end() || is('}')) return;
    const Expr* key = parse_hashtable_key();
    if (!key) return;  // the caller misses the brace
    skip_space();
    if (!is('=')) {
      report("MissingEqualsInHashLiteral", "Missing '=' operator after key in hash literal.",
             after(key->span.end));
      entries.push_back({key, error_statement(pos_)});
      return;
    }
    uint32_t equals = pos_++;
    skip_newlines();
    const Stmt* value = parse_statement();
    if (!value) {
      report("MissingStatementInHashLiteral", "Missing statement after '=' in hash literal.",
             after(equals + 1));
      value = error_statement(pos_);
    }
    entries.push_back({key, value});
    skip_space();
    if (!at_end() && !is(';') && !is('}') && newline_at(pos_) == 0) return;  // the caller misses the brace
  }
}

// A bare name, or any expression without operators.
const Expr* Parser::parse_hashtable_key() {
  uint32_t begin = pos_;
  if (name_char_at(pos_) && !is_class(text_[pos_], kDigit)) {
    while (uint32_t size = name_char_at(pos_)) pos_ += size;
    return make_string(StringStyle::bare, view(begin, pos_), begin);
  }
  Scoped comma(no_comma_, true);
  if (const Expr* key = parse_unary()) return key;
  while (uint32_t size = name_char_at(pos_)) pos_ += size;  // 2ndDisk
  if (pos_ == begin) return nullptr;
  return make_string(StringStyle::bare, view(begin, pos_), begin);
}

void Parser::check_duplicate_keys(std::span<const Hashtable::Entry> entries) {
  if (entries.size() < 2) return;
  std::unordered_set<std::string> seen;
  for (const Hashtable::Entry& entry : entries) {
    std::string folded;
    if (const auto* text = try_as<String>(entry.key)) {
      folded.assign(text->value);
    } else if (const auto* number = try_as<Number>(entry.key)) {
      folded.assign("\1").append(number->text);
    } else {
      continue;
    }
    for (char& c : folded) c = to_lower(c);
    if (!seen.insert(std::move(folded)).second)
      report_mild("DuplicateKeyInHashLiteral",
                  "Duplicate keys '" + std::string(out_.text_of(entry.key->span)) +
                      "' are not allowed in hash literals.",
                  entry.key->span);
  }
}

}  // namespace hvsh::shell
