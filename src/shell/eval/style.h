#pragma once
// $PSStyle, and what it and the other variables about formatting say.
#include "core/value.h"
#include "shell/format/preferences.h"

namespace hvsh::shell {

class Interpreter;

// A fresh $PSStyle: escape sequences by name. Scripts assign to its properties.
Value make_ps_style();
FormatPreferences format_preferences(Interpreter& interpreter);

}  // namespace hvsh::shell
