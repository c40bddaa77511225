#include "shell/syntax/parser.h"

#include <cstring>

#include "shell/syntax/parser_impl.h"

namespace hvsh::shell {

namespace {

// The length of the well-formed UTF-8 character at `at`, 0 if there is none (RFC 3629: no surrogates, no
// overlong forms, nothing above U+10FFFF).
size_t utf8_length(const unsigned char* at, size_t left) {
  auto is_tail = [at, left](size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < left && at[i] >= low && at[i] <= high;
  };
  unsigned char c = at[0];
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return is_tail(1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) {
    bool second = is_tail(1, c == 0xE0 ? 0xA0 : 0x80, c == 0xED ? 0x9F : 0xBF);
    return second && is_tail(2) ? 3 : 0;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    bool second = is_tail(1, c == 0xF0 ? 0x90 : 0x80, c == 0xF4 ? 0x8F : 0xBF);
    return second && is_tail(2) && is_tail(3) ? 4 : 0;
  }
  return 0;
}

// The place of the first byte that is not UTF-8, or the size.
size_t find_invalid_utf8(std::string_view text) {
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  size_t i = 0;
  while (i < text.size()) {
    uint64_t word;
    while (i + sizeof word <= text.size()) {
      std::memcpy(&word, at + i, sizeof word);
      if ((word & 0x8080808080808080u) != 0) break;
      i += sizeof word;
    }
    if (i >= text.size()) break;
    size_t length = utf8_length(at + i, text.size() - i);
    if (length == 0) return i;
    i += length;
  }
  return text.size();
}

std::string_view keep_padded(Arena& arena, std::string_view text) {
  auto* at = static_cast<char*>(arena.allocate(text.size() + Scanner::kPadding, 1));
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  std::memset(at + text.size(), 0, Scanner::kPadding);
  return {at, text.size()};
}

Error input_error(std::string_view id, std::string message, std::string hint, Span span) {
  Error error;
  error.id = id;
  error.category = ErrorCategory::ParserError;
  error.message = std::move(message);
  error.hint = std::move(hint);
  error.exception = "System.Management.Automation.ParseException";
  error.span = span;
  return error;
}

}  // namespace

ParseResult parse(std::string_view text, uint32_t source_id, ParseOptions options) {
  ParseResult result;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (text.size() > kMaxScriptBytes) {
    result.errors.push_back(
        input_error("ScriptTooLarge", "The script is larger than 1 GiB.", "", Span{source_id, 0, 0}));
    text = {};
  }
  size_t invalid = find_invalid_utf8(text);
  result.text = keep_padded(result.arena, text);
  bool readable = result.errors.empty();
  if (invalid < text.size()) {
    readable = false;
    auto at = static_cast<uint32_t>(invalid);
    result.errors.push_back(input_error("InvalidUtf8",
                                        "The script is not UTF-8 text: there is an invalid byte here.",
                                        "Save the file as UTF-8.", Span{source_id, at, at + 1}));
  }
  if (!readable) {
    result.root = result.arena.make<ScriptBlock>();
    return result;
  }
  Parser(result, source_id, options).run();
  std::stable_sort(result.errors.begin(), result.errors.end(),
                   [](const Error& a, const Error& b) { return a.span.begin < b.span.begin; });
  return result;
}

void Parser::run() {
  const ScriptBlock* root = parse_script_block(0, '\0', false, nullptr);
  settle_incomplete();
  auto* with_requirements = const_cast<ScriptBlock*>(root);  // made here, const for everybody else
  with_requirements->requirements = parse_requirements();
  out_.root = done(with_requirements, 0);
}

const Expr* Parser::make_string(StringStyle style, std::string_view value, uint32_t begin) {
  auto* node = make<String>();
  node->style = style;
  node->value = value;
  return done(node, begin);
}

Span Parser::here() const {
  if (at_end()) return end_ == 0 ? span_of(0, 0) : span_of(end_ - 1, end_);
  return span_of(pos_, pos_ + char_size_at(pos_));
}

Span Parser::after_last() const {
  uint32_t at = pos_;
  while (at > 0 && is_class(text_[at - 1], kSpace | kNewline)) --at;
  return after(at);
}

void Parser::report_too_deep() {
  abort("ScriptTooComplicated",
        "The script is too complicated: more than " + std::to_string(depth_ - 1) +
            " constructs stand inside one another here.",
        here());
}

void Parser::report_too_high(Span span) {
  abort("ScriptTooComplicated",
        "The script is too complicated: more than " + std::to_string(kMaxTreeHeight) +
            " operators and constructs are joined into one here.",
        span);
}

void Parser::report_unexpected_token() {
  if (is_quiet()) return;
  std::string token = shown_token();
  auto size = static_cast<uint32_t>(token.ends_with("...") ? token.size() - 3 : token.size());
  report("UnexpectedToken", "Unexpected token '" + token + "' in expression or statement.",
         span_of(pos_, pos_ + size));
}

}  // namespace hvsh::shell
