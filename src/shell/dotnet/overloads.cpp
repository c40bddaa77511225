#include "shell/dotnet/overloads.h"

#include <fmt/format.h>

#include "core/error_record.h"
#include "core/text.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/reference.h"

namespace hvsh::shell::dotnet {

namespace {

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = ascii_lower(c);
  return made;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// A type as a declaration writes it; T, K, T[] are the arguments of a generic type.
const TypeRef* declared_type(TypeTable& types, const TypeRef& owner, std::string_view name) {
  const auto argument = [&](size_t index) -> const TypeRef* {
    return index < owner.arguments.size() ? owner.arguments[index] : types.find("object");
  };
  const bool second = owner.declared != nullptr && owner.declared->generic == 2;
  if (name == "T") return owner.is_array ? owner.element : argument(second ? 1 : 0);
  if (name == "K") return argument(0);
  if (name == "T[]") return types.array_of(declared_type(types, owner, "T"));
  if (name == "Self") return &owner;
  if (auto found = types.resolve_text(name)) return *found;
  // "RegexOptions", without its namespace.
  const bool array = name.ends_with("[]");
  if (array) name.remove_suffix(2);
  const Type* type = find_by_short_name(name);
  if (type == nullptr) return types.find("object");
  const TypeRef* found = types.of(*type->info);
  return array ? types.array_of(found) : found;
}

std::vector<Parameter> parameters_of(TypeTable& types, const TypeRef& owner, std::string_view text) {
  std::vector<Parameter> parameters;
  text = text.substr(text.find('(') + 1);
  text = text.substr(0, text.rfind(')'));
  while (!text.empty()) {
    const size_t comma = text.find(", ");
    std::string_view part = text.substr(0, comma);
    Parameter parameter;
    parameter.takes_rest = take_word(part, "params ");
    parameter.by_ref = take_word(part, "ref ");
    const size_t space = part.rfind(' ');
    parameter.type = declared_type(types, owner, part.substr(0, space));
    parameter.name = part.substr(space + 1);
    parameters.push_back(parameter);
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 2);
  }
  return parameters;
}

}  // namespace

Shape shape_of(const Member& member) {
  const bool is_static = member.text.starts_with("static ");
  if (member.text.starts_with("new(")) return {MemberKind::constructor, true};
  const bool method = member.text.find('(') != std::string_view::npos;
  return {method ? MemberKind::method : MemberKind::property, is_static};
}

std::string member_name(const Member& member) {
  const std::string_view head = member.text.substr(0, member.text.find('('));
  return std::string(head.substr(head.rfind(' ') + 1));
}

std::string definition(const Member& member) {
  std::string text(member.text);
  if (shape_of(member).kind == MemberKind::property)
    text += member.set != nullptr ? " {get;set;}" : " {get;}";
  return text;
}

const MemberIndex& index_of(TypeTable& types, const TypeRef& type) {
  if (type.members) return *type.members;
  auto index = std::make_shared<MemberIndex>();
  type.members = index;  // first: a declaration may name its own type
  const auto add = [&](const Member& member) {
    const Shape shape = shape_of(member);
    const std::string name = lower(member_name(member));
    if (shape.kind == MemberKind::property) {
      (shape.is_static ? index->static_properties : index->properties).emplace(name, &member);
      return;
    }
    Overload overload{&member, parameters_of(types, type, member.text)};
    if (shape.kind == MemberKind::constructor) {
      index->constructors.push_back(std::move(overload));
    } else {
      (shape.is_static ? index->static_methods : index->methods)[name].push_back(std::move(overload));
    }
  };
  if (type.declared != nullptr) {
    for (const Member& member : type.declared->members) add(member);
    for (const Member& member : type.declared->shared) add(member);
  }
  return *index;
}

const TypeRef* base_of(TypeTable& types, const TypeRef& type) {
  if (type.info == &hvsh::types::Object) return nullptr;
  if (type.is_array && type.info != &hvsh::types::SystemArray) return types.find("System.Array");
  if (type.enumeration != nullptr) return types.find("System.Enum");
  const TypeInfo* base = type.info->base;
  // A generic type's instance has its members itself, as they depend on the arguments.
  if (base != nullptr && type.declared != nullptr && type.declared->info == base) base = base->base;
  return base != nullptr ? types.of(*base) : types.find("object");
}

