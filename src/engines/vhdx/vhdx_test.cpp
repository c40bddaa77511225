// Single structures and whole small images, valid and damaged.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <string_view>

#include "engines/vhdx/headers.h"
#include "engines/vhdx/overlay.h"
#include "engines/vhdx/test_support.h"
#include "engines/vhdx/utf16.h"
#include "engines/vhdx/vhd_format.h"

namespace hvsh::vhdx::test {

TEST_CASE("crc32c has the values of RFC 3720 and both ways agree") {
  const auto bytes = [](std::string_view text) {
    return Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  };
  CHECK(crc32c(bytes("123456789")) == 0xE3069283);
  CHECK(crc32c(Buffer(32, 0)) == 0x8A9136AA);
  CHECK(crc32c(Buffer(32, 0xFF)) == 0x62A8AB43);
  Buffer data(1021);
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<uint8_t>(i * 7 + i / 3);
  for (size_t length = 0; length < data.size(); length += 13) {
    const Bytes part = Bytes(data).first(length);
    CHECK(crc32c(part) == crc32c_portable(part));
    CHECK(crc32c(part.subspan(length / 2), crc32c(part.first(length / 2))) == crc32c(part));
  }
}

TEST_CASE("GUIDs are stored with their first fields little-endian") {
  uint8_t stored[16];
  store_guid(stored, kVhdxParentLocator);
  CHECK(stored[0] == 0xB7);
  CHECK(stored[7] == 0x4A);
  CHECK(stored[15] == 0x13);
  CHECK(load_guid(stored) == kVhdxParentLocator);
  CHECK(upper(kVhdxParentLocator) == "B04AEFB7-D19E-4A81-B789-25B8E9445913");
}

TEST_CASE("UTF-16 goes there and back and refuses what is ill-formed") {
  for (const std::string text : {"", "a", "\xC3\xA4\xE2\x82\xAC", "\xF0\x9F\x92\xBE.vhdx"}) {
    const auto units = to_utf16(text);
    REQUIRE(units);
    CHECK(utf8_from_le(bytes_le(*units)) == text);
  }
  for (const std::string_view bad : {"\x80", "\xC0\x80", "\xE2\x82", "\xED\xA0\x80", "\xF5\x80\x80\x80"}) {
    CHECK_FALSE(to_utf16(bad));
  }
  CHECK_FALSE(to_utf8(u"\xD800x"));
  CHECK_FALSE(utf8_from_le(Buffer(3)));
}

TEST_CASE("a header goes there and back, and any changed byte is noticed") {
  const Header header{.sequence = 7,
                      .file_write = Guid::random(),
                      .data_write = Guid::random(),
                      .log = Guid::random(),
                      .log_length = kMiB,
                      .log_offset = kMiB};
  Buffer bytes(kHeaderSize);
  encode_header(header, bytes);
  CHECK(decode_header(bytes) == header);
  for (size_t i = 0; i < bytes.size(); i += 37) {
    bytes[i] ^= 1;
    CHECK_FALSE(decode_header(bytes));
    bytes[i] ^= 1;
  }
}

TEST_CASE("the geometry of the block allocation table") {
  // 4 GiB per chunk at 512 bytes a sector; Windows' default block of 32 MiB.
  const auto dynamic = BatGeometry::of(64 * kTiB, 32 * kMiB, 512, false);
  CHECK(dynamic.chunk_ratio == 128);
  CHECK(dynamic.blocks == 2097152);
  CHECK(dynamic.entries == 2097152 + 2097151 / 128);
  CHECK(dynamic.payload_entry(127) == 127);
  CHECK(dynamic.payload_entry(128) == 129);
  CHECK(dynamic.bitmap_entry(0) == 128);
  const auto child = BatGeometry::of(4 * kMiB, 2 * kMiB, 512, true);
  CHECK(child.entries == 2049);
  const auto largest = BatGeometry::of(64 * kTiB, kMiB, 512, false);
  CHECK(largest.entries * 8 <= kLargestBat);
  CHECK(BatGeometry::of(512, 256 * kMiB, 512, false).entries == 1);
}

TEST_CASE("VHD geometry") {
  const auto of = [](uint64_t size) {
    const VhdGeometry geometry = vhd_geometry(size);
    return std::vector<int>{geometry.cylinders, geometry.heads, geometry.sectors};
  };
  CHECK(of(4 * kMiB) == std::vector{120, 4, 17});
  CHECK(of(2040 * kGiB) == std::vector{65535, 16, 255});
  CHECK(of(40 * kGiB) == std::vector{20560, 16, 255});
  CHECK(of(kGiB) == std::vector{2080, 16, 63});
}

TEST_CASE("VHD structures go there and back, and any changed byte is noticed") {
  const VhdFooter footer{.data_offset = 512,
                         .time = 5,
                         .original_size = kMiB,
                         .current_size = kMiB,
                         .kind = 3,
                         .id = Guid::random()};
  Buffer bytes(kVhdFooterSize);
  encode_vhd_footer(footer, bytes);
  const auto decoded = decode_vhd_footer(bytes);
  REQUIRE(decoded);
  CHECK(decoded->id == footer.id);
  CHECK(decoded->current_size == kMiB);
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] ^= 0x10;
    CHECK_FALSE(decode_vhd_footer(bytes));
    bytes[i] ^= 0x10;
  }
}

