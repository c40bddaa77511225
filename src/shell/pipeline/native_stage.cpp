#include "shell/pipeline/native_stage.h"

#include <fmt/format.h>
#include <glob.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

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
  if (upstream_) {
    if (const Flow flow = upstream_->prepare(input_expected); flow != Flow::more) return flow;
    all_ = upstream_->all_;
  }
  all_.push_back(this);
  return Stage::prepare(input_expected);
}

std::vector<std::string> NativeStage::words() const {
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
  return argv;
}

Flow NativeStage::begin() {
  interpreter_.host().flush();
  // A transcript gets what programs write, too, so they write to the shell then, as in PowerShell.
  const Transcripts* transcripts = interpreter_.host().transcripts();
  const bool kept = transcripts != nullptr && transcripts->active();
  const bool to_console =
      is_last_ && !kept && output_target() != nullptr && interpreter_.is_console(*output_);
  const int file = merges(kError) ? -1 : output_->descriptor();
  if (const Flow flow = spawn(!to_console && file < 0, file); flow != Flow::more) return flow;
  for (const NativeStage* stage : all_) processes_.push_back(stage->process_.get());
  return Flow::more;
}

Flow NativeStage::spawn(bool pipe_output, int output) {
  int input = -1;
  if (upstream_) {
    if (const Flow flow = upstream_->spawn(true, -1); flow != Flow::more) return flow;
    input = upstream_->process_->take_output();
  }
  auto process = NativeProcess::spawn(path_, words(),
                                      {.pipe_input = has_input_ && !upstream_,
                                       .pipe_output = pipe_output,
                                       .pipe_error = streams_.targets[kError] != nullptr,
                                       .input = input,
                                       .output = output});
  if (input >= 0) ::close(input);
  if (!process) return interpreter_.raise(process.take_error(), span_);
  process_ = process.take();
  return Flow::more;
}

namespace {

// Takes whole lines out of `text`, at the end what is left, too. Lines end with \n, \r\n or \r.
template <class Take>
Flow take_lines(std::string& text, bool finish, Take take) {
  if (finish && !text.empty() && text.back() != '\n') text += '\n';
  Flow flow = Flow::more;
  size_t begin = 0;
  for (size_t end; flow == Flow::more && (end = text.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    std::string_view line(text.data() + begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    for (size_t cut; flow == Flow::more && (cut = line.find('\r')) != std::string_view::npos;
         line.remove_prefix(cut + 1)) {
      flow = take(line.substr(0, cut));
    }
    if (flow == Flow::more) flow = take(line);
  }
  text.erase(0, begin);
  return flow;
}

}  // namespace

Flow NativeStage::deliver_output(bool finish) {
  const Flow flow = take_lines(process_->received.output, finish,
                               [this](std::string_view line) { return emit(Value::string(line)); });
  if (flow != Flow::more) process_->received.output.clear();
  return flow;
}

Flow NativeStage::deliver_errors(bool finish) {
  return take_lines(process_->received.error, finish, [this](std::string_view line) {
    Error error{
        .id = std::exchange(any_error_text_, true) ? "NativeCommandErrorMessage" : "NativeCommandError",
        .category = ErrorCategory::NotSpecified,
        .message = std::string(line),
        .exception = "System.Management.Automation.RemoteException",
        .activity = name_};
    return streams_.targets[kError]->write(Value::object(interpreter_.make_record(std::move(error))));
  });
}

// Moves what can be moved, and hands on what came.
Flow NativeStage::pump(bool block) {
  NativeProcess::pump(processes_, block);
  if (interpreter_.interrupted()) return interpreter_.stop_if_interrupted();
  for (NativeStage* stage : all_) {
    if (const Flow flow = stage->deliver_errors(false); flow != Flow::more) return flow;
  }
  return deliver_output(false);
}

namespace {

bool is_byte(const Value& value) {
  return value.kind() == Value::Kind::integer && value.int_type() == IntType::u8;
}

// A byte, or an array of them.
bool append_bytes(const Value& value, std::string& bytes) {
  if (is_byte(value)) {
    bytes += static_cast<char>(value.as_int());
    return true;
  }
  const auto* array = value.as<ArrayObject>();
  if (array == nullptr || !std::all_of(array->items.begin(), array->items.end(), is_byte)) return false;
  for (const Value& item : array->items) bytes += static_cast<char>(item.as_int());
  return true;
}

}  // namespace

Flow NativeStage::write(Value value) {
  NativeProcess& first = *processes_.front();
  if (std::string bytes; append_bytes(value, bytes)) {
    first.feed(bytes);
  } else {
    if (!formatter_) {
      formatter_ =
          interpreter_.host().make_formatter([&first](std::string_view text) { first.feed(text); }, 0);
    }
    formatter_->write(value);
  }
  constexpr size_t kMostWaiting = size_t{1} << 20;
  do {
    if (const Flow flow = pump(first.input_waiting() > kMostWaiting); flow != Flow::more) return flow;
  } while (first.input_waiting() > kMostWaiting);
  return Flow::more;
}

Flow NativeStage::end() {
  if (formatter_) formatter_->end();
  NativeProcess& first = *processes_.front();
  first.close_input();
  const auto busy = [&] {
    return first.input_waiting() > 0 || std::any_of(processes_.begin(), processes_.end(),
                                                    [](NativeProcess* one) { return one->output_open(); });
  };
  // The end of the input is handed on also where there is no output to read.
  Flow flow = pump(false);
  while (flow == Flow::more && busy()) flow = pump(true);
  if (flow == Flow::more) flow = deliver_output(true);
  for (NativeStage* stage : all_) {
    if (flow == Flow::more) flow = stage->deliver_errors(true);
  }
  if (flow == Flow::stopped) return flow;
  if (wait_for_all(flow == Flow::enough) == Flow::stopped) return Flow::stopped;
  return flow;
}

// `enough`: nobody reads what they write, so they are ended.
Flow NativeStage::wait_for_all(bool enough) {
  // Who has the terminal for itself decides what Ctrl-C means.
  const bool alone = !has_input_ && !upstream_ && !process_->has_pipes();
  for (NativeProcess* process : processes_) {
    if (enough) process->terminate();
    while (!alone && !process->exits_within(100)) {
      if (interpreter_.interrupted()) return interpreter_.stop_if_interrupted();
    }
  }
  for (NativeStage* stage : all_) {
    const int code = stage->process_->wait();
    interpreter_.set_last_exit_code(code);
    // Who was ended by us, or had nobody left to write to, did not fail.
    if (code == 0 || enough || (stage != this && code == kEndedBySignal + SIGPIPE)) continue;
    if (const Flow flow = stage->report_exit_code(code); flow != Flow::more) return flow;
  }
  return Flow::more;
}

Flow NativeStage::report_exit_code(int code) {
  interpreter_.set_success(false);
  if (!to_bool(interpreter_.get_variable(kSymNativeErrorAction))) return Flow::more;
  Interpreter::StreamGuard streams(interpreter_, streams_);
  Error error{.id = "ProgramExitedWithNonZeroCode",
              .category = ErrorCategory::NotSpecified,
              .message = fmt::format("Program \"{}\" ended with non-zero exit code: {}.", name_, code),
              .exception = "System.Management.Automation.NativeCommandExitException",
              .activity = name_,
              .span = span_};
  return interpreter_.report(interpreter_.make_record(std::move(error), Value::string(path_)),
                             interpreter_.action_preference(kSymErrorActionPreference));
}

}  // namespace hvsh::shell
