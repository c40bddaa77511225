#include "shell/syntax/scanner.h"

#include <algorithm>
#include <cstring>

#include "core/bounds.h"

namespace hvsh::shell {

namespace {

constexpr auto byte = [](char c) { return static_cast<unsigned char>(c); };

bool bytes_are(const char* at, unsigned char second, unsigned char low, unsigned char high) {
  return byte(at[0]) == 0xE2 && byte(at[1]) == second && byte(at[2]) >= low && byte(at[2]) <= high;
}

struct CodePoint {
  uint32_t value;
  uint32_t size;
};

// The text was validated before, so the bytes are there.
CodePoint decode(const char* at) {
  unsigned char first = byte(at[0]);
  auto tail = [at](int i) { return static_cast<uint32_t>(byte(at[i]) & 0x3F); };
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1Fu) << 6 | tail(1), 2};
  if (first < 0xF0) return {(first & 0x0Fu) << 12 | tail(1) << 6 | tail(2), 3};
  return {(first & 0x07u) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4};
}

// Letters and digits beyond ASCII, by exclusion: punctuation, symbols, white space and pictographs are not.
bool is_wide_letter(uint32_t c) {
  if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
  if (c == 0xD7 || c == 0xF7 || c == 0x1680) return false;
  if (c >= 0x2000 && c <= 0x2BFF)
    return c == 0x2071 || c == 0x207F || (c >= 0x2090 && c <= 0x209C) || (c >= 0x2102 && c <= 0x2139);
  if (c >= 0x3000 && c <= 0x3030) return c == 0x3005 || c == 0x3006;
  if (c >= 0xD800 && c <= 0xF8FF) return false;
  if (c >= 0xFE10 && c <= 0xFE6F) return false;
  if (c >= 0xFF00 && c <= 0xFFEF)
    return (c >= 0xFF10 && c <= 0xFF19) || (c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A) ||
           (c >= 0xFF66 && c <= 0xFFDC);
  return c < 0x1F000 || (c >= 0x20000 && c < 0x32000);
}

bool is_wide_space(uint32_t c) {
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

void append_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

}  // namespace

uint32_t Scanner::dash_at(uint32_t at) const {
  if (at >= end_) return 0;
  if (text_[at] == '-') return 1;
  return bytes_are(text_ + at, 0x80, 0x93, 0x95) ? 3 : 0;  // en dash, em dash, horizontal bar
}

uint32_t Scanner::single_quote_at(uint32_t at) const {
  if (at >= end_) return 0;
  if (text_[at] == '\'') return 1;
  return bytes_are(text_ + at, 0x80, 0x98, 0x9B) ? 3 : 0;
}

uint32_t Scanner::double_quote_at(uint32_t at) const {
  if (at >= end_) return 0;
  if (text_[at] == '"') return 1;
  return bytes_are(text_ + at, 0x80, 0x9C, 0x9E) ? 3 : 0;
}

uint32_t Scanner::newline_at(uint32_t at) const {
  if (at >= end_) return 0;
  if (text_[at] == '\n') return 1;
  if (text_[at] == '\r') return text_[at + 1] == '\n' && at + 1 < end_ ? 2 : 1;
  return 0;
}

uint32_t Scanner::space_at(uint32_t at) const {
  if (at >= end_) return 0;
  if (is_class(text_[at], kSpace)) return 1;
  if (!is_class(text_[at], kWide)) return 0;
  CodePoint c = decode(text_ + at);
  return is_wide_space(c.value) ? c.size : 0;
}

uint32_t Scanner::name_char_at(uint32_t at) const {
  if (at >= end_) return 0;
  if (is_class(text_[at], kNameRest)) return 1;
  if (!is_class(text_[at], kWide)) return 0;
  CodePoint c = decode(text_ + at);
  return is_wide_letter(c.value) ? c.size : 0;
}

uint32_t Scanner::variable_char_at(uint32_t at) const {
  if (at < end_ && text_[at] == '?') return 1;
  return name_char_at(at);
}

uint32_t Scanner::char_size_at(uint32_t at) const {
  if (at >= end_) return 0;
  return std::min(decode(text_ + at).size, end_ - at);
}

