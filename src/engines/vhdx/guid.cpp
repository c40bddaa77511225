#include "engines/vhdx/guid.h"

#include <algorithm>
#include <cctype>

namespace hvsh::vhdx {

std::string upper(const Guid& guid) {
  std::string text = guid.to_string();
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

}  // namespace hvsh::vhdx
