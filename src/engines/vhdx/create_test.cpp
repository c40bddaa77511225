// Making images: what QEMU thinks of them, what stands there after any failure, and what is refused.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "engines/vhdx/file.h"
#include "engines/vhdx/test_support.h"
#include "engines/vhdx/vhd_image.h"

namespace hvsh::vhdx::test {

namespace {

Result<void> create(const CreateSpec& spec) {
  return spec.path.ends_with(".vhd") ? create_vhd(spec) : create_vhdx(spec);
}

Error error_of(const CreateSpec& spec) {
  auto made = create(spec);
  REQUIRE_FALSE(made.ok());
  return made.take_error();
}

uint64_t allocated(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return static_cast<uint64_t>(status.st_blocks) * 512;
}

// Every kind of image that can be made, small.
std::vector<CreateSpec> all_kinds(const TempFolder& folder, const std::string& parent) {
  return {{.path = folder / "a.vhdx", .size = 8 * kMiB},
          {.path = folder / "a.vhdx", .type = DiskType::Fixed, .size = 5 * kMiB},
          {.path = folder / "a.vhdx", .type = DiskType::Differencing, .parent = parent},
          {.path = folder / "a.vhd", .size = 8 * kMiB},
          {.path = folder / "a.vhd", .type = DiskType::Fixed, .size = 5 * kMiB}};
}

}  // namespace

TEST_CASE("a dynamic VHDX has Windows' layout and defaults") {
  const TempFolder folder;
  const std::string path = folder / "a.vhdx";
  REQUIRE(create({.path = path, .size = 4 * kGiB}).ok());
  CHECK(std::filesystem::file_size(path) == 4 * kMiB);
  CHECK(allocated(path) < 512 * kKiB);
  CHECK(folder.files() == 1);
  auto image = VhdxImage::open(*File::open_read(path));
  REQUIRE(image.ok());
  CHECK((*image)->type() == DiskType::Dynamic);
  CHECK((*image)->block_size() == 32 * kMiB);
  CHECK((*image)->logical_sector() == 512);
  CHECK((*image)->physical_sector() == 4096);
  CHECK((*image)->disk_size() == 4 * kGiB);
  CHECK_FALSE((*image)->identifier().is_zero());
}

TEST_CASE("a fixed disk has all its space") {
  const TempFolder folder;
  for (const std::string& path : {folder / "a.vhdx", folder / "a.vhd"}) {
    REQUIRE(create({.path = path, .type = DiskType::Fixed, .size = 33 * kMiB}).ok());
    CHECK(allocated(path) >= 33 * kMiB);
    auto disk = open_image(path);
    REQUIRE(disk.ok());
    CHECK((*disk)->type() == DiskType::Fixed);
    Buffer data(33 * kMiB, 0xFF);
    REQUIRE((*disk)->read(0, data).ok());
    CHECK(data == Buffer(33 * kMiB));
  }
  CHECK(std::filesystem::file_size(folder / "a.vhdx") == 4 * kMiB + 34 * kMiB);
  CHECK(std::filesystem::file_size(folder / "a.vhd") == 33 * kMiB + 512);
}

TEST_CASE("a differencing disk takes after its parent and finds it") {
  const TempFolder folder;
  REQUIRE(std::filesystem::create_directory(folder / "sub"));
  const std::string parent = folder / "base.vhdx";
  REQUIRE(create({.path = parent, .size = 8 * kMiB, .logical_sector = 4096}).ok());
  const std::string child = folder / "child.vhdx";
  REQUIRE(create({.path = child, .type = DiskType::Differencing, .parent = parent}).ok());
  auto base = open_image(parent);
  auto disk = open_chain(child, {});
  REQUIRE(disk.ok());
  CHECK((*disk)->type() == DiskType::Differencing);
  CHECK((*disk)->logical_sector() == 4096);
  CHECK((*disk)->block_size() == 2 * kMiB);
  CHECK((*disk)->identifier() == (*base)->identifier());
  CHECK((*disk)->parent_claim()->relative == ".\\base.vhdx");
  CHECK((*disk)->parent_claim()->identity == (*base)->linkage());

  // A parent outside of the child's folder is opened only if the caller allows it.
  const std::string other = folder / "sub/child.vhdx";
  REQUIRE(create({.path = other, .type = DiskType::Differencing, .parent = parent}).ok());
  CHECK((*open_image(other))->parent_claim()->relative == "..\\base.vhdx");
  auto refused = open_chain(other, {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().id == "ParentNotAllowed");
  const auto in_folder = [&](const std::string& path) { return path.starts_with(folder.path()); };
  CHECK(open_chain(other, {.allow_parent = in_folder}).ok());

  // Moved together they still find each other; without the parent, or with another in its place, they do not.
  std::filesystem::rename(parent, folder / "sub/base.vhdx");
  std::filesystem::rename(child, folder / "sub/child2.vhdx");
  CHECK(open_chain(folder / "sub/child2.vhdx", {}).ok());
  CHECK(open_chain(other, {}).error().id == "ParentNotFound");
  REQUIRE(create({.path = parent, .size = 8 * kMiB, .logical_sector = 4096}).ok());
  CHECK(open_chain(other, {.allow_parent = in_folder}).error().id == "ParentMismatch");
}

TEST_CASE("links, loops and long chains of parents") {
  const TempFolder folder;
  const std::string base = folder / "0.vhdx";
  REQUIRE(create({.path = base, .size = 8 * kMiB}).ok());
  for (int i = 1; i < 6; ++i) {
    REQUIRE(create({.path = folder / (std::to_string(i) + ".vhdx"),
                    .type = DiskType::Differencing,
                    .parent = folder / (std::to_string(i - 1) + ".vhdx")})
                .ok());
  }
  auto chain = open_chain(folder / "5.vhdx", {});
  REQUIRE(chain.ok());
  Buffer data(kMiB, 1);
  REQUIRE((*chain)->read(0, data).ok());
  CHECK(data == Buffer(kMiB));
  CHECK(open_chain(folder / "5.vhdx", {.longest_chain = 6}).ok());
  CHECK(open_chain(folder / "5.vhdx", {.longest_chain = 5}).error().message.find("more than 4 parents") !=
        std::string::npos);

  // 1 takes the place of its own parent.
  std::filesystem::remove(base);
  std::filesystem::create_symlink("1.vhdx", base);
  CHECK(open_chain(folder / "1.vhdx", {}).error().message.find("comes back") != std::string::npos);
  // A link in the folder that leads out of it is outside.
  const TempFolder elsewhere;
  const std::string outside = elsewhere / "x.vhdx";
  REQUIRE(create({.path = outside, .size = 8 * kMiB}).ok());
  std::filesystem::remove(base);
  std::filesystem::create_symlink(outside, base);
  CHECK(open_chain(folder / "1.vhdx", {}).error().id == "ParentNotAllowed");
}

TEST_CASE("64 TB in 1 MiB blocks takes no time and no space") {
  const TempFolder folder;
  const std::string path = folder / "large.vhdx";
  const auto start = std::chrono::steady_clock::now();
  REQUIRE(create({.path = path, .size = 64 * kTiB, .block_size = kMiB}).ok());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(500));
  CHECK(allocated(path) < kMiB);
  auto image = VhdxImage::open(*File::open_read(path));
  REQUIRE(image.ok());
  CHECK((*image)->check_blocks().ok());
  Buffer data(4096, 1);
  REQUIRE((*image)->read(64 * kTiB - data.size(), data).ok());
  CHECK(data == Buffer(4096));
}

TEST_CASE("sizes and shapes that are not possible are refused before anything is made") {
  const TempFolder folder;
  const CreateSpec vhdx{.path = folder / "a.vhdx", .size = 8 * kMiB};
  const CreateSpec vhd{.path = folder / "a.vhd", .size = 8 * kMiB};
  const auto with = [](CreateSpec spec, auto change) {
    change(spec);
    return spec;
  };
  const CreateSpec refused[] = {
      with(vhdx, [](CreateSpec& s) { s.size = 0; }),
      with(vhdx, [](CreateSpec& s) { s.size = 65 * kTiB; }),
      with(vhdx, [](CreateSpec& s) { s.size = UINT64_MAX; }),
      with(vhdx, [](CreateSpec& s) { s.size = 1000; }),
      with(vhdx, [](CreateSpec& s) { s.size = 512, s.logical_sector = 4096; }),
      with(vhdx, [](CreateSpec& s) { s.block_size = 3 * kMiB; }),
      with(vhdx, [](CreateSpec& s) { s.block_size = 512 * kKiB; }),
      with(vhdx, [](CreateSpec& s) { s.block_size = 512 * kMiB; }),
      with(vhdx, [](CreateSpec& s) { s.logical_sector = 1024; }),
      with(vhdx, [](CreateSpec& s) { s.logical_sector = 4096, s.physical_sector = 512; }),
      with(vhdx, [](CreateSpec& s) { s.type = DiskType::Differencing; }),
      with(vhd, [](CreateSpec& s) { s.size = 0; }),
      with(vhd, [](CreateSpec& s) { s.size = 2040 * kGiB + 512; }),
      with(vhd, [](CreateSpec& s) { s.size = 513; }),
      with(vhd, [](CreateSpec& s) { s.logical_sector = 4096; }),
      with(vhd, [](CreateSpec& s) { s.block_size = kMiB; }),
      with(vhd, [](CreateSpec& s) { s.type = DiskType::Differencing; }),
  };
  for (const CreateSpec& spec : refused) {
    const Error error = error_of(spec);
    CHECK((error.category == ErrorCategory::InvalidArgument ||
           error.category == ErrorCategory::NotImplemented));
    CHECK_FALSE(error.hint.empty());
  }
  CHECK(folder.files() == 0);
}

TEST_CASE("places where no disk can be made") {
  const TempFolder folder;
  const std::string path = folder / "a.vhdx";
  REQUIRE(create({.path = path, .size = 8 * kMiB}).ok());
  const Buffer before = read_all(path);
  CHECK(error_of({.path = path, .size = kMiB}).category == ErrorCategory::ResourceExists);
  CHECK(read_all(path) == before);
  std::filesystem::create_directory(folder / "b.vhdx");
  CHECK(error_of({.path = folder / "b.vhdx", .size = kMiB}).id == "PathIsFolder");
  CHECK(error_of({.path = folder / "none/a.vhdx", .size = kMiB}).category == ErrorCategory::ObjectNotFound);
  CHECK(error_of({.path = folder / "a.vhdx/b.vhdx", .size = kMiB}).category == ErrorCategory::ObjectNotFound);
  CHECK(error_of({.path = folder / "x/", .size = kMiB}).category != ErrorCategory::NotSpecified);
  CHECK(error_of({.path = folder / (std::string(300, 'x') + ".vhdx"), .size = kMiB}).target_type.empty());
  std::filesystem::create_symlink("nowhere", folder / "link.vhdx");
  CHECK(error_of({.path = folder / "link.vhdx", .size = kMiB}).category == ErrorCategory::ResourceExists);
  CHECK(folder.files() == 3);
  CHECK(error_of({.path = "/proc/a.vhdx", .size = kMiB}).category != ErrorCategory::NotSpecified);
}

TEST_CASE("whatever call fails, there is no disk, no rest of one, and one error") {
  const TempFolder parents;
  const std::string parent = parents / "parent.vhdx";
  REQUIRE(create({.path = parent, .size = 8 * kMiB}).ok());
  const TempFolder folder;
  for (const CreateSpec& spec : all_kinds(folder, parent)) {
    for (const int code : {ENOSPC, EIO}) {
      int calls = 0;
      for (int failing = 1;; ++failing) {
        calls = 0;
        const ScopedFaultHook hook([&](std::string_view) { return ++calls == failing ? code : 0; });
        auto made = create(spec);
        if (calls < failing) {
          REQUIRE(made.ok());
          break;
        }
        REQUIRE_FALSE(made.ok());
        CHECK_FALSE(made.error().message.empty());
        CHECK(made.error().id == (code == ENOSPC ? "DiskFull" : "IOError"));
        REQUIRE(folder.files() == 0);
      }
      CHECK(calls > 4);
      CHECK(folder.files() == 1);
      std::filesystem::remove(spec.path);
    }
  }
}

TEST_CASE("killed at any call, there is no disk or a whole one") {
  const TempFolder parents;
  const std::string parent = parents / "parent.vhdx";
  REQUIRE(create({.path = parent, .size = 8 * kMiB}).ok());
  const TempFolder folder;
  for (const CreateSpec& spec : all_kinds(folder, parent)) {
    for (int fatal = 1;; ++fatal) {
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        int calls = 0;
        const ScopedFaultHook hook([&](std::string_view) {
          if (++calls == fatal) ::raise(SIGKILL);
          return 0;
        });
        ::_exit(create(spec).ok() ? 0 : 1);
      }
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      if (WIFEXITED(status)) {
        CHECK(WEXITSTATUS(status) == 0);
        break;
      }
      for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        const std::string name = entry.path().filename().string();
        if (entry.path() == spec.path) {
          CHECK(open_chain(spec.path, {.allow_parent = [](const std::string&) { return true; }}).ok());
        } else {
          CHECK((name.starts_with(".hvsh-") && name.ends_with(".tmp")));
        }
        std::filesystem::remove(entry.path());
      }
    }
    std::filesystem::remove(spec.path);
  }
}

