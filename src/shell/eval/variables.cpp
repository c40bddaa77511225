// Variables: scopes, automatic variables, $env: and the other drives.
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "core/path_info.h"
#include "shell/eval/environment.h"
#include "shell/eval/host_objects.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/loop_state.h"
#include "shell/eval/style.h"
#include "shell/pipeline/command_stage.h"

namespace hvsh::shell {

Symbol Interpreter::symbol_of(const Variable& variable) {
  if (variable.symbol != 0) return variable.symbol;
  Symbol symbol = symbols_.intern(variable.name);
  if (symbol == kSymPSItem) symbol = kSymUnderscore;
  variable.symbol = symbol;
  return symbol;
}

Frame* Interpreter::scope_frame(VariableScope scope) {
  switch (scope) {
    case VariableScope::global_: return global_.get();
    case VariableScope::script_: return frame_->script;
    default: return frame_.get();
  }
}

Slot* Interpreter::find_slot(Symbol symbol, Frame* from) {
  Frame* const start = from != nullptr ? from : frame_.get();
  for (Frame* frame = start; frame != nullptr; frame = frame->parent.get()) {
    Slot* slot = frame->find(symbol);
    if (slot == nullptr) continue;
    const bool hidden = frame != start && slot->constraint != nullptr &&
                        (slot->constraint->flags & Constraint::is_private) != 0;
    if (!hidden) return slot;
  }
  return nullptr;
}

Value Interpreter::get_variable(Symbol symbol) {
  if (Slot* slot = find_slot(symbol)) return slot->value;
  if (auto value = automatic(symbol)) return std::move(*value);
  return Value::null();
}

bool Interpreter::read_variable(const Variable& variable, Value& out) {
  if (variable.slot_info == frame_->layout->id()) {
    const uint32_t index = variable.slot - 1;
    if (index < frame_->slots.size() && frame_->slots[index].is_set()) {
      out = frame_->slots[index].value;
      return true;
    }
  }
  if (variable.scope == VariableScope::drive) return drive_read(variable, out);
  if (variable.scope == VariableScope::using_) return using_read(variable, out);
  const Symbol symbol = symbol_of(variable);
  switch (symbol) {
    case kSymTrue: out = Value::boolean(true); return true;
    case kSymFalse: out = Value::boolean(false); return true;
    case kSymNull: out = Value::null(); return true;
    case kSymQuestion: out = Value::boolean(success_); return true;
    default: break;
  }
  if (variable.scope == VariableScope::unqualified) {
    const uint32_t index = frame_->layout->find(symbol);
    if (index != kNoSlot) {
      variable.slot = index + 1;
      variable.slot_info = frame_->layout->id();
    }
    if (Slot* slot = find_slot(symbol)) {
      out = slot->value;
      return true;
    }
    if (auto value = automatic(symbol)) {
      out = std::move(*value);
      return true;
    }
    out = Value::null();
    return check_strict(variable);
  }
  Frame* frame = scope_frame(variable.scope);
  if (Slot* slot = frame->find(symbol)) {
    out = slot->value;
  } else if (frame == global_.get()) {
    auto value = automatic(symbol);
    out = value ? std::move(*value) : Value::null();
  } else {
    out = Value::null();
  }
  return true;
}

// $using:x has a value where a block was handed to another interpreter, which got the values along with the
// work.
bool Interpreter::using_read(const Variable& variable, Value& out) {
  const Symbol given = symbols_.find("using:" + std::string(variable.name));
  if (const Slot* slot = given == 0 ? nullptr : global_->find(given)) {
    out = slot->value;
    return true;
  }
  return fail(
      {.id = "UsingWithoutInvokeCommand",
       .category = ErrorCategory::InvalidOperation,
       .message = "A Using variable cannot be retrieved. A Using variable can be used only with "
                  "Invoke-Command, Start-Job, or InlineScript in the script workflow. When it is used with "
                  "Invoke-Command, the Using variable is valid only if the script block is invoked on a "
                  "remote computer."},
      variable.span);
}

int Interpreter::strict_version() const {
  for (const Frame* frame = frame_.get(); frame != nullptr; frame = frame->parent.get()) {
    if (frame->strict >= 0) return frame->strict;
  }
  return 0;
}

// With Set-StrictMode, a variable that was never set is an error.
bool Interpreter::check_strict(const Variable& variable) {
  if (strict_version() == 0) return true;
  return fail({.id = "VariableIsUndefined",
               .category = ErrorCategory::InvalidOperation,
               .message = fmt::format("The variable '${}' cannot be retrieved because it has not been set.",
                                      variable.name),
               .target = std::string(variable.name)},
              variable.span);
}

namespace {

bool is_fixed(Symbol symbol) {
  switch (symbol) {
    case kSymTrue:
    case kSymFalse:
    case kSymQuestion:
    case kSymPid:
    case kSymHost:
    case kSymPSVersionTable:
    case kSymIsLinux:
    case kSymIsWindows:
    case kSymIsMacOS:
    case kSymIsCoreCLR:
    case kSymPSEdition:
    case kSymPSHome:
    case kSymShellId:
    case kSymExecutionContext:
    case kSymHome: return true;
    default: return false;
  }
}

Error read_only_error(std::string_view name) {
  return {.id = "VariableNotWritable",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Cannot overwrite variable {} because it is read-only or constant.", name),
          .target = std::string(name),
          .exception = "System.Management.Automation.SessionStateUnauthorizedAccessException"};
}

}  // namespace

bool Interpreter::set_variable(Symbol symbol, Value value, Frame* frame, Span span) {
  if (symbol == kSymNull) return true;
  if (is_fixed(symbol)) return fail(read_only_error(symbols_.name(symbol)), span);
  Slot& slot = frame->make(symbol);
  if (slot.is_set() && slot.constraint != nullptr) {
    if (!constrain(*slot.constraint, symbols_.name(symbol), value, span)) return false;
  } else {
    slot.constraint = nullptr;
  }
  slot.value = std::move(value);
  return true;
}

bool Interpreter::write_variable(const Variable& variable, Value value) {
  if (variable.slot_info == frame_->layout->id()) {
    const uint32_t index = variable.slot - 1;
    if (index < frame_->slots.size() && frame_->slots[index].constraint == nullptr) {
      frame_->slots[index].value = std::move(value);
      return true;
    }
  }
  if (variable.scope == VariableScope::drive) return drive_write(variable, value);
  const Symbol symbol = symbol_of(variable);
  Frame* frame = scope_frame(variable.scope);
  if (!set_variable(symbol, std::move(value), frame, variable.span)) return false;
  if (variable.scope == VariableScope::private_ && symbol != kSymNull) {
    Slot& slot = frame->make(symbol);
    if (slot.constraint == nullptr) slot.constraint = new_constraint({.flags = Constraint::is_private});
  }
  if (symbol != kSymNull && frame == frame_.get()) {
    variable.slot = frame->layout->find(symbol) + 1;
    variable.slot_info = frame->layout->id();
  }
  return true;
}

bool Interpreter::constrain(const Constraint& constraint, std::string_view name, Value& value, Span span) {
  if ((constraint.flags & (Constraint::read_only | Constraint::constant)) != 0) {
    return fail(read_only_error(name), span);
  }
  if (constraint.type != nullptr) {
    auto converted = convert_to(value, *constraint.type);
    if (!converted) {
      Error error = converted.take_error();
      error.exception = "System.Management.Automation.ArgumentTransformationMetadataException";
      error.category = ErrorCategory::MetadataError;
      error.id = "RuntimeException";
      return fail(std::move(error), span);
    }
    value = converted.take();
  }
  if (constraint.validators != nullptr) {
    if (auto valid = check_validators(*this, *constraint.validators, nullptr, name, value); !valid) {
      if (pending_.kind != Unwind::none) return false;
      return fail(valid.take_error(), span);
    }
  }
  return true;
}

ActionPreference Interpreter::action_preference(WellKnown symbol) {
  const Value value = get_variable(symbol);
  if (value.kind() == Value::Kind::enumeration && &value.enum_info() == &EnumOf<ActionPreference>::info) {
    return static_cast<ActionPreference>(value.enum_number());
  }
  auto converted = to_enum(value, EnumOf<ActionPreference>::info);
  return converted ? static_cast<ActionPreference>(converted->enum_number()) : ActionPreference::Continue;
}

void Interpreter::define_preferences() {
  const auto action = [](ActionPreference preference) {
    return Value::enumeration(EnumOf<ActionPreference>::info, static_cast<int32_t>(preference));
  };
  Frame& global = *global_;
  global.set(kSymErrorActionPreference, action(ActionPreference::Continue));
  global.set(kSymWarningPreference, action(ActionPreference::Continue));
  global.set(kSymVerbosePreference, action(ActionPreference::SilentlyContinue));
  global.set(kSymDebugPreference, action(ActionPreference::SilentlyContinue));
  global.set(kSymInformationPreference, action(ActionPreference::SilentlyContinue));
  global.set(kSymProgressPreference, action(ActionPreference::Continue));
  global.set(kSymConfirmPreference,
             Value::enumeration(EnumOf<ConfirmImpact>::info, static_cast<int32_t>(ConfirmImpact::High)));
  global.set(kSymWhatIfPreference, Value::boolean(false));
  global.set(kSymNativeErrorAction, Value::boolean(false));
  global.set(kSymPSDefaultParameterValues, Value::object(make<MapObject>(false)));
  global.set(kSymFormatEnumerationLimit, Value::integer(FormatPreferences{}.enumeration_limit));
  global.set(symbols_.intern("ErrorView"), Traits<ErrorView>::to(FormatPreferences{}.error_view));
  global.set(kSymError, Value::object(errors_));
}

// ------------------------------------------------------------------------------------ automatic variables

namespace {

std::string home_folder() {
  if (auto home = get_environment("HOME"); home && !home->empty()) return *home;
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "/";
}

Value version_table() {
  auto table = make<MapObject>(true);
  const auto version = [](int major, int minor, int build) {
    return Value::object(make<VersionObject>(Version{major, minor, build, -1}));
  };
  table->set("PSVersion", Value::object(make<VersionObject>(kPowerShellVersion)));
  table->set("PSEdition", Value::string("Core"));
  table->set("GitCommitId", Value::string("7.4.0"));
  table->set("OS", Value::string(operating_system()));
  table->set("Platform", Value::string("Unix"));
  std::vector<Value> compatible;
  for (auto [major, minor] : {std::pair{1, 0}, {2, 0}, {3, 0}, {4, 0}, {5, 0}, {5, 1}, {6, 0}, {7, 0}}) {
    compatible.push_back(Value::object(make<VersionObject>(Version{major, minor})));
  }
  table->set("PSCompatibleVersions", Value::array(std::move(compatible)));
  table->set("PSRemotingProtocolVersion", Value::object(make<VersionObject>(Version{2, 3})));
  table->set("SerializationVersion", version(1, 1, 0));
  table->set("WSManStackVersion", Value::object(make<VersionObject>(Version{3, 0})));
  table->set("HvshVersion", version(kVersionMajor, kVersionMinor, kVersionPatch));
  return Value::object(table);
}

}  // namespace

// $PSBoundParameters of a call that no binder made.
static Value plain_bound_parameters(Frame& frame) {
  auto map = make<MapObject>(false);
  if (frame.block != nullptr && frame.plain_arguments > 0) {
    const auto& info = *static_cast<const BlockInfo*>(frame.block->tree->info);
    for (uint32_t i = 0; i < frame.plain_arguments; ++i) {
      map->set(info.params[i].name, frame.slots[info.parameters[i].slot].value);
    }
  }
  frame.set(kSymPSBoundParameters, Value::object(map));
  return Value::object(map);
}

std::optional<Value> Interpreter::automatic(Symbol symbol) {
  if (symbol >= kSymFirstFree) return std::nullopt;
  // The nearest scope that belongs to an invocation.
  Frame* invoked = frame_.get();
  while (invoked->parent && invoked->block == nullptr) invoked = invoked->parent.get();
  const Source* home = invoked->block != nullptr ? invoked->block->source.get() : nullptr;
  switch (symbol) {
    case kSymTrue: return Value::boolean(true);
    case kSymFalse: return Value::boolean(false);
    case kSymQuestion: return Value::boolean(success_);
    case kSymArgs: return Value::array({});
    case kSymForeach:
    case kSymSwitch: {
      const auto kind = symbol == kSymForeach ? LoopState::Kind::foreach_ : LoopState::Kind::switch_;
      LoopState* state = LoopState::find(loops_, kind);
      return state != nullptr ? state->enumerator() : Value::null();
    }
    case kSymLastExitCode:
      if (!last_exit_code_set_) return Value::null();
      return Value::integer(last_exit_code_);
    case kSymPwd: return noun_value(PathInfo{location_});
    case kSymHome: return Value::string(home_folder());
    case kSymPid: return Value::integer(::getpid());
    case kSymIsLinux:
    case kSymIsCoreCLR: return Value::boolean(true);
    case kSymIsWindows:
    case kSymIsMacOS: return Value::boolean(false);
    case kSymPSEdition: return Value::string("Core");
    case kSymPSHome: return Value::string(program_folder());
    case kSymPSCulture:
    case kSymPSUICulture: return Value::string("en-US");
    case kSymShellId: return Value::string("Microsoft.PowerShell");
    case kSymProfile: return Value::string(home_folder() + "/.config/hvsh/profile.ps1");
    case kSymNestedPromptLevel: return Value::integer(0);
    case kSymPSVersionTable: return version_table();
    case kSymPSScriptRoot: return Value::string(home != nullptr ? folder_of(home->path) : "");
    case kSymPSCommandPath: return Value::string(home != nullptr ? home->path : "");
    case kSymMyInvocation: return invocation_info(*invoked);
    case kSymPSBoundParameters: return plain_bound_parameters(*invoked);
    case kSymPSCmdlet: {
      for (Frame* frame = frame_.get(); frame != nullptr; frame = frame->parent.get()) {
        if (frame->stage != nullptr) return frame->stage->cmdlet_object();
      }
      return Value::null();
    }
    case kSymPSStyle: {
      // Kept, since scripts assign to its properties.
      const Value style = make_ps_style();
      global_->set(kSymPSStyle, style);
      return style;
    }
    case kSymHost: return host_object();
    case kSymExecutionContext: return execution_context();
    case kSymMaximumHistoryCount: return Value::integer(4096);
    case kSymEnabledExperimentalFeatures: return Value::array({});
    case kSymStackTrace: return Value::string("");
    default: return std::nullopt;
  }
}

// ------------------------------------------------------------------------------------------------- drives

bool Interpreter::drive_read(const Variable& variable, Value& out) {
  if (equal_names(variable.drive, "env")) {
    auto text = get_environment(variable.name);
    out = text ? Value::string(*std::move(text)) : Value::null();
    return true;
  }
  if (equal_names(variable.drive, "variable")) {
    out = get_variable(symbols_.intern(variable.name));
    return true;
  }
  if (equal_names(variable.drive, "function")) {
    Ref<Function> function = find_function(symbols_.intern(variable.name));
    out = function ? Value::object(function->block) : Value::null();
    return true;
  }
  if (equal_names(variable.drive, "alias")) {
    auto alias = find_alias(symbols_.intern(variable.name));
    out = alias ? Value::string(*alias) : Value::null();
    return true;
  }
  return fail(
      {.id = "DriveNotFound",
       .category = ErrorCategory::ObjectNotFound,
       .message = fmt::format("Cannot find drive. A drive with the name '{}' does not exist, or variables of "
                              "it cannot be read.",
                              variable.drive),
       .hint = "Drives that a variable can name are env:, variable:, function: and alias:.",
       .target = std::string(variable.drive),
       .exception = "System.Management.Automation.DriveNotFoundException"},
      variable.span);
}

bool Interpreter::drive_write(const Variable& variable, const Value& value) {
  if (equal_names(variable.drive, "env")) {
    set_environment(variable.name, value.is_null() ? std::string() : to_string(value));
    return true;
  }
  if (equal_names(variable.drive, "variable")) {
    return set_variable(symbols_.intern(variable.name), value, frame_.get(), variable.span);
  }
  if (equal_names(variable.drive, "function")) {
    if (auto* block = value.as<ShellScriptBlock>()) {
      define_function(variable.name, Ref<ShellScriptBlock>(block), FunctionKind::function);
      return true;
    }
  }
  if (equal_names(variable.drive, "alias")) {
    set_alias(variable.name, to_string(value), *frame_);
    return true;
  }
  return fail({.id = "DriveNotFound",
               .category = ErrorCategory::ObjectNotFound,
               .message = fmt::format(
                   "Cannot assign to '{}:{}': only env:, variable:, function: (a script block) and "
                   "alias: can be assigned.",
                   variable.drive, variable.name),
               .target = std::string(variable.drive),
               .exception = "System.Management.Automation.DriveNotFoundException"},
              variable.span);
}

}  // namespace hvsh::shell
