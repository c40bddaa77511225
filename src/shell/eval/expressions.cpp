// Expressions.
#include <fmt/format.h>

#include <cmath>

#include "core/big_integer.h"
#include "core/compare.h"
#include "core/operators.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

namespace {

Value keep(std::shared_ptr<Source> source, Value value) {
  source->constants.push_back(value);
  return value;
}

Decimal decimal_of(const DecimalParts& parts) {
  Decimal decimal;
  decimal.magnitude = static_cast<unsigned __int128>(parts.high) << 64 |
                      static_cast<unsigned __int128>(parts.middle) << 32 | parts.low;
  decimal.scale = parts.scale;
  decimal.negative = parts.negative;
  return decimal;
}

}  // namespace

bool Interpreter::eval_number(const Number& number, Value& out) {
  const auto integer = [&](IntType type) {
    out = Value::integer(number.integer, type);
    return true;
  };
  switch (number.type) {
    case NumberType::Int32: return integer(IntType::i32);
    case NumberType::Int64: return integer(IntType::i64);
    case NumberType::Double: out = Value::real(number.real); return true;
    case NumberType::Decimal:
      out = Value::object(make<DecimalObject>(decimal_of(number.decimal)));
      return true;
    case NumberType::SByte: return integer(IntType::i8);
    case NumberType::Byte: return integer(IntType::u8);
    case NumberType::Int16: return integer(IntType::i16);
    case NumberType::UInt16: return integer(IntType::u16);
    case NumberType::UInt32: return integer(IntType::u32);
    case NumberType::UInt64:
      out = Value::integer(static_cast<int64_t>(number.unsigned64), IntType::u64);
      return true;
    case NumberType::BigInteger: {
      auto whole = big_integer_literal(number.text);
      if (!whole) return fail(whole.take_error(), number.span);
      out = whole.take();
      return true;
    }
  }
  return true;
}

bool Interpreter::eval_string(const String& string, Value& out) {
  if (string.cache != nullptr) {
    out = Value::object(static_cast<HeapObject*>(string.cache));
    return true;
  }
  out = Value::string(string.value);
  if (string.span.source != 0 && string.span.source <= sources_.size()) {
    keep(sources_[string.span.source - 1], out);
    string.cache = out.as_object();
  }
  return true;
}

bool Interpreter::eval_expandable(const ExpandableString& string, Value& out) {
  std::string text;
  for (const Expr* part : string.parts) {
    if (const auto* literal = try_as<String>(part)) {
      text += literal->value;
      continue;
    }
    Value value;
    if (!eval(*part, value)) return false;
    if (value.is_string()) {
      text += value.as_string();
    } else {
      text += join_text(value);
    }
  }
  out = Value::string(std::move(text));
  return true;
}

bool Interpreter::eval_array(const ArrayLiteral& array, Value& out) {
  std::vector<Value> items;
  items.reserve(array.elements.size());
  for (const Expr* element : array.elements) {
    Value item;
    if (!eval(*element, item)) return false;
    if (item.is_nothing()) item = Value::null();
    items.push_back(std::move(item));
  }
  out = Value::array(std::move(items));
  return true;
}

bool Interpreter::eval_array_expression(const ArrayExpression& array, Value& out) {
  // @( expression ) keeps an array as it is; its common form needs no collecting.
  if (array.body->statements.size() == 1 && array.body->traps.empty()) {
    if (const auto* single = try_as<ExpressionStatement>(array.body->statements[0]);
        single != nullptr && single->expression->kind == Kind::array_literal) {
      return eval_array(as<ArrayLiteral>(*single->expression), out);
    }
  }
  CollectSink sink;
  if (exec_block(*array.body, sink) == Flow::stopped) return false;
  out = Value::array(sink.take_items());
  return true;
}

bool Interpreter::eval_sub_expression(const SubExpression& sub, Value& out) {
  CollectSink sink;
  if (exec_block(*sub.body, sink) == Flow::stopped) return false;
  out = sink.take_value();
  return true;
}

