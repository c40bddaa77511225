// Writing images: against a plain array, and with the power cut at every call.
#include "engines/vhdx/crash_support.h"
#include "engines/vhdx/writable_vhdx.h"

namespace hvsh::vhdx::test {

namespace {

constexpr uint64_t kSector = 512;

// What a guest wrote, sector by sector: the value that is durable, and those that came since.
class Model {
 public:
  explicit Model(uint64_t size) : sectors_(size / kSector) {}

  void write(Extent range, uint32_t value) {
    for (uint64_t at = range.offset / kSector; at < range.end() / kSector; ++at)
      sectors_[at].push_back(value);
  }
  void flushed() {
    for (auto& values : sectors_) values = {values.back()};
  }
  void resize(uint64_t size) { sectors_.resize(size / kSector); }
  uint64_t size() const { return sectors_.size() * kSector; }

  // Every sector has one of its values; `exact`: the last one.
  void check(VirtualDisk& disk, bool exact) const {
    REQUIRE(disk.disk_size() == size());
    Buffer data(size());
    const auto read = disk.read(0, data);
    CAPTURE(read.ok() ? "" : disk.path());
    REQUIRE(read.ok());
    for (size_t at = 0; at < sectors_.size(); ++at) {
      const uint8_t* const sector = data.data() + at * kSector;
      const uint32_t value = load_le<uint32_t>(sector);
      const auto& values = sectors_[at];
      const bool fits =
          exact ? value == values.back() : std::find(values.begin(), values.end(), value) != values.end();
      const bool whole = std::memcmp(sector, sector + 4, kSector - 4) == 0;
      if (!fits || !whole) FAIL("sector " << at << " has " << value << " instead of " << values.back());
    }
  }

