// Object, ValueType, Enum, and types as values.
#include <fmt/format.h>

#include "core/compare.h"
#include "core/operators.h"
#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/overloads.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/reference.h"

namespace hvsh::shell::dotnet {

Result<Value> convert_any(const Value& value, const TypeRef&) { return value; }

namespace {

Result<Value> get_type(const Call& call) {
  TypeTable& types = call.shell().types();
  return types.type_value(*types.of_value(call.self));
}

Result<Value> same_object(const Call& call) {
  const Value& a = call.at(0);
  const Value& b = call.at(1);
  if (a.is_null() || b.is_null()) return truth(a.is_null() && b.is_null());
  return truth(a.kind() == Value::Kind::object && b.kind() == Value::Kind::object &&
               a.as_object() == b.as_object());
}

constexpr Member kObject[] = {
    {"new()", [](const Call&) -> Result<Value> { return Value::object(make<RecordObject>()); }},
    {"type GetType()", get_type},
    {"string ToString()", [](const Call& c) -> Result<Value> { return text(to_string(c.self)); }},
    {"bool Equals(object obj)",
     [](const Call& c) -> Result<Value> {
       return truth(!c.at(0).is_null() && &c.self.type() == &c.at(0).type() && equal(c.self, c.at(0), false));
     }},
    {"int GetHashCode()",
     [](const Call& c) -> Result<Value> {
       if (c.self.kind() == Value::Kind::integer) return number(static_cast<int32_t>(c.self.as_int()));
       return number(static_cast<int32_t>(std::hash<std::string>{}(to_string(c.self))));
     }},
    {"static bool ReferenceEquals(object objA, object objB)", same_object},
    {"static bool Equals(object objA, object objB)",
     [](const Call& c) -> Result<Value> { return truth(equal(c.at(0), c.at(1), false)); }},
};

// ----------------------------------------------------------------------------------------------- System.Enum

Result<const EnumInfo*> enum_at(const Call& call, size_t index) {
  const TypeRef* type = call.shell().types().ref_of(call.at(index));
  if (type == nullptr || type->enumeration == nullptr) {
    return thrown("ArgumentException", "Type provided must be an Enum. (Parameter 'enumType')");
  }
  return type->enumeration;
}

Result<Value> names_of(const EnumInfo& info) {
  std::vector<std::string> names;
  for (const EnumMember& member : info.members) names.emplace_back(member.name);
  return text_array(std::move(names));
}

Result<Value> values_of(const EnumInfo& info) {
  std::vector<Value> items;
  for (const EnumMember& member : info.members) items.push_back(Value::enumeration(info, member.value));
  return typed_array(std::move(items), info.type);
}

// Unlike a cast, Parse takes no prefix and, unless asked, minds case.
Result<Value> parse_enum(const EnumInfo& info, const std::string& input, bool ignore_case) {
  int64_t bits = 0;
  std::string_view rest = input;
  do {
    const size_t comma = rest.find(',');
    std::string_view name = rest.substr(0, comma);
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    const EnumMember* found = nullptr;
    for (const EnumMember& member : info.members) {
      if (member.name == name || (ignore_case && equal_ascii(member.name, name))) found = &member;
    }
    if (found == nullptr) {
      auto whole = to_integer(Value::string(name), IntType::i32);
      if (name.empty() || !whole || name.find_first_not_of("-0123456789") != std::string_view::npos) {
        return thrown("ArgumentException", fmt::format("Requested value '{}' was not found.", name));
      }
      bits |= whole->as_int();
    } else {
      bits |= found->value;
    }
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  } while (!rest.empty());
  return Value::enumeration(info, static_cast<int32_t>(bits));
}

Result<Value> parse_enum_call(const Call& call) {
  HVSH_TRY(const EnumInfo* info, enum_at(call, 0));
  return parse_enum(*info, call.text(1), call.count() == 3 && call.flag(2));
}

Result<Value> try_parse_own(const Call& call) {
  const EnumInfo& info = *call.type->enumeration;
  auto made = parse_enum(info, call.text(0), call.count() == 3 && call.flag(1));
  HVSH_CHECK(set_reference(call.at(call.count() - 1), made ? *made : Value::enumeration(info, 0)));
  return truth(made.ok());
}

Result<Value> try_parse_enum(const Call& call) {
  HVSH_TRY(const EnumInfo* info, enum_at(call, 0));
  auto made = parse_enum(*info, call.text(1), call.count() == 4 && call.flag(2));
  HVSH_CHECK(set_reference(call.at(call.count() - 1), made ? *made : Value::null()));
  return truth(made.ok());
}

Result<Value> is_defined(const Call& call) {
  HVSH_TRY(const EnumInfo* info, enum_at(call, 0));
  const Value& wanted = call.at(1);
  for (const EnumMember& member : info->members) {
    if (wanted.is_string() && member.name == wanted.as_string()) return truth(true);
    if (wanted.kind() == Value::Kind::integer && member.value == wanted.as_int()) return truth(true);
    if (wanted.kind() == Value::Kind::enumeration && member.value == wanted.enum_number()) return truth(true);
  }
  return truth(false);
}

Result<Value> name_of(const Call& call) {
  HVSH_TRY(const EnumInfo* info, enum_at(call, 0));
  HVSH_TRY(Value bits, to_integer(call.at(1), IntType::i32));
  const std::string_view name = info->name_of(static_cast<int32_t>(bits.as_int()));
  return name.empty() ? Value::null() : Value::string(name);
}

constexpr Member kEnum[] = {
    {"int value__", [](const Call& c) -> Result<Value> { return number(c.self.enum_number()); }},
    {"bool HasFlag(object flag)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value flag, to_enum(c.at(0), c.self.enum_info()));
       return truth((c.self.enum_number() & flag.enum_number()) == flag.enum_number());
     }},
    {"string ToString(string format)", to_text},
    {"int CompareTo(object target)", compare_to},
    {"static string[] GetNames(type enumType)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const EnumInfo* info, enum_at(c, 0));
       return names_of(*info);
     }},
    {"static array GetValues(type enumType)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const EnumInfo* info, enum_at(c, 0));
       return values_of(*info);
     }},
    {"static string GetName(type enumType, object value)", name_of},
    {"static type GetUnderlyingType(type enumType)",
     [](const Call& c) -> Result<Value> {
       HVSH_CHECK([&]() -> Result<void> {
         HVSH_TRY(const EnumInfo* info, enum_at(c, 0));
         (void)info;
         return {};
       }());
       return c.shell().types().type_value(*c.shell().types().find("int"));
     }},
    {"static object Parse(type enumType, string value)", parse_enum_call},
    {"static object Parse(type enumType, string value, bool ignoreCase)", parse_enum_call},
    {"static object ToObject(type enumType, object value)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const EnumInfo* info, enum_at(c, 0));
       HVSH_TRY(Value bits, to_integer(c.at(1), IntType::i32));
       return Value::enumeration(*info, static_cast<int32_t>(bits.as_int()));
     }},
    {"static bool IsDefined(type enumType, object value)", is_defined},
    {"static bool TryParse(type enumType, string value, ref object result)", try_parse_enum},
    {"static bool TryParse(type enumType, string value, bool ignoreCase, ref object result)", try_parse_enum},
    {"static bool TryParse(string value, ref object result)", try_parse_own},
    {"static bool TryParse(string value, bool ignoreCase, ref object result)", try_parse_own},
};

