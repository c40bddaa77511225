// Commands: finding what a name means, evaluating arguments, building pipelines.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "shell/bind/bind_errors.h"
#include "shell/eval/builtin_functions.h"
#include "shell/eval/call_site.h"
#include "shell/eval/command_info.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/module_files.h"
#include "shell/eval/modules.h"
#include "shell/eval/requirements.h"
#include "shell/pipeline/cmdlet_stage.h"
#include "shell/pipeline/file_sink.h"
#include "shell/pipeline/function_stage.h"
#include "shell/pipeline/native_stage.h"

namespace hvsh::shell {

namespace {

// An alias may name an alias; further than this it is a circle.
constexpr int kMaxAliasSteps = 16;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = ascii_lower(c);
  return result;
}

}  // namespace

// --------------------------------------------------------------------------------- what a name stands for

void Interpreter::index_cmdlets() {
  cmdlet_index_.reserve(cmdlets_.size() * 2);
  for (const CmdletEntry& entry : cmdlets_) {
    cmdlet_index_.emplace(lower(entry.name), entry.cmdlet);
    for (std::string_view alias : entry.cmdlet->decl->aliases)
      cmdlet_aliases_.emplace(symbols_.intern(alias), &entry);
  }
}

const Cmdlet* Interpreter::find_cmdlet(std::string_view name) {
  if (cmdlet_index_.empty() && !cmdlets_.empty()) index_cmdlets();
  // Hyper-V\Get-VM: the module must be the cmdlet's.
  std::string_view module;
  if (const size_t slash = name.rfind('\\'); slash != std::string_view::npos) {
    module = name.substr(0, slash);
    name = name.substr(slash + 1);
  }
  const Cmdlet* cmdlet = nullptr;
  if (const auto found = cmdlet_index_.find(lower(name)); found != cmdlet_index_.end()) {
    cmdlet = found->second;
  } else if (const CmdletEntry* aliased = aliased_cmdlet(symbols_.intern(name))) {
    cmdlet = aliased->cmdlet;
  }
  const bool fits = cmdlet == nullptr || module.empty() || equal_names(module, cmdlet->decl->module);
  return fits ? cmdlet : nullptr;
}

const CmdletEntry* Interpreter::aliased_cmdlet(Symbol symbol) {
  if (cmdlet_index_.empty() && !cmdlets_.empty()) index_cmdlets();
  const auto found = cmdlet_aliases_.find(symbol);
  return found == cmdlet_aliases_.end() ? nullptr : found->second;
}

void Interpreter::define_function(std::string_view name, Ref<ShellScriptBlock> block, FunctionKind kind) {
  Frame* frame = frame_.get();
  if (const size_t colon = name.find(':'); colon != std::string_view::npos && colon > 0) {
    const std::string_view scope = name.substr(0, colon);
    if (equal_names(scope, "global")) frame = global_.get();
    if (equal_names(scope, "script")) frame = frame_->script;
    name = name.substr(colon + 1);
  }
  if (!frame->functions) frame->functions = std::make_unique<Frame::FunctionTable>();
  Ref<Function> function(new Function);
  function->name = name;
  function->block = std::move(block);
  function->kind = kind;
  (*frame->functions)[symbols_.intern(name)] = std::move(function);
}

Ref<Function> Interpreter::find_function(Symbol symbol) {
  for (Frame* frame = frame_.get(); frame != nullptr; frame = frame->parent.get()) {
    if (!frame->functions) continue;
    const auto found = frame->functions->find(symbol);
    if (found != frame->functions->end()) return found->second;
  }
  return {};
}

void Interpreter::set_alias(std::string_view name, std::string_view command, Frame& frame) {
  if (!frame.aliases) frame.aliases = std::make_unique<std::unordered_map<Symbol, std::string>>();
  (*frame.aliases)[symbols_.intern(name)] = command;
}

