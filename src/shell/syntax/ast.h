#pragma once
// The syntax tree of a script: what the parser makes, the evaluator walks, completion looks into and dump.h
// prints.
//
// - Nodes are plain structs in the arena of their ParseResult, told apart by `kind`; nothing is virtual, a
//   consumer switches over Kind and goes on with as<T>(). Children are pointers or spans of pointers, never
//   null unless the member says "or null". Text views point into the arena too.
// - A tree is const after parsing and may be shared by threads, except for the `mutable` members: these
//   belong to the evaluator (slots, call-site plans, cached constants), start as zero, and mean that a tree
//   that is being *evaluated* belongs to one interpreter.
// - Every node has its span in the source. The height of a tree is at most kMaxTreeHeight (core/bounds.h),
//   so a recursive walk is safe.
// - Names keep the spelling of the script; PowerShell compares them without regard to case.
// - For broken input there is a tree as well: a missing part is an ErrorExpression or ErrorStatement. Such a
//   tree is for completion and highlighting only, never to be run.
#include <cassert>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/span.h"

namespace hvsh::shell {

// clang-format off
enum class Kind : uint8_t {
  // Expressions.
  error_expression, number, string, expandable_string, variable, array_literal, array_expression,
  sub_expression, paren, hashtable, script_block_expression, type_expression, cast, attributed_expression,
  unary, binary, ternary, step, member, method_call, index,
  // Parts of commands.
  command, command_expression, command_parameter, end_of_parameters, verbatim_arguments, redirection,
  // Statements.
  error_statement, expression_statement, pipeline, chain, assignment, if_statement, switch_statement,
  for_statement, foreach_statement, while_statement, do_statement, function_definition, return_statement,
  break_statement, continue_statement, exit_statement, throw_statement, try_statement, trap_statement,
  data_statement, using_statement, block_statement, type_definition,
  // The rest.
  block, named_block, script_block, param_block, parameter, attribute, type_name,
};
// clang-format on

struct Node {
  Span span;
  Kind kind;
  uint16_t height = 1;  // of the tree below and with this node

