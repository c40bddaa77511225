// Random damage with the checksums put right again, so that it reaches what stands behind them. Whatever the
// bytes are, opening and reading ends soon with a result or an error.
#include <chrono>
#include <random>

#include "engines/vhdx/test_support.h"
#include "engines/vhdx/vhd_format.h"
#include "engines/vhdx/vhd_image.h"

namespace hvsh::vhdx::test {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kBudget = std::chrono::milliseconds(700);  // per format

constexpr uint64_t kSmallPart = kBatAt + 4 * kKiB;    // nothing behind it is changed, but for:
constexpr uint64_t kBitmapEntry = kBatAt + 8 * 4096;  // of the first chunk

template <class Image>
void open_and_read(const Buffer& bytes) {
  auto image = Image::open(MemorySource::view(bytes));
  if (!image) return;
  (void)(*image)->check_blocks().ok();
  const uint64_t size = (*image)->disk_size();
  Buffer data(std::min<uint64_t>(size, 256 * kKiB));
  (void)(*image)->read(0, data).ok();
  (void)(*image)->read(size - data.size(), data).ok();
}

// Changes a few bytes among those that decide something.
template <class Random>
void mutate(Buffer& bytes, Random& random, std::initializer_list<Extent> places) {
  static constexpr uint8_t kValues[] = {0, 1, 2, 6, 7, 0x10, 0x40, 0x7F, 0x80, 0xFF};
  for (int changes = 1 + static_cast<int>(random() % 4); changes > 0; --changes) {
    const Extent& place = *(places.begin() + random() % places.size());
    uint8_t& byte = bytes[place.offset + random() % place.length];
    byte =
        random() % 2 ? kValues[random() % std::size(kValues)] : static_cast<uint8_t>(byte + random() % 3 - 1);
  }
}

}  // namespace

TEST_CASE("damaged VHDX files never do harm") {
  const TempFolder folder;
  const std::string parent = folder / "parent.vhdx";
  REQUIRE(create_vhdx({.path = parent, .size = 8 * kMiB, .block_size = kMiB}).ok());
  Buffer seeds[] = {small_image(DiskType::Dynamic), small_image(DiskType::Fixed),
                    small_image(DiskType::Differencing, parent)};
  std::mt19937 random(20240611);
  size_t rounds = 0;
  for (const auto end = Clock::now() + kBudget; Clock::now() < end; ++rounds) {
    Buffer& bytes = seeds[rounds % std::size(seeds)];
    const Buffer before(bytes.begin(), bytes.begin() + kSmallPart);
    const uint64_t bitmap = load_le<uint64_t>(bytes.data() + kBitmapEntry);
    mutate(bytes, random,
           {{kHeaderOffsets[1], 80},
            {192 * kKiB, 80},
            {kMetadataAt, 224},
            {kMetadataAt + kMetadataTableSize, 200},
            {kBatAt, 80},
            {kBitmapEntry, 8}});
    fix_headers(bytes);
    fix_regions(bytes);
    open_and_read<VhdxImage>(bytes);
    std::copy(before.begin(), before.end(), bytes.begin());
    store_le(bytes.data() + kBitmapEntry, bitmap);
  }
  MESSAGE(rounds << " rounds");
}

TEST_CASE("damaged VHD files never do harm") {
  const TempFolder folder;
  const std::string path = folder / "seed.vhd";
  REQUIRE(create_vhd({.path = path, .size = 8 * kMiB}).ok());
  const Buffer seed = read_all(path);
  std::mt19937 random(20240612);
  for (const auto end = Clock::now() + kBudget; Clock::now() < end;) {
    Buffer bytes(seed.size() + random() % 5000);
    std::copy(seed.begin(), seed.end(), bytes.begin());
    mutate(bytes, random, {{0, 512}, {512, 1024}, {1536, 16}});
    const auto fix = [&](uint64_t at, uint64_t length, uint64_t field) {
      uint32_t sum = 0;
      for (uint64_t i = 0; i < length; ++i) sum += i < field || i >= field + 4 ? bytes[at + i] : 0;
      store_be(bytes.data() + at + field, ~sum);
    };
    fix(0, kVhdFooterSize, 64);
    fix(512, kVhdHeaderSize, 36);
    if (random() % 2) std::copy_n(bytes.begin(), 512, bytes.end() - 512);
    open_and_read<VhdImage>(bytes);
  }
}

}  // namespace hvsh::vhdx::test