// --------------------------------------------------------------------------------------- types as values

const TypeRef& self_type(const Call& call) { return *call.shell().types().ref_of(call.self); }

Result<Value> type_flag(const Call& call, bool (*test)(const TypeRef&)) {
  return truth(test(self_type(call)));
}

Result<Value> type_list(const Call& call, const std::vector<const TypeRef*>& list) {
  std::vector<Value> items;
  for (const TypeRef* type : list) items.push_back(call.shell().types().type_value(*type));
  return typed_array(std::move(items), types::RuntimeType);
}

Result<Value> member_list(const Call& call, MemberKind kind, std::string_view wanted) {
  std::vector<Value> items;
  const TypeRef& type = self_type(call);
  for (const TypeRef* at = &type; at != nullptr; at = base_of(call.shell().types(), *at)) {
    if (at->declared == nullptr) continue;
    for (const auto& members : {at->declared->members, at->declared->shared}) {
      for (const Member& member : members) {
        const Shape shape = shape_of(member);
        const std::string name = shape.kind == MemberKind::constructor ? ".ctor" : member_name(member);
        if (shape.kind != kind || (!wanted.empty() && !equal_names(name, wanted))) continue;
        auto record = make<RecordObject>();
        record->type_names = {"System.Reflection.MemberInfo"};
        record->set("Name", text(name));
        record->set("MemberType", text(kind == MemberKind::property ? "Property" : "Method"));
        record->set("IsStatic", truth(shape.is_static));
        record->set("Definition", text(definition(member)));
        items.push_back(Value::object(record));
      }
    }
  }
  return Value::array(std::move(items));
}

