#pragma once
// The evaluator: walks the tree of a script and runs it.
//
// One Interpreter is an isolate: it is made, used and destroyed in one thread, with its own scopes, functions
// and sources; other threads may have theirs, and no Value, Source or Ref crosses. Nothing here throws:
// expressions return false, statements return Flow::stopped, and pending() says what is under way (an error,
// break, return, exit, Ctrl-C); whoever can handle it takes it. Flow::enough is handed up when a later
// command needs no more output.
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/cmdlet.h"
#include "shell/bind/binder.h"
#include "shell/eval/block_info.h"
#include "shell/eval/frame.h"
#include "shell/eval/member_scripts.h"
#include "shell/eval/script_block.h"
#include "shell/eval/symbols.h"
#include "shell/eval/types.h"
#include "shell/host/host.h"
#include "shell/pipeline/sink.h"
#include "shell/source_table.h"

namespace hvsh::shell {

class Stage;
class CommandStage;
class LoopState;
struct Module;
class History;
class JobTable;
class SessionDrives;

// Engines that main registered, by the address that Context::get<T>() asks with. `make` runs at the first
// use.
class Services {
 public:
  template <class T, class Make>
  void add(Make make) {
    entries_.push_back({&kServiceKey<T>, nullptr, [make]() -> void* { return static_cast<T*>(make()); }});
  }
  void* find(const void* key);

 private:
  struct Entry {
    const void* key;
    void* object;
    std::function<void*()> make;
  };
  std::vector<Entry> entries_;
};

struct Setup {
  std::span<const CmdletEntry> cmdlets = {};
  TypeCatalog types = {};
  Services* services = nullptr;
  Host* host = nullptr;
  // The process' working folder follows this interpreter's location. One of several in a process has it, the
  // others keep a location of their own.
  bool owns_folder = true;
  // Engines of its own for an interpreter in another thread; they live as long as the pointer.
  std::function<std::shared_ptr<Services>()> new_services = {};
};

enum class Unwind : uint8_t { none, error, break_, continue_, return_, exit, interrupt };

// What is under way while Flow::stopped is handed up.
struct Pending {
  Unwind kind = Unwind::none;
  bool fatal = false;      // an error that no statement stops: throw, or one that -ErrorAction Stop raised
  std::string label = {};  // of break and continue; empty: the innermost loop
  int exit_code = 0;
  Ref<ErrorRecordObject> error = {};
  const void* ends =
      nullptr;  // ThrowTerminatingError: the function's stage that no statement inside of it goes on
};

struct ResolvedCommand {
  enum class Kind : uint8_t { none, cmdlet, function, block, script, native };
  Kind kind = Kind::none;
  std::string_view name = {};  // as the command is called: Get-VM, also when an alias was used
  const Cmdlet* cmdlet = nullptr;
  Ref<Function> function = {};
  Ref<ShellScriptBlock> block = {};
  std::string path = {};  // of a script or program
  // `& $module { ... }`: whose scope the block that follows runs in. The kind is `block` then.
  std::shared_ptr<Module> module = {};
};

// How a script block is called.
enum class ScopeMode : uint8_t {
  child,   // & { }, functions: a scope of its own
  caller,  // . { }, ForEach-Object: the caller's scope
};

class Interpreter {
 public:
  explicit Interpreter(const Setup& setup);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  // ------------------------------------------------------------------------------ running whole texts
  // Parses and keeps the text. The Error of a text that does not parse is its first; `incomplete`, when not
  // null, says that more lines could make it right.
  Result<std::shared_ptr<Source>> load(std::string_view text, std::string path, bool* incomplete = nullptr);
  Result<std::shared_ptr<Source>> load_file(const std::string& path);
  // A command line, in the global scope.
  Flow run_line(const std::shared_ptr<Source>& source, Sink& out);
  // A script file with arguments, in a scope of its own; `exit` inside ends it and sets $LASTEXITCODE.
  Flow run_script(const std::shared_ptr<Source>& source, std::span<const Argument> arguments, Sink& out,
                  ScopeMode mode = ScopeMode::child);
  // Objects into one command: what `$items | Name ...` does.
  Flow pipe_into(std::span<const Value> items, std::string_view name, std::span<const Argument> arguments,
                 Sink& out);
  // One command by name, as `hvsh Get-VM -Name x` gives it.
  Flow run_command(std::string_view name, std::span<const Argument> arguments, Sink& out);

