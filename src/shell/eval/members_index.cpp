// target[index]: arrays, lists, dictionaries and text here; everything else by its declared get_Item.
#include <fmt/format.h>

#include "core/convert.h"
#include "core/text.h"
#include "shell/dotnet/overloads.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

namespace {

const std::vector<Value>* items_of(const Value& value) {
  if (const auto* array = value.as<ArrayObject>()) return &array->items;
  if (const auto* list = value.as<ListObject>()) return &list->items;
  return nullptr;
}

Value character_at(const StringObject& text, int64_t index) {
  if (text.is_ascii()) {
    const auto size = static_cast<int64_t>(text.text().size());
    if (index < 0) index += size;
    if (index < 0 || index >= size) return Value::null();
    return Value::character(static_cast<unsigned char>(text.text()[static_cast<size_t>(index)]));
  }
  const std::u16string units = to_utf16(text.text());
  if (index < 0) index += static_cast<int64_t>(units.size());
  if (index < 0 || static_cast<size_t>(index) >= units.size()) return Value::null();
  return Value::character(units[static_cast<size_t>(index)]);
}

Error cannot_index(const Value& target) {
  return {.id = "CannotIndex",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Unable to index into an object of type \"{}\".", full_type_name(target))};
}

Error null_array() {
  return {.id = "NullArray",
          .category = ErrorCategory::InvalidOperation,
          .message = "Cannot index into a null array."};
}

// The entry that a key finds; [ordered] takes a number as a position.
const Value* entry_of(const MapObject& map, const Value& index) {
  if (const Value* value = map.find(index)) return value;
  if (!map.ordered() || index.kind() != Value::Kind::integer) return nullptr;
  int64_t at = index.as_int();
  if (at < 0) at += static_cast<int64_t>(map.size());
  if (at < 0 || static_cast<size_t>(at) >= map.size()) return nullptr;
  return &map.entries()[static_cast<size_t>(at)].second;
}

// A key as the dictionary's type wants it.
Result<Value> key_of(Interpreter& interpreter, const MapObject& map, const Value& key) {
  if (map.type().base == nullptr) return key;
  const TypeRef* type = interpreter.types().of(map.type());
  if (type->arguments.size() != 2) return key;
  return convert_to(key, *type->arguments[0]);
}

bool get_entry(Interpreter& interpreter, const MapObject& map, const Value& index, Value& out) {
  if (const std::vector<Value>* keys = items_of(index)) {
    std::vector<Value> all;
    for (const Value& key : *keys) {
      const Value* value = map.find(key);
      all.push_back(value != nullptr ? *value : Value::null());
    }
    out = Value::array(std::move(all));
    return true;
  }
  auto key = key_of(interpreter, map, index);
  const Value* value = entry_of(map, key ? *key : index);
  out = value != nullptr ? *value : Value::null();
  return true;
}

bool call_indexer(Interpreter& interpreter, const Value& target, std::string_view name,
                  std::span<const Value> arguments, Span span, Value& out, bool& there) {
  TypeTable& types = interpreter.types();
  there = !dotnet::find_methods(types, *types.of_value(target), name, false).empty();
  return there && call_member(interpreter, target, name, arguments, span, out);
}

bool get_many(Interpreter& interpreter, const Value& target, const std::vector<Value>& wanted, Span span,
              Value& out) {
  std::vector<Value> all;
  for (const Value& one : wanted) {
    Value value;
    if (!get_index(interpreter, target, one, span, value)) return false;
    const bool outside = value.is_null() && (items_of(target) != nullptr || target.is_string());
    if (!value.is_nothing() && !outside) all.push_back(std::move(value));
  }
  out = Value::array(std::move(all));
  return true;
}

}  // namespace

