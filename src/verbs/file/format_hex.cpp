// Format-Hex.
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>

#include "core/cmdlet.h"
#include "nouns/file_system.h"
#include "verbs/file/content.h"
#include "verbs/file/paths.h"
#include "verbs/file/tree.h"

namespace hvsh::verbs {

// Sixteen bytes of something.
struct ByteCollection {
  std::string label;
  uint64_t offset = 0;
  std::string data;

  std::string hex_offset() const { return fmt::format("{:016X}", offset); }
  std::string hex_bytes() const {
    std::string text;
    for (unsigned char c : data)
      fmt::format_to(std::back_inserter(text), "{}{:02X}", text.empty() ? "" : " ", c);
    return text;
  }
  std::string ascii() const {
    std::string text;
    for (unsigned char c : data) text += c >= 0x20 && c < 0x7f ? static_cast<char>(c) : c == 0 ? ' ' : '.';
    return text;
  }
  std::vector<uint8_t> bytes() const { return {data.begin(), data.end()}; }
  std::string display() const { return fmt::format("{}   {:<48}{}", hex_offset(), hex_bytes(), ascii()); }

  static constexpr Prop kProps[] = {
      prop<&ByteCollection::offset>("Offset64", "Where the first of them is."),
      prop<&ByteCollection::bytes>("Bytes", "The bytes."),
      prop<&ByteCollection::hex_offset>("HexOffset", "Where the first of them is, in hexadecimal digits."),
      prop<&ByteCollection::hex_bytes>("HexBytes", "The bytes in hexadecimal digits."),
      prop<&ByteCollection::label>("Label", "Of what."),
      prop<&ByteCollection::ascii>("Ascii", "The bytes as characters."),
  };
  static constexpr Column kTable[] = {
      {.property = "HexOffset", .label = "Offset", .width = 16, .align = Align::right},
      {.property = "HexBytes", .label = "00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F", .width = 47},
      {.property = "Ascii"}};
  static constexpr Noun noun{.type = {"Microsoft.PowerShell.Commands.ByteCollection", "ByteCollection"},
                             .props = kProps,
                             .table = kTable,
                             .group_by = "Label",
                             .group_label = "Label"};
};

struct FormatHex {
  std::vector<std::string> path, literal_path;
  Value input_object = Value::nothing();
  std::string encoding = "utf8";
  int64_t count = INT64_MAX, offset = 0;
  Switch raw;

  enum Set : SetMask { Path = 1, Literal = 2, Input = 4 };
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath", "ByInputObject"};
  static constexpr Param kParams[] = {
      param<&FormatHex::path>("Path", {.sets = Path, .position = 0, .mandatory = true, .wildcards = true},
                              "The files."),
      param<&FormatHex::literal_path>("LiteralPath",
                                      {.sets = Literal, .mandatory = true, .aliases = {"PSPath", "LP"}},
                                      "The files, without wildcards."),
      param<&FormatHex::input_object>("InputObject",
                                      {.sets = Input, .mandatory = true, .from_pipeline = true},
                                      "Text, numbers or files."),
      param<&FormatHex::encoding>("Encoding", {.sets = Input}, "How text becomes bytes."),
      param<&FormatHex::count>("Count", {.range = {1, INT64_MAX}}, "So many bytes."),
      param<&FormatHex::offset>("Offset", {.range = {0, INT64_MAX}}, "So many bytes are left out."),
      param<&FormatHex::raw>("Raw", {.sets = Input}, "Accepted."),
  };
  static constexpr std::string_view kAliases[] = {"fhx"};
  static constexpr Example kExamples[] = {
      {"('AB' | Format-Hex).HexBytes", "41 42", "Shows bytes of a text."}};
  static constexpr Decl decl{.verb = "Format",
                             .noun = "Hex",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.FormatHex",
                             .synopsis = "Shows bytes as hexadecimal digits."};

  Flow process(Context& context) {
    if (context.parameter_set() == Input) return take_input(context);
    std::vector<std::string> found;
    if (Flow flow = each_path(context, path, literal_path, found); flow != Flow::more) return flow;
    for (const std::string& file : found) {
      if (is_folder(file)) continue;
      if (const Flow flow = show_file(context, file); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
  Flow end(Context& context) { return show(context, label_, input_); }

 private:
  Flow show_file(Context& context, const std::string& file) {
    auto bytes = read_bytes(file);
    return bytes ? show(context, file, *bytes) : context.error(bytes.take_error(), Value::string(file));
  }

  // Numbers that follow each other are one run of bytes; a text is one of its own.
  Flow take_input(Context& context) {
    if (const auto* item = nouns::item_cast(input_object)) {
      return is_folder(item->path) ? Flow::more : show_file(context, item->path);
    }
    std::string bytes;
    if (auto failed = bytes_of(input_object, bytes)) return context.error(std::move(*failed), input_object);
    const std::string label =
        fmt::format("{} ({})", input_object.type().short_name, input_object.type().name);
    if (input_object.is_string()) return show(context, label, bytes);
    label_ = label;
    input_ += bytes;
    return Flow::more;
  }

  std::optional<Error> bytes_of(const Value& value, std::string& bytes) const {
    if (value.is_string()) {
      auto chosen = parse_encoding(encoding);
      if (!chosen) return chosen.take_error();
      bytes = encode_text(value.as_string(), *chosen);
      return std::nullopt;
    }
    const auto append = [&bytes](const void* from, size_t size) {
      bytes.append(static_cast<const char*>(from), size);
    };
    if (value.kind() == Value::Kind::integer) {
      static constexpr size_t kSizes[] = {1, 1, 2, 2, 4, 4, 8, 8};
      const int64_t number = value.as_int();
      append(&number, kSizes[static_cast<size_t>(value.int_type())]);
      return std::nullopt;
    }
    if (value.kind() == Value::Kind::real) {
      const double number = value.as_real();
      append(&number, sizeof number);
      return std::nullopt;
    }
    if (value.kind() == Value::Kind::boolean) {
      const int32_t number = value.as_bool() ? 1 : 0;
      append(&number, sizeof number);
      return std::nullopt;
    }
    if (value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list)) {
      for (const Value& item : to_items(value)) {
        std::string more;
        if (auto failed = bytes_of(item, more)) return failed;
        bytes += more;
      }
      return std::nullopt;
    }
    return Error{
        .id = "FormatHexTypeNotSupported",
        .category = ErrorCategory::ParserError,
        .message = fmt::format("Cannot convert input of type '{}' to hexadecimal. To view the hexadecimal "
                               "formatting of its string representation, pipe it to the Out-String cmdlet "
                               "before piping it to Format-Hex.",
                               value.type().name)};
  }

  Flow show(Context& context, const std::string& label, std::string_view bytes) {
    bytes.remove_prefix(std::min<size_t>(bytes.size(), static_cast<size_t>(offset)));
    bytes = bytes.substr(0, static_cast<size_t>(count));
    for (size_t at = 0; at < bytes.size(); at += 16) {
      ByteCollection line{.label = label,
                          .offset = static_cast<uint64_t>(offset) + at,
                          .data = std::string(bytes.substr(at, 16))};
      if (const Flow flow = context.write(noun_value(std::move(line))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  std::string label_, input_;
};
CMDLET(FormatHex);

}  // namespace hvsh::verbs