bool Interpreter::eval_hashtable(const Hashtable& table, bool ordered, Value& out) {
  auto map = make<MapObject>(ordered);
  for (const Hashtable::Entry& entry : table.entries) {
    Value key, value;
    if (!eval(*entry.key, key) || !eval_statement(*entry.value, value)) return false;
    if (key.is_null()) {
      return fail({.id = "InvalidNullKey",
                   .category = ErrorCategory::InvalidArgument,
                   .message = "A null key is not allowed in a hash literal."},
                  entry.key->span);
    }
    if (map->find(key) != nullptr) {
      return fail(
          {.id = "DuplicateKeyInHashLiteral",
           .category = ErrorCategory::InvalidArgument,
           .message = fmt::format("Duplicate keys '{}' are not allowed in hash literals.", to_string(key))},
          entry.key->span);
    }
    map->set(key, value.is_nothing() ? Value::null() : std::move(value));
  }
  out = Value::object(map);
  return true;
}

bool Interpreter::eval_script_block(const ScriptBlock& tree, Value& out) {
  auto block = make<ShellScriptBlock>(sources_[tree.span.source - 1], tree);
  block->home = frame_->home;
  out = Value::object(block);
  return true;
}

bool Interpreter::type_of(const TypeName& name, const TypeRef*& out) {
  if (name.resolved != nullptr) {
    out = static_cast<const TypeRef*>(name.resolved);
    return true;
  }
  auto type = types_.resolve(name);
  if (!type) return fail(type.take_error(), name.span);
  out = *type;
  name.resolved = out;
  return true;
}

bool Interpreter::eval_cast(const Cast& cast, Value& out) {
  const TypeRef* type = nullptr;
  if (cast.operand->kind == Kind::hashtable && cast.type->form == TypeName::Form::simple) {
    if (equal_names(cast.type->name, "ordered"))
      return eval_hashtable(as<Hashtable>(*cast.operand), true, out);
    if (equal_names(cast.type->name, "pscustomobject")) return eval_record(cast, out);
  }
  if (!type_of(*cast.type, type)) return false;
  if (type->info == &types::PSReference && cast.operand->kind == Kind::variable) {
    return eval_reference(as<Variable>(*cast.operand), out);
  }
  Value value;
  if (!eval(*cast.operand, value)) return false;
  auto converted = convert_to(value, *type);
  if (!converted) return fail(converted.take_error(), cast.span);
  out = converted.take();
  return true;
}

bool Interpreter::eval_unary(const Unary& unary, Value& out) {
  Value value;
  if (!eval(*unary.operand, value)) return false;
  const auto take = [&](Result<Value> result) {
    if (!result) return fail(result.take_error(), unary.span);
    out = result.take();
    return true;
  };
  switch (unary.op) {
    case UnaryOp::plus: return take(to_number(value));
    case UnaryOp::minus: return take(negate(value));
    case UnaryOp::not_: out = Value::boolean(!to_bool(value)); return true;
    case UnaryOp::bnot: return take(bit_not(value));
    case UnaryOp::join: out = join(value, ""); return true;
    case UnaryOp::split: return take(split(value, Value::null(), !unary.case_sensitive));
  }
  return true;
}

bool Interpreter::eval_logical(const Binary& binary, Value& out) {
  Value left;
  if (!eval(*binary.left, left)) return false;
  if (binary.op == BinaryOp::coalesce) {
    if (!left.is_null()) {
      out = std::move(left);
      return true;
    }
    return eval(*binary.right, out);
  }
  const bool first = to_bool(left);
  if ((binary.op == BinaryOp::and_ && !first) || (binary.op == BinaryOp::or_ && first)) {
    out = Value::boolean(first);
    return true;
  }
  Value right;
  if (!eval(*binary.right, right)) return false;
  const bool second = to_bool(right);
  out = Value::boolean(binary.op == BinaryOp::xor_ ? first != second : second);
  return true;
}

bool Interpreter::eval_type_operator(const Binary& binary, Value& out) {
  Value left;
  if (!eval(*binary.left, left)) return false;
  const TypeRef* type = nullptr;
  if (const auto* literal = try_as<TypeExpression>(binary.right)) {
    if (!type_of(*literal->type, type)) return false;
  } else {
    Value right;
    if (!eval(*binary.right, right)) return false;
    type = types_.ref_of(right);
    if (type == nullptr) {
      auto named = types_.resolve_text(to_string(right));
      if (!named) return fail(named.take_error(), binary.right->span);
      type = *named;
    }
  }
  if (binary.op == BinaryOp::as) {
    auto converted = convert_to(left, *type);
    out = converted ? converted.take() : Value::null();
    return true;
  }
  out = Value::boolean(is_of_type(left, *type) == (binary.op == BinaryOp::is));
  return true;
}

