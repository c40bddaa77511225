#pragma once
// From the text of a script to its syntax tree: PowerShell 7's grammar, classes and workflows read but not
// understood.
//
// parse() never fails: for broken input there are errors, each with its place, and a tree that covers what
// could be read. Whoever runs scripts looks at ok() first. Errors carry PowerShell's ids
// (MissingEndCurlyBrace, ExpectedExpression, TerminatorExpectedAtEndOfString ...), category ParserError.
//
// Time is linear in the text. Nesting beyond kMaxNesting and trees beyond kMaxTreeHeight (core/bounds.h) are
// one error each. Reentrant; no global state.
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/span.h"
#include "shell/syntax/arena.h"
#include "shell/syntax/ast.h"

namespace hvsh::shell {

struct ParseOptions {
  bool keep_comments = false;  // fill ParseResult::comments, for help and highlighting
};

// Owns everything that the tree points to. May be moved, not copied; moving keeps the tree in place. Keep it
// alive (a shared_ptr, say) as long as a script block of it can be called.
struct ParseResult {
  Arena arena;
  std::string_view text;              // the text that spans count in, without a byte order mark; in the arena
  const ScriptBlock* root = nullptr;  // never null
  std::vector<Error> errors;          // in the order of their places, at most kMaxParseErrors
  std::vector<Span> comments;         // in order, when asked for
  bool incomplete = false;            // more lines could make it right: a prompt should ask for them

  bool ok() const { return errors.empty(); }
  std::string_view text_of(Span span) const { return text.substr(span.begin, span.end - span.begin); }
};

// `text` is UTF-8, with or without a byte order mark, of at most kMaxScriptBytes; `source_id` goes into every
// span (see core/span.h).
ParseResult parse(std::string_view text, uint32_t source_id, ParseOptions options = {});

}  // namespace hvsh::shell
