#pragma once
// The parser: recursive descent over the characters. Private to this folder.
//
// Conventions: a parse function starts at or before the white space in front of its construct and leaves the
// position right behind the construct's last character. One that may find nothing returns null without an
// error and without moving; the caller knows what it expected there and says so. Newlines are skipped only
// where the language lets them stand.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bounds.h"
#include "core/stack.h"
#include "shell/syntax/keywords.h"
#include "shell/syntax/scanner.h"
#include "shell/syntax/visit.h"

namespace hvsh::shell {

// How characters are read: in an expression -5 is a number and a name is an error; as an argument of a
// command `a-5` is a word.
enum class Mode : uint8_t { expression, argument };

class Parser : public Scanner {
 public:
  Parser(ParseResult& out, uint32_t source, ParseOptions options) : Scanner(out, source, options) {}
  void run();

 private:
  friend class TextParts;

  // Counts nesting; false when it is too deep, after the one error about it.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) {
      ++parser_.depth_;
      fits_ = parser_.depth_ <= kMaxNesting && !out_of_stack();
      if (!fits_) parser_.report_too_deep();
    }
    ~Nesting() { --parser_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    explicit operator bool() const { return fits_; }

   private:
    Parser& parser_;
    bool fits_;
  };

  // Sets a variable for the life of a scope.
  template <class T>
  class Scoped {
   public:
    Scoped(T& variable, T value) : variable_(variable), before_(std::exchange(variable, value)) {}
    ~Scoped() { variable_ = before_; }
    Scoped(const Scoped&) = delete;
    Scoped& operator=(const Scoped&) = delete;

   private:
    T& variable_;
    T before_;
  };

  enum class PipePlace : uint8_t { first, later };

  struct BinaryOperator {
    bool found = false;
    bool case_sensitive = false;
    BinaryOp op = BinaryOp::add;
    uint8_t precedence = 0;
    uint32_t begin = 0;
    uint32_t end = 0;
  };

  // ---- nodes (parser.cpp)
  template <class T>
  T* make() {
    return out_.arena.make<T>();
  }
  // Completes a node that begins at `begin` and ends at the position.
  template <class T>
  const T* done(T* node, uint32_t begin) {
    node->span = span_from(begin);
    uint32_t height = 0;
    for_each_child_of(*node,
                      [&height](const Node& child) { height = std::max<uint32_t>(height, child.height); });
    node->height = static_cast<uint16_t>(std::min<uint32_t>(height + 1, 0xFFFF));
    if (height >= kMaxTreeHeight) report_too_high(node->span);
    return node;
  }
  // Lists under construction share one stack; a level takes what lies above its base.
  size_t scratch_base() const { return scratch_.size(); }
  void push(const Node* node) { scratch_.push_back(node); }
  template <class T>
  List<T> take(size_t base) {
    size_t count = scratch_.size() - base;
    if (count == 0) return {};
    auto** at = static_cast<const T**>(out_.arena.allocate(count * sizeof(T*), alignof(T*)));
    for (size_t i = 0; i < count; ++i) at[i] = static_cast<const T*>(scratch_[base + i]);
    scratch_.resize(base);
    return {at, count};
  }
  template <class T>
  std::span<const T> take_entries(const std::vector<T>& entries) {
    return out_.arena.copy(std::span<const T>(entries));
  }
  const Expr* error_expression(uint32_t begin) { return done(make<ErrorExpression>(), begin); }
  const Stmt* error_statement(uint32_t begin) { return done(make<ErrorStatement>(), begin); }
  const Expr* make_string(StringStyle style, std::string_view value, uint32_t begin);
  void report_too_deep();
  void report_too_high(Span span);
  void report_unexpected_token();
  // The same for what is missing at the position: the span is the character there, or the last one before.
  Span here() const;
  // Nothing wide, at the place where something is missing; the second one behind what was read last.
  Span after(uint32_t at) const { return span_of(at, at); }
  Span after_last() const;

