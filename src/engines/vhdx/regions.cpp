#include "engines/vhdx/regions.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/crc32c.h"
#include "engines/vhdx/errors.h"

namespace hvsh::vhdx {

namespace {

// The table's bytes if its signature, checksum and count hold, else nothing.
Result<bool> read_table(const Source& source, uint64_t offset, Buffer& table) {
  if (!within(offset, kRegionTableSize, source.size())) return false;
  HVSH_CHECK(source.read(offset, table));
  if (!has_signature(table, kRegionSignature)) return false;
  if (load_le<uint32_t>(table.data() + 4) != crc32c_without(table, 4)) return false;
  return load_le<uint32_t>(table.data() + 8) <= kMostEntries;
}

Result<void> check_region(const Source& source, const Region& region) {
  const auto bad = [&](std::string_view what) {
    return corrupt(source.path(), fmt::format("region {} {}", upper(region.id), what));
  };
  const Extent& extent = region.extent;
  if (extent.offset % kMiB != 0 || extent.length % kMiB != 0) return bad("is not aligned to 1 MiB");
  if (extent.length == 0) return bad("is empty");
  if (extent.offset < kHeaderArea) return bad("overlaps the headers");
  if (!within(extent.offset, extent.length, source.size())) return bad("lies outside of the file");
  const bool known = region.id == kBatRegion || region.id == kMetadataRegion;
  if (!known && region.required) {
    return unsupported(source.path(),
                       fmt::format("it needs region {}, which is not known", upper(region.id)));
  }
  const uint64_t limit = region.id == kBatRegion ? kLargestBat : kLargestMetadata;
  if (known && extent.length > limit) return bad(fmt::format("is larger than {} bytes", limit));
  return {};
}

Result<void> check_overlaps(const Source& source, const Header& header, const std::vector<Region>& regions) {
  std::vector<Extent> extents;
  for (const Region& region : regions) extents.push_back(region.extent);
  if (header.log_length != 0) extents.push_back(header.log_extent());
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.offset < b.offset; });
  for (size_t i = 1; i < extents.size(); ++i) {
    if (extents[i - 1].end() > extents[i].offset) {
      return corrupt(source.path(), fmt::format("two regions, or a region and the log, overlap at byte {}",
                                                extents[i].offset));
    }
  }
  return {};
}

Result<Extent> find(const Source& source, const std::vector<Region>& regions, const Guid& id,
                    std::string_view name) {
  const auto is_it = [&](const Region& region) { return region.id == id; };
  const auto found = std::find_if(regions.begin(), regions.end(), is_it);
  if (found == regions.end()) return corrupt(source.path(), fmt::format("it has no {} region", name));
  return found->extent;
}

}  // namespace

void encode_region_table(std::span<const Region> regions, MutableBytes to) {
  std::fill(to.begin(), to.end(), uint8_t{0});
  put_signature(to.data(), kRegionSignature);
  store_le(to.data() + 8, static_cast<uint32_t>(regions.size()));
  uint8_t* at = to.data() + 16;
  for (const Region& region : regions) {
    store_guid(at, region.id);
    store_le(at + 16, region.extent.offset);
    store_le(at + 24, static_cast<uint32_t>(region.extent.length));
    store_le<uint32_t>(at + 28, region.required ? 1 : 0);
    at += 32;
  }
  store_le(to.data() + 4, crc32c(to.first(kRegionTableSize)));
}

Result<Regions> read_regions(const Source& source, const Header& header) {
  Regions regions;
  Buffer table(kRegionTableSize);
  HVSH_TRY(bool valid, read_table(source, kRegionTableOffsets[0], table));
  if (!valid) {
    regions.from_second = true;
    HVSH_TRY(valid, read_table(source, kRegionTableOffsets[1], table));
  }
  if (!valid) return corrupt(source.path(), "both of its region tables are damaged");

  const uint32_t count = load_le<uint32_t>(table.data() + 8);
  for (uint32_t i = 0; i < count; ++i) {
    const uint8_t* const at = table.data() + 16 + 32 * i;
    const Region region{load_guid(at),
                        {load_le<uint64_t>(at + 16), load_le<uint32_t>(at + 24)},
                        (load_le<uint32_t>(at + 28) & 1) != 0};
    HVSH_CHECK(check_region(source, region));
    for (const Region& other : regions.all) {
      if (other.id == region.id) {
        return corrupt(source.path(), fmt::format("region {} stands twice in its table", upper(region.id)));
      }
    }
    regions.all.push_back(region);
  }
  HVSH_CHECK(check_overlaps(source, header, regions.all));
  HVSH_TRY(regions.bat, find(source, regions.all, kBatRegion, "block allocation table"));
  HVSH_TRY(regions.metadata, find(source, regions.all, kMetadataRegion, "metadata"));
  return regions;
}

}  // namespace hvsh::vhdx
