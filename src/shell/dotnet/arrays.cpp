// System.Array, and what all collections have: .Where() and .ForEach().
#include <algorithm>

#include "core/compare.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/sequence.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell::dotnet {

std::vector<Value>* items_of(const Value& value) {
  if (auto* list = value.as<ListObject>()) return &list->items;
  if (auto* array = value.as<ArrayObject>()) return &array->items;
  return nullptr;
}

int64_t find_item(std::span<const Value> items, const Value& wanted, size_t from) {
  for (size_t i = from; i < items.size(); ++i) {
    if (items[i].is_null() != wanted.is_null()) continue;
    if (wanted.is_null() || same_value(items[i], wanted)) return static_cast<int64_t>(i);
  }
  return -1;
}

bool same_value(const Value& a, const Value& b) {
  const bool numbers = a.kind() == Value::Kind::integer && b.kind() == Value::Kind::integer;
  if (numbers) return a.as_int() == b.as_int();
  return &a.type() == &b.type() && equal(a, b, false);
}

Result<void> sort_items(const Call& call, std::vector<Value>& items, const Value& comparison) {
  if (!comparison.is_object(ObjectKind::script_block)) {
    std::stable_sort(items.begin(), items.end(),
                     [](const Value& a, const Value& b) { return sort_order(a, b) < 0; });
    return {};
  }
  // A comparison that contradicts itself must not lead std::sort astray, so merge by hand.
  std::vector<Value> sorted;
  for (const Value& item : items) {
    size_t low = 0, high = sorted.size();
    while (low < high) {
      const size_t middle = (low + high) / 2;
      const Value pair[] = {item, sorted[middle]};
      HVSH_TRY(Value order, call_delegate(call, comparison, pair));
      auto number = to_integer(order, IntType::i32);
      if (number && number->as_int() < 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    sorted.insert(sorted.begin() + static_cast<ptrdiff_t>(low), item);
  }
  items = std::move(sorted);
  return {};
}

Result<bool> holds(const Call& call, const Value& predicate, const Value& item) {
  HVSH_TRY(Value answer, call_delegate(call, predicate, {&item, 1}));
  return to_bool(answer);
}

namespace {

Error bad_index() { return thrown("IndexOutOfRangeException", "Index was outside the bounds of the array."); }

std::vector<Value>& own(const Call& call) { return *items_of(call.self); }
// The array that a static member is given; null where it is none.
std::vector<Value>* array_at(const Call& call, size_t index) { return items_of(call.at(index)); }
Error null_array() { return thrown("ArgumentNullException", "Value cannot be null. (Parameter 'array')"); }

Result<Value> index_of(const Call& call, bool last) {
  auto* items = array_at(call, 0);
  if (items == nullptr) return null_array();
  const auto from = static_cast<size_t>(call.count() > 2 ? std::max<int64_t>(call.integer(2), 0) : 0);
  if (!last) return number(find_item(*items, call.at(1), from));
  for (size_t i = items->size(); i-- > 0;) {
    if (same_value((*items)[i], call.at(1))) return number(static_cast<int64_t>(i));
  }
  return number(-1);
}

Result<Value> sort(const Call& call) {
  auto* items = array_at(call, 0);
  if (items == nullptr) return null_array();
  std::vector<Value>* companions = call.count() == 2 ? items_of(call.at(1)) : nullptr;
  if (companions != nullptr && companions->size() >= items->size()) {
    std::vector<size_t> order(items->size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return sort_order((*items)[a], (*items)[b]) < 0; });
    std::vector<Value> keys, others(*companions);
    for (size_t i = 0; i < order.size(); ++i) {
      keys.push_back((*items)[order[i]]);
      others[i] = (*companions)[order[i]];
    }
    *items = std::move(keys);
    *companions = std::move(others);
    return Value::nothing();
  }
  HVSH_CHECK(sort_items(call, *items, call.count() == 2 ? call.at(1) : Value::null()));
  return Value::nothing();
}

Result<Value> reverse(const Call& call) {
  auto* items = array_at(call, 0);
  if (items == nullptr) return null_array();
  auto begin = items->begin(), end = items->end();
  if (call.count() == 3) {
    const int64_t from = call.integer(1), count = call.integer(2);
    if (from < 0 || count < 0 || from + count > static_cast<int64_t>(items->size())) return bad_index();
    begin += from;
    end = begin + count;
  }
  std::reverse(begin, end);
  return Value::nothing();
}

// Copy(source, target, length) and Copy(source, from, target, to, length)
Result<Value> copy(const Call& call) {
  const bool whole = call.count() == 3;
  auto* source = array_at(call, 0);
  auto* target = array_at(call, whole ? 1 : 2);
  if (source == nullptr || target == nullptr) return null_array();
  const int64_t from = whole ? 0 : call.integer(1), to = whole ? 0 : call.integer(3);
  const int64_t length = call.integer(whole ? 2 : 4);
  if (from < 0 || to < 0 || length < 0 || from + length > static_cast<int64_t>(source->size())) {
    return thrown("ArgumentException",
                  "Source array was not long enough. Check the source index, length, and the "
                  "array's lower bounds. (Parameter 'sourceArray')");
  }
  if (to + length > static_cast<int64_t>(target->size())) {
    return thrown("ArgumentException",
                  "Destination array was not long enough. Check the destination index, length, "
                  "and the array's lower bounds. (Parameter 'destinationArray')");
  }
  const std::vector<Value> moved(source->begin() + from, source->begin() + from + length);
  std::copy(moved.begin(), moved.end(), target->begin() + to);
  return Value::nothing();
}

Result<Value> clear(const Call& call) {
  auto* items = array_at(call, 0);
  if (items == nullptr) return null_array();
  const int64_t from = call.count() == 3 ? call.integer(1) : 0;
  const int64_t count = call.count() == 3 ? call.integer(2) : static_cast<int64_t>(items->size());
  if (from < 0 || count < 0 || from + count > static_cast<int64_t>(items->size())) return bad_index();
  const TypeRef* element = call.shell().types().of_value(call.at(0))->element;
  const Value empty =
      element == nullptr || element->info == &types::String ? Value::null() : default_of(*element);
  std::fill(items->begin() + from, items->begin() + from + count, empty);
  return Value::nothing();
}

enum class Find : uint8_t { first, last, index, last_index, all, exists, every };

template <Find kFind>
Result<Value> find(const Call& call) {
  auto* items = array_at(call, 0);
  if (items == nullptr) return null_array();
  constexpr bool kBackward = kFind == Find::last || kFind == Find::last_index;
  std::vector<Value> found;
  for (size_t step = 0; step < items->size(); ++step) {
    const size_t i = kBackward ? items->size() - 1 - step : step;
    const Value item = (*items)[i];
    HVSH_TRY(const bool fits, holds(call, call.at(1), item));
    if (kFind == Find::every && !fits) return truth(false);
    if (!fits || kFind == Find::every) continue;
    if (kFind == Find::exists) return truth(true);
    if (kFind == Find::index || kFind == Find::last_index) return number(static_cast<int64_t>(i));
    if (kFind != Find::all) return item;
    found.push_back(item);
  }
  if (kFind == Find::all) return Value::array(std::move(found));
  if (kFind == Find::index || kFind == Find::last_index) return number(-1);
  return kFind == Find::exists ? truth(false) : kFind == Find::every ? truth(true) : Value::null();
}

Result<Value> resize(const Call& call) {
  const Value reference = call.at(0);
  auto property = get_property(reference, "Value");
  if (!property || !*property) return null_array();
  const auto* array = (**property).as<ArrayObject>();
  if (array == nullptr) return null_array();
  if (call.integer(1) < 0) return out_of_range("newSize", "Non-negative number required.");
  const TypeRef* element = call.shell().types().of_value(**property)->element;
  std::vector<Value> items = array->items;
  items.resize(static_cast<size_t>(call.integer(1)),
               element == nullptr ? Value::null() : default_of(*element));
  HVSH_CHECK(
      set_reference(reference, Value::object(make<ArrayObject>(std::move(items), array->element_type))));
  return Value::nothing();
}

Result<Value> create(const Call& call) {
  TypeTable& types = call.shell().types();
  return construct(call.shell(), *types.array_of(types.ref_of(call.at(0))), call.arguments.subspan(1));
}

Result<Value> bound(const Call& call, int64_t value) {
  if (call.integer(0) != 0) return bad_index();
  return number(value);
}

Result<Value> fixed_size(const Call&) {
  return thrown("NotSupportedException", "Collection was of a fixed size.");
}

constexpr Member kArray[] = {
    {"int Length", core_property},
    {"long LongLength", core_property},
    {"int Rank", core_property},
    {"int Count", core_property},
    {"bool IsFixedSize", [](const Call&) -> Result<Value> { return truth(true); }},
    {"bool IsReadOnly", [](const Call&) -> Result<Value> { return truth(false); }},
    {"bool IsSynchronized", [](const Call&) -> Result<Value> { return truth(false); }},
    {"object SyncRoot", [](const Call& c) -> Result<Value> { return c.self; }},
    {"int GetLength(int dimension)",
     [](const Call& c) { return bound(c, static_cast<int64_t>(own(c).size())); }},
    {"int GetUpperBound(int dimension)",
     [](const Call& c) { return bound(c, static_cast<int64_t>(own(c).size()) - 1); }},
    {"int GetLowerBound(int dimension)", [](const Call& c) { return bound(c, 0); }},
    {"object GetValue(int index)",
     [](const Call& c) -> Result<Value> {
       if (c.integer(0) < 0 || c.integer(0) >= static_cast<int64_t>(own(c).size())) return bad_index();
       return own(c)[static_cast<size_t>(c.integer(0))];
     }},
    {"void SetValue(object value, int index)",
     [](const Call& c) -> Result<Value> {
       if (c.integer(1) < 0 || c.integer(1) >= static_cast<int64_t>(own(c).size())) return bad_index();
       HVSH_CHECK(set_index(c.shell(), c.self, c.at(1), c.at(0)));
       return Value::nothing();
     }},
    {"object Get(int index)",
     [](const Call& c) -> Result<Value> {
       if (c.integer(0) < 0 || c.integer(0) >= static_cast<int64_t>(own(c).size())) return bad_index();
       return own(c)[static_cast<size_t>(c.integer(0))];
     }},
    {"object Clone()",
     [](const Call& c) -> Result<Value> {
       const auto* array = static_cast<ArrayObject*>(c.self.as_object());
       return Value::object(make<ArrayObject>(array->items, array->element_type));
     }},
    {"void CopyTo(object array, int index)",
     [](const Call& c) -> Result<Value> {
       auto* target = array_at(c, 0);
       if (target == nullptr) return null_array();
       if (c.integer(1) < 0 || static_cast<size_t>(c.integer(1)) + own(c).size() > target->size()) {
         return thrown("ArgumentException",
                       "Destination array was not long enough. Check the destination index, "
                       "length, and the array's lower bounds. (Parameter 'destinationArray')");
       }
       const std::vector<Value> moved = own(c);
       std::copy(moved.begin(), moved.end(), target->begin() + c.integer(1));
       return Value::nothing();
     }},
    {"object GetEnumerator()", [](const Call& c) -> Result<Value> { return c.self; }},
    {"bool Contains(object value)",
     [](const Call& c) -> Result<Value> { return truth(find_item(own(c), c.at(0)) >= 0); }},
    {"int IndexOf(object value)",
     [](const Call& c) -> Result<Value> { return number(find_item(own(c), c.at(0))); }},
    {"int Add(object value)", fixed_size},
    {"void Insert(int index, object value)", fixed_size},
    {"void Remove(object value)", fixed_size},
    {"void RemoveAt(int index)", fixed_size},
    {"static int IndexOf(object array, object value)", [](const Call& c) { return index_of(c, false); }},
    {"static int IndexOf(object array, object value, int startIndex)",
     [](const Call& c) { return index_of(c, false); }},
    {"static int LastIndexOf(object array, object value)", [](const Call& c) { return index_of(c, true); }},
    {"static void Sort(object array)", sort},
    {"static void Sort(object array, scriptblock comparison)", sort},
    {"static void Sort(object keys, object items)", sort},
    {"static void Reverse(object array)", reverse},
    {"static void Reverse(object array, int index, int length)", reverse},
    {"static void Copy(object sourceArray, object destinationArray, int length)", copy},
    {"static void Copy(object sourceArray, int sourceIndex, object destinationArray, int destinationIndex, "
     "int length)",
     copy},
    {"static void Clear(object array)", clear},
    {"static void Clear(object array, int index, int length)", clear},
    {"static void Resize(ref object array, int newSize)", resize},
    {"static void Fill(object array, object value)",
     [](const Call& c) -> Result<Value> {
       auto* items = array_at(c, 0);
       if (items == nullptr) return null_array();
       std::fill(items->begin(), items->end(), c.at(1));
       return Value::nothing();
     }},
    {"static object Find(object array, scriptblock match)", find<Find::first>},
    {"static object FindLast(object array, scriptblock match)", find<Find::last>},
    {"static int FindIndex(object array, scriptblock match)", find<Find::index>},
    {"static int FindLastIndex(object array, scriptblock match)", find<Find::last_index>},
    {"static object[] FindAll(object array, scriptblock match)", find<Find::all>},
    {"static bool Exists(object array, scriptblock match)", find<Find::exists>},
    {"static bool TrueForAll(object array, scriptblock match)", find<Find::every>},
    {"static array CreateInstance(type elementType, int length)", create},
    {"static array CreateInstance(type elementType, int length1, int length2)", create},
    {"static object[] Empty()", [](const Call&) -> Result<Value> { return Value::array({}); }},
    {"static int BinarySearch(object array, object value)",
     [](const Call& c) -> Result<Value> {
       auto* items = array_at(c, 0);
       if (items == nullptr) return null_array();
       const auto at = std::lower_bound(items->begin(), items->end(), c.at(1),
                                        [](const Value& a, const Value& b) { return sort_order(a, b) < 0; });
       const auto place = static_cast<int64_t>(at - items->begin());
       return number(at != items->end() && same_value(*at, c.at(1)) ? place : -place - 1);
     }},
};

// [array]5 is an array of one.
Result<Value> convert_any_array(const Value& value, const TypeRef&) {
  if (value.is_null() || value.is_object(ObjectKind::array)) return value;
  return Value::array(to_items(value));
}

constexpr Type kTypes[] = {
    {.info = &types::SystemArray,
     .names = "array",
     .members = kArray,
     .convert = convert_any_array,
     .interfaces = "System.ICloneable, System.Collections.IList, System.Collections.ICollection, "
                   "System.Collections.IEnumerable"},
};

}  // namespace

std::span<const Type> array_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
