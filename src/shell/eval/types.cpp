#include "shell/eval/types.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error_record.h"
#include "core/text.h"
#include "shell/bind/bind_errors.h"
#include "shell/dotnet/construct.h"
#include "shell/dotnet/declare.h"
#include "shell/eval/exceptions.h"

namespace hvsh::shell {

namespace {

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

// What the last part of a name could have meant.
std::string suggestion(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& group : dotnet::groups()) {
    for (const dotnet::Type& type : group) {
      names.push_back(type.info->name);
      names.push_back(type.info->short_name);
    }
  }
  const std::string_view near = bind_errors::nearest(name, names);
  return near.empty() ? "docs/dotnet.md lists the types that are there."
                      : fmt::format("Did you mean [{}]?", near);
}

Error not_found(std::string_view name) {
  constexpr std::string_view kWindows[] = {"System.Windows", "Windows.Forms", "Windows.Markup",
                                           "System.Drawing"};
  for (const std::string_view prefix : kWindows) {
    if (!equal_names(name.substr(0, prefix.size()), prefix)) continue;
    return {
        .id = "TypeNotFound",
        .category = ErrorCategory::InvalidOperation,
        .message = fmt::format("Unable to find type [{}].", name),
        .hint =
            "Windows Forms, WPF and System.Drawing are Windows' alone; a script that draws windows cannot "
            "run here. Ask with Read-Host, show with Format-Table or Write-Progress.",
        .target = std::string(name)};
  }
  return {.id = "TypeNotFound",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Unable to find type [{}].", name),
          .hint = suggestion(name),
          .target = std::string(name)};
}

Result<Value> convert_enum(const Value& value, const TypeRef& type) {
  return to_enum(value, *type.enumeration);
}

Result<Value> convert_array(const Value& value, const TypeRef& type) {
  if (value.is_null()) return Value::null();
  const TypeInfo* wanted = type.element->info == &types::Object ? nullptr : type.element->info;
  if (const auto* array = value.as<ArrayObject>(); array != nullptr && array->element_type == wanted)
    return value;
  std::vector<Value> items = to_items(value);
  if (type.element->info == &types::Char && value.is_string()) {
    items.clear();
    for (const char16_t unit : to_utf16(value.as_string())) items.push_back(Value::character(unit));
  }
  for (Value& item : items) {
    HVSH_TRY(Value converted, convert_to(item, *type.element));
    item = std::move(converted);
  }
  return Value::object(make<ArrayObject>(std::move(items), wanted));
}

// An exception of a text: the message; of an error record: what it carries.
Result<Value> convert_exception(const Value& value, const TypeRef& type) {
  if (noun_cast<ExceptionInfo>(value) != nullptr) return value;
  if (const auto* record = value.as<ErrorRecordObject>()) return exception_of(*record);
  return noun_value(ExceptionInfo{.type_name = std::string(type.info->name), .message = to_string(value)});
}

// Where the `,` or the end of the first type argument is.
size_t end_of_argument(std::string_view text) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') ++depth;
    if (text[i] == ']') --depth;
    if (text[i] == ',' && depth == 0) return i;
  }
  return text.size();
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

const TypeRef* TypeTable::keep(TypeRef ref) {
  ref.table = this;
  return &refs_.emplace_back(std::move(ref));
}

const TypeRef* TypeTable::load(std::string_view wanted) {
  const dotnet::Type* type = dotnet::find_declared(wanted);
  if (type != nullptr && !type->is_noun) {
    return keep({.info = type->info,
                 .declared = type,
                 .enumeration = type->enumeration,
                 .convert = type->enumeration != nullptr ? convert_enum : type->convert});
  }
  for (const EnumInfo* info : catalog_.enums) {
    if (names_type(wanted, info->type)) {
      return keep({.info = &info->type, .enumeration = info, .convert = convert_enum});
    }
  }
  for (const Noun* noun : catalog_.nouns) {
    bool is_it = names_type(wanted, noun->type);
    for (const std::string_view alias : noun->aliases) is_it = is_it || wanted == lower_name(alias);
    if (is_it) return keep({.info = &noun->type, .declared = type, .noun = noun});
  }
  if (const std::string_view exception = known_exception(wanted); !exception.empty()) {
    const TypeInfo& info = infos_.emplace_back(
        TypeInfo{exception, exception.substr(exception.rfind('.') + 1), &types::Exception});
    return keep({.info = &info, .convert = convert_exception});
  }
  return nullptr;
}

