#include <fmt/format.h>

#include "core/cmdlet.h"
#include "core/json.h"
#include "core/text_argument.h"

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
  TextArgument input_object;
  Switch as_hashtable, no_enumerate;
  int32_t depth = 1024;

  static constexpr Param kParams[] = {
      param<&ConvertFromJson::input_object>(
          "InputObject", {.position = 0, .mandatory = true, .from_pipeline = true, .allow_empty = true},
          "The text, in one or several lines; or one text a line."),
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
    texts_.push_back(std::move(input_object.value));
    return Flow::more;
  }

  // When the first of several lines is a whole text, each line is one; else all together are.
  Flow end(Context& context) {
    if (texts_.empty()) return Flow::more;
    auto first = read(texts_[0].as_string());
    if (texts_.size() > 1 && (!first || first->is_null())) {
      std::string all;
      for (const Value& line : std::exchange(texts_, {})) {
        if (!all.empty()) all += '\n';
        all += line.as_string();
      }
      return write(context, read(all));
    }
    if (const Flow flow = write(context, std::move(first)); flow != Flow::more) return flow;
    for (size_t i = 1; i < texts_.size(); ++i) {
      if (const Flow flow = write(context, read(texts_[i].as_string())); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Result<Value> read(std::string_view text) const {
    return from_json(text, {.depth = depth, .as_hashtable = as_hashtable.on});
  }

  Flow write(Context& context, Result<Value> value) const {
    if (!value) return context.terminate(value.take_error());
    auto* array = value->as<ArrayObject>();
    if (no_enumerate || array == nullptr) return context.write(value.take());
    // The array is ours alone, so that what the pipeline drops is gone before its end.
    for (Value& item : array->items) {
      if (const Flow flow = context.write(std::move(item)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  std::vector<Value> texts_;
};
CMDLET(ConvertFromJson);

}  // namespace hvsh::verbs
