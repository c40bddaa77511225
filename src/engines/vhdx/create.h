#pragma once
// Making new disk images. Either a complete, flushed image stands under the path afterwards, or nothing.
#include <cstdint>
#include <functional>
#include <string>

#include "core/result.h"
#include "engines/vhdx/virtual_disk.h"

namespace hvsh::vhdx {

struct CreateSpec {
  std::string path;
  DiskType type = DiskType::Dynamic;
  uint64_t size = 0;             // bytes; 0 for a differencing disk: the parent's
  uint32_t block_size = 0;       // 0: the default of the format and type
  uint32_t logical_sector = 0;   // 0: 512, or the parent's
  uint32_t physical_sector = 0;  // 0: 4096 (VHDX), 512 (VHD), or the parent's
  std::string parent;            // of a differencing disk
  // Windows' spelling of an absolute path, for the parent locator. Without it only the slashes change.
  std::function<std::string(const std::string& path)> windows_path = {};
};

// Dynamic disks take no space for their blocks; fixed ones have all of it reserved. Sizes are multiples of
// the logical sector, up to 64 TB; blocks are powers of two from 1 to 256 MiB.
Result<void> create_vhdx(const CreateSpec& spec);

// Fixed and dynamic, up to 2040 GB, 512 byte sectors, blocks of 512 KiB or 2 MiB.
Result<void> create_vhd(const CreateSpec& spec);

}  // namespace hvsh::vhdx
