// Assignments: variables, typed variables, members, elements, several at once, and ++ and --.
#include <fmt/format.h>

#include "core/number.h"
#include "core/operators.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"
#include "shell/eval/reference.h"

namespace hvsh::shell {

namespace {

BinaryOp binary_of(AssignOp op) {
  switch (op) {
    case AssignOp::add: return BinaryOp::add;
    case AssignOp::subtract: return BinaryOp::subtract;
    case AssignOp::multiply: return BinaryOp::multiply;
    case AssignOp::divide: return BinaryOp::divide;
    case AssignOp::remainder: return BinaryOp::remainder;
    default: return BinaryOp::coalesce;
  }
}

const Expr& without_parens(const Expr& target) {
  const Expr* inner = &target;
  while (const auto* paren = try_as<Paren>(inner)) {
    const auto* statement = try_as<ExpressionStatement>(paren->body);
    if (statement == nullptr) break;
    inner = statement->expression;
  }
  return *inner;
}

}  // namespace

// [int]$x, [ValidateRange(1, 3)][int]$x: what holds for the variable from now on.
bool Interpreter::constraint_of(const Expr& target, Constraint& constraint, const Variable*& variable) {
  const Expr* inner = &target;
  Validators validators;
  for (;;) {
    if (const auto* cast = try_as<Cast>(inner)) {
      const TypeRef* type = nullptr;
      if (!type_of(*cast->type, type)) return false;
      if (constraint.type == nullptr) constraint.type = type;
      inner = cast->operand;
    } else if (const auto* attributed = try_as<AttributedExpression>(inner)) {
      bool known = false;
      if (!validators_of(*attributed->attribute, validators, known)) return false;
      inner = attributed->operand;
    } else {
      break;
    }
  }
  variable = try_as<Variable>(inner);
  if (validators.any()) {
    auto kept = std::make_shared<Validators>(std::move(validators));
    constraint.validators = kept.get();
    sources_[target.span.source - 1]->attachments.push_back(std::move(kept));
  }
  return true;
}

bool Interpreter::assign(const Expr& raw_target, Value value) {
  const Expr& target = without_parens(raw_target);
  switch (target.kind) {
    case Kind::variable: return write_variable(as<Variable>(target), std::move(value));
    case Kind::cast:
    case Kind::attributed_expression: {
      Constraint constraint;
      const Variable* variable = nullptr;
      if (!constraint_of(target, constraint, variable)) return false;
      if (variable == nullptr) break;
      if (!constrain(constraint, variable->name, value, target.span)) return false;
      if (variable->scope == VariableScope::drive) return drive_write(*variable, value);
      const Symbol symbol = symbol_of(*variable);
      if (symbol == kSymNull) return true;
      Frame* frame = scope_frame(variable->scope);
      Slot& slot = frame->make(symbol);
      if (slot.is_set() && slot.constraint != nullptr &&
          (slot.constraint->flags & (Constraint::read_only | Constraint::constant)) != 0) {
        return set_variable(symbol, std::move(value), frame, target.span);
      }
      slot.constraint = new_constraint(constraint);
      slot.value = std::move(value);
      return true;
    }
    case Kind::member: return assign_member(as<Member>(target), std::move(value));
    case Kind::index: return assign_index(as<Index>(target), std::move(value));
    case Kind::array_literal: {
      const auto& targets = as<ArrayLiteral>(target).elements;
      const std::vector<Value> items = to_items(value);
      for (size_t i = 0; i < targets.size(); ++i) {
        Value part;
        // The last one gets all that is left.
        if (i + 1 == targets.size() && items.size() > targets.size()) {
          part = Value::array({items.begin() + static_cast<ptrdiff_t>(i), items.end()});
        } else if (i < items.size()) {
          part = items[i];
        }
        if (!assign(*targets[i], std::move(part))) return false;
      }
      return true;
    }
    default: break;
  }
  return fail(
      {.id = "InvalidLeftHandSide",
       .category = ErrorCategory::InvalidOperation,
       .message = "The assignment expression is not valid. The input to an assignment operator must be an "
                  "object that is able to accept assignments, such as a variable or a property."},
      target.span);
}

bool Interpreter::assign_member(const Member& member, Value value) {
  std::string name;
  if (value.is_nothing()) value = Value::null();
  if (member.is_static) {
    const TypeRef* type = nullptr;
    if (!static_target(*member.target, type) || !member_name(*member.name, name)) return false;
    auto set = set_static(*this, *type, name, std::move(value));
    return set || fail(set.take_error(), member.span);
  }
  Value target;
  if (!eval(*member.target, target) || !member_name(*member.name, name)) return false;
  auto set = set_property(*this, target, name, std::move(value));
  if (pending_.kind != Unwind::none) return false;
  return set || fail(set.take_error(), member.span);
}

bool Interpreter::assign_index(const Index& index, Value value) {
  Value target, at;
  if (!eval(*index.target, target) || !eval(*index.index, at)) return false;
  if (value.is_nothing()) value = Value::null();
  auto set = set_index(*this, target, at, std::move(value));
  return set || fail(set.take_error(), index.span);
}

// [ref]$x: who gets it may set the variable.
bool Interpreter::eval_reference(const Variable& variable, Value& out) {
  const Symbol symbol = symbol_of(variable);
  Frame* frame = scope_frame(variable.scope);
  for (Frame* at = frame; at != nullptr; at = at->parent.get()) {
    if (at->find(symbol) == nullptr) continue;
    out = Value::object(make<Reference>(Ref<Frame>(at), symbol));
    return true;
  }
  if (symbol == kSymNull) {
    out = Value::object(make<Reference>());
    return true;
  }
  return fail({.id = "NonExistingVariableReference",
               .category = ErrorCategory::InvalidOperation,
               .message = "[ref] cannot be applied to a variable that does not exist."},
              variable.span);
}

bool Interpreter::eval_target(const Expr& target, Value& out) {
  const Expr& inner = without_parens(target);
  if (const auto* cast = try_as<Cast>(&inner)) return eval_target(*cast->operand, out);
  return eval(inner, out);
}

// $list += item, and $text += text, where the variable alone holds what it had: nobody can tell that it grows
// in place instead of being copied, and a loop of n steps takes n steps, not n * n.
bool Interpreter::append_in_place(const Expr& target, const Value& before, const Value& value) {
  constexpr uint32_t kVariableAndBefore = 2;
  const auto* variable = try_as<Variable>(&target);
  if (variable == nullptr || variable->scope == VariableScope::drive ||
      before.kind() != Value::Kind::object || before.as_object()->references() != kVariableAndBefore ||
      value.is_nothing()) {
    return false;
  }
  const Slot* slot = scope_frame(variable->scope)->find(symbol_of(*variable));
  if (slot == nullptr || slot->constraint != nullptr || slot->value.kind() != Value::Kind::object ||
      slot->value.as_object() != before.as_object()) {
    return false;
  }
  if (before.is_string()) return static_cast<StringObject*>(before.as_object())->append(to_string(value));
  if (!before.is_object(ObjectKind::array)) return false;
  auto& array = *static_cast<ArrayObject*>(before.as_object());
  if (array.element_type != nullptr) return false;
  if (value.is_object(ObjectKind::array) || value.is_object(ObjectKind::list)) {
    const std::vector<Value> more = to_items(value);
    array.items.insert(array.items.end(), more.begin(), more.end());
  } else {
    array.items.push_back(value);
  }
  return true;
}

bool Interpreter::exec_assignment(const Assignment& assignment, Value* result) {
  Value value;
  if (assignment.op == AssignOp::set) {
    if (!eval_statement(*assignment.value, value)) return false;
    if (result != nullptr) {
      // What a constraint made of the value is what ($x = ...) gives.
      if (!assign(*assignment.target, value)) return false;
      if (assignment.target->kind == Kind::variable || assignment.target->kind == Kind::cast) {
        return eval_target(*assignment.target, *result);
      }
      *result = std::move(value);
      return true;
    }
    return assign(*assignment.target, std::move(value));
  }
  Value before;
  if (!eval_target(*assignment.target, before)) return false;
  if (assignment.op == AssignOp::coalesce) {
    if (before.is_null()) {
      if (!eval_statement(*assignment.value, before) || !assign(*assignment.target, before)) return false;
    }
    if (result != nullptr) *result = std::move(before);
    return true;
  }
  if (!eval_statement(*assignment.value, value)) return false;
  if (assignment.op == AssignOp::add && result == nullptr &&
      append_in_place(*assignment.target, before, value))
    return true;
  Binary operation;
  operation.span = assignment.span;
  operation.op = binary_of(assignment.op);
  Value after;
  if (!apply_binary(operation, before, value, after)) return false;
  if (result != nullptr) *result = after;
  before = {};
  return assign(*assignment.target, std::move(after));
}

bool Interpreter::eval_step(const Step& step, Value* out) {
  const Expr& operand = without_parens(*step.operand);
  if (const auto* variable = try_as<Variable>(&operand);
      variable != nullptr && variable->slot_info == frame_->layout->id()) {
    const uint32_t index = variable->slot - 1;
    if (index < frame_->slots.size()) {
      Slot& slot = frame_->slots[index];
      if (slot.constraint == nullptr && slot.value.kind() == Value::Kind::integer &&
          slot.value.int_type() == IntType::i32) {
        const int64_t before = slot.value.as_int();
        const int64_t after = step.increment ? before + 1 : before - 1;
        if (after == static_cast<int32_t>(after)) {
          slot.value = Value::integer(after);
          if (out != nullptr) *out = Value::integer(step.prefix ? after : before);
          return true;
        }
      }
    }
  }
  Value before;
  if (!eval_target(operand, before)) return false;
  if (before.is_null()) before = Value::integer(0);
  auto after = step.increment ? add(before, Value::integer(1)) : subtract(before, Value::integer(1));
  if (!is_number(before)) {
    return fail({.id = "OperatorRequiresNumber",
                 .category = ErrorCategory::InvalidOperation,
                 .message = fmt::format("The '{}' operator works only on numbers. The operand is a '{}'.",
                                        step.increment ? "++" : "--", full_type_name(before))},
                step.span);
  }
  if (!after) return fail(after.take_error(), step.span);
  if (out != nullptr) *out = step.prefix ? *after : before;
  return assign(operand, after.take());
}

}  // namespace hvsh::shell