  // ---- scripts, blocks, statements (parse_statements.cpp)
  const Block* parse_statements(uint32_t begin, char closer);
  const Block* finish_block(uint32_t begin, size_t base);
  void read_statement_end(bool ended_by_brace);
  const Block* parse_block(std::string_view id, std::string_view what);
  const Block* empty_block();
  bool close_brace(uint32_t open);
  const Stmt* parse_statement();
  const Stmt* parse_keyword_statement(Keyword keyword, uint32_t begin);
  const Stmt* parse_labeled();
  const Stmt* parse_if();
  const Stmt* parse_condition(std::string_view keyword);
  const Stmt* parse_switch(uint32_t begin, std::string_view label);
  void parse_switch_flags(SwitchStatement& node);
  void parse_switch_clauses(SwitchStatement& node, uint32_t open);
  const Stmt* parse_for(uint32_t begin, std::string_view label);
  const Stmt* parse_foreach(uint32_t begin, std::string_view label);
  const Stmt* parse_while(uint32_t begin, std::string_view label);
  const Stmt* parse_do(uint32_t begin, std::string_view label);
  const Stmt* parse_try();
  const Stmt* parse_trap();
  const Stmt* parse_data();
  const Stmt* parse_block_statement();
  template <class T>
  const Stmt* parse_flow();
  template <class T>
  const Stmt* parse_jump();
  bool last_statement_ended_by_brace_ = false;

  // ---- functions, parameters, types (parse_functions.cpp)
  const ScriptBlock* parse_script_block(uint32_t begin, char closer, bool is_filter,
                                        const ParamBlock* inline_parameters);
  void parse_script_block_content(ScriptBlock& node, char closer, bool is_filter);
  const ParamBlock* parse_param_block();
  bool at_named_block();
  void parse_named_blocks(ScriptBlock& node, char closer);
  const UsingStatement* parse_using();
  const Stmt* parse_function(FunctionKind kind);
  std::string_view parse_function_name();
  const ScriptBlock* parse_function_body(bool is_filter, const ParamBlock* inline_parameters);
  const ParamBlock* parse_inline_parameters();
  void parse_parameters(size_t base);
  const Parameter* parse_parameter();
  const Node* parse_bracket_item();
  const Node* parse_bracket_item_uncached();
  const Attribute* parse_attribute(const TypeName* type, uint32_t begin);
  void parse_attribute_arguments(Attribute& node);
  const TypeName* parse_type_name(bool qualified);
  const TypeName* parse_type_suffixes(const TypeName* type, uint32_t begin);
  std::string_view read_type_word();
  bool at_type_definition();
  const Stmt* parse_type_definition(size_t attributes_base, uint32_t begin);
  void parse_enum_members(std::vector<TypeDefinition::Member>& members);
  void parse_class_members(std::vector<TypeDefinition::Member>& members, std::string_view class_name);
  bool parse_class_member(TypeDefinition::Member& member);
  std::string_view read_name();

  // ---- pipelines and commands (parse_commands.cpp)
  const Stmt* parse_chain();
  const Stmt* parse_pipeline();
  const Stmt* parse_assignment(const Expr* target, AssignOp op, uint32_t begin);
  bool read_assign_op(AssignOp& op);
  static bool is_assignable(const Expr& target);
  bool accept_pipe();
  int accept_chain_operator();
  bool accept_background();
  uint32_t continuation_after_newlines();
  bool at_statement_end() const;
  bool starts_expression();
  bool dash_starts_expression(uint32_t dash);
  const Node* parse_pipeline_element(PipePlace place);
  const Node* parse_command();
  void parse_arguments(std::vector<const Redirection*>& redirections);
  bool parse_dash_argument();
  const Node* parse_parameter_argument(uint32_t begin, uint32_t name_begin);
  bool accept_verbatim();
  const Redirection* parse_redirection();
  const Expr* parse_argument();
  const Expr* parse_argument_list(const Expr* first, uint32_t begin);
  const Expr* parse_single_argument();
  const Expr* parse_word();
  List<Command> parse_requirements();

