#pragma once
// A program as a stage: arguments as they are (no shell reads them), input objects as lines of text (bytes as
// bytes), its output as lines. Programs that follow each other are one stage: the last one's, which has those
// before it as `upstream`; a pipe of the system's connects them, so bytes stay bytes. At the end of a
// pipeline that goes to the console, or into a file, a program writes there by itself.
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

  // Whether what it writes could go to a program that follows as it is.
  bool hands_on_bytes() const { return !redirects_output() && !merges(kError); }
  void set_upstream(std::unique_ptr<NativeStage> upstream) { upstream_ = std::move(upstream); }

  Flow prepare(bool input_expected) override;
  Flow begin() override;
  Flow run() override { return Flow::more; }
  Flow write(Value value) override;
  Flow end() override;

 private:
  Flow spawn(bool pipe_output, int output);
  std::vector<std::string> words() const;
  Flow pump(bool block);
  Flow deliver_output(bool finish);
  Flow deliver_errors(bool finish);
  Flow wait_for_all(bool enough);
  Flow report_exit_code(int code);

  std::string name_, path_;
  std::vector<Argument> arguments_;
  Span span_;
  bool has_input_ = false;
  bool any_error_text_ = false;
  std::unique_ptr<NativeStage> upstream_;
  std::vector<NativeStage*> all_;  // this one and all before it, the first one first
  std::vector<NativeProcess*> processes_;
  std::unique_ptr<NativeProcess> process_;
  std::unique_ptr<Formatter> formatter_;  // of what is piped in
};

}  // namespace hvsh::shell
