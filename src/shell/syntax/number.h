#pragma once
// Numeric literals: 42, 1.5e3, 0xFF, 0b101, with type suffixes (l u ul s us y uy d n) and size multipliers
// (kb mb gb tb pb, powers of 1024). Without a suffix an integer gets the first of Int32, Int64, Decimal and
// Double that holds it, as in PowerShell 7; hexadecimal and binary digits of a type's full width are two's
// complement.
#include <cstddef>
#include <string_view>

#include "shell/syntax/ast.h"

namespace hvsh::shell {

enum class NumberScan {
  none,      // no number starts here
  number,    // `length` bytes are a number, `out` has type and value
  overflow,  // they have the form of a number, but the value does not fit its type
};

// Reads the longest number at the start of `text`, which begins behind the sign; `negative` says which sign
// that was. What follows the number is for the caller to judge. `out.text` is left to the caller too.
NumberScan scan_number(std::string_view text, bool negative, size_t& length, Number& out);

}  // namespace hvsh::shell