namespace {

// Both are plain integers of at most 64 bits with sign, the usual case of loops.
bool both_small(const Value& a, const Value& b) {
  return a.kind() == Value::Kind::integer && b.kind() == Value::Kind::integer &&
         a.int_type() == IntType::i32 && b.int_type() == IntType::i32;
}

bool as_fast_real(const Value& value, double& out) {
  if (value.kind() == Value::Kind::real) {
    out = value.as_real();
    return true;
  }
  if (value.kind() == Value::Kind::integer && value.int_type() == IntType::i32) {
    out = static_cast<double>(value.as_int());
    return true;
  }
  return false;
}

template <class T>
bool fast_compare(BinaryOp op, T a, T b, Value& out) {
  switch (op) {
    case BinaryOp::eq: out = Value::boolean(a == b); return true;
    case BinaryOp::ne: out = Value::boolean(a != b); return true;
    case BinaryOp::lt: out = Value::boolean(a < b); return true;
    case BinaryOp::le: out = Value::boolean(a <= b); return true;
    case BinaryOp::gt: out = Value::boolean(a > b); return true;
    case BinaryOp::ge: out = Value::boolean(a >= b); return true;
    default: return false;
  }
}

bool fast_integers(BinaryOp op, int64_t a, int64_t b, Value& out) {
  if (fast_compare(op, a, b, out)) return true;
  int64_t result = 0;
  switch (op) {
    case BinaryOp::add: result = a + b; break;
    case BinaryOp::subtract: result = a - b; break;
    case BinaryOp::multiply: result = a * b; break;  // both of 32 bits
    case BinaryOp::remainder:
      if (b == 0) return false;
      result = a % b;
      break;
    case BinaryOp::band: result = a & b; break;
    default: return false;
  }
  if (result != static_cast<int32_t>(result)) return false;
  out = Value::integer(result);
  return true;
}

bool fast_reals(BinaryOp op, double a, double b, Value& out) {
  if (fast_compare(op, a, b, out)) return true;
  switch (op) {
    case BinaryOp::add: out = Value::real(a + b); return true;
    case BinaryOp::subtract: out = Value::real(a - b); return true;
    case BinaryOp::multiply: out = Value::real(a * b); return true;
    default: return false;
  }
}

std::optional<Comparison> comparison_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::eq: return Comparison::eq;
    case BinaryOp::ne: return Comparison::ne;
    case BinaryOp::gt: return Comparison::gt;
    case BinaryOp::ge: return Comparison::ge;
    case BinaryOp::lt: return Comparison::lt;
    case BinaryOp::le: return Comparison::le;
    case BinaryOp::like: return Comparison::like;
    case BinaryOp::notlike: return Comparison::not_like;
    case BinaryOp::match: return Comparison::match;
    case BinaryOp::notmatch: return Comparison::not_match;
    case BinaryOp::contains: return Comparison::contains;
    case BinaryOp::notcontains: return Comparison::not_contains;
    case BinaryOp::in: return Comparison::in;
    case BinaryOp::notin: return Comparison::not_in;
    default: return std::nullopt;
  }
}

Result<Value> arithmetic(BinaryOp op, const Value& left, const Value& right) {
  switch (op) {
    case BinaryOp::add: return add(left, right);
    case BinaryOp::subtract: return subtract(left, right);
    case BinaryOp::multiply: return multiply(left, right);
    case BinaryOp::divide: return divide(left, right);
    case BinaryOp::remainder: return remainder(left, right);
    case BinaryOp::range: return range(left, right);
    case BinaryOp::format: return format_operator(left, right);
    case BinaryOp::band: return bit_and(left, right);
    case BinaryOp::bor: return bit_or(left, right);
    case BinaryOp::bxor: return bit_xor(left, right);
    case BinaryOp::shl: return shift_left(left, right);
    case BinaryOp::shr: return shift_right(left, right);
    default: return Value::null();
  }
}

}  // namespace

