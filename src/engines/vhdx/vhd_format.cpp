#include "engines/vhdx/vhd_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/vhdx/errors.h"
#include "engines/vhdx/format.h"
#include "engines/vhdx/utf16.h"

namespace hvsh::vhdx {

namespace {

constexpr std::string_view kFooterSignature = "conectix";
constexpr std::string_view kDynamicSignature = "cxsparse";
constexpr uint32_t kVersion = 0x00010000;

// The complement of the sum of all bytes, those of the checksum itself left out.
uint32_t checksum(Bytes bytes, size_t field) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i < field || i >= field + 4) sum += bytes[i];
  }
  return ~sum;
}

}  // namespace

VhdGeometry vhd_geometry(uint64_t disk_size) {
  const auto total = static_cast<uint32_t>(std::min<uint64_t>(disk_size / kVhdSector, 65535u * 16 * 255));
  uint32_t sectors = 17;
  uint32_t heads = 16;
  uint32_t tracks = total / sectors;
  if (total >= 65535u * 16 * 63) {
    sectors = 255;
    tracks = total / sectors;
  } else {
    heads = std::max<uint32_t>(4, (tracks + 1023) / 1024);
    if (tracks >= heads * 1024 || heads > 16) {
      sectors = 31;
      heads = 16;
      tracks = total / sectors;
    }
    if (tracks >= heads * 1024) {
      sectors = 63;
      heads = 16;
      tracks = total / sectors;
    }
  }
  return {static_cast<uint16_t>(tracks / heads), static_cast<uint8_t>(heads), static_cast<uint8_t>(sectors)};
}

void encode_vhd_footer(const VhdFooter& footer, MutableBytes to) {
  std::fill(to.begin(), to.end(), uint8_t{0});
  uint8_t* const at = to.data();
  put_signature(at, kFooterSignature);
  store_be<uint32_t>(at + 8, 2);  // features: this bit is always set
  store_be(at + 12, kVersion);
  store_be(at + 16, footer.data_offset);
  store_be(at + 24, footer.time);
  // Readers take the size from the geometry unless they know the creator; everybody knows this one.
  put_signature(at + 28, "win ");
  store_be<uint32_t>(at + 32, 0x000A0000);
  put_signature(at + 36, "Wi2k");
  store_be(at + 40, footer.original_size);
  store_be(at + 48, footer.current_size);
  const VhdGeometry geometry = vhd_geometry(footer.current_size);
  store_be(at + 56, geometry.cylinders);
  at[58] = geometry.heads;
  at[59] = geometry.sectors;
  store_be(at + 60, footer.kind);
  store_guid(at + 68, footer.id);
  store_be(at + 64, checksum(to.first(kVhdFooterSize), 64));
}

void encode_vhd_header(const VhdHeader& header, MutableBytes to) {
  std::fill(to.begin(), to.end(), uint8_t{0});
  uint8_t* const at = to.data();
  put_signature(at, kDynamicSignature);
  store_be(at + 8, UINT64_MAX);
  store_be(at + 16, header.table_offset);
  store_be(at + 24, kVersion);
  store_be(at + 28, header.entries);
  store_be(at + 32, header.block_size);
  store_guid(at + 40, header.parent_id);
  store_be(at + 56, header.parent_time);
  const std::u16string name = to_utf16(header.parent_name).value_or(u"");
  for (size_t i = 0; i < std::min<size_t>(name.size(), 255); ++i) {
    store_be(at + 64 + 2 * i, static_cast<uint16_t>(name[i]));
  }
  for (size_t i = 0; i < header.locators.size(); ++i) {
    uint8_t* const locator = at + 576 + 24 * i;
    store_be(locator, header.locators[i].code);
    store_be(locator + 4, header.locators[i].space);
    store_be(locator + 8, header.locators[i].length);
    store_be(locator + 16, header.locators[i].offset);
  }
  store_be(at + 36, checksum(to.first(kVhdHeaderSize), 36));
}

Result<Buffer> set_vhd_parent(VhdHeader& header, const ParentClaim& claim, uint64_t place) {
  header.parent_id = claim.identity;
  header.parent_time = 0;  // as Windows 10 has it
  header.parent_name = claim.absolute;
  header.locators = {};
  Buffer bytes;
  size_t next = 0;
  const std::pair<uint32_t, const std::string&> paths[] = {{kWindowsAbsolute, claim.absolute},
                                                           {kWindowsRelative, claim.relative}};
  for (const auto& [code, path] : paths) {
    if (path.empty()) continue;
    const std::optional<std::u16string> text = to_utf16(path);
    if (!text) return invalid_parameter(fmt::format("The parent's path '{}' is not UTF-8.", path));
    const Buffer encoded = bytes_le(*text);
    // Readers that take the space for sectors find as much there.
    const uint64_t space = round_up(encoded.size(), kVhdSector);
    header.locators[next++] = {code, static_cast<uint32_t>(space), static_cast<uint32_t>(encoded.size()),
                               place + bytes.size()};
    bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    bytes.resize(round_up(bytes.size(), kVhdSector));
  }
  return bytes;
}

std::optional<VhdFooter> decode_vhd_footer(Bytes from) {
  if (!has_signature(from, kFooterSignature)) return std::nullopt;
  const uint8_t* const at = from.data();
  if (load_be<uint32_t>(at + 64) != checksum(from, 64)) return std::nullopt;
  return VhdFooter{.data_offset = load_be<uint64_t>(at + 16),
                   .time = load_be<uint32_t>(at + 24),
                   .original_size = load_be<uint64_t>(at + 40),
                   .current_size = load_be<uint64_t>(at + 48),
                   .kind = load_be<uint32_t>(at + 60),
                   .id = load_guid(at + 68)};
}

std::optional<VhdHeader> decode_vhd_header(Bytes from) {
  if (!has_signature(from, kDynamicSignature)) return std::nullopt;
  const uint8_t* const at = from.data();
  if (load_be<uint32_t>(at + 36) != checksum(from.first(kVhdHeaderSize), 36)) return std::nullopt;
  VhdHeader header{.table_offset = load_be<uint64_t>(at + 16),
                   .entries = load_be<uint32_t>(at + 28),
                   .block_size = load_be<uint32_t>(at + 32),
                   .parent_id = load_guid(at + 40),
                   .parent_time = load_be<uint32_t>(at + 56)};
  size_t length = 0;
  while (length < 512 && load_be<uint16_t>(at + 64 + length) != 0) length += 2;
  header.parent_name = utf8_from_be(from.subspan(64, length)).value_or("");
  for (size_t i = 0; i < header.locators.size(); ++i) {
    const uint8_t* const locator = at + 576 + 24 * i;
    header.locators[i] = {load_be<uint32_t>(locator), load_be<uint32_t>(locator + 4),
                          load_be<uint32_t>(locator + 8), load_be<uint64_t>(locator + 16)};
  }
  return header;
}

}  // namespace hvsh::vhdx
