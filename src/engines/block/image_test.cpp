#include "engines/block/image.h"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "engines/process.h"

namespace hvsh::engines::block {
namespace {

struct Folder {
  std::string path;
  Folder() {
    char pattern[] = "/tmp/image_test.XXXXXX";
    path = ::mkdtemp(pattern);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(const std::string& name) const { return path + "/" + name; }
};

void qemu_img(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "qemu-img");
  auto outcome = run(arguments, nullptr, std::chrono::seconds(60));
  REQUIRE(outcome.ok());
  INFO(outcome->output);
  REQUIRE(outcome->exit_code == 0);
}

std::string refusal(const std::string& path, std::optional<Format> format = std::nullopt) {
  auto image = read_image(path, format);
  REQUIRE_FALSE(image.ok());
  return image.error().message;
}

bool contains(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

void poke(const std::string& path, std::streamoff at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

bool have_qemu_img() {
  const bool have = run({"qemu-img", "--version"}, nullptr, std::chrono::seconds(10)).ok();
  if (!have) MESSAGE("skipped: qemu-img is not installed");
  return have;
}

TEST_CASE("headers tell format, size and parent") {
  if (!have_qemu_img()) return;
  Folder folder;
  qemu_img({"create", "-q", "-f", "vhdx", folder / "a.vhdx", "64M"});
  qemu_img({"create", "-q", "-f", "vpc", "-o", "force_size=on", folder / "b.vhd", "32M"});
  qemu_img({"create", "-q", "-f", "raw", folder / "c.img", "8M"});
  qemu_img({"create", "-q", "-u", "-f", "qcow2", "-b", "a.vhdx", "-F", "vhdx", folder / "d.qcow2", "64M"});
  auto a = read_image(folder / "a.vhdx", std::nullopt);
  REQUIRE(a.ok());
  CHECK(a->size == 64u << 20);
  CHECK(a->format == Format::vhdx);
  CHECK_FALSE(a->log_in_use);
  CHECK(read_image(folder / "b.vhd", std::nullopt)->size == 32u << 20);
  CHECK(read_image(folder / "c.img", std::nullopt)->size == 8u << 20);
  auto chain = read_chain(folder / "d.qcow2", {});
  REQUIRE(chain.ok());
  REQUIRE(chain->size() == 2);
  CHECK((*chain)[0].size == 64u << 20);
  CHECK((*chain)[1].path == folder / "a.vhdx");
  CHECK((*chain)[1].format == Format::vhdx);
  CHECK(has_vhdx_signature(folder / "a.vhdx"));
  CHECK_FALSE(has_vhdx_signature(folder / "c.img"));
}

TEST_CASE("the content must be what the name or the child says") {
  if (!have_qemu_img()) return;
  Folder folder;
  qemu_img({"create", "-q", "-f", "vhdx", folder / "a.vhdx", "64M"});
  std::filesystem::copy(folder / "a.vhdx", folder / "a.img");
  std::filesystem::copy(folder / "a.vhdx", folder / "a.vhd");
  std::filesystem::copy(folder / "a.vhdx", folder / "a.qcow2");
  std::filesystem::copy(folder / "a.vhdx", folder / "a.strange");
  CHECK(contains(refusal(folder / "a.img"), "would be read as raw, but its content is a VHDX"));
  CHECK(contains(refusal(folder / "a.vhd"), "not a VHD"));
  CHECK(contains(refusal(folder / "a.qcow2"), "not a qcow2"));
  CHECK(contains(refusal(folder / "a.strange"), "does not tell its format"));
  CHECK(contains(refusal(folder / "missing.vhdx"), "missing.vhdx"));
  CHECK(contains(refusal(folder.path, Format::raw), "is a folder"));
  std::ofstream(folder / "empty.vhdx");
  CHECK(contains(refusal(folder / "empty.vhdx"), "not a VHDX"));
  qemu_img({"create", "-q", "-u", "-f", "qcow2", "-b", "a.vhdx", "-F", "raw", folder / "d.qcow2", "64M"});
  auto chain = read_chain(folder / "d.qcow2", {});
  REQUIRE_FALSE(chain.ok());
  CHECK(contains(chain.error().message, "would be read as raw"));
}

TEST_CASE("a header cannot lead to files outside of the allowed folders") {
  if (!have_qemu_img()) return;
  Folder folder;
  Folder other;
  qemu_img({"create", "-q", "-f", "raw", other / "secret.img", "1M"});
  qemu_img({"create", "-q", "-u", "-f", "qcow2", "-b", other / "secret.img", "-F", "raw", folder / "a.qcow2",
            "1M"});
  auto chain = read_chain(folder / "a.qcow2", {folder.path});
  REQUIRE_FALSE(chain.ok());
  CHECK(contains(chain.error().message, "outside"));
  CHECK(read_chain(folder / "a.qcow2", {other.path}).ok());
  // The same through a link that lies in the allowed folder.
  std::filesystem::create_symlink(other / "secret.img", folder / "innocent.img");
  qemu_img(
      {"create", "-q", "-u", "-f", "qcow2", "-b", "innocent.img", "-F", "raw", folder / "b.qcow2", "1M"});
  CHECK_FALSE(read_chain(folder / "b.qcow2", {folder.path}).ok());
  for (const char* name : {"nbd://host/x", "json:{}", "fat:rw:/etc"}) {
    qemu_img({"create", "-q", "-u", "-f", "qcow2", "-b", name, "-F", "raw", folder / "c.qcow2", "1M"});
    CHECK(contains(refusal(folder / "c.qcow2"), "not named by the path"));
  }
  qemu_img(
      {"create", "-q", "-f", "qcow2", "-o", "data_file=" + (folder / "x.raw"), folder / "e.qcow2", "1M"});
  CHECK(contains(refusal(folder / "e.qcow2"), "another file"));
}

TEST_CASE("a chain that is a circle or says no parent format ends in an error") {
  if (!have_qemu_img()) return;
  Folder folder;
  qemu_img({"create", "-q", "-u", "-f", "qcow2", "-b", "b.qcow2", "-F", "qcow2", folder / "a.qcow2", "1M"});
  qemu_img({"create", "-q", "-u", "-f", "qcow2", "-b", "a.qcow2", "-F", "qcow2", folder / "b.qcow2", "1M"});
  auto chain = read_chain(folder / "a.qcow2", {});
  REQUIRE_FALSE(chain.ok());
  CHECK(contains(chain.error().message, "circle"));
}

TEST_CASE("damaged headers never do worse than an error") {
  if (!have_qemu_img()) return;
  Folder folder;
  qemu_img({"create", "-q", "-f", "vhdx", folder / "p.vhdx", "8M"});
  qemu_img({"create", "-q", "-u", "-f", "qcow2", "-b", "p.vhdx", "-F", "vhdx", folder / "a.qcow2", "8M"});
  unsigned seed = 1;
  for (int round = 0; round < 300; ++round) {
    const bool vhdx = round % 2 == 0;
    const std::string path = folder / (vhdx ? "x.vhdx" : "x.qcow2");
    std::filesystem::copy_file(folder / (vhdx ? "p.vhdx" : "a.qcow2"), path,
                               std::filesystem::copy_options::overwrite_existing);
    const std::streamoff starts[] = {0, 64 << 10, 192 << 10, 1 << 20, 2 << 20};
    for (int i = 0; i < 4; ++i) {
      seed = seed * 1103515245 + 12345;
      const std::streamoff at = (vhdx ? starts[seed / 7 % 5] : 0) + seed / 65536 % 200;
      poke(path, at, std::string(1, static_cast<char>(seed >> 24)));
    }
    if (round % 5 == 0) std::filesystem::resize_file(path, seed % 300000);
    [[maybe_unused]] auto chain = read_chain(path, {folder.path});
  }
}

}  // namespace
}  // namespace hvsh::engines::block
