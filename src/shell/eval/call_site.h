#pragma once
#include "shell/eval/symbols.h"
#include "shell/syntax/ast.h"

namespace hvsh::shell {

class Interpreter;

// What the evaluator remembers about one command in a script.
struct CallSite {
  Symbol symbol = 0;             // of its name
  bool plain_arguments = false;  // expressions only: no -Name, no splatting
};

// Requires that the command's name is a String.
CallSite& call_site_of(const Command& command, Interpreter& interpreter);

}  // namespace hvsh::shell
