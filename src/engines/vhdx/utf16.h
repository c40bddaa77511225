#pragma once
// UTF-8 to and from the UTF-16 of the image formats. Both directions are strict: an unpaired surrogate or
// ill-formed UTF-8 gives nothing, so that a path never changes silently on its way.
#include <optional>
#include <string>
#include <string_view>

#include "engines/vhdx/bytes.h"

namespace hvsh::vhdx {

std::optional<std::u16string> to_utf16(std::string_view utf8);
std::optional<std::string> to_utf8(std::u16string_view utf16);

// From and to bytes; an odd number of bytes gives nothing.
std::optional<std::string> utf8_from_le(Bytes bytes);
std::optional<std::string> utf8_from_be(Bytes bytes);
Buffer bytes_le(std::u16string_view text);

}  // namespace hvsh::vhdx