std::vector<const Overload*> find_methods(TypeTable& types, const TypeRef& type, std::string_view name,
                                          bool is_static) {
  std::vector<const Overload*> found;
  const std::string wanted = lower(name);
  for (const TypeRef* at = &type; at != nullptr; at = base_of(types, *at)) {
    const MemberIndex& index = index_of(types, *at);
    const MemberIndex::Table& table = is_static ? index.static_methods : index.methods;
    const auto entry = table.find(wanted);
    if (entry == table.end()) continue;
    for (const Overload& overload : entry->second) found.push_back(&overload);
  }
  return found;
}

const Member* find_property(TypeTable& types, const TypeRef& type, std::string_view name, bool is_static) {
  const std::string wanted = lower(name);
  for (const TypeRef* at = &type; at != nullptr; at = base_of(types, *at)) {
    const MemberIndex& index = index_of(types, *at);
    const auto& table = is_static ? index.static_properties : index.properties;
    if (const auto entry = table.find(wanted); entry != table.end()) return entry->second;
  }
  return nullptr;
}

namespace {

int number_rank(const TypeInfo& info) {
  static constexpr const TypeInfo* kWidening[] = {
      &types::SByte,  &types::Byte,  &types::Int16,  &types::UInt16, &types::Int32,
      &types::UInt32, &types::Int64, &types::UInt64, &types::Double, &types::Decimal,
  };
  for (size_t i = 0; i < std::size(kWidening); ++i) {
    if (kWidening[i] == &info) return static_cast<int>(i);
  }
  return &info == &types::Single ? 8 : -1;
}

}  // namespace

int conversion_distance(const Value& value, const TypeRef& type) {
  const TypeInfo* info = type.info;
  if (value.is_null()) return default_of(type).is_null() || info == &types::String ? 1 : 60;
  const TypeInfo& own = value.type();
  if (&own == info && !value.is_object(ObjectKind::array)) return 0;
  if (info == &types::Object) return 20;
  if (value.is_object(ObjectKind::array) && type.is_array) {
    if (is_of_type(value, type)) return 0;
    return type.element->info == &types::Object ? 3 : 10;
  }
  if (is_of_type(value, type)) return type.declared != nullptr && type.declared->is_interface ? 4 : 2;
  const int from = number_rank(own), to = number_rank(*info);
  if (from >= 0 && to >= 0) return to > from ? 5 + to - from : 30 + from - to;
  if (type.enumeration != nullptr) {
    return convert_to(value, type) ? (value.is_string() ? 12 : 20) : kImpossible;
  }
  if (info == &types::Char && value.is_string()) {
    return static_cast<StringObject*>(value.as_object())->utf16_length() == 1 ? 15 : kImpossible;
  }
  if (info == &types::String) return value.kind() == Value::Kind::character ? 10 : 45;
  if (info == &types::Bool) return 58;
  if (type.is_array && type.element->info == &types::Char && value.is_string()) return 25;
  if (!convert_to(value, type)) return kImpossible;
  if (type.is_array) return 200;
  return value.is_string() && to >= 0 ? 35 : 42;
}

namespace {

bool takes(const Overload& overload, size_t count) {
  if (overload.takes_rest()) return count + 1 >= overload.parameters.size();
  return overload.parameters.size() == count;
}

// The last of as many arguments as parameters goes to `params` as it is when it is an array of that kind.
bool is_whole_rest(const Overload& overload, std::span<const Value> arguments) {
  if (arguments.size() != overload.parameters.size()) return false;
  const Value& last = arguments.back();
  if (last.is_null()) return true;
  const TypeRef& type = *overload.parameters.back().type;
  if (type.element->info == &types::Char && last.is_string()) {
    return static_cast<StringObject*>(last.as_object())->utf16_length() != 1;
  }
  return last.is_object(ObjectKind::array) || last.is_object(ObjectKind::list);
}

int cost_of(const Overload& overload, std::span<const Value> arguments) {
  int cost = 0;
  const bool rest = overload.takes_rest();
  const bool whole = rest && is_whole_rest(overload, arguments);
  if (rest && !whole) cost += 1;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const bool in_rest = rest && !whole && i + 1 >= overload.parameters.size();
    const Parameter& parameter = overload.parameters[in_rest ? overload.parameters.size() - 1 : i];
    if (parameter.by_ref) continue;
    const int step = conversion_distance(arguments[i], in_rest ? *parameter.type->element : *parameter.type);
    if (step == kImpossible) return kImpossible;
    cost += step;
  }
  return cost;
}

