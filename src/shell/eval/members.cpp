#include "shell/eval/members.h"

#include <fmt/format.h>

#include "core/error_record.h"
#include "core/extended_members.h"
#include "core/noun.h"
#include "core/text.h"
#include "shell/bind/bind_errors.h"
#include "shell/dotnet/method_object.h"
#include "shell/dotnet/overloads.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

bool take(Interpreter& interpreter, Result<Value> result, Span span, Value& out) {
  if (interpreter.pending().kind != Unwind::none) return false;
  if (result) {
    out = result.take();
    return true;
  }
  return interpreter.fail(result.take_error(), span);
}

const std::vector<Value>* items_of(const Value& value) {
  if (const auto* array = value.as<ArrayObject>()) return &array->items;
  if (const auto* list = value.as<ListObject>()) return &list->items;
  return nullptr;
}

// The members' names of a type, for "did you mean".
std::string suggestion(Interpreter& interpreter, const TypeRef& type, std::string_view name, bool is_static) {
  std::vector<std::string> kept;
  for (const TypeRef* at = &type; at != nullptr; at = dotnet::base_of(interpreter.types(), *at)) {
    if (at->declared == nullptr) continue;
    for (const auto& members : {at->declared->members, at->declared->shared}) {
      for (const dotnet::Member& member : members) {
        const dotnet::Shape shape = dotnet::shape_of(member);
        if (shape.kind != dotnet::MemberKind::constructor && shape.is_static == is_static) {
          kept.push_back(dotnet::member_name(member));
        }
      }
    }
  }
  if (is_static && type.enumeration != nullptr) {
    for (const EnumMember& member : type.enumeration->members) kept.emplace_back(member.name);
  }
  const std::vector<std::string_view> names(kept.begin(), kept.end());
  const std::string_view near = bind_errors::nearest(name, names);
  return near.empty() ? "docs/dotnet.md lists the members that are there."
                      : fmt::format("Did you mean {}?", near);
}

Error method_not_found(Interpreter& interpreter, const TypeRef& type, const std::string& type_name,
                       std::string_view name, bool is_static) {
  return {.id = "MethodNotFound",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format(
              "Method invocation failed because [{}] does not contain a method named '{}'.", type_name, name),
          .hint = suggestion(interpreter, type, name, is_static)};
}

bool is_strict(Interpreter& interpreter) {
  for (const Frame* frame = &interpreter.frame(); frame != nullptr; frame = frame->parent.get()) {
    if (frame->strict >= 0) return frame->strict >= 2;
  }
  return false;
}

bool missing_property(Interpreter& interpreter, std::string_view name, Span span, Value& out) {
  out = Value::null();
  if (!is_strict(interpreter)) return true;
  return interpreter.fail(
      {.id = "PropertyNotFoundStrict",
       .category = ErrorCategory::NotSpecified,
       .message = fmt::format(
           "The property '{}' cannot be found on this object. Verify that the property exists.", name),
       .exception = "System.Management.Automation.PropertyNotFoundException"},
      span);
}

// What a getter or setter throws names the property: `doing` is getting or setting, `verb` Get or Set.
Error about_property(Error error, std::string_view doing, std::string_view verb, std::string_view name) {
  error.inner_exception = exception_type(error);
  error.inner_message = error.message;
  error.message = fmt::format("Exception {} \"{}\": \"{}\"", doing, name, error.inner_message);
  error.id = fmt::format("ExceptionWhen{}ting", verb);
  error.exception = fmt::format("System.Management.Automation.{}ValueInvocationException", verb);
  return error;
}

Result<Value> read(Interpreter& interpreter, const dotnet::Member& member, const Value& target,
                   const TypeRef& type, std::string_view name) {
  auto value = member.function({&interpreter, target, {}, &type});
  if (value || interpreter.pending().kind != Unwind::none) return value;
  return about_property(value.take_error(), "getting", "Get", name);
}

