#pragma once
// A program as a stage: arguments as they are (no shell reads them), input objects as lines of text, its
// output as lines. At the end of a pipeline that goes to the console it writes to the console itself.
#include "shell/format/formatter.h"
#include "shell/pipeline/native_process.h"
#include "shell/pipeline/stage.h"

namespace hvsh::shell {

// Words as the script spells them (numbers, -Name:value), for a program; unquoted wildcards become file
// names.
void spell_native_arguments(const Command& command, std::vector<Argument>& arguments);

class NativeStage final : public Stage {
 public:
  NativeStage(Interpreter& interpreter, std::string name, std::string path, std::vector<Argument> arguments,
              Span span);

  Flow prepare(bool input_expected) override;
  Flow begin() override;
  Flow run() override { return Flow::more; }
  Flow write(Value value) override;
  Flow end() override;

 private:
  Flow deliver(bool finish);
  Flow finish();

  std::string name_, path_;
  std::vector<Argument> arguments_;
  Span span_;
  bool has_input_ = false;
  bool ended_ = false;
  std::unique_ptr<NativeProcess> process_;
  std::string output_text_, error_text_;
  std::unique_ptr<Formatter> formatter_;  // of what is piped in
};

}  // namespace hvsh::shell
