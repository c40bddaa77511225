#include "shell/eval/frame.h"

#include "shell/eval/script_block.h"

namespace hvsh::shell {

namespace {
// Below this many names a scan is as fast as a table.
constexpr size_t kScannedNames = 8;
}  // namespace

ScopeLayout::ScopeLayout() {
  // A number that no other layout of this thread has, so that a node's memory of it is never mistaken.
  static thread_local uint32_t next_id = 0;
  id_ = ++next_id;
  symbols_ = {kSymUnderscore, kSymArgs, kSymInput};
}

uint32_t ScopeLayout::find(Symbol symbol) const {
  if (table_.empty()) {
    for (uint32_t i = 0; i < symbols_.size(); ++i) {
      if (symbols_[i] == symbol) return i;
    }
    return kNoSlot;
  }
  const size_t mask = table_.size() - 1;
  for (size_t at = symbol * 2654435769u & mask; table_[at] != 0; at = (at + 1) & mask) {
    if (symbols_[table_[at] - 1] == symbol) return table_[at] - 1;
  }
  return kNoSlot;
}

uint32_t ScopeLayout::add(Symbol symbol) {
  if (const uint32_t found = find(symbol); found != kNoSlot) return found;
  symbols_.push_back(symbol);
  const auto insert = [&](uint32_t slot) {
    const size_t mask = table_.size() - 1;
    size_t at = symbols_[slot] * 2654435769u & mask;
    while (table_[at] != 0) at = (at + 1) & mask;
    table_[at] = slot + 1;
  };
  if (symbols_.size() > kScannedNames && symbols_.size() * 2 > table_.size()) {
    table_.assign(table_.empty() ? 32 : table_.size() * 2, 0);
    for (uint32_t slot = 0; slot < symbols_.size(); ++slot) insert(slot);
  } else if (!table_.empty()) {
    insert(static_cast<uint32_t>(symbols_.size() - 1));
  }
  return static_cast<uint32_t>(symbols_.size() - 1);
}

Frame::Frame(ScopeLayout& frame_layout, Ref<Frame> frame_parent)
    : layout(&frame_layout), parent(std::move(frame_parent)) {
  slots.resize(layout->size());
  script = parent ? parent->script : this;
  depth = parent ? parent->depth + 1 : 0;
}

Frame::~Frame() = default;

}  // namespace hvsh::shell
