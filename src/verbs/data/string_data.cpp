#include <fmt/format.h>

#include "core/cmdlet.h"

namespace hvsh::verbs {

struct ConvertFromStringData {
  std::string string_data;
  std::string delimiter = "=";

  static constexpr Param kParams[] = {
      param<&ConvertFromStringData::string_data>(
          "StringData", {.position = 0, .mandatory = true, .from_pipeline = true, .allow_empty = true},
          "Lines of name = value."),
      param<&ConvertFromStringData::delimiter>("Delimiter", {.position = 1},
                                               "What stands between name and value."),
  };
  static constexpr Example kExamples[] = {
      {"(\"Name = web`nSize = 2\" | ConvertFrom-StringData).Name", "web", "Reads lines of name and value."}};
  static constexpr Decl decl{.verb = "ConvertFrom",
                             .noun = "StringData",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertFromStringDataCommand",
                             .synopsis = "Makes a hashtable of lines of name = value."};

  Flow process(Context& context) {
    auto map = make<MapObject>(false);
    std::string_view rest = string_data;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (line.empty() || line[0] == '#') continue;
      const size_t at = line.find(delimiter.empty() ? '=' : delimiter[0]);
      if (at == std::string_view::npos) {
        return context.terminate(
            {.id = "InvalidOperation",
             .category = ErrorCategory::InvalidOperation,
             .message = fmt::format("Data line '{}' is not in 'name=value' format.", line),
             .exception = "System.Management.Automation.PSInvalidOperationException"});
      }
      const std::string name(trim(line.substr(0, at)));
      if (map->find(name) != nullptr) {
        return context.terminate(
            {.id = "InvalidOperation",
             .category = ErrorCategory::InvalidOperation,
             .message = fmt::format("Data item '{}' in line '{}' is already defined.", name, line),
             .exception = "System.Management.Automation.PSInvalidOperationException"});
      }
      map->set(name, Value::string(unescape(trim(line.substr(at + 1)))));
    }
    return context.write(Value::object(map));
  }

 private:
  static std::string_view trim(std::string_view text) {
    const size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
  }

  // Values are unescaped as regular expressions are: \n, \t, \\ ...
  static std::string unescape(std::string_view text) {
    static constexpr std::pair<char, char> kEscapes[] = {{'n', '\n'},   {'t', '\t'}, {'r', '\r'},
                                                         {'a', '\a'},   {'f', '\f'}, {'v', '\v'},
                                                         {'e', '\x1b'}, {'0', '\0'}};
    std::string result;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        result += text[i];
        continue;
      }
      const char next = text[++i];
      char plain = next;
      for (const auto& [letter, meaning] : kEscapes) {
        if (letter == next) plain = meaning;
      }
      result += plain;
    }
    return result;
  }
};
CMDLET(ConvertFromStringData);

}  // namespace hvsh::verbs
