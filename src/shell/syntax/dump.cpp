#include "shell/syntax/dump.h"

#include <array>
#include <charconv>
#include <string_view>

#include "shell/syntax/visit.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kBinaryNames[] = {
    "+",     "-",        "*",      "/",         "%",        "..",        "-f",
    "-and",  "-or",      "-xor",   "-band",     "-bor",     "-bxor",     "-shl",
    "-shr",  "-eq",      "-ne",    "-gt",       "-ge",      "-lt",       "-le",
    "-like", "-notlike", "-match", "-notmatch", "-replace", "-contains", "-notcontains",
    "-in",   "-notin",   "-split", "-join",     "-is",      "-isnot",    "-as",
    "??"};
static_assert(std::size(kBinaryNames) == static_cast<size_t>(BinaryOp::coalesce) + 1);

constexpr std::string_view kUnaryNames[] = {"+", "-", "-not", "-bnot", "-join", "-split"};
constexpr std::string_view kAssignNames[] = {"=", "+=", "-=", "*=", "/=", "%=", "?\?="};
constexpr std::string_view kNumberNames[] = {"Int32", "Int64",  "Double", "Decimal", "SByte",     "Byte",
                                             "Int16", "UInt16", "UInt32", "UInt64",  "BigInteger"};
constexpr std::string_view kScopeNames[] = {"",        "local", "script",   "global",
                                            "private", "using", "workflow", ""};
constexpr std::string_view kFunctionNames[] = {"function", "filter", "workflow", "configuration"};
constexpr std::string_view kUsingNames[] = {"namespace", "module", "assembly", "command", "type"};

template <class E, size_t N>
std::string_view name_of(E value, const std::string_view (&names)[N]) {
  return names[static_cast<size_t>(value)];
}

class Dumper {
 public:
  std::string text;

  void node(const Node* n) {
    if (!n) {
      text += '_';
      return;
    }
    dispatch(*n, [this](const auto& typed) { of(typed); });
  }

 private:
  template <class T>
  void all(std::span<const T* const> nodes) {
    for (const T* n : nodes) also(n);
  }
  void also(const Node* n) {
    text += ' ';
    node(n);
  }
  template <class... Nodes>
  void form(std::string_view name, Nodes... nodes) {
    text += '(';
    text += name;
    (also(nodes), ...);
    text += ')';
  }
  template <class T>
  void list(std::string_view name, std::span<const T* const> nodes) {
    text += '(';
    text += name;
    all(nodes);
    text += ')';
  }
  void label(std::string_view name) {
    if (!name.empty()) text.append(" :").append(name);
  }

  void escaped(std::string_view value, char quote) {
    for (char c : value) {
      switch (c) {
        case '\n': text += "\\n"; break;
        case '\r': text += "\\r"; break;
        case '\t': text += "\\t"; break;
        case '\\': text += "\\\\"; break;
        case '\0': text += "\\0"; break;
        case '\033': text += "\\e"; break;
        default:
          if (c == quote) text += '\\';
          if (static_cast<unsigned char>(c) < 0x20) {
            constexpr std::string_view kHex = "0123456789abcdef";
            text.append("\\x").append(1, kHex[static_cast<size_t>(c) / 16]).append(1, kHex[c % 16]);
          } else {
            text += c;
          }
      }
    }
  }
  void string(StringStyle style, std::string_view value) {
    switch (style) {
      case StringStyle::bare: return bare(value);
      case StringStyle::single_here: text += '@'; [[fallthrough]];
      case StringStyle::single_quoted:
        text += '\'';
        escaped(value, '\'');
        text += '\'';
        return;
      case StringStyle::double_here: text += '@'; [[fallthrough]];
      case StringStyle::double_quoted:
        text += '"';
        escaped(value, '"');
        text += '"';
        return;
    }
  }
  void bare(std::string_view value) {
    bool plain = !value.empty() && value.find_first_of(" ()'\"`{}$@") == std::string_view::npos;
    for (char c : value) plain = plain && static_cast<unsigned char>(c) >= 0x20;
    if (plain) {
      text += value;
      return;
    }
    text += '`';
    escaped(value, '`');
    text += '`';
  }