TEST_CASE("an overlay reads as if its pages were written, whatever their order") {
  Buffer base(16 * kLogSector);
  for (size_t i = 0; i < base.size(); ++i) base[i] = static_cast<uint8_t>(i / 5 + i / kLogSector);
  Buffer model = base;
  Overlay overlay(std::make_unique<MemorySource>(base));
  uint32_t random = 1;
  const auto next = [&](uint32_t below) { return (random = random * 1664525 + 1013904223) / 65536 % below; };
  for (int step = 0; step < 200; ++step) {
    const uint64_t at = next(14) * kLogSector;
    if (next(2) == 0) {
      const uint64_t length = std::min<uint64_t>(next(4) * kLogSector, model.size() - at);
      overlay.put_zeros({at, length});
      std::fill_n(model.begin() + static_cast<ptrdiff_t>(at), length, uint8_t{0});
    } else {
      const uint64_t from = (14 + next(2)) * kLogSector;
      overlay.put_page(at, {from, {1, 2, 3}, {9, 8, 7, static_cast<uint8_t>(step)}});
      std::copy_n(base.begin() + static_cast<ptrdiff_t>(from), kLogSector,
                  model.begin() + static_cast<ptrdiff_t>(at));
      const uint8_t leading[8] = {1, 2, 3};
      const uint8_t trailing[4] = {9, 8, 7, static_cast<uint8_t>(step)};
      std::copy_n(leading, 8, model.begin() + static_cast<ptrdiff_t>(at));
      std::copy_n(trailing, 4, model.begin() + static_cast<ptrdiff_t>(at + kLogSector - 4));
    }
    Buffer seen(model.size());
    REQUIRE(overlay.read(0, seen).ok());
    REQUIRE(seen == model);
    const uint64_t offset = next(60000);
    Buffer part(next(5000));
    REQUIRE(overlay.read(offset, part).ok());
    REQUIRE(std::equal(part.begin(), part.end(), model.begin() + static_cast<ptrdiff_t>(offset)));
  }
  overlay.extend(20 * kLogSector);
  Buffer behind(kLogSector, 0xFF);
  REQUIRE(overlay.read(17 * kLogSector, behind).ok());
  CHECK(behind == Buffer(kLogSector));
}

// One damage to a valid image and what is to be said about it.
struct Damage {
  const char* name;
  void (*apply)(Buffer&);
  const char* expected;  // part of the message; empty: still opens
};

template <class T>
void put(Buffer& bytes, uint64_t at, T value) {
  store_le<T>(bytes.data() + at, value);
}

constexpr uint64_t kRegions = 192 * kKiB;
constexpr uint64_t kMetadataItems = kMetadataAt + kMetadataTableSize;

