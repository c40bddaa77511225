#pragma once
// The part of WQL that scripts use: select A, B from Class where Name like 'x%' and (Size > 5 or not State =
// 'Stopped').
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/value.h"

namespace hvsh::verbs {

class WqlCondition {
 public:
  // An empty text fits everything.
  static Result<WqlCondition> parse(std::string_view text);
  bool fits(const Value& object) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;
};

struct WqlQuery {
  std::string class_name;
  std::vector<std::string> properties;  // empty: all
  WqlCondition condition;
  static Result<WqlQuery> parse(std::string_view text);
};

}  // namespace hvsh::verbs
