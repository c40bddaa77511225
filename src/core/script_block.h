#pragma once
#include "core/value.h"

namespace hvsh {

// A script block as core and verbs know it: something that Context::invoke can run. The shell derives from
// it.
class ScriptBlockObject : public HeapObject {
 public:
  const TypeInfo& type() const override { return types::ScriptBlock; }
  virtual std::string text() const = 0;  // the source between the braces

 protected:
  ScriptBlockObject() : HeapObject(ObjectKind::script_block) {}
};

}  // namespace hvsh