  // ------------------------------------------------------------------------------------- evaluation
  bool eval(const Expr& expr, Value& out);
  Flow exec(const Stmt& statement, Sink& out);
  Flow exec_block(const Block& block, Sink& out);
  // A statement where a value is wanted: right of =, in ( ), a condition.
  bool eval_statement(const Stmt& statement, Value& out);
  bool eval_condition(const Stmt& statement, bool& out);

  // A call by value: arguments by position. `input` is $_ (nothing: as it is).
  Flow call_block(ShellScriptBlock& block, std::span<const Value> arguments, const Value& input,
                  ScopeMode mode, Sink& out, Frame* in_frame = nullptr);
  // The scope below which a block runs that is called from `from`: the innermost running scope of the module
  // or closure that the block belongs to, or of the session outside of all modules.
  Ref<Frame> scope_of(const ShellScriptBlock& block, const Ref<Frame>& from);

  // ------------------------------------------------------------------------------------ commands
  ResolvedCommand resolve(std::string_view name);  // aliases, functions, cmdlets, files
  bool eval_arguments(const Command& command, std::vector<Argument>& out);
  Flow exec_pipeline(const Pipeline& pipeline, Sink& out);
  Flow run_stages(std::span<const std::unique_ptr<Stage>> stages, Sink& out);
  std::unique_ptr<Stage> make_stage(const ResolvedCommand& command, std::vector<Argument> arguments,
                                    Span span, ScopeMode mode = ScopeMode::child);
  const Cmdlet* find_cmdlet(std::string_view name);
  void define_function(std::string_view name, Ref<ShellScriptBlock> block, FunctionKind kind);
  Ref<Function> find_function(Symbol symbol);
  // The same, and those that every session has (builtin_functions.h).
  Ref<Function> find_any_function(std::string_view name);
  // Modules that were imported, in order; modules.h has what is done with them.
  std::vector<std::shared_ptr<Module>>& modules() { return modules_; }
  // The module that a function belongs to; nullptr: none.
  static const Module* module_of(const Function& function);
  // Runs a module's text in a scope of its own, which `module` keeps; what it says about exports is kept
  // there. open_module() makes the scope first, so that nested modules can be put into it.
  Flow open_module(const std::shared_ptr<Module>& module, const ShellScriptBlock& block);
  Flow run_module(const std::shared_ptr<Module>& module, Ref<ShellScriptBlock> block,
                  std::span<const Value> arguments, Sink& out);
  Error did_you_mean_command(std::string_view name);
  void set_alias(std::string_view name, std::string_view command, Frame& frame);
  std::optional<std::string> find_alias(Symbol symbol);
  // Also one that a cmdlet declares; false: there is none.
  bool remove_alias(Symbol symbol);
  // The cmdlet that declares this alias; nullptr: none, or it was removed.
  const CmdletEntry* aliased_cmdlet(Symbol symbol);

  // ----------------------------------------------------------------------------------- variables
  bool read_variable(const Variable& variable, Value& out);
  bool write_variable(const Variable& variable, Value value);
  Value get_variable(Symbol symbol);  // null when there is none
  Slot* find_slot(Symbol symbol, Frame* from = nullptr);
  bool set_variable(Symbol symbol, Value value, Frame* frame, Span span = {});
  std::optional<Value> automatic(Symbol symbol);
  ActionPreference action_preference(WellKnown symbol);
  bool drive_read(const Variable& variable, Value& out);
  bool drive_write(const Variable& variable, const Value& value);

