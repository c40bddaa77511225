#pragma once
// Scopes. PowerShell's scoping is dynamic: a command called from a function sees the function's variables,
// and an assignment makes a variable of the running scope.
//
// Each script block has a ScopeLayout, which gives the names that were ever set in its scopes their slots; a
// Frame is one scope, a row of slots. A variable's node in the tree remembers layout and slot, so that a hot
// loop finds its variables by index. A block that runs in another's scope (dot-sourced, ForEach-Object) uses
// that scope's layout; the node's memory then holds for that one.
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/value.h"
#include "shell/eval/symbols.h"

namespace hvsh::shell {

struct TypeRef;
struct ScriptBlock;
class ShellScriptBlock;
class CommandStage;
struct Function;
struct Module;
struct Validators;

// What holds for a variable beyond its value. Shared and never freed while the interpreter lives.
struct Constraint {
  enum Flag : uint8_t { read_only = 1, constant = 2, is_private = 4, all_scope = 8 };
  uint8_t flags = 0;
  const TypeRef* type = nullptr;           // [int]$x = ...
  const Validators* validators = nullptr;  // [ValidateRange(1, 3)]$x = ...
};
inline constexpr Constraint kUnsetMark{};

struct Slot {
  Value value;
  const Constraint* constraint = &kUnsetMark;  // nullptr: an ordinary variable
  bool is_set() const { return constraint != &kUnsetMark; }
};

inline constexpr uint32_t kNoSlot = ~uint32_t{0};

class ScopeLayout {
 public:
  // The slots that every layout begins with.
  static constexpr uint32_t kUnderscore = 0, kArgs = 1, kInput = 2, kReserved = 3;

  ScopeLayout();
  uint32_t id() const { return id_; }
  uint32_t find(Symbol symbol) const;  // kNoSlot: none
  uint32_t add(Symbol symbol);
  size_t size() const { return symbols_.size(); }
  Symbol symbol(uint32_t slot) const { return symbols_[slot]; }

 private:
  uint32_t id_;
  std::vector<Symbol> symbols_;
  std::vector<uint32_t> table_;  // open addressing: slot + 1; empty while a scan is faster
};

class Frame {
 public:
  Frame(ScopeLayout& layout, Ref<Frame> parent);
  ~Frame();
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;
  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }

  Slot* find(Symbol symbol) {
    const uint32_t slot = layout->find(symbol);
    return slot < slots.size() && slots[slot].is_set() ? &slots[slot] : nullptr;
  }
  Slot& slot(uint32_t index) {
    if (index >= slots.size()) slots.resize(index + 1 > layout->size() ? index + 1 : layout->size());
    return slots[index];
  }
  Slot& make(Symbol symbol) { return slot(layout->add(symbol)); }
  // Sets an ordinary variable of this scope without asking constraints.
  void set(Symbol symbol, Value value) {
    Slot& at = make(symbol);
    at.value = std::move(value);
    if (!at.is_set()) at.constraint = nullptr;
  }

  ScopeLayout* layout;
  std::vector<Slot> slots;
  Ref<Frame> parent;         // the scope around; null: the global one
  Frame* script = nullptr;   // the scope that $script: means: this one, one of its parents, or a module's
  Ref<Frame> home;           // keeps a module's scope alive
  Module* module = nullptr;  // whose scope it is
  // The scope that called this one; differs from `parent` for functions of modules and closures. Only while
  // it runs.
  Frame* caller = nullptr;

  // The invocation that this scope belongs to, for $MyInvocation and the like; null for the global scope.
  const ShellScriptBlock* block = nullptr;
  std::string_view command_name = {};
  Ref<Function> function;         // that it is a call of; null for blocks and scripts
  CommandStage* stage = nullptr;  // of an advanced function: $PSCmdlet
  bool expects_input = false;     // from the pipeline
  uint32_t plain_arguments = 0;   // parameters that a plain call bound, for $PSBoundParameters
  Span call_span = {};
  uint32_t depth = 0;
  int8_t strict = -1;  // Set-StrictMode of this scope; -1: as the scope around

  // Functions and aliases of this scope; most have none.
  using FunctionTable = std::unordered_map<Symbol, Ref<Function>>;
  std::unique_ptr<FunctionTable> functions;
  std::unique_ptr<std::unordered_map<Symbol, std::string>> aliases;

 private:
  uint32_t references_ = 0;
};

}  // namespace hvsh::shell
