// Members of arrays, lists and dictionaries, and .Where() and .ForEach() of everything.
#include <algorithm>

#include "core/compare.h"
#include "core/dictionary_entry.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

namespace {

std::vector<Value>& items_of(const Call& call) {
  if (auto* list = call.self.as<ListObject>()) return list->items;
  return static_cast<ArrayObject*>(call.self.as_object())->items;
}

Error stopped() { return {.id = "Stopped", .message = "The script block stopped."}; }

Result<Value> out_of_range() {
  return Error{.id = "ArgumentOutOfRangeException",
               .message =
                   "Index was out of range. Must be non-negative and less than the size of the collection. "
                   "(Parameter 'index')",
               .exception = "System.ArgumentOutOfRangeException"};
}

Result<size_t> position(const Call& call, size_t argument, size_t limit) {
  HVSH_TRY(int64_t at, int_argument(call, argument));
  if (at < 0 || static_cast<size_t>(at) > limit) return out_of_range().take_error();
  return static_cast<size_t>(at);
}

// What a typed list holds is of its type.
Result<Value> element(const Call& call, const Value& value) {
  const TypeRef* type = call.interpreter.types().of(call.self.as_object()->type());
  if (type == nullptr || type->element == nullptr) return value;
  return convert_to(value, *type->element);
}

Result<Value> index_of(const Call& call) {
  const std::vector<Value>& items = items_of(call);
  for (size_t i = 0; i < items.size(); ++i) {
    if (equal(items[i], call.at(0), false)) return Value::integer(static_cast<int64_t>(i));
  }
  return Value::integer(-1);
}

constexpr MemberEntry kList[] = {
    {"Add", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value item, element(c, c.at(0)));
       items_of(c).push_back(std::move(item));
       // ArrayList.Add gives the index, List<T>.Add nothing.
       if (&c.self.as_object()->type() != &types::ArrayList) return Value::nothing();
       return Value::integer(static_cast<int64_t>(items_of(c).size()) - 1);
     }},
    {"AddRange", 1, 1,
     [](const Call& c) -> Result<Value> {
       for (const Value& value : to_items(c.at(0))) {
         HVSH_TRY(Value item, element(c, value));
         items_of(c).push_back(std::move(item));
       }
       return Value::nothing();
     }},
    {"Insert", 2, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(size_t at, position(c, 0, items_of(c).size()));
       HVSH_TRY(Value item, element(c, c.at(1)));
       items_of(c).insert(items_of(c).begin() + static_cast<ptrdiff_t>(at), std::move(item));
       return Value::nothing();
     }},
    {"Remove", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value at, index_of(c));
       if (at.as_int() >= 0) items_of(c).erase(items_of(c).begin() + at.as_int());
       if (&c.self.as_object()->type() == &types::ArrayList) return Value::nothing();
       return Value::boolean(at.as_int() >= 0);
     }},
    {"RemoveAt", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(size_t at, position(c, 0, items_of(c).size()));
       if (at == items_of(c).size()) return out_of_range();
       items_of(c).erase(items_of(c).begin() + static_cast<ptrdiff_t>(at));
       return Value::nothing();
     }},
    {"Clear", 0, 0,
     [](const Call& c) -> Result<Value> {
       items_of(c).clear();
       return Value::nothing();
     }},
    {"Contains", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value at, index_of(c));
       return Value::boolean(at.as_int() >= 0);
     }},
    {"IndexOf", 1, 1, index_of},
    {"ToArray", 0, 0, [](const Call& c) -> Result<Value> { return Value::array(items_of(c)); }},
    {"Reverse", 0, 0,
     [](const Call& c) -> Result<Value> {
       std::reverse(items_of(c).begin(), items_of(c).end());
       return Value::nothing();
     }},
    {"Sort", 0, 0,
     [](const Call& c) -> Result<Value> {
       std::stable_sort(items_of(c).begin(), items_of(c).end(),
                        [](const Value& a, const Value& b) { return sort_order(a, b) < 0; });
       return Value::nothing();
     }},
    {"GetEnumerator", 0, 0, [](const Call& c) -> Result<Value> { return Value::array(items_of(c)); }},
};

