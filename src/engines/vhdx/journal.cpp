#include "engines/vhdx/journal.h"

#include <algorithm>

namespace hvsh::vhdx {

namespace {
constexpr uint64_t kMostUnlogged = 4 * kMiB;  // of memory for changes
}

Result<void> Journal::read(uint64_t offset, MutableBytes to) const {
  HVSH_CHECK(file_->read(offset, to));
  const uint64_t end = offset + to.size();
  for (auto at = pages_.lower_bound(offset / page_ * page_); at != pages_.end() && at->first < end; ++at) {
    const uint64_t from = std::max(at->first, offset);
    const uint64_t until = std::min(at->first + at->second.size(), end);
    std::memcpy(to.data() + (from - offset), at->second.data() + (from - at->first), until - from);
  }
  return {};
}

Result<Extent> Journal::next_data(uint64_t offset) const {
  HVSH_TRY(Extent found, file_->next_data(offset));
  auto next = pages_.lower_bound(offset / page_ * page_);
  if (next == pages_.end() || (found.length != 0 && next->first >= found.offset)) return found;
  const uint64_t start = std::max(next->first, offset);
  return Extent{start, next->first + page_ - start};
}

Result<void> Journal::update(uint64_t offset, Bytes bytes) {
  while (!bytes.empty()) {
    const uint64_t start = offset / page_ * page_;
    auto found = pages_.find(start);
    if (found == pages_.end()) {
      Buffer page(page_);
      const uint64_t have = start < size() ? std::min(page_, size() - start) : 0;
      HVSH_CHECK(file_->read(start, MutableBytes(page).first(have)));
      found = pages_.emplace(start, std::move(page)).first;
    }
    const uint64_t length = std::min<uint64_t>(bytes.size(), start + page_ - offset);
    std::memcpy(found->second.data() + (offset - start), bytes.data(), length);
    bytes = bytes.subspan(length);
    offset += length;
  }
  return {};
}

bool Journal::has_room(size_t pages) const {
  const size_t most = log_ != nullptr ? log_->capacity() : kMostUnlogged / page_;
  return pages_.size() + pages <= most;
}

Result<void> Journal::commit() {
  HVSH_CHECK(file_->flush());
  if (pages_.empty()) return {};
  HVSH_CHECK(log_ != nullptr ? log_pages() : write_pages());
  pages_.clear();
  return {};
}

Result<void> Journal::log_pages() {
  std::vector<LoggedBytes> all;
  for (const auto& [offset, bytes] : pages_) all.push_back({offset, bytes});
  HVSH_CHECK(log_->append(all));
  for (const LoggedBytes& page : all) HVSH_CHECK(file_->write(page.offset, page.bytes));
  return {};
}

Result<void> Journal::write_pages() {
  for (const auto& [offset, bytes] : pages_) {
    HVSH_CHECK(file_->write(offset, bytes));
  }
  return file_->flush();
}

}  // namespace hvsh::vhdx