  void of(const ErrorExpression& n) { list("error", n.parts); }
  void of(const ErrorStatement& n) { list("error", n.parts); }
  void of(const Number& n) {
    std::array<char, 64> buffer;
    auto put = [&](auto value) {
      text.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
    };
    switch (n.type) {
      case NumberType::Double: put(n.real); break;
      case NumberType::UInt64: put(n.unsigned64); break;
      case NumberType::Decimal: decimal(n.decimal); break;
      default:
        if (n.has_value) {
          put(n.integer);
        } else {
          text += n.text;
        }
    }
    if (n.type != NumberType::Int32) text.append(":").append(name_of(n.type, kNumberNames));
  }
  void decimal(const DecimalParts& d) {
    unsigned __int128 value =
        static_cast<unsigned __int128>(d.high) << 64 | static_cast<unsigned __int128>(d.middle) << 32 | d.low;
    std::string digits;
    for (; value != 0 || digits.size() <= d.scale; value /= 10)
      digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    if (d.scale > 0) digits.insert(digits.size() - d.scale, ".");
    if (d.negative) text += '-';
    text += digits;
  }
  void of(const String& n) { string(n.style, n.value); }
  void of(const ExpandableString& n) {
    text += n.style == StringStyle::bare ? "(word" : n.style == StringStyle::double_here ? "(here" : "(text";
    for (const Expr* part : n.parts) {
      text += ' ';
      if (const auto* piece = try_as<String>(part)) {
        string(StringStyle::double_quoted, piece->value);
      } else {
        node(part);
      }
    }
    text += ')';
  }
  void of(const Variable& n) {
    text += n.splatted ? '@' : '$';
    bool plain = n.name.find_first_of(" (){}$`") == std::string_view::npos;
    if (!plain) text += '{';
    if (n.scope == VariableScope::drive) {
      text.append(n.drive).append(":");
    } else if (n.scope != VariableScope::unqualified) {
      text.append(name_of(n.scope, kScopeNames)).append(":");
    }
    text += n.name;
    if (!plain) text += '}';
  }
  void of(const ArrayLiteral& n) { list("list", n.elements); }
  void of(const ArrayExpression& n) { list("array", n.body->statements); }
  void of(const SubExpression& n) { list("sub", n.body->statements); }
  void of(const Paren& n) { form("paren", n.body); }
  void of(const Hashtable& n) {
    text += "(hash";
    for (const auto& entry : n.entries) {
      text += " (";
      node(entry.key);
      also(entry.value);
      text += ')';
    }
    text += ')';
  }
  void of(const ScriptBlockExpression& n) { node(n.body); }
  void of(const TypeExpression& n) { node(n.type); }
  void of(const TypeName& n) {
    text += '[';
    type(n);
    text += ']';
  }
  void type(const TypeName& n) {
    if (n.form == TypeName::Form::array) {
      type(*n.arguments[0]);
      text.append("[").append(std::string(n.rank - 1u, ',')).append("]");
      return;
    }
    text += n.name;
    if (n.form == TypeName::Form::simple) return;
    char before = '[';
    for (const TypeName* argument : n.arguments) {
      text += before;
      type(*argument);
      before = ',';
    }
    text += ']';
  }
  void of(const Cast& n) { form("cast", n.type, n.operand); }
  void of(const AttributedExpression& n) { form("attributed", n.attribute, n.operand); }
  void of(const Unary& n) { form(n.case_sensitive ? "-csplit" : name_of(n.op, kUnaryNames), n.operand); }
  void of(const Step& n) {
    std::string name = n.prefix ? "pre" : "post";
    form(name + (n.increment ? "++" : "--"), n.operand);
  }
  void of(const Binary& n) {
    std::string name(name_of(n.op, kBinaryNames));
    if (n.case_sensitive) name.insert(1, "c");
    form(name, n.left, n.right);
  }
  void of(const Ternary& n) { form("?", n.condition, n.if_true, n.if_false); }
  static std::string_view access(bool is_static, bool null_conditional) {
    return is_static ? "::" : null_conditional ? "?." : ".";
  }
  void of(const Member& n) { form(access(n.is_static, n.null_conditional), n.target, n.name); }
  void of(const MethodCall& n) {
    text.append("(call").append(access(n.is_static, n.null_conditional));
    also(n.target);
    also(n.name);
    all(n.type_arguments);
    all(n.arguments);
    text += ')';
  }
  void of(const Index& n) { form(n.null_conditional ? "?index" : "index", n.target, n.index); }