 private:
  struct Values : std::vector<uint32_t> {
    Values() : std::vector<uint32_t>{0} {}
    using std::vector<uint32_t>::vector;
    using std::vector<uint32_t>::operator=;
  };
  std::vector<Values> sectors_;
};

Buffer filled(uint64_t length, uint32_t value) {
  Buffer bytes(length);
  for (uint64_t at = 0; at < length; at += 4) store_le(bytes.data() + at, value);
  return bytes;
}

Extent some_range(std::mt19937& random, uint64_t size) {
  uint64_t length = (1 + random() % 40) * kSector;
  if (random() % 4 == 0) length = (1 + random() % 3) * kMiB;
  uint64_t offset = random() % (size / kSector) * kSector;
  if (random() % 4 == 0) offset = offset / kMiB * kMiB;
  return {offset, std::min(length, size - offset)};
}

// One change of a guest, made to both. False if the disk refused it.
bool change(WritableDisk& disk, Model& model, std::mt19937& random, uint32_t value) {
  const Extent range = some_range(random, model.size());
  switch (random() % 8) {
    case 0: model.write(range, 0); return disk.clear(range, Clearing::zero).ok();
    case 2: {
      // Trimming a fixed disk does nothing.
      const bool trims = random() % 2 == 0 && disk.disk().type() != DiskType::Fixed;
      const uint64_t block = random() % (model.size() / kMiB);
      model.write({block * kMiB, kMiB}, 0);
      return disk.clear({block * kMiB, kMiB}, trims ? Clearing::trim : Clearing::zero).ok();
    }
    case 1: {
      if (!disk.flush().ok()) return false;
      model.flushed();
      return true;
    }
    default: model.write(range, value); return disk.write(range.offset, filled(range.length, value)).ok();
  }
}

std::unique_ptr<VirtualDisk> reader(const Buffer& bytes, const Buffer* parent) {
  auto image = VhdxImage::open(MemorySource::view(bytes));
  if (!image) FAIL(image.error().message);
  const auto checked = (*image)->check_blocks();
  if (!checked) FAIL(checked.error().message);
  if (parent != nullptr) {
    auto below = VhdxImage::open(MemorySource::view(*parent));
    REQUIRE(below.ok());
    (*image)->set_parent(below.take());
  }
  return image.take();
}

std::unique_ptr<WritableVhdx> writer(std::shared_ptr<Storage> file, const Buffer* parent) {
  auto disk = WritableVhdx::open(std::move(file));
  if (!disk) return nullptr;
  if (parent != nullptr) {
    auto below = VhdxImage::open(MemorySource::view(*parent));
    REQUIRE(below.ok());
    (*disk)->disk().set_parent(below.take());
  }
  return disk.take();
}

struct Kind {
  std::string name;
  Buffer image;
  const Buffer* parent = nullptr;
};

// A parent with something in some of its sectors, and the model of that.
const Buffer& parent_image(Model* model) {
  static Buffer bytes;
  std::mt19937 random(5);
  Model written(8 * kMiB);
  auto file = std::make_shared<CrashFile>(bytes.empty() ? small_image(DiskType::Dynamic) : Buffer());
  for (uint32_t i = 0; i < 30; ++i) {
    const Extent range = some_range(random, written.size());
    written.write(range, 1000 + i);
    if (!bytes.empty()) continue;
    static std::unique_ptr<WritableVhdx> disk;
    if (!disk) disk = writer(file, nullptr);
    REQUIRE(disk->write(range.offset, filled(range.length, 1000 + i)).ok());
    if (i == 29) {
      REQUIRE(disk->close().ok());
      bytes = file->bytes();
      disk.reset();
      break;
    }
  }
  written.flushed();
  if (model != nullptr) *model = written;
  return bytes;
}

std::vector<Kind> kinds() {
  const Buffer& parent = parent_image(nullptr);
  const TempFolder folder;
  write_all(folder / "parent.vhdx", parent);
  return {{"dynamic", small_image(DiskType::Dynamic)},
          {"fixed", small_image(DiskType::Fixed)},
          {"differencing", small_image(DiskType::Differencing, folder / "parent.vhdx"), &parent}};
}

Model first_model(const Kind& kind) {
  Model model(8 * kMiB);
  if (kind.parent != nullptr) parent_image(&model);
  return model;
}

}  // namespace

TEST_CASE("what is written is read, whatever the order") {
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    for (uint32_t seed = 1; seed <= 6; ++seed) {
      std::mt19937 random(seed);
      auto file = std::make_shared<CrashFile>(kind.image);
      Model model = first_model(kind);
      auto disk = writer(file, kind.parent);
      REQUIRE(disk);
      for (uint32_t i = 1; i <= 60; ++i) {
        REQUIRE(change(*disk, model, random, i));
        if (i % 20 == 0) model.check(disk->disk(), true);
      }
      REQUIRE(disk->close().ok());
      const Buffer left = file->bytes();
      const auto again = reader(left, kind.parent);
      model.check(*again, true);
      CHECK_FALSE(static_cast<VhdxImage&>(*again).log_replayed());
    }
  }
}

TEST_CASE("cut off at any call, every sector has its old or its new bytes") {
  size_t cuts = 0;
  for (const Kind& kind : kinds()) {
    CAPTURE(kind.name);
    for (uint32_t seed = 1; seed <= 2; ++seed) {
      for (size_t at = 1;; at += 1 + at / 10) {
        CAPTURE(seed);
        CAPTURE(at);
        std::mt19937 random(seed);
        auto file = std::make_shared<CrashFile>(kind.image);
        Model model = first_model(kind);
        auto disk = writer(file, kind.parent);
        file->fail_at(at);
        bool alive = true;
        for (uint32_t i = 1; i <= 40 && alive; ++i) alive = change(*disk, model, random, i);
        if (alive) alive = disk->close().ok();
        for (int states = 0; states < 4; ++states) {
          const Buffer left = file->cut(random);
          model.check(*reader(left, kind.parent), false);
          ++cuts;
        }
        if (alive) break;
        // Opened for writing it replays its log on disk; cut off again, it does so once more.
        auto again = std::make_shared<CrashFile>(file->cut(random));
        for (size_t second = 1;; ++second) {
          auto replaying = std::make_shared<CrashFile>(again->bytes());
          replaying->fail_at(second);
          auto opened = writer(replaying, kind.parent);
          const Buffer left = replaying->cut(random);
          model.check(*reader(left, kind.parent), false);
          ++cuts;
          if (!opened) continue;
          model.check(opened->disk(), false);
          break;
        }
      }
    }
  }
  MESSAGE(cuts << " cuts");
}

}  // namespace hvsh::vhdx::test