Error argument_error(const Parameter& parameter, std::string_view method, const Value& value,
                     const Error& why) {
  return {.id = "MethodArgumentConversionInvalidCastArgument",
          .category = ErrorCategory::NotSpecified,
          .message = fmt::format(
              "Cannot convert argument \"{}\", with value: \"{}\", for \"{}\" to type \"{}\": \"{}\"",
              parameter.name, to_string(value), method, parameter.type->info->name, why.message),
          .exception = "System.Management.Automation.MethodException"};
}

Error reference_error(size_t index, bool wanted) {
  return {.id = wanted ? "NonRefArgumentToRefParameterMsg" : "RefArgumentToNonRefParameterMsg",
          .category = ErrorCategory::NotSpecified,
          .message =
              wanted ? fmt::format("Argument: '{}' should be a System.Management.Automation.PSReference. Use "
                                   "[ref].",
                                   index + 1)
                     : fmt::format("Argument: '{}' should not be a System.Management.Automation.PSReference. "
                                   "Do not use [ref].",
                                   index + 1),
          .exception = "System.Management.Automation.MethodException"};
}

Result<std::vector<Value>> converted(const Overload& overload, std::string_view name,
                                     std::span<const Value> arguments) {
  std::vector<Value> values;
  values.reserve(overload.parameters.size());
  const bool rest = overload.takes_rest();
  const bool whole = rest && is_whole_rest(overload, arguments);
  const size_t single = rest && !whole ? overload.parameters.size() - 1 : arguments.size();
  for (size_t i = 0; i < single; ++i) {
    const Parameter& parameter = overload.parameters[i];
    const bool reference = arguments[i].as<Reference>() != nullptr;
    const bool takes_any = parameter.type->info == &types::Object;
    if (parameter.by_ref != reference && (parameter.by_ref || !takes_any)) {
      return reference_error(i, parameter.by_ref);
    }
    if (reference) {
      values.push_back(arguments[i]);
      continue;
    }
    auto value = convert_to(arguments[i], *parameter.type);
    if (!value) return argument_error(parameter, name, arguments[i], value.error());
    values.push_back(value.take());
  }
  if (!rest || whole) return values;
  const Parameter& last = overload.parameters.back();
  std::vector<Value> items;
  for (size_t i = single; i < arguments.size(); ++i) {
    auto value = convert_to(arguments[i], *last.type->element);
    if (!value) return argument_error(last, name, arguments[i], value.error());
    items.push_back(value.take());
  }
  const TypeInfo* element = last.type->element->info;
  values.push_back(
      Value::object(make<ArrayObject>(std::move(items), element == &types::Object ? nullptr : element)));
  return values;
}

}  // namespace

Result<Value> invoke(Interpreter& interpreter, const TypeRef& type,
                     std::span<const Overload* const> overloads, std::string_view name, const Value& self,
                     std::span<const Value> arguments, bool& thrown_by_member) {
  thrown_by_member = false;
  const Overload* best = nullptr;
  size_t fitting = 0;
  for (const Overload* overload : overloads) {
    if (!takes(*overload, arguments.size())) continue;
    if (fitting++ == 0) best = overload;
  }
  if (fitting == 0) {
    return Error{.id = "MethodCountCouldNotFindBest",
                 .category = ErrorCategory::NotSpecified,
                 .message = fmt::format("Cannot find an overload for \"{}\" and the argument count: \"{}\".",
                                        name, arguments.size()),
                 .exception = "System.Management.Automation.MethodException"};
  }
  if (fitting > 1) {
    int least = kImpossible;
    for (const Overload* overload : overloads) {
      if (!takes(*overload, arguments.size())) continue;
      const int cost = cost_of(*overload, arguments);
      if (cost == kImpossible || (least != kImpossible && cost >= least)) continue;
      least = cost;
      best = overload;
    }
  }
  HVSH_TRY(std::vector<Value> values, converted(*best, name, arguments));
  thrown_by_member = true;
  return best->member->function({&interpreter, self, values, &type});
}

}  // namespace hvsh::shell::dotnet
