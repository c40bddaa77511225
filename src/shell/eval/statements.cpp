// Statements. A body's Flow is handled by after_body(): break and continue that are meant for this loop end
// here, all else is handed up.
#include <fmt/format.h>

#include <algorithm>

#include "core/compare.h"
#include "core/regex.h"
#include "core/wildcard.h"
#include "shell/eval/environment.h"
#include "shell/eval/exceptions.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

// ---------------------------------------------------------------------------------------------- values

bool Interpreter::eval_statement(const Stmt& statement, Value& out) {
  if (const auto* single = try_as<ExpressionStatement>(&statement)) {
    return eval(*single->expression, out);
  }
  if (const auto* assignment = try_as<Assignment>(&statement)) return exec_assignment(*assignment, &out);
  CollectSink sink;
  if (exec(statement, sink) == Flow::stopped) return false;
  out = sink.take_value();
  return true;
}

bool Interpreter::eval_condition(const Stmt& statement, bool& out) {
  Value value;
  if (!eval_statement(statement, value)) return false;
  out = value.kind() == Value::Kind::boolean ? value.as_bool() : to_bool(value);
  return true;
}

Flow Interpreter::exec_expression(const Expr& expr, Sink& out) {
  // A loop over numbers that are only passed on needs no array of them.
  if (const auto* binary = try_as<Binary>(&expr); binary != nullptr && binary->op == BinaryOp::range) {
    Value first, last;
    if (!eval(*binary->left, first) || !eval(*binary->right, last)) return Flow::stopped;
    const bool characters = first.is_string() && last.is_string() && to_items(first).size() == 1 &&
                            !parse_number(first.as_string()) && !parse_number(last.as_string());
    if (!characters && first.kind() != Value::Kind::character) {
      auto from = to_integer(first, IntType::i32);
      auto to = to_integer(last, IntType::i32);
      if (!from) return raise(from.take_error(), binary->span);
      if (!to) return raise(to.take_error(), binary->span);
      const int64_t step = from->as_int() <= to->as_int() ? 1 : -1;
      for (int64_t i = from->as_int();; i += step) {
        if (const Flow flow = out.write(Value::integer(i)); flow != Flow::more) return flow;
        if (i == to->as_int()) return Flow::more;
        if ((i & 1023) == 0 && stop_if_interrupted() != Flow::more) return Flow::stopped;
      }
    }
  }
  if (expr.kind == Kind::step) {
    return eval_step(as<Step>(expr), nullptr) ? Flow::more : Flow::stopped;
  }
  Value value;
  if (!eval(expr, value)) return Flow::stopped;
  return write_unrolled(out, std::move(value));
}

// ---------------------------------------------------------------------------------------------- blocks

Flow Interpreter::exec(const Stmt& statement, Sink& out) {
  switch (statement.kind) {
    case Kind::expression_statement: {
      const Flow flow = exec_expression(*as<ExpressionStatement>(statement).expression, out);
      if (flow != Flow::stopped) success_ = true;
      return flow;
    }
    case Kind::assignment:
      if (!exec_assignment(as<Assignment>(statement), nullptr)) return Flow::stopped;
      return Flow::more;
    case Kind::pipeline: return exec_pipeline(as<Pipeline>(statement), out);
    case Kind::chain: return exec_chain(as<Chain>(statement), out);
    case Kind::if_statement: return exec_if(as<IfStatement>(statement), out);
    case Kind::switch_statement: return exec_switch(as<SwitchStatement>(statement), out);
    case Kind::for_statement: return exec_for(as<ForStatement>(statement), out);
    case Kind::foreach_statement: return exec_foreach(as<ForeachStatement>(statement), out);
    case Kind::while_statement: return exec_while(as<WhileStatement>(statement), out);
    case Kind::do_statement: return exec_do(as<DoStatement>(statement), out);
    case Kind::function_definition: return exec_definition(as<FunctionDefinition>(statement));
    case Kind::return_statement: {
      const auto& node = as<ReturnStatement>(statement);
      if (node.value != nullptr) {
        if (const Flow flow = exec(*node.value, out); flow != Flow::more) return flow;
      }
      pending_.kind = Unwind::return_;
      return Flow::stopped;
    }
    case Kind::break_statement: return exec_jump(Unwind::break_, as<BreakStatement>(statement).label);
    case Kind::continue_statement:
      return exec_jump(Unwind::continue_, as<ContinueStatement>(statement).label);
    case Kind::exit_statement: return exec_exit(as<ExitStatement>(statement));
    case Kind::throw_statement: return exec_throw(as<ThrowStatement>(statement));
    case Kind::try_statement: return exec_try(as<TryStatement>(statement), out);
    case Kind::trap_statement: return Flow::more;  // it holds for the whole block
    case Kind::using_statement: return Flow::more;
    case Kind::data_statement: {
      const auto& node = as<DataStatement>(statement);
      if (node.name.empty()) return exec_block(*node.body, out);
      CollectSink sink;
      if (exec_block(*node.body, sink) == Flow::stopped) return Flow::stopped;
      return set_variable(symbols_.intern(node.name), sink.take_value(), frame_.get(), node.span)
                 ? Flow::more
                 : Flow::stopped;
    }
    default: break;
  }
  return raise({.id = "StatementNotSupported",
                .category = ErrorCategory::NotImplemented,
                .message = "Classes, enumerations, configurations and workflow blocks cannot be run yet."},
               statement.span);
}