// A property of the object itself; nullopt: it has none of that name.
std::optional<Result<Value>> own_property(Interpreter& interpreter, const Value& target,
                                          std::string_view name) {
  if (const ExtendedMember* added = find_extended(target, name); added != nullptr && added->is_property()) {
    return read_extended(target, *added);
  }
  // An instance's getters may want the interpreter, which core does not have.
  if (target.as<dotnet::AnyInstance>() == nullptr) {
    if (auto property = get_property(target, name)) return property;
  }
  TypeTable& types = interpreter.types();
  const TypeRef& type = *types.of_value(target);
  const dotnet::Member* member = dotnet::find_property(types, type, name, false);
  if (member == nullptr || member->function == dotnet::core_property) return std::nullopt;
  return read(interpreter, *member, target, type, name);
}

// Member enumeration: what the items have, one level deep, flattened. False: none of them has it.
bool enumerate_property(Interpreter& interpreter, const std::vector<Value>& items, std::string_view name,
                        Span span, Value& out, bool& found) {
  std::vector<Value> all;
  found = false;
  for (size_t i = 0; i < items.size(); ++i) {
    const Value item = items[i];
    if (item.is_null()) continue;
    Value value;
    if (const std::vector<Value>* inner = items_of(item)) {
      bool inside = false;
      if (!enumerate_property(interpreter, *inner, name, span, value, inside)) return false;
      if (!inside) continue;
    } else {
      auto property = own_property(interpreter, item, name);
      if (!property) continue;
      if (!take(interpreter, std::move(*property), span, value)) return false;
    }
    found = true;
    if (const std::vector<Value>* inner = items_of(value)) {
      all.insert(all.end(), inner->begin(), inner->end());
    } else {
      all.push_back(std::move(value));
    }
  }
  out = all.empty() ? Value::null() : all.size() == 1 ? std::move(all.front()) : Value::array(std::move(all));
  return true;
}

bool is_count(std::string_view name) { return equal_names(name, "Count") || equal_names(name, "Length"); }

}  // namespace

Error wrap_exception(Error error, std::string_view member, size_t arguments) {
  error.inner_exception = exception_type(error);
  error.inner_message = error.message;
  error.message = fmt::format("Exception calling \"{}\" with \"{}\" argument(s): \"{}\"", member, arguments,
                              error.inner_message);
  error.id = error.inner_exception.substr(error.inner_exception.rfind('.') + 1);
  error.category = ErrorCategory::NotSpecified;
  error.exception = "System.Management.Automation.MethodInvocationException";
  return error;
}

bool get_member(Interpreter& interpreter, const Value& target, std::string_view name, Span span, Value& out) {
  if (target.is_null()) {
    if (!is_count(name)) return missing_property(interpreter, name, span, out);
    out = Value::integer(0);
    return true;
  }
  if (auto property = own_property(interpreter, target, name)) {
    return take(interpreter, std::move(*property), span, out);
  }
  TypeTable& types = interpreter.types();
  const TypeRef& type = *types.of_value(target);
  auto methods = dotnet::find_methods(types, type, name, false);
  if (!methods.empty()) {
    out = dotnet::method_object(target, type, name, std::move(methods));
    return true;
  }
  if (const std::vector<Value>* items = items_of(target)) {
    bool found = false;
    if (!enumerate_property(interpreter, *items, name, span, out, found)) return false;
    return found || missing_property(interpreter, name, span, out);
  }
  if (!is_count(name)) return missing_property(interpreter, name, span, out);
  out = Value::integer(1);
  return true;
}

