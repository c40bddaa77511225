#include "shell/pipeline/native_stage.h"

#include <fmt/format.h>
#include <glob.h>

#include "core/wildcard.h"
#include "shell/host/transcript.h"

namespace hvsh::shell {

void spell_native_arguments(const Command& command, std::vector<Argument>& arguments) {
  // Only where words and arguments are one to one (no splatting) can the spelling be found.
  if (command.arguments.size() != arguments.size()) return;
  std::vector<Argument> spelled;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const auto* word = try_as<String>(command.arguments[i]);
    if (word == nullptr || word->style != StringStyle::bare) {
      spelled.push_back(std::move(arguments[i]));
      continue;
    }
    const std::string text(word->value);
    glob_t found{};
    const bool pattern = text.find_first_of("*?[") != std::string::npos;
    if ((pattern || text.starts_with("~")) && ::glob(text.c_str(), GLOB_TILDE, nullptr, &found) == 0) {
      for (size_t j = 0; j < found.gl_pathc; ++j) {
        spelled.push_back({.value = Value::string(found.gl_pathv[j]), .span = arguments[i].span});
      }
      ::globfree(&found);
    } else {
      spelled.push_back(std::move(arguments[i]));
    }
  }
  arguments = std::move(spelled);
}

NativeStage::NativeStage(Interpreter& interpreter, std::string name, std::string path,
                         std::vector<Argument> arguments, Span span)
    : Stage(interpreter),
      name_(std::move(name)),
      path_(std::move(path)),
      arguments_(std::move(arguments)),
      span_(span) {}

Flow NativeStage::prepare(bool input_expected) {
  has_input_ = input_expected;
  return Stage::prepare(input_expected);
}

Flow NativeStage::begin() {
  std::vector<std::string> argv = {name_};
  for (const Argument& argument : arguments_) {
    if (argument.is_parameter) {
      std::string word = fmt::format("-{}", argument.name);
      if (argument.has_value && !argument.from_splat) word += ":" + to_string(argument.value);
      argv.push_back(std::move(word));
      if (argument.has_value && argument.from_splat) argv.push_back(to_string(argument.value));
    } else if (!argument.text.empty()) {
      argv.emplace_back(argument.text);
    } else {
      for (const Value& item : to_items(argument.value)) argv.push_back(to_string(item));
    }
  }
  interpreter_.host().flush();
  // A transcript gets what programs write, too, so they write to the shell then, as in PowerShell.
  const Transcripts* transcripts = interpreter_.host().transcripts();
  const bool kept = transcripts != nullptr && transcripts->active();
  const bool to_console =
      is_last_ && !kept && output_target() != nullptr && interpreter_.is_console(*output_);
  auto process = NativeProcess::spawn(path_, argv,
                                      {.pipe_input = has_input_,
                                       .pipe_output = !to_console,
                                       .pipe_error = streams_.targets[kError] != nullptr});
  if (!process) return interpreter_.raise(process.take_error(), span_);
  process_ = process.take();
  return Flow::more;
}

// Hands whole lines on; at the end what is left, too.
Flow NativeStage::deliver(bool finish) {
  size_t begin = 0;
  for (size_t end; (end = output_text_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    size_t length = end - begin;
    if (length > 0 && output_text_[end - 1] == '\r') --length;
    const Flow flow = emit(Value::string(output_text_.substr(begin, length)));
    if (flow != Flow::more) {
      output_text_.clear();
      return flow;
    }
  }
  output_text_.erase(0, begin);
  if (finish && !output_text_.empty()) {
    if (const Flow flow = emit(Value::string(std::exchange(output_text_, {}))); flow != Flow::more)
      return flow;
  }
  begin = 0;
  for (size_t end;
       (end = error_text_.find('\n', begin)) != std::string::npos || (finish && begin < error_text_.size());
       begin = end + 1) {
    if (end == std::string::npos) end = error_text_.size();
    Error error{.id = "NativeCommandError",
                .category = ErrorCategory::NotSpecified,
                .message = error_text_.substr(begin, end - begin),
                .exception = "System.Management.Automation.RemoteException",
                .activity = name_};
    auto record = interpreter_.make_record(std::move(error));
    const Flow flow = streams_.targets[kError]->write(Value::object(record));
    if (flow != Flow::more) return flow;
    if (end == error_text_.size()) {
      begin = end;
      break;
    }
  }
  error_text_.erase(0, begin);
  return Flow::more;
}

Flow NativeStage::write(Value value) {
  if (!formatter_) {
    formatter_ =
        interpreter_.host().make_formatter([this](std::string_view text) { process_->feed(text); }, 0);
  }
  formatter_->write(value);
  constexpr size_t kMostWaiting = size_t{1} << 20;
  do {
    process_->pump(process_->input_waiting() > kMostWaiting, output_text_, error_text_);
    if (interpreter_.interrupted()) return interpreter_.stop_if_interrupted();
  } while (process_->input_waiting() > kMostWaiting);
  return deliver(false);
}

Flow NativeStage::end() {
  if (formatter_) formatter_->end();
  process_->close_input();
  process_->pump(false, output_text_,
                 error_text_);  // hands on the end of the input, also where there is no output to read
  Flow flow = Flow::more;
  while (process_->output_open() || process_->input_waiting() > 0) {
    process_->pump(true, output_text_, error_text_);
    flow = deliver(false);
    if (interpreter_.interrupted()) return interpreter_.stop_if_interrupted();
    if (flow != Flow::more) break;
  }
  if (flow == Flow::stopped) return flow;
  if (flow == Flow::enough) process_->terminate();
  if (flow == Flow::more) flow = deliver(true);
  const int code = process_->wait();
  interpreter_.set_last_exit_code(code);
  if (code != 0) interpreter_.set_success(false);
  if (interpreter_.interrupted()) return interpreter_.stop_if_interrupted();
  return flow;
}

}  // namespace hvsh::shell
