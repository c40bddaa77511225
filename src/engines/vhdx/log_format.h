#pragma once
// How an entry of the log is laid out, for its reader and its writer.
#include "engines/vhdx/format.h"
#include "engines/vhdx/overlay.h"

namespace hvsh::vhdx {

inline constexpr size_t kLogEntryHeader = 64;
inline constexpr size_t kLogDescriptor = 32;
inline constexpr uint64_t kDescriptorsPerSector = kLogSector / kLogDescriptor;

// Sectors that hold the entry's header and its descriptors.
constexpr uint64_t log_descriptor_sectors(uint64_t descriptors) {
  return div_up(descriptors + kLogEntryHeader / kLogDescriptor, kDescriptorsPerSector);
}

}  // namespace hvsh::vhdx