Result<void> set_property(Interpreter& interpreter, const Value& target, std::string_view name, Value value) {
  const auto not_found = [&] {
    return Error{
        .id = "PropertyNotFound",
        .category = ErrorCategory::InvalidOperation,
        .message = fmt::format("The property '{}' cannot be found on this object. Verify that the property "
                               "exists and can be set.",
                               name),
        .hint = target.is_null() ? "The object is null." : ""};
  };
  if (const ExtendedMember* added = find_extended(target, name); added != nullptr && added->is_property()) {
    return write_extended(target, *added, std::move(value));
  }
  if (target.is_object(ObjectKind::map))
    return set_index(interpreter, target, Value::string(name), std::move(value));
  if (target.is_null()) return not_found();
  if (auto* record = target.as<RecordObject>(); record != nullptr && record->find(name) != nullptr) {
    record->set(name, std::move(value));
    return {};
  }
  TypeTable& types = interpreter.types();
  const TypeRef& type = *types.of_value(target);
  const dotnet::Member* member = dotnet::find_property(types, type, name, false);
  if (member != nullptr && member->set != nullptr) {
    auto set = member->set({&interpreter, target, {&value, 1}, &type});
    if (set) return {};
    return about_property(set.take_error(), "setting", "Set", name);
  }
  if (auto* object = target.as<dotnet::DynamicObject>(); object != nullptr && object->set(name, value))
    return {};
  if (member == nullptr && !get_property(target, name)) return not_found();
  return Error{.id = "PropertyAssignmentException",
               .category = ErrorCategory::InvalidOperation,
               .message = fmt::format("'{}' is a ReadOnly property.", name),
               .hint = target.is_object(ObjectKind::noun)
                           ? "Cmdlets change the world; use the Set- cmdlet of this object."
                           : ""};
}

namespace {

// A script block in a property or under a key is called as a method.
bool call_block_property(Interpreter& interpreter, const Value& target, std::string_view name,
                         std::span<const Value> arguments, Value& out, bool& called) {
  called = false;
  if (!target.is_object(ObjectKind::record) && !target.is_object(ObjectKind::map)) return true;
  auto property = get_property(target, name);
  if (!property || !*property) return true;
  auto* block = (**property).as<ShellScriptBlock>();
  if (block == nullptr) return true;
  called = true;
  CollectSink sink;
  const Ref<ShellScriptBlock> alive(block);
  const Value self = std::exchange(block->self, target);
  const Flow flow = interpreter.call_block(*block, arguments, Value::nothing(), ScopeMode::child, sink);
  block->self = self;
  out = sink.take_value();
  return flow != Flow::stopped;
}

bool enumerate_call(Interpreter& interpreter, const std::vector<Value>& items, std::string_view name,
                    std::span<const Value> arguments, Span span, Value& out) {
  std::vector<Value> all;
  for (size_t i = 0; i < items.size(); ++i) {
    Value value;
    if (!call_member(interpreter, Value(items[i]), name, arguments, span, value)) return false;
    if (!value.is_nothing()) all.push_back(std::move(value));
  }
  out = all.empty()       ? Value::nothing()
        : all.size() == 1 ? std::move(all.front())
                          : Value::array(std::move(all));
  return true;
}

bool run(Interpreter& interpreter, const TypeRef& type, std::span<const dotnet::Overload* const> methods,
         std::string_view name, const Value& self, std::span<const Value> arguments, Span span, Value& out) {
  bool by_member = false;
  const Value alive = self;  // the call may drop the last other reference
  auto result = dotnet::invoke(interpreter, type, methods, name, alive, arguments, by_member);
  if (!result && by_member && interpreter.pending().kind == Unwind::none) {
    return interpreter.fail(wrap_exception(result.take_error(), name, arguments.size()), span);
  }
  return take(interpreter, std::move(result), span, out);
}

}  // namespace

