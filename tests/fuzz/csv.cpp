// Any text is read as CSV, line by line; the first byte chooses the delimiter.
#include "verbs/data/csv.h"

#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const char delimiter = ",;\t "[data[0] % 4];
  hvsh::verbs::CsvReader reader(delimiter, {});
  std::vector<hvsh::Value> objects;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (!reader.add_line(text.substr(0, end), text.substr(end, 1), objects)) return 0;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!reader.finish(objects)) return 0;
  hvsh::verbs::CsvWriter writer({.delimiter = delimiter});
  for (const hvsh::Value& object : objects) (void)writer.lines_for(object);
  return 0;
}
