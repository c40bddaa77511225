#pragma once
#include <string>

namespace hvsh::shell::dotnet {

// docs/dotnet.md: every declared type with its members, in Markdown.
std::string describe_types();

}  // namespace hvsh::shell::dotnet
