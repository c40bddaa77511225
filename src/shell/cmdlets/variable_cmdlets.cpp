// Get-, Set-, New-, Remove- and Clear-Variable.
#include <fmt/format.h>

#include <algorithm>

#include "core/cmdlet.h"
#include "core/wildcard.h"
#include "shell/cmdlets/scope_argument.h"
#include "shell/eval/interpreter.h"

namespace hvsh {

namespace {
enum class ScopedItemOptions : int32_t { None = 0, ReadOnly = 1, Constant = 2, Private = 4, AllScope = 8 };
}  // namespace

template <>
struct EnumOf<ScopedItemOptions> {
  static constexpr EnumMember kMembers[] = {
      {"None", 0}, {"ReadOnly", 1}, {"Constant", 2}, {"Private", 4}, {"AllScope", 8}};
  static constexpr EnumInfo info{
      .type = {"System.Management.Automation.ScopedItemOptions", "ScopedItemOptions"},
      .members = kMembers,
      .flags = true};
};

namespace shell {

namespace {

constexpr std::string_view kModule = "Microsoft.PowerShell.Utility";

struct VariableInfo {
  std::string name;
  Value value;
  ScopedItemOptions options = ScopedItemOptions::None;

  static constexpr Prop kProps[] = {
      prop<&VariableInfo::name>("Name", "Its name, without $."),
      prop<&VariableInfo::value>("Value", "What it holds."),
      prop<&VariableInfo::options>("Options", "Whether it can be changed."),
  };
  static constexpr Column kTable[] = {{.property = "Name", .width = 30}, {.property = "Value"}};
  static constexpr Noun noun{
      .type = {"System.Management.Automation.PSVariable", "PSVariable"}, .props = kProps, .table = kTable};
};

ScopedItemOptions options_of(const Slot& slot) {
  return static_cast<ScopedItemOptions>(slot.constraint != nullptr ? slot.constraint->flags : 0);
}

Error not_found(const std::string& name) {
  return {.id = "VariableNotFound",
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format("Cannot find a variable with the name '{}'.", name),
          .target = name,
          .target_type = "System.String",
          .exception = "System.Management.Automation.ItemNotFoundException"};
}

struct GetVariable {
  std::vector<std::string> name;
  Switch value_only;
  std::string scope;

  static constexpr Param kParams[] = {
      param<&GetVariable::name>("Name", {.position = 0, .from_pipeline = true, .wildcards = true}, "Names."),
      param<&GetVariable::value_only>("ValueOnly", {}, "Only what the variable holds."),
      param<&GetVariable::scope>("Scope", {}, "Global, Local, Script, or a number of scopes up."),
  };
  static constexpr std::string_view kAliases[] = {"gv"};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Variable",
                             .module = kModule,
                             .params = kParams,
                             .aliases = kAliases,
                             .synopsis = "Gets the variables that can be seen."};

