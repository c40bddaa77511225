#pragma once
// Changing the metadata of an image: changed pages are kept in memory until commit(), which makes all of them
// durable behind the data that they publish.
//
// A Journal is the file with those pages laid over it, so readers of metadata see every change at once. With
// a log (VHDX) commit() is: data durable, pages in the log, log durable, pages in their places. Power may be
// cut at any point of it: the next opening finds the old pages, or the log with the new ones. Without a log
// (VHD) it is: data durable, pages in their places, those durable.
#include <map>
#include <memory>

#include "core/result.h"
#include "engines/vhdx/log_writer.h"
#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

class Journal : public Source {
 public:
  // `page`: what is written as a whole. It must not hold bytes of a guest beside the metadata.
  Journal(std::shared_ptr<Storage> file, uint64_t page) : file_(std::move(file)), page_(page) {}

  // From now on commit() goes through the log, in one entry: all or nothing of it is there afterwards.
  void use_log(LogWriter* log) { log_ = log; }

  Result<void> update(uint64_t offset, Bytes bytes);
  // Whether that many more pages can be changed before a commit() is due.
  bool has_room(size_t pages) const;
  Result<void> commit();

  Storage& storage() const { return *file_; }
  const std::string& path() const override { return file_->path(); }
  uint64_t size() const override { return file_->size(); }
  Result<void> read(uint64_t offset, MutableBytes to) const override;
  Result<Extent> next_data(uint64_t offset) const override;

 private:
  Result<void> log_pages();
  Result<void> write_pages();

  std::shared_ptr<Storage> file_;
  uint64_t page_;
  LogWriter* log_ = nullptr;
  std::map<uint64_t, Buffer> pages_;  // changed, by offset
};

}  // namespace hvsh::vhdx
