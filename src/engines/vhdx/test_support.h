#pragma once
// What the tests of image code share: a temporary folder, images in memory, programs to compare with.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "engines/vhdx/crc32c.h"
#include "engines/vhdx/create.h"
#include "engines/vhdx/format.h"
#include "engines/vhdx/image.h"
#include "engines/vhdx/source.h"
#include "engines/vhdx/zeros.h"

namespace hvsh::vhdx::test {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "hvsh-image-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  size_t files() const {
    const std::filesystem::directory_iterator all(path_);
    return static_cast<size_t>(std::distance(begin(all), end(all)));
  }

 private:
  std::string path_;
};

// The next data of bytes whose holes are pages of zeros, as a file system has them.
inline Extent data_in(Bytes bytes, uint64_t offset) {
  constexpr uint64_t kPage = 4096;
  const auto empty = [&](uint64_t at) {
    return is_zero(bytes.subspan(at, std::min<uint64_t>(kPage, bytes.size() - at)));
  };
  uint64_t start = offset / kPage * kPage;
  while (start < bytes.size() && empty(start)) start += kPage;
  if (start >= bytes.size()) return {bytes.size(), 0};
  uint64_t end = start + kPage;
  while (end < bytes.size() && !empty(end)) end += kPage;
  start = std::max(start, offset);
  return {start, std::min<uint64_t>(end, bytes.size()) - start};
}

class MemorySource : public Source {
 public:
  explicit MemorySource(Buffer bytes) : owned_(std::move(bytes)), bytes_(owned_) {}
  // Bytes that outlive the source.
  static std::unique_ptr<MemorySource> view(const Buffer& bytes) {
    auto source = std::make_unique<MemorySource>(Buffer());
    source->bytes_ = bytes;
    return source;
  }
  const std::string& path() const override { return path_; }
  uint64_t size() const override { return bytes_.size(); }
  Result<void> read(uint64_t offset, MutableBytes to) const override {
    REQUIRE(within(offset, to.size(), bytes_.size()));  // callers must have checked
    std::memcpy(to.data(), bytes_.data() + offset, to.size());
    return {};
  }
  Result<Extent> next_data(uint64_t offset) const override { return data_in(bytes_, offset); }

 private:
  std::string path_ = "memory";
  Buffer owned_;
  Bytes bytes_;
};

inline Buffer read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return Buffer(std::istreambuf_iterator<char>(file), {});
}

inline void write_all(const std::string& path, Bytes bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file);
}

struct Ran {
  int status = -1;
  std::string output;
};

// For programs with fixed arguments; `command` is the tests' own text.
inline Ran run(const std::string& command) {
  Ran ran;
  FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char part[4096];
  while (const size_t got = std::fread(part, 1, sizeof part, pipe)) ran.output.append(part, got);
  const int status = ::pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

inline bool has_program(const std::string& name) { return run("command -v " + name).status == 0; }

// The error that opening and checking a VHDX of these bytes gives; empty if there is none.
inline std::string error_of(const Buffer& bytes) {
  auto image = VhdxImage::open(std::make_unique<MemorySource>(bytes));
  if (!image) return image.error().message;
  auto checked = (*image)->check_blocks();
  return checked ? "" : checked.error().message;
}

inline void fix_crc(Buffer& bytes, uint64_t offset, uint64_t length) {
  store_le(bytes.data() + offset + 4, crc32c_without(Bytes(bytes).subspan(offset, length), 4));
}

inline void fix_headers(Buffer& bytes) {
  for (const uint64_t offset : kHeaderOffsets) fix_crc(bytes, offset, kHeaderSize);
}

inline void fix_regions(Buffer& bytes) {
  for (const uint64_t offset : kRegionTableOffsets) fix_crc(bytes, offset, kRegionTableSize);
}

// A small valid image: 8 MiB in blocks of 1 MiB.
inline Buffer small_image(DiskType type, const std::string& parent = {}) {
  const TempFolder folder;
  const std::string path = folder / "small.vhdx";
  const auto made =
      create_vhdx({.path = path, .type = type, .size = 8 * kMiB, .block_size = kMiB, .parent = parent});
  REQUIRE(made.ok());
  return read_all(path);
}

inline constexpr uint64_t kMetadataAt = 2 * kMiB;
inline constexpr uint64_t kBatAt = 3 * kMiB;

}  // namespace hvsh::vhdx::test