TEST_CASE("QEMU accepts what is made and its writing is read back") {
  if (!has_program("qemu-img") || !has_program("qemu-io")) {
    MESSAGE("skipped: no qemu-img and qemu-io");
    return;
  }
  const TempFolder folder;
  int number = 0;
  for (const CreateSpec& spec :
       {CreateSpec{.size = 100 * kMiB}, CreateSpec{.type = DiskType::Fixed, .size = 20 * kMiB},
        CreateSpec{.size = 5 * kGiB, .block_size = kMiB},
        CreateSpec{
            .type = DiskType::Fixed, .size = 5 * kMiB + 512, .block_size = kMiB, .physical_sector = 512},
        CreateSpec{.size = kTiB, .block_size = 256 * kMiB}}) {
    CreateSpec named = spec;
    named.path = folder / (std::to_string(++number) + ".vhdx");
    CAPTURE(number);
    REQUIRE(create(named).ok());
    const Ran info = run("qemu-img info --output=json " + named.path);
    CAPTURE(info.output);
    CHECK(info.status == 0);
    CHECK(info.output.find("\"virtual-size\": " + std::to_string(named.size)) != std::string::npos);
    const uint64_t last = (named.size - 65536) / 512 * 512;
    const Ran wrote = run("qemu-io -f vhdx -c 'write -P 0x5a 1048000 9000' -c 'write -P 0x33 " +
                          std::to_string(last) + " 65536' " + named.path);
    CAPTURE(wrote.output);
    CHECK(wrote.status == 0);
    const Ran checked = run("qemu-img check -f vhdx " + named.path);
    CAPTURE(checked.output);
    CHECK(checked.status == 0);
    auto disk = open_image(named.path);
    REQUIRE(disk.ok());
    Buffer data(9002);
    REQUIRE((*disk)->read(1048000 - 1, data).ok());
    Buffer expected(9002, 0x5A);
    expected.front() = expected.back() = 0;
    CHECK(data == expected);
    Buffer end(65536);
    REQUIRE((*disk)->read(last, end).ok());
    CHECK(end == Buffer(65536, 0x33));
  }
}

