#pragma once
// What is neither called nor a plain property: a method without parentheses, and objects whose properties
// scripts may add and set by name (xml).
#include "shell/dotnet/overloads.h"

namespace hvsh::shell::dotnet {

// 'abc'.Substring: prints its overloads, and .Invoke() calls it.
Value method_object(const Value& target, const TypeRef& type, std::string_view name,
                    std::vector<const Overload*> overloads);

class DynamicObject : public DeclaredObject {
 public:
  // False: there is no property of that name that can be set.
  virtual bool set(std::string_view name, const Value& value) = 0;
};

}  // namespace hvsh::shell::dotnet
