// Objects that scripts write out.
#include <algorithm>

#include "shell/eval/interpreter.h"

namespace hvsh::shell {

// [pscustomobject]@{ ... }. When all names are constant, the first object's shape holds for all that this
// place makes: no table in between, a third of the time and all of the memory of a big list of objects.
bool Interpreter::eval_record(const Cast& cast, Value& out) {
  const Hashtable& table = as<Hashtable>(*cast.operand);
  if (table.cache != nullptr) {
    std::vector<Value> values(table.entries.size());
    for (size_t i = 0; i < values.size(); ++i) {
      if (!eval_statement(*table.entries[i].value, values[i])) return false;
      if (values[i].is_nothing()) values[i] = Value::null();
    }
    const auto* first = static_cast<const RecordObject*>(table.cache);
    out = Value::object(make<RecordObject>(first->shape_pointer(), std::move(values)));
    return true;
  }
  Value map;
  const TypeRef* type = nullptr;
  if (!eval_hashtable(table, true, map) || !type_of(*cast.type, type)) return false;
  auto made = convert_to(map, *type);
  if (!made) return fail(made.take_error(), cast.span);
  out = made.take();
  const auto* record = out.as<RecordObject>();
  const bool constant =
      std::all_of(table.entries.begin(), table.entries.end(),
                  [](const Hashtable::Entry& entry) { return entry.key->kind == Kind::string; });
  if (!constant || record == nullptr || !record->type_names.empty() ||
      record->values().size() != table.entries.size() || cast.span.source == 0) {
    return true;
  }
  const Value kept =
      Value::object(make<RecordObject>(record->shape_pointer(), std::vector<Value>(record->values().size())));
  table.cache = kept.as_object();
  sources_[cast.span.source - 1]->constants.push_back(kept);
  return true;
}

}  // namespace hvsh::shell
