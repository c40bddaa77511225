#include "engines/vhdx/log.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/crc32c.h"
#include "engines/vhdx/errors.h"
#include "engines/vhdx/log_format.h"

namespace hvsh::vhdx {

namespace {

struct Descriptor {
  bool zeros = false;
  uint64_t file_offset = 0;
  uint64_t sequence = 0;
  uint64_t zero_length = 0;
  std::array<uint8_t, 8> leading{};
  std::array<uint8_t, 4> trailing{};
};

std::optional<Descriptor> decode_descriptor(const uint8_t* at) {
  Descriptor descriptor;
  descriptor.zeros = has_signature({at, 4}, "zero");
  if (!descriptor.zeros && !has_signature({at, 4}, "desc")) return std::nullopt;
  descriptor.file_offset = load_le<uint64_t>(at + 16);
  descriptor.sequence = load_le<uint64_t>(at + 24);
  if (descriptor.zeros) {
    descriptor.zero_length = load_le<uint64_t>(at + 8);
  } else {
    std::copy_n(at + 4, 4, descriptor.trailing.begin());
    std::copy_n(at + 8, 8, descriptor.leading.begin());
  }
  const bool aligned = descriptor.file_offset % kLogSector == 0 && descriptor.zero_length % kLogSector == 0;
  return aligned ? std::optional(descriptor) : std::nullopt;
}

// Reads the circular log. Checksums are bounded in all: a hostile log could otherwise claim at every sector
// an entry as long as the log.
class LogReader {
 public:
  LogReader(const Source& source, const Header& header)
      : source_(source), header_(header), budget_(std::max<uint64_t>(64 * kMiB, 8ull * header.log_length)) {}

  uint64_t wrap(uint64_t position) const { return position % header_.log_length; }
  uint64_t file_offset(uint64_t position) const { return header_.log_offset + wrap(position); }

  Result<void> read_sector(uint64_t position, MutableBytes to) const {
    return source_.read(file_offset(position), to.first(kLogSector));
  }

  // The entry that starts there, if it is whole and valid.
  Result<std::optional<LogEntry>> entry_at(uint64_t position);

  // Calls `visit(descriptor, position of its data sector)` for each; false from it or from a malformed
  // descriptor ends the walk.
  template <class Visit>
  Result<bool> walk(const LogEntry& entry, Visit visit) const;

 private:
  Result<bool> checksum_holds(const LogEntry& entry, Bytes first_sector);