bool Scanner::token_ends_at(uint32_t at) const {
  if (at >= end_ || is_class(text_[at], kForceStart)) return true;
  return is_class(text_[at], kWide) && space_at(at) != 0;
}

void Scanner::skip_space() {
  if (pos_ == skipped_from_) {
    pos_ = skipped_to_;
    return;
  }
  uint32_t from = pos_;
  while (pos_ < end_) {
    char c = text_[pos_];
    if (is_class(c, kSpace)) {
      ++pos_;
    } else if (c == '#') {
      skip_line_comment();
    } else if (c == '<' && peek(1) == '#') {
      if (!skip_block_comment()) break;
    } else if (c == '`') {
      if (uint32_t newline = newline_at(pos_ + 1)) {
        pos_ += 1 + newline;
        continued_at_end_ = continued_at_end_ || at_end();
      } else if (pos_ + 1 >= end_) {  // a continued last line: a prompt asks for more, a file just ends
        continued_at_end_ = true;
        pos_ = end_;
      } else {
        break;
      }
    } else if (!is_class(c, kWide) || !skip_wide_space()) {
      break;
    }
  }
  if (pos_ != from) {
    skipped_from_ = from;
    skipped_to_ = pos_;
  }
}

bool Scanner::skip_wide_space() {
  uint32_t size = space_at(pos_);
  pos_ += size;
  return size != 0;
}

void Scanner::skip_newlines() {
  for (skip_space(); is_class(peek(), kNewline) && !at_end(); skip_space()) ++pos_;
}

void Scanner::skip_separators() {
  for (skip_space(); is_class(peek(), kNewline) || is(';'); skip_space()) {
    if (at_end()) return;
    ++pos_;
  }
}

void Scanner::skip_line_comment() {
  uint32_t begin = pos_;
  while (pos_ < end_ && !is_class(text_[pos_], kNewline)) ++pos_;
  if (begin < comments_seen_) return;
  comments_seen_ = pos_;
  if (options_.keep_comments) out_.comments.push_back(span_from(begin));
  constexpr std::string_view kRequires = "#requires";
  if (pos_ - begin > kRequires.size() && equals_lower(view(begin, begin + kRequires.size()), kRequires) &&
      is_class(text_[begin + kRequires.size()], kSpace))
    requires_lines_.push_back(span_from(begin));
}

bool Scanner::skip_block_comment() {
  uint32_t begin = pos_;
  std::string_view rest = view(begin + 2, end_);
  size_t close = rest.find("#>");
  if (close == std::string_view::npos) {
    pos_ = end_;
    report("MissingTerminatorMultiLineComment", "The terminator '#>' is missing from the multiline comment.",
           span_of(begin, end_));
    aborted_ = true;
    return false;
  }
  pos_ = begin + 2 + static_cast<uint32_t>(close) + 2;
  if (begin >= comments_seen_) {
    comments_seen_ = pos_;
    if (options_.keep_comments) out_.comments.push_back(span_from(begin));
  }
  return true;
}

std::string_view Scanner::peek_keyword() const {
  if (at_end() || !is_class(text_[pos_], kNameStart)) return {};
  uint32_t at = pos_;
  while (at < end_ && is_class(text_[at], kNameRest)) ++at;
  return token_ends_at(at) ? view(pos_, at) : std::string_view{};
}

bool Scanner::accept_keyword_after_newlines(std::string_view word) {
  uint32_t before = pos_;
  skip_newlines();
  if (equals_lower(peek_keyword(), word)) {
    pos_ += static_cast<uint32_t>(word.size());
    return true;
  }
  pos_ = before;
  return false;
}

void Scanner::read_escape(std::string& out) {
  uint32_t begin = pos_++;  // the backtick
  if (at_end()) {
    out += '`';
    return;
  }
  char c = text_[pos_];
  constexpr std::string_view kLetters = "0abefnrtv";
  constexpr std::string_view kMeanings("\0\a\b\033\f\n\r\t\v", 9);
  if (size_t i = kLetters.find(c); i != std::string_view::npos) {
    out += kMeanings[i];
    ++pos_;
    return;
  }
  if (c == 'u' && peek(1) == '{') return append_code_point(out, begin);
  uint32_t size = char_size_at(pos_);
  if (c == '\r' && newline_at(pos_) == 2) size = 2;
  out.append(text_ + pos_, size);
  pos_ += size;
}

