#include "shell/eval/loop_state.h"

namespace hvsh::shell {

LoopState::LoopState(Kind kind, LoopState*& innermost)
    : kind_(kind), innermost_(innermost), outer_(innermost) {
  innermost = this;
}

LoopState::~LoopState() {
  innermost_ = outer_;
  if (object_) object_->state = nullptr;
}

void LoopState::over(int64_t first, int64_t last, IntType type) {
  first_ = first;
  last_ = last;
  step_ = first <= last ? 1 : -1;
  type_ = type;
}

bool LoopState::next() {
  if (ended_) return false;
  if (items_ != nullptr) {
    ended_ = position_ >= items_->size();
    if (!ended_) current_ = (*items_)[position_];
  } else {
    const int64_t number = first_ + static_cast<int64_t>(position_) * step_;
    ended_ = step_ > 0 ? number > last_ : number < last_;
    if (!ended_) current_ = Value::integer(number, type_);
  }
  if (ended_) current_ = Value::null();
  ++position_;
  return !ended_;
}

void LoopState::reset() {
  position_ = 0;
  ended_ = false;
  current_ = Value::null();
}

Value LoopState::enumerator() {
  if (!object_) object_ = make<LoopEnumerator>(this);
  return Value::object(object_);
}

LoopState* LoopState::find(LoopState* innermost, Kind kind) {
  LoopState* state = innermost;
  while (state != nullptr && state->kind_ != kind) state = state->outer_;
  return state;
}

}  // namespace hvsh::shell
