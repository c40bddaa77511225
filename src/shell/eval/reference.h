#pragma once
// [ref]: a variable, or a value of its own, handed to who may change it.
#include "shell/dotnet/declare.h"
#include "shell/eval/frame.h"

namespace hvsh::shell {

class Reference final : public dotnet::AnyInstance {
 public:
  Reference() : AnyInstance(types::PSReference) {}  // to $null
  explicit Reference(Value value) : AnyInstance(types::PSReference), value_(std::move(value)) {}
  Reference(Ref<Frame> frame, Symbol symbol)
      : AnyInstance(types::PSReference), frame_(std::move(frame)), symbol_(symbol) {}

  Value get() const {
    if (!frame_) return value_;
    const Slot* slot = frame_->find(symbol_);
    return slot != nullptr ? slot->value : Value::null();
  }
  // A typed variable converts what it gets.
  Result<void> set(Value value) {
    if (!frame_) {
      value_ = std::move(value);
      return {};
    }
    Slot& slot = frame_->make(symbol_);
    if (slot.is_set() && slot.constraint != nullptr && slot.constraint->type != nullptr) {
      HVSH_TRY(value, convert_to(value, *slot.constraint->type));
    }
    slot.value = std::move(value);
    if (!slot.is_set()) slot.constraint = nullptr;
    return {};
  }

 private:
  Ref<Frame> frame_;
  Symbol symbol_ = {};
  Value value_;
};

}  // namespace hvsh::shell
