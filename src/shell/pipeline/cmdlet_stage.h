#pragma once
// A compiled cmdlet as a stage: its struct, its Context.
#include "shell/pipeline/command_stage.h"

namespace hvsh::shell {

class CmdletStage final : public CommandStage {
 public:
  CmdletStage(Interpreter& interpreter, std::string_view name, const Cmdlet& cmdlet,
              std::vector<Argument> arguments, Span span);
  ~CmdletStage() override;

  Flow prepare(bool input_expected) override;
  Flow begin() override;
  Flow run() override;
  Flow write(Value value) override;
  Flow end() override;

 protected:
  ConfirmImpact impact() const override;

 private:
  class BodyContext;
  Flow check_remote();
  Flow call(Flow (*body)(void*, Context&));

  const Cmdlet& cmdlet_;
  std::vector<size_t> remote_;  // parameters that check_remote() looks at
  void* self_ = nullptr;
  std::optional<CmdletTarget> target_;
  std::unique_ptr<BodyContext> context_;
};

}  // namespace hvsh::shell
