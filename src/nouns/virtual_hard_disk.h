#pragma once
// Microsoft.Vhd.PowerShell.VirtualHardDisk: what Get-VHD tells about a disk image.
//
// A snapshot of the file at the time it was read; nothing is fetched again. Windows shows it as a list of all
// properties.
#include <cstdint>
#include <optional>
#include <string>

#include "core/noun.h"
#include "nouns/enums.h"

namespace hvsh::nouns {

enum class PmemAddressAbstractionType : int32_t { None = 0, Btt = 1 };

}  // namespace hvsh::nouns

namespace hvsh {

template <>
struct EnumOf<nouns::PmemAddressAbstractionType> {
  static constexpr EnumMember kMembers[] = {{"None", 0}, {"Btt", 1}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.Virtualization.Client.Management.VirtualHardDiskPmemAddressAbstractionType",
               "VirtualHardDiskPmemAddressAbstractionType"},
      .members = kMembers};
};

}  // namespace hvsh

namespace hvsh::nouns {

struct VirtualHardDisk {
  std::string computer_name;
  std::string path;
  VhdFormat format = VhdFormat::Unknown;
  VhdType type = VhdType::Unknown;
  uint64_t file_size = 0;
  uint64_t size = 0;
  std::optional<uint64_t> minimum_size;
  uint32_t logical_sector_size = 512;
  uint32_t physical_sector_size = 512;
  uint32_t block_size = 0;
  std::string parent_path;
  std::string disk_identifier;
  std::optional<uint32_t> fragmentation_percentage;
  uint32_t alignment = 1;
  bool attached = false;
  std::optional<uint32_t> disk_number;

  bool is_pmem_compatible() const { return false; }
  PmemAddressAbstractionType address_abstraction_type() const { return PmemAddressAbstractionType::None; }

  static constexpr Prop kProps[] = {
      prop<&VirtualHardDisk::computer_name>("ComputerName", "The host."),
      prop<&VirtualHardDisk::path>("Path", "The image's file."),
      prop<&VirtualHardDisk::format>("VhdFormat",
                                     "VHD or VHDX; Unknown for a format that Windows does not have."),
      prop<&VirtualHardDisk::type>("VhdType", "Fixed, Dynamic or Differencing."),
      prop<&VirtualHardDisk::file_size>("FileSize", "Length of the file in bytes."),
      prop<&VirtualHardDisk::size>("Size", "Size of the disk that a guest sees, in bytes."),
      prop<&VirtualHardDisk::minimum_size>("MinimumSize", "Size in bytes to which the disk could be shrunk."),
      prop<&VirtualHardDisk::logical_sector_size>("LogicalSectorSize", "Bytes."),
      prop<&VirtualHardDisk::physical_sector_size>("PhysicalSectorSize", "Bytes."),
      prop<&VirtualHardDisk::block_size>("BlockSize", "Bytes by which the file grows; 0 if it does not."),
      prop<&VirtualHardDisk::parent_path>("ParentPath", "The image that a differencing disk builds on."),
      prop<&VirtualHardDisk::disk_identifier>("DiskIdentifier", "The disk's own id."),
      prop<&VirtualHardDisk::fragmentation_percentage>("FragmentationPercentage",
                                                       "Blocks that do not follow the one before."),
      prop<&VirtualHardDisk::alignment>("Alignment", "1 if blocks start at multiples of 4 KiB."),
      prop<&VirtualHardDisk::attached>("Attached", "Whether a guest or the host has the image in use."),
      prop<&VirtualHardDisk::disk_number>("DiskNumber", "Number of the host's disk when it is mounted."),
      prop<&VirtualHardDisk::is_pmem_compatible>("IsPMEMCompatible", "Whether it can be persistent memory."),
      prop<&VirtualHardDisk::address_abstraction_type>("AddressAbstractionType", "Of persistent memory."),
      alias_prop("Number", "DiskNumber"),
  };
  static constexpr std::string_view kList[] = {"ComputerName",
                                               "Path",
                                               "VhdFormat",
                                               "VhdType",
                                               "FileSize",
                                               "Size",
                                               "MinimumSize",
                                               "LogicalSectorSize",
                                               "PhysicalSectorSize",
                                               "BlockSize",
                                               "ParentPath",
                                               "DiskIdentifier",
                                               "FragmentationPercentage",
                                               "Alignment",
                                               "Attached",
                                               "DiskNumber",
                                               "IsPMEMCompatible",
                                               "AddressAbstractionType",
                                               "Number"};
  static constexpr Noun noun{.type = {"Microsoft.Vhd.PowerShell.VirtualHardDisk", "VirtualHardDisk"},
                             .props = kProps,
                             .list = kList};
};

}  // namespace hvsh::nouns