Result<Value> first_of(Result<Value> list) {
  if (!list) return list;
  const std::vector<Value> items = to_items(*list);
  return items.empty() ? Value::null() : items[0];
}

// The fields of an enumeration are its members.
Result<Value> enum_fields(const Call& call) {
  std::vector<Value> items;
  if (const EnumInfo* info = self_type(call).enumeration) {
    for (const EnumMember& member : info->members) {
      auto record = make<RecordObject>();
      record->type_names = {"System.Reflection.FieldInfo"};
      record->set("Name", text(std::string(member.name)));
      record->set("IsStatic", truth(true));
      items.push_back(Value::object(record));
    }
  }
  return Value::array(std::move(items));
}

constexpr Member kType[] = {
    {"string Name", core_property},
    {"string FullName", core_property},
    {"string Namespace", core_property},
    {"bool IsEnum", core_property},
    {"type BaseType",
     [](const Call& c) -> Result<Value> {
       const TypeRef* base = base_of(c.shell().types(), self_type(c));
       return base == nullptr ? Value::null() : c.shell().types().type_value(*base);
     }},
    {"bool IsArray", [](const Call& c) { return type_flag(c, [](const TypeRef& t) { return t.is_array; }); }},
    {"bool IsValueType",
     [](const Call& c) {
       return type_flag(c, [](const TypeRef& t) {
         return t.enumeration != nullptr || (t.declared != nullptr && t.declared->is_value);
       });
     }},
    {"bool IsPrimitive",
     [](const Call& c) {
       return type_flag(c, [](const TypeRef& t) {
         return t.declared != nullptr && t.declared->is_value &&
                t.declared->interfaces.find("IConvertible") != std::string_view::npos &&
                t.info != &types::Decimal && t.info != &types::DateTime;
       });
     }},
    {"bool IsClass",
     [](const Call& c) {
       return type_flag(c, [](const TypeRef& t) {
         return t.enumeration == nullptr &&
                (t.declared == nullptr || (!t.declared->is_value && !t.declared->is_interface));
       });
     }},
    {"bool IsInterface",
     [](const Call& c) {
       return type_flag(c,
                        [](const TypeRef& t) { return t.declared != nullptr && t.declared->is_interface; });
     }},
    {"bool IsGenericType",
     [](const Call& c) {
       return type_flag(c, [](const TypeRef& t) { return t.declared != nullptr && t.declared->generic > 0; });
     }},
    {"bool IsPublic", [](const Call&) -> Result<Value> { return truth(true); }},
    {"bool IsSerializable", [](const Call&) -> Result<Value> { return truth(true); }},
    {"type UnderlyingSystemType", [](const Call& c) -> Result<Value> { return c.self; }},
    {"string AssemblyQualifiedName",
     [](const Call& c) -> Result<Value> {
       return text(fmt::format("{}, System.Private.CoreLib", self_type(c).info->name));
     }},
    {"type[] GenericTypeArguments", [](const Call& c) { return type_list(c, self_type(c).arguments); }},
    {"type[] GetGenericArguments()", [](const Call& c) { return type_list(c, self_type(c).arguments); }},
    {"type GetElementType()",
     [](const Call& c) -> Result<Value> {
       const TypeRef& type = self_type(c);
       return type.is_array ? c.shell().types().type_value(*type.element) : Value::null();
     }},
    {"bool IsAssignableFrom(type c)",
     [](const Call& c) -> Result<Value> {
       return truth(c.given(0) && is_assignable(self_type(c), *c.shell().types().ref_of(c.at(0))));
     }},
    {"bool IsSubclassOf(type c)",
     [](const Call& c) -> Result<Value> {
       const TypeRef& base = *c.shell().types().ref_of(c.at(0));
       return truth(&base != &self_type(c) && is_assignable(base, self_type(c)));
     }},
    {"bool IsInstanceOfType(object o)",
     [](const Call& c) -> Result<Value> { return truth(is_of_type(c.at(0), self_type(c))); }},
    {"string[] GetEnumNames()",
     [](const Call& c) -> Result<Value> {
       const EnumInfo* info = self_type(c).enumeration;
       return info != nullptr ? names_of(*info)
                              : Result<Value>(thrown("ArgumentException", "Type provided must be an Enum."));
     }},
    {"array GetEnumValues()",
     [](const Call& c) -> Result<Value> {
       const EnumInfo* info = self_type(c).enumeration;
       return info != nullptr ? values_of(*info)
                              : Result<Value>(thrown("ArgumentException", "Type provided must be an Enum."));
     }},
    {"object[] GetMethods()", [](const Call& c) { return member_list(c, MemberKind::method, ""); }},
    {"object GetMethod(string name)",
     [](const Call& c) { return first_of(member_list(c, MemberKind::method, c.text(0))); }},
    {"object[] GetProperties()", [](const Call& c) { return member_list(c, MemberKind::property, ""); }},
    {"object GetProperty(string name)",
     [](const Call& c) { return first_of(member_list(c, MemberKind::property, c.text(0))); }},
    {"object[] GetConstructors()", [](const Call& c) { return member_list(c, MemberKind::constructor, ""); }},
    {"object[] GetFields()", enum_fields},
    {"string ToString()",
     [](const Call& c) -> Result<Value> {
       return text(std::string(static_cast<TypeObject*>(c.self.as_object())->described->name));
     }},
    {"static type GetType(string typeName)",
     [](const Call& c) -> Result<Value> {
       auto type = c.shell().types().resolve_text(c.text(0));
       return type ? c.shell().types().type_value(**type) : Value::null();
     }},
};

