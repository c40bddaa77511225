// Hashtable, OrderedDictionary, Dictionary<K,V>, SortedList, SortedDictionary, and their entries.
#include <fmt/format.h>

#include "core/compare.h"
#include "core/dictionary_entry.h"
#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/sequence.h"
#include "shell/dotnet/text_compare.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kDictionaryInfo{"System.Collections.Generic.Dictionary`2", "Dictionary`2"};
constexpr TypeInfo kConcurrentInfo{"System.Collections.Concurrent.ConcurrentDictionary`2",
                                   "ConcurrentDictionary`2"};
constexpr TypeInfo kSortedDictionaryInfo{"System.Collections.Generic.SortedDictionary`2",
                                         "SortedDictionary`2"};
constexpr TypeInfo kGenericSortedListInfo{"System.Collections.Generic.SortedList`2", "SortedList`2"};
constexpr TypeInfo kSortedListInfo{"System.Collections.SortedList", "SortedList"};
constexpr TypeInfo kPairInfo{"System.Collections.Generic.KeyValuePair`2", "KeyValuePair`2"};

MapObject& own(const Call& call) { return *static_cast<MapObject*>(call.self.as_object()); }

struct Pair {
  Value key, value;
};

}  // namespace

std::vector<Value> entries_of(const MapObject& map) {
  const bool generic = map.type().name.find('`') != std::string_view::npos;
  std::vector<Value> items;
  for (const auto& [key, value] : map.entries()) {
    items.push_back(generic ? instance(kPairInfo, Pair{key, value})
                            : noun_value(DictionaryEntry{key, value}));
  }
  return items;
}

