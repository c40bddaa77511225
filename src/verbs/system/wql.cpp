#include "verbs/system/wql.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/compare.h"
#include "core/convert.h"
#include "core/text.h"
#include "core/wildcard.h"

namespace hvsh::verbs {

struct WqlCondition::Node {
  enum class Kind : uint8_t { compare, both, either, inverted } kind = Kind::compare;
  std::string property, op;
  Value value;
  std::shared_ptr<const Node> left, right;
};

namespace {

constexpr int kMaxDepth = 100;
using Node = WqlCondition::Node;

Error invalid(std::string_view text) {
  return {
      .id = "HRESULT 0x80041017",
      .category = ErrorCategory::InvalidArgument,
      .message = fmt::format("Invalid query: \"{}\".", text),
      .hint = "Understood is: Property = 'text', <>, <, >, <=, >=, LIKE, IS NULL, with AND, OR, NOT and ( ).",
      .exception = "Microsoft.Management.Infrastructure.CimException"};
}

struct Token {
  std::string text;
  bool quoted = false;
};

bool is_mark(char c) { return std::string_view("()=<>!,").find(c) != std::string_view::npos; }

Result<std::vector<Token>> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++i;
    } else if (c == '\'' || c == '"') {
      Token token{.text = {}, .quoted = true};
      for (++i; i < text.size() && text[i] != c; ++i) {
        if (text[i] == '\\' && i + 1 < text.size()) ++i;
        token.text += text[i];
      }
      if (i++ >= text.size()) return invalid(text);
      tokens.push_back(std::move(token));
    } else if (is_mark(c)) {
      const bool pair = i + 1 < text.size() && (c == '<' || c == '>' || c == '!') &&
                        (text[i + 1] == '=' || text[i + 1] == '>');
      tokens.push_back({.text = std::string(text.substr(i, pair ? 2 : 1))});
      i += pair ? 2 : 1;
    } else {
      const size_t begin = i;
      while (i < text.size() && !is_mark(text[i]) &&
             std::string_view(" \t\r\n'\"").find(text[i]) == std::string_view::npos)
        ++i;
      tokens.push_back({.text = std::string(text.substr(begin, i - begin))});
    }
  }
  return tokens;
}

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens) : text_(text), tokens_(std::move(tokens)) {}

  Result<std::shared_ptr<const Node>> whole() {
    HVSH_TRY(auto node, either(0));
    if (at_ < tokens_.size()) return invalid(text_);
    return node;
  }

 private:
  using Result_ = Result<std::shared_ptr<const Node>>;

  bool take(std::string_view word) {
    if (at_ >= tokens_.size() || tokens_[at_].quoted || !equal_ascii(tokens_[at_].text, word)) return false;
    ++at_;
    return true;
  }
  static std::shared_ptr<const Node> join(Node::Kind kind, std::shared_ptr<const Node> left,
                                          std::shared_ptr<const Node> right) {
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
  }

  Result_ either(int depth) {
    HVSH_TRY(auto left, both(depth));
    while (take("or")) {
      HVSH_TRY(auto right, both(depth));
      left = join(Node::Kind::either, left, right);
    }
    return left;
  }
  Result_ both(int depth) {
    HVSH_TRY(auto left, one(depth));
    while (take("and")) {
      HVSH_TRY(auto right, one(depth));
      left = join(Node::Kind::both, left, right);
    }
    return left;
  }
  Result_ one(int depth) {
    if (depth > kMaxDepth) return invalid(text_);
    if (take("not")) {
      HVSH_TRY(auto inner, one(depth + 1));
      return join(Node::Kind::inverted, inner, nullptr);
    }
    if (take("(")) {
      HVSH_TRY(auto inner, either(depth + 1));
      if (!take(")")) return invalid(text_);
      return inner;
    }
    return comparison();
  }
  Result_ comparison() {
    if (at_ + 2 >= tokens_.size() || tokens_[at_].quoted) return invalid(text_);
    auto node = std::make_shared<Node>();
    node->property = tokens_[at_++].text;
    if (take("is")) {
      node->op = take("not") ? "<>" : "=";
      if (!take("null")) return invalid(text_);
      return std::shared_ptr<const Node>(node);
    }
    node->op = to_lower(tokens_[at_++].text);
    if (node->op == "!=") node->op = "<>";
    static constexpr std::string_view kOperators[] = {"=", "<>", "<", ">", "<=", ">=", "like"};
    if (std::find(std::begin(kOperators), std::end(kOperators), node->op) == std::end(kOperators))
      return invalid(text_);
    const Token& token = tokens_[at_++];
    const auto number = token.quoted ? std::nullopt : parse_number(token.text);
    if (token.quoted) {
      node->value = Value::string(token.text);
    } else if (equal_ascii(token.text, "true") || equal_ascii(token.text, "false")) {
      node->value = Value::boolean(equal_ascii(token.text, "true"));
    } else if (number) {
      node->value = *number;
    } else if (!equal_ascii(token.text, "null")) {
      return invalid(text_);
    }
    return std::shared_ptr<const Node>(node);
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
};

