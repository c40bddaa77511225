#pragma once
// The characters of a script as PowerShell sees them: which ones start a token, which belong to names, the
// typographic dashes and quotes that count as plain ones, white space, comments. The parser decides what is
// read next (an expression or an argument of a command), so there is no list of tokens: this class holds the
// position and answers questions about what stands there.
//
// The text must be followed by kPadding zero bytes, so that looking ahead needs no check.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/bounds.h"
#include "shell/syntax/parser.h"

namespace hvsh::shell {

enum CharClass : uint8_t {
  kSpace = 1,        // blank, tab, vertical tab, form feed
  kNewline = 2,      // \n, \r
  kForceStart = 4,   // ends every bareword
  kAfterNumber = 8,  // may follow a number in an expression
  kNameStart = 16,   // ASCII letter, _
  kNameRest = 32,    // the same and digits
  kDigit = 64,       // 0 ... 9
  kWide = 128,       // first byte of a character beyond ASCII
};

constexpr std::array<uint8_t, 256> make_char_classes() {
  std::array<uint8_t, 256> table{};
  for (unsigned char c : std::string_view("\t\v\f ")) table[c] |= kSpace | kForceStart | kAfterNumber;
  for (unsigned char c : std::string_view("\r\n")) table[c] |= kNewline | kForceStart | kAfterNumber;
  for (unsigned char c : std::string_view("&(),;<>{|}")) table[c] |= kForceStart | kAfterNumber;
  for (unsigned char c : std::string_view("!#%*+-./:=?[]")) table[c] |= kAfterNumber;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] |= kDigit | kNameRest;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] |= kNameStart | kNameRest;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] |= kNameStart | kNameRest;
  table['_'] |= kNameStart | kNameRest;
  for (unsigned c = 0x80; c < 0x100; ++c) table[c] |= kWide;
  return table;
}
inline constexpr std::array<uint8_t, 256> kCharClasses = make_char_classes();

constexpr bool is_class(char c, unsigned mask) {
  return (kCharClasses[static_cast<unsigned char>(c)] & mask) != 0;
}
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
// `lower` must be lower case.
constexpr bool equals_lower(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i)
    if (to_lower(text[i]) != lower[i]) return false;
  return true;
}

class Scanner {
 public:
  static constexpr size_t kPadding = 4;

 protected:
  Scanner(ParseResult& out, uint32_t source, ParseOptions options)
      : out_(out),
        options_(options),
        source_(source),
        text_(out.text.data()),
        end_(static_cast<uint32_t>(out.text.size())) {}

  char peek(uint32_t ahead = 0) const { return text_[pos_ + ahead]; }
  bool at_end() const { return pos_ >= end_; }
  bool is(char c) const { return pos_ < end_ && text_[pos_] == c; }
  Span span_from(uint32_t begin) const { return {source_, begin, pos_ < begin ? begin : pos_}; }
  Span span_of(uint32_t begin, uint32_t end) const { return {source_, begin, end}; }
  std::string_view view(uint32_t begin, uint32_t end) const { return {text_ + begin, end - begin}; }

  // Each says how many bytes at `at` are such a character; 0: something else.
  uint32_t dash_at(uint32_t at) const;
  uint32_t single_quote_at(uint32_t at) const;
  uint32_t double_quote_at(uint32_t at) const;
  uint32_t newline_at(uint32_t at) const;
  uint32_t space_at(uint32_t at) const;
  uint32_t name_char_at(uint32_t at) const;      // letters, digits, _
  uint32_t variable_char_at(uint32_t at) const;  // the same and ?
  uint32_t char_size_at(uint32_t at) const;      // any character
  // White space, the end, or one of &(),;<>{|} : no bareword goes past it.
  bool token_ends_at(uint32_t at) const;

  // White space, comments, continued lines; the second one newlines too, the third one ; as well.
  void skip_space();
  void skip_newlines();
  void skip_separators();

  // The ASCII word at the position, if a bareword ends after it; else empty.
  std::string_view peek_keyword() const;
  // The same after white space and newlines: is it `word` (lower case)? If so it is consumed.
  bool accept_keyword_after_newlines(std::string_view word);

  // Resolves the escape after a backtick at the position, appends the character(s) and moves behind it.
  void read_escape(std::string& out);

  // An error that makes the rest of the line unreliable: further errors on it are held back.
  void report(std::string_view id, std::string message, Span span, std::string hint = {});
  // An error in something that was understood.
  void report_mild(std::string_view id, std::string message, Span span);
  // Would an error at the position be held back?
  bool is_quiet() const { return aborted_ || pos_ < quiet_until_ || out_.errors.size() >= kMaxParseErrors; }
  // Gives up: the position goes to the end, this is the last error.
  void abort(std::string_view id, std::string message, Span span);
  // At the end of the parse: is more input what is missing?
  void settle_incomplete();
  // What stands at the position, short enough to be shown in a message.
  std::string shown_token() const;

  ParseResult& out_;
  ParseOptions options_;
  uint32_t source_;
  const char* text_;
  uint32_t end_;
  uint32_t pos_ = 0;
  bool aborted_ = false;
  std::vector<Span> requires_lines_;

 private:
  void skip_line_comment();
  bool skip_block_comment();
  bool skip_wide_space();
  void add_error(std::string_view id, std::string message, Span span, std::string hint);
  void append_code_point(std::string& out, uint32_t begin);

  bool first_error_at_end_ = false;
  bool ended_ = false;  // something was missing at the end of the text
  bool continued_at_end_ = false;
  uint32_t quiet_until_ = 0;     // errors before this place are echoes
  uint32_t skipped_from_ = ~0u;  // the last run of white space, so that nobody walks it twice
  uint32_t skipped_to_ = 0;
  uint32_t comments_seen_ = 0;
};

}  // namespace hvsh::shell
