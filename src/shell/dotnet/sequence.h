#pragma once
// What arrays and lists share.
#include "shell/dotnet/declare.h"

namespace hvsh::shell::dotnet {

std::vector<Value>* items_of(const Value& value);  // of an array or list; nullptr: it is neither
bool same_value(const Value& a, const Value& b);   // Equals: same type, same value
int64_t find_item(std::span<const Value> items, const Value& wanted, size_t from = 0);  // -1: not there
// `comparison` is a script block, or null for the default order.
Result<void> sort_items(const Call& call, std::vector<Value>& items, const Value& comparison);
Result<bool> holds(const Call& call, const Value& predicate, const Value& item);
// A KeyValuePair or DictionaryEntry for each entry.
std::vector<Value> entries_of(const MapObject& map);

}  // namespace hvsh::shell::dotnet
