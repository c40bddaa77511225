// ArrayList, List<T>, Collection<T>, Queue, Stack, HashSet.
#include <algorithm>

#include "core/compare.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/sequence.h"
#include "shell/dotnet/text_compare.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kCollectionInfo{"System.Collections.ObjectModel.Collection`1", "Collection`1"};
constexpr TypeInfo kObservableInfo{"System.Collections.ObjectModel.ObservableCollection`1",
                                   "ObservableCollection`1"};
constexpr TypeInfo kStringCollectionInfo{"System.Collections.Specialized.StringCollection",
                                         "StringCollection"};
constexpr TypeInfo kBagInfo{"System.Collections.Concurrent.ConcurrentBag`1", "ConcurrentBag`1"};
constexpr TypeInfo kConcurrentQueueInfo{"System.Collections.Concurrent.ConcurrentQueue`1",
                                        "ConcurrentQueue`1"};
constexpr TypeInfo kPSDataInfo{"System.Management.Automation.PSDataCollection`1", "PSDataCollection`1"};
constexpr TypeInfo kQueueInfo{"System.Collections.Queue", "Queue"};
constexpr TypeInfo kGenericQueueInfo{"System.Collections.Generic.Queue`1", "Queue`1"};
constexpr TypeInfo kStackInfo{"System.Collections.Stack", "Stack"};
constexpr TypeInfo kGenericStackInfo{"System.Collections.Generic.Stack`1", "Stack`1"};
constexpr TypeInfo kHashSetInfo{"System.Collections.Generic.HashSet`1", "HashSet`1"};
constexpr TypeInfo kSortedSetInfo{"System.Collections.Generic.SortedSet`1", "SortedSet`1"};

std::vector<Value>& own(const Call& call) { return static_cast<ListObject*>(call.self.as_object())->items; }

Error bad_index(std::string_view parameter = "index") {
  return out_of_range(parameter,
                      "Index was out of range. Must be non-negative and less than the size of the "
                      "collection.");
}
Error fixed_type(const Call& call) { return bad_index(call.count() == 2 ? "count" : "index"); }

// (index, count) as arguments from `first` on, within the list.
bool in_range(const Call& call, size_t first, size_t& from, size_t& count) {
  const int64_t begin = call.integer(first), length = call.integer(first + 1);
  if (begin < 0 || length < 0 || begin + length > static_cast<int64_t>(own(call).size())) return false;
  from = static_cast<size_t>(begin);
  count = static_cast<size_t>(length);
  return true;
}

Result<Value> make_list(const Call& call) {
  auto list = make<ListObject>(*call.type->info);
  if (call.count() == 0 || call.at(0).kind() == Value::Kind::integer) return Value::object(list);
  for (Value& item : to_items(call.at(0))) {
    if (call.type->element != nullptr) {
      HVSH_TRY(item, convert_to(item, *call.type->element));
    }
    list->items.push_back(std::move(item));
  }
  return Value::object(list);
}

Result<Value> add(const Call& call) {
  own(call).push_back(call.at(0));
  return Value::nothing();
}

Result<Value> add_range(const Call& call) {
  for (Value& item : to_items(call.at(0))) {
    if (call.type->element != nullptr) {
      HVSH_TRY(item, convert_to(item, *call.type->element));
    }
    own(call).push_back(std::move(item));
  }
  return Value::nothing();
}

Result<Value> insert(const Call& call, bool range) {
  const int64_t at = call.integer(0);
  if (at < 0 || at > static_cast<int64_t>(own(call).size())) {
    return out_of_range("index", "Index must be within the bounds of the List.");
  }
  const std::vector<Value> items = range ? to_items(call.at(1)) : std::vector<Value>{call.at(1)};
  own(call).insert(own(call).begin() + at, items.begin(), items.end());
  return Value::nothing();
}

Result<Value> remove_at(const Call& call) {
  const int64_t at = call.integer(0);
  if (at < 0 || at >= static_cast<int64_t>(own(call).size())) return bad_index();
  own(call).erase(own(call).begin() + at);
  return Value::nothing();
}