// LIKE's % and _ as * and ?.
std::string wildcard_of(std::string_view pattern) {
  std::string text;
  for (char c : pattern) {
    if (c == '*' || c == '?' || c == '`') text += '`';
    text += c == '%' ? '*' : c == '_' ? '?' : c;
  }
  return text;
}

bool compare(const Node& node, const Value& actual) {
  if (node.op == "like") return Wildcard(wildcard_of(to_string(node.value))).matches(to_string(actual));
  if (actual.is_null() || node.value.is_null())
    return (actual.is_null() == node.value.is_null()) == (node.op == "=");
  std::weak_ordering order = std::weak_ordering::equivalent;
  const auto left = to_double(actual), right = to_double(node.value);
  if (actual.kind() == Value::Kind::boolean) {
    order = to_bool(actual) <=>
            (node.value.is_string() ? equal_ascii(node.value.as_string(), "true") : to_bool(node.value));
  } else if (!actual.is_string() && left && right) {
    order = *left < *right   ? std::weak_ordering::less
            : *left > *right ? std::weak_ordering::greater
                             : std::weak_ordering::equivalent;
  } else {
    order = compare_text(to_string(actual), to_string(node.value));
  }
  if (node.op == "=") return order == 0;
  if (node.op == "<>") return order != 0;
  if (node.op == "<") return order < 0;
  if (node.op == ">") return order > 0;
  return node.op == "<=" ? order <= 0 : order >= 0;
}

bool fits_node(const Node& node, const Value& object) {
  switch (node.kind) {
    case Node::Kind::both: return fits_node(*node.left, object) && fits_node(*node.right, object);
    case Node::Kind::either: return fits_node(*node.left, object) || fits_node(*node.right, object);
    case Node::Kind::inverted: return !fits_node(*node.left, object);
    case Node::Kind::compare: break;
  }
  const auto found = get_property(object, node.property);
  return compare(node, found && found->ok() ? **found : Value::null());
}

}  // namespace

Result<WqlCondition> WqlCondition::parse(std::string_view text) {
  WqlCondition condition;
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return condition;
  HVSH_TRY(std::vector<Token> tokens, tokens_of(text));
  Parser parser(text, std::move(tokens));
  HVSH_TRY(condition.root_, parser.whole());
  return condition;
}

bool WqlCondition::fits(const Value& object) const { return !root_ || fits_node(*root_, object); }

Result<WqlQuery> WqlQuery::parse(std::string_view text) {
  HVSH_TRY(const std::vector<Token> tokens, tokens_of(text));
  WqlQuery query;
  size_t at = 0;
  const auto is = [&](std::string_view word) {
    return at < tokens.size() && equal_ascii(tokens[at].text, word);
  };
  if (!is("select")) return invalid(text);
  for (++at; at < tokens.size() && !is("from"); ++at) {
    if (tokens[at].text != "," && tokens[at].text != "*") query.properties.push_back(tokens[at].text);
  }
  if (at + 1 >= tokens.size()) return invalid(text);
  query.class_name = tokens[++at].text;
  if (++at == tokens.size()) return query;
  if (!is("where")) return invalid(text);
  const std::string lower = to_lower(text);
  HVSH_TRY(query.condition, WqlCondition::parse(text.substr(lower.find(" where ") + 7)));
  return query;
}

}  // namespace hvsh::verbs