constexpr Damage kDamages[] = {
    {"none", [](Buffer&) {}, ""},
    {"signature", [](Buffer& b) { b[0] = 'x'; }, "not a VHDX file"},
    {"cut in the headers", [](Buffer& b) { b.resize(512 * kKiB); }, "ends within its headers"},
    {"cut before the table", [](Buffer& b) { b.resize(3 * kMiB); }, "lies outside of the file"},
    {"empty", [](Buffer& b) { b.clear(); }, "not a VHDX file"},
    {"one header", [](Buffer& b) { b[kHeaderOffsets[1] + 9] ^= 1; }, ""},
    {"both headers", [](Buffer& b) { b[kHeaderOffsets[0] + 9] ^= 1, b[kHeaderOffsets[1] + 9] ^= 1; },
     "both of its headers are damaged"},
    {"equal sequences",
     [](Buffer& b) {
       put<uint64_t>(b, kHeaderOffsets[0] + 8, 1);
       b[kHeaderOffsets[0] + 20] ^= 1;
       fix_headers(b);
     },
     "same sequence number"},
    {"version", [](Buffer& b) { b[kHeaderOffsets[1] + 66] = 2, fix_headers(b); }, "VHDX version is 2"},
    {"log unaligned", [](Buffer& b) { b[kHeaderOffsets[1] + 72] = 1, fix_headers(b); }, "log is not aligned"},
    {"log outside", [](Buffer& b) { put<uint64_t>(b, kHeaderOffsets[1] + 72, kTiB), fix_headers(b); },
     "log lies outside"},
    {"log on the headers", [](Buffer& b) { put<uint64_t>(b, kHeaderOffsets[1] + 72, 0), fix_headers(b); },
     "overlaps the headers"},
    {"log on a region", [](Buffer& b) { put<uint64_t>(b, kHeaderOffsets[1] + 72, 2 * kMiB), fix_headers(b); },
     "overlap at byte"},
    {"log named but empty", [](Buffer& b) { b[kHeaderOffsets[1] + 48] = 1, fix_headers(b); },
     "no valid entry"},
    {"log of no length",
     [](Buffer& b) {
       b[kHeaderOffsets[1] + 48] = 1, put<uint32_t>(b, kHeaderOffsets[1] + 68, 0), fix_headers(b);
     },
     "log of no length"},
    {"log too long", [](Buffer& b) { put<uint32_t>(b, kHeaderOffsets[1] + 68, 0xFFF00000), fix_headers(b); },
     "its log has"},
    {"first region table", [](Buffer& b) { b[kRegions + 100] ^= 1; }, ""},
    {"both region tables", [](Buffer& b) { b[kRegions + 100] ^= 1, b[kRegions + 64 * kKiB + 100] ^= 1; },
     "both of its region tables"},
    {"too many regions",
     [](Buffer& b) { put<uint32_t>(b, kRegions + 8, 2048), fix_regions(b), b[kRegions + 70000] ^= 1; },
     "both of its region tables"},
    {"region unaligned", [](Buffer& b) { put<uint64_t>(b, kRegions + 32, 3 * kMiB + 512), fix_regions(b); },
     "not aligned"},
    {"region outside",
     [](Buffer& b) { put<uint64_t>(b, kRegions + 32, UINT64_MAX - kMiB + 1), fix_regions(b); },
     "lies outside of the file"},
    {"region on the headers", [](Buffer& b) { put<uint64_t>(b, kRegions + 32, 0), fix_regions(b); },
     "overlaps the headers"},
    {"regions on each other", [](Buffer& b) { put<uint64_t>(b, kRegions + 32, 2 * kMiB), fix_regions(b); },
     "overlap at byte"},
    {"region empty", [](Buffer& b) { put<uint32_t>(b, kRegions + 40, 0), fix_regions(b); }, "is empty"},
    {"region unknown and required", [](Buffer& b) { b[kRegions + 16] ^= 1, fix_regions(b); }, "not known"},
    {"region unknown", [](Buffer& b) { b[kRegions + 16] ^= 1, b[kRegions + 44] = 0, fix_regions(b); },
     "no block allocation table"},
    {"region twice", [](Buffer& b) { std::copy_n(&b[kRegions + 16], 16, &b[kRegions + 48]), fix_regions(b); },
     "stands twice"},
    {"metadata signature", [](Buffer& b) { b[kMetadataAt] = 'x'; }, "metadata table is damaged"},
    {"metadata count", [](Buffer& b) { put<uint16_t>(b, kMetadataAt + 10, 2048); }, "claims 2048 items"},
    {"item missing", [](Buffer& b) { put<uint16_t>(b, kMetadataAt + 10, 4); }, "lacks the disk identifier"},
    {"item outside", [](Buffer& b) { put<uint32_t>(b, kMetadataAt + 32 + 16, 0xFFFFFFF0); }, "lies outside"},
    {"item in the table", [](Buffer& b) { put<uint32_t>(b, kMetadataAt + 32 + 16, 64); }, "lies outside"},
    {"item too large", [](Buffer& b) { put<uint32_t>(b, kMetadataAt + 32 + 20, 2 * kMiB); },
     "larger than 1 MiB"},
    {"item of another length", [](Buffer& b) { put<uint32_t>(b, kMetadataAt + 32 + 20, 4); }, "instead of 8"},
    {"items overlap", [](Buffer& b) { put<uint32_t>(b, kMetadataAt + 64 + 16, 64 * kKiB + 4); }, "overlap"},
    {"item twice", [](Buffer& b) { std::copy_n(&b[kMetadataAt + 32], 16, &b[kMetadataAt + 64]); },
     "stands twice"},
    {"item unknown and required", [](Buffer& b) { b[kMetadataAt + 32] ^= 1; }, "not known"},
    {"item without place", [](Buffer& b) { put<uint32_t>(b, kMetadataAt + 32 + 16, 0); }, "without a place"},
    {"item of a user, required", [](Buffer& b) { b[kMetadataAt + 32 + 24] |= 1; }, "user metadata"},
    {"block size", [](Buffer& b) { put<uint32_t>(b, kMetadataItems, 3 * kMiB); }, "block size is 3145728"},
    {"unknown parameters", [](Buffer& b) { b[kMetadataItems + 4] = 8; }, "bits that are not known"},
    {"parent without locator", [](Buffer& b) { b[kMetadataItems + 4] = 2; }, "without a parent locator"},
    {"size 0", [](Buffer& b) { put<uint64_t>(b, kMetadataItems + 8, 0); }, "virtual size is 0"},
    {"size 65 TB", [](Buffer& b) { put<uint64_t>(b, kMetadataItems + 8, 65 * kTiB); }, "virtual size is"},
    {"size unaligned", [](Buffer& b) { put<uint64_t>(b, kMetadataItems + 8, 1000); }, "virtual size is 1000"},
    {"size larger than the table", [](Buffer& b) { put<uint64_t>(b, kMetadataItems + 8, 64 * kTiB); },
     "has room for"},
    {"sector size", [](Buffer& b) { put<uint32_t>(b, kMetadataItems + 16, 1024); }, "sector size is 1024"},
    {"block state", [](Buffer& b) { put<uint64_t>(b, kBatAt, 5); }, "state 5, which is not known"},
    {"block partial", [](Buffer& b) { put<uint64_t>(b, kBatAt, 7 + 2 * kMiB); }, "disk without parent"},
    {"block reserved bits", [](Buffer& b) { put<uint64_t>(b, kBatAt, 8); }, "reserved bits"},
    {"block absent with a place", [](Buffer& b) { put<uint64_t>(b, kBatAt, 4 * kMiB); },
     "though the block is not"},
    {"block in the headers", [](Buffer& b) { put<uint64_t>(b, kBatAt, 6); }, "points into the headers"},
    {"block outside", [](Buffer& b) { put<uint64_t>(b, kBatAt, 6 + 100 * kMiB); }, "points outside"},
    {"block on the log", [](Buffer& b) { put<uint64_t>(b, kBatAt, 6 + kMiB); }, "block 0 overlaps"},
    {"blocks on each other", [](Buffer& b) { put<uint64_t>(b, kBatAt + 8, 6 + 4 * kMiB); },
     "block 1 overlaps"},
    {"freed block keeps its place", [](Buffer& b) { put<uint64_t>(b, kBatAt, 3 + 4 * kMiB); }, ""},
    {"freed block on another", [](Buffer& b) { put<uint64_t>(b, kBatAt + 8, 3 + 4 * kMiB); },
     "block 1 overlaps"},
    {"last block cut short", [](Buffer& b) { b.resize(b.size() - 4096); }, ""},
};

