#pragma once
// Runs script properties and script methods for core (core/extended_members.h).
#include "core/extended_members.h"

namespace hvsh::shell {

class Interpreter;

class MemberScriptRunner final : public MemberScripts {
 public:
  explicit MemberScriptRunner(Interpreter& interpreter) : interpreter_(interpreter) {
    set_member_scripts(this);
  }
  ~MemberScriptRunner() override { set_member_scripts(nullptr); }
  MemberScriptRunner(const MemberScriptRunner&) = delete;
  MemberScriptRunner& operator=(const MemberScriptRunner&) = delete;

  Result<Value> call(ScriptBlockObject& block, const Value& self, std::span<const Value> arguments) override;
  Result<Value> convert(const Value& value, const Value& type) override;

 private:
  Interpreter& interpreter_;
};

}  // namespace hvsh::shell
