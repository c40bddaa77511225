#pragma once
// The metadata region of a VHDX file: what kind of disk it is.
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "engines/vhdx/format.h"
#include "engines/vhdx/parent_locator.h"
#include "engines/vhdx/source.h"

namespace hvsh::vhdx {

struct Metadata {
  uint32_t block_size = 0;
  bool leave_blocks_allocated = false;  // a fixed disk, unless it has a parent
  uint64_t disk_size = 0;
  uint32_t logical_sector = 512;
  uint32_t physical_sector = 4096;
  Guid page83;                          // the disk's identity as its guest sees it
  std::optional<ParentLocator> parent;  // of a differencing disk

  bool has_parent() const { return parent.has_value(); }
};

// The table and its items, to be written at the start of the region. `locator` is the encoded parent locator,
// empty for a disk without parent (metadata.parent is not looked at).
Buffer encode_metadata(const Metadata& metadata, Bytes locator);

// Where a system item's value stands in the file; nothing if there is none.
Result<std::optional<Extent>> find_metadata_item(const Source& source, Extent region, const Guid& id);

// What is to be written where, so that the item has a value of another length. Error: no room in the region.
struct MetadataChange {
  uint64_t offset = 0;  // in the file
  Buffer bytes;
};
Result<std::vector<MetadataChange>> replace_metadata_item(const Source& source, Extent region, const Guid& id,
                                                          Bytes value);

// Reads and checks the whole table and all known items.
Result<Metadata> read_metadata(const Source& source, Extent region);

}  // namespace hvsh::vhdx