const TypeRef* TypeTable::find(std::string_view name) {
  const std::string wanted = lower_name(name);
  if (const auto found = by_name_.find(wanted); found != by_name_.end()) return found->second;
  const TypeRef* ref = load(wanted);
  for (size_t i = 0; ref == nullptr && i < namespaces_.size(); ++i) ref = load(namespaces_[i] + "." + wanted);
  if (ref == nullptr) return nullptr;
  // One entry for a type, whatever it is called.
  const TypeRef* kept = by_info_.emplace(ref->info, ref).first->second;
  by_name_.emplace(wanted, kept);
  return kept;
}

void TypeTable::use_namespace(std::string_view name) {
  std::string wanted = lower_name(name);
  if (std::find(namespaces_.begin(), namespaces_.end(), wanted) == namespaces_.end()) {
    namespaces_.push_back(std::move(wanted));
  }
}

const TypeRef* TypeTable::of(const TypeInfo& info) {
  if (const auto found = by_info_.find(&info); found != by_info_.end()) return found->second;
  if (&info == &types::Array) return array_of(find("object"));
  if (const TypeRef* ref = find(info.name); ref != nullptr && ref->info == &info) return ref;
  const TypeRef* ref = keep({.info = &info, .declared = dotnet::declared(info)});
  by_info_.emplace(&info, ref);
  return ref;
}

const TypeRef* TypeTable::of_enumeration(const EnumInfo& info) {
  const TypeRef* ref = of(info.type);
  if (ref->enumeration != nullptr) return ref;
  // Core's own enumerations are not in the catalog.
  ref = keep({.info = &info.type, .enumeration = &info, .convert = convert_enum});
  by_info_[&info.type] = ref;
  by_name_[lower_name(info.type.name)] = ref;
  return ref;
}

const TypeRef* TypeTable::of_value(const Value& value) {
  if (value.kind() == Value::Kind::enumeration) return of_enumeration(value.enum_info());
  if (const auto* array = value.as<ArrayObject>()) {
    return array_of(array->element_type == nullptr ? find("object") : of(*array->element_type));
  }
  if (const auto* exception = noun_cast<ExceptionInfo>(value)) {
    if (const TypeRef* type = find(exception->type_name)) return type;
  }
  return of(value.type());
}

const TypeRef* TypeTable::array_of(const TypeRef* element) {
  if (element->array != nullptr) return element->array;
  const std::string& name = names_.emplace_back(fmt::format("{}[]", element->info->name));
  if (const auto found = by_name_.find(lower_name(name)); found != by_name_.end()) {
    names_.pop_back();
    return found->second;
  }
  const bool plain = element->info == &types::Object;
  const TypeInfo& info =
      plain ? types::Array
            : infos_.emplace_back(
                  TypeInfo{name, std::string_view(name).substr(name.rfind('.') + 1), &types::SystemArray});
  const TypeRef* ref = keep({.info = &info, .element = element, .is_array = true, .convert = convert_array});
  element->array = ref;
  by_name_.emplace(lower_name(name), ref);
  by_info_.emplace(&info, ref);
  return ref;
}

Result<const TypeRef*> TypeTable::instance_of(std::string_view open, std::vector<const TypeRef*> arguments,
                                              std::string_view text) {
  std::string name(open);
  if (name.find('`') == std::string::npos) name += fmt::format("`{}", arguments.size());
  if (equal_names(lower_name(name), "nullable`1")) return arguments[0];
  const TypeRef* generic = find(name);
  if (generic == nullptr || generic->declared == nullptr || generic->declared->generic != arguments.size()) {
    return not_found(text);
  }
  std::string full(generic->info->name);
  for (size_t i = 0; i < arguments.size(); ++i)
    full += (i == 0 ? "[" : ",") + std::string(arguments[i]->info->name);
  const std::string& kept = names_.emplace_back(full + "]");
  if (const auto found = by_name_.find(lower_name(kept)); found != by_name_.end()) return found->second;
  const TypeInfo& info = infos_.emplace_back(TypeInfo{kept, generic->info->short_name, generic->info});
  const TypeRef* element = arguments[0];
  const TypeRef* ref = keep({.info = &info,
                             .declared = generic->declared,
                             .arguments = std::move(arguments),
                             .element = element,
                             .convert = generic->declared->convert});
  by_name_.emplace(lower_name(kept), ref);
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
      std::vector<const TypeRef*> arguments;
      for (const TypeName* argument : name.arguments) {
        HVSH_TRY(const TypeRef* type, resolve(*argument));
        arguments.push_back(type);
      }
      return instance_of(name.name, std::move(arguments), name.text);
    }
  }
  return not_found(name.text);
}

