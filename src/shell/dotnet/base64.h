#pragma once
#include <string>
#include <string_view>

#include "core/result.h"

namespace hvsh::shell::dotnet {

std::string encode_base64(std::string_view bytes);
Result<std::string> decode_base64(std::string_view text);  // white space is skipped

}  // namespace hvsh::shell::dotnet