  // -------------------------------------------------------------------------------------- errors
  // Begin a statement-terminating error; always false / stopped.
  bool fail(Error error, Span span, Value target = {});
  Flow raise(Error error, Span span, Value target = {});
  Flow raise(Ref<ErrorRecordObject> record, bool fatal);
  Ref<ErrorRecordObject> make_record(Error error, Value target = {});
  void remember(const Ref<ErrorRecordObject>& record);  // into $Error, once
  // Non-terminating: recorded and shown as `action` says; may become terminating.
  Flow report(const Ref<ErrorRecordObject>& record, ActionPreference action);
  Flow write_stream(StreamNumber stream, Value value);
  Flow write_labelled(StreamNumber stream, const std::string& text, ActionPreference action,
                      std::string_view label);
  Pending& pending() { return pending_; }
  Flow stop_if_interrupted();
  // Whether a sink is the console, so that a program may write to it by itself.
  bool is_console(const Sink& sink) const { return console_ != nullptr && sink.target() == console_; }
  void set_console(const Sink* sink) { console_ = sink; }
  bool interrupted() const { return interrupt_flag_ != nullptr && interrupt_flag_->load(); }
  void set_interrupt_flag(std::atomic<bool>* flag) { interrupt_flag_ = flag; }
  const Source* source(uint32_t id) const {
    return id == 0 || id > sources_.size() ? nullptr : sources_[id - 1].get();
  }
  const SourceTable& source_table() const { return source_table_; }
  std::shared_ptr<Source> source_pointer(uint32_t id) const { return sources_[id - 1]; }

  // --------------------------------------------------------------------------------------- state
  Host& host() { return *host_; }
  Services* services() { return services_; }
  const Setup& setup() const { return setup_; }  // for one more interpreter like this
  JobTable& jobs();
  History& history();  // of command lines
  Symbols& symbols() { return symbols_; }
  TypeTable& types() { return types_; }
  Frame& frame() { return *frame_; }
  Ref<Frame> frame_ref() { return frame_; }
  Frame& global() { return *global_; }
  const Streams& streams() const { return *streams_; }
  bool success() const { return success_; }
  void set_success(bool success) { success_ = success; }
  int last_exit_code() const { return last_exit_code_; }
  void set_last_exit_code(int code) {
    last_exit_code_ = code;
    last_exit_code_set_ = true;
  }
  const std::string& location() const { return location_; }
  Result<void> set_location(const std::string& path);
  Result<std::string> resolve_path(std::string_view path) const;
  SessionDrives& drives() { return *drives_; }
  std::span<const CmdletEntry> cmdlets() const { return cmdlets_; }
  ListObject& error_list() { return *errors_; }
  Constraint* new_constraint(Constraint constraint);
  BlockInfo* info_of(const ScriptBlock& tree);  // nullptr: pending error
  // Adds what a [Validate...] attribute says; `known` is false for other attributes.
  bool validators_of(const Attribute& attribute, Validators& validators, bool& known);
  std::string join_text(const Value& value);  // "$value": arrays with $OFS
  bool out_of_stack();
  Value invocation_info(Frame& frame);
  Value host_object();        // $Host
  Value execution_context();  // $ExecutionContext
  Value raw_ui();             // $Host.UI.RawUI
  Ref<RecordObject> host_settings(std::string_view name);
  // The version of Set-StrictMode that holds here; 0: none.
  int strict_version() const;
  // Programs of that name on the path, the first one is run.
  std::vector<std::string> find_programs(std::string_view name, size_t most = SIZE_MAX) const;

  // The work of `... &`: a job that runs the text of these pipelines.
  Flow run_in_background(const Node& statement, Sink& out);

  // Runs things in another scope or with other streams, for the time of the guard's life.
  class FrameGuard {
   public:
    FrameGuard(Interpreter& interpreter, Ref<Frame> frame)
        : interpreter_(interpreter), saved_(std::exchange(interpreter.frame_, std::move(frame))) {}
    ~FrameGuard() { interpreter_.frame_ = std::move(saved_); }
    FrameGuard(const FrameGuard&) = delete;
    FrameGuard& operator=(const FrameGuard&) = delete;

   private:
    Interpreter& interpreter_;
    Ref<Frame> saved_;
  };
  class StreamGuard {
   public:
    StreamGuard(Interpreter& interpreter, const Streams& streams)
        : interpreter_(interpreter), saved_(std::exchange(interpreter.streams_, &streams)) {}
    ~StreamGuard() { interpreter_.streams_ = saved_; }
    StreamGuard(const StreamGuard&) = delete;
    StreamGuard& operator=(const StreamGuard&) = delete;

