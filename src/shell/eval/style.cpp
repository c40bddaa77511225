#include "shell/eval/style.h"

#include <fmt/format.h>

#include "core/operators.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

struct Code {
  std::string_view name;
  std::string_view code;  // between ESC [ and m
};

constexpr Code kModes[] = {
    {"Reset", "0"},        {"BlinkOff", "25"},     {"Blink", "5"},       {"BoldOff", "22"},
    {"Bold", "1"},         {"DimOff", "22"},       {"Dim", "2"},         {"Hidden", "8"},
    {"HiddenOff", "28"},   {"Reverse", "7"},       {"ReverseOff", "27"}, {"ItalicOff", "23"},
    {"Italic", "3"},       {"UnderlineOff", "24"}, {"Underline", "4"},   {"StrikethroughOff", "29"},
    {"Strikethrough", "9"}};

// The eight colours twice over; a background's number is ten more.
constexpr std::string_view kColors[] = {"Black", "Red",     "Green", "Yellow",
                                        "Blue",  "Magenta", "Cyan",  "White"};

Value sequence(std::string_view code) { return Value::string(fmt::format("\x1b[{}m", code)); }

Ref<RecordObject> part(std::string_view type) {
  auto record = make<RecordObject>();
  record->type_names = {fmt::format("System.Management.Automation.PSStyle{}", type)};
  return record;
}

Value colors(std::string_view type, int first) {
  auto record = part(type);
  for (int i = 0; i < 8; ++i) {
    record->set(kColors[i], sequence(std::to_string(first + i)));
    record->set(fmt::format("Bright{}", kColors[i]), sequence(std::to_string(first + 60 + i)));
  }
  return Value::object(record);
}

Value formatting() {
  const Styles styles;
  auto record = part("+FormattingData");
  record->set("FormatAccent", Value::string(styles.accent));
  record->set("ErrorAccent", Value::string(styles.error_accent));
  record->set("Error", Value::string(styles.error));
  record->set("Warning", Value::string(styles.warning));
  record->set("Verbose", Value::string(styles.verbose));
  record->set("Debug", Value::string(styles.debug));
  record->set("TableHeader", Value::string(styles.table_header));
  record->set("CustomTableHeaderLabel", sequence("32;1;3"));
  record->set("FeedbackName", sequence("33"));
  record->set("FeedbackText", sequence("96"));
  record->set("FeedbackAction", sequence("97"));
  return Value::object(record);
}

Value progress() {
  auto record = part("+ProgressConfiguration");
  record->set("Style", sequence("33;1"));
  record->set("MaxWidth", Value::integer(120));
  record->set("View", Value::string("Minimal"));
  record->set("UseOSCIndicator", Value::boolean(false));
  return Value::object(record);
}

Value file_info() {
  auto record = part("+FileInfoFormatting");
  record->set("Directory", sequence("44;1"));
  record->set("SymbolicLink", sequence("36;1"));
  record->set("Executable", sequence("32;1"));
  record->set("Extension", Value::object(make<MapObject>(true)));
  return Value::object(record);
}

// $PSStyle.Formatting.TableHeader and the like: what the script left there, if it is text.
void read_style(const Value& formatting, std::string_view name, std::string& style) {
  const auto found = get_property(formatting, name);
  if (found && found->ok() && (**found).is_string()) style = (**found).as_string();
}

}  // namespace

Value make_ps_style() {
  auto style = part("");
  for (const Code& mode : kModes) style->set(mode.name, sequence(mode.code));
  style->set("OutputRendering", Traits<OutputRendering>::to(OutputRendering::Host));
  style->set("Formatting", formatting());
  style->set("Progress", progress());
  style->set("FileInfo", file_info());
  style->set("Foreground", colors("+ForegroundColor", 30));
  style->set("Background", colors("+BackgroundColor", 40));
  return Value::object(style);
}

FormatPreferences format_preferences(Interpreter& interpreter) {
  FormatPreferences preferences;
  if (const auto limit = to_integer(interpreter.get_variable(kSymFormatEnumerationLimit), IntType::i32)) {
    preferences.enumeration_limit = static_cast<int>(limit->as_int());
  }
  if (const Symbol symbol = interpreter.symbols().find("ErrorView"); symbol != 0) {
    if (const auto view = to_enum(interpreter.get_variable(symbol), EnumOf<ErrorView>::info)) {
      preferences.error_view = static_cast<ErrorView>(view->enum_number());
    }
  }
  // A script that never touched $PSStyle has none to read.
  const Slot* slot = interpreter.find_slot(kSymPSStyle);
  if (slot == nullptr || slot->value.is_null()) return preferences;
  if (const auto found = get_property(slot->value, "OutputRendering"); found && found->ok()) {
    if (const auto rendering = to_enum(**found, EnumOf<OutputRendering>::info)) {
      preferences.rendering = static_cast<OutputRendering>(rendering->enum_number());
    }
  }
  if (const auto found = get_property(slot->value, "Formatting"); found && found->ok()) {
    Styles& styles = preferences.styles;
    read_style(**found, "FormatAccent", styles.accent);
    read_style(**found, "TableHeader", styles.table_header);
    read_style(**found, "Error", styles.error);
    read_style(**found, "ErrorAccent", styles.error_accent);
    read_style(**found, "Warning", styles.warning);
    read_style(**found, "Verbose", styles.verbose);
    read_style(**found, "Debug", styles.debug);
  }
  return preferences;
}

}  // namespace hvsh::shell
