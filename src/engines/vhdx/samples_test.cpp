// Images that Windows and QEMU made, against the hash of what a guest reads from them.
#include <sstream>

#include "engines/vhdx/test_support.h"
#include "engines/vhdx/virtual_disk.h"

namespace hvsh::vhdx::test {

namespace {

// The folder of shared samples, or empty.
std::string samples_folder() {
  if (const char* shared = std::getenv("HVSH_SHARED")) return std::string(shared) + "/samples";
  for (auto at = std::filesystem::current_path(); at.has_relative_path(); at = at.parent_path()) {
    if (std::filesystem::exists(at / "shared/samples/INDEX.tsv")) return (at / "shared/samples").string();
  }
  return {};
}

struct Sample {
  std::string name;
  uint64_t size = 0;
  std::string sha256;
};

std::vector<Sample> read_index(const std::string& folder) {
  std::ifstream index(folder + "/INDEX.tsv");
  std::vector<Sample> samples;
  std::string line;
  std::getline(index, line);
  while (std::getline(index, line)) {
    std::vector<std::string> fields;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) fields.push_back(cell);
    REQUIRE(fields.size() == 9);
    samples.push_back({fields[0].substr(0, fields[0].size() - 3), std::stoull(fields[7]), fields[8]});
  }
  return samples;
}

}  // namespace

TEST_CASE("every sample reads as its hash says") {
  const std::string folder = samples_folder();
  if (folder.empty()) {
    MESSAGE("skipped: no shared samples (set HVSH_SHARED)");
    return;
  }
  const TempFolder work;
  const std::vector<Sample> samples = read_index(folder);
  REQUIRE(samples.size() >= 14);
  for (const Sample& sample : samples) {
    REQUIRE(run("gzip -dc " + folder + "/" + sample.name + ".gz > " + (work / sample.name)).status == 0);
  }
  for (const Sample& sample : samples) {
    CAPTURE(sample.name);
    auto disk = open_chain(work / sample.name, {});
    CAPTURE(disk ? std::string() : disk.error().message);
    REQUIRE(disk.ok());
    REQUIRE((*disk)->disk_size() == sample.size);
    Buffer data(sample.size);
    REQUIRE((*disk)->read(0, data).ok());
    const std::string raw = work / "raw";
    write_all(raw, data);
    CHECK(run("sha256sum " + raw).output.substr(0, 64) == sample.sha256);
    // Odd pieces give the same bytes.
    for (uint64_t at = 0; at < sample.size; at += 65521) {
      Buffer piece(std::min<uint64_t>(3001, sample.size - at));
      REQUIRE((*disk)->read(at, piece).ok());
      REQUIRE(std::equal(piece.begin(), piece.end(), data.begin() + static_cast<ptrdiff_t>(at)));
    }
  }
}

}  // namespace hvsh::vhdx::test
