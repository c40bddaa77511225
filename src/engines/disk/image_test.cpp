// Probing, inspecting and creating images of all formats.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "engines/disk_image.h"

#include <fcntl.h>
#include <unistd.h>

#include "engines/vhdx/test_support.h"

namespace hvsh::engines {

namespace {

using vhdx::Buffer;
using vhdx::DiskType;
using vhdx::kGiB;
using vhdx::kMiB;
using vhdx::store_le;
using vhdx::test::has_program;
using vhdx::test::read_all;
using vhdx::test::run;
using vhdx::test::TempFolder;
using vhdx::test::write_all;

ImageFormat format_of(const std::string& path) {
  auto format = probe(path);
  REQUIRE(format.ok());
  return *format;
}

}  // namespace

TEST_CASE("formats are told by content, whatever the name says") {
  const TempFolder folder;
  const std::string path = folder / "image.iso";
  const auto with = [&](size_t at, std::string_view bytes) {
    Buffer content(4096);
    std::copy(bytes.begin(), bytes.end(), content.begin() + static_cast<ptrdiff_t>(at));
    write_all(path, content);
    return format_of(path);
  };
  using namespace std::string_view_literals;
  CHECK(with(0, "vhdxfile") == ImageFormat::VHDX);
  CHECK(with(0, "QFI\xfb\0\0\0\x03"sv) == ImageFormat::qcow2);
  CHECK(with(0, "QFI\xfb\0\0\0\x01"sv) == ImageFormat::qcow);
  CHECK(with(0, "KDMV") == ImageFormat::vmdk);
  CHECK(with(0, "# Disk DescriptorFile") == ImageFormat::vmdk);
  CHECK(with(64, "\x7f\x10\xda\xbe") == ImageFormat::vdi);
  CHECK(with(0, "LUKS\xba\xbe") == ImageFormat::luks);
  CHECK(with(4096 - 512, "koly") == ImageFormat::dmg);
  CHECK(with(4096 - 512, "conectix") == ImageFormat::raw);  // the checksum does not hold
  CHECK(with(1, "vhdxfile") == ImageFormat::raw);
  write_all(path, Buffer());
  CHECK(format_of(path) == ImageFormat::raw);
  write_all(path, Buffer{'Q', 'F'});
  CHECK(format_of(path) == ImageFormat::raw);
  CHECK(probe(folder.path()).error().category == ErrorCategory::InvalidArgument);
  CHECK(probe(folder / "none").error().category == ErrorCategory::ObjectNotFound);
  CHECK(run("mkfifo " + (folder / "pipe")).status == 0);
  CHECK(probe(folder / "pipe").error().category == ErrorCategory::InvalidArgument);
}

TEST_CASE("a fixed VHD is not raw, and both are refused as the other") {
  const TempFolder folder;
  const std::string vhd = folder / "a.vhd";
  REQUIRE(create({.path = vhd, .type = DiskType::Fixed, .size = kMiB}).ok());
  CHECK(format_of(vhd) == ImageFormat::VHD);
  CHECK(check_declared(vhd, ImageFormat::VHD).ok());
  CHECK(check_declared(vhd, ImageFormat::raw).error().id == "ImageFormatMismatch");
  const std::string raw = folder / "a.vhdx";
  write_all(raw, Buffer(kMiB));
  CHECK(check_declared(raw, ImageFormat::raw).ok());
  const auto refused = check_declared(raw, ImageFormat::VHDX);
  CHECK(refused.error().message.find("would be attached as VHDX, but its content is raw") !=
        std::string::npos);
}

TEST_CASE("extensions choose the format, as on Windows") {
  CHECK(*format_by_extension("/a/b.VHDX") == ImageFormat::VHDX);
  CHECK(*format_by_extension("b.avhdx") == ImageFormat::VHDX);
  CHECK(*format_by_extension("b.vhd") == ImageFormat::VHD);
  for (const char* path : {"/a.vhdx/b", "b", "b.qcow2", "", ".", "b.vhdx "}) {
    CHECK(format_by_extension(path).error().category == ErrorCategory::InvalidArgument);
  }
  const TempFolder folder;
  CHECK(create({.path = folder / "a.qcow2", .size = kMiB}).error().hint.find(".vhdx") != std::string::npos);
  CHECK(folder.files() == 0);
}

TEST_CASE("a child has the format of its parent") {
  const TempFolder folder;
  const std::string parent = folder / "a.vhd";
  REQUIRE(create({.path = parent, .size = kMiB}).ok());
  const auto made = create({.path = folder / "b.vhdx", .type = DiskType::Differencing, .parent = parent});
  CHECK(made.error().message.find("whose format is VHD") != std::string::npos);
  CHECK(create({.path = folder / "b.vhdx", .type = DiskType::Differencing, .parent = folder / "c.vhdx"})
            .error()
            .category == ErrorCategory::ObjectNotFound);
}

TEST_CASE("an image that somebody has locked is in use") {
  const TempFolder folder;
  const std::string path = folder / "a.vhdx";
  REQUIRE(create({.path = path, .size = kMiB}).ok());
  CHECK_FALSE(inspect(path)->in_use);
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_start = 100;
  lock.l_len = 1;
  REQUIRE(::fcntl(fd, F_OFD_SETLK, &lock) == 0);
  CHECK(inspect(path)->in_use);
  ::close(fd);
  CHECK_FALSE(inspect(path)->in_use);
}

TEST_CASE("inspecting a new VHDX") {
  const TempFolder folder;
  const std::string path = folder / "a.vhdx";
  REQUIRE(create({.path = path, .size = 4 * kGiB}).ok());
  const auto info = inspect(path);
  REQUIRE(info.ok());
  CHECK(info->path == path);
  CHECK(info->format == ImageFormat::VHDX);
  CHECK(info->type == DiskType::Dynamic);
  CHECK(info->size == 4 * kGiB);
  CHECK(info->file_size == 4 * kMiB);
  CHECK(info->allocated < kMiB);
  CHECK_FALSE(info->minimum_size);
  CHECK(info->block_size == 32 * kMiB);
  CHECK(info->physical_sector == 4096);
  CHECK(info->disk_identifier.size() == 36);
  CHECK(info->fragmentation_percent == 0);
  CHECK(info->alignment == 1);
  CHECK(info->parent_path.empty());

  const std::string child = folder / "child.vhdx";
  REQUIRE(create({.path = child, .type = DiskType::Differencing, .parent = path}).ok());
  const auto child_info = inspect(child);
  REQUIRE(child_info.ok());
  CHECK(child_info->type == DiskType::Differencing);
  CHECK(child_info->parent_path == std::filesystem::canonical(path).string());
  CHECK(child_info->disk_identifier == info->disk_identifier);
  const std::string info_parent = std::filesystem::canonical(path).string();
  std::filesystem::remove(path);
  const auto orphan = inspect(child);
  REQUIRE(orphan.ok());
  CHECK(orphan->parent_path == info_parent);
}

TEST_CASE("a VHDX that is not one says so") {
  const TempFolder folder;
  const std::string path = folder / "a.vhdx";
  REQUIRE(create({.path = path, .size = kMiB}).ok());
  Buffer bytes = read_all(path);
  bytes[3 * kMiB] = 5;
  write_all(path, bytes);
  const auto info = inspect(path);
  REQUIRE_FALSE(info.ok());
  CHECK(info.error().id == "VirtualDiskCorrupted");
  CHECK(info.error().category == ErrorCategory::InvalidData);
  CHECK(info.error().target == path);
}

TEST_CASE("the minimum size is where the last partition ends") {
  const TempFolder folder;
  const std::string path = folder / "a.vhdx";
  REQUIRE(create({.path = path, .type = DiskType::Fixed, .size = 16 * kMiB}).ok());
  const Buffer empty = read_all(path);
  const size_t data = 4 * kMiB;
  const auto minimum = [&](const Buffer& bytes) {
    write_all(path, bytes);
    const auto info = inspect(path);
    REQUIRE(info.ok());
    return info->minimum_size.value_or(0);
  };
  Buffer mbr = empty;
  mbr[data + 510] = 0x55, mbr[data + 511] = 0xAA;
  uint8_t* const partition = mbr.data() + data + 446;
  partition[4] = 7;
  store_le<uint32_t>(partition + 8, 2048);
  store_le<uint32_t>(partition + 12, 8192);
  CHECK(minimum(mbr) == 10240 * 512);
  store_le<uint32_t>(partition + 12, 100000);
  CHECK(minimum(mbr) == 0);

  Buffer gpt = mbr;
  gpt[data + 450] = 0xEE;
  uint8_t* const header = gpt.data() + data + 512;
  std::copy_n("EFI PART", 8, header);
  store_le<uint64_t>(header + 40, 34);
  store_le<uint64_t>(header + 72, 2);
  store_le<uint32_t>(header + 80, 128);
  store_le<uint32_t>(header + 84, 128);
  CHECK(minimum(gpt) == (34 + 33) * 512);
  gpt[data + 1024 + 128] = 1;
  store_le<uint64_t>(gpt.data() + data + 1024 + 128 + 40, 9999);
  CHECK(minimum(gpt) == (10000 + 33) * 512);
  store_le<uint64_t>(header + 72, UINT64_MAX);
  CHECK(minimum(gpt) == 0);
}

TEST_CASE("fragmentation counts blocks out of order") {
  const TempFolder folder;
  const std::string path = folder / "a.vhdx";
  REQUIRE(create({.path = path, .type = DiskType::Fixed, .size = 5 * kMiB, .block_size = kMiB}).ok());
  Buffer bytes = read_all(path);
  const size_t table = 3 * kMiB;
  std::swap_ranges(&bytes[table + 16], &bytes[table + 24], &bytes[table + 24]);
  bytes[2 * kMiB + 64 * 1024 + 4] = 0;  // a dynamic disk now
  write_all(path, bytes);
  const auto info = inspect(path);
  REQUIRE(info.ok());
  CHECK(info->fragmentation_percent == 75);
}

TEST_CASE("images that QEMU made") {
  if (!has_program("qemu-img")) {
    MESSAGE("skipped: no qemu-img");
    return;
  }
  const TempFolder folder;
  struct Case {
    const char* qemu;
    ImageFormat format;
  };
  for (const Case& one : {Case{"qcow2", ImageFormat::qcow2},
                          {"vmdk", ImageFormat::vmdk},
                          {"vdi", ImageFormat::vdi},
                          {"vpc", ImageFormat::VHD},
                          {"vhdx", ImageFormat::VHDX},
                          {"raw", ImageFormat::raw}}) {
    CAPTURE(one.qemu);
    const std::string path = folder / one.qemu;
    REQUIRE(run(std::string("qemu-img create -f ") + one.qemu + " " + path + " 68157440").status == 0);
    const auto info = inspect(path);
    CAPTURE(info ? std::string() : info.error().message);
    REQUIRE(info.ok());
    CHECK(info->format == one.format);
    // QEMU rounds the size of a VHD to its geometry.
    CHECK(info->size >= 68157440);
    CHECK(info->size < 69000000);
  }
  CHECK(inspect(folder / "qcow2")->type == DiskType::Dynamic);
  REQUIRE(run("qemu-img create -f qcow2 -F qcow2 -b qcow2 " + (folder / "child")).status == 0);
  CHECK(inspect(folder / "child")->parent_path == folder / "qcow2");
  CHECK(check_declared(folder / "qcow2", ImageFormat::raw).error().id == "ImageFormatMismatch");
}

}  // namespace hvsh::engines
