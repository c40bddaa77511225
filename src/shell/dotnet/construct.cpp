#include "shell/dotnet/construct.h"

#include <fmt/format.h>

#include "core/error_record.h"
#include "shell/dotnet/overloads.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

namespace {

// Two dimensions and more: hvsh has arrays of one, and arrays of arrays.
Result<Value> construct_array(const TypeRef& type, std::span<const Value> arguments) {
  if (arguments.size() != 1) {
    return dotnet::not_supported("An array of more than one dimension", "Use an array of arrays: ,@() * 3.");
  }
  HVSH_TRY(Value count, to_integer(arguments[0], IntType::i32));
  constexpr int64_t kMostItems = 1 << 26;
  if (count.as_int() < 0 || count.as_int() > kMostItems) {
    return dotnet::thrown("OverflowException", "Arithmetic operation resulted in an overflow.");
  }
  Value item = default_of(*type.element);
  if (type.element->info == &types::String) item = Value::null();
  std::vector<Value> items(static_cast<size_t>(count.as_int()), item);
  const bool plain = type.element->info == &types::Object;
  return Value::object(make<ArrayObject>(std::move(items), plain ? nullptr : type.element->info));
}

Result<Value> construct_exception(const TypeRef& type, std::span<const Value> arguments) {
  const std::string_view name = type.info->name;
  ExceptionInfo exception{.type_name = std::string(name)};
  exception.message = fmt::format("Exception of type '{}' was thrown.", name);
  if (arguments.size() > 2) {
    return Error{.id = "MethodCountCouldNotFindBest",
                 .message = fmt::format("Cannot find an overload for \"{}\" and the argument count: \"{}\".",
                                        type.info->short_name, arguments.size()),
                 .exception = "System.Management.Automation.MethodException"};
  }
  if (!arguments.empty() && !arguments[0].is_null()) exception.message = to_string(arguments[0]);
  if (arguments.size() == 2) {
    // ArgumentException(message, paramName), ArgumentNullException(paramName, message)
    if (noun_cast<ExceptionInfo>(arguments[1]) != nullptr || arguments[1].is_null()) {
      exception.inner = arguments[1];
    } else {
      const bool name_first =
          name == "System.ArgumentNullException" || name == "System.ArgumentOutOfRangeException";
      exception.message = fmt::format("{} (Parameter '{}')", to_string(arguments[name_first ? 1 : 0]),
                                      to_string(arguments[name_first ? 0 : 1]));
    }
  } else if (arguments.size() == 1 && name == "System.ArgumentNullException") {
    exception.message = fmt::format("Value cannot be null. (Parameter '{}')", exception.message);
  } else if (arguments.size() == 1 && name == "System.ArgumentOutOfRangeException") {
    exception.message = fmt::format(
        "Specified argument was out of the range of valid values. (Parameter '{}')", exception.message);
  }
  return noun_value(std::move(exception));
}

}  // namespace

Result<Value> construct(Interpreter& interpreter, const TypeRef& type, std::span<const Value> arguments) {
  if (type.is_array) return construct_array(type, arguments);
  if (type.info == &types::Exception || type.info->is(types::Exception))
    return construct_exception(type, arguments);
  const auto& constructors = dotnet::index_of(interpreter.types(), type).constructors;
  const bool is_value = type.enumeration != nullptr || (type.declared != nullptr && type.declared->is_value);
  if (constructors.empty() || (is_value && arguments.empty())) {
    const bool made = arguments.empty() && is_value;
    if (made && type.enumeration != nullptr) return Value::enumeration(*type.enumeration, 0);
    if (made && !default_of(type).is_null()) return default_of(type);
  }
  if (constructors.empty()) {
    return Error{
        .id = "MethodNotFound",
        .category = ErrorCategory::InvalidOperation,
        .message = fmt::format("Method invocation failed because [{}] does not contain a method named 'new'.",
                               type.info->name),
        .hint = "docs/dotnet.md lists the types that can be made."};
  }
  std::vector<const dotnet::Overload*> overloads;
  for (const dotnet::Overload& overload : constructors) overloads.push_back(&overload);
  bool by_member = false;
  const std::string name(type.info->short_name);
  auto made = dotnet::invoke(interpreter, type, overloads, name, Value::null(), arguments, by_member);
  if (!made && by_member) return wrap_exception(made.take_error(), ".ctor", arguments.size());
  return made;
}

Result<void> set_properties(Interpreter& interpreter, const Value& object, const MapObject& properties) {
  for (const auto& [key, value] : properties.entries()) {
    HVSH_CHECK(set_property(interpreter, object, to_string(key), value));
  }
  return {};
}

namespace dotnet {

namespace {

Error cast_error(const Value& value, const TypeRef& type, std::string_view id, const Error& why) {
  const std::string& text = why.inner_message.empty() ? why.message : why.inner_message;
  return {.id = std::string(id),
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot convert value \"{}\" to type \"{}\". Error: \"{}\"",
                                 to_string(value), type.info->name, text),
          .exception = "System.Management.Automation.PSInvalidCastException"};
}

Result<Value> from_properties(Interpreter& interpreter, const MapObject& map, const TypeRef& type) {
  HVSH_TRY(Value object, construct(interpreter, type, {}));
  if (auto set = set_properties(interpreter, object, map); !set) {
    Error error =
        cast_error(Value::object(const_cast<MapObject*>(&map)), type, "ObjectCreationError", set.error());
    error.message =
        fmt::format("Cannot create object of type \"{}\". {}", type.info->name, set.error().message);
    return error;
  }
  return object;
}

}  // namespace

Result<Value> convert_by_declaration(const Value& value, const TypeRef& type) {
  Interpreter* interpreter = type.table != nullptr ? type.table->interpreter() : nullptr;
  if (type.declared == nullptr || interpreter == nullptr) return conversion_error(value, type.info->name);
  const MemberIndex& index = index_of(*type.table, type);
  if (value.is_string()) {
    if (const auto parse = index.static_methods.find("parse"); parse != index.static_methods.end()) {
      for (const Overload& overload : parse->second) {
        if (overload.parameters.size() != 1) continue;
        auto made = overload.member->function({interpreter, Value::null(), {&value, 1}, &type});
        if (!made) return cast_error(value, type, "InvalidCastParseTargetInvocation", made.error());
        return made;
      }
    }
  }
  if (const auto* map = value.as<MapObject>()) {
    const bool has_default =
        std::any_of(index.constructors.begin(), index.constructors.end(),
                    [](const Overload& overload) { return overload.parameters.empty(); });
    if (has_default) return from_properties(*interpreter, *map, type);
  }
  constexpr int kNear = 20;  // without a further conversion but of numbers and enumerations
  for (const Overload& overload : index.constructors) {
    if (overload.parameters.size() != 1 || overload.takes_rest()) continue;
    const int distance = conversion_distance(value, *overload.parameters[0].type);
    if (distance == kImpossible || distance > kNear) continue;
    auto made = construct(*interpreter, type, {&value, 1});
    if (!made) return cast_error(value, type, "InvalidCastConstructorException", made.error());
    return made;
  }
  return conversion_error(value, type.info->name);
}

}  // namespace dotnet
}  // namespace hvsh::shell
