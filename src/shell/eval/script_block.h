#pragma once
// Script blocks and functions as values, and the sources that their trees live in.
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/script_block.h"
#include "shell/eval/frame.h"
#include "shell/syntax/parser.h"

namespace hvsh::shell {

struct BlockInfo;

// One text that was parsed. Everything that points into its tree keeps it alive.
struct Source {
  uint32_t id = 0;
  std::string path;  // of a file, absolute; empty: a command line, a prompt line
  ParseResult parsed;
  // What the evaluator hangs on the tree's nodes.
  std::deque<Value> constants;
  std::deque<std::shared_ptr<void>> attachments;
};

class ShellScriptBlock final : public ScriptBlockObject {
 public:
  ShellScriptBlock(std::shared_ptr<Source> source, const ScriptBlock& tree)
      : source(std::move(source)), tree(&tree) {}
  std::string text() const override;

  std::shared_ptr<Source> source;
  const ScriptBlock* tree;
  Ref<Frame> home;  // scope of the module or closure that it belongs to; null: the caller's
  Value self;       // $this of a script property or method
};

struct Function {
  std::string name;
  Ref<ShellScriptBlock> block;
  FunctionKind kind = FunctionKind::function;
  uint32_t references = 0;

  void retain() { ++references; }
  void release() {
    if (--references == 0) delete this;
  }
};

}  // namespace hvsh::shell