constexpr MemberEntry kArray[] = {
    {"Contains", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value at, index_of(c));
       return Value::boolean(at.as_int() >= 0);
     }},
    {"IndexOf", 1, 1, index_of},
    {"GetEnumerator", 0, 0, [](const Call& c) -> Result<Value> { return c.self; }},
    {"Clone", 0, 0,
     [](const Call& c) -> Result<Value> {
       const auto* array = static_cast<ArrayObject*>(c.self.as_object());
       return Value::object(make<ArrayObject>(array->items, array->element_type));
     }},
    {"GetLength", 1, 1,
     [](const Call& c) -> Result<Value> { return Value::integer(static_cast<int64_t>(items_of(c).size())); }},
    {"GetUpperBound", 1, 1,
     [](const Call& c) -> Result<Value> {
       return Value::integer(static_cast<int64_t>(items_of(c).size()) - 1);
     }},
    {"GetValue", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(size_t at, position(c, 0, items_of(c).size()));
       if (at == items_of(c).size()) return out_of_range();
       return items_of(c)[at];
     }},
    {"SetValue", 2, 2,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(size_t at, position(c, 1, items_of(c).size()));
       if (at == items_of(c).size()) return out_of_range();
       items_of(c)[at] = c.at(0);
       return Value::nothing();
     }},
};

MapObject& map_of(const Call& call) { return *static_cast<MapObject*>(call.self.as_object()); }

constexpr MemberEntry kMap[] = {
    {"Add", 2, 2,
     [](const Call& c) -> Result<Value> {
       if (map_of(c).find(c.at(0)) != nullptr) {
         return argument_error("Item has already been added. Key in dictionary: '" + to_string(c.at(0)) +
                               "'  Key being added: '" + to_string(c.at(0)) + "'");
       }
       map_of(c).set(c.at(0), c.at(1));
       return Value::nothing();
     }},
    {"Remove", 1, 1,
     [](const Call& c) -> Result<Value> {
       map_of(c).remove(c.at(0));
       return Value::nothing();
     }},
    {"Clear", 0, 0,
     [](const Call& c) -> Result<Value> {
       map_of(c).clear();
       return Value::nothing();
     }},
    {"ContainsKey", 1, 1,
     [](const Call& c) -> Result<Value> { return Value::boolean(map_of(c).find(c.at(0)) != nullptr); }},
    {"Contains", 1, 1,
     [](const Call& c) -> Result<Value> { return Value::boolean(map_of(c).find(c.at(0)) != nullptr); }},
    {"ContainsValue", 1, 1,
     [](const Call& c) -> Result<Value> {
       for (const auto& [key, value] : map_of(c).entries()) {
         if (equal(value, c.at(0), false)) return Value::boolean(true);
       }
       return Value::boolean(false);
     }},
    {"GetEnumerator", 0, 0,
     [](const Call& c) -> Result<Value> {
       std::vector<Value> items;
       for (const auto& [key, value] : map_of(c).entries())
         items.push_back(noun_value(DictionaryEntry{key, value}));
       return Value::array(std::move(items));
     }},
    {"Clone", 0, 0,
     [](const Call& c) -> Result<Value> {
       auto copy = make<MapObject>(map_of(c).ordered());
       for (const auto& [key, value] : map_of(c).entries()) copy->set(key, value);
       return Value::object(copy);
     }},
    {"get_Item", 1, 1,
     [](const Call& c) -> Result<Value> {
       const Value* value = map_of(c).find(c.at(0));
       return value != nullptr ? *value : Value::null();
     }},
    {"set_Item", 2, 2,
     [](const Call& c) -> Result<Value> {
       map_of(c).set(c.at(0), c.at(1));
       return Value::nothing();
     }},
    {"IsReadOnly", 0, kProperty, [](const Call&) -> Result<Value> { return Value::boolean(false); }},
};