TEST_CASE("QEMU reads VHD files that are made, and its writing is read back") {
  if (!has_program("qemu-img") || !has_program("qemu-io")) {
    MESSAGE("skipped: no qemu-img and qemu-io");
    return;
  }
  const TempFolder folder;
  for (const DiskType type : {DiskType::Dynamic, DiskType::Fixed}) {
    const std::string path = folder / (type == DiskType::Fixed ? "fixed.vhd" : "dynamic.vhd");
    REQUIRE(create({.path = path, .type = type, .size = 21 * kMiB}).ok());
    const Ran info = run("qemu-img info -f vpc --output=json " + path);
    CAPTURE(info.output);
    CHECK(info.output.find("\"virtual-size\": 22020096") != std::string::npos);
    const Ran wrote = run("qemu-io -f vpc -c 'write -P 0x5a 2096640 3072' " + path);
    CAPTURE(wrote.output);
    CHECK(wrote.status == 0);
    auto disk = open_image(path);
    REQUIRE(disk.ok());
    Buffer data(3074);
    REQUIRE((*disk)->read(2096639, data).ok());
    Buffer expected(3074, 0x5A);
    expected.front() = expected.back() = 0;
    CHECK(data == expected);
  }
  REQUIRE(create({.path = folder / "largest.vhd", .size = 2040 * kGiB}).ok());
  CHECK(run("qemu-img info -f vpc " + (folder / "largest.vhd")).status == 0);
}

}  // namespace hvsh::vhdx::test