template <bool kTells>
Result<Value> remove(const Call& call) {
  const int64_t at = find_item(own(call), call.at(0));
  if (at >= 0) own(call).erase(own(call).begin() + at);
  return kTells ? truth(at >= 0) : Value::nothing();
}

Result<Value> remove_range(const Call& call) {
  size_t from = 0, count = 0;
  if (!in_range(call, 0, from, count)) return fixed_type(call);
  const auto begin = own(call).begin() + static_cast<ptrdiff_t>(from);
  own(call).erase(begin, begin + static_cast<ptrdiff_t>(count));
  return Value::nothing();
}

Result<Value> get_range(const Call& call) {
  size_t from = 0, count = 0;
  if (!in_range(call, 0, from, count)) return fixed_type(call);
  auto list = make<ListObject>(*call.type->info);
  list->items.assign(own(call).begin() + static_cast<ptrdiff_t>(from),
                     own(call).begin() + static_cast<ptrdiff_t>(from + count));
  return Value::object(list);
}

Result<Value> reverse(const Call& call) {
  size_t from = 0, count = own(call).size();
  if (call.count() == 2 && !in_range(call, 0, from, count)) return fixed_type(call);
  std::reverse(own(call).begin() + static_cast<ptrdiff_t>(from),
               own(call).begin() + static_cast<ptrdiff_t>(from + count));
  return Value::nothing();
}

Result<Value> sort(const Call& call) {
  HVSH_CHECK(sort_items(call, own(call), call.count() == 1 ? call.at(0) : Value::null()));
  return Value::nothing();
}

Result<Value> clear(const Call& call) {
  own(call).clear();
  return Value::nothing();
}

Result<Value> copy_to(const Call& call) {
  std::vector<Value>* target = items_of(call.at(0));
  const int64_t at = call.count() == 2 ? call.integer(1) : 0;
  if (target == nullptr || at < 0 || static_cast<size_t>(at) + own(call).size() > target->size()) {
    return thrown("ArgumentException",
                  "Destination array was not long enough. Check the destination index, length, "
                  "and the array's lower bounds. (Parameter 'destinationArray')");
  }
  std::copy(own(call).begin(), own(call).end(), target->begin() + at);
  return Value::nothing();
}

Result<Value> to_array(const Call& call) {
  const TypeRef* element = call.type->element;
  const bool plain = element == nullptr || element->info == &types::Object;
  return Value::object(make<ArrayObject>(own(call), plain ? nullptr : element->info));
}

Result<Value> clone(const Call& call) {
  auto list = make<ListObject>(*call.type->info);
  list->items = own(call);
  return Value::object(list);
}

Result<Value> last_index(const Call& call) {
  for (size_t i = own(call).size(); i-- > 0;) {
    if (same_value(own(call)[i], call.at(0))) return number(static_cast<int64_t>(i));
  }
  return number(-1);
}

enum class Find : uint8_t { first, last, index, last_index, exists, every };

template <Find kFind>
Result<Value> find(const Call& call) {
  constexpr bool kBackward = kFind == Find::last || kFind == Find::last_index;
  const std::vector<Value> items = own(call);
  for (size_t step = 0; step < items.size(); ++step) {
    const size_t i = kBackward ? items.size() - 1 - step : step;
    HVSH_TRY(const bool fits, holds(call, call.at(0), items[i]));
    if (kFind == Find::every && !fits) return truth(false);
    if (!fits || kFind == Find::every) continue;
    if (kFind == Find::exists) return truth(true);
    if (kFind == Find::first || kFind == Find::last) return items[i];
    return number(static_cast<int64_t>(i));
  }
  if (kFind == Find::index || kFind == Find::last_index) return number(-1);
  return kFind == Find::exists ? truth(false) : kFind == Find::every ? truth(true) : Value::null();
}

Result<Value> find_all(const Call& call) {
  auto list = make<ListObject>(*call.type->info);
  for (const Value& item : std::vector<Value>(own(call))) {
    HVSH_TRY(const bool fits, holds(call, call.at(0), item));
    if (fits) list->items.push_back(item);
  }
  return Value::object(list);
}