Result<const TypeRef*> TypeTable::resolve_text(std::string_view text) {
  text = trimmed(text);
  while (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  if (text.ends_with("[]")) {
    HVSH_TRY(const TypeRef* element, resolve_text(text.substr(0, text.size() - 2)));
    return array_of(element);
  }
  if (const size_t open = text.find('['); open != std::string_view::npos && text.ends_with("]")) {
    std::string_view rest = text.substr(open + 1, text.size() - open - 2);
    std::vector<const TypeRef*> arguments;
    while (!rest.empty()) {
      const size_t end = end_of_argument(rest);
      HVSH_TRY(const TypeRef* argument, resolve_text(rest.substr(0, end)));
      arguments.push_back(argument);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (arguments.empty()) return not_found(text);
    return instance_of(text.substr(0, open), std::move(arguments), text);
  }
  // "System.Int32, mscorlib": the assembly does not matter.
  if (const size_t comma = text.find(','); comma != std::string_view::npos)
    text = trimmed(text.substr(0, comma));
  if (const TypeRef* ref = find(text)) return ref;
  return not_found(text);
}

Value TypeTable::type_value(const TypeRef& type) {
  if (type.object.is_null()) type.object = Value::object(make<TypeObject>(*type.info, type.enumeration));
  return type.object;
}

const TypeRef* TypeTable::ref_of(const Value& type_object) {
  const auto* object = type_object.as<TypeObject>();
  if (object == nullptr) return nullptr;
  return object->enumeration != nullptr ? of_enumeration(*object->enumeration) : of(*object->described);
}

Result<Value> convert_to(const Value& value, const TypeRef& type) {
  if (type.convert != nullptr) return type.convert(value.is_nothing() ? Value::null() : value, type);
  if (value.is_null()) return Value::null();
  if (is_of_type(value, type)) return value;
  return dotnet::convert_by_declaration(value, type);
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

namespace {

// Whether a list of full names, "A, B", has the name.
bool lists_name(std::string_view names, std::string_view name) {
  for (size_t at = 0; (at = names.find(name, at)) != std::string_view::npos; at += name.size()) {
    const size_t end = at + name.size();
    if ((at == 0 || names[at - 1] == ' ') && (end == names.size() || names[end] == ',')) return true;
  }
  return false;
}

bool implements(const TypeInfo& own, std::string_view name) {
  for (const TypeInfo* at = &own; at != nullptr; at = at->base) {
    const dotnet::Type* type = dotnet::declared(*at);
    if (type != nullptr && lists_name(type->interfaces, name)) return true;
  }
  return false;
}

}  // namespace

bool is_assignable(const TypeRef& to, const TypeRef& from) {
  if (to.info == from.info || to.info == &types::Object || from.info->is(*to.info)) return true;
  if (to.declared != nullptr && to.declared->is_interface) {
    if (implements(*from.info, to.info->name)) return true;
    return from.is_array && implements(types::SystemArray, to.info->name);
  }
  if (to.info == &types::SystemArray) return from.is_array;
  if (to.info == &types::Enum) return from.enumeration != nullptr;
  if (to.info == &types::ValueType) {
    return from.enumeration != nullptr || (from.declared != nullptr && from.declared->is_value);
  }
  if (to.info == &types::Exception || to.info->is(types::Exception)) {
    return exception_is(from.info->name, to.info->name);
  }
  return false;
}

bool is_of_type(const Value& value, const TypeRef& type) {
  if (value.is_null()) return false;
  const TypeInfo* info = type.info;
  if (info == &types::Object || info == &value.type())
    return !type.is_array || info != &types::Array || value.as<ArrayObject>()->element_type == nullptr;
  if (info == &types::PSObject) {
    return value.is_object(ObjectKind::record) || value.is_object(ObjectKind::noun);
  }
  if (info == &types::SwitchParameter) return value.kind() == Value::Kind::boolean;
  if (info == &types::Enum) return value.kind() == Value::Kind::enumeration;
  if (type.is_array) {
    const auto* array = value.as<ArrayObject>();
    if (array == nullptr) return false;
    const TypeInfo* element = type.element->info == &types::Object ? nullptr : type.element->info;
    if (element == array->element_type) return true;
    // An array of objects takes one of any class, not of values.
    const dotnet::Type* own =
        array->element_type == nullptr ? nullptr : dotnet::declared(*array->element_type);
    return element == nullptr && (own == nullptr || !own->is_value);
  }
  if (const auto* exception = noun_cast<ExceptionInfo>(value)) {
    return exception_is(exception->type_name, info->name);
  }
  if (type.table == nullptr) return value.type().is(*info);
  return is_assignable(type, *type.table->of_value(value));
}

std::string full_type_name(const Value& value) {
  if (value.is_null()) return "System.Object";
  const std::vector<std::string> names = type_names(value);
  return names.empty() ? std::string(value.type().name) : names.front();
}

}  // namespace hvsh::shell