// Also used by += and its kin, with operands that are values already.
bool Interpreter::apply_binary(const Binary& binary, const Value& left, const Value& right, Value& out) {
  if (both_small(left, right) && fast_integers(binary.op, left.as_int(), right.as_int(), out)) return true;
  double a = 0, b = 0;
  if ((left.kind() == Value::Kind::real || right.kind() == Value::Kind::real) && as_fast_real(left, a) &&
      as_fast_real(right, b) && fast_reals(binary.op, a, b, out)) {
    return true;
  }
  const bool ignore_case = !binary.case_sensitive;
  const auto take = [&](Result<Value> result) {
    if (pending_.kind != Unwind::none) return false;
    if (!result) return fail(result.take_error(), binary.span);
    out = result.take();
    return true;
  };
  if (const auto comparison = comparison_of(binary.op)) {
    Matches matches;
    if (!take(compare_operator(*comparison, left, right, ignore_case, &matches))) return false;
    if (matches.set) {
      auto map = make<MapObject>(false);
      for (auto& [key, value] : matches.groups) map->set(key, std::move(value));
      frame_->set(kSymMatches, Value::object(map));
    }
    return true;
  }
  switch (binary.op) {
    case BinaryOp::split:
      if (const Value* block = right.is_object(ObjectKind::script_block) ? &right : nullptr) {
        return split_by_block(left, *block, out);
      }
      return take(split(left, right, ignore_case));
    case BinaryOp::join: out = join(left, to_string(right)); return true;
    case BinaryOp::replace:
      return take(replace(left, right, ignore_case,
                          [&](const Value& block, const Value& match) -> Result<std::string> {
                            auto* script = block.as<ShellScriptBlock>();
                            CollectSink sink;
                            if (script == nullptr) return to_string(block);
                            if (call_block(*script, {}, match, ScopeMode::child, sink) == Flow::stopped) {
                              return Error{.id = "Stopped", .message = "The replacement stopped."};
                            }
                            return to_string(sink.take_value());
                          }));
    default: return take(arithmetic(binary.op, left, right));
  }
}

// 'a1b2' -split { $_ -match '\d' }: the block says for each character whether it separates.
bool Interpreter::split_by_block(const Value& text, const Value& block, Value& out) {
  auto* script = block.as<ShellScriptBlock>();
  std::vector<Value> parts;
  for (const Value& item : to_items(text)) {
    const std::string whole = to_string(item);
    std::string part;
    for (size_t at = 0; at < whole.size();) {
      const size_t begin = at;
      next_code_point(whole, at);
      CollectSink sink;
      const Flow flow =
          call_block(*script, {}, Value::string(whole.substr(begin, at - begin)), ScopeMode::caller, sink);
      if (flow == Flow::stopped) return false;
      if (to_bool(sink.take_value())) {
        parts.push_back(Value::string(std::exchange(part, {})));
      } else {
        part.append(whole, begin, at - begin);
      }
    }
    parts.push_back(Value::string(std::move(part)));
  }
  out = Value::array(std::move(parts));
  return true;
}

bool Interpreter::eval_binary(const Binary& binary, Value& out) {
  switch (binary.op) {
    case BinaryOp::and_:
    case BinaryOp::or_:
    case BinaryOp::xor_:
    case BinaryOp::coalesce: return eval_logical(binary, out);
    case BinaryOp::is:
    case BinaryOp::isnot:
    case BinaryOp::as: return eval_type_operator(binary, out);
    default: break;
  }
  Value left, right;
  if (!eval(*binary.left, left) || !eval(*binary.right, right)) return false;
  return apply_binary(binary, left, right, out);
}

bool Interpreter::member_name(const Expr& name, std::string& out) {
  if (const auto* literal = try_as<String>(&name)) {
    out = literal->value;
    return true;
  }
  Value value;
  if (!eval(name, value)) return false;
  out = to_string(value);
  return true;
}

// What stands before :: as a type: [type], or an object whose type is meant.
bool Interpreter::static_target(const Expr& target, const TypeRef*& out) {
  if (const auto* literal = try_as<TypeExpression>(&target)) return type_of(*literal->type, out);
  Value value;
  if (!eval(target, value)) return false;
  out = types_.ref_of(value);
  if (out == nullptr && !value.is_null()) out = types_.of(value.type());
  if (out != nullptr) return true;
  return fail({.id = "TypeNotFound",
               .category = ErrorCategory::InvalidOperation,
               .message = fmt::format("Cannot find a static member: '{}' is not a type.", to_string(value))},
              target.span);
}

