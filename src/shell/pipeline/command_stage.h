#pragma once
// What cmdlets and advanced functions have in common as stages: the common parameters, the streams, errors
// with the command's name, ShouldProcess.
#include "shell/pipeline/stage.h"

namespace hvsh::shell {

class CommandStage : public Stage {
 public:
  CommandStage(Interpreter& interpreter, std::string name, std::vector<Argument> arguments, Span span);

  Flow error(Error error, Value target);
  Flow terminate(Error error, Value target);
  Flow warning(const std::string& message);
  Flow verbose(const std::string& message);
  Flow debug(const std::string& message);
  Flow information(Value message, bool to_host, bool newline);
  Answer should_process_text(std::string_view sentence);
  Answer should_continue(std::string_view query, std::string_view caption);

  // The $PSCmdlet of an advanced function.
  Value cmdlet_object();
  const std::string& name() const { return name_; }
  std::string_view error_class() const { return error_class_; }
  std::string_view parameter_set_name() const;
  const Binder* binder() const { return binder_.get(); }
  Interpreter& interpreter() { return interpreter_; }
  Span span() const { return span_; }

 protected:
  // Binds the command line into `target` and takes the common parameters; prompts for what is missing.
  Flow bind(const BindSpec& spec, BindTarget& target, bool input_expected);
  // Binds one pipeline object. An object that nothing takes is reported, and `bound` is false.
  Flow bind_object(const Value& object, bool& bound);
  Error described(Error error) const;  // with this command's name, class and place
  virtual ConfirmImpact impact() const { return ConfirmImpact::Medium; }
  // A question that nobody can answer ends the whole script: after `if (-not $PSCmdlet.ShouldProcess(...))
  // { return }` the next statement would do what was not agreed to.
  virtual bool unanswered_is_fatal() const { return false; }

  std::string name_;
  std::string error_class_;
  std::vector<Argument> arguments_;
  Span span_;
  BindSpec spec_;
  std::unique_ptr<Binder> binder_;

 private:
  Flow prompt_for_missing();
  void take_common();
  ListObject* capture_variable(const std::string& name);
  ActionPreference action(const std::optional<ActionPreference>& given, WellKnown preference) const;
  std::vector<DefaultValue> default_values();
  Answer confirm(std::string_view sentence);
  enum class Remembered : uint8_t { none, yes_to_all, no_to_all } remembered_ = Remembered::none;
  std::vector<std::string> default_names_;
  std::vector<Ref<ListObject>> captures_;
};

// $PSCmdlet: its members are in members_engine.cpp.
class CmdletObject final : public HeapObject {
 public:
  explicit CmdletObject(CommandStage* stage) : HeapObject(ObjectKind::other), stage(stage) {}
  const TypeInfo& type() const override;
  CommandStage* stage;  // null after the command's end
};

}  // namespace hvsh::shell