Result<Value> for_each(const Call& call) {
  std::vector<Value> all;
  const std::vector<Value> rest(call.arguments.begin() + 1, call.arguments.end());
  for (const Value& item : to_items(call.self)) {
    if (auto* block = call.at(0).as<ShellScriptBlock>()) {
      CollectSink sink;
      if (call.interpreter.call_block(*block, rest, item, ScopeMode::caller, sink) == Flow::stopped)
        return stopped();
      for (Value& value : sink.take_items()) all.push_back(std::move(value));
      continue;
    }
    if (const TypeRef* type = call.interpreter.types().ref_of(call.at(0))) {
      HVSH_TRY(Value converted, convert_to(item, *type));
      all.push_back(std::move(converted));
      continue;
    }
    Value value;
    const std::string name = to_string(call.at(0));
    const bool is_property = get_property(item, name).has_value();
    const bool ok = is_property ? get_member(call.interpreter, item, name, {}, value)
                                : call_member(call.interpreter, item, name, rest, {}, value);
    if (!ok) return stopped();
    if (!value.is_nothing()) all.push_back(std::move(value));
  }
  return Value::array(std::move(all));
}

// .Where({ }, 'First'|'Last'|'SkipUntil'|'Until'|'Split', count)
Result<Value> where(const Call& call) {
  auto* block = call.at(0).as<ShellScriptBlock>();
  if (block == nullptr) return argument_error("Where needs a script block.");
  const std::string mode = call.count() > 1 ? to_string(call.at(1)) : "Default";
  int64_t limit = 0;
  if (call.count() > 2) {
    HVSH_TRY(limit, int_argument(call, 2));
  }
  std::vector<Value> kept, others;
  bool past = false;
  const bool until = equal_names(mode, "Until"), skip_until = equal_names(mode, "SkipUntil");
  for (const Value& item : to_items(call.self)) {
    bool holds = false;
    if (!past) {
      CollectSink sink;
      if (call.interpreter.call_block(*block, {}, item, ScopeMode::caller, sink) == Flow::stopped)
        return stopped();
      holds = to_bool(sink.take_value());
    }
    if (until || skip_until) {
      past = past || holds;
      if (past != until) kept.push_back(item);
      continue;
    }
    (holds ? kept : others).push_back(item);
    if (equal_names(mode, "First") && static_cast<int64_t>(kept.size()) >= std::max<int64_t>(limit, 1)) break;
  }
  if (equal_names(mode, "Split"))
    return Value::array({Value::array(std::move(kept)), Value::array(std::move(others))});
  if (equal_names(mode, "Last")) {
    const auto count = static_cast<size_t>(std::max<int64_t>(limit, 1));
    if (kept.size() > count) kept.erase(kept.begin(), kept.end() - static_cast<ptrdiff_t>(count));
  } else if (limit > 0 && kept.size() > static_cast<size_t>(limit)) {
    kept.resize(static_cast<size_t>(limit));
  }
  return Value::array(std::move(kept));
}

constexpr MemberEntry kAny[] = {
    {"ForEach", 1, kAnyCount, for_each},
    {"Where", 1, 3, where},
};

Result<Value> reverse_array(const Call& call) {
  if (auto* array = call.at(0).as<ArrayObject>()) std::reverse(array->items.begin(), array->items.end());
  return Value::nothing();
}

constexpr MemberEntry kArrayStatics[] = {
    {"Reverse", 1, 1, reverse_array},
    {"Sort", 1, 1,
     [](const Call& c) -> Result<Value> {
       if (auto* array = c.at(0).as<ArrayObject>()) {
         std::stable_sort(array->items.begin(), array->items.end(),
                          [](const Value& a, const Value& b) { return sort_order(a, b) < 0; });
       }
       return Value::nothing();
     }},
    {"IndexOf", 2, 2,
     [](const Call& c) -> Result<Value> {
       const std::vector<Value> items = to_items(c.at(0));
       for (size_t i = 0; i < items.size(); ++i) {
         if (equal(items[i], c.at(1), false)) return Value::integer(static_cast<int64_t>(i));
       }
       return Value::integer(-1);
     }},
};

constexpr MemberFamily kFamilies[] = {
    {&types::Array, false, kArray},       {&types::ArrayList, false, kList},
    {&types::IDictionary, false, kMap},   {&types::SystemArray, true, kArrayStatics},
    {&types::Array, true, kArrayStatics}, {&types::Object, false, kAny},
};

}  // namespace

std::span<const MemberFamily> collection_members() { return kFamilies; }

}  // namespace hvsh::shell
