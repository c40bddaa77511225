#pragma once
// Writing the log of a VHDX file: entries one behind the other, around the log's end.
#include <span>

#include "core/result.h"
#include "engines/vhdx/guid.h"
#include "engines/vhdx/overlay.h"
#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

// A page of the file as it is to be.
struct LoggedBytes {
  uint64_t offset = 0;  // multiple of kLogSector
  Bytes bytes;          // kLogSector of them
};

class LogWriter {
 public:
  // `id` must be new: entries of others are nobody's then.
  LogWriter(Storage& file, Extent log, const Guid& id);

  const Guid& id() const { return id_; }
  // Pages that one entry can hold. An entry is replayed whole or not at all.
  size_t capacity() const;

  // Writes an entry without pages, so that the log is valid when a header names it. Durable when it returns.
  Result<void> start();

  // Writes an entry; durable when it returns. What the entries before it describe must be durable in its
  // place: they are not needed any more.
  Result<void> append(std::span<const LoggedBytes> pages);

 private:
  Storage& file_;
  Extent log_;
  Guid id_;
  uint64_t sequence_;
  uint64_t position_ = 0;  // of the next entry, from the log's start
};

}  // namespace hvsh::vhdx