   private:
    Interpreter& interpreter_;
    const Streams* saved_;
  };
  // Whether a failing statement hands its error up (inside try, or where a trap stands) or reports it.
  class PropagateGuard {
   public:
    PropagateGuard(Interpreter& interpreter, bool propagate)
        : interpreter_(interpreter), saved_(std::exchange(interpreter.propagate_, propagate)) {}
    ~PropagateGuard() { interpreter_.propagate_ = saved_; }
    PropagateGuard(const PropagateGuard&) = delete;
    PropagateGuard& operator=(const PropagateGuard&) = delete;

   private:
    Interpreter& interpreter_;
    bool saved_;
  };
  // Lets what cleans up (finally, clean) run whole although the command was asked to stop; a further request
  // stops that, too. Afterwards the stop goes on.
  class CleanUpGuard {
   public:
    explicit CleanUpGuard(Interpreter& interpreter)
        : flag_(interpreter.interrupt_flag_), waiting_(flag_ != nullptr && flag_->exchange(false)) {}
    ~CleanUpGuard() {
      if (waiting_) *flag_ = true;
    }
    CleanUpGuard(const CleanUpGuard&) = delete;
    CleanUpGuard& operator=(const CleanUpGuard&) = delete;

   private:
    std::atomic<bool>* flag_;
    bool waiting_;
  };

 private:
  friend class ExpressionStage;

