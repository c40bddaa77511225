// Loops and switch. A body's Flow is handled by after_body(): break and continue that are meant for this loop
// end here, all else is handed up.
#include "core/compare.h"
#include "core/number.h"
#include "core/operators.h"
#include "core/regex.h"
#include "core/wildcard.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/loop_state.h"

namespace hvsh::shell {

Interpreter::LoopStep Interpreter::after_body(Flow flow, std::string_view label) {
  if (flow == Flow::more) return LoopStep::next;
  if (flow == Flow::enough) return LoopStep::hand_up;
  const bool jump = pending_.kind == Unwind::break_ || pending_.kind == Unwind::continue_;
  if (!jump || (!pending_.label.empty() && !equal_names(pending_.label, label))) return LoopStep::hand_up;
  const Unwind kind = pending_.kind;
  pending_ = {};
  return kind == Unwind::break_ ? LoopStep::leave : LoopStep::next;
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

// What a foreach over a range counts; false when it is no range of whole numbers.
bool Interpreter::counts(const Stmt& collection, LoopState& state, bool& failed) {
  const auto* single = try_as<ExpressionStatement>(&collection);
  if (single == nullptr || single->expression->kind != Kind::binary) return false;
  const Binary& range = as<Binary>(*single->expression);
  if (range.op != BinaryOp::range) return false;
  Value first, last;
  failed = !eval(*range.left, first) || !eval(*range.right, last);
  if (failed) return true;
  const auto is_letter = [](const Value& value) {
    return value.kind() == Value::Kind::character || (value.is_string() && !parse_number(value.as_string()));
  };
  if (is_letter(first) || is_letter(last)) return false;
  auto from = to_integer(first, IntType::i64), to = to_integer(last, IntType::i64);
  failed = !from || !to;
  if (!from) return !fail(from.take_error(), range.span);
  if (!to) return !fail(to.take_error(), range.span);
  const auto is_small = [](const Value& value) {
    return value.as_int() == static_cast<int32_t>(value.as_int());
  };
  state.over(from->as_int(), to->as_int(), is_small(*from) && is_small(*to) ? IntType::i32 : IntType::i64);
  return true;
}

Flow Interpreter::exec_foreach(const ForeachStatement& statement, Sink& out) {
  LoopState state(LoopState::Kind::foreach_, loops_);
  std::vector<Value> items;
  bool failed = false;
  const bool counted = counts(*statement.collection, state, failed);
  if (failed) return Flow::stopped;
  Value collection;  // keeps the array alive
  if (!counted) {
    if (!eval_statement(*statement.collection, collection)) return Flow::stopped;
    if (collection.is_null()) return Flow::more;
    if (const auto* array = collection.as<ArrayObject>()) {
      state.over(array->items);
    } else if (const auto* list = collection.as<ListObject>()) {
      // A list that the body changes is an error in .NET; here the loop sees the items of its beginning.
      items = list->items;
      state.over(items);
    } else {
      items.push_back(collection);
      state.over(items);
    }
  }
  while (state.next()) {
    if (!write_variable(*statement.variable, state.current())) return Flow::stopped;
    const Flow flow = exec_block(*statement.body, out);
    if (flow != Flow::more) {
      const LoopStep step = after_body(flow, statement.label);
      if (step == LoopStep::leave) return Flow::more;
      if (step == LoopStep::hand_up) return flow;
    }
    if (interrupted()) return stop_if_interrupted();
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

// What a switch walks: the lines of a file, the items of a list, or the one value.
bool Interpreter::switch_items(const SwitchStatement& statement, std::vector<Value>& items) {
  Value subject;
  if (!eval_statement(*statement.subject, subject)) return false;
  if (statement.file) {
    auto path = resolve_path(to_string(subject));
    if (!path) return fail(path.take_error(), statement.subject->span);
    auto lines = read_lines(*path);
    if (!lines) return fail(lines.take_error(), statement.subject->span);
    items = lines.take();
  } else if (subject.is_object(ObjectKind::array) || subject.is_object(ObjectKind::list)) {
    items = to_items(subject);
  } else if (!subject.is_nothing()) {
    items.push_back(std::move(subject));
  }
  return true;
}

// One item against all clauses. `leave`: break ended the switch.
Flow Interpreter::switch_item(const SwitchStatement& statement, const Value& item, Sink& out, bool& leave) {
  bool any = false;
  const auto run = [&](const Block& body, bool& over) {
    const Flow flow = exec_block(body, out);
    const bool continued = flow == Flow::stopped && pending_.kind == Unwind::continue_;
    const LoopStep step = after_body(flow, statement.label);
    leave = step == LoopStep::leave;
    over = leave || continued;  // continue goes on with the next item
    return step == LoopStep::hand_up ? flow : Flow::more;
  };
  for (const SwitchStatement::Clause& clause : statement.clauses) {
    bool matches = false, over = false;
    if (!switch_matches(statement, clause, item, matches)) return Flow::stopped;
    if (!matches) continue;
    any = true;
    frame_->set(kSymUnderscore, item);
    if (const Flow flow = run(*clause.body, over); flow != Flow::more || over) return flow;
  }
  bool over = false;
  return any || statement.otherwise == nullptr ? Flow::more : run(*statement.otherwise, over);
}

Flow Interpreter::exec_switch(const SwitchStatement& statement, Sink& out) {
  std::vector<Value> items;
  if (!switch_items(statement, items)) return Flow::stopped;
  LoopState state(LoopState::Kind::switch_, loops_);
  state.over(items);
  const Ref<Frame> frame = frame_;
  const Slot kept = frame->slot(ScopeLayout::kUnderscore);
  Flow flow = Flow::more;
  bool leave = false;
  while (flow == Flow::more && !leave && state.next()) {
    const Value item = state.current();
    frame->set(kSymUnderscore, item);
    flow = switch_item(statement, item, out, leave);
    if (flow == Flow::more && interrupted()) flow = stop_if_interrupted();
  }
  frame->slot(ScopeLayout::kUnderscore) = kept;
  return flow;
}

}  // namespace hvsh::shell
