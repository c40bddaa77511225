#pragma once
// dynamicparam: parameters that a function asks for while it is bound, as objects that its script makes
// (dotnet/management.cpp declares them).
#include <memory>

#include "shell/eval/block_info.h"
#include "shell/syntax/ast.h"

namespace hvsh::shell {

// The block's own parameters, and those of a RuntimeDefinedParameterDictionary (or nothing) behind them.
Result<std::shared_ptr<BlockInfo>> with_dynamic_parameters(Interpreter& interpreter, const ScriptBlock& tree,
                                                           const Value& dictionary);

}  // namespace hvsh::shell
