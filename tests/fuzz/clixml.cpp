// Any text is read as CliXml; what was read can be written, and what was written can be read.
#include "core/clixml.h"

#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = hvsh::from_clixml(text, {});
  if (!read) return 0;
  const auto written = hvsh::to_clixml(*read, {});
  if (written && !hvsh::from_clixml(*written, {})) std::abort();
  return 0;
}
