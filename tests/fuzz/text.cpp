// Any text goes through what reads text in core: numbers, dates, spans, versions, GUIDs, BigIntegers, format
// strings, wildcards and regular expressions. The first line is the pattern or format, the rest the subject.
#include <string_view>

#include "core/big_integer.h"
#include "core/convert.h"
#include "core/operators.h"
#include "core/regex.h"
#include "core/wildcard.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using hvsh::Value;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view pattern = text.substr(0, end);
  const std::string_view subject = text.substr(std::min(end + 1, text.size()));
  const Value value = Value::string(pattern);
  (void)hvsh::parse_number(pattern);
  (void)hvsh::to_integer(value, hvsh::IntType::u64);
  (void)hvsh::to_double(value);
  (void)hvsh::to_date_time(value);
  (void)hvsh::to_time_span(value);
  (void)hvsh::to_version(value);
  (void)hvsh::to_guid(value);
  (void)hvsh::to_big_integer(value);
  const Value arguments[] = {Value::integer(-1234567), Value::real(12.5), Value::string(subject),
                             Value::date_time({638'000'000'123'456'789}),
                             Value::time_span({987'654'321'012})};
  (void)hvsh::format_composite(pattern, arguments);
  for (const Value& argument : arguments) (void)hvsh::format_value(argument, pattern);
  (void)hvsh::Wildcard(pattern, true).matches(subject);
  (void)hvsh::split(Value::string(subject), value, true);
  const Value replaced = Value::array({value, Value::string("<$0$1${x}$&>")});
  (void)hvsh::replace(Value::string(subject), replaced, true, nullptr);
  return 0;
}
