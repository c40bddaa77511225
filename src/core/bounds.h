#pragma once
// Bounds that keep hostile or broken input from becoming a crash or a hang, each with its reason. (Not named
// limits.h: a target in this folder would find it in the place of the system header.)
#include <cstddef>
#include <cstdint>

namespace hvsh {

// Constructs (parentheses, braces, strings with subexpressions, unary operators ...) that may stand inside
// one another in a script. The parser recurses once per level and needs up to 4 KiB of stack for it in a
// debug build; a thread has 8 MiB, and where less is left (core/stack.h) that decides. Scripts in the wild
// stay below 30.
inline constexpr uint32_t kMaxNesting = 1000;

// Height of a syntax tree: nesting as above, plus chains that grow to the left without recursion in the
// parser (a + b + c ..., $x.a.b.c ...). Whoever walks the tree recursively may rely on it.
inline constexpr uint32_t kMaxTreeHeight = 5000;

// Errors that one parse reports; what follows is nearly always an echo of the first ones.
inline constexpr size_t kMaxParseErrors = 50;

// Bytes of one script. Positions are 32-bit numbers.
inline constexpr size_t kMaxScriptBytes = size_t{1} << 30;

// Functions, scripts and script blocks that may be running inside one another; each also checks the stack
// that is left, which decides earlier where the stack is small. Recursion in real scripts stays below 100.
inline constexpr uint32_t kMaxCallDepth = 5000;

}  // namespace hvsh
