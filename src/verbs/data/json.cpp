#include <fmt/format.h>

#include "core/cmdlet.h"
#include "core/json.h"

namespace hvsh::verbs {

enum class StringEscape { Default, EscapeNonAscii, EscapeHtml };

}  // namespace hvsh::verbs

namespace hvsh {

template <>
struct EnumOf<verbs::StringEscape> {
  static constexpr EnumMember kMembers[] = {{"Default", 0}, {"EscapeNonAscii", 1}, {"EscapeHtml", 2}};
  static constexpr EnumInfo info{.type = {"Newtonsoft.Json.StringEscapeHandling", "StringEscapeHandling"},
                                 .members = kMembers};
};

}  // namespace hvsh

namespace hvsh::verbs {

struct ConvertToJson {
  Value input_object;
  int32_t depth = 2;
  Switch compress, enums_as_strings, as_array;
  StringEscape escape_handling = StringEscape::Default;

  static constexpr Param kParams[] = {
      param<&ConvertToJson::input_object>(
          "InputObject", {.position = 0, .mandatory = true, .from_pipeline = true, .allow_null = true},
          "Objects to write."),
      param<&ConvertToJson::depth>("Depth", {.range = {0, 100}},
                                   "Levels of objects within objects; what is deeper is text."),
      param<&ConvertToJson::compress>("Compress", {}, "Without blanks and line ends."),
      param<&ConvertToJson::enums_as_strings>("EnumsAsStrings", {},
                                              "Enumerations by name instead of number."),
      param<&ConvertToJson::as_array>("AsArray", {}, "An array even of one object."),
      param<&ConvertToJson::escape_handling>("EscapeHandling", {}, "Further characters that are escaped."),
  };
  static constexpr Example kExamples[] = {
      {"@{Name = 'web'} | ConvertTo-Json -Compress", "{\"Name\":\"web\"}", "Writes JSON."}};
  static constexpr Decl decl{.verb = "ConvertTo",
                             .noun = "Json",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertToJsonCommand",
                             .synopsis = "Writes objects as JSON."};

  Flow process(Context&) {
    objects_.push_back(input_object);
    return Flow::more;
  }

  Flow end(Context& context) {
    if (objects_.empty()) return Flow::more;
    const Value whole = objects_.size() > 1 || as_array ? Value::array(std::move(objects_)) : objects_[0];
    const JsonText json = [&] {
      const FormattingPass pass;
      return to_json(whole, {.depth = depth,
                             .compress = compress.on,
                             .enums_as_strings = enums_as_strings.on,
                             .escape = static_cast<JsonEscape>(escape_handling)});
    }();
    if (json.truncated) {
      const Flow flow = context.warning(fmt::format(
          "Resulting JSON is truncated as serialization has exceeded the set depth of {}.", depth));
      if (flow != Flow::more) return flow;
    }
    if (!json.unread.empty()) {
      const Flow flow =
          context.warning(fmt::format("A property could not be read and is null: {}", json.unread));
      if (flow != Flow::more) return flow;
    }
    return context.write(Value::string(json.text));
  }

 private:
  std::vector<Value> objects_;
};
CMDLET(ConvertToJson);

struct ConvertFromJson {
  std::string input_object;
  Switch as_hashtable, no_enumerate;
  int32_t depth = 1024;

  static constexpr Param kParams[] = {
      param<&ConvertFromJson::input_object>(
          "InputObject", {.position = 0, .mandatory = true, .from_pipeline = true, .allow_empty = true},
          "The text; several lines are one."),
      param<&ConvertFromJson::as_hashtable>("AsHashtable", {}, "Objects become hashtables."),
      param<&ConvertFromJson::depth>("Depth", {.range = {1, 1024}}, "More levels than that are an error."),
      param<&ConvertFromJson::no_enumerate>("NoEnumerate", {}, "An array stays one object."),
  };
  static constexpr Example kExamples[] = {
      {"('{\"Name\":\"web\"}' | ConvertFrom-Json).Name", "web", "Reads JSON."}};
  static constexpr Decl decl{.verb = "ConvertFrom",
                             .noun = "Json",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertFromJsonCommand",
                             .synopsis = "Reads objects from JSON."};

  Flow process(Context&) {
    if (!text_.empty()) text_ += '\n';
    text_ += input_object;
    any_ = true;
    return Flow::more;
  }

  Flow end(Context& context) {
    if (!any_) return Flow::more;
    auto value = from_json(text_, {.depth = depth, .as_hashtable = as_hashtable.on});
    if (!value) return context.terminate(value.take_error());
    if (no_enumerate || !value->is_object(ObjectKind::array)) return context.write(*value);
    return context.write_all(to_items(*value));
  }

 private:
  std::string text_;
  bool any_ = false;
};
CMDLET(ConvertFromJson);

}  // namespace hvsh::verbs
