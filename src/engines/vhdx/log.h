#pragma once
// The log of a VHDX file: finding the entries that are valid, and replaying them.
//
// A file whose header names a log is only consistent with that log replayed. Reading replays in memory; the
// file is not touched.
#include <memory>
#include <optional>
#include <vector>

#include "core/result.h"
#include "engines/vhdx/headers.h"
#include "engines/vhdx/overlay.h"
#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

struct LogEntry {
  uint64_t position = 0;  // from the log's start
  uint32_t length = 0;
  uint32_t tail = 0;  // position of the oldest entry that is still needed
  uint64_t sequence = 0;
  uint32_t descriptors = 0;
  uint64_t flushed_file_offset = 0;  // the file was at least as long when the entry was written
  uint64_t last_file_offset = 0;     // and is to be as long after its replay
};

// The entries to replay, oldest first; nothing if none is valid. Error: the log is too inconsistent to
// search.
Result<std::vector<LogEntry>> find_active_log(const Source& source, const Header& header);

// The file with its log replayed. `header` names a log.
Result<std::unique_ptr<Overlay>> replay_log(std::shared_ptr<Source> source, const Header& header);

}  // namespace hvsh::vhdx
