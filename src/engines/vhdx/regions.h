#pragma once
// The region tables of a VHDX file: where its block allocation table and its metadata stand.
#include <span>
#include <vector>

#include "core/result.h"
#include "engines/vhdx/headers.h"

namespace hvsh::vhdx {

struct Region {
  Guid id;
  Extent extent;
  bool required = true;
};

struct Regions {
  Extent bat;
  Extent metadata;
  std::vector<Region> all;   // with the two above and those that are not known
  bool from_second = false;  // the first table is damaged
};

void encode_region_table(std::span<const Region> regions, MutableBytes to);  // kRegionTableSize bytes

// Reads the first table, or the second if the first is damaged, and checks that regions do not overlap each
// other, the headers or the log, and lie within the file.
Result<Regions> read_regions(const Source& source, const Header& header);

}  // namespace hvsh::vhdx