 protected:
  explicit constexpr Node(Kind k) : kind(k) {}
};

struct Expr : Node {
  using Node::Node;
};
struct Stmt : Node {
  using Node::Node;
};

// Gives each node its kind as a constant and as its constructor.
template <class Base, Kind K>
struct NodeOf : Base {
  static constexpr Kind kKind = K;
  constexpr NodeOf() : Base(K) {}
};

template <class T>
using List = std::span<const T* const>;

template <class T>
const T& as(const Node& node) {
  assert(node.kind == T::kKind);
  return static_cast<const T&>(node);
}
template <class T>
const T* try_as(const Node* node) {
  return node && node->kind == T::kKind ? static_cast<const T*>(node) : nullptr;
}

struct Block;
struct ScriptBlock;
struct TypeName;
struct Attribute;
struct Parameter;
struct ParamBlock;
struct Variable;
struct Redirection;

// ---------------------------------------------------------------------------------------------- literals

// What the parser put where something is missing or wrong; `parts` is what it could read nevertheless.
struct ErrorExpression : NodeOf<Expr, Kind::error_expression> {
  List<Node> parts;
};
struct ErrorStatement : NodeOf<Stmt, Kind::error_statement> {
  List<Node> parts;
};

enum class NumberType : uint8_t {
  Int32,
  Int64,
  Double,
  Decimal,
  SByte,
  Byte,
  Int16,
  UInt16,
  UInt32,
  UInt64,
  BigInteger
};

// .NET's decimal: (-1)^negative * (high:middle:low as a 96-bit number) / 10^scale, scale <= 28.
struct DecimalParts {
  uint32_t low, middle, high;
  uint8_t scale;
  bool negative;
};

// A number, converted: the type follows suffix, size and form as in PowerShell. `text` is how the script
// spells it: an argument that is bound to a string, or given to a native program, is that text.
struct Number : NodeOf<Expr, Kind::number> {
  NumberType type = NumberType::Int32;
  bool has_value = true;  // false: a BigInteger outside of Int64; its digits are in `text`
  std::string_view text;
  union {
    int64_t integer = 0;   // all signed types, Byte, UInt16, UInt32, BigInteger
    uint64_t unsigned64;   // UInt64
    double real;           // Double
    DecimalParts decimal;  // Decimal
  };
};

enum class StringStyle : uint8_t { bare, single_quoted, double_quoted, single_here, double_here };

// Text without variables in it; escapes and doubled quotes are resolved.
struct String : NodeOf<Expr, Kind::string> {
  StringStyle style = StringStyle::bare;
  std::string_view value;
  mutable void* cache = nullptr;  // the evaluator's ready-made constant
};

// Text with variables in it, in order: String, Variable, SubExpression. A bareword may be one too:
// $path\$name.vhdx.
struct ExpandableString : NodeOf<Expr, Kind::expandable_string> {
  StringStyle style = StringStyle::double_quoted;
  List<Expr> parts;
};

// `drive` is env:, function:, variable:, alias:, C: ... : the provider path is "drive:name".
enum class VariableScope : uint8_t {
  unqualified,
  local_,
  script_,
  global_,
  private_,
  using_,
  workflow_,
  drive
};

// $name, $script:name, ${any name}, $env:NAME; and @name (splatted). `name` is without scope and drive.
struct Variable : NodeOf<Expr, Kind::variable> {
  VariableScope scope = VariableScope::unqualified;
  bool splatted = false;
  std::string_view name;
  std::string_view drive = {};     // when scope is drive
  mutable uint32_t symbol = 0;     // the evaluator's: the name as a number; 0 is "not asked yet"
  mutable uint32_t slot = 0;       // the evaluator's: 0 is "not resolved"
  mutable uint32_t slot_info = 0;  // the evaluator's: frame, flags
};

// `1, 2, 3` without the pipeline's enumeration; one element for the unary comma.
struct ArrayLiteral : NodeOf<Expr, Kind::array_literal> {
  List<Expr> elements;
};
// @( statements )
struct ArrayExpression : NodeOf<Expr, Kind::array_expression> {
  const Block* body = nullptr;
};
// $( statements )
struct SubExpression : NodeOf<Expr, Kind::sub_expression> {
  const Block* body = nullptr;
};
// ( pipeline or assignment )
struct Paren : NodeOf<Expr, Kind::paren> {
  const Stmt* body = nullptr;
};
// @{ key = statement ... }; `[ordered]@{}` is a Cast around it.
struct Hashtable : NodeOf<Expr, Kind::hashtable> {
  struct Entry {
    const Expr* key;
    const Stmt* value;
  };
  std::span<const Entry> entries;
  mutable const void* cache = nullptr;  // the evaluator's: what [pscustomobject] made of it first
};
struct ScriptBlockExpression : NodeOf<Expr, Kind::script_block_expression> {
  const ScriptBlock* body = nullptr;
};
// [int], [System.Collections.Generic.List[string]]
struct TypeExpression : NodeOf<Expr, Kind::type_expression> {
  const TypeName* type = nullptr;
};

// A type as written. `name` of an array is empty, its element is arguments[0]; of a generic it is the open
// type's name, the rest are the arguments.
struct TypeName : NodeOf<Node, Kind::type_name> {
  enum class Form : uint8_t { simple, array, generic };
  Form form = Form::simple;
  uint8_t rank = 0;       // arrays: 1 for [], 2 for [,]
  std::string_view name;  // simple and generic: without white space and an assembly name
  std::string_view text;  // the whole as written between the brackets
  List<TypeName> arguments;
  mutable const void* resolved = nullptr;
};

// ------------------------------------------------------------------------------------- expressions proper

// [type] operand. A Cast around a Variable on the left of an assignment types the variable.
struct Cast : NodeOf<Expr, Kind::cast> {
  const TypeName* type = nullptr;
  const Expr* operand = nullptr;
};
// [ValidateRange(1, 3)] $x
struct AttributedExpression : NodeOf<Expr, Kind::attributed_expression> {
  const Attribute* attribute = nullptr;
  const Expr* operand = nullptr;
};

enum class UnaryOp : uint8_t { plus, minus, not_, bnot, join, split };

struct Unary : NodeOf<Expr, Kind::unary> {
  UnaryOp op = UnaryOp::plus;
  bool case_sensitive = false;  // -csplit
  const Expr* operand = nullptr;
};

// ++ and --
struct Step : NodeOf<Expr, Kind::step> {
  bool increment = true;
  bool prefix = false;
  const Expr* operand = nullptr;
};

// clang-format off
enum class BinaryOp : uint8_t {
  add, subtract, multiply, divide, remainder, range, format, and_, or_, xor_, band, bor, bxor, shl, shr,
  eq, ne, gt, ge, lt, le, like, notlike, match, notmatch, replace, contains, notcontains, in, notin, split,
  join, is, isnot, as, coalesce,
};
// clang-format on

// Trees of operators of one precedence grow to the left: walk the left spine in a loop where it matters.
struct Binary : NodeOf<Expr, Kind::binary> {
  BinaryOp op = BinaryOp::add;
  bool case_sensitive = false;  // the -c forms; -i forms and plain ones are the same
  Span op_span;
  const Expr* left = nullptr;
  const Expr* right = nullptr;
  mutable void* cache = nullptr;  // the evaluator's: a compiled pattern, for instance
};

struct Ternary : NodeOf<Expr, Kind::ternary> {
  const Expr* condition = nullptr;
  const Expr* if_true = nullptr;
  const Expr* if_false = nullptr;
};

// target.name, target::name, target?.name. `name` is a bare or quoted String, or any other expression for a
// dynamic name: $x.$name, $x.('a' + 'b'), $x."$a".
struct Member : NodeOf<Expr, Kind::member> {
  bool is_static = false;
  bool null_conditional = false;
  const Expr* target = nullptr;
  const Expr* name = nullptr;
  mutable uint32_t shape = 0, place = 0;  // the evaluator's: where the last record had it; 0 is "nowhere"
};
// target.name(arguments); $x.ForEach{ } has the script block as its one argument.
struct MethodCall : NodeOf<Expr, Kind::method_call> {
  bool is_static = false;
  bool null_conditional = false;
  const Expr* target = nullptr;
  const Expr* name = nullptr;
  List<TypeName> type_arguments;
  List<Expr> arguments;
  mutable void* cache = nullptr;
};
// target[index], target?[index]; several indices are an ArrayLiteral.
struct Index : NodeOf<Expr, Kind::index> {
  bool null_conditional = false;
  const Expr* target = nullptr;
  const Expr* index = nullptr;
};

// ---------------------------------------------------------------------------------------------- pipelines

// n> file, n>> file, n>&m. Streams: 1 output ... 6 information, 0 is * (all).
struct Redirection : NodeOf<Node, Kind::redirection> {
  uint8_t from = 1;
  uint8_t to = 0;  // the stream that is merged into; 0: a file
  bool append = false;
  const Expr* target = nullptr;  // null when merging
};

// -Name, -Name:argument. `name` is without dash and colon.
struct CommandParameter : NodeOf<Node, Kind::command_parameter> {
  std::string_view name;
  const Expr* argument = nullptr;  // or null
};
// The first `--`: what follows is never a parameter. A native program gets it as it is.
struct EndOfParameters : NodeOf<Node, Kind::end_of_parameters> {};
// --% : `text` is the rest of the line or up to a |, for a native program as it is.
struct VerbatimArguments : NodeOf<Node, Kind::verbatim_arguments> {
  std::string_view text;
};

enum class Invocation : uint8_t { plain, call, dot };  // name, & name, . name

// `name` is a bare String for most commands. `arguments` holds, in order: Expr (a splatted Variable among
// them), CommandParameter, EndOfParameters, VerbatimArguments.
struct Command : NodeOf<Node, Kind::command> {
  Invocation invocation = Invocation::plain;
  const Expr* name = nullptr;
  List<Node> arguments;
  List<Redirection> redirections;
  mutable void* call_site = nullptr;  // the evaluator's binding plan
};
// An expression as an element of a pipeline.
struct CommandExpression : NodeOf<Node, Kind::command_expression> {
  const Expr* expression = nullptr;
  List<Redirection> redirections;
};

// An expression alone as a statement: the most frequent form, without a pipeline around it.
struct ExpressionStatement : NodeOf<Stmt, Kind::expression_statement> {
  const Expr* expression = nullptr;
};
// Elements are Command, and CommandExpression in the first place.
struct Pipeline : NodeOf<Stmt, Kind::pipeline> {
  List<Node> elements;
  bool background = false;  // & at the end
};
// a && b || c: operators are applied from left to right. Links are Pipeline or ExpressionStatement.
struct Chain : NodeOf<Stmt, Kind::chain> {
  struct Link {
    bool is_or;  // how it follows the one before; the first one's has no meaning
    const Stmt* pipeline;
  };
  std::span<const Link> links;
  bool background = false;
};

enum class AssignOp : uint8_t { set, add, subtract, multiply, divide, remainder, coalesce };

// target op value. The target may be an ArrayLiteral (multiple assignment), a Cast or AttributedExpression
// around a Variable, a Member, an Index, or a Paren around one of them. The value is any statement that may
// stand there: an ExpressionStatement mostly, a Pipeline, an if, another Assignment.
struct Assignment : NodeOf<Stmt, Kind::assignment> {
  AssignOp op = AssignOp::set;
  const Expr* target = nullptr;
  const Stmt* value = nullptr;
};

// --------------------------------------------------------------------------------------------- statements

// Statements between braces or parentheses, or of a whole script. Traps are also among the statements, in
// place; here they are by themselves because they hold for the whole block.
struct TrapStatement;
struct Block : NodeOf<Node, Kind::block> {
  List<Stmt> statements;
  List<TrapStatement> traps;
};

struct IfStatement : NodeOf<Stmt, Kind::if_statement> {
  struct Clause {
    const Stmt* condition;
    const Block* body;
  };
  std::span<const Clause> clauses;
  const Block* otherwise = nullptr;  // or null
};

enum class SwitchMode : uint8_t { exact, wildcard, regex };

struct SwitchStatement : NodeOf<Stmt, Kind::switch_statement> {
  struct Clause {
    const Expr* test;  // a value, or a ScriptBlockExpression
    const Block* body;
  };
  SwitchMode mode = SwitchMode::exact;
  bool case_sensitive = false;
  bool file = false;      // -File: `subject` gives the file's name
  bool parallel = false;  // workflows only
  std::string_view label = {};
  const Stmt* subject = nullptr;
  std::span<const Clause> clauses;
  const Block* otherwise = nullptr;  // or null
};

struct ForStatement : NodeOf<Stmt, Kind::for_statement> {
  std::string_view label = {};
  const Stmt* initial = nullptr;    // or null
  const Stmt* condition = nullptr;  // or null
  const Stmt* iterator = nullptr;   // or null
  const Block* body = nullptr;
};
struct ForeachStatement : NodeOf<Stmt, Kind::foreach_statement> {
  std::string_view label = {};
  bool parallel = false;                 // workflows only
  const Expr* throttle_limit = nullptr;  // or null
  const Variable* variable = nullptr;
  const Stmt* collection = nullptr;
  const Block* body = nullptr;
};
struct WhileStatement : NodeOf<Stmt, Kind::while_statement> {
  std::string_view label = {};
  const Stmt* condition = nullptr;
  const Block* body = nullptr;
};
// do { } while (condition), do { } until (condition)
struct DoStatement : NodeOf<Stmt, Kind::do_statement> {
  std::string_view label = {};
  bool until = false;
  const Block* body = nullptr;
  const Stmt* condition = nullptr;
};

enum class FunctionKind : uint8_t { function, filter, workflow, configuration };

// Parameters of `function f($a)` stand in body->param_block as if they were written there.
struct FunctionDefinition : NodeOf<Stmt, Kind::function_definition> {
  FunctionKind function_kind = FunctionKind::function;
  std::string_view name;  // as written: may be script:name
  Span name_span;
  bool inline_parameters = false;
  const ScriptBlock* body = nullptr;
};

struct ReturnStatement : NodeOf<Stmt, Kind::return_statement> {
  const Stmt* value = nullptr;  // or null
};
struct ExitStatement : NodeOf<Stmt, Kind::exit_statement> {
  const Stmt* value = nullptr;  // or null
};
struct ThrowStatement : NodeOf<Stmt, Kind::throw_statement> {
  const Stmt* value = nullptr;  // or null
};
struct BreakStatement : NodeOf<Stmt, Kind::break_statement> {
  const Expr* label = nullptr;  // or null
};
struct ContinueStatement : NodeOf<Stmt, Kind::continue_statement> {
  const Expr* label = nullptr;  // or null
};

struct TryStatement : NodeOf<Stmt, Kind::try_statement> {
  struct Catch {
    List<TypeName> types;  // empty: any error
    const Block* body;
  };
  const Block* body = nullptr;
  std::span<const Catch> catches;
  const Block* finally = nullptr;  // or null
};
struct TrapStatement : NodeOf<Stmt, Kind::trap_statement> {
  const TypeName* type = nullptr;  // or null
  const Block* body = nullptr;
};
// data name -SupportedCommand a, b { }
struct DataStatement : NodeOf<Stmt, Kind::data_statement> {
  std::string_view name = {};  // empty: the value is put out
  List<Expr> supported_commands;
  const Block* body = nullptr;
};

enum class UsingKind : uint8_t { namespace_, module_, assembly, command, type };

struct UsingStatement : NodeOf<Stmt, Kind::using_statement> {
  UsingKind using_kind = UsingKind::namespace_;
  const Expr* name = nullptr;   // a String, or a Hashtable for `using module @{}`
  const Expr* alias = nullptr;  // or null
};
// A block with a word before it that only workflows know: parallel, sequence, inlinescript.
struct BlockStatement : NodeOf<Stmt, Kind::block_statement> {
  std::string_view keyword;
  const Block* body = nullptr;
};

// class, enum. Read so that a script with one parses; there is no evaluation of it yet.
struct TypeDefinition : NodeOf<Stmt, Kind::type_definition> {
  struct Member {
    std::string_view name;
    Span span;
    bool is_static;
    bool is_hidden;
    const TypeName* type;              // or null
    const Expr* value;                 // a property's or enum member's value, or null
    const FunctionDefinition* method;  // null for a property
  };
  bool is_enum = false;
  std::string_view name;
  List<TypeName> bases;
  List<Attribute> attributes;
  std::span<const Member> members;
};

// --------------------------------------------------------------------------------- script blocks, functions

// [Name(positional, Name = value)]
struct Attribute : NodeOf<Node, Kind::attribute> {
  struct Named {
    std::string_view name;
    Span name_span;
    const Expr* value;  // null for [Parameter(Mandatory)], which means $true
  };
  const TypeName* type = nullptr;
  List<Expr> positional;
  std::span<const Named> named;
};

struct Parameter : NodeOf<Node, Kind::parameter> {
  List<Node> attributes;  // Attribute, and TypeName for [int], in order
  const Variable* variable = nullptr;
  const Expr* default_value = nullptr;  // or null
};

struct ParamBlock : NodeOf<Node, Kind::param_block> {
  List<Attribute> attributes;  // [CmdletBinding()] and the like, before `param`
  List<Parameter> parameters;
};

struct NamedBlock : NodeOf<Node, Kind::named_block> {
  const Block* body = nullptr;
};

// A script, a function's body, { }. Statements without a named block are in `end`, in `process` for a filter
// (`unnamed` is then true).
struct ScriptBlock : NodeOf<Node, Kind::script_block> {
  bool unnamed = true;
  List<UsingStatement> usings;
  const ParamBlock* param_block = nullptr;    // or null
  const NamedBlock* dynamic_param = nullptr;  // or null
  const NamedBlock* begin = nullptr;          // or null
  const NamedBlock* process = nullptr;        // or null
  const NamedBlock* end = nullptr;            // or null
  const NamedBlock* clean = nullptr;          // or null
  List<Command> requirements;                 // #requires lines, each as a command of that name
  mutable void* info = nullptr;               // the evaluator's: variables and their slots
};

}  // namespace hvsh::shell