  Flow emit(Context& context, std::string_view found, const Slot& slot) {
    if (value_only) return context.write(slot.value);
    return context.write(noun_value(VariableInfo{std::string(found), slot.value, options_of(slot)}));
  }

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    auto frame = scope_argument(interpreter, scope);
    if (!frame) return context.terminate(frame.take_error());
    std::vector<std::string> patterns = name;
    if (patterns.empty()) patterns.emplace_back("*");
    for (const std::string& pattern : patterns) {
      const Flow flow = is_pattern(pattern) ? by_pattern(context, interpreter, **frame, pattern)
                                            : by_name(context, interpreter, **frame, pattern);
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  Flow by_name(Context& context, Interpreter& interpreter, Frame& frame, const std::string& wanted) {
    const Symbol symbol = interpreter.symbols().intern(wanted);
    const Slot* slot = scope.empty() ? interpreter.find_slot(symbol) : frame.find(symbol);
    if (slot != nullptr) return emit(context, interpreter.symbols().name(symbol), *slot);
    if (auto value = interpreter.automatic(symbol)) {
      return emit(context, interpreter.symbols().name(symbol), {std::move(*value), nullptr});
    }
    return context.error(not_found(wanted));
  }

  Flow by_pattern(Context& context, Interpreter& interpreter, Frame& from, const std::string& pattern) {
    const Wildcard wildcard(pattern);
    std::vector<std::pair<std::string_view, Slot>> found;
    for (Frame* frame = &from; frame != nullptr; frame = scope.empty() ? frame->parent.get() : nullptr) {
      for (uint32_t i = 0; i < frame->slots.size(); ++i) {
        if (!frame->slots[i].is_set()) continue;
        const std::string_view candidate = interpreter.symbols().name(frame->layout->symbol(i));
        const bool known = std::any_of(found.begin(), found.end(),
                                       [&](const auto& one) { return equal_names(one.first, candidate); });
        if (!known && wildcard.matches(candidate)) found.emplace_back(candidate, frame->slots[i]);
      }
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return to_lower(a.first) < to_lower(b.first); });
    for (const auto& [candidate, slot] : found) {
      if (const Flow flow = emit(context, candidate, slot); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetVariable);

// What Set- and New-Variable share.
struct VariableChange {
  std::string scope;
  std::optional<ScopedItemOptions> option;
  Switch force, passthru;
  std::string description;

  Flow set(Context& context, const std::string& name, const Value& value) {
    auto& interpreter = context.get<Interpreter>();
    auto frame = scope_argument(interpreter, scope);
    if (!frame) return context.terminate(frame.take_error());
    const Symbol symbol = interpreter.symbols().intern(name);
    Slot* slot = (*frame)->find(symbol);
    const uint8_t flags = slot != nullptr && slot->constraint != nullptr ? slot->constraint->flags : 0;
    // -Force changes the value of a read-only variable, which stays read-only.
    const Constraint* kept = slot != nullptr ? slot->constraint : nullptr;
    const bool forced = force && slot != nullptr && (flags & Constraint::constant) == 0;
    if (forced) slot->constraint = nullptr;
    if (!interpreter.set_variable(symbol, value, *frame)) return Flow::stopped;
    slot = (*frame)->find(symbol);
    if (forced && slot != nullptr) slot->constraint = kept;
    if (option && slot != nullptr) {
      Constraint constraint = slot->constraint != nullptr ? *slot->constraint : Constraint{};
      constraint.flags = static_cast<uint8_t>(*option);
      slot->constraint =
          constraint.flags == 0 && constraint.type == nullptr && constraint.validators == nullptr
              ? nullptr
              : interpreter.new_constraint(constraint);
    }
    if (!passthru || slot == nullptr) return Flow::more;
    return context.write(noun_value(VariableInfo{name, slot->value, options_of(*slot)}));
  }
};

template <class Self>
constexpr std::array<Param, 5> change_params() {
  return {
      param<&VariableChange::scope, Self>("Scope", {}, "Global, Local, Script, or a number of scopes up."),
      param<&VariableChange::option, Self>("Option", {}, "ReadOnly, Constant, Private, AllScope."),
      param<&VariableChange::force, Self>("Force", {}, "Also a read-only variable."),
      param<&VariableChange::passthru, Self>("PassThru", {}, "Gives the variable."),
      param<&VariableChange::description, Self>("Description", {}, "A note for people.")};
}

struct SetVariable : VariableChange {
  std::vector<std::string> name;
  Value value = Value::nothing();
  std::vector<Value> from_pipeline;
  bool got_pipeline = false;

  static constexpr auto kParams = join(
      std::array{
          param<&SetVariable::name>(
              "Name", {.position = 0, .mandatory = true, .from_pipeline_property = true}, "Names."),
          param<&SetVariable::value>(
              "Value", {.position = 1, .from_pipeline = true, .from_pipeline_property = true}, "The value.")},
      change_params<SetVariable>());
  static constexpr std::string_view kAliases[] = {"set", "sv"};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "Variable",
                             .module = kModule,
                             .params = kParams,
                             .aliases = kAliases,
                             .should_process = true,
                             .impact = Impact::low,
                             .synopsis = "Gives variables a value, and makes them."};

  Flow process(Context&) {
    if (!value.is_nothing()) from_pipeline.push_back(value);
    return Flow::more;
  }
  Flow end(Context& context) {
    Value all = from_pipeline.empty()       ? Value::null()
                : from_pipeline.size() == 1 ? from_pipeline.front()
                                            : Value::array(from_pipeline);
    for (const std::string& one : name) {
      if (const Flow flow = set(context, one, all); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(SetVariable);

struct NewVariable : VariableChange {
  std::string name;
  Value value;

  static constexpr auto kParams = join(
      std::array{
          param<&NewVariable::name>(
              "Name", {.position = 0, .mandatory = true, .from_pipeline_property = true}, "The name."),
          param<&NewVariable::value>(
              "Value", {.position = 1, .from_pipeline = true, .from_pipeline_property = true}, "The value.")},
      change_params<NewVariable>());
  static constexpr std::string_view kAliases[] = {"nv"};
  static constexpr Decl decl{.verb = "New",
                             .noun = "Variable",
                             .module = kModule,
                             .params = kParams,
                             .aliases = kAliases,
                             .should_process = true,
                             .impact = Impact::low,
                             .synopsis = "Makes a variable."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    auto frame = scope_argument(interpreter, scope);
    if (!frame) return context.terminate(frame.take_error());
    if (!force && (*frame)->find(interpreter.symbols().intern(name)) != nullptr) {
      return context.error({.id = "VariableAlreadyExists",
                            .category = ErrorCategory::ResourceExists,
                            .message = fmt::format("A variable with name '{}' already exists.", name),
                            .target = name,
                            .target_type = "System.String",
                            .exception = "System.Management.Automation.SessionStateException"});
    }
    return set(context, name, value);
  }
};
CMDLET(NewVariable);

struct RemoveVariable {
  std::vector<std::string> name;
  std::string scope;
  Switch force;

  static constexpr Param kParams[] = {
      param<&RemoveVariable::name>(
          "Name", {.position = 0, .mandatory = true, .from_pipeline_property = true, .wildcards = true},
          "Names."),
      param<&RemoveVariable::scope>("Scope", {}, "Global, Local, Script, or a number of scopes up."),
      param<&RemoveVariable::force>("Force", {}, "Also a read-only variable."),
  };
  static constexpr std::string_view kAliases[] = {"rv"};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "Variable",
                             .module = kModule,
                             .params = kParams,
                             .aliases = kAliases,
                             .should_process = true,
                             .impact = Impact::low,
                             .synopsis = "Removes variables."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    auto frame = scope_argument(interpreter, scope);
    if (!frame) return context.terminate(frame.take_error());
    for (const std::string& pattern : name) {
      const Wildcard wildcard(pattern);
      bool any = false;
      for (uint32_t i = ScopeLayout::kReserved; i < (*frame)->slots.size(); ++i) {
        Slot& slot = (*frame)->slots[i];
        if (!slot.is_set() || !wildcard.matches(interpreter.symbols().name((*frame)->layout->symbol(i))))
          continue;
        const uint8_t flags = slot.constraint != nullptr ? slot.constraint->flags : 0;
        if ((flags & Constraint::constant) != 0 || ((flags & Constraint::read_only) != 0 && !force)) {
          const Flow flow = context.error(
              {.id = "VariableNotRemovable",
               .category = ErrorCategory::WriteError,
               .message = fmt::format("Cannot remove variable {} because it is constant or read-only. If "
                                      "the variable is read-only, try the operation again specifying "
                                      "the Force option.",
                                      pattern),
               .target = pattern});
          if (flow != Flow::more) return flow;
          any = true;
          continue;
        }
        slot = {};
        any = true;
      }
      if (any || is_pattern(pattern)) continue;
      if (const Flow flow = context.error(not_found(pattern)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(RemoveVariable);

struct ClearVariable {
  std::vector<std::string> name;
  static constexpr Param kParams[] = {param<&ClearVariable::name>(
      "Name", {.position = 0, .mandatory = true, .from_pipeline_property = true}, "Names.")};
  static constexpr std::string_view kAliases[] = {"clv"};
  static constexpr Decl decl{.verb = "Clear",
                             .noun = "Variable",
                             .module = kModule,
                             .params = kParams,
                             .aliases = kAliases,
                             .should_process = true,
                             .impact = Impact::low,
                             .synopsis = "Makes variables null."};

  Flow process(Context& context) {
    auto& interpreter = context.get<Interpreter>();
    for (const std::string& one : name) {
      const Symbol symbol = interpreter.symbols().intern(one);
      if (interpreter.find_slot(symbol) == nullptr) {
        if (const Flow flow = context.error(not_found(one)); flow != Flow::more) return flow;
      } else if (!interpreter.set_variable(symbol, Value::null(), &interpreter.frame())) {
        return Flow::stopped;
      }
    }
    return Flow::more;
  }
};
CMDLET(ClearVariable);

}  // namespace

std::span<const CmdletEntry> variable_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Clear-Variable", &cmdlet_ClearVariable},
                                             {"Get-Variable", &cmdlet_GetVariable},
                                             {"New-Variable", &cmdlet_NewVariable},
                                             {"Remove-Variable", &cmdlet_RemoveVariable},
                                             {"Set-Variable", &cmdlet_SetVariable}};
  return kEntries;
}

}  // namespace shell
}  // namespace hvsh
