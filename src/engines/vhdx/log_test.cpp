// The log: images that were not closed cleanly, made here entry by entry.
#include "engines/vhdx/log.h"
#include "engines/vhdx/headers.h"
#include "engines/vhdx/test_support.h"

namespace hvsh::vhdx::test {

namespace {

const Guid kLogId = guid_constant("11111111-2222-4333-8444-555555555555");

struct Change {
  uint64_t offset = 0;
  uint8_t fill = 0;          // of the page
  uint64_t zero_length = 0;  // not 0: zeros instead of a page
};

struct Entry {
  uint64_t position = 0;
  uint64_t sequence = 1;
  uint32_t tail = 0;
  std::vector<Change> changes = {};
  uint64_t flushed = 4 * kMiB;
  uint64_t last = 4 * kMiB;
};

// The entry's bytes, as the format lays them out.
Buffer encode(const Entry& entry) {
  const uint64_t sectors = (entry.changes.size() + 2 + 127) / 128;
  Buffer bytes(sectors * kLogSector);
  put_signature(bytes.data(), "loge");
  store_le<uint32_t>(bytes.data() + 12, entry.tail);
  store_le(bytes.data() + 16, entry.sequence);
  store_le(bytes.data() + 24, static_cast<uint32_t>(entry.changes.size()));
  store_guid(bytes.data() + 32, kLogId);
  store_le(bytes.data() + 48, entry.flushed);
  store_le(bytes.data() + 56, entry.last);
  for (size_t i = 0; i < entry.changes.size(); ++i) {
    const Change& change = entry.changes[i];
    uint8_t* const at = bytes.data() + 64 + 32 * i;
    put_signature(at, change.zero_length != 0 ? "zero" : "desc");
    store_le(at + 16, change.offset);
    store_le(at + 24, entry.sequence);
    if (change.zero_length != 0) {
      store_le(at + 8, change.zero_length);
      continue;
    }
    std::fill_n(at + 4, 12, change.fill);
    Buffer data(kLogSector, change.fill);
    put_signature(data.data(), "data");
    store_le(data.data() + 4, static_cast<uint32_t>(entry.sequence >> 32));
    store_le(data.data() + 4092, static_cast<uint32_t>(entry.sequence));
    bytes.insert(bytes.end(), data.begin(), data.end());
  }
  store_le(bytes.data() + 8, static_cast<uint32_t>(bytes.size()));
  store_le(bytes.data() + 4, crc32c_without(bytes, 4));
  return bytes;
}

void put_entry(Buffer& image, const Entry& entry) {
  const Buffer bytes = encode(entry);
  for (size_t i = 0; i < bytes.size(); ++i) image[kMiB + (entry.position + i) % kMiB] = bytes[i];
}

Buffer dirty_image(const std::vector<Entry>& entries) {
  Buffer image = small_image(DiskType::Dynamic);
  for (const uint64_t offset : kHeaderOffsets) store_guid(image.data() + offset + 48, kLogId);
  fix_headers(image);
  for (const Entry& entry : entries) put_entry(image, entry);
  return image;
}

// What stands at `offset` once the log is replayed; the message if it cannot be.
std::string byte_at(const Buffer& image, uint64_t offset) {
  auto source = std::make_unique<MemorySource>(image);
  auto headers = read_headers(*source);
  REQUIRE(headers.ok());
  auto replayed = replay_log(std::move(source), headers->header());
  if (!replayed) return replayed.error().message;
  Buffer page(kLogSector);
  if (auto read = (*replayed)->read(offset, page); !read) return read.error().message;
  for (const uint8_t byte : page) {
    if (byte != page[0]) return "mixed";
  }
  return std::to_string(page[0]);
}

bool says(const std::string& text, const std::string& part) {
  CAPTURE(text);
  CAPTURE(part);
  const bool found = text.find(part) != std::string::npos;
  CHECK(found);
  return found;
}

}  // namespace

TEST_CASE("entries are replayed in order, from the tail to the head") {
  const uint64_t page = 3 * kMiB + 512 * kKiB;
  CHECK(byte_at(dirty_image({{.sequence = 5, .changes = {{page, 1}}}}), page) == "1");
  CHECK(byte_at(dirty_image({{.sequence = 5, .changes = {{page, 1}}},
                             {.position = 2 * kLogSector, .sequence = 6, .changes = {{page, 2}}}}),
                page) == "2");
  CHECK(byte_at(dirty_image(
                    {{.sequence = 5, .changes = {{page, 1}}},
                     {.position = 2 * kLogSector, .sequence = 6, .changes = {{page, 0, 2 * kLogSector}}}}),
                page) == "0");
  // The head no longer needs the first entry.
  CHECK(byte_at(dirty_image({{.sequence = 5, .changes = {{page, 1}}},
                             {.position = 2 * kLogSector,
                              .sequence = 6,
                              .tail = 2 * kLogSector,
                              .changes = {{page + kLogSector, 2}}}}),
                page) == "0");
}

TEST_CASE("a log that wraps at its end") {
  const uint64_t page = 3 * kMiB + 512 * kKiB;
  const uint32_t start = kMiB - 3 * kLogSector;
  const Buffer image = dirty_image({{.position = start, .sequence = 8, .tail = start, .changes = {{page, 1}}},
                                    {.position = kMiB - kLogSector,
                                     .sequence = 9,
                                     .tail = start,
                                     .changes = {{page, 2}, {page + kLogSector, 3}}}});
  CHECK(byte_at(image, page) == "2");
  CHECK(byte_at(image, page + kLogSector) == "3");
}

TEST_CASE("entries with more descriptors than one sector holds") {
  Entry entry{.sequence = uint64_t{7} << 40};
  for (uint64_t i = 0; i < 200; ++i) {
    entry.changes.push_back({3 * kMiB + 64 * kKiB + i * kLogSector, static_cast<uint8_t>(i + 1)});
  }
  const Buffer image = dirty_image({entry});
  for (const uint64_t i : {0, 125, 126, 127, 199}) {
    CHECK(byte_at(image, 3 * kMiB + 64 * kKiB + i * kLogSector) == std::to_string(i + 1));
  }
}

TEST_CASE("torn and stale entries are not replayed") {
  const uint64_t page = 3 * kMiB + 512 * kKiB;
  const std::vector<Entry> entries{{.sequence = 5, .changes = {{page, 1}}},
                                   {.position = 2 * kLogSector, .sequence = 6, .changes = {{page, 2}}}};
  for (const uint64_t damage : {uint64_t{2 * kLogSector + 70}, uint64_t{3 * kLogSector + 100}}) {
    Buffer torn = dirty_image(entries);
    torn[kMiB + damage] ^= 1;
    CHECK(byte_at(torn, page) == "1");
  }
  Buffer gap = dirty_image({entries[0], {.position = 2 * kLogSector, .sequence = 7, .changes = {{page, 2}}}});
  CHECK(byte_at(gap, page) == "1");  // sequence 7 points to a tail that is not in its run
  // A run that is newer but older in the file.
  const std::vector<Entry> two{
      {.sequence = 9, .changes = {{page, 9}}},
      {.position = 8 * kLogSector, .sequence = 3, .tail = 8 * kLogSector, .changes = {{page, 3}}}};
  CHECK(byte_at(dirty_image(two), page) == "9");
  says(byte_at(dirty_image({{.sequence = 0, .changes = {{page, 1}}}}), page), "no valid entry");
  says(byte_at(dirty_image({{.sequence = 5, .tail = kLogSector, .changes = {{page, 1}}}}), page),
       "no valid entry");
}

TEST_CASE("a log cannot change headers or itself, nor claim impossible sizes") {
  for (const uint64_t target : {uint64_t{0}, kHeaderOffsets[1], kMiB, 2 * kMiB - kLogSector, kLargestFile}) {
    says(byte_at(dirty_image({{.changes = {{target, 1}}}}), 0), "its log would change byte");
  }
  says(byte_at(dirty_image({{.changes = {{256 * kKiB, 0, kMiB}}}}), 0), "its log would change byte");
  says(byte_at(dirty_image({{.changes = {{4 * kMiB, 0, UINT64_MAX - kLogSector + 1}}}}), 0),
       "its log would change byte");
  says(byte_at(dirty_image({{.flushed = 5 * kMiB}}), 0), "it was cut off");
  says(byte_at(dirty_image({{.last = UINT64_MAX}}), 0), "impossible file size");
}

TEST_CASE("an image whose table stands only in its log reads right") {
  // Block 2 is allocated by the log, at the end of a file that is not yet as long.
  Buffer image = small_image(DiskType::Dynamic);
  Buffer table(kLogSector);
  Entry entry{.sequence = 3, .changes = {{kBatAt, 0}}, .last = 5 * kMiB};
  Buffer bytes = encode(entry);
  store_le<uint64_t>(bytes.data() + 64 + 8, 3);  // leading bytes: block 0 is unmapped
  store_le<uint64_t>(bytes.data() + kLogSector + 16, 6 + 4 * kMiB);
  store_le(bytes.data() + 4, crc32c_without(bytes, 4));
  for (const uint64_t offset : kHeaderOffsets) store_guid(image.data() + offset + 48, kLogId);
  fix_headers(image);
  std::copy(bytes.begin(), bytes.end(), image.begin() + kMiB);
  auto opened = VhdxImage::open(std::make_unique<MemorySource>(image));
  REQUIRE(opened.ok());
  CHECK((*opened)->log_replayed());
  auto blocks = (*opened)->check_blocks();
  REQUIRE(blocks.ok());
  CHECK(blocks->allocated_blocks == 1);
  Buffer data(8 * kMiB, 0xFF);
  REQUIRE((*opened)->read(0, data).ok());
  CHECK(data == Buffer(8 * kMiB));
}

}  // namespace hvsh::vhdx::test
