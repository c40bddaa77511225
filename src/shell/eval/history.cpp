#include "shell/eval/history.h"

#include <algorithm>

namespace hvsh::shell {

int64_t History::add(HistoryInfo entry) {
  entry.id = ++last_;
  entries_.push_back(std::move(entry));
  if (entries_.size() > kMost) entries_.pop_front();
  return last_;
}

void History::add_line(HistoryInfo entry) {
  if (instead_) entry.command = *std::exchange(instead_, std::nullopt);
  add(std::move(entry));
}

const HistoryInfo* History::find(int64_t id) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [id](const HistoryInfo& one) { return one.id == id; });
  return found == entries_.end() ? nullptr : &*found;
}

void History::remove(int64_t id) {
  std::erase_if(entries_, [id](const HistoryInfo& one) { return one.id == id; });
}

}  // namespace hvsh::shell
