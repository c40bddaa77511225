#include "shell/eval/types.h"

#include <fmt/format.h>

#include "core/decimal.h"
#include "core/error_record.h"
#include "core/regex.h"
#include "core/text.h"
#include "shell/bind/common_parameters.h"
#include "shell/eval/exceptions.h"
#include "shell/eval/script_block.h"

namespace hvsh::shell {

namespace {

template <IntType kType>
Result<Value> convert_integer(const Value& value, const TypeRef&) {
  return to_integer(value, kType);
}
Result<Value> convert_any(const Value& value, const TypeRef&) { return value; }
Result<Value> convert_void(const Value&, const TypeRef&) { return Value::nothing(); }
Result<Value> convert_bool(const Value& value, const TypeRef&) { return Value::boolean(to_bool(value)); }
Result<Value> convert_string(const Value& value, const TypeRef&) {
  if (value.is_string()) return value;
  return Value::string(to_string(value));
}
Result<Value> convert_char(const Value& value, const TypeRef& type) {
  if (value.kind() == Value::Kind::character) return value;
  if (value.is_string()) {
    const std::u16string units = to_utf16(value.as_string());
    if (units.size() == 1) return Value::character(units[0]);
    return conversion_error(value, type.info->name, "String must be exactly one character long.");
  }
  HVSH_TRY(Value number, to_integer(value, IntType::u16));
  return Value::character(static_cast<char16_t>(number.as_int()));
}
Result<Value> convert_double(const Value& value, const TypeRef&) {
  HVSH_TRY(double number, to_double(value));
  return Value::real(number);
}
Result<Value> convert_single(const Value& value, const TypeRef&) {
  HVSH_TRY(double number, to_double(value));
  return Value::real(static_cast<double>(static_cast<float>(number)));
}
Result<Value> convert_decimal(const Value& value, const TypeRef& type) {
  if (value.is_object(ObjectKind::decimal)) return value;
  const auto made = [](Decimal decimal) { return Value::object(make<DecimalObject>(decimal)); };
  if (value.kind() == Value::Kind::integer) {
    return made(value.int_type() == IntType::u64
                    ? decimal_from_unsigned(static_cast<uint64_t>(value.as_int()))
                    : decimal_from_integer(value.as_int()));
  }
  if (value.is_string()) {
    if (auto decimal = parse_decimal(value.as_string())) return made(*decimal);
    return conversion_error(value, type.info->name);
  }
  HVSH_TRY(double number, to_double(value));
  HVSH_TRY(Decimal decimal, decimal_from_double(number));
  return made(decimal);
}
Result<Value> convert_date_time(const Value& value, const TypeRef&) {
  HVSH_TRY(DateTime time, to_date_time(value));
  return Value::date_time(time);
}
Result<Value> convert_time_span(const Value& value, const TypeRef&) {
  HVSH_TRY(TimeSpan span, to_time_span(value));
  return Value::time_span(span);
}
Result<Value> convert_guid(const Value& value, const TypeRef&) {
  HVSH_TRY(Guid guid, to_guid(value));
  return Value::guid(guid);
}
Result<Value> convert_version(const Value& value, const TypeRef&) {
  HVSH_TRY(Version version, to_version(value));
  return Value::object(make<VersionObject>(version));
}
Result<Value> convert_enum(const Value& value, const TypeRef& type) {
  return to_enum(value, *type.enumeration);
}
Result<Value> convert_switch(const Value& value, const TypeRef&) { return Value::boolean(to_bool(value)); }

Result<Value> convert_map(const Value& value, const TypeRef& type) {
  if (value.is_null()) return Value::null();
  const auto* map = value.as<MapObject>();
  if (map == nullptr) return conversion_error(value, type.info->name);
  const bool ordered = type.info == &types::OrderedDictionary || type.info == &types::OrderedMarker;
  if (map->ordered() == ordered || type.info == &types::IDictionary) return value;
  auto copy = make<MapObject>(ordered);
  for (const auto& [key, item] : map->entries()) copy->set(key, item);
  return Value::object(copy);
}
Result<Value> convert_record(const Value& value, const TypeRef&) {
  const auto* map = value.as<MapObject>();
  if (map == nullptr) return value;
  auto record = make<RecordObject>();
  for (const auto& [key, item] : map->entries()) {
    const std::string name = to_string(key);
    if (equal_names(name, "PSTypeName")) {
      record->type_names = {to_string(item), "System.Management.Automation.PSCustomObject", "System.Object"};
    } else {
      record->set(name, item);
    }
  }
  return Value::object(record);
}
Result<Value> convert_script_block(const Value& value, const TypeRef& type) {
  if (value.is_null() || value.is_object(ObjectKind::script_block)) return value;
  return conversion_error(value, type.info->name, "[scriptblock]::Create makes one of text.");
}
Result<Value> convert_type(const Value& value, const TypeRef& type) {
  if (value.is_object(ObjectKind::type)) return value;
  return conversion_error(value, type.info->name, "Name the type in brackets, or as text after -as and -is.");
}
Result<Value> convert_array(const Value& value, const TypeRef& type) {
  if (value.is_null()) return Value::null();
  if (const auto* array = value.as<ArrayObject>()) {
    const TypeInfo* wanted = type.element->info == &types::Object ? nullptr : type.element->info;
    if (array->element_type == wanted) return value;
  }
  std::vector<Value> items = to_items(value);
  if (type.element->info == &types::Char && value.is_string()) {
    items.clear();
    for (char16_t unit : to_utf16(value.as_string())) items.push_back(Value::character(unit));
  }
  for (Value& item : items) {
    HVSH_TRY(Value converted, convert_to(item, *type.element));
    item = std::move(converted);
  }
  const bool plain = type.element->info == &types::Object;
  return Value::object(make<ArrayObject>(std::move(items), plain ? nullptr : type.element->info));
}
Result<Value> convert_list(const Value& value, const TypeRef& type) {
  if (value.is_null()) return Value::null();
  if (value.kind() == Value::Kind::object && &value.as_object()->type() == type.info) return value;
  auto list = make<ListObject>(*type.info);
  list->items = to_items(value);
  if (type.element != nullptr) {
    for (Value& item : list->items) {
      HVSH_TRY(Value converted, convert_to(item, *type.element));
      item = std::move(converted);
    }
  }
  return Value::object(list);
}
Result<Value> convert_regex(const Value& value, const TypeRef&) { return Value::string(to_string(value)); }

Result<Value> convert_exception(const Value& value, const TypeRef& type) {
  if (noun_cast<ExceptionInfo>(value) != nullptr) return value;
  if (const auto* record = value.as<ErrorRecordObject>()) return exception_of(*record);
  return noun_value(ExceptionInfo{.type_name = std::string(type.info->name), .message = to_string(value)});
}

struct Known {
  std::string_view name;  // as scripts write it, besides the full name
  const TypeInfo* info;
  ConvertFunction convert;
};

constexpr Known kTypes[] = {
    {"object", &types::Object, convert_any},
    {"psobject", &types::PSObject, convert_any},
    {"pscustomobject", &types::PSCustomObject, convert_record},
    {"void", &types::Void, convert_void},
    {"bool", &types::Bool, convert_bool},
    {"boolean", &types::Bool, convert_bool},
    {"switch", &types::SwitchParameter, convert_switch},
    {"char", &types::Char, convert_char},
    {"string", &types::String, convert_string},
    {"sbyte", &types::SByte, convert_integer<IntType::i8>},
    {"byte", &types::Byte, convert_integer<IntType::u8>},
    {"int16", &types::Int16, convert_integer<IntType::i16>},
    {"short", &types::Int16, convert_integer<IntType::i16>},
    {"uint16", &types::UInt16, convert_integer<IntType::u16>},
    {"ushort", &types::UInt16, convert_integer<IntType::u16>},
    {"int", &types::Int32, convert_integer<IntType::i32>},
    {"int32", &types::Int32, convert_integer<IntType::i32>},
    {"uint", &types::UInt32, convert_integer<IntType::u32>},
    {"uint32", &types::UInt32, convert_integer<IntType::u32>},
    {"long", &types::Int64, convert_integer<IntType::i64>},
    {"int64", &types::Int64, convert_integer<IntType::i64>},
    {"ulong", &types::UInt64, convert_integer<IntType::u64>},
    {"uint64", &types::UInt64, convert_integer<IntType::u64>},
    {"double", &types::Double, convert_double},
    {"float", &types::Single, convert_single},
    {"single", &types::Single, convert_single},
    {"decimal", &types::Decimal, convert_decimal},
    {"datetime", &types::DateTime, convert_date_time},
    {"timespan", &types::TimeSpan, convert_time_span},
    {"guid", &types::Guid, convert_guid},
    {"version", &types::Version, convert_version},
    {"hashtable", &types::Hashtable, convert_map},
    {"ordered", &types::OrderedMarker, convert_map},
    {"", &types::OrderedDictionary, convert_map},
    {"", &types::IDictionary, convert_map},
    {"array", &types::Array, nullptr},
    {"", &types::SystemArray, nullptr},
    {"", &types::ArrayList, convert_list},
    {"scriptblock", &types::ScriptBlock, convert_script_block},
    {"type", &types::RuntimeType, convert_type},
    {"regex", &types::Regex, convert_regex},
    {"exception", &types::Exception, convert_exception},
    {"", &types::ErrorRecord, nullptr},
    {"math", &types::Math, nullptr},
    {"", &types::Path, nullptr},
    {"", &types::File, nullptr},
    {"", &types::Directory, nullptr},
    {"environment", &types::Environment, nullptr},
    {"convert", &types::Convert, nullptr},
    {"console", &types::Console, nullptr},
    {"cultureinfo", &types::CultureInfo, nullptr},
    {"pscmdlet", &types::PSCmdlet, nullptr},
    {"valuetype", &types::ValueType, nullptr},
    {"enum", &types::Enum, nullptr},
};

constexpr const EnumInfo* kOwnEnums[] = {&EnumOf<ActionPreference>::info, &EnumOf<ConfirmImpact>::info,
                                         &EnumOf<ErrorCategory>::info};

std::string lower_name(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = ascii_lower(c);
  constexpr std::string_view kSystem = "system.";
  if (text.starts_with(kSystem)) text.erase(0, kSystem.size());
  return text;
}

bool names_type(std::string_view wanted, const TypeInfo& info) {
  return wanted == lower_name(info.name) ||
         (!info.short_name.empty() && equal_names(wanted, info.short_name));
}

Error not_found(std::string_view name) {
  return {.id = "TypeNotFound",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Unable to find type [{}].", name),
          .hint = "Only types that hvsh declares can be used; docs/language.md lists them.",
          .target = std::string(name)};
}

}  // namespace

const TypeRef* TypeTable::load(std::string_view wanted) {
  for (const Known& known : kTypes) {
    if (known.name == wanted || wanted == lower_name(known.info->name)) {
      TypeRef ref{.info = known.info, .convert = known.convert};
      if (known.info == &types::Array || known.info == &types::SystemArray) {
        ref.is_array = true;
        ref.element = find("object");
        ref.convert = convert_array;
      }
      return &refs_.emplace_back(std::move(ref));
    }
  }
  const auto enumeration = [&](const EnumInfo& info) -> const TypeRef* {
    if (!names_type(wanted, info.type)) return nullptr;
    return &refs_.emplace_back(TypeRef{.info = &info.type, .enumeration = &info, .convert = convert_enum});
  };
  for (const EnumInfo* info : kOwnEnums) {
    if (const TypeRef* ref = enumeration(*info)) return ref;
  }
  for (const EnumInfo* info : catalog_.enums) {
    if (const TypeRef* ref = enumeration(*info)) return ref;
  }
  for (const Noun* noun : catalog_.nouns) {
    bool is_it = names_type(wanted, noun->type);
    for (std::string_view alias : noun->aliases) is_it = is_it || wanted == lower_name(alias);
    if (is_it) return &refs_.emplace_back(TypeRef{.info = &noun->type, .noun = noun});
  }
  if (const std::string_view exception = known_exception(wanted); !exception.empty()) {
    const TypeInfo& info = infos_.emplace_back(
        TypeInfo{exception, exception.substr(exception.rfind('.') + 1), &types::Exception});
    return &refs_.emplace_back(TypeRef{.info = &info, .convert = convert_exception});
  }
  return nullptr;
}

const TypeRef* TypeTable::find(std::string_view name) {
  const std::string wanted = lower_name(name);
  if (const auto found = by_name_.find(wanted); found != by_name_.end()) return found->second;
  const TypeRef* ref = load(wanted);
  if (ref != nullptr) {
    by_name_.emplace(wanted, ref);
    by_info_.emplace(ref->info, ref);
  }
  return ref;
}

const TypeRef* TypeTable::of(const TypeInfo& info) {
  if (const auto found = by_info_.find(&info); found != by_info_.end()) return found->second;
  if (const TypeRef* ref = find(info.name); ref != nullptr && ref->info == &info) return ref;
  const TypeRef* ref = &refs_.emplace_back(TypeRef{.info = &info});
  by_info_.emplace(&info, ref);
  return ref;
}

const TypeRef* TypeTable::array_of(const TypeRef* element) {
  const std::string& name = names_.emplace_back(fmt::format("{}[]", element->info->name));
  if (const auto found = by_name_.find(lower_name(name)); found != by_name_.end()) return found->second;
  if (element->info == &types::Object) {
    const TypeRef* plain = find("array");
    by_name_.emplace(lower_name(name), plain);
    return plain;
  }
  const TypeInfo& info =
      infos_.emplace_back(TypeInfo{name, std::string_view(name).substr(name.rfind('.') + 1)});
  const TypeRef* ref = &refs_.emplace_back(
      TypeRef{.info = &info, .element = element, .is_array = true, .convert = convert_array});
  by_name_.emplace(lower_name(name), ref);
  by_info_.emplace(&info, ref);
  return ref;
}

const TypeRef* TypeTable::list_of(const TypeRef* element) {
  const std::string& name =
      names_.emplace_back(fmt::format("System.Collections.Generic.List`1[{}]", element->info->name));
  if (const auto found = by_name_.find(lower_name(name)); found != by_name_.end()) return found->second;
  const TypeInfo& info = infos_.emplace_back(TypeInfo{name, "List`1", &types::GenericList});
  const TypeRef* ref =
      &refs_.emplace_back(TypeRef{.info = &info, .element = element, .convert = convert_list});
  by_name_.emplace(lower_name(name), ref);
  by_info_.emplace(&info, ref);
  return ref;
}

Result<const TypeRef*> TypeTable::resolve(const TypeName& name) {
  switch (name.form) {
    case TypeName::Form::simple: {
      if (const TypeRef* ref = find(name.name)) return ref;
      return not_found(name.text.empty() ? name.name : name.text);
    }
    case TypeName::Form::array: {
      HVSH_TRY(const TypeRef* element, resolve(*name.arguments[0]));
      return array_of(element);
    }
    case TypeName::Form::generic: {
      const std::string open = lower_name(name.name);
      if ((open == "collections.generic.list" || open == "list" ||
           open == "collections.objectmodel.collection") &&
          name.arguments.size() == 1) {
        HVSH_TRY(const TypeRef* element, resolve(*name.arguments[0]));
        return list_of(element);
      }
      if (open == "collections.generic.dictionary" && name.arguments.size() == 2) return find("hashtable");
      if (open == "nullable" && name.arguments.size() == 1) return resolve(*name.arguments[0]);
      return not_found(name.text);
    }
  }
  return not_found(name.text);
}

Result<const TypeRef*> TypeTable::resolve_text(std::string_view text) {
  while (!text.empty() && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  if (text.ends_with("[]")) {
    HVSH_TRY(const TypeRef* element, resolve_text(text.substr(0, text.size() - 2)));
    return array_of(element);
  }
  if (const size_t open = text.find('['); open != std::string_view::npos && text.ends_with("]")) {
    const std::string name = lower_name(text.substr(0, open));
    if (name == "collections.generic.list" || name == "collections.generic.list`1") {
      HVSH_TRY(const TypeRef* element, resolve_text(text.substr(open + 1, text.size() - open - 2)));
      return list_of(element);
    }
    if (name == "collections.generic.dictionary") return find("hashtable");
  }
  if (const TypeRef* ref = find(text)) return ref;
  return not_found(text);
}

Value TypeTable::type_value(const TypeRef& type) {
  auto& ref = const_cast<TypeRef&>(type);  // the object is made once per table, when it is first asked for
  if (ref.object.is_null()) ref.object = Value::object(make<TypeObject>(*type.info, type.enumeration));
  return ref.object;
}

const TypeRef* TypeTable::ref_of(const Value& type_object) {
  const auto* object = type_object.as<TypeObject>();
  return object == nullptr ? nullptr : of(*object->described);
}

Result<Value> convert_to(const Value& value, const TypeRef& type) {
  if (type.convert != nullptr) {
    auto converted = type.convert(value.is_nothing() ? Value::null() : value, type);
    return converted;
  }
  if (value.is_null()) return Value::null();
  if (is_of_type(value, type)) return value;
  return conversion_error(value, type.info->name);
}

Value default_of(const TypeRef& type) {
  const TypeInfo* info = type.info;
  if (info == &types::String) return Value::string("");
  if (info == &types::Bool || info == &types::SwitchParameter) return Value::boolean(false);
  if (type.enumeration != nullptr || type.is_array || type.convert == nullptr) return Value::null();
  if (info == &types::Double || info == &types::Single) return Value::real(0);
  const bool number = info == &types::SByte || info == &types::Byte || info == &types::Int16 ||
                      info == &types::UInt16 || info == &types::Int32 || info == &types::UInt32 ||
                      info == &types::Int64 || info == &types::UInt64 || info == &types::Decimal;
  if (number) {
    if (auto zero = type.convert(Value::integer(0), type)) return zero.take();
  }
  return Value::null();
}

bool is_of_type(const Value& value, const TypeRef& type) {
  if (value.is_null()) return false;
  const TypeInfo* info = type.info;
  if (info == &types::Object) return true;
  const TypeInfo& own = value.type();
  if (info == &types::PSObject)
    return value.is_object(ObjectKind::record) || value.is_object(ObjectKind::noun);
  if (info == &types::SwitchParameter) return value.kind() == Value::Kind::boolean;
  if (info == &types::IDictionary) return value.is_object(ObjectKind::map);
  if (info == &types::SystemArray) return value.is_object(ObjectKind::array);
  if (info == &types::Enum) return value.kind() == Value::Kind::enumeration;
  if (info == &types::ValueType) {
    return value.kind() != Value::Kind::object || value.is_object(ObjectKind::guid) ||
           value.is_object(ObjectKind::decimal);
  }
  if (info->is(types::Exception) || info == &types::Exception) {
    const auto* exception = noun_cast<ExceptionInfo>(value);
    if (exception == nullptr) return false;
    return exception_is(exception->type_name, info->name);
  }
  if (type.is_array) {
    const auto* array = value.as<ArrayObject>();
    if (array == nullptr) return false;
    const TypeInfo* element = type.element->info == &types::Object ? nullptr : type.element->info;
    return element == nullptr ? array->element_type == nullptr : array->element_type == element;
  }
  return own.is(*info);
}

std::string full_type_name(const Value& value) {
  if (value.is_null()) return "System.Object";
  const std::vector<std::string> names = type_names(value);
  return names.empty() ? std::string(value.type().name) : names.front();
}

}  // namespace hvsh::shell
