// Finding members: declared properties first, then the tables, then what the language itself adds.
#include "shell/eval/members.h"

#include <fmt/format.h>

#include "core/compare.h"
#include "core/noun.h"
#include "core/text.h"
#include "shell/bind/bind_errors.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

template <class Visit>
void each_family(Visit visit) {
  for (auto table : {string_members, collection_members, number_members, time_members, system_members,
                     cmdlet_members, engine_members}) {
    for (const MemberFamily& family : table()) {
      if (visit(family)) return;
    }
  }
}

// Whether a family of instance members is meant for the value. The families "number", "enumeration" and
// "object" stand for many types.
bool is_for(const MemberFamily& family, const Value& value) {
  if (family.is_static) return false;
  if (family.type == &types::Object) return true;
  if (family.type == &types::ValueType) {
    return value.kind() == Value::Kind::integer || value.kind() == Value::Kind::real ||
           value.is_object(ObjectKind::decimal);
  }
  if (family.type == &types::Enum) return value.kind() == Value::Kind::enumeration;
  if (family.type == &types::IDictionary) return value.is_object(ObjectKind::map);
  if (family.type == &types::ArrayList) return value.is_object(ObjectKind::list);
  return value.type().is(*family.type);
}

const MemberEntry* find_instance(const Value& target, std::string_view name, bool property, size_t count,
                                 bool& name_known) {
  const MemberEntry* found = nullptr;
  each_family([&](const MemberFamily& family) {
    if (!is_for(family, target)) return false;
    for (const MemberEntry& entry : family.members) {
      if ((entry.most == kProperty) != property || !equal_names(entry.name, name)) continue;
      name_known = true;
      if (property || (static_cast<int>(count) >= entry.least && static_cast<int>(count) <= entry.most)) {
        found = &entry;
        return true;
      }
    }
    return false;
  });
  return found;
}

const MemberEntry* find_static(const TypeRef& type, std::string_view name, bool property, size_t count,
                               bool& name_known) {
  const MemberEntry* found = nullptr;
  each_family([&](const MemberFamily& family) {
    if (!family.is_static || family.type != type.info) return false;
    for (const MemberEntry& entry : family.members) {
      if ((entry.most == kProperty) != property || !equal_names(entry.name, name)) continue;
      name_known = true;
      if (property || (static_cast<int>(count) >= entry.least && static_cast<int>(count) <= entry.most)) {
        found = &entry;
        return true;
      }
    }
    return false;
  });
  return found;
}

bool take(Interpreter& interpreter, Result<Value> result, Span span, Value& out) {
  if (interpreter.pending().kind != Unwind::none) return false;
  if (result) {
    out = result.take();
    return true;
  }
  return interpreter.fail(result.take_error(), span);
}

Error method_not_found(const std::string& type, std::string_view name, bool known, size_t count) {
  if (known) {
    return {.id = "MethodCountCouldNotFindBest",
            .category = ErrorCategory::NotSpecified,
            .message = fmt::format("Cannot find an overload for \"{}\" and the argument count: \"{}\".", name,
                                   count),
            .exception = "System.Management.Automation.MethodException"};
  }
  return {.id = "MethodNotFound",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format(
              "Method invocation failed because [{}] does not contain a method named '{}'.", type, name),
          .hint = "docs/language.md lists the members that are there."};
}

const std::vector<Value>* items_of(const Value& value) {
  if (const auto* array = value.as<ArrayObject>()) return &array->items;
  if (const auto* list = value.as<ListObject>()) return &list->items;
  return nullptr;
}

}  // namespace