  // expressions.cpp
  bool eval_number(const Number& number, Value& out);
  bool eval_string(const String& string, Value& out);
  bool eval_expandable(const ExpandableString& string, Value& out);
  bool eval_array(const ArrayLiteral& array, Value& out);
  bool eval_array_expression(const ArrayExpression& array, Value& out);
  bool eval_sub_expression(const SubExpression& sub, Value& out);
  bool eval_hashtable(const Hashtable& table, bool ordered, Value& out);
  bool eval_record(const Cast& cast, Value& out);
  bool eval_script_block(const ScriptBlock& tree, Value& out);
  bool eval_cast(const Cast& cast, Value& out);
  bool eval_reference(const Variable& variable, Value& out);
  bool eval_unary(const Unary& unary, Value& out);
  bool eval_binary(const Binary& binary, Value& out);
  bool eval_logical(const Binary& binary, Value& out);
  bool apply_binary(const Binary& binary, const Value& left, const Value& right, Value& out);
  bool split_by_block(const Value& text, const Value& block, Value& out);
  bool static_target(const Expr& target, const TypeRef*& out);
  bool eval_type_operator(const Binary& binary, Value& out);
  bool eval_member(const Member& member, Value& out);
  bool eval_call(const MethodCall& call, Value& out);
  bool eval_index(const Index& index, Value& out);
  bool member_name(const Expr& name, std::string& out);
  bool type_of(const TypeName& name, const TypeRef*& out);
  // assign.cpp
  bool assign(const Expr& target, Value value);
  bool exec_assignment(const Assignment& assignment, Value* result);
  bool append_in_place(const Expr& target, const Value& before, const Value& value);
  bool eval_step(const Step& step, Value* out);
  bool assign_member(const Member& member, Value value);
  bool assign_index(const Index& index, Value value);
  bool constrain(const Constraint& constraint, std::string_view name, Value& value, Span span);
  bool constraint_of(const Expr& target, Constraint& constraint, const Variable*& variable);
  bool eval_target(const Expr& target, Value& out);
  // statements.cpp, loops.cpp, handlers.cpp
  Flow exec_if(const IfStatement& statement, Sink& out);
  Flow exec_switch(const SwitchStatement& statement, Sink& out);
  Flow exec_for(const ForStatement& statement, Sink& out);
  Flow exec_foreach(const ForeachStatement& statement, Sink& out);
  Flow exec_while(const WhileStatement& statement, Sink& out);
  Flow exec_do(const DoStatement& statement, Sink& out);
  Flow exec_try(const TryStatement& statement, Sink& out);
  Flow exec_throw(const ThrowStatement& statement);
  Flow exec_exit(const ExitStatement& statement);
  Flow exec_jump(Unwind kind, const Expr* label);
  Flow exec_chain(const Chain& chain, Sink& out);
  Flow exec_definition(const FunctionDefinition& definition);
  Flow exec_expression(const Expr& expr, Sink& out);
  Flow after_failure(const Block& block, Sink& out);
  Flow run_trap(const Block& block, const TrapStatement& trap, Sink& out);
  // `record` becomes the one that the handler sees.
  bool catches(std::span<const TypeName* const> types, Ref<ErrorRecordObject>& record);
  bool counts(const Stmt& collection, LoopState& state, bool& failed);
  bool switch_items(const SwitchStatement& statement, std::vector<Value>& items);
  Flow switch_item(const SwitchStatement& statement, const Value& item, Sink& out, bool& leave);
  enum class LoopStep : uint8_t { next, leave, hand_up };
  LoopStep after_body(Flow flow, std::string_view label);
  bool switch_matches(const SwitchStatement& statement, const SwitchStatement::Clause& clause,
                      const Value& value, bool& matches);
  // variables.cpp
  Symbol symbol_of(const Variable& variable);
  Frame* scope_frame(VariableScope scope);
  void define_preferences();
  // commands.cpp
  bool command_of(const Command& command, ResolvedCommand& out, ScopeMode& mode);
  bool splat(const Variable& variable, std::vector<Argument>& out);
  Flow call_simple(const Command& command, Function& function, Sink& out);
  std::unique_ptr<Stage> stage_of(const Command& command);  // nullptr: pending error
  bool enter_module(ResolvedCommand& command, std::vector<Argument>& arguments, Span span);
  Flow drive_stages(std::span<const std::unique_ptr<Stage>> stages, Sink& out);
  bool redirect(std::span<const Redirection* const> redirections, Stage& stage);
  ResolvedCommand resolve_symbol(std::string_view name);
  void index_cmdlets();
  // calls.cpp
  Flow exec_body(const ScriptBlock& tree, Sink& out);
  bool check_strict(const Variable& variable);
  bool using_read(const Variable& variable, Value& out);
  std::string stack_trace(uint32_t line) const;
  Flow exec_phases(const ScriptBlock& tree, const Value& input, Sink& out);
  bool bind_by_position(BlockInfo& info, Frame& frame, std::span<const Value> arguments);

  Setup setup_;
  std::span<const CmdletEntry> cmdlets_;
  Host* host_;
  Services* services_;
  bool owns_folder_;
  Symbols symbols_;
  TypeTable types_;
  MemberScriptRunner member_scripts_{*this};
  std::vector<std::shared_ptr<Source>> sources_;
  SourceTable source_table_;  // the same texts under the same numbers, for messages

  ScopeLayout global_layout_;
  Ref<Frame> global_;
  Ref<Frame> frame_;
  Streams root_streams_;
  const Streams* streams_ = &root_streams_;
  Pending pending_;
  bool propagate_ = false;
  bool success_ = true;
  int last_exit_code_ = 0;
  bool last_exit_code_set_ = false;
  Ref<ListObject> errors_;
  std::string location_;
  std::unique_ptr<SessionDrives> drives_;
  std::unordered_map<std::string, const Cmdlet*> cmdlet_index_;  // by name in lower case
  std::unordered_map<Symbol, const CmdletEntry*> cmdlet_aliases_;
  std::deque<Constraint> constraints_;
  std::atomic<bool>* interrupt_flag_ = nullptr;
  const Sink* console_ = nullptr;
  uint32_t call_depth_ = 0;
  std::vector<std::shared_ptr<Module>> modules_;
  LoopState* loops_ = nullptr;  // the innermost
  Ref<RecordObject> host_settings_;

  std::unique_ptr<History> history_;
  std::unique_ptr<JobTable> jobs_;  // the last: jobs end before what they were made of

  friend class FunctionStage;
};

}  // namespace hvsh::shell