Result<Value> remove_all(const Call& call) {
  std::vector<Value> kept;
  for (const Value& item : std::vector<Value>(own(call))) {
    HVSH_TRY(const bool fits, holds(call, call.at(0), item));
    if (!fits) kept.push_back(item);
  }
  const auto removed = static_cast<int64_t>(own(call).size() - kept.size());
  own(call) = std::move(kept);
  return number(removed);
}

Result<Value> for_each(const Call& call) {
  for (const Value& item : std::vector<Value>(own(call))) {
    HVSH_TRY(Value unused, call_delegate(call, call.at(0), {&item, 1}));
    (void)unused;
  }
  return Value::nothing();
}

// What every list has; T is object in ArrayList.
constexpr Member kShared[] = {
    {"new()", make_list},
    {"new(int capacity)", make_list},
    {"new(IEnumerable collection)", make_list},
    {"int Count", core_property},
    {"int Capacity",
     [](const Call& c) -> Result<Value> { return number(static_cast<int64_t>(own(c).capacity())); },
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(Value wanted, to_integer(c.at(0), IntType::i32));
       if (wanted.as_int() < static_cast<int64_t>(own(c).size())) {
         return out_of_range("value", "capacity was less than the current size.");
       }
       own(c).reserve(std::min<size_t>(static_cast<size_t>(wanted.as_int()), size_t{1} << 24));
       return Value::nothing();
     }},
    {"bool IsReadOnly", [](const Call&) -> Result<Value> { return truth(false); }},
    {"bool IsFixedSize", [](const Call&) -> Result<Value> { return truth(false); }},
    {"bool IsSynchronized", [](const Call&) -> Result<Value> { return truth(false); }},
    {"object SyncRoot", [](const Call& c) -> Result<Value> { return c.self; }},
    {"void AddRange(IEnumerable collection)", add_range},
    {"void Insert(int index, T item)", [](const Call& c) { return insert(c, false); }},
    {"void InsertRange(int index, IEnumerable collection)", [](const Call& c) { return insert(c, true); }},
    {"void RemoveAt(int index)", remove_at},
    {"void RemoveRange(int index, int count)", remove_range},
    {"void Clear()", clear},
    {"bool Contains(T item)",
     [](const Call& c) -> Result<Value> { return truth(find_item(own(c), c.at(0)) >= 0); }},
    {"int IndexOf(T item)",
     [](const Call& c) -> Result<Value> { return number(find_item(own(c), c.at(0))); }},
    {"int IndexOf(T item, int index)",
     [](const Call& c) -> Result<Value> {
       return number(find_item(own(c), c.at(0), static_cast<size_t>(std::max<int64_t>(c.integer(1), 0))));
     }},
    {"int LastIndexOf(T item)", last_index},
    {"object GetRange(int index, int count)", get_range},
    {"void Reverse()", reverse},
    {"void Reverse(int index, int count)", reverse},
    {"void Sort()", sort},
    {"void Sort(scriptblock comparison)", sort},
    {"void CopyTo(object array)", copy_to},
    {"void CopyTo(object array, int index)", copy_to},
    {"T[] ToArray()", to_array},
    {"object GetEnumerator()", [](const Call& c) -> Result<Value> { return Value::array(own(c)); }},
};

constexpr Member kArrayList[] = {
    {"int Add(object value)",
     [](const Call& c) -> Result<Value> {
       own(c).push_back(c.at(0));
       return number(static_cast<int64_t>(own(c).size()) - 1);
     }},
    {"void Remove(object obj)", remove<false>},
    {"object Clone()", clone},
    {"object ToArray(type type)",
     [](const Call& c) -> Result<Value> {
       TypeTable& types = c.shell().types();
       return convert_to(Value::array(own(c)), *types.array_of(types.ref_of(c.at(0))));
     }},
    {"int BinarySearch(object value)",
     [](const Call& c) -> Result<Value> {
       const auto at = std::lower_bound(own(c).begin(), own(c).end(), c.at(0),
                                        [](const Value& a, const Value& b) { return sort_order(a, b) < 0; });
       const auto place = static_cast<int64_t>(at - own(c).begin());
       return number(at != own(c).end() && same_value(*at, c.at(0)) ? place : -place - 1);
     }},
};