bool call_member(Interpreter& interpreter, const Value& target, std::string_view name,
                 std::span<const Value> arguments, Span span, Value& out) {
  if (target.is_null()) {
    return interpreter.fail({.id = "InvokeMethodOnNull",
                             .category = ErrorCategory::InvalidOperation,
                             .message = "You cannot call a method on a null-valued expression.",
                             .hint = fmt::format("What stands before .{}( is null.", name)},
                            span);
  }
  if (auto result = call_extended(target, name, arguments)) {
    return take(interpreter, std::move(*result), span, out);
  }
  bool called = false;
  if (!call_block_property(interpreter, target, name, arguments, out, called)) return false;
  if (called) return true;
  TypeTable& types = interpreter.types();
  const TypeRef& type = *types.of_value(target);
  const auto methods = dotnet::find_methods(types, type, name, false);
  if (!methods.empty()) return run(interpreter, type, methods, name, target, arguments, span, out);
  if (const std::vector<Value>* items = items_of(target); items != nullptr && !items->empty()) {
    return enumerate_call(interpreter, *items, name, arguments, span, out);
  }
  // get_Length() and set_Title() are the properties' own methods.
  if (name.size() > 4 && equal_names(name.substr(0, 4), "get_") && arguments.empty()) {
    if (auto property = own_property(interpreter, target, name.substr(4))) {
      return take(interpreter, std::move(*property), span, out);
    }
  }
  if (name.size() > 4 && equal_names(name.substr(0, 4), "set_") && arguments.size() == 1) {
    out = Value::nothing();
    auto set = set_property(interpreter, target, name.substr(4), arguments[0]);
    return set || interpreter.fail(set.take_error(), span);
  }
  return interpreter.fail(method_not_found(interpreter, type, full_type_name(target), name, false), span);
}

bool get_static(Interpreter& interpreter, const TypeRef& type, std::string_view name, Span span, Value& out) {
  if (type.enumeration != nullptr) {
    for (const EnumMember& member : type.enumeration->members) {
      if (!equal_names(member.name, name)) continue;
      out = Value::enumeration(*type.enumeration, member.value);
      return true;
    }
  }
  TypeTable& types = interpreter.types();
  if (const dotnet::Member* member = dotnet::find_property(types, type, name, true)) {
    return take(interpreter, read(interpreter, *member, Value::null(), type, name), span, out);
  }
  if (auto methods = dotnet::find_methods(types, type, name, true); !methods.empty()) {
    out = dotnet::method_object(Value::null(), type, name, std::move(methods));
    return true;
  }
  return interpreter.fail(
      {.id = "PropertyNotFound",
       .category = ErrorCategory::InvalidOperation,
       .message = fmt::format("The type [{}] has no static member '{}'.", type.info->name, name),
       .hint = suggestion(interpreter, type, name, true)},
      span);
}

Result<void> set_static(Interpreter& interpreter, const TypeRef& type, std::string_view name, Value value) {
  const dotnet::Member* member = dotnet::find_property(interpreter.types(), type, name, true);
  if (member != nullptr && member->set != nullptr) {
    auto set = member->set({&interpreter, Value::null(), {&value, 1}, &type});
    if (!set) return set.take_error();
    return {};
  }
  if (member != nullptr) {
    return Error{.id = "PropertyAssignmentException",
                 .category = ErrorCategory::InvalidOperation,
                 .message = fmt::format("'{}' is a ReadOnly property.", name)};
  }
  return Error{
      .id = "PropertyNotFound",
      .category = ErrorCategory::InvalidOperation,
      .message = fmt::format("The property '{}' cannot be found on this object. Verify that the property "
                             "exists and can be set.",
                             name),
      .hint = suggestion(interpreter, type, name, true)};
}

bool call_static(Interpreter& interpreter, const TypeRef& type, std::string_view name,
                 std::span<const Value> arguments, Span span, Value& out) {
  if (equal_names(name, "new")) return take(interpreter, construct(interpreter, type, arguments), span, out);
  const auto methods = dotnet::find_methods(interpreter.types(), type, name, true);
  if (!methods.empty()) return run(interpreter, type, methods, name, Value::null(), arguments, span, out);
  return interpreter.fail(method_not_found(interpreter, type, std::string(type.info->name), name, true),
                          span);
}

}  // namespace hvsh::shell
