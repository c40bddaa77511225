#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "core/value.h"

namespace hvsh::verbs {

// Text that is the same for objects that count as one: of a scalar its type's kind and text, of anything else
// the names and texts of its properties.
std::string identity_of(const Value& value, bool ignore_case);

// Values seen before.
class UniqueSet {
 public:
  // False when an equal one was there.
  bool add(const Value& value, bool ignore_case);

 private:
  std::unordered_map<std::string, char> seen_;
};

}  // namespace hvsh::verbs
