#pragma once
// The disks of this host: what is there, and partitions and file systems made on them. engines/linux_host
// runs lsblk, sfdisk, wipefs, mkfs and mount; the in-memory twin of the tests has made-up disks. A disk that
// holds a mounted file system is never changed. Not thread-safe.
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"

namespace hvsh::engines {

enum class TableStyle : uint8_t { raw, mbr, gpt };

struct HostDisk {
  int64_t number = 0;                      // in lsblk's order
  std::string device, model, serial, bus;  // /dev/sda, sata
  int64_t size = 0, sector = 512;
  TableStyle style = TableStyle::raw;
  bool read_only = false, removable = false, rotational = false;
  bool in_use = false;  // something of it is mounted
};

struct HostPartition {
  int64_t disk = 0, number = 0;
  std::string device, type, id;  // type: Basic, System, Recovery, Linux ...
  int64_t offset = 0, size = 0;
  std::string file_system, label, mount;  // of the volume on it
  int64_t free = 0;
};

class HostDisks {
 public:
  virtual ~HostDisks() = default;
  virtual Result<std::vector<HostDisk>> disks() = 0;
  virtual Result<std::vector<HostPartition>> partitions() = 0;

  virtual Result<void> initialize(const HostDisk& disk, TableStyle style) = 0;
  virtual Result<void> clear(const HostDisk& disk) = 0;
  // A size of 0 takes all that is left. Gives the new partition's number.
  virtual Result<int64_t> add_partition(const HostDisk& disk, int64_t size, const std::string& type) = 0;
  virtual Result<void> remove_partition(const HostPartition& partition) = 0;
  virtual Result<void> format(const HostPartition& partition, const std::string& file_system,
                              const std::string& label) = 0;
  virtual Result<void> mount(const HostPartition& partition, const std::string& folder) = 0;
  virtual Result<void> unmount(const HostPartition& partition) = 0;
};

}  // namespace hvsh::engines
