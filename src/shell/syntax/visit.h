#pragma once
// The children of a node, in source order where the source has one: for tree walks that do not care what a
// node means (finding the node at the cursor, collecting variables, measuring height).
#include "shell/syntax/ast.h"

namespace hvsh::shell {

namespace detail {

template <class F>
struct Children {
  F& visit;

  void one(const Node* node) {
    if (node) visit(*node);
  }
  template <class T>
  void all(List<T> nodes) {
    for (const T* node : nodes) visit(*node);
  }

  void of(const ErrorExpression& n) { all(n.parts); }
  void of(const ErrorStatement& n) { all(n.parts); }
  void of(const Number&) {}
  void of(const String&) {}
  void of(const Variable&) {}
  void of(const EndOfParameters&) {}
  void of(const VerbatimArguments&) {}
  void of(const ExpandableString& n) { all(n.parts); }
  void of(const ArrayLiteral& n) { all(n.elements); }
  void of(const ArrayExpression& n) { one(n.body); }
  void of(const SubExpression& n) { one(n.body); }
  void of(const Paren& n) { one(n.body); }
  void of(const Hashtable& n) {
    for (const auto& entry : n.entries) {
      one(entry.key);
      one(entry.value);
    }
  }
  void of(const ScriptBlockExpression& n) { one(n.body); }
  void of(const TypeExpression& n) { one(n.type); }
  void of(const TypeName& n) { all(n.arguments); }
  void of(const Cast& n) {
    one(n.type);
    one(n.operand);
  }
  void of(const AttributedExpression& n) {
    one(n.attribute);
    one(n.operand);
  }
  void of(const Unary& n) { one(n.operand); }
  void of(const Step& n) { one(n.operand); }
  void of(const Binary& n) {
    one(n.left);
    one(n.right);
  }
  void of(const Ternary& n) {
    one(n.condition);
    one(n.if_true);
    one(n.if_false);
  }
  void of(const Member& n) {
    one(n.target);
    one(n.name);
  }
  void of(const MethodCall& n) {
    one(n.target);
    one(n.name);
    all(n.type_arguments);
    all(n.arguments);
  }
  void of(const Index& n) {
    one(n.target);
    one(n.index);
  }
  void of(const Redirection& n) { one(n.target); }
  void of(const CommandParameter& n) { one(n.argument); }
  void of(const Command& n) {
    one(n.name);
    all(n.arguments);
    all(n.redirections);
  }
  void of(const CommandExpression& n) {
    one(n.expression);
    all(n.redirections);
  }
  void of(const ExpressionStatement& n) { one(n.expression); }
  void of(const Pipeline& n) { all(n.elements); }
  void of(const Chain& n) {
    for (const auto& link : n.links) one(link.pipeline);
  }
  void of(const Assignment& n) {
    one(n.target);
    one(n.value);
  }
  void of(const Block& n) { all(n.statements); }
  void of(const IfStatement& n) {
    for (const auto& clause : n.clauses) {
      one(clause.condition);
      one(clause.body);
    }
    one(n.otherwise);
  }
  void of(const SwitchStatement& n) {
    one(n.subject);
    for (const auto& clause : n.clauses) {
      one(clause.test);
      one(clause.body);
    }
    one(n.otherwise);
  }
  void of(const ForStatement& n) {
    one(n.initial);
    one(n.condition);
    one(n.iterator);
    one(n.body);
  }
  void of(const ForeachStatement& n) {
    one(n.throttle_limit);
    one(n.variable);
    one(n.collection);
    one(n.body);
  }
  void of(const WhileStatement& n) {
    one(n.condition);
    one(n.body);
  }
  void of(const DoStatement& n) {
    one(n.body);
    one(n.condition);
  }
  void of(const FunctionDefinition& n) { one(n.body); }
  void of(const ReturnStatement& n) { one(n.value); }
  void of(const ExitStatement& n) { one(n.value); }
  void of(const ThrowStatement& n) { one(n.value); }
  void of(const BreakStatement& n) { one(n.label); }
  void of(const ContinueStatement& n) { one(n.label); }
  void of(const TryStatement& n) {
    one(n.body);
    for (const auto& handler : n.catches) {
      all(handler.types);
      one(handler.body);
    }
    one(n.finally);
  }
  void of(const TrapStatement& n) {
    one(n.type);
    one(n.body);
  }
  void of(const DataStatement& n) {
    all(n.supported_commands);
    one(n.body);
  }
  void of(const UsingStatement& n) {
    one(n.name);
    one(n.alias);
  }
  void of(const BlockStatement& n) { one(n.body); }
  void of(const TypeDefinition& n) {
    all(n.attributes);
    all(n.bases);
    for (const auto& member : n.members) {
      one(member.type);
      one(member.value);
      one(member.method);
    }
  }
  void of(const Attribute& n) {
    one(n.type);
    all(n.positional);
    for (const auto& named : n.named) one(named.value);
  }
  void of(const Parameter& n) {
    all(n.attributes);
    one(n.variable);
    one(n.default_value);
  }
  void of(const ParamBlock& n) {
    all(n.attributes);
    all(n.parameters);
  }
  void of(const NamedBlock& n) { one(n.body); }
  void of(const ScriptBlock& n) {
    all(n.requirements);
    all(n.usings);
    one(n.param_block);
    one(n.dynamic_param);
    one(n.begin);
    one(n.process);
    one(n.end);
    one(n.clean);
  }
};

}  // namespace detail

// Calls visit(const Node&) for each child of a node of a known type.
template <class T, class F>
void for_each_child_of(const T& node, F&& visit) {
  detail::Children<F>{visit}.of(node);
}

// Calls visit(node as its own type) and gives back what it returns.
template <class F>
decltype(auto) dispatch(const Node& node, F&& visit) {
  switch (node.kind) {
    case Kind::error_expression: return visit(as<ErrorExpression>(node));
    case Kind::number: return visit(as<Number>(node));
    case Kind::string: return visit(as<String>(node));
    case Kind::expandable_string: return visit(as<ExpandableString>(node));
    case Kind::variable: return visit(as<Variable>(node));
    case Kind::array_literal: return visit(as<ArrayLiteral>(node));
    case Kind::array_expression: return visit(as<ArrayExpression>(node));
    case Kind::sub_expression: return visit(as<SubExpression>(node));
    case Kind::paren: return visit(as<Paren>(node));
    case Kind::hashtable: return visit(as<Hashtable>(node));
    case Kind::script_block_expression: return visit(as<ScriptBlockExpression>(node));
    case Kind::type_expression: return visit(as<TypeExpression>(node));
    case Kind::cast: return visit(as<Cast>(node));
    case Kind::attributed_expression: return visit(as<AttributedExpression>(node));
    case Kind::unary: return visit(as<Unary>(node));
    case Kind::binary: return visit(as<Binary>(node));
    case Kind::ternary: return visit(as<Ternary>(node));
    case Kind::step: return visit(as<Step>(node));
    case Kind::member: return visit(as<Member>(node));
    case Kind::method_call: return visit(as<MethodCall>(node));
    case Kind::index: return visit(as<Index>(node));
    case Kind::command: return visit(as<Command>(node));
    case Kind::command_expression: return visit(as<CommandExpression>(node));
    case Kind::command_parameter: return visit(as<CommandParameter>(node));
    case Kind::end_of_parameters: return visit(as<EndOfParameters>(node));
    case Kind::verbatim_arguments: return visit(as<VerbatimArguments>(node));
    case Kind::redirection: return visit(as<Redirection>(node));
    case Kind::error_statement: return visit(as<ErrorStatement>(node));
    case Kind::expression_statement: return visit(as<ExpressionStatement>(node));
    case Kind::pipeline: return visit(as<Pipeline>(node));
    case Kind::chain: return visit(as<Chain>(node));
    case Kind::assignment: return visit(as<Assignment>(node));
    case Kind::if_statement: return visit(as<IfStatement>(node));
    case Kind::switch_statement: return visit(as<SwitchStatement>(node));
    case Kind::for_statement: return visit(as<ForStatement>(node));
    case Kind::foreach_statement: return visit(as<ForeachStatement>(node));
    case Kind::while_statement: return visit(as<WhileStatement>(node));
    case Kind::do_statement: return visit(as<DoStatement>(node));
    case Kind::function_definition: return visit(as<FunctionDefinition>(node));
    case Kind::return_statement: return visit(as<ReturnStatement>(node));
    case Kind::break_statement: return visit(as<BreakStatement>(node));
    case Kind::continue_statement: return visit(as<ContinueStatement>(node));
    case Kind::exit_statement: return visit(as<ExitStatement>(node));
    case Kind::throw_statement: return visit(as<ThrowStatement>(node));
    case Kind::try_statement: return visit(as<TryStatement>(node));
    case Kind::trap_statement: return visit(as<TrapStatement>(node));
    case Kind::data_statement: return visit(as<DataStatement>(node));
    case Kind::using_statement: return visit(as<UsingStatement>(node));
    case Kind::block_statement: return visit(as<BlockStatement>(node));
    case Kind::type_definition: return visit(as<TypeDefinition>(node));
    case Kind::block: return visit(as<Block>(node));
    case Kind::named_block: return visit(as<NamedBlock>(node));
    case Kind::script_block: return visit(as<ScriptBlock>(node));
    case Kind::param_block: return visit(as<ParamBlock>(node));
    case Kind::parameter: return visit(as<Parameter>(node));
    case Kind::attribute: return visit(as<Attribute>(node));
    case Kind::type_name: return visit(as<TypeName>(node));
  }
  __builtin_unreachable();
}

// Calls visit(const Node&) for each child of any node.
template <class F>
void for_each_child(const Node& node, F&& visit) {
  dispatch(node, [&visit](const auto& typed) { for_each_child_of(typed, visit); });
}

}  // namespace hvsh::shell