constexpr Member kList[] = {
    {"void Add(T item)", add},
    {"bool Remove(T item)", remove<true>},
    {"int RemoveAll(scriptblock match)", remove_all},
    {"T Find(scriptblock match)", find<Find::first>},
    {"T FindLast(scriptblock match)", find<Find::last>},
    {"int FindIndex(scriptblock match)", find<Find::index>},
    {"int FindLastIndex(scriptblock match)", find<Find::last_index>},
    {"object FindAll(scriptblock match)", find_all},
    {"bool Exists(scriptblock match)", find<Find::exists>},
    {"bool TrueForAll(scriptblock match)", find<Find::every>},
    {"void ForEach(scriptblock action)", for_each},
    {"void TrimExcess()", [](const Call&) -> Result<Value> { return Value::nothing(); }},
    {"object AsReadOnly()", [](const Call& c) -> Result<Value> { return c.self; }},
};

Result<Value> convert_list(const Value& value, const TypeRef& type) {
  if (value.is_null()) return Value::null();
  if (value.kind() == Value::Kind::object && &value.as_object()->type() == type.info) return value;
  return make_list({nullptr, Value::null(), {&value, 1}, &type});
}

// ---------------------------------------------------------------------------------------- Queue and Stack

Error empty_error(std::string_view what) {
  return thrown("InvalidOperationException", std::string(what) + " empty.");
}

// The front of a queue, and the top of a stack, is the first item.
Result<Value> first(const Call& call, bool take) {
  if (own(call).empty())
    return empty_error(call.type->info->name.find("Queue") != std::string_view::npos ? "Queue" : "Stack");
  Value item = own(call).front();
  if (take) own(call).erase(own(call).begin());
  return item;
}

Result<Value> try_first(const Call& call, bool take) {
  const bool there = !own(call).empty();
  HVSH_CHECK(set_reference(call.at(0), there ? own(call).front() : Value::null()));
  if (there && take) own(call).erase(own(call).begin());
  return truth(there);
}

Result<Value> make_stack(const Call& call) {
  HVSH_TRY(Value list, make_list(call));
  auto& items = static_cast<ListObject*>(list.as_object())->items;
  std::reverse(items.begin(), items.end());
  return list;
}

constexpr Member kQueueShared[] = {
    {"int Count", core_property},
    {"void Clear()", clear},
    {"bool Contains(T item)",
     [](const Call& c) -> Result<Value> { return truth(find_item(own(c), c.at(0)) >= 0); }},
    {"T Peek()", [](const Call& c) { return first(c, false); }},
    {"bool TryPeek(ref T result)", [](const Call& c) { return try_first(c, false); }},
    {"T[] ToArray()", to_array},
    {"object Clone()", clone},
    {"void CopyTo(object array, int index)", copy_to},
    {"object GetEnumerator()", [](const Call& c) -> Result<Value> { return Value::array(own(c)); }},
};
constexpr Member kQueue[] = {
    {"new()", make_list},
    {"new(int capacity)", make_list},
    {"new(IEnumerable collection)", make_list},
    {"void Enqueue(T item)", add},
    {"T Dequeue()", [](const Call& c) { return first(c, true); }},
    {"bool TryDequeue(ref T result)", [](const Call& c) { return try_first(c, true); }},
    {"bool IsEmpty", [](const Call& c) -> Result<Value> { return truth(own(c).empty()); }},
};
constexpr Member kStack[] = {
    {"new()", make_stack},
    {"new(int capacity)", make_stack},
    {"new(IEnumerable collection)", make_stack},
    {"void Push(T item)",
     [](const Call& c) -> Result<Value> {
       own(c).insert(own(c).begin(), c.at(0));
       return Value::nothing();
     }},
    {"T Pop()", [](const Call& c) { return first(c, true); }},
    {"bool TryPop(ref T result)", [](const Call& c) { return try_first(c, true); }},
};