TEST_CASE("each damage gives its own error") {
  const Buffer valid = small_image(DiskType::Fixed);
  for (const Damage& damage : kDamages) {
    CAPTURE(damage.name);
    Buffer bytes = valid;
    damage.apply(bytes);
    const std::string message = error_of(bytes);
    CAPTURE(message);
    CHECK((*damage.expected ? message.find(damage.expected) != std::string::npos : message.empty()));
  }
}

TEST_CASE("a differencing disk's bitmaps and locator are checked") {
  const TempFolder folder;
  const std::string parent = folder / "parent.vhdx";
  REQUIRE(create_vhdx({.path = parent, .size = 8 * kMiB, .block_size = kMiB}).ok());
  Buffer bytes = small_image(DiskType::Differencing, parent);
  CHECK(error_of(bytes) == "");
  bytes.resize(bytes.size() + 2 * kMiB);
  const uint64_t bitmap_at = kBatAt + 8 * 4096;
  put<uint64_t>(bytes, kBatAt, 7 + 4 * kMiB);
  CHECK(error_of(bytes).find("no sector bitmap") != std::string::npos);
  put<uint64_t>(bytes, bitmap_at, 6 + 5 * kMiB);
  CHECK(error_of(bytes) == "");
  put<uint64_t>(bytes, bitmap_at, 6 + 4 * kMiB);
  CHECK(error_of(bytes).find("overlaps something else") != std::string::npos);
  put<uint64_t>(bytes, bitmap_at, 6 + 6 * kMiB);
  CHECK(error_of(bytes).find("points outside") != std::string::npos);
  put<uint64_t>(bytes, bitmap_at, 1 + 5 * kMiB);
  CHECK(error_of(bytes).find("has state 1") != std::string::npos);

  put<uint64_t>(bytes, bitmap_at, 6 + 5 * kMiB);
  const uint64_t locator = kMetadataItems + 40;
  for (const auto& [at, expected] : {std::pair<uint64_t, const char*>{0, "type that is not known"},
                                     {18, "claims"},
                                     {22, "outside of its item"},
                                     {29, "outside of its item"},
                                     {30, "does not identify"}}) {
    Buffer changed = bytes;
    changed[locator + at] ^= 0x80;
    if (at == 30) changed[locator + at] = 2;
    CAPTURE(at);
    CAPTURE(error_of(changed));
    CHECK(error_of(changed).find(expected) != std::string::npos);
  }
}

}  // namespace hvsh::vhdx::test
