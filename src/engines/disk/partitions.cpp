#include "engines/disk/partitions.h"

#include <algorithm>

#include "engines/vhdx/format.h"

namespace hvsh::engines {

namespace {

using vhdx::Buffer;
using vhdx::load_le;

constexpr uint8_t kProtective = 0xEE;  // an MBR that only says that a GPT is there
constexpr uint32_t kMostPartitions = 1024;

std::optional<uint64_t> in_bytes(uint64_t sectors, const vhdx::VirtualDisk& disk) {
  if (sectors == 0 || sectors > disk.disk_size() / disk.logical_sector()) return std::nullopt;
  return sectors * disk.logical_sector();
}

Result<std::optional<uint64_t>> gpt_end(vhdx::VirtualDisk& disk) {
  static const std::optional<uint64_t> kNone;
  const uint64_t sector = disk.logical_sector();
  Buffer header(sector);
  if (disk.disk_size() < 3 * sector) return kNone;
  HVSH_CHECK(disk.read(sector, header));
  if (!vhdx::has_signature(header, "EFI PART")) return kNone;
  const uint64_t table = load_le<uint64_t>(header.data() + 72);
  const uint32_t count = load_le<uint32_t>(header.data() + 80);
  const uint32_t size = load_le<uint32_t>(header.data() + 84);
  if (count == 0 || count > kMostPartitions || size < 128 || size > 4096) return kNone;
  Buffer entries(uint64_t{count} * size);
  const uint64_t sectors = disk.disk_size() / sector;
  if (table >= sectors || !vhdx::within(table * sector, entries.size(), disk.disk_size())) return kNone;
  HVSH_CHECK(disk.read(table * sector, entries));
  uint64_t end = load_le<uint64_t>(header.data() + 40);  // first usable sector
  for (uint32_t i = 0; i < count; ++i) {
    const uint8_t* const entry = entries.data() + uint64_t{i} * size;
    const bool used = std::any_of(entry, entry + 16, [](uint8_t byte) { return byte != 0; });
    if (!used) continue;
    const uint64_t last = load_le<uint64_t>(entry + 40);
    if (last >= sectors) return kNone;
    end = std::max(end, last + 1);
  }
  if (end > sectors) return kNone;
  return in_bytes(std::min(end + vhdx::div_up(entries.size(), sector) + 1, sectors), disk);
}

}  // namespace

Result<std::optional<uint64_t>> smallest_safe_size(vhdx::VirtualDisk& disk) {
  static const std::optional<uint64_t> kNone;
  Buffer boot(disk.logical_sector());
  if (disk.disk_size() < boot.size()) return kNone;
  HVSH_CHECK(disk.read(0, boot));
  if (boot[510] != 0x55 || boot[511] != 0xAA) return kNone;
  uint64_t end = 0;
  for (size_t i = 0; i < 4; ++i) {
    const uint8_t* const entry = boot.data() + 446 + 16 * i;
    // A file system without partitions has the same signature, but code or text where the table would be.
    if (entry[0] != 0 && entry[0] != 0x80) return kNone;
    if (entry[4] == 0) continue;
    if (entry[4] == kProtective) return gpt_end(disk);
    end = std::max<uint64_t>(end, uint64_t{load_le<uint32_t>(entry + 8)} + load_le<uint32_t>(entry + 12));
  }
  return in_bytes(end, disk);
}

}  // namespace hvsh::engines