// ----------------------------------------------------------------------------------------------- HashSet

// The items as a list, and an index of them: a dictionary without values.
class SetObject final : public ListObject {
 public:
  SetObject(const TypeInfo& type, bool ignore_case, bool sorted)
      : ListObject(type),
        ignore_case(ignore_case),
        sorted(sorted),
        index_(types::Hashtable, {.exact_case = !ignore_case, .sorted = sorted}) {}
  bool contains(const Value& item) const { return index_.find(item) != nullptr; }
  bool add(const Value& item) {
    if (contains(item)) return false;
    index_.set(item, Value::null());
    if (sorted) {
      refill();
    } else {
      items.push_back(item);
    }
    return true;
  }
  bool remove(const Value& item) {
    if (!index_.remove(item)) return false;
    refill();
    return true;
  }
  void clear() {
    index_.clear();
    items.clear();
  }
  const bool ignore_case, sorted;

 private:
  void refill() {
    items.clear();
    for (const auto& [key, value] : index_.entries()) items.push_back(key);
  }
  MapObject index_;
};

SetObject& set_of(const Call& call) { return *static_cast<SetObject*>(call.self.as_object()); }

Result<Ref<SetObject>> to_set(const Call& call, const Value& values, bool ignore_case) {
  const bool sorted = call.type->info->is(kSortedSetInfo);
  auto set = make<SetObject>(*call.type->info, ignore_case, sorted);
  for (Value& item : to_items(values)) {
    if (call.type->element != nullptr) {
      HVSH_TRY(item, convert_to(item, *call.type->element));
    }
    set->add(item);
  }
  return set;
}

// new(), new(items), new(comparer), new(items, comparer)
Result<Value> make_set(const Call& call) {
  bool ignore_case = false;
  Value items;
  for (const Value& argument : call.arguments) {
    if (argument.is_object(ObjectKind::declared)) {
      ignore_case = is_folding_comparer(argument);
    } else {
      items = argument;
    }
  }
  HVSH_TRY(auto set, to_set(call, items, ignore_case));
  return Value::object(set);
}

template <class Change>
Result<Value> change_set(const Call& call, Change change) {
  HVSH_TRY(auto other, to_set(call, call.at(0), set_of(call).ignore_case));
  change(set_of(call), *other);
  return Value::nothing();
}

template <class Test>
Result<Value> test_set(const Call& call, Test test) {
  HVSH_TRY(auto other, to_set(call, call.at(0), set_of(call).ignore_case));
  return truth(test(set_of(call), *other));
}

bool within(const SetObject& inner, const SetObject& outer) {
  return std::all_of(inner.items.begin(), inner.items.end(),
                     [&](const Value& item) { return outer.contains(item); });
}

void keep_common(SetObject& set, const SetObject& other) {
  for (const Value& item : std::vector<Value>(set.items)) {
    if (!other.contains(item)) set.remove(item);
  }
}
void subtract(SetObject& set, const SetObject& other) {
  for (const Value& item : other.items) set.remove(item);
}
void unite(SetObject& set, const SetObject& other) {
  for (const Value& item : other.items) set.add(item);
}
void toggle(SetObject& set, const SetObject& other) {
  for (const Value& item : other.items) {
    if (!set.remove(item)) set.add(item);
  }
}

