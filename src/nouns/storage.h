#pragma once
// Disks, partitions and volumes as the Storage module shows them.
#include <string>
#include <vector>

#include "core/noun.h"

namespace hvsh::nouns {

std::string size_text(uint64_t bytes);  // 1.95 TB, as the module's tables have it

struct Disk {
  uint32_t number = 0;
  std::string device, model, serial, bus, style;
  uint64_t size = 0, allocated = 0;
  uint32_t sector = 512, partition_count = 0;
  bool read_only = false, rotational = false, in_use = false;

  std::string health() const { return "Healthy"; }
  std::string status() const { return "Online"; }
  bool is_offline() const { return false; }
  bool is_boot() const { return false; }
  std::string total() const { return size_text(size); }
  uint64_t largest_free() const { return size > allocated ? size - allocated : 0; }
  std::string display() const { return device; }

  static constexpr Prop kProps[] = {
      prop<&Disk::number>("Number", "Its number."),
      prop<&Disk::number>("DiskNumber", "Its number."),
      prop<&Disk::model>("FriendlyName", "Its model."),
      prop<&Disk::model>("Model", "Its model."),
      prop<&Disk::serial>("SerialNumber", "Its serial number."),
      prop<&Disk::health>("HealthStatus", "Healthy: Linux does not judge it."),
      prop<&Disk::status>("OperationalStatus", "Online."),
      prop<&Disk::size>("Size", "Bytes."),
      prop<&Disk::allocated>("AllocatedSize", "Bytes that partitions take."),
      prop<&Disk::largest_free>("LargestFreeExtent", "Bytes that are left."),
      prop<&Disk::style>("PartitionStyle", "GPT, MBR or RAW."),
      prop<&Disk::bus>("BusType", "How it is attached."),
      prop<&Disk::partition_count>("NumberOfPartitions", "How many partitions it has."),
      prop<&Disk::sector>("LogicalSectorSize", "Bytes of a sector."),
      prop<&Disk::read_only>("IsReadOnly", "Whether nobody may write it."),
      prop<&Disk::is_offline>("IsOffline", "Never on Linux."),
      prop<&Disk::is_boot>("IsBoot", "Not told on Linux."),
      prop<&Disk::in_use>("IsSystem", "Whether something on it is mounted."),
      prop<&Disk::device>("Path", "Its device."),
      prop<&Disk::device>("Location", "Its device."),
      prop<&Disk::total>("Total Size", "Its size."),
  };
  static constexpr Column kTable[] = {
      {.property = "Number", .width = 6},
      {.property = "FriendlyName", .label = "Friendly Name", .width = 30},
      {.property = "SerialNumber", .label = "Serial Number", .width = 20},
      {.property = "HealthStatus", .width = 12},
      {.property = "OperationalStatus", .width = 17},
      {.property = "Total Size", .width = 10, .align = Align::right},
      {.property = "PartitionStyle", .label = "Partition Style", .width = 15}};
  static constexpr Noun noun{
      .type = {"Microsoft.Management.Infrastructure.CimInstance#ROOT/Microsoft/Windows/Storage/MSFT_Disk",
               "MSFT_Disk"},
      .props = kProps,
      .table = kTable};
};

struct PhysicalDisk {
  uint32_t number = 0;
  std::string model, serial, bus;
  uint64_t size = 0;
  bool rotational = false, can_pool = false;

  std::string device_id() const { return std::to_string(number); }
  std::string media() const { return rotational ? "HDD" : "SSD"; }
  std::string health() const { return "Healthy"; }
  std::string status() const { return "OK"; }
  std::string usage() const { return "Auto-Select"; }
  std::string size_shown() const { return size_text(size); }

  static constexpr Prop kProps[] = {
      prop<&PhysicalDisk::device_id>("DeviceId", "Its number."),
      prop<&PhysicalDisk::device_id>("Number", "Its number."),
      prop<&PhysicalDisk::model>("FriendlyName", "Its model."),
      prop<&PhysicalDisk::serial>("SerialNumber", "Its serial number."),
      prop<&PhysicalDisk::media>("MediaType", "HDD or SSD."),
      prop<&PhysicalDisk::can_pool>("CanPool", "Whether it is empty."),
      prop<&PhysicalDisk::status>("OperationalStatus", "OK."),
      prop<&PhysicalDisk::health>("HealthStatus", "Healthy: Linux does not judge it."),
      prop<&PhysicalDisk::usage>("Usage", "What Windows calls a disk for anything."),
      prop<&PhysicalDisk::bus>("BusType", "How it is attached."),
      prop<&PhysicalDisk::size>("Size", "Bytes."),
      prop<&PhysicalDisk::size_shown>("Shown Size", "Its size."),
  };
  static constexpr Column kTable[] = {{.property = "Number", .width = 6},
                                      {.property = "FriendlyName"},
                                      {.property = "SerialNumber"},
                                      {.property = "MediaType"},
                                      {.property = "CanPool"},
                                      {.property = "OperationalStatus"},
                                      {.property = "HealthStatus"},
                                      {.property = "Usage"},
                                      {.property = "Shown Size", .label = "Size", .align = Align::right}};
  static constexpr Noun noun{
      .type =
          {"Microsoft.Management.Infrastructure.CimInstance#ROOT/Microsoft/Windows/Storage/MSFT_PhysicalDisk",
           "MSFT_PhysicalDisk"},
      .props = kProps,
      .table = kTable};
};

struct Partition {
  uint32_t disk_number = 0, number = 0;
  std::string device, type, guid, mount;
  uint64_t offset = 0, size = 0;

