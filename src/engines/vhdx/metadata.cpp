#include "engines/vhdx/metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "engines/vhdx/errors.h"

namespace hvsh::vhdx {

namespace {

constexpr uint32_t kIsUser = 1;
constexpr uint32_t kIsVirtualDisk = 2;
constexpr uint32_t kIsRequired = 4;
constexpr size_t kEntry = 32;

struct Item {
  Guid id;
  uint32_t offset = 0;  // from the region's start
  uint32_t length = 0;
  uint32_t flags = 0;
  bool user() const { return (flags & kIsUser) != 0; }
};

// What is wrong with one entry by itself, or nothing.
std::string fault_of(const Item& item, uint64_t region_length) {
  if (item.id.is_zero()) return "has no identifier";
  if ((item.length == 0) != (item.offset == 0)) return "has a length without a place";
  if (item.length > kLargestMetadataItem) return "is larger than 1 MiB";
  const bool inside = item.length == 0 ||
                      (item.offset >= kMetadataTableSize && within(item.offset, item.length, region_length));
  if (!inside) return "lies outside of the metadata region";
  if (item.user() && (item.flags & kIsRequired) != 0) return "is required though it is user metadata";
  return {};
}

Result<void> check_overlaps(const std::string& path, std::vector<Item> items) {
  std::erase_if(items, [](const Item& item) { return item.length == 0; });
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.offset < b.offset; });
  for (size_t i = 1; i < items.size(); ++i) {
    if (items[i - 1].offset + items[i - 1].length > items[i].offset) {
      return corrupt(
          path, fmt::format("metadata items {} and {} overlap", upper(items[i - 1].id), upper(items[i].id)));
    }
  }
  return {};
}

Result<std::vector<Item>> read_table(const Source& source, Extent region) {
  const std::string& path = source.path();
  Buffer table(kMetadataTableSize);
  HVSH_CHECK(source.read(region.offset, table));
  if (!has_signature(table, kMetadataSignature)) return corrupt(path, "its metadata table is damaged");
  const uint16_t count = load_le<uint16_t>(table.data() + 10);
  if (count > kMostEntries) return corrupt(path, fmt::format("its metadata table claims {} items", count));

  std::vector<Item> items;
  for (uint16_t i = 0; i < count; ++i) {
    const uint8_t* const at = table.data() + 32 + kEntry * i;
    const Item item{load_guid(at), load_le<uint32_t>(at + 16), load_le<uint32_t>(at + 20),
                    load_le<uint32_t>(at + 24)};
    if (const std::string fault = fault_of(item, region.length); !fault.empty()) {
      return corrupt(path, fmt::format("metadata item {} {}", upper(item.id), fault));
    }
    items.push_back(item);
  }
  std::vector<std::pair<Guid, bool>> names;
  for (const Item& item : items) names.emplace_back(item.id, item.user());
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
    return corrupt(path, "a metadata item stands twice in its table");
  }
  if (std::count_if(items.begin(), items.end(), [](const Item& item) { return item.user(); }) > 1024) {
    return corrupt(path, "it has more than 1024 user metadata items");
  }
  HVSH_CHECK(check_overlaps(path, items));
  return items;
}

bool is_known(const Guid& id) {
  static constexpr Guid kKnown[] = {kFileParametersItem, kDiskSizeItem,       kPage83Item,
                                    kLogicalSectorItem,  kPhysicalSectorItem, kParentLocatorItem,
                                    kGeometryItem,       kIncompleteItem,     kPmemLabelItem};
  return std::find(std::begin(kKnown), std::end(kKnown), id) != std::end(kKnown);
}

// The system item's bytes; nothing if it is not there. A `length` other than 0 must be met exactly.
Result<std::optional<Buffer>> find(const Source& source, Extent region, const std::vector<Item>& items,
                                   const Guid& id, uint32_t length) {
  for (const Item& item : items) {
    if (item.id != id || item.user()) continue;
    if (length != 0 && item.length != length) {
      return corrupt(source.path(), fmt::format("metadata item {} has {} bytes instead of {}", upper(id),
                                                item.length, length));
    }
    Buffer bytes(item.length);
    HVSH_CHECK(source.read(region.offset + item.offset, bytes));
    return std::optional<Buffer>(std::move(bytes));
  }
  return std::optional<Buffer>();
}

Result<Buffer> need(const Source& source, Extent region, const std::vector<Item>& items, const Guid& id,
                    uint32_t length, std::string_view name) {
  HVSH_TRY(std::optional<Buffer> bytes, find(source, region, items, id, length));
  if (!bytes) return corrupt(source.path(), fmt::format("its metadata lacks the {}", name));
  return std::move(*bytes);
}

Result<void> check(const std::string& path, const Metadata& metadata) {
  if (!std::has_single_bit(metadata.block_size) || metadata.block_size < kSmallestBlock ||
      metadata.block_size > kLargestBlock) {
    return corrupt(path, fmt::format("its block size is {} bytes", metadata.block_size));
  }
  for (const uint32_t sector : {metadata.logical_sector, metadata.physical_sector}) {
    if (sector != 512 && sector != 4096)
      return corrupt(path, fmt::format("its sector size is {} bytes", sector));
  }
  const bool sized = metadata.disk_size > 0 && metadata.disk_size <= kLargestDisk &&
                     metadata.disk_size % metadata.logical_sector == 0;
  if (!sized) return corrupt(path, fmt::format("its virtual size is {} bytes", metadata.disk_size));
  return {};
}

}  // namespace