constexpr Member kHashSet[] = {
    {"new()", make_set},
    {"new(IEnumerable collection)", make_set},
    {"new(StringComparer comparer)", make_set},
    {"new(IEnumerable collection, StringComparer comparer)", make_set},
    {"int Count", core_property},
    {"bool Add(T item)", [](const Call& c) -> Result<Value> { return truth(set_of(c).add(c.at(0))); }},
    {"bool Remove(T item)", [](const Call& c) -> Result<Value> { return truth(set_of(c).remove(c.at(0))); }},
    {"bool Contains(T item)",
     [](const Call& c) -> Result<Value> { return truth(set_of(c).contains(c.at(0))); }},
    {"void Clear()",
     [](const Call& c) -> Result<Value> {
       set_of(c).clear();
       return Value::nothing();
     }},
    {"T Min", [](const Call& c) -> Result<Value> { return own(c).empty() ? Value::null() : own(c).front(); }},
    {"T Max", [](const Call& c) -> Result<Value> { return own(c).empty() ? Value::null() : own(c).back(); }},
    {"void UnionWith(IEnumerable other)", [](const Call& c) { return change_set(c, unite); }},
    {"void IntersectWith(IEnumerable other)", [](const Call& c) { return change_set(c, keep_common); }},
    {"void ExceptWith(IEnumerable other)", [](const Call& c) { return change_set(c, subtract); }},
    {"void SymmetricExceptWith(IEnumerable other)", [](const Call& c) { return change_set(c, toggle); }},
    {"bool IsSubsetOf(IEnumerable other)",
     [](const Call& c) { return test_set(c, [](const auto& a, const auto& b) { return within(a, b); }); }},
    {"bool IsSupersetOf(IEnumerable other)",
     [](const Call& c) { return test_set(c, [](const auto& a, const auto& b) { return within(b, a); }); }},
    {"bool IsProperSubsetOf(IEnumerable other)",
     [](const Call& c) {
       return test_set(
           c, [](const auto& a, const auto& b) { return within(a, b) && a.items.size() < b.items.size(); });
     }},
    {"bool Overlaps(IEnumerable other)",
     [](const Call& c) {
       return test_set(c, [](const auto& a, const auto& b) {
         return std::any_of(b.items.begin(), b.items.end(),
                            [&](const Value& item) { return a.contains(item); });
       });
     }},
    {"bool SetEquals(IEnumerable other)",
     [](const Call& c) {
       return test_set(c, [](const auto& a, const auto& b) { return within(a, b) && within(b, a); });
     }},
    {"void CopyTo(object array)", copy_to},
    {"object GetEnumerator()", [](const Call& c) -> Result<Value> { return Value::array(own(c)); }},
};

Result<Value> convert_set(const Value& value, const TypeRef& type) {
  if (value.is_null()) return Value::null();
  if (value.kind() == Value::Kind::object && &value.as_object()->type() == type.info) return value;
  return make_set({nullptr, Value::null(), {&value, 1}, &type});
}

constexpr std::string_view kListInterfaces =
    "System.Collections.IList, System.Collections.ICollection, System.Collections.IEnumerable";
constexpr std::string_view kSequence = "System.Collections.ICollection, System.Collections.IEnumerable";

constexpr Type list_type(const TypeInfo& info, std::span<const Member> members, uint8_t generic) {
  return {.info = &info,
          .members = members,
          .shared = kShared,
          .convert = convert_list,
          .interfaces = kListInterfaces,
          .generic = generic};
}
constexpr Type queue_type(const TypeInfo& info, std::span<const Member> members, uint8_t generic) {
  return {.info = &info,
          .members = members,
          .shared = kQueueShared,
          .convert = convert_list,
          .interfaces = kSequence,
          .generic = generic};
}

constexpr Type kTypes[] = {
    list_type(types::ArrayList, kArrayList, 0),
    list_type(types::GenericList, kList, 1),
    list_type(kCollectionInfo, kList, 1),
    list_type(kObservableInfo, kList, 1),
    list_type(kStringCollectionInfo, kArrayList, 0),
    list_type(kBagInfo, kList, 1),
    list_type(kPSDataInfo, kList, 1),
    queue_type(kQueueInfo, kQueue, 0),
    queue_type(kGenericQueueInfo, kQueue, 1),
    queue_type(kConcurrentQueueInfo, kQueue, 1),
    queue_type(kStackInfo, kStack, 0),
    queue_type(kGenericStackInfo, kStack, 1),
    {.info = &kHashSetInfo,
     .members = kHashSet,
     .convert = convert_set,
     .interfaces = kSequence,
     .generic = 1},
    {.info = &kSortedSetInfo,
     .members = kHashSet,
     .convert = convert_set,
     .interfaces = kSequence,
     .generic = 1},
};

}  // namespace

std::span<const Type> collection_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