  std::string size_shown() const { return size_text(size); }
  std::optional<std::string> letter() const { return std::nullopt; }
  std::vector<std::string> access_paths() const {
    return mount.empty() ? std::vector<std::string>{device} : std::vector<std::string>{mount, device};
  }
  std::string display() const { return device; }

  static constexpr Prop kProps[] = {
      prop<&Partition::disk_number>("DiskNumber", "Of which disk."),
      prop<&Partition::number>("PartitionNumber", "Its number."),
      prop<&Partition::letter>("DriveLetter", "None on Linux."),
      prop<&Partition::offset>("Offset", "Where it begins."),
      prop<&Partition::size>("Size", "Bytes."),
      prop<&Partition::type>("Type", "Basic, System, Recovery ..."),
      prop<&Partition::guid>("Guid", "Its id."),
      prop<&Partition::access_paths>("AccessPaths", "Where it is mounted, and its device."),
      prop<&Partition::device>("Path", "Its device."),
      prop<&Partition::size_shown>("Shown Size", "Its size."),
  };
  static constexpr Column kTable[] = {
      {.property = "PartitionNumber", .width = 15},
      {.property = "DriveLetter", .width = 11},
      {.property = "Offset", .width = 42},
      {.property = "Shown Size", .label = "Size", .width = 10, .align = Align::right},
      {.property = "Type"}};
  static constexpr Noun noun{
      .type =
          {"Microsoft.Management.Infrastructure.CimInstance#ROOT/Microsoft/Windows/Storage/MSFT_Partition",
           "MSFT_Partition"},
      .props = kProps,
      .table = kTable,
      .group_by = "DiskNumber"};
};

struct Volume {
  std::string label, file_system, path, device;
  uint64_t size = 0, remaining = 0;

  std::optional<std::string> letter() const { return std::nullopt; }
  std::string drive_type() const { return "Fixed"; }
  std::string health() const { return "Healthy"; }
  std::string status() const { return "OK"; }
  std::string size_shown() const { return size_text(size); }
  std::string remaining_shown() const { return size_text(remaining); }
  std::string display() const { return path; }

  static constexpr Prop kProps[] = {
      prop<&Volume::letter>("DriveLetter", "None on Linux."),
      prop<&Volume::label>("FileSystemLabel", "Its label."),
      prop<&Volume::label>("FriendlyName", "Its label."),
      prop<&Volume::file_system>("FileSystem", "Its file system."),
      prop<&Volume::file_system>("FileSystemType", "Its file system."),
      prop<&Volume::drive_type>("DriveType", "Fixed."),
      prop<&Volume::health>("HealthStatus", "Healthy: Linux does not judge it."),
      prop<&Volume::status>("OperationalStatus", "OK."),
      prop<&Volume::remaining>("SizeRemaining", "Bytes that are left."),
      prop<&Volume::size>("Size", "Bytes."),
      prop<&Volume::path>("Path", "Where it is mounted, else its device."),
      prop<&Volume::device>("UniqueId", "Its device."),
      prop<&Volume::size_shown>("Shown Size", "Its size."),
      prop<&Volume::remaining_shown>("Shown Remaining", "What is left."),
  };
  static constexpr Column kTable[] = {
      {.property = "Path", .width = 20},
      {.property = "FriendlyName"},
      {.property = "FileSystemType"},
      {.property = "DriveType"},
      {.property = "HealthStatus"},
      {.property = "OperationalStatus"},
      {.property = "Shown Remaining", .label = "SizeRemaining", .align = Align::right},
      {.property = "Shown Size", .label = "Size", .align = Align::right}};
  static constexpr Noun noun{
      .type = {"Microsoft.Management.Infrastructure.CimInstance#ROOT/Microsoft/Windows/Storage/MSFT_Volume",
               "MSFT_Volume"},
      .props = kProps,
      .table = kTable};
};

}  // namespace hvsh::nouns