  const Source& source_;
  const Header& header_;
  uint64_t budget_;
};

Result<bool> LogReader::checksum_holds(const LogEntry& entry, Bytes first_sector) {
  if (budget_ < entry.length) return corrupt(source_.path(), "its log is too inconsistent to be searched");
  budget_ -= entry.length;
  uint32_t crc = crc32c_without(first_sector, 4);
  Buffer part(256 * kKiB);
  for (uint64_t done = kLogSector; done < entry.length;) {
    const uint64_t offset = wrap(entry.position + done);
    const uint64_t length =
        std::min<uint64_t>({part.size(), entry.length - done, header_.log_length - offset});
    const MutableBytes bytes = MutableBytes(part).first(length);
    HVSH_CHECK(source_.read(header_.log_offset + offset, bytes));
    crc = crc32c(bytes, crc);
    done += length;
  }
  return crc == load_le<uint32_t>(first_sector.data() + 4);
}

template <class Visit>
Result<bool> LogReader::walk(const LogEntry& entry, Visit visit) const {
  uint8_t sector[kLogSector];
  uint64_t data_position = entry.position + log_descriptor_sectors(entry.descriptors) * kLogSector;
  for (uint64_t i = 0; i < entry.descriptors; ++i) {
    const uint64_t slot = i + kLogEntryHeader / kLogDescriptor;
    if (i == 0 || slot % kDescriptorsPerSector == 0) {
      HVSH_CHECK(read_sector(entry.position + slot / kDescriptorsPerSector * kLogSector, sector));
    }
    const std::optional<Descriptor> descriptor =
        decode_descriptor(sector + slot % kDescriptorsPerSector * kLogDescriptor);
    if (!descriptor || descriptor->sequence != entry.sequence) return false;
    HVSH_TRY(const bool more, visit(*descriptor, data_position));
    if (!more) return false;
    if (!descriptor->zeros) data_position += kLogSector;
  }
  return data_position == entry.position + entry.length;
}

Result<std::optional<LogEntry>> LogReader::entry_at(uint64_t position) {
  static const std::optional<LogEntry> kNone;
  uint8_t sector[kLogSector];
  HVSH_CHECK(read_sector(position, sector));
  if (!has_signature(sector, "loge") || load_guid(sector + 32) != header_.log) return kNone;
  const LogEntry entry{.position = position,
                       .length = load_le<uint32_t>(sector + 8),
                       .tail = load_le<uint32_t>(sector + 12),
                       .sequence = load_le<uint64_t>(sector + 16),
                       .descriptors = load_le<uint32_t>(sector + 24),
                       .flushed_file_offset = load_le<uint64_t>(sector + 48),
                       .last_file_offset = load_le<uint64_t>(sector + 56)};
  const bool plausible = entry.length >= kLogSector && entry.length % kLogSector == 0 &&
                         entry.length <= header_.log_length && entry.tail % kLogSector == 0 &&
                         entry.tail < header_.log_length && entry.sequence > 0 &&
                         log_descriptor_sectors(entry.descriptors) * kLogSector <= entry.length;
  if (!plausible) return kNone;
  HVSH_TRY(const bool whole, checksum_holds(entry, sector));
  if (!whole) return kNone;

  uint8_t data[kLogSector];
  HVSH_TRY(const bool formed, walk(entry, [&](const Descriptor& descriptor, uint64_t at) -> Result<bool> {
             if (descriptor.zeros) return true;
             if (at >= entry.position + entry.length) return false;
             HVSH_CHECK(read_sector(at, data));
             const uint64_t high = load_le<uint32_t>(data + 4);
             const uint64_t low = load_le<uint32_t>(data + kLogSector - 4);
             return has_signature({data, 4}, "data") && (high << 32 | low) == entry.sequence;
           }));
  // An entry without descriptors only says that the log is in use; it is one sector, nothing behind it.
  return formed ? std::optional(entry) : kNone;
}

// The run of consecutive entries that starts with `first`, at most once around the log.
Result<std::vector<LogEntry>> run_from(LogReader& reader, const Header& header, const LogEntry& first) {
  std::vector<LogEntry> run{first};
  uint64_t used = first.length;
  while (used < header.log_length) {
    const LogEntry& last = run.back();
    HVSH_TRY(const std::optional<LogEntry> next, reader.entry_at(reader.wrap(last.position + last.length)));
    if (!next || next->sequence != last.sequence + 1 || used + next->length > header.log_length) break;
    used += next->length;
    run.push_back(*next);
  }
  return run;
}

Error bad_target(const Source& source, uint64_t offset) {
  return corrupt(
      source.path(),
      fmt::format("its log would change byte {}, where the headers, the log or nothing stands", offset));
}

Result<void> replay_entry(Overlay& overlay, const LogReader& reader, const Header& header,
                          const LogEntry& entry) {
  HVSH_TRY(
      const bool whole, reader.walk(entry, [&](const Descriptor& descriptor, uint64_t at) -> Result<bool> {
        const Extent target{descriptor.file_offset, descriptor.zeros ? descriptor.zero_length : kLogSector};
        const Extent log = header.log_extent();
        const bool outside = target.offset < kRegionTableOffsets[0] ||
                             !within(target.offset, target.length, kLargestFile) ||
                             (target.offset < log.end() && log.offset < target.end());
        if (outside) return bad_target(overlay, target.offset);
        if (descriptor.zeros) {
          overlay.put_zeros(target);
        } else {
          overlay.put_page(target.offset, {reader.file_offset(at), descriptor.leading, descriptor.trailing});
        }
        return true;
      }));
  if (!whole) return corrupt(overlay.path(), "its log changed while it was read");
  return {};
}

}  // namespace

Result<std::vector<LogEntry>> find_active_log(const Source& source, const Header& header) {
  LogReader reader(source, header);
  std::vector<LogEntry> active;
  for (uint64_t position = 0; position < header.log_length;) {
    HVSH_TRY(const std::optional<LogEntry> first, reader.entry_at(position));
    if (!first) {
      position += kLogSector;
      continue;
    }
    HVSH_TRY(std::vector<LogEntry> run, run_from(reader, header, *first));
    // Behind the run, or at its wrap: whatever starts within it ends with the same entry.
    for (const LogEntry& entry : run) {
      if (entry.position < position) break;
      position = entry.position + entry.length;
    }
    const auto tail = std::find_if(run.begin(), run.end(),
                                   [&](const LogEntry& entry) { return entry.position == run.back().tail; });
    const bool better = active.empty() || run.back().sequence > active.back().sequence;
    if (tail != run.end() && better) active.assign(tail, run.end());
  }
  return active;
}

Result<std::unique_ptr<Overlay>> replay_log(std::shared_ptr<Source> source, const Header& header) {
  HVSH_TRY(const std::vector<LogEntry> entries, find_active_log(*source, header));
  if (entries.empty()) {
    return corrupt(source->path(), "its header names a log, but the log has no valid entry");
  }
  const LogEntry& head = entries.back();
  if (head.flushed_file_offset > source->size()) {
    return corrupt(source->path(), fmt::format("it was cut off: it has {} bytes of at least {}",
                                               source->size(), head.flushed_file_offset));
  }
  if (head.last_file_offset > kLargestFile)
    return corrupt(source->path(), "its log claims an impossible file size");
  auto overlay = std::make_unique<Overlay>(source);
  const LogReader reader(*source, header);
  for (const LogEntry& entry : entries) HVSH_CHECK(replay_entry(*overlay, reader, header, entry));
  overlay->extend(head.last_file_offset);
  return overlay;
}

}  // namespace hvsh::vhdx
