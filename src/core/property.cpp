// get_property, list_properties and type_names: one way to read any object, whatever carries it.
#include <algorithm>
#include <array>

#include "core/day_of_week.h"
#include "core/error_record.h"
#include "core/extended_members.h"
#include "core/noun.h"
#include "core/object.h"

namespace hvsh {

namespace {

// A member of a type that is not a noun, read by a function of the value.
struct Member {
  std::string_view name;
  Value (*get)(const Value& value);
};

Value integer(int64_t number) { return Value::integer(number, IntType::i32); }
Value long_integer(int64_t number) { return Value::integer(number, IntType::i64); }

constexpr int64_t kTicksPerDay = 24 * 3600 * kTicksPerSecond;

int64_t span_part(const Value& value, int64_t unit, int64_t modulus) {
  return value.as_time_span().ticks / unit % modulus;
}
Value span_total(const Value& value, double unit) {
  return Value::real(static_cast<double>(value.as_time_span().ticks) / unit);
}

constexpr Member kDateTimeMembers[] = {
    {"Date",
     [](const Value& v) {
       const DateTime time = v.as_date_time();
       return Value::date_time({time.ticks - time.ticks % kTicksPerDay, time.kind});
     }},
    {"Day", [](const Value& v) { return integer(v.as_date_time().civil().day); }},
    {"DayOfWeek",
     [](const Value& v) {
       return Traits<DayOfWeek>::to(static_cast<DayOfWeek>(v.as_date_time().civil().day_of_week));
     }},
    {"DayOfYear", [](const Value& v) { return integer(v.as_date_time().civil().day_of_year); }},
    {"Hour", [](const Value& v) { return integer(v.as_date_time().civil().hour); }},
    {"Kind",
     [](const Value& v) {
       return Traits<DateTimeKind>::to(static_cast<DateTimeKind>(v.as_date_time().kind));
     }},
    {"Millisecond", [](const Value& v) { return integer(v.as_date_time().civil().fraction / 10'000); }},
    {"Microsecond", [](const Value& v) { return integer(v.as_date_time().civil().fraction / 10 % 1000); }},
    {"Nanosecond", [](const Value& v) { return integer(v.as_date_time().civil().fraction % 10 * 100); }},
    {"Minute", [](const Value& v) { return integer(v.as_date_time().civil().minute); }},
    {"Month", [](const Value& v) { return integer(v.as_date_time().civil().month); }},
    {"Second", [](const Value& v) { return integer(v.as_date_time().civil().second); }},
    {"Ticks", [](const Value& v) { return long_integer(v.as_date_time().ticks); }},
    {"TimeOfDay", [](const Value& v) { return Value::time_span({v.as_date_time().ticks % kTicksPerDay}); }},
    {"Year", [](const Value& v) { return integer(v.as_date_time().civil().year); }},
    {"DateTime", [](const Value& v) { return Value::string(v.as_date_time().to_long_string()); }},
};

constexpr Member kTimeSpanMembers[] = {
    {"Ticks", [](const Value& v) { return long_integer(v.as_time_span().ticks); }},
    {"Days", [](const Value& v) { return integer(v.as_time_span().ticks / kTicksPerDay); }},
    {"Hours", [](const Value& v) { return integer(span_part(v, 3600 * kTicksPerSecond, 24)); }},
    {"Milliseconds", [](const Value& v) { return integer(span_part(v, 10'000, 1000)); }},
    {"Minutes", [](const Value& v) { return integer(span_part(v, 60 * kTicksPerSecond, 60)); }},
    {"Seconds", [](const Value& v) { return integer(span_part(v, kTicksPerSecond, 60)); }},
    {"TotalDays", [](const Value& v) { return span_total(v, static_cast<double>(kTicksPerDay)); }},
    {"TotalHours", [](const Value& v) { return span_total(v, 3600.0 * kTicksPerSecond); }},
    {"TotalMilliseconds", [](const Value& v) { return span_total(v, 10'000.0); }},
    {"TotalMinutes", [](const Value& v) { return span_total(v, 60.0 * kTicksPerSecond); }},
    {"TotalSeconds", [](const Value& v) { return span_total(v, kTicksPerSecond); }},
};

const Version& version_of(const Value& v) { return static_cast<VersionObject*>(v.as_object())->value; }
constexpr Member kVersionMembers[] = {
    {"Major", [](const Value& v) { return integer(version_of(v).major); }},
    {"Minor", [](const Value& v) { return integer(version_of(v).minor); }},
    {"Build", [](const Value& v) { return integer(version_of(v).build); }},
    {"Revision", [](const Value& v) { return integer(version_of(v).revision); }},
};

constexpr Member kGuidMembers[] = {
    {"Guid",
     [](const Value& v) {
       return Value::string(static_cast<GuidObject*>(v.as_object())->value.to_string());
     }},
};

constexpr Member kStringMembers[] = {
    {"Length",
     [](const Value& v) {
       return integer(static_cast<int64_t>(static_cast<StringObject*>(v.as_object())->utf16_length()));
     }},
};

template <class T>
Value size_of(const Value& v) {
  return integer(static_cast<int64_t>(static_cast<T*>(v.as_object())->items.size()));
}
constexpr Member kArrayMembers[] = {
    {"Count", size_of<ArrayObject>},
    {"Length", size_of<ArrayObject>},
    {"LongLength",
     [](const Value& v) {
       return long_integer(static_cast<int64_t>(static_cast<ArrayObject*>(v.as_object())->items.size()));
     }},
    {"Rank", [](const Value&) { return integer(1); }},
};
constexpr Member kListMembers[] = {
    {"Count", size_of<ListObject>},
};

const ErrorRecordObject& record_of(const Value& v) { return *static_cast<ErrorRecordObject*>(v.as_object()); }

// Where the shell gave no InvocationInfo (an error outside of any script), the command's name is all there
// is.
Value invocation_info(const ErrorRecordObject& record) {
  if (!record.invocation.is_null()) return record.invocation;
  auto info = make<RecordObject>();
  info->type_names = {"System.Management.Automation.InvocationInfo", "System.Object"};
  info->set("InvocationName", Value::string(record.error.activity));
  info->set("ScriptLineNumber", integer(0));
  info->set("OffsetInLine", integer(0));
  info->set("Line", Value::string(""));
  info->set("PositionMessage", Value::string(""));
  return Value::object(info);
}

constexpr Member kErrorRecordMembers[] = {
    {"Exception", [](const Value& v) { return exception_of(record_of(v)); }},
    {"TargetObject",
     [](const Value& v) {
       const ErrorRecordObject& record = record_of(v);
       return record.target.is_null() && !record.error.target.empty() ? Value::string(record.error.target)
                                                                      : record.target;
     }},
    {"CategoryInfo", [](const Value& v) { return noun_value(category_info(record_of(v))); }},
    {"FullyQualifiedErrorId",
     [](const Value& v) { return Value::string(record_of(v).error.fully_qualified_id()); }},
    {"ErrorDetails",
     [](const Value& v) {
       const std::string& hint = record_of(v).error.hint;
       if (hint.empty()) return Value();
       auto details = make<RecordObject>();
       details->set("Message", Value::string(record_of(v).error.message));
       details->set("RecommendedAction", Value::string(hint));
       return Value::object(details);
     }},
    {"InvocationInfo", [](const Value& v) { return invocation_info(record_of(v)); }},
    {"ScriptStackTrace", [](const Value& v) { return Value::string(record_of(v).script_stack_trace); }},
};

const TypeInfo& described(const Value& v) { return *static_cast<TypeObject*>(v.as_object())->described; }
constexpr TypeInfo kValueType{"System.ValueType", "ValueType"};
constexpr TypeInfo kEnumType{"System.Enum", "Enum", &kValueType};
constexpr TypeInfo kArrayType{"System.Array", "Array"};

// What .NET derives a type from, where the type itself does not say.
const TypeInfo& implied_base(const TypeObject& type) {
  static constexpr const TypeInfo* kValueTypes[] = {
      &types::Bool,     &types::Char,     &types::SByte,  &types::Byte,
      &types::Int16,    &types::UInt16,   &types::Int32,  &types::UInt32,
      &types::Int64,    &types::UInt64,   &types::Double, &types::Decimal,
      &types::DateTime, &types::TimeSpan, &types::Guid,   &types::SwitchParameter};
  if (type.enumeration != nullptr) return kEnumType;
  if (type.described->name.ends_with("[]")) return kArrayType;
  const bool is_value =
      std::find(std::begin(kValueTypes), std::end(kValueTypes), type.described) != std::end(kValueTypes);
  return is_value ? kValueType : types::Object;
}

// .NET marks its plain data types as serializable; of the engine's own none that scripts meet.
bool is_serializable(std::string_view name) {
  return name.starts_with("System.") && !name.starts_with("System.Management.") &&
         !name.starts_with("System.IO.") && !name.starts_with("System.Diagnostics.");
}

constexpr Member kTypeMembers[] = {
    {"IsPublic", [](const Value&) { return Value::boolean(true); }},
    {"IsSerializable", [](const Value& v) { return Value::boolean(is_serializable(described(v).name)); }},
    {"Name",
     [](const Value& v) {
       // A generic type's arguments have dots of their own.
       const TypeInfo& type = described(v);
       const bool generic = type.name.find('`') != std::string_view::npos;
       return Value::string(generic ? type.short_name : type.name.substr(type.name.rfind('.') + 1));
     }},
    {"FullName", [](const Value& v) { return Value::string(described(v).name); }},
    {"Namespace",
     [](const Value& v) {
       const std::string_view name = described(v).name.substr(0, described(v).name.find('['));
       const size_t dot = name.rfind('.');
       return Value::string(dot == std::string_view::npos ? std::string_view() : name.substr(0, dot));
     }},
    {"IsEnum",
     [](const Value& v) {
       return Value::boolean(static_cast<TypeObject*>(v.as_object())->enumeration != nullptr);
     }},
    {"BaseType",
     [](const Value& v) {
       const TypeInfo& type = described(v);
       if (&type == &types::Object) return Value();
       const auto& object = *static_cast<TypeObject*>(v.as_object());
       return Value::object(make<TypeObject>(type.base == nullptr ? implied_base(object) : *type.base));
     }},
};

std::span<const Member> members_of(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::date_time: return kDateTimeMembers;
    case Value::Kind::time_span: return kTimeSpanMembers;
    case Value::Kind::object: break;
    default: return {};
  }
  switch (value.as_object()->kind()) {
    case ObjectKind::string: return kStringMembers;
    case ObjectKind::array: return kArrayMembers;
    case ObjectKind::list: return kListMembers;
    case ObjectKind::guid: return kGuidMembers;
    case ObjectKind::version: return kVersionMembers;
    case ObjectKind::error_record: return kErrorRecordMembers;
    case ObjectKind::type: return kTypeMembers;
    default: return {};
  }
}

std::optional<Result<Value>> map_property(const MapObject& map, std::string_view name) {
  if (const Value* value = map.find(name)) return *value;
  std::vector<Value> items;
  const bool keys = equal_names(name, "Keys");
  if (keys || equal_names(name, "Values")) {
    for (const auto& [key, value] : map.entries()) items.push_back(keys ? key : value);
    return Value::array(std::move(items));
  }
  if (equal_names(name, "Count")) return integer(static_cast<int64_t>(map.size()));
  return std::nullopt;
}

}  // namespace

// Defined with the extended members: the type names that scripts gave an object.
const std::vector<std::string>* own_type_names(const Value& object);

std::optional<Result<Value>> get_property(const Value& object, std::string_view name) {
  if (const ExtendedMember* member = find_extended(object, name)) {
    if (member->is_property()) return read_extended(object, *member);
  }
  if (object.kind() == Value::Kind::object) {
    HeapObject* heap = object.as_object();
    switch (heap->kind()) {
      case ObjectKind::noun: {
        auto* noun = static_cast<AnyNoun*>(heap);
        const Prop* prop = noun->noun().find(name);
        if (prop == nullptr) return std::nullopt;
        return prop->get(noun->data());
      }
      case ObjectKind::record: {
        const Value* value = static_cast<RecordObject*>(heap)->find(name);
        if (value == nullptr) return std::nullopt;
        return *value;
      }
      case ObjectKind::map: return map_property(*static_cast<MapObject*>(heap), name);
      case ObjectKind::declared: return static_cast<DeclaredObject*>(heap)->property(name);
      default: break;
    }
  }
  for (const Member& member : members_of(object)) {
    if (equal_names(member.name, name)) return member.get(object);
  }
  return std::nullopt;
}

namespace {

// Without the members that scripts added.
std::vector<PropertyView> declared_properties(const Value& object) {
  std::vector<PropertyView> views;
  if (object.kind() == Value::Kind::object) {
    HeapObject* heap = object.as_object();
    if (heap->kind() == ObjectKind::noun) {
      const Noun& noun = static_cast<AnyNoun*>(heap)->noun();
      for (const Prop& prop : noun.props) {
        const Prop* read = prop.alias_of.empty() ? &prop : noun.find(prop.alias_of);
        views.push_back({prop.name, read != nullptr && read->cost == Cost::guest_round_trip});
      }
      return views;
    }
    if (heap->kind() == ObjectKind::record) {
      const Shape& shape = static_cast<RecordObject*>(heap)->shape();
      for (size_t i = 0; i < shape.size(); ++i) views.push_back({shape.name(i)});
      return views;
    }
    if (heap->kind() == ObjectKind::declared) {
      for (const std::string_view name : static_cast<DeclaredObject*>(heap)->property_names()) {
        views.push_back({name});
      }
      return views;
    }
    if (heap->kind() == ObjectKind::map) {
      for (const auto& [key, value] : static_cast<MapObject*>(heap)->entries()) {
        if (key.is_string()) views.push_back({key.as_string()});
      }
      return views;
    }
  }
  for (const Member& member : members_of(object)) views.push_back({member.name});
  return views;
}

}  // namespace

std::vector<PropertyView> list_properties(const Value& object) {
  std::vector<PropertyView> declared = declared_properties(object);
  const std::vector<const ExtendedMember*> added = extended_members(object);
  if (added.empty()) return declared;
  std::vector<PropertyView> views;
  for (const ExtendedMember* member : added) {
    if (member->is_property()) views.push_back({member->name});
  }
  std::erase_if(declared, [&](const PropertyView& view) {
    return std::any_of(views.begin(), views.end(),
                       [&](const PropertyView& other) { return equal_names(other.name, view.name); });
  });
  // A record's own properties were added by scripts, too, and before; other objects show what was added
  // first.
  const bool own_first = object.is_object(ObjectKind::record);
  views.insert(own_first ? views.begin() : views.end(), declared.begin(), declared.end());
  return views;
}

std::vector<std::string> type_names(const Value& object) {
  std::vector<std::string> names;
  if (object.is_null()) return names;
  if (auto* record = object.as<RecordObject>(); record != nullptr && !record->type_names.empty()) {
    return record->type_names;
  }
  if (const auto* own = own_type_names(object)) return *own;
  if (const auto* exception = noun_cast<ExceptionInfo>(object); exception != nullptr) {
    names.push_back(exception->type_name);
    if (exception->type_name == "System.Exception") return {names[0], "System.Object"};
  }
  if (const auto* array = object.as<ArrayObject>(); array != nullptr && array->element_type != nullptr) {
    names.push_back(std::string(array->element_type->name) + "[]");
  }
  for (const TypeInfo* type = &object.type(); type != nullptr; type = type->base) {
    names.emplace_back(type->name);
  }
  if (const auto* noun = object.as<AnyNoun>()) {
    names.insert(names.begin() + 1, noun->noun().aliases.begin(), noun->noun().aliases.end());
  }
  if (object.is_object(ObjectKind::array)) names.emplace_back("System.Array");
  if (object.kind() == Value::Kind::enumeration) names.emplace_back("System.Enum");
  const bool inside_value = object.kind() != Value::Kind::object || object.is_object(ObjectKind::guid) ||
                            object.is_object(ObjectKind::decimal);
  if (inside_value) names.emplace_back("System.ValueType");
  names.emplace_back("System.Object");
  return names;
}

}  // namespace hvsh