// `u{1F600}
void Scanner::append_code_point(std::string& out, uint32_t begin) {
  pos_ += 2;
  uint32_t value = 0, digits = 0;
  for (; pos_ < end_ && digits < 7; ++pos_, ++digits) {  // a seventh one is too many
    char c = to_lower(text_[pos_]);
    if (is_class(c, kDigit)) {
      value = value * 16 + static_cast<uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value * 16 + static_cast<uint32_t>(c - 'a' + 10);
    } else {
      break;
    }
  }
  bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (digits > 6) {
    report_mild(
        "TooManyDigitsInUnicodeEscapeSequence",
        "The Unicode escape sequence contains more than the maximum of six hex digits between braces.",
        span_from(begin));
    return;
  }
  if (digits == 0 || surrogate || !is('}')) {
    report_mild(
        "InvalidUnicodeEscapeSequence",
        "The Unicode escape sequence is not valid. A valid sequence is `u{ followed by one to six hex "
        "digits and a closing '}'.",
        span_from(begin));
    return;
  }
  if (value > 0x10FFFF) {
    report_mild("InvalidUnicodeEscapeSequenceValue",
                "The value of the Unicode escape sequence is out of range. The maximum value is 0x10FFFF.",
                span_from(begin));
    return;
  }
  ++pos_;
  append_utf8(out, value);
}

void Scanner::add_error(std::string_view id, std::string message, Span span, std::string hint) {
  if (aborted_ || out_.errors.size() >= kMaxParseErrors) return;
  Error error;
  error.id = id;
  error.category = ErrorCategory::ParserError;
  error.message = std::move(message);
  error.hint = std::move(hint);
  error.exception = "System.Management.Automation.ParseException";
  error.span = span;
  out_.errors.push_back(std::move(error));
}

void Scanner::report(std::string_view id, std::string message, Span span, std::string hint) {
  uint32_t before = pos_;
  skip_newlines();  // "at the end" must not depend on blank lines and comments before it
  if (!at_end()) pos_ = before;
  skip_space();
  bool quiet = at_end() ? span.begin < quiet_until_ : before < quiet_until_;
  // At the end of the text one thing is missing; what else is, is an echo, except for open braces.
  if (at_end() && ended_ && id != "MissingEndCurlyBrace") quiet = true;
  if (!quiet) {
    if (out_.errors.empty()) first_error_at_end_ = at_end();
    ended_ = ended_ || at_end();
    add_error(id, std::move(message), span, std::move(hint));
    uint32_t line_end = pos_;
    while (line_end < end_ && !is_class(text_[line_end], kNewline)) ++line_end;
    if (!at_end()) quiet_until_ = line_end;
  }
  pos_ = before;
}

void Scanner::report_mild(std::string_view id, std::string message, Span span) {
  if (span.begin >= quiet_until_) add_error(id, std::move(message), span, {});
}

void Scanner::abort(std::string_view id, std::string message, Span span) {
  add_error(id, std::move(message), span, {});
  aborted_ = true;
  pos_ = end_;
}

void Scanner::settle_incomplete() {
  out_.incomplete = out_.errors.empty() ? continued_at_end_ : first_error_at_end_;
}

std::string Scanner::shown_token() const {
  constexpr uint32_t kMost = 60;
  uint32_t at = pos_;
  if (token_ends_at(at)) {
    bool twice = (is('&') || is('|')) && peek(1) == peek();
    at += twice ? 2 : char_size_at(at);
  } else {
    while (!token_ends_at(at) && at - pos_ < kMost) at += char_size_at(at);
  }
  std::string shown(view(pos_, std::min(at, end_)));
  if (at - pos_ >= kMost) shown += "...";
  return shown;
}

}  // namespace hvsh::shell