bool get_member(Interpreter& interpreter, const Value& target, std::string_view name, Span span, Value& out) {
  if (target.is_null()) {
    out = Value::null();
    if (equal_names(name, "Count") || equal_names(name, "Length")) out = Value::integer(0);
    return true;
  }
  if (auto property = get_property(target, name)) return take(interpreter, std::move(*property), span, out);
  bool known = false;
  if (const MemberEntry* entry = find_instance(target, name, true, 0, known)) {
    return take(interpreter, entry->function({interpreter, target, {}}), span, out);
  }
  if (const std::vector<Value>* items = items_of(target)) {
    // Member enumeration: what the items have, one level deep, flattened.
    std::vector<Value> all;
    for (size_t i = 0; i < items->size(); ++i) {
      const Value item = (*items)[i];
      if (item.is_null()) continue;
      Value value;
      const bool has = get_property(item, name).has_value() || items_of(item) != nullptr ||
                       find_instance(item, name, true, 0, known) != nullptr;
      if (!has) continue;
      if (!get_member(interpreter, item, name, span, value)) return false;
      if (const std::vector<Value>* inner = items_of(value)) {
        all.insert(all.end(), inner->begin(), inner->end());
      } else {
        all.push_back(std::move(value));
      }
    }
    if (all.empty()) {
      out = Value::null();
    } else {
      out = all.size() == 1 ? std::move(all.front()) : Value::array(std::move(all));
    }
    return true;
  }
  if (equal_names(name, "Count") || equal_names(name, "Length")) {
    out = Value::integer(1);
  } else {
    out = Value::null();
  }
  return true;
}

bool call_member(Interpreter& interpreter, const Value& target, std::string_view name,
                 std::span<const Value> arguments, Span span, Value& out) {
  if (target.is_null()) {
    return interpreter.fail({.id = "InvokeMethodOnNull",
                             .category = ErrorCategory::InvalidOperation,
                             .message = "You cannot call a method on a null-valued expression.",
                             .hint = fmt::format("What stands before .{}( is null.", name)},
                            span);
  }
  // A script block in a property or under a key is called as a method.
  if (target.is_object(ObjectKind::record) || target.is_object(ObjectKind::map)) {
    if (auto property = get_property(target, name); property && *property) {
      if (auto* block = (**property).as<ShellScriptBlock>()) {
        CollectSink sink;
        const Ref<ShellScriptBlock> alive(block);
        const Value self = std::exchange(block->self, target);
        const Flow flow = interpreter.call_block(*block, arguments, Value::nothing(), ScopeMode::child, sink);
        block->self = self;
        out = sink.take_value();
        return flow != Flow::stopped;
      }
    }
  }
  bool known = false;
  if (const MemberEntry* entry = find_instance(target, name, false, arguments.size(), known)) {
    return take(interpreter, entry->function({interpreter, target, arguments}), span, out);
  }
  if (const std::vector<Value>* items = items_of(target); items != nullptr && !known) {
    std::vector<Value> all;
    for (size_t i = 0; i < items->size(); ++i) {
      Value value;
      if (!call_member(interpreter, Value((*items)[i]), name, arguments, span, value)) return false;
      if (!value.is_nothing()) all.push_back(std::move(value));
    }
    out = all.empty()       ? Value::nothing()
          : all.size() == 1 ? std::move(all.front())
                            : Value::array(std::move(all));
    return true;
  }
  return interpreter.fail(method_not_found(full_type_name(target), name, known, arguments.size()), span);
}

bool get_static(Interpreter& interpreter, const TypeRef& type, std::string_view name, Span span, Value& out) {
  if (type.enumeration != nullptr) {
    for (const EnumMember& member : type.enumeration->members) {
      if (!equal_names(member.name, name)) continue;
      out = Value::enumeration(*type.enumeration, member.value);
      return true;
    }
  }
  bool known = false;
  if (const MemberEntry* entry = find_static(type, name, true, 0, known)) {
    return take(interpreter, entry->function({interpreter, Value::null(), {}, &type}), span, out);
  }
  std::vector<std::string_view> names;
  if (type.enumeration != nullptr) {
    for (const EnumMember& member : type.enumeration->members) names.push_back(member.name);
  }
  const std::string_view near = bind_errors::nearest(name, names);
  Error error{.id = "PropertyNotFound",
              .category = ErrorCategory::InvalidOperation,
              .message = fmt::format("The type [{}] has no static member '{}'.", type.info->name, name),
              .hint = near.empty() ? "docs/language.md lists the members that are there."
                                   : fmt::format("Did you mean {}?", near)};
  return interpreter.fail(std::move(error), span);
}

bool call_static(Interpreter& interpreter, const TypeRef& type, std::string_view name,
                 std::span<const Value> arguments, Span span, Value& out) {
  if (equal_names(name, "new")) return take(interpreter, construct(interpreter, type, arguments), span, out);
  bool known = false;
  const MemberEntry* entry = find_static(type, name, false, arguments.size(), known);
  if (entry == nullptr && type.enumeration != nullptr) {
    const TypeRef* base = interpreter.types().find("System.Enum");
    entry = find_static(*base, name, false, arguments.size(), known);
  }
  if (entry != nullptr) {
    return take(interpreter, entry->function({interpreter, Value::null(), arguments, &type}), span, out);
  }
  return interpreter.fail(method_not_found(std::string(type.info->name), name, known, arguments.size()),
                          span);
}

