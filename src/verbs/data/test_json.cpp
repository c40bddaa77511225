#include "core/cmdlet.h"
#include "core/json.h"
#include "verbs/file/paths.h"
#include "verbs/file/text_files.h"

namespace hvsh::verbs {

struct TestJson {
  std::string json, path, literal_path, schema, schema_file;

  enum Set : SetMask { Text = 1, Path = 2, Literal = 4 };
  static constexpr std::string_view kSets[] = {"JsonString", "JsonPath", "JsonLiteralPath"};
  static constexpr Param kParams[] = {
      param<&TestJson::json>(
          "Json",
          {.sets = Text, .position = 0, .mandatory = true, .from_pipeline = true, .allow_empty = true},
          "The text."),
      param<&TestJson::path>("Path",
                             {.sets = Path, .position = 0, .mandatory = true, .from_pipeline_property = true},
                             "A file."),
      param<&TestJson::literal_path>("LiteralPath",
                                     {.sets = Literal,
                                      .position = 0,
                                      .mandatory = true,
                                      .from_pipeline_property = true,
                                      .aliases = {"PSPath", "LP"}},
                                     "A file."),
      param<&TestJson::schema>("Schema", {.position = 1, .not_null_or_empty = true},
                               "A schema; not checked here."),
      param<&TestJson::schema_file>("SchemaFile", {}, "A schema's file; not checked here."),
  };
  static constexpr Example kExamples[] = {
      {"'{\"a\": 1}' | Test-Json", "True", "Tells whether text is JSON."}};
  static constexpr Decl decl{.verb = "Test",
                             .noun = "Json",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.TestJsonCommand",
                             .synopsis = "Tells whether text is JSON."};

  Flow process(Context& context) {
    if (!schema.empty() || !schema_file.empty()) {
      return context.terminate(
          {.id = "JsonSchemaNotChecked",
           .category = ErrorCategory::NotImplemented,
           .message = "Test-Json cannot check a schema here; it tells whether text is JSON.",
           .hint = "Leave -Schema out, and check what ConvertFrom-Json gives."});
    }
    std::string text = json;
    if (context.parameter_set() != Text) {
      auto file = context.resolve_path(path.empty() ? literal_path : path);
      if (!file) return context.terminate(file.take_error());
      auto content = read_text_file(*file, Encoding::utf8);
      if (!content) return context.terminate(content.take_error(), Value::string(*file));
      text = content.take();
    }
    const auto value = from_json(text, {.as_hashtable = true, .strict = true});
    if (!value) {
      const Flow flow = context.error({.id = "InvalidJson",
                                       .category = ErrorCategory::InvalidData,
                                       .message = "Cannot parse the JSON.",
                                       .hint = value.error().message,
                                       .exception = "System.Exception"});
      if (flow != Flow::more) return flow;
    }
    return context.write(Value::boolean(value.ok()));
  }
};
CMDLET(TestJson);

}  // namespace hvsh::verbs
