#pragma once
// A syntax tree as one line of text, for tests and for looking at what the parser made of something:
//
//   $x = Get-VM -Name "web$n" | where State -eq Running
//   (= $x (pipe (cmd Get-VM -Name (text "web" $n)) (cmd where State -eq Running)))
//
// Barewords stand as they are (or in `...` where blanks or brackets are in them), strings in "..." with their
// kind before it: '...' for single quoted ones, @"..." and @'...' for here-strings.
#include <string>

#include "shell/syntax/ast.h"

namespace hvsh::shell {

std::string dump(const Node& node);

}  // namespace hvsh::shell