Flow Interpreter::exec_block(const Block& block, Sink& out) {
  if (!block.traps.empty()) {
    PropagateGuard guard(*this, true);
    for (const Stmt* statement : block.statements) {
      Flow flow = exec(*statement, out);
      if (flow == Flow::stopped && pending_.kind == Unwind::error) flow = after_failure(block, out);
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
  for (const Stmt* statement : block.statements) {
    Flow flow = exec(*statement, out);
    if (flow == Flow::more) continue;
    if (flow == Flow::stopped && pending_.kind == Unwind::error && !propagate_)
      flow = after_failure(block, out);
    if (flow != Flow::more) return flow;
  }
  return Flow::more;
}

// A statement of the block failed. Without a trap: an error that stops only its statement is shown, as
// $ErrorActionPreference says, and the next statement runs.
Flow Interpreter::after_failure(const Block& block, Sink& out) {
  success_ = false;
  for (const TrapStatement* trap : block.traps) {
    if (trap->type != nullptr) {
      const TypeName* const types[] = {trap->type};
      if (!catches({types, trap->body}, *pending_.error)) continue;
    }
    return run_trap(block, *trap, out);
  }
  if (!block.traps.empty() || pending_.fatal) return Flow::stopped;
  ActionPreference action = action_preference(kSymErrorActionPreference);
  if (action == ActionPreference::Ignore) action = ActionPreference::SilentlyContinue;
  if (action == ActionPreference::Stop) {
    pending_.fatal = true;
    return Flow::stopped;
  }
  const Ref<ErrorRecordObject> record = std::exchange(pending_, {}).error;
  const Flow flow = report(record, action);
  success_ = false;
  return flow;
}

Flow Interpreter::run_trap(const Block&, const TrapStatement& trap, Sink& out) {
  Pending caught = std::exchange(pending_, {});
  remember(caught.error);
  const Value kept = get_variable(kSymUnderscore);
  frame_->set(kSymUnderscore, Value::object(caught.error));
  const Flow flow = exec_block(*trap.body, out);
  frame_->set(kSymUnderscore, kept);
  if (flow == Flow::stopped && pending_.kind == Unwind::continue_ && pending_.label.empty()) {
    pending_ = {};
    return Flow::more;
  }
  if (flow == Flow::stopped && pending_.kind == Unwind::break_ && pending_.label.empty()) {
    pending_ = std::move(caught);
    pending_.fatal = true;
    return Flow::stopped;
  }
  if (flow != Flow::more) return flow;
  const ActionPreference action = action_preference(kSymErrorActionPreference);
  if (action == ActionPreference::Stop) {
    pending_ = std::move(caught);
    pending_.fatal = true;
    return Flow::stopped;
  }
  if (action != ActionPreference::SilentlyContinue && action != ActionPreference::Ignore) {
    host_->write_error(*caught.error);
  }
  success_ = false;
  return Flow::more;
}

// ------------------------------------------------------------------------------------------------ loops

Interpreter::LoopStep Interpreter::after_body(Flow flow, std::string_view label) {
  if (flow == Flow::more) return LoopStep::next;
  if (flow == Flow::enough) return LoopStep::hand_up;
  const bool jump = pending_.kind == Unwind::break_ || pending_.kind == Unwind::continue_;
  if (!jump || (!pending_.label.empty() && !equal_names(pending_.label, label))) return LoopStep::hand_up;
  const Unwind kind = pending_.kind;
  pending_ = {};
  return kind == Unwind::break_ ? LoopStep::leave : LoopStep::next;
}

Flow Interpreter::exec_jump(Unwind kind, const Expr* label) {
  std::string name;
  if (label != nullptr) {
    Value value;
    if (!eval(*label, value)) return Flow::stopped;
    name = to_string(value);
  }
  pending_ = {.kind = kind, .label = std::move(name)};
  return Flow::stopped;
}

Flow Interpreter::exec_if(const IfStatement& statement, Sink& out) {
  for (const IfStatement::Clause& clause : statement.clauses) {
    bool holds = false;
    if (!eval_condition(*clause.condition, holds)) return Flow::stopped;
    if (holds) return exec_block(*clause.body, out);
  }
  return statement.otherwise != nullptr ? exec_block(*statement.otherwise, out) : Flow::more;
}

Flow Interpreter::exec_while(const WhileStatement& statement, Sink& out) {
  for (;;) {
    bool holds = false;
    if (!eval_condition(*statement.condition, holds)) return Flow::stopped;
    if (!holds) return Flow::more;
    const Flow flow = exec_block(*statement.body, out);
    if (flow != Flow::more) {
      const LoopStep step = after_body(flow, statement.label);
      if (step == LoopStep::leave) return Flow::more;
      if (step == LoopStep::hand_up) return flow;
    }
    if (interrupted()) return stop_if_interrupted();
  }
}

Flow Interpreter::exec_do(const DoStatement& statement, Sink& out) {
  for (;;) {
    const Flow flow = exec_block(*statement.body, out);
    const LoopStep step = after_body(flow, statement.label);
    if (step == LoopStep::leave) return Flow::more;
    if (step == LoopStep::hand_up) return flow;
    bool holds = false;
    if (!eval_condition(*statement.condition, holds)) return Flow::stopped;
    if (holds == statement.until) return Flow::more;
    if (interrupted()) return stop_if_interrupted();
  }
}

Flow Interpreter::exec_for(const ForStatement& statement, Sink& out) {
  NullSink nowhere;
  if (statement.initial != nullptr && exec(*statement.initial, nowhere) == Flow::stopped)
    return Flow::stopped;
  for (;;) {
    if (statement.condition != nullptr) {
      bool holds = false;
      if (!eval_condition(*statement.condition, holds)) return Flow::stopped;
      if (!holds) return Flow::more;
    }
    const Flow flow = exec_block(*statement.body, out);
    const LoopStep step = after_body(flow, statement.label);
    if (step == LoopStep::leave) return Flow::more;
    if (step == LoopStep::hand_up) return flow;
    if (statement.iterator != nullptr && exec(*statement.iterator, nowhere) == Flow::stopped)
      return Flow::stopped;
    if (interrupted()) return stop_if_interrupted();
  }
}

namespace {

// Runs a loop's body for each object that an expression or pipeline puts out, without keeping them all.
class LoopSink final : public Sink {
 public:
  template <class Body>
  explicit LoopSink(Body body) : body_(std::move(body)) {}
  Flow write(Value value) override { return body_(std::move(value)); }

 private:
  std::function<Flow(Value)> body_;
};

}  // namespace

Flow Interpreter::exec_foreach(const ForeachStatement& statement, Sink& out) {
  const auto body = [&](Value item, bool& left) {
    if (!write_variable(*statement.variable, std::move(item))) return Flow::stopped;
    const Flow flow = exec_block(*statement.body, out);
    if (flow == Flow::more) return stop_if_interrupted();
    const LoopStep step = after_body(flow, statement.label);
    left = step == LoopStep::leave;
    return step == LoopStep::hand_up ? flow : Flow::more;
  };
  const auto* single = try_as<ExpressionStatement>(statement.collection);
  if (single != nullptr && single->expression->kind == Kind::binary &&
      as<Binary>(*single->expression).op == BinaryOp::range) {
    // Numbers are counted, not stored.
    bool left = false;
    bool outer_enough = false;
    LoopSink sink([&](Value item) {
      const Flow flow = body(std::move(item), left);
      outer_enough = flow == Flow::enough;
      return left ? Flow::enough : flow;
    });
    const Flow flow = exec_expression(*single->expression, sink);
    return flow == Flow::enough && !outer_enough ? Flow::more : flow;
  }
  Value collection;
  if (!eval_statement(*statement.collection, collection)) return Flow::stopped;
  if (collection.is_null()) return Flow::more;
  if (auto* list = collection.as<ListObject>()) {
    // A list that the body changes is an error in .NET; here the loop sees the items of its beginning.
    collection = Value::array(list->items);
  }
  const auto* array = collection.as<ArrayObject>();
  const size_t count = array != nullptr ? array->items.size() : 1;
  for (size_t i = 0; i < count && (array == nullptr || i < array->items.size()); ++i) {
    bool left = false;
    const Flow flow = body(array != nullptr ? array->items[i] : collection, left);
    if (flow != Flow::more) return flow;
    if (left) return Flow::more;
  }
  return Flow::more;
}

bool Interpreter::switch_matches(const SwitchStatement& statement, const SwitchStatement::Clause& clause,
                                 const Value& value, bool& matches) {
  if (const auto* block = try_as<ScriptBlockExpression>(clause.test)) {
    Value made;
    if (!eval_script_block(*block->body, made)) return false;
    CollectSink sink;
    if (call_block(*made.as<ShellScriptBlock>(), {}, value, ScopeMode::caller, sink) == Flow::stopped)
      return false;
    matches = to_bool(sink.take_value());
    return true;
  }
  Value test;
  if (!eval(*clause.test, test)) return false;
  const bool ignore_case = !statement.case_sensitive;
  switch (statement.mode) {
    case SwitchMode::wildcard:
      matches = Wildcard(to_string(test), ignore_case).matches(to_string(value));
      return true;
    case SwitchMode::regex: {
      Matches found;
      auto result =
          compare_operator(Comparison::match, Value::string(to_string(value)), test, ignore_case, &found);
      if (!result) return fail(result.take_error(), clause.test->span);
      matches = to_bool(*result);
      if (found.set) {
        auto map = make<MapObject>(false);
        for (auto& [key, group] : found.groups) map->set(key, std::move(group));
        frame_->set(kSymMatches, Value::object(map));
      }
      return true;
    }
    case SwitchMode::exact: break;
  }
  if (value.is_string()) {
    matches = compare_text(value.as_string(), to_string(test), ignore_case) == 0;
  } else {
    matches = equal(value, test, ignore_case);
  }
  return true;
}

Flow Interpreter::exec_switch(const SwitchStatement& statement, Sink& out) {
  Value subject;
  if (!eval_statement(*statement.subject, subject)) return Flow::stopped;
  std::vector<Value> items;
  if (statement.file) {
    auto path = resolve_path(to_string(subject));
    if (!path) return raise(path.take_error(), statement.subject->span);
    auto lines = read_lines(*path);
    if (!lines) return raise(lines.take_error(), statement.subject->span);
    items = lines.take();
  } else if (subject.is_object(ObjectKind::array) || subject.is_object(ObjectKind::list)) {
    items = to_items(subject);
  } else if (!subject.is_nothing()) {
    items.push_back(subject);
  }
  const Value kept = frame_->slot(ScopeLayout::kUnderscore).value;
  const bool was_set = frame_->slot(ScopeLayout::kUnderscore).is_set();
  const auto restore = [&] {
    Slot& slot = frame_->slot(ScopeLayout::kUnderscore);
    slot.value = kept;
    if (!was_set) slot.constraint = &kUnsetMark;
  };
  for (const Value& item : items) {
    frame_->set(kSymUnderscore, item);
    bool any = false;
    const auto run = [&](const Block& body, LoopStep& step) {
      const Flow flow = exec_block(body, out);
      const bool continued = flow == Flow::stopped && pending_.kind == Unwind::continue_;
      step = after_body(flow, statement.label);
      // continue goes on with the next item; the clauses left are for this one.
      if (step == LoopStep::next && continued) step = LoopStep::next;
      return std::pair(flow, continued);
    };
    bool next_item = false;
    for (const SwitchStatement::Clause& clause : statement.clauses) {
      bool matches = false;
      if (!switch_matches(statement, clause, item, matches)) {
        restore();
        return Flow::stopped;
      }
      if (!matches) continue;
      any = true;
      LoopStep step = LoopStep::next;
      frame_->set(kSymUnderscore, item);
      const auto [flow, continued] = run(*clause.body, step);
      if (step == LoopStep::leave) {
        restore();
        return Flow::more;
      }
      if (step == LoopStep::hand_up) {
        restore();
        return flow;
      }
      if (continued) {
        next_item = true;
        break;
      }
    }
    if (next_item || any || statement.otherwise == nullptr) continue;
    LoopStep step = LoopStep::next;
    const auto [flow, continued] = run(*statement.otherwise, step);
    if (step == LoopStep::next) continue;
    restore();
    return step == LoopStep::leave ? Flow::more : flow;
  }
  restore();
  return Flow::more;
}

// ------------------------------------------------------------------------------------ errors and endings

Flow Interpreter::exec_throw(const ThrowStatement& statement) {
  if (statement.value == nullptr) {
    // In a catch block: the error that was caught.
    const Value current = get_variable(kSymUnderscore);
    if (auto* record = current.as<ErrorRecordObject>()) return raise(Ref<ErrorRecordObject>(record), true);
    (void)raise(
        {.id = "ScriptHalted", .category = ErrorCategory::OperationStopped, .message = "ScriptHalted"},
        statement.span);
    pending_.fatal = true;
    return Flow::stopped;
  }
  Value value;
  if (!eval_statement(*statement.value, value)) return Flow::stopped;
  if (auto* record = value.as<ErrorRecordObject>()) return raise(Ref<ErrorRecordObject>(record), true);
  Error error{
      .id = to_string(value), .category = ErrorCategory::OperationStopped, .message = to_string(value)};
  error.exception = "System.Management.Automation.RuntimeException";
  error.target = error.message;
  error.target_type = value.is_null() ? "" : full_type_name(value);
  error.span = statement.span;
  describe_exception(value, error);
  auto record = make_record(std::move(error), value);
  if (!value.is_string()) record->exception = value;
  return raise(record, true);
}

Flow Interpreter::exec_exit(const ExitStatement& statement) {
  int code = 0;
  if (statement.value != nullptr) {
    Value value;
    if (!eval_statement(*statement.value, value)) return Flow::stopped;
    if (auto number = to_integer(value, IntType::i32)) code = static_cast<int>(number->as_int());
  }
  pending_ = {.kind = Unwind::exit, .exit_code = code};
  return Flow::stopped;
}

bool Interpreter::catches(const TryStatement::Catch& clause, const ErrorRecordObject& record) {
  if (clause.types.empty()) return true;
  for (const TypeName* type : clause.types) {
    if (exception_is(record, type->name)) return true;
  }
  return false;
}

namespace {
bool catches_type(const TryStatement::Catch& clause, std::string_view exception) {
  return std::any_of(clause.types.begin(), clause.types.end(),
                     [&](const TypeName* type) { return exception_is(exception, type->name); });
}
}  // namespace

Flow Interpreter::exec_try(const TryStatement& statement, Sink& out) {
  Flow flow = Flow::more;
  {
    PropagateGuard guard(*this, true);
    flow = exec_block(*statement.body, out);
  }
  if (flow == Flow::stopped && pending_.kind == Unwind::error) {
    for (const TryStatement::Catch& clause : statement.catches) {
      if (!catches(clause, *pending_.error)) continue;
      Ref<ErrorRecordObject> record = std::exchange(pending_, {}).error;
      remember(record);
      const bool by_type = !clause.types.empty() && !record->error.inner_exception.empty();
      if (by_type && catches_type(clause, record->error.inner_exception))
        record = with_inner_exception(*record);
      Slot& slot = frame_->slot(ScopeLayout::kUnderscore);
      const Slot kept = slot;
      frame_->set(kSymUnderscore, Value::object(record));
      flow = exec_block(*clause.body, out);
      frame_->slot(ScopeLayout::kUnderscore) = kept;
      break;
    }
  }
  if (statement.finally != nullptr) {
    Pending kept = std::exchange(pending_, {});
    const Flow last = exec_block(*statement.finally, out);
    if (last == Flow::stopped) return last;  // its own ending replaces the one under way
    pending_ = std::move(kept);
    if (flow == Flow::more) flow = last;
  }
  return flow;
}

Flow Interpreter::exec_chain(const Chain& chain, Sink& out) {
  if (chain.background) return run_in_background(chain, out);
  bool first = true;
  for (const Chain::Link& link : chain.links) {
    if (!first && success_ == link.is_or) continue;
    first = false;
    success_ = true;
    Flow flow = exec(*link.pipeline, out);
    if (flow == Flow::stopped && pending_.kind == Unwind::error && !pending_.fatal && !propagate_) {
      flow = after_failure(Block{}, out);
    }
    if (flow != Flow::more) return flow;
  }
  return Flow::more;
}

Flow Interpreter::exec_definition(const FunctionDefinition& definition) {
  if (definition.function_kind == FunctionKind::workflow ||
      definition.function_kind == FunctionKind::configuration) {
    return raise(
        {.id = "StatementNotSupported",
         .category = ErrorCategory::NotImplemented,
         .message = fmt::format("Cannot define '{}': workflows and configurations are not supported.",
                                definition.name)},
        definition.span);
  }
  auto block = make<ShellScriptBlock>(sources_[definition.span.source - 1], *definition.body);
  block->home = frame_->home;
  define_function(definition.name, block, definition.function_kind);
  return Flow::more;
}

}  // namespace hvsh::shell
