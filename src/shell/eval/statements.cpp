// Statements; loops.cpp and handlers.cpp have those that repeat and those that deal with errors.
#include <fmt/format.h>

#include <algorithm>

#include "core/compare.h"
#include "shell/eval/interpreter.h"

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

// ------------------------------------------------------------------------------------ errors and endings

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
