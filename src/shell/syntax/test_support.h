#pragma once
// Table tests of the parser: a script, the dump of its tree, and the errors (each as "begin-end Id: message",
// then "incomplete" if more lines could make it right).
#include <doctest/doctest.h>

#include <span>
#include <string>

#include "shell/syntax/dump.h"
#include "shell/syntax/parser.h"
#include "shell/syntax/visit.h"

namespace hvsh::shell {

struct SyntaxCase {
  const char* script;
  const char* tree;
  const char* errors = "";
};

inline std::string describe_errors(const ParseResult& result) {
  std::string text;
  for (const Error& error : result.errors) {
    if (!text.empty()) text += '\n';
    text += std::to_string(error.span.begin) + "-" + std::to_string(error.span.end) + " " + error.id + ": " +
            error.message;
  }
  if (result.incomplete) text += text.empty() ? "incomplete" : "\nincomplete";
  return text;
}

// What holds for every tree: spans lie in the text, no child is as high as its parent.
inline void check_tree(const Node& node, size_t text_size) {
  bool good_span = node.span.begin <= node.span.end && node.span.end <= text_size;
  if (!good_span) CHECK_MESSAGE(good_span, "bad span of " << dump(node));
  for_each_child(node, [&](const Node& child) {
    if (child.height >= node.height)
      CHECK_MESSAGE(child.height < node.height, "bad height of " << dump(node));
    check_tree(child, text_size);
  });
}

template <size_t N>
void check_cases(const SyntaxCase (&cases)[N]) {
  for (const SyntaxCase& c : cases) {
    CAPTURE(std::string(c.script));
    ParseResult result = parse(c.script, 1);
    CHECK(dump(*result.root) == std::string(c.tree));
    CHECK(describe_errors(result) == std::string(c.errors));
    check_tree(*result.root, result.text.size());
  }
}

}  // namespace hvsh::shell