std::optional<std::string> Interpreter::find_alias(Symbol symbol) {
  for (Frame* frame = frame_.get(); frame != nullptr; frame = frame->parent.get()) {
    if (!frame->aliases) continue;
    const auto found = frame->aliases->find(symbol);
    if (found != frame->aliases->end()) return found->second;
  }
  const CmdletEntry* cmdlet = aliased_cmdlet(symbol);
  return cmdlet == nullptr ? std::nullopt : std::optional<std::string>(cmdlet->name);
}

bool Interpreter::remove_alias(Symbol symbol) {
  for (Frame* frame = frame_.get(); frame != nullptr; frame = frame->parent.get()) {
    if (frame->aliases && frame->aliases->erase(symbol) > 0) return true;
  }
  return cmdlet_aliases_.erase(symbol) > 0;
}

std::vector<std::string> Interpreter::find_programs(std::string_view name, size_t most) const {
  const auto usable = [](const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string_view::npos || name.find('\\') != std::string_view::npos) {
    auto path = resolve_path(name);
    if (path && usable(*path)) return {*path};
    return {};
  }
  std::vector<std::string> found;
  const std::string path = get_environment("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  std::string_view rest = path;
  while (!rest.empty() && found.size() < most) {
    const size_t end = std::min(rest.find(':'), rest.size());
    std::string candidate = fmt::format("{}/{}", end == 0 ? "." : rest.substr(0, end), name);
    if (usable(candidate)) found.push_back(std::move(candidate));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found;
}

Ref<Function> Interpreter::find_any_function(std::string_view name) {
  const Symbol symbol = symbols_.intern(name);
  if (Ref<Function> function = find_function(symbol)) return function;
  const std::string_view body = builtin_function(name);
  auto source = body.empty() ? nullptr : load(body, {}).take();
  if (!source) return {};
  define_function(fmt::format("global:{}", name), make<ShellScriptBlock>(source, *source->parsed.root),
                  FunctionKind::function);
  return find_function(symbol);
}

ResolvedCommand Interpreter::resolve_symbol(std::string_view name) {
  ResolvedCommand command;
  if (Ref<Function> function = find_any_function(name)) {
    command.kind = ResolvedCommand::Kind::function;
    command.name = function->name;
    command.function = std::move(function);
    return command;
  }
  if (const Cmdlet* cmdlet = find_cmdlet(name)) {
    command.kind = ResolvedCommand::Kind::cmdlet;
    command.cmdlet = cmdlet;
    return command;
  }
  const bool is_path = name.find('/') != std::string_view::npos || name.find('\\') != std::string_view::npos;
  if (is_path || (name.size() > 4 && equal_names(name.substr(name.size() - 4), ".ps1"))) {
    std::string wanted(name);
    auto path = resolve_path(wanted);
    struct stat status {};
    const bool is_script = path && path->size() > 4 && equal_names(path->substr(path->size() - 4), ".ps1");
    if (is_script && is_path && ::stat(path->c_str(), &status) == 0) {
      command.kind = ResolvedCommand::Kind::script;
      command.path = *path;
      return command;
    }
    if (path && is_path && ::stat((*path + ".ps1").c_str(), &status) == 0) {
      command.kind = ResolvedCommand::Kind::script;
      command.path = *path + ".ps1";
      return command;
    }
  }
  if (auto programs = find_programs(name, 1); !programs.empty()) {
    command.kind = ResolvedCommand::Kind::native;
    command.path = std::move(programs.front());
  }
  return command;
}

ResolvedCommand Interpreter::resolve(std::string_view name) {
  std::string current(name);
  Symbol symbol = symbols_.intern(current);
  for (int step = 0; step < kMaxAliasSteps; ++step) {
    auto alias = find_alias(symbol);
    if (!alias) break;
    current = *alias;
    symbol = symbols_.intern(current);
  }
  ResolvedCommand command = resolve_symbol(current);
  if (command.kind == ResolvedCommand::Kind::none && current.find('/') == std::string::npos &&
      import_module_of(*this, current)) {
    command = resolve_symbol(current);
  }
  // The names live as long as the interpreter.
  if (command.kind == ResolvedCommand::Kind::cmdlet) {
    command.name = symbols_.name(
        symbols_.intern(fmt::format("{}-{}", command.cmdlet->decl->verb, command.cmdlet->decl->noun)));
  } else if (command.kind != ResolvedCommand::Kind::function) {
    command.name = symbols_.name(symbol);
  }
  return command;
}

Error Interpreter::did_you_mean_command(std::string_view name) {
  std::vector<std::string_view> names;
  for (const CmdletEntry& entry : cmdlets_) names.push_back(entry.name);
  for (Frame* frame = frame_.get(); frame != nullptr; frame = frame->parent.get()) {
    if (!frame->functions) continue;
    for (const auto& [symbol, function] : *frame->functions) names.push_back(function->name);
  }
  Error error{.id = "CommandNotFoundException",
              .category = ErrorCategory::ObjectNotFound,
              .message = fmt::format(
                  "The term '{}' is not recognized as a name of a cmdlet, function, script file, or "
                  "executable program.\nCheck the spelling of the name, or if a path was included, "
                  "verify that the path is correct and try again.",
                  name),
              .target = std::string(name),
              .target_type = "System.String",
              .exception = "System.Management.Automation.CommandNotFoundException",
              .activity = std::string(name)};
  const std::string_view near = bind_errors::nearest(name, names);
  if (!near.empty()) error.hint = fmt::format("Did you mean {}?", near);
  return error;
}

// ------------------------------------------------------------------------------------------- arguments

bool Interpreter::splat(const Variable& variable, std::vector<Argument>& out) {
  Variable plain = variable;
  plain.splatted = false;
  Value value;
  if (!read_variable(plain, value)) return false;
  if (value.is_null()) return true;
  if (const auto* map = value.as<MapObject>()) {
    for (const auto& [key, item] : map->entries()) {
      // The text of a key lives as long as its map, which the argument's value keeps.
      const Symbol symbol = symbols_.intern(to_string(key));
      out.push_back({.is_parameter = true,
                     .has_value = true,
                     .from_splat = true,
                     .name = symbols_.name(symbol),
                     .value = item,
                     .span = variable.span});
    }
    return true;
  }
  // $args hands on the -Names that it was given.
  const bool has_names = equal_names(variable.name, "args");
  for (const Value& item : to_items(value)) {
    if (has_names && item.is_string() && item.as_string().size() > 1 && item.as_string()[0] == '-' &&
        (ascii_lower(item.as_string()[1]) >= 'a' && ascii_lower(item.as_string()[1]) <= 'z')) {
      std::string_view name = std::string_view(item.as_string()).substr(1);
      if (name.ends_with(':')) name.remove_suffix(1);  // -Name:value, whose value comes next
      const Symbol symbol = symbols_.intern(name);
      out.push_back(
          {.is_parameter = true, .has_value = false, .name = symbols_.name(symbol), .span = variable.span});
    } else {
      out.push_back({.value = item, .span = variable.span});
    }
  }
  return true;
}

namespace {

// How the script spells a number, for parameters that are text: 010 stays 010.
std::string_view spelling(const Expr& expr) {
  if (const auto* number = try_as<Number>(&expr)) return number->text;
  return {};
}

}  // namespace

bool Interpreter::eval_arguments(const Command& command, std::vector<Argument>& out) {
  out.reserve(command.arguments.size());
  bool no_more_parameters = false;
  for (const Node* node : command.arguments) {
    if (const auto* parameter = try_as<CommandParameter>(node)) {
      Argument argument{.is_parameter = !no_more_parameters, .has_value = false, .name = parameter->name};
      argument.span = parameter->span;
      if (no_more_parameters) {
        argument.value = Value::string(fmt::format("-{}", parameter->name));
        argument.has_value = true;
      } else if (parameter->argument != nullptr) {
        if (!eval(*parameter->argument, argument.value)) return false;
        if (argument.value.is_nothing()) argument.value = Value::null();
        argument.has_value = true;
        argument.text = spelling(*parameter->argument);
      }
      out.push_back(std::move(argument));
    } else if (node->kind == Kind::end_of_parameters) {
      no_more_parameters = true;
    } else if (const auto* verbatim = try_as<VerbatimArguments>(node)) {
      out.push_back({.value = Value::string(verbatim->text), .span = node->span});
    } else {
      const Expr& expr = static_cast<const Expr&>(*node);
      if (const auto* variable = try_as<Variable>(&expr); variable != nullptr && variable->splatted) {
        if (!splat(*variable, out)) return false;
        continue;
      }
      Argument argument{.text = spelling(expr), .span = expr.span};
      if (!eval(expr, argument.value)) return false;
      if (argument.value.is_nothing()) argument.value = Value::null();
      out.push_back(std::move(argument));
    }
  }
  return true;
}

// ------------------------------------------------------------------------------------------- pipelines

bool Interpreter::command_of(const Command& command, ResolvedCommand& out, ScopeMode& mode) {
  mode = command.invocation == Invocation::dot ? ScopeMode::caller : ScopeMode::child;
  const auto* literal = try_as<String>(command.name);
  if (literal != nullptr) {
    const Symbol symbol = call_site_of(command, *this).symbol;
    if (Ref<Function> function = find_alias(symbol) ? Ref<Function>() : find_function(symbol)) {
      out.kind = ResolvedCommand::Kind::function;
      out.name = function->name;
      out.function = std::move(function);
      return true;
    }
    out = resolve(literal->value);
    if (out.kind != ResolvedCommand::Kind::none) return true;
    return fail(did_you_mean_command(literal->value), command.name->span);
  }
  Value name;
  if (!eval(*command.name, name)) return false;
  if (auto* block = name.as<ShellScriptBlock>()) {
    out.kind = ResolvedCommand::Kind::block;
    out.block = Ref<ShellScriptBlock>(block);
    return true;
  }
  if (auto module = module_cast(name); module && module->frame) {
    out.kind = ResolvedCommand::Kind::block;
    out.module = std::move(module);
    return true;
  }
  if (const CommandInfo* info = command_cast(name)) {
    if (info->block && info->type != CommandTypes::Alias && info->type != CommandTypes::ExternalScript) {
      out.kind = ResolvedCommand::Kind::function;
      out.function = Ref<Function>(new Function);
      out.function->name = info->name;
      out.function->block = info->block;
      out.name = out.function->name;
      return true;
    }
    name = Value::string(info->path.empty() ? info->name : info->path);
  }
  const std::string text = to_string(name);
  if (text.empty()) {
    return fail(
        {.id = "BadExpression",
         .category = ErrorCategory::InvalidOperation,
         .message =
             "The expression after '&' in a pipeline element produced an object that was not valid. It "
             "must result in a command name, a script block, or a CommandInfo object."},
        command.name->span);
  }
  out = resolve(text);
  if (out.kind != ResolvedCommand::Kind::none) return true;
  return fail(did_you_mean_command(text), command.name->span);
}

CallSite& call_site_of(const Command& command, Interpreter& interpreter) {
  if (command.call_site != nullptr) return *static_cast<CallSite*>(command.call_site);
  auto site = std::make_shared<CallSite>();
  site->symbol = interpreter.symbols().intern(as<String>(*command.name).value);
  site->plain_arguments = true;
  for (const Node* node : command.arguments) {
    const auto* variable = try_as<Variable>(node);
    if (node->kind == Kind::command_parameter || node->kind == Kind::end_of_parameters ||
        node->kind == Kind::verbatim_arguments || (variable != nullptr && variable->splatted)) {
      site->plain_arguments = false;
    }
  }
  command.call_site = site.get();
  interpreter.source_pointer(command.span.source)->attachments.push_back(site);
  return *site;
}

std::unique_ptr<Stage> Interpreter::make_stage(const ResolvedCommand& command,
                                               std::vector<Argument> arguments, Span span, ScopeMode mode) {
  switch (command.kind) {
    case ResolvedCommand::Kind::cmdlet:
      return std::make_unique<CmdletStage>(*this, command.name, *command.cmdlet, std::move(arguments), span);
    case ResolvedCommand::Kind::function: {
      auto stage = std::make_unique<FunctionStage>(*this, std::string(command.name), command.function->block,
                                                   std::move(arguments), span, mode, false);
      stage->set_function(command.function);
      return stage;
    }
    case ResolvedCommand::Kind::block:
      return std::make_unique<FunctionStage>(*this, std::string(), command.block, std::move(arguments), span,
                                             mode, false);
    case ResolvedCommand::Kind::script: {
      Ref<ShellScriptBlock> block = command.block;
      const bool given = static_cast<bool>(block);
      if (!block) {
        auto source = load_file(command.path);
        if (!source) {
          (void)fail(source.take_error(), span);
          return nullptr;
        }
        block = make<ShellScriptBlock>(*source, *(*source)->parsed.root);
      }
      if (meet_requirements(*this, *block->source) == Flow::stopped) return nullptr;
      const size_t slash = command.path.rfind('/');
      auto stage = std::make_unique<FunctionStage>(
          *this, command.path.substr(slash == std::string::npos ? 0 : slash + 1), std::move(block),
          std::move(arguments), span, mode, true);
      // The script that the program was started with: its exit is the program's.
      if (given) stage->hand_exit_up();
      return stage;
    }
    case ResolvedCommand::Kind::native:
      return std::make_unique<NativeStage>(*this, std::string(command.name), command.path,
                                           std::move(arguments), span);
    case ResolvedCommand::Kind::none: break;
  }
  return nullptr;
}

// The block, or the command's name, that stands behind `& $module`.
bool Interpreter::enter_module(ResolvedCommand& command, std::vector<Argument>& arguments, Span span) {
  const bool given = !arguments.empty() && !arguments[0].is_parameter;
  auto* block = given ? arguments[0].value.as<ShellScriptBlock>() : nullptr;
  if (block != nullptr) {
    command.block = make<ShellScriptBlock>(block->source, *block->tree);
    command.block->home = command.module->frame;
    arguments.erase(arguments.begin());
    return true;
  }
  const std::string name = given ? to_string(arguments[0].value) : std::string();
  const FrameGuard guard(*this, command.module->frame);
  command = resolve(name);
  if (command.kind == ResolvedCommand::Kind::none) return fail(did_you_mean_command(name), span);
  arguments.erase(arguments.begin());
  return true;
}

std::unique_ptr<Stage> Interpreter::stage_of(const Command& command) {
  ResolvedCommand resolved;
  ScopeMode mode = ScopeMode::child;
  if (!command_of(command, resolved, mode)) return nullptr;
  std::vector<Argument> arguments;
  if (!eval_arguments(command, arguments)) return nullptr;
  if (resolved.module && !enter_module(resolved, arguments, command.span)) return nullptr;
  if (resolved.kind == ResolvedCommand::Kind::native) spell_native_arguments(command, arguments);
  std::unique_ptr<Stage> stage = make_stage(resolved, std::move(arguments), command.span, mode);
  if (stage && !redirect(command.redirections, *stage)) return nullptr;
  return stage;
}

bool Interpreter::redirect(std::span<const Redirection* const> redirections, Stage& stage) {
  for (const Redirection* one : redirections) {
    if (one->target == nullptr) {
      if (one->to != kOutput) {
        return fail({.id = "RedirectionNotSupported",
                     .category = ErrorCategory::InvalidOperation,
                     .message = "Streams can be merged into the output stream (1) only."},
                    one->span);
      }
      for (size_t stream = kError; stream < kStreamCount; ++stream) {
        if (one->from == kAllStreams || one->from == stream) stage.merge_stream(stream);
      }
      continue;
    }
    Value target;
    if (!eval(*one->target, target)) return false;
    const auto make_sink = [&]() -> Result<std::unique_ptr<Sink>> {
      if (target.is_null()) return std::unique_ptr<Sink>(std::make_unique<NullSink>());
      HVSH_TRY(std::string path, resolve_path(to_string(target)));
      return FileSink::open(*host_, path, one->append);
    };
    auto sink = make_sink();
    if (!sink) return fail(sink.take_error(), one->span);
    if (one->from == kOutput || one->from == kAllStreams) {
      stage.redirect_output(sink.take());
      if (one->from == kAllStreams) {
        for (size_t stream = kError; stream < kStreamCount; ++stream) stage.merge_stream(stream);
      }
    } else {
      stage.redirect_stream(one->from, sink.take());
    }
  }
  return true;
}

namespace {

// Programs that follow each other become one stage, the last one's; what comes back are the stages that are
// left.
std::span<std::unique_ptr<Stage>> join_programs(std::span<std::unique_ptr<Stage>> stages) {
  size_t count = 0;
  for (std::unique_ptr<Stage>& stage : stages) {
    auto* program = dynamic_cast<NativeStage*>(stage.get());
    auto* before = count == 0 ? nullptr : dynamic_cast<NativeStage*>(stages[count - 1].get());
    if (program != nullptr && before != nullptr && before->hands_on_bytes()) {
      (void)stages[count - 1].release();
      program->set_upstream(std::unique_ptr<NativeStage>(before));
      --count;
    }
    if (&stages[count] != &stage) stages[count] = std::move(stage);
    ++count;
  }
  return stages.first(count);
}

}  // namespace

Flow Interpreter::exec_pipeline(const Pipeline& pipeline, Sink& out) {
  if (pipeline.background) return run_in_background(pipeline, out);
  if (interrupted()) return stop_if_interrupted();
  // A plain function called with plain arguments needs no stages.
  if (pipeline.elements.size() == 1) {
    const auto* command = try_as<Command>(pipeline.elements[0]);
    if (command != nullptr && command->invocation == Invocation::plain && command->redirections.empty() &&
        command->name->kind == Kind::string) {
      const CallSite& site = call_site_of(*command, *this);
      if (site.plain_arguments) {
        if (Ref<Function> function = find_function(site.symbol)) {
          const bool aliased = find_alias(site.symbol).has_value();
          const BlockInfo* info = aliased ? nullptr : info_of(*function->block->tree);
          if (info == nullptr && !aliased) return Flow::stopped;
          if (info != nullptr && info->by_position_only) {
            success_ = true;
            return call_simple(*command, *function, out);
          }
        }
      }
    }
  }
  std::unique_ptr<Stage> inline_stages[4];
  std::vector<std::unique_ptr<Stage>> many;
  std::span<std::unique_ptr<Stage>> stages(inline_stages, std::min<size_t>(pipeline.elements.size(), 4));
  if (pipeline.elements.size() > 4) {
    many.resize(pipeline.elements.size());
    stages = many;
  }
  for (size_t i = 0; i < pipeline.elements.size(); ++i) {
    const Node& element = *pipeline.elements[i];
    if (const auto* expression = try_as<CommandExpression>(&element)) {
      stages[i] = std::make_unique<ExpressionStage>(*this, *expression->expression);
      if (!redirect(expression->redirections, *stages[i])) return Flow::stopped;
    } else {
      stages[i] = stage_of(as<Command>(element));
    }
    if (!stages[i]) {
      success_ = false;
      return Flow::stopped;
    }
  }
  const Flow flow = run_stages(join_programs(stages), out);
  if (flow == Flow::stopped && pending_.kind == Unwind::error) success_ = false;
  return flow;
}

}  // namespace hvsh::shell