Buffer encode_metadata(const Metadata& metadata, Bytes locator) {
  Buffer bytes(kMetadataTableSize);
  put_signature(bytes.data(), kMetadataSignature);
  uint16_t count = 0;
  const auto add = [&](const Guid& id, uint32_t flags, Bytes value) {
    uint8_t* const at = bytes.data() + 32 + kEntry * count;
    store_guid(at, id);
    const size_t end = bytes.size();
    store_le(at + 16, static_cast<uint32_t>(end));
    store_le(at + 20, static_cast<uint32_t>(value.size()));
    store_le(at + 24, flags);
    bytes.resize(end + value.size());
    std::copy(value.begin(), value.end(), bytes.begin() + static_cast<ptrdiff_t>(end));
    store_le(bytes.data() + 10, ++count);
  };
  uint8_t word[8] = {};
  store_le(word, metadata.block_size);
  store_le<uint32_t>(word + 4, (metadata.leave_blocks_allocated ? 1u : 0u) | (locator.empty() ? 0u : 2u));
  add(kFileParametersItem, kIsRequired, word);
  store_le(word, metadata.disk_size);
  add(kDiskSizeItem, kIsRequired | kIsVirtualDisk, word);
  store_le(word, metadata.logical_sector);
  add(kLogicalSectorItem, kIsRequired | kIsVirtualDisk, Bytes(word).first(4));
  store_le(word, metadata.physical_sector);
  add(kPhysicalSectorItem, kIsRequired | kIsVirtualDisk, Bytes(word).first(4));
  uint8_t page83[16];
  store_guid(page83, metadata.page83);
  add(kPage83Item, kIsRequired | kIsVirtualDisk, page83);
  if (!locator.empty()) add(kParentLocatorItem, kIsRequired, locator);
  return bytes;
}

Result<std::optional<Extent>> find_metadata_item(const Source& source, Extent region, const Guid& id) {
  HVSH_TRY(const std::vector<Item> items, read_table(source, region));
  for (const Item& item : items) {
    if (item.id == id && !item.user()) return std::optional(Extent{region.offset + item.offset, item.length});
  }
  return std::optional<Extent>();
}

// The new value goes behind all others, or into its old place if it fits: the table's entry and the value
// change together, in one commit.
Result<std::vector<MetadataChange>> replace_metadata_item(const Source& source, Extent region, const Guid& id,
                                                          Bytes value) {
  HVSH_TRY(const std::vector<Item> items, read_table(source, region));
  uint64_t behind = kMetadataTableSize;
  for (const Item& item : items) behind = std::max<uint64_t>(behind, uint64_t{item.offset} + item.length);
  for (size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    if (item.id != id || item.user()) continue;
    const uint64_t offset = value.size() <= item.length ? item.offset : round_up(behind, 8);
    if (!within(offset, value.size(), region.length)) {
      return unsupported(source.path(), "its metadata region has no room for the change");
    }
    Buffer place(8);
    store_le(place.data(), static_cast<uint32_t>(offset));
    store_le(place.data() + 4, static_cast<uint32_t>(value.size()));
    std::vector<MetadataChange> changes;
    changes.push_back({region.offset + offset, Buffer(value.begin(), value.end())});
    changes.push_back({region.offset + 32 + kEntry * i + 16, std::move(place)});
    return changes;
  }
  return corrupt(source.path(), fmt::format("its metadata lacks item {}", upper(id)));
}

Result<Metadata> read_metadata(const Source& source, Extent region) {
  const std::string& path = source.path();
  HVSH_TRY(const std::vector<Item> items, read_table(source, region));
  for (const Item& item : items) {
    if (item.user()) continue;
    if (item.id == kIncompleteItem) return unsupported(path, "it was never completed by what created it");
    if ((item.flags & kIsRequired) != 0 && !is_known(item.id)) {
      return unsupported(path, fmt::format("it needs metadata item {}, which is not known", upper(item.id)));
    }
  }
  const auto item = [&](const Guid& id, uint32_t length, std::string_view name) {
    return need(source, region, items, id, length, name);
  };
  Metadata metadata;
  HVSH_TRY(const Buffer parameters, item(kFileParametersItem, 8, "file parameters"));
  HVSH_TRY(const Buffer size, item(kDiskSizeItem, 8, "virtual disk size"));
  HVSH_TRY(const Buffer page83, item(kPage83Item, 16, "disk identifier"));
  HVSH_TRY(const Buffer logical, item(kLogicalSectorItem, 4, "logical sector size"));
  HVSH_TRY(const Buffer physical, item(kPhysicalSectorItem, 4, "physical sector size"));
  metadata.block_size = load_le<uint32_t>(parameters.data());
  const uint32_t flags = load_le<uint32_t>(parameters.data() + 4);
  if ((flags & ~3u) != 0) return unsupported(path, "its file parameters have bits that are not known");
  metadata.leave_blocks_allocated = (flags & 1) != 0;
  metadata.disk_size = load_le<uint64_t>(size.data());
  metadata.page83 = load_guid(page83.data());
  metadata.logical_sector = load_le<uint32_t>(logical.data());
  metadata.physical_sector = load_le<uint32_t>(physical.data());
  HVSH_CHECK(check(path, metadata));

  HVSH_TRY(const std::optional<Buffer> locator, find(source, region, items, kParentLocatorItem, 0));
  const bool has_parent = (flags & 2) != 0;
  if (has_parent != locator.has_value()) {
    return corrupt(path, has_parent ? "it is a differencing disk without a parent locator"
                                    : "it has a parent locator but is no differencing disk");
  }
  if (locator) {
    HVSH_TRY(metadata.parent, decode_parent_locator(path, *locator));
  }
  return metadata;
}

}  // namespace hvsh::vhdx