  // ---- expressions (parse_expressions.cpp)
  const Expr* parse_expression();
  const Expr* parse_binary(uint8_t lowest);
  BinaryOperator peek_binary_operator();
  BinaryOperator peek_dash_operator(uint32_t at, uint32_t dash);
  const Expr* parse_array();
  const Expr* parse_unary();
  const Expr* parse_dash_unary(uint32_t begin, uint32_t dash);
  const Expr* parse_unary_operand(UnaryOp op, bool case_sensitive, uint32_t begin, std::string_view shown);
  const Expr* parse_step(uint32_t begin, bool increment, std::string_view shown);
  const Expr* parse_bracketed();
  bool starts_cast_operand();
  const Expr* parse_step_suffix(const Expr* operand, uint32_t begin);
  const Expr* parse_primary();
  const Expr* parse_atom(Mode mode);
  const Expr* parse_postfix(const Expr* target, uint32_t begin, Mode mode);
  const Expr* parse_member(const Expr* target, uint32_t begin, bool is_static, bool null_conditional,
                           Mode mode);
  const Expr* parse_member_name(Mode mode);
  const Expr* parse_call(const Expr* target, const Expr* name, uint32_t begin, bool is_static,
                         bool null_conditional);
  void parse_call_arguments(size_t base);
  bool at_type_arguments() const;
  const Expr* parse_index(const Expr* target, uint32_t begin, bool null_conditional);
  const Expr* parse_number(Mode mode, bool with_sign);
  const Expr* parse_paren();
  const Expr* parse_group(bool is_array);
  const Expr* parse_script_block_expression();
  const Expr* parse_hashtable();
  void parse_hashtable_entries(std::vector<Hashtable::Entry>& entries);
  const Expr* parse_hashtable_key();
  void check_duplicate_keys(std::span<const Hashtable::Entry> entries);

  // ---- strings and variables (parse_strings.cpp)
  const Expr* parse_string();
  const Expr* parse_single_quoted(uint32_t quote);
  const Expr* parse_double_quoted(uint32_t quote);
  const Expr* parse_here_string(uint32_t quote, bool expandable);
  uint32_t here_string_end_at(uint32_t at, bool expandable) const;
  uint32_t indented_terminator(uint32_t begin, bool expandable) const;
  void report_unterminated_here_string(uint32_t begin, bool expandable);
  void report_unterminated(uint32_t begin, std::string_view terminator);
  // At a $: the variable or subexpression there; null if it is just a $.
  const Expr* parse_dollar();
  const Expr* parse_variable(bool splatted);
  const Expr* parse_braced_variable();
  const Expr* make_variable(std::string_view path, uint32_t begin, bool splatted, bool braced);
  // At a $ or @ of an unbraced variable: where its name ends; the place itself if there is none.
  uint32_t variable_end(uint32_t at, bool splatted) const;

  uint32_t depth_ = 0;
  uint32_t open_braces_ = 0;
  uint32_t open_parens_ = 0;
  bool no_comma_ = false;  // a comma separates arguments here
  bool in_workflow_ = false;
  std::vector<const Node*> scratch_;

  // [bracketed] items that were read to see whether `param` follows.
  struct ReadItem {
    const Node* node;
    uint32_t end;
  };
  std::vector<ReadItem> read_items_;

  uint32_t operator_at_ = ~0u;  // where the last look for an operator was
  BinaryOperator operator_;
  uint32_t no_continuation_at_ = ~0u;  // a newline after which no pipe was found
};

// Text and expressions of one string or bareword, in order. Runs of the script's text are views as long as
// nothing in them had to be changed.
class TextParts {
 public:
  TextParts(Parser& parser, StringStyle style)
      : parser_(parser), style_(style), base_(parser.scratch_base()), begin_(parser.pos_) {}

  void run(uint32_t begin, uint32_t end);  // characters as they stand
  std::string& changed();                  // to append characters that do not stand there so
  void expression(const Expr* part);
  const Expr* finish(uint32_t begin);  // a String or an ExpandableString; the span ends at the position

 private:
  void flush();

  Parser& parser_;
  StringStyle style_;
  size_t base_;
  uint32_t begin_;  // of the text that is being collected
  uint32_t run_begin_ = 0;
  uint32_t run_end_ = 0;  // a pure run while text_ is empty
  bool is_copied_ = false;
  std::string text_;
  bool has_expressions_ = false;
};

}  // namespace hvsh::shell