namespace {

// Entries of another dictionary, and how keys compare, in any order.
Result<Value> make_map(const Call& call) {
  const TypeInfo& info = *call.type->info;
  MapRules rules{.exact_case = true, .sorted = info.name.find("Sorted") != std::string_view::npos};
  const MapObject* from = nullptr;
  for (const Value& argument : call.arguments) {
    if (argument.is_object(ObjectKind::map)) from = argument.as<MapObject>();
    if (argument.is_object(ObjectKind::declared)) rules.exact_case = !is_folding_comparer(argument);
  }
  auto map = make<MapObject>(info, rules);
  if (from == nullptr) return Value::object(map);
  for (const auto& [key, value] : from->entries()) {
    HVSH_TRY(Value kept_key,
             call.type->arguments.empty() ? Result<Value>(key) : convert_to(key, *call.type->arguments[0]));
    HVSH_TRY(Value kept, call.type->arguments.empty() ? Result<Value>(value)
                                                      : convert_to(value, *call.type->arguments[1]));
    map->set(kept_key, std::move(kept));
  }
  return Value::object(map);
}

Error null_key() { return thrown("ArgumentNullException", "Value cannot be null. (Parameter 'key')"); }

Result<Value> add(const Call& call) {
  if (call.at(0).is_null()) return null_key();
  if (own(call).find(call.at(0)) != nullptr) {
    const std::string key = to_string(call.at(0));
    const bool generic = own(call).type().name.find('`') != std::string_view::npos;
    return thrown(
        "ArgumentException",
        generic ? fmt::format("An item with the same key has already been added. Key: {}", key)
                : fmt::format("Item has already been added. Key in dictionary: '{}'  Key being added: '{}'",
                              key, key));
  }
  own(call).set(call.at(0), call.at(1));
  return Value::nothing();
}

Result<Value> try_add(const Call& call) {
  if (own(call).find(call.at(0)) != nullptr) return truth(false);
  own(call).set(call.at(0), call.at(1));
  return truth(true);
}

template <bool kTells>
Result<Value> remove(const Call& call) {
  if (call.at(0).is_null()) return null_key();
  const bool there = own(call).remove(call.at(0));
  return kTells ? truth(there) : Value::nothing();
}

Result<Value> contains_key(const Call& call) {
  if (call.at(0).is_null()) return null_key();
  return truth(own(call).find(call.at(0)) != nullptr);
}

Result<Value> contains_value(const Call& call) {
  for (const auto& [key, value] : own(call).entries()) {
    if (same_value(value, call.at(0))) return truth(true);
  }
  return truth(false);
}

Result<Value> clone(const Call& call) {
  auto copy = make<MapObject>(own(call).type(), own(call).rules());
  for (const auto& [key, value] : own(call).entries()) copy->set(key, value);
  return Value::object(copy);
}

Result<Value> get_item(const Call& call) {
  Value out;
  if (!get_index(call.shell(), call.self, call.at(0), {}, out)) return stopped();
  return out;
}

Result<Value> set_item(const Call& call) {
  HVSH_CHECK(set_index(call.shell(), call.self, call.at(0), call.at(1)));
  return Value::nothing();
}

Result<Value> try_get(const Call& call) {
  const Value* value = own(call).find(call.at(0));
  HVSH_CHECK(set_reference(call.at(1), value != nullptr ? *value : Value::null()));
  return truth(value != nullptr);
}

Result<Value> copy_to(const Call& call) {
  std::vector<Value>* target = items_of(call.at(0));
  const std::vector<Value> items = entries_of(own(call));
  if (target == nullptr || call.integer(1) < 0 ||
      static_cast<size_t>(call.integer(1)) + items.size() > target->size()) {
    return thrown("ArgumentException",
                  "Destination array is not long enough to copy all the items in the collection.");
  }
  std::copy(items.begin(), items.end(), target->begin() + call.integer(1));
  return Value::nothing();
}

// The position of an argument; Error: outside.
Result<size_t> position(const Call& call, size_t limit) {
  if (call.integer(0) < 0 || static_cast<size_t>(call.integer(0)) >= limit) {
    return out_of_range("index",
                        "Index was out of range. Must be non-negative and less than the size of the "
                        "collection.");
  }
  return static_cast<size_t>(call.integer(0));
}

Result<Value> remove_at(const Call& call) {
  HVSH_TRY(const size_t at, position(call, own(call).size()));
  own(call).remove(Value(own(call).entries()[at].first));
  return Value::nothing();
}

Result<Value> insert_at(const Call& call) {
  HVSH_TRY(const size_t at, position(call, own(call).size() + 1));
  if (own(call).find(call.at(1)) != nullptr) {
    return thrown("ArgumentException",
                  fmt::format("Item has already been added. Key in dictionary: '{}'  Key being "
                              "added: '{}'",
                              to_string(call.at(1)), to_string(call.at(1))));
  }
  own(call).insert(at, call.at(1), call.at(2));
  return Value::nothing();
}

template <bool kKey>
Result<Value> item_at(const Call& call) {
  HVSH_TRY(const size_t at, position(call, own(call).size()));
  const auto& entry = own(call).entries()[at];
  return kKey ? entry.first : entry.second;
}

template <bool kKey>
Result<Value> index_of(const Call& call) {
  const auto& entries = own(call).entries();
  for (size_t i = 0; i < entries.size(); ++i) {
    if (same_value(kKey ? entries[i].first : entries[i].second, call.at(0)))
      return number(static_cast<int64_t>(i));
  }
  return number(-1);
}

constexpr Member kMap[] = {
    {"new()", make_map},
    {"new(int capacity)", make_map},
    {"new(StringComparer comparer)", make_map},
    {"new(IDictionary dictionary)", make_map},
    {"new(IDictionary dictionary, StringComparer comparer)", make_map},
    {"new(int capacity, StringComparer comparer)", make_map},
    {"int Count", core_property},
    {"object Keys", core_property},
    {"object Values", core_property},
    {"bool IsReadOnly", [](const Call&) -> Result<Value> { return truth(false); }},
    {"bool IsFixedSize", [](const Call&) -> Result<Value> { return truth(false); }},
    {"bool IsSynchronized", [](const Call&) -> Result<Value> { return truth(false); }},
    {"object SyncRoot", [](const Call& c) -> Result<Value> { return c.self; }},
    {"void Add(K key, T value)", add},
    {"void Clear()",
     [](const Call& c) -> Result<Value> {
       own(c).clear();
       return Value::nothing();
     }},
    {"bool ContainsKey(K key)", contains_key},
    {"bool ContainsValue(T value)", contains_value},
    {"void CopyTo(object array, int index)", copy_to},
    {"object GetEnumerator()",
     [](const Call& c) -> Result<Value> { return Value::array(entries_of(own(c))); }},
    {"T get_Item(object key)", get_item},
    {"void set_Item(object key, object value)", set_item},
    {"T Item(object key)", get_item},
};

constexpr Member kHashtable[] = {
    {"bool Contains(object key)", contains_key},
    {"void Remove(object key)", remove<false>},
    {"object Clone()", clone},
    {"static Hashtable Synchronized(Hashtable table)",
     [](const Call& c) -> Result<Value> { return c.at(0); }},
};
constexpr Member kOrdered[] = {
    {"bool Contains(object key)", contains_key},
    {"void Remove(object key)", remove<false>},
    {"void RemoveAt(int index)", remove_at},
    {"void Insert(int index, object key, object value)", insert_at},
};
constexpr Member kSortedList[] = {
    {"bool Contains(object key)", contains_key},
    {"void Remove(object key)", remove<false>},
    {"object Clone()", clone},
    {"void RemoveAt(int index)", remove_at},
    {"object GetByIndex(int index)", item_at<false>},
    {"object GetKey(int index)", item_at<true>},
    {"int IndexOfKey(object key)", index_of<true>},
    {"int IndexOfValue(object value)", index_of<false>},
};
constexpr Member kDictionary[] = {
    {"bool Remove(K key)", remove<true>},
    {"bool TryAdd(K key, T value)", try_add},
    {"bool TryGetValue(K key, ref T value)", try_get},
    {"bool TryRemove(K key, ref T value)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value there, try_get(c));
       own(c).remove(c.at(0));
       return there;
     }},
    {"T GetOrAdd(K key, T value)",
     [](const Call& c) -> Result<Value> {
       if (own(c).find(c.at(0)) == nullptr) own(c).set(c.at(0), c.at(1));
       return *own(c).find(c.at(0));
     }},
    {"int IndexOfKey(K key)", index_of<true>},
    {"int IndexOfValue(T value)", index_of<false>},
    {"void RemoveAt(int index)", remove_at},
};

