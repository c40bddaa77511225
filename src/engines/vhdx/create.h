#pragma once
// Making new disk images. Either a complete, flushed image stands under the path afterwards, or nothing.
#include <cstdint>
#include <functional>
#include <string>

#include "core/result.h"
#include "engines/vhdx/new_file.h"
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
  SpellPath windows_path = {};   // of the parent, see claim_of()
  Guid identifier = {};          // of the disk; zero: a new one
};

// Dynamic disks take no space for their blocks; fixed ones have all of it reserved. Sizes are multiples of
// the logical sector, up to 64 TB; blocks are powers of two from 1 to 256 MiB.
Result<void> create_vhdx(const CreateSpec& spec);

// Up to 2040 GB, 512 byte sectors, blocks of 512 KiB or 2 MiB.
Result<void> create_vhd(const CreateSpec& spec);

// The same, but not finished: to be filled, and to get its name by commit().
Result<NewFile> start_vhdx(const CreateSpec& spec);
Result<NewFile> start_vhd(const CreateSpec& spec);

}  // namespace hvsh::vhdx
