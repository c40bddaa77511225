// Any text is parsed: spans lie in the text, errors have places, and the tree can be walked and shown.
#include <cstdlib>
#include <string_view>

#include "core/bounds.h"
#include "shell/syntax/dump.h"
#include "shell/syntax/parser.h"
#include "shell/syntax/visit.h"

namespace {

using hvsh::shell::Node;

void check(bool holds) {
  if (!holds) std::abort();
}

void check_tree(const Node& node, size_t size) {
  check(node.span.begin <= node.span.end && node.span.end <= size);
  check(node.height <= hvsh::kMaxTreeHeight);
  hvsh::shell::for_each_child(node, [&](const Node& child) {
    check(child.height < node.height);
    check_tree(child, size);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const hvsh::shell::ParseResult result = hvsh::shell::parse(text, 1, {.keep_comments = true});
  check(result.root != nullptr);
  check_tree(*result.root, result.text.size());
  for (const hvsh::Error& error : result.errors) {
    check(!error.id.empty() && !error.message.empty());
    check(error.span.begin <= error.span.end && error.span.end <= result.text.size());
  }
  (void)hvsh::shell::dump(*result.root);
  return 0;
}