namespace {

Value character_at(std::string_view text, bool ascii, int64_t index, bool& found) {
  if (ascii) {
    if (index < 0) index += static_cast<int64_t>(text.size());
    found = index >= 0 && static_cast<size_t>(index) < text.size();
    return found ? Value::character(static_cast<unsigned char>(text[static_cast<size_t>(index)]))
                 : Value::null();
  }
  const std::u16string units = to_utf16(text);
  if (index < 0) index += static_cast<int64_t>(units.size());
  found = index >= 0 && static_cast<size_t>(index) < units.size();
  return found ? Value::character(units[static_cast<size_t>(index)]) : Value::null();
}

Error cannot_index(const Value& target) {
  return {.id = "CannotIndex",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Unable to index into an object of type \"{}\".", full_type_name(target))};
}

}  // namespace

bool get_index(Interpreter& interpreter, const Value& target, const Value& index, Span span, Value& out) {
  if (target.is_null()) {
    return interpreter.fail({.id = "NullArray",
                             .category = ErrorCategory::InvalidOperation,
                             .message = "Cannot index into a null array."},
                            span);
  }
  if (const auto* map = target.as<MapObject>()) {
    if (const std::vector<Value>* keys = items_of(index)) {
      std::vector<Value> all;
      for (const Value& key : *keys) {
        const Value* value = map->find(key);
        all.push_back(value != nullptr ? *value : Value::null());
      }
      out = Value::array(std::move(all));
      return true;
    }
    const Value* value = map->find(index);
    if (value == nullptr && map->ordered() && index.kind() == Value::Kind::integer) {
      int64_t at = index.as_int();
      if (at < 0) at += static_cast<int64_t>(map->size());
      if (at >= 0 && static_cast<size_t>(at) < map->size())
        value = &map->entries()[static_cast<size_t>(at)].second;
    }
    out = value != nullptr ? *value : Value::null();
    return true;
  }
  if (const std::vector<Value>* many = items_of(index)) {
    std::vector<Value> all;
    const std::vector<Value> wanted = *many;
    for (const Value& one : wanted) {
      Value value;
      if (!get_index(interpreter, target, one, span, value)) return false;
      if (!value.is_nothing()) all.push_back(std::move(value));
    }
    out = Value::array(std::move(all));
    return true;
  }
  const std::vector<Value>* items = items_of(target);
  if (items == nullptr && !target.is_string()) {
    auto number = to_integer(index, IntType::i64);
    // Any single object is its own first element.
    if (number && (number->as_int() == 0 || number->as_int() == -1)) {
      out = target;
      return true;
    }
    if (number && target.kind() != Value::Kind::object) {
      return interpreter.fail(cannot_index(target), span);
    }
    if (number) {
      out = Value::null();
      return true;
    }
    return interpreter.fail(cannot_index(target), span);
  }
  auto number = to_integer(index, IntType::i64);
  if (!number) return interpreter.fail(number.take_error(), span);
  int64_t at = number->as_int();
  if (items != nullptr) {
    if (at < 0) at += static_cast<int64_t>(items->size());
    out = at >= 0 && static_cast<size_t>(at) < items->size() ? (*items)[static_cast<size_t>(at)]
                                                             : Value::null();
    return true;
  }
  bool found = false;
  const auto* text = static_cast<StringObject*>(target.as_object());
  out = character_at(text->text(), text->is_ascii(), at, found);
  return true;
}

Error argument_error(std::string_view message) {
  return {.id = "ArgumentException",
          .category = ErrorCategory::NotSpecified,
          .message = std::string(message),
          .exception = "System.ArgumentException"};
}

Result<int64_t> int_argument(const Call& call, size_t index) {
  HVSH_TRY(Value number, to_integer(call.at(index), IntType::i64));
  return number.as_int();
}

Result<double> real_argument(const Call& call, size_t index) { return to_double(call.at(index)); }

std::string text_argument(const Call& call, size_t index) {
  return call.at(index).is_null() ? std::string() : to_string(call.at(index));
}

}  // namespace hvsh::shell