  void of(const Redirection& n) {
    std::string name = n.from == 0 ? "*" : n.from == 1 && n.to == 0 ? "" : std::to_string(n.from);
    if (n.to != 0) {
      text.append("(").append(name).append(">&").append(std::to_string(n.to)).append(")");
    } else {
      form(name + (n.append ? ">>" : ">"), n.target);
    }
  }
  void of(const CommandParameter& n) {
    text.append("-").append(n.name);
    if (n.argument) {
      text += ':';
      node(n.argument);
    }
  }
  void of(const EndOfParameters&) { text += "--"; }
  void of(const VerbatimArguments& n) {
    text += "(--% \"";
    escaped(n.text, '"');
    text += "\")";
  }
  void of(const Command& n) {
    text += n.invocation == Invocation::call ? "(& " : n.invocation == Invocation::dot ? "(. " : "(cmd ";
    node(n.name);
    all(n.arguments);
    all(n.redirections);
    text += ')';
  }
  void of(const CommandExpression& n) {
    if (n.redirections.empty()) return node(n.expression);
    text += "(expr ";
    node(n.expression);
    all(n.redirections);
    text += ')';
  }
  void of(const ExpressionStatement& n) { node(n.expression); }
  void of(const Pipeline& n) {
    if (n.elements.size() == 1 && !n.background) return node(n.elements[0]);
    list(n.background ? "background" : "pipe", n.elements);
  }
  void of(const Chain& n) {
    text += n.background ? "(background-chain " : "(chain ";
    for (size_t i = 0; i < n.links.size(); ++i) {
      if (i > 0) text += n.links[i].is_or ? " || " : " && ";
      node(n.links[i].pipeline);
    }
    text += ')';
  }
  void of(const Assignment& n) { form(name_of(n.op, kAssignNames), n.target, n.value); }

