#include "verbs/object/unique.h"

#include "core/convert.h"
#include "core/text.h"

namespace hvsh::verbs {

std::string identity_of(const Value& value, bool ignore_case) {
  std::string text;
  const bool has_members = value.kind() == Value::Kind::object &&
                           (value.is_object(ObjectKind::noun) || value.is_object(ObjectKind::record));
  if (!has_members) {
    text = to_string(value);
  } else {
    for (const PropertyView& view : list_properties(value)) {
      if (view.costly) continue;
      const auto property = get_property(value, view.name);
      text += view.name;
      text += '\x1f';
      if (property && property->ok()) text += to_string(**property);
      text += '\x1e';
    }
  }
  return ignore_case ? fold_case(text) : text;
}

bool UniqueSet::add(const Value& value, bool ignore_case) {
  return seen_.emplace(identity_of(value, ignore_case), '\0').second;
}

}  // namespace hvsh::verbs