bool get_index(Interpreter& interpreter, const Value& target, const Value& index, Span span, Value& out) {
  if (target.is_null()) return interpreter.fail(null_array(), span);
  if (const auto* map = target.as<MapObject>()) return get_entry(interpreter, *map, index, out);
  if (const std::vector<Value>* many = items_of(index)) {
    return get_many(interpreter, target, std::vector<Value>(*many), span, out);
  }
  const std::vector<Value>* items = items_of(target);
  const bool by_name = items != nullptr && index.is_string() && target.is_object(ObjectKind::list);
  if ((items == nullptr && !target.is_string()) || by_name) {
    bool there = false;
    if (call_indexer(interpreter, target, "get_Item", {&index, 1}, span, out, there)) return true;
    if (there) return false;
  }
  auto number = to_integer(index, IntType::i64);
  if (items == nullptr && !target.is_string()) {
    // Any single object is its own first element.
    if (number && (number->as_int() == 0 || number->as_int() == -1)) {
      out = target;
      return true;
    }
    if (!number || target.kind() != Value::Kind::object) return interpreter.fail(cannot_index(target), span);
    out = Value::null();
    return true;
  }
  if (!number) return interpreter.fail(number.take_error(), span);
  int64_t at = number->as_int();
  if (items == nullptr) {
    out = character_at(*static_cast<StringObject*>(target.as_object()), at);
    return true;
  }
  if (at < 0) at += static_cast<int64_t>(items->size());
  const bool inside = at >= 0 && static_cast<size_t>(at) < items->size();
  out = inside ? (*items)[static_cast<size_t>(at)] : Value::null();
  return true;
}

namespace {

Result<void> set_entry(Interpreter& interpreter, MapObject& map, const Value& index, Value value) {
  if (index.is_null()) {
    return Error{.id = "InvalidNullKey",
                 .category = ErrorCategory::InvalidArgument,
                 .message = "Index operation failed; the array index evaluated to null."};
  }
  if (map.ordered() && index.kind() == Value::Kind::integer && map.find(index) == nullptr) {
    const int64_t position = index.as_int();
    if (position >= 0 && static_cast<size_t>(position) < map.size()) {
      map.set(Value(map.entries()[static_cast<size_t>(position)].first), std::move(value));
      return {};
    }
  }
  HVSH_TRY(Value key, key_of(interpreter, map, index));
  const TypeRef* type = map.type().base != nullptr ? interpreter.types().of(map.type()) : nullptr;
  if (type != nullptr && type->arguments.size() == 2) {
    HVSH_TRY(value, convert_to(value, *type->arguments[1]));
  }
  map.set(key, std::move(value));
  return {};
}

}  // namespace

Result<void> set_index(Interpreter& interpreter, const Value& target, const Value& index, Value value) {
  if (target.is_null()) return null_array();
  if (auto* map = target.as<MapObject>()) return set_entry(interpreter, *map, index, std::move(value));
  std::vector<Value>* items = nullptr;
  if (auto* array = target.as<ArrayObject>()) items = &array->items;
  if (auto* list = target.as<ListObject>()) items = &list->items;
  if (items == nullptr) {
    const Value arguments[] = {index, value};
    bool there = false;
    Value unused;
    if (call_indexer(interpreter, target, "set_Item", arguments, {}, unused, there)) return {};
    if (!there) return cannot_index(target);
    Error error = interpreter.pending().error->error;
    interpreter.pending() = {};
    return error;
  }
  HVSH_TRY(Value number, to_integer(index, IntType::i64));
  int64_t position = number.as_int();
  if (position < 0) position += static_cast<int64_t>(items->size());
  if (position < 0 || static_cast<size_t>(position) >= items->size()) {
    if (target.is_object(ObjectKind::list)) {
      return dotnet::out_of_range("index",
                                  "Index was out of range. Must be non-negative and less than the size of "
                                  "the collection.");
    }
    return Error{.id = "System.IndexOutOfRangeException",
                 .category = ErrorCategory::OperationStopped,
                 .message = "Index was outside the bounds of the array.",
                 .exception = "System.IndexOutOfRangeException"};
  }
  if (const TypeRef* element = interpreter.types().of_value(target)->element; element != nullptr) {
    HVSH_TRY(value, convert_to(value, *element));
  }
  (*items)[static_cast<size_t>(position)] = std::move(value);
  return {};
}

}  // namespace hvsh::shell