constexpr Member kPair[] = {
    {"new(K key, T value)",
     [](const Call& c) -> Result<Value> {
       return instance(kPairInfo, Pair{c.at(0), c.at(1)});
     }},
    {"object Key", [](const Call& c) -> Result<Value> { return state_of<Pair>(c.self).key; }},
    {"object Value", [](const Call& c) -> Result<Value> { return state_of<Pair>(c.self).value; }},
    {"string ToString()",
     [](const Call& c) -> Result<Value> {
       const Pair& pair = state_of<Pair>(c.self);
       return text(fmt::format("[{}, {}]", to_string(pair.key), to_string(pair.value)));
     }},
};
constexpr Member kEntry[] = {
    {"new(object key, object value)",
     [](const Call& c) -> Result<Value> {
       return noun_value(DictionaryEntry{c.at(0), c.at(1)});
     }},
    {"object Key", core_property},
    {"object Value", core_property},
};

Result<Value> convert_map(const Value& value, const TypeRef& type) {
  if (value.is_null()) return Value::null();
  const auto* map = value.as<MapObject>();
  if (map == nullptr) return conversion_error(value, type.info->name);
  const bool ordered = type.info == &types::OrderedDictionary || type.info == &types::OrderedMarker;
  if (&map->type() == (ordered ? &types::OrderedDictionary : type.info)) return value;
  auto copy = make<MapObject>(ordered);
  for (const auto& [key, item] : map->entries()) copy->set(key, item);
  return Value::object(copy);
}

Result<Value> convert_dictionary(const Value& value, const TypeRef& type) {
  if (value.is_null()) return Value::null();
  const auto* map = value.as<MapObject>();
  if (map == nullptr) return conversion_error(value, type.info->name);
  if (&map->type() == type.info) return value;
  return make_map({nullptr, Value::null(), {&value, 1}, &type});
}

constexpr std::string_view kInterfaces =
    "System.Collections.IDictionary, System.Collections.ICollection, System.Collections.IEnumerable";

constexpr Type map_type(const TypeInfo& info, std::string_view names, std::span<const Member> members,
                        ConvertFunction convert, uint8_t generic) {
  return {.info = &info,
          .names = names,
          .members = members,
          .shared = kMap,
          .convert = convert,
          .interfaces = kInterfaces,
          .generic = generic};
}

constexpr Type kTypes[] = {
    map_type(types::Hashtable, "hashtable", kHashtable, convert_map, 0),
    map_type(types::OrderedDictionary, "", kOrdered, convert_map, 0),
    {.info = &types::OrderedMarker, .convert = convert_map},
    map_type(kSortedListInfo, "", kSortedList, convert_dictionary, 0),
    map_type(kDictionaryInfo, "", kDictionary, convert_dictionary, 2),
    map_type(kConcurrentInfo, "", kDictionary, convert_dictionary, 2),
    map_type(kSortedDictionaryInfo, "", kDictionary, convert_dictionary, 2),
    map_type(kGenericSortedListInfo, "", kDictionary, convert_dictionary, 2),
    {.info = &kPairInfo, .members = kPair, .generic = 2, .is_value = true},
    {.info = &DictionaryEntry::noun.type, .members = kEntry, .is_value = true},
};

}  // namespace

std::span<const Type> dictionary_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