  void of(const Block& n) {
    text += '{';
    all(n.statements);
    text += n.statements.empty() ? "}" : " }";
  }
  void of(const IfStatement& n) {
    text += "(if";
    for (const auto& clause : n.clauses) {
      also(clause.condition);
      also(clause.body);
    }
    if (n.otherwise) {
      text += " else";
      also(n.otherwise);
    }
    text += ')';
  }
  void of(const SwitchStatement& n) {
    text += "(switch";
    label(n.label);
    if (n.mode == SwitchMode::regex) text += " -regex";
    if (n.mode == SwitchMode::wildcard) text += " -wildcard";
    if (n.case_sensitive) text += " -casesensitive";
    if (n.file) text += " -file";
    if (n.parallel) text += " -parallel";
    also(n.subject);
    for (const auto& clause : n.clauses) {
      text += " (";
      node(clause.test);
      also(clause.body);
      text += ')';
    }
    if (n.otherwise) {
      text += " (default ";
      node(n.otherwise);
      text += ')';
    }
    text += ')';
  }
  void of(const ForStatement& n) {
    text += "(for";
    label(n.label);
    also(n.initial);
    also(n.condition);
    also(n.iterator);
    also(n.body);
    text += ')';
  }
  void of(const ForeachStatement& n) {
    text += "(foreach";
    label(n.label);
    if (n.parallel) text += " -parallel";
    if (n.throttle_limit) {
      text += " -throttlelimit";
      also(n.throttle_limit);
    }
    also(n.variable);
    also(n.collection);
    also(n.body);
    text += ')';
  }
  void of(const WhileStatement& n) {
    text += "(while";
    label(n.label);
    also(n.condition);
    also(n.body);
    text += ')';
  }
  void of(const DoStatement& n) {
    text += n.until ? "(do-until" : "(do-while";
    label(n.label);
    also(n.body);
    also(n.condition);
    text += ')';
  }
  void of(const FunctionDefinition& n) {
    text.append("(").append(name_of(n.function_kind, kFunctionNames)).append(" ");
    bare(n.name);
    also(n.body);
    text += ')';
  }
  void flow(std::string_view name, const Node* value) {
    if (value) return form(name, value);
    form(name);
  }
  void of(const ReturnStatement& n) { flow("return", n.value); }
  void of(const ExitStatement& n) { flow("exit", n.value); }
  void of(const ThrowStatement& n) { flow("throw", n.value); }
  void of(const BreakStatement& n) { flow("break", n.label); }
  void of(const ContinueStatement& n) { flow("continue", n.label); }
  void of(const TryStatement& n) {
    text += "(try ";
    node(n.body);
    for (const auto& handler : n.catches) {
      text += " (catch";
      all(handler.types);
      also(handler.body);
      text += ')';
    }
    if (n.finally) {
      text += " finally";
      also(n.finally);
    }
    text += ')';
  }
  void of(const TrapStatement& n) {
    if (n.type) return form("trap", n.type, n.body);
    form("trap", n.body);
  }
  void of(const DataStatement& n) {
    text += "(data";
    if (!n.name.empty()) text.append(" ").append(n.name);
    if (!n.supported_commands.empty()) {
      text += " ";
      list("supported", n.supported_commands);
    }
    also(n.body);
    text += ')';
  }
  void of(const UsingStatement& n) {
    text.append("(using ").append(name_of(n.using_kind, kUsingNames));
    also(n.name);
    if (n.alias) {
      text += " =";
      also(n.alias);
    }
    text += ')';
  }
  void of(const BlockStatement& n) { form(n.keyword, n.body); }
  void of(const TypeDefinition& n) {
    text += n.is_enum ? "(enum " : "(class ";
    text += n.name;
    all(n.bases);
    all(n.attributes);
    for (const auto& member : n.members) {
      text += " (";
      if (member.is_static) text += "static ";
      if (member.is_hidden) text += "hidden ";
      text += member.name;
      if (member.type) also(member.type);
      if (member.method) also(member.method->body);
      if (member.value) {
        text += " =";
        also(member.value);
      }
      text += ')';
    }
    text += ')';
  }

  void of(const NamedBlock& n) { node(n.body); }
  void of(const ScriptBlock& n) {
    text += "(block";
    all(n.requirements);
    all(n.usings);
    if (n.param_block) also(n.param_block);
    auto named = [this](std::string_view name, const NamedBlock* block) {
      if (!block) return;
      text.append(" ").append(name);
      also(block);
    };
    if (n.unnamed && n.end) {
      all(n.end->body->statements);
    } else {
      named("dynamicparam", n.dynamic_param);
      named("begin", n.begin);
      named("process", n.process);
      named("end", n.end);
      named("clean", n.clean);
    }
    text += ')';
  }
  void of(const ParamBlock& n) {
    text += "(param";
    all(n.attributes);
    all(n.parameters);
    text += ')';
  }
  void of(const Parameter& n) {
    if (n.attributes.empty() && !n.default_value) return node(n.variable);
    text += '(';
    for (const Node* attribute : n.attributes) {
      node(attribute);
      text += ' ';
    }
    node(n.variable);
    if (n.default_value) {
      text += " =";
      also(n.default_value);
    }
    text += ')';
  }
  void of(const Attribute& n) {
    text += "[";
    type(*n.type);
    text += '(';
    bool first = true;
    auto next = [this, &first] {
      if (!first) text += ", ";
      first = false;
    };
    for (const Expr* value : n.positional) {
      next();
      node(value);
    }
    for (const auto& named : n.named) {
      next();
      text += named.name;
      if (!named.value) continue;
      text += '=';
      node(named.value);
    }
    text += ")]";
  }
};

}  // namespace

std::string dump(const Node& node) {
  Dumper dumper;
  dumper.node(&node);
  return std::move(dumper.text);
}

}  // namespace hvsh::shell