Result<Value> convert_type(const Value& value, const TypeRef& type) {
  if (value.is_null() || value.is_object(ObjectKind::type)) return value;
  if (!value.is_string() || type.table == nullptr) return conversion_error(value, type.info->name);
  auto found = type.table->resolve_text(value.as_string());
  if (found) return type.table->type_value(**found);
  return Error{.id = "InvalidCastFromStringToType",
               .category = ErrorCategory::InvalidArgument,
               .message = fmt::format("Cannot convert the \"{}\" value of type \"System.String\" to type "
                                      "\"System.Type\".",
                                      value.as_string()),
               .hint = found.error().hint};
}

Result<Value> convert_void(const Value&, const TypeRef&) { return Value::nothing(); }

Result<Value> convert_reference(const Value& value, const TypeRef&) {
  if (value.as<Reference>() != nullptr) return value;
  return Value::object(make<Reference>(value));
}

constexpr Member kReference[] = {
    {"new(object value)",
     [](const Call& c) -> Result<Value> { return Value::object(make<Reference>(Value(c.at(0)))); }},
    {"object Value",
     [](const Call& c) -> Result<Value> { return static_cast<Reference*>(c.self.as_object())->get(); },
     [](const Call& c) -> Result<Value> {
       HVSH_CHECK(set_reference(c.self, c.at(0)));
       return Value::nothing();
     }},
};

constexpr TypeInfo kDBNull{"System.DBNull", "DBNull"};
constexpr Member kDBNullMembers[] = {
    {"static DBNull Value", [](const Call&) -> Result<Value> { return Value::null(); }},
};

std::span<const Type> list() {
  static const Type declared[] = {
      {.info = &types::Object,
       .names = "object",
       .members = kObject,
       .shared = kIntrinsic,
       .convert = convert_any},
      {.info = &types::ValueType},
      {.info = &types::Enum, .members = kEnum},
      {.info = &types::Void, .names = "void", .convert = convert_void},
      {.info = &types::RuntimeType, .names = "type, System.Type", .members = kType, .convert = convert_type},
      {.info = &types::PSReference, .names = "ref", .members = kReference, .convert = convert_reference},
      {.info = &kDBNull, .members = kDBNullMembers},
  };
  return declared;
}

}  // namespace

std::span<const Type> object_types() { return list(); }

}  // namespace hvsh::shell::dotnet