bool Interpreter::eval_member(const Member& member, Value& out) {
  if (member.is_static) {
    const TypeRef* type = nullptr;
    std::string name;
    if (!static_target(*member.target, type) || !member_name(*member.name, name)) return false;
    return get_static(*this, *type, name, member.span, out);
  }
  Value target;
  if (!eval(*member.target, target)) return false;
  if (member.null_conditional && target.is_null()) {
    out = Value::null();
    return true;
  }
  if (const auto* literal = try_as<String>(member.name)) {
    // Rows of a table have one shape: the name is looked up for the first of them only.
    const auto* record =
        target.is_object(ObjectKind::record) ? static_cast<RecordObject*>(target.as_object()) : nullptr;
    if (record != nullptr && record->shape().id() == member.shape) {
      out = record->values()[member.place];
      return true;
    }
    if (!get_member(*this, target, literal->value, member.span, out)) return false;
    if (const auto place = record != nullptr ? record->shape().find(literal->value) : std::nullopt) {
      member.shape = record->shape().id();
      member.place = static_cast<uint32_t>(*place);
    }
    return true;
  }
  Value name;
  if (!eval(*member.name, name)) return false;
  // A property may be named by a calculation, as Sort-Object does.
  if (auto* block = name.as<ShellScriptBlock>()) {
    CollectSink sink;
    if (call_block(*block, {}, target, ScopeMode::caller, sink) == Flow::stopped) return false;
    out = sink.take_value();
    return true;
  }
  return get_member(*this, target, to_string(name), member.span, out);
}

bool Interpreter::eval_call(const MethodCall& call, Value& out) {
  const TypeRef* type = nullptr;
  Value target;
  if (call.is_static) {
    if (!static_target(*call.target, type)) return false;
  } else if (!eval(*call.target, target)) {
    return false;
  }
  if (call.null_conditional && target.is_null()) {
    out = Value::null();
    return true;
  }
  std::string name;
  if (!member_name(*call.name, name)) return false;
  std::vector<Value> arguments;
  arguments.reserve(call.arguments.size());
  for (const Expr* argument : call.arguments) {
    Value value;
    if (!eval(*argument, value)) return false;
    arguments.push_back(value.is_nothing() ? Value::null() : std::move(value));
  }
  if (call.is_static) return call_static(*this, *type, name, arguments, call.span, out);
  return call_member(*this, target, name, arguments, call.span, out);
}

bool Interpreter::eval_index(const Index& index, Value& out) {
  Value target, at;
  if (!eval(*index.target, target)) return false;
  if (index.null_conditional && target.is_null()) {
    out = Value::null();
    return true;
  }
  if (!eval(*index.index, at)) return false;
  return get_index(*this, target, at, index.span, out);
}

bool Interpreter::eval(const Expr& expr, Value& out) {
  switch (expr.kind) {
    case Kind::number: return eval_number(as<Number>(expr), out);
    case Kind::string: return eval_string(as<String>(expr), out);
    case Kind::expandable_string: return eval_expandable(as<ExpandableString>(expr), out);
    case Kind::variable: return read_variable(as<Variable>(expr), out);
    case Kind::array_literal: return eval_array(as<ArrayLiteral>(expr), out);
    case Kind::array_expression: return eval_array_expression(as<ArrayExpression>(expr), out);
    case Kind::sub_expression: return eval_sub_expression(as<SubExpression>(expr), out);
    case Kind::paren: {
      const Paren& paren = as<Paren>(expr);
      if (!eval_statement(*paren.body, out)) return false;
      return true;
    }
    case Kind::hashtable: return eval_hashtable(as<Hashtable>(expr), false, out);
    case Kind::script_block_expression: return eval_script_block(*as<ScriptBlockExpression>(expr).body, out);
    case Kind::type_expression: {
      const TypeRef* type = nullptr;
      if (!type_of(*as<TypeExpression>(expr).type, type)) return false;
      out = types_.type_value(*type);
      return true;
    }
    case Kind::cast: return eval_cast(as<Cast>(expr), out);
    case Kind::attributed_expression: return eval(*as<AttributedExpression>(expr).operand, out);
    case Kind::unary: return eval_unary(as<Unary>(expr), out);
    case Kind::binary: return eval_binary(as<Binary>(expr), out);
    case Kind::ternary: {
      const Ternary& ternary = as<Ternary>(expr);
      Value condition;
      if (!eval(*ternary.condition, condition)) return false;
      return eval(to_bool(condition) ? *ternary.if_true : *ternary.if_false, out);
    }
    case Kind::step: return eval_step(as<Step>(expr), &out);
    case Kind::member: return eval_member(as<Member>(expr), out);
    case Kind::method_call: return eval_call(as<MethodCall>(expr), out);
    case Kind::index: return eval_index(as<Index>(expr), out);
    default: break;
  }
  return fail({.id = "NotAnExpression",
               .category = ErrorCategory::SyntaxError,
               .message = "This part of the script cannot be evaluated."},
              expr.span);
}

}  // namespace hvsh::shell
