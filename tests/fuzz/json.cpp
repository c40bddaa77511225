// Any text is read as JSON, both ways; what was read can be written, and what was written can be read.
#include <cstdlib>
#include <string_view>

#include "core/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)hvsh::from_json(text, {.as_hashtable = true});
  const auto read = hvsh::from_json(text, {});
  if (!read) return 0;
  const hvsh::JsonText written = hvsh::to_json(*read, {.depth = 1024, .compress = true});
  if (!hvsh::from_json(written.text, {})) std::abort();
  return 0;
}
