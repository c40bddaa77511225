#pragma once
// Get-ChildItem's -Attributes: names of attributes with ! (not), + (and) and , (or):
// "Directory+!Hidden,ReadOnly".
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hvsh::verbs {

class AttributeRule {
 public:
  static Result<AttributeRule> parse(std::string_view text);  // an empty text fits everything
  // `attributes` as an item's Attributes property has them: "ReadOnly, Directory".
  bool fits(std::string_view attributes) const;
  bool names_hidden() const;

 private:
  struct Term {
    std::string name;
    bool inverted = false;
  };
  std::vector<std::vector<Term>> any_of_;  // of the inner ones all must fit
};

}  // namespace hvsh::verbs
