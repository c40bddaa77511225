#pragma once
// The machine record: one JSON file in a virtual machine's own folder. It is the truth about which image each
// disk of the machine writes now, and it holds the machine's checkpoints, so that a copied folder can be
// registered elsewhere and a lost system disk loses no machine.
//
// Paths are absolute in memory. In the file, an image or memory file in the machine's folder (or below)
// stands relative to that folder, so that the folder can be moved as a whole. The machine's folder is the one
// that the record is in, or the one above if that is called "Virtual Machines", as on Windows.
//
// The file may come from anywhere: size, depth, counts and text lengths are bounded, ids and targets are
// unique, every parent exists and the tree has no cycle. Members that this version does not know are kept and
// written back; a file of a later `version` is refused rather than misread.
//
// The domain's <metadata> points here:
//   <hvsh:vm xmlns:hvsh="https://hvsh.dev/xmlns/vm/1" record="/path/to/record.json"/>
//
// Thread-safe: no state. Two writers of one record are kept apart by the machine's lock, which is the
// caller's.
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"

namespace hvsh::engines {

inline constexpr const char* kMachineMetadataNamespace = "https://hvsh.dev/xmlns/vm/1";

struct MachineDisk {
  std::string target;  // the domain's target dev: sda, hda, vda; also the name of the NBD export
  std::string image;   // absolute path of the image that the guest reads and writes
  bool read_only = false;
  std::string unknown = {};  // JSON object with members that this version does not know; empty: none

  friend bool operator==(const MachineDisk&, const MachineDisk&) = default;
};

// An image that hvsh made for this machine (a leaf), and what it lies directly over. Disks that were given to
// the machine are not among them; a parent that is not in the list is such a disk.
struct MachineImage {
  std::string path;
  std::string parent;
  std::string target;  // the disk
  // Empty, or what everything in it was put into: only the last steps of that merge are left to do.
  std::string merged_into = {};
  std::string unknown = {};

  friend bool operator==(const MachineImage&, const MachineImage&) = default;
};

struct CheckpointRecord {
  std::string id;  // GUID text
  std::string name;
  std::string type = "Standard";
  std::string parent_id;           // empty: directly under the machine
  std::string created;             // ISO 8601, UTC
  std::string state;               // Running, Off, Paused or Saved: what the machine was then
  std::string config;              // the hypervisor's configuration text at that time, opaque here
  std::string memory_file;         // absolute path; empty if the machine was off
  std::vector<MachineDisk> disks;  // the frozen images
  std::string notes;
  std::string unknown = {};

  friend bool operator==(const CheckpointRecord&, const CheckpointRecord&) = default;
};

struct MachineRecord {
  static constexpr int kVersion = 1;

  int version = kVersion;
  std::string id;  // GUID text
  std::string name;
  std::vector<MachineDisk> disks;
  std::vector<CheckpointRecord> checkpoints;
  std::vector<MachineImage> images;
  std::string current_checkpoint;  // parent of the machine's present state; empty: none
  std::string unknown = {};

  const MachineDisk* find_disk(const std::string& target) const;
  const CheckpointRecord* find_checkpoint(const std::string& checkpoint_id) const;

  friend bool operator==(const MachineRecord&, const MachineRecord&) = default;
};

// Reads and checks a record. `path` may be relative; the paths in the result are absolute.
Result<MachineRecord> load_record(const std::string& path);

// Checks the record and puts it at `path` atomically and durably.
Result<void> save_record(const MachineRecord& record, const std::string& path);

// The folder of the machine whose record is at `path` (absolute).
std::string machine_folder_of(const std::string& path);

// The same without a file, for tests and for import: `folder` is where relative paths start.
Result<MachineRecord> parse_record(const std::string& text, const std::string& folder,
                                   const std::string& name_in_errors);
Result<std::string> record_text(const MachineRecord& record, const std::string& folder);

// True for 8-4-4-4-12 hexadecimal digits, any case.
bool is_guid_text(const std::string& text);

}  // namespace hvsh::engines
