#pragma once
// $foreach and $switch: where the innermost loop of that kind stands, and moving it on. The object is made
// when a script asks for it, so that loops pay nothing.
#include <vector>

#include "core/value.h"
#include "shell/eval/types.h"

namespace hvsh::types {
inline constexpr TypeInfo Enumerator{"System.Collections.IEnumerator+Loop", "LoopEnumerator"};
}

namespace hvsh::shell {

class LoopEnumerator;

class LoopState {
 public:
  enum class Kind : uint8_t { foreach_, switch_ };

  // Registers itself as the innermost one for its life.
  LoopState(Kind kind, LoopState*& innermost);
  ~LoopState();
  LoopState(const LoopState&) = delete;
  LoopState& operator=(const LoopState&) = delete;

  // What is walked: items by index, or whole numbers from first to last.
  void over(const std::vector<Value>& items) { items_ = &items; }
  void over(int64_t first, int64_t last, IntType type);

  bool next();  // to the next item; false: there is none
  const Value& current() const { return current_; }
  void reset();

  Value enumerator();  // the object for scripts
  // The innermost of that kind; nullptr: none.
  static LoopState* find(LoopState* innermost, Kind kind);

 private:
  Kind kind_;
  LoopState*& innermost_;
  LoopState* outer_;
  const std::vector<Value>* items_ = nullptr;
  size_t position_ = 0;  // of what comes next
  int64_t first_ = 0, last_ = 0, step_ = 1;
  IntType type_ = IntType::i32;
  bool ended_ = false;
  Value current_;
  Ref<LoopEnumerator> object_;
};

class LoopEnumerator final : public HeapObject {
 public:
  explicit LoopEnumerator(LoopState* state) : HeapObject(ObjectKind::other), state(state) {}
  const TypeInfo& type() const override { return types::Enumerator; }
  LoopState* state;  // null after the loop's end
};

}  // namespace hvsh::shell
