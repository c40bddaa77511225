#pragma once
// A function, filter, script block or script file as a stage.
#include "shell/pipeline/command_stage.h"

namespace hvsh::shell {

class FunctionStage final : public CommandStage {
 public:
  FunctionStage(Interpreter& interpreter, std::string name, Ref<ShellScriptBlock> block,
                std::vector<Argument> arguments, Span span, ScopeMode mode, bool is_script);
  ~FunctionStage() override;

  Flow prepare(bool input_expected) override;
  Flow begin() override;
  Flow run() override;
  Flow write(Value value) override;
  Flow end() override;
  void clean() override;

  void set_function(Ref<Function> function) { function_ = std::move(function); }
  void hand_exit_up() { hands_exit_up_ = true; }  // `exit` ends the program, not only this script

 protected:
  ConfirmImpact impact() const override;
  bool unanswered_is_fatal() const override { return true; }

 private:
  Flow exec(const NamedBlock* phase);
  void set_preferences();
  Flow add_dynamic_parameters(bool input_expected);
  void set_bound_parameters();

  Ref<ShellScriptBlock> block_;
  Ref<Function> function_;
  BlockInfo* info_ = nullptr;
  Ref<Frame> frame_;
  std::unique_ptr<FunctionTarget> target_;
  ScopeMode mode_;
  bool is_script_;
  bool hands_exit_up_ = false;
  bool has_input_ = false;
  std::vector<Value> input_;  // of a function without a process block: $input
  bool exited_ = false;
  bool prepared_ = false;
  std::shared_ptr<BlockInfo> own_info_;  // with dynamic parameters: of this call only
};

}  // namespace hvsh::shell
