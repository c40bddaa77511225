#pragma once
// How .NET's text members compare and normalize.
#include <string>
#include <string_view>

#include "core/value.h"

namespace hvsh::shell::dotnet {

bool ignores_case(const Value& comparison);  // of a StringComparison
// -1, 0, 1 as a culture sorts: letters before case, small before capital.
int text_order(std::string_view a, std::string_view b, bool ignore_case);
std::string normalized(std::string_view text, int32_t form);  // System.Text.NormalizationForm
// A StringComparer that does not tell case apart.
bool is_folding_comparer(const Value& comparer);

}  // namespace hvsh::shell::dotnet
