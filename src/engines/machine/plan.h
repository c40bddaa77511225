#pragma once
// What an operation on a machine writes into the journal, so that another process can finish or undo it. One
// struct for all kinds; each fills what it needs. As text it is JSON.
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "engines/machine/record.h"

namespace hvsh::engines {

struct Plan {
  std::string machine_name;
  std::string record_path;
  std::string checkpoint;           // id
  std::string previous_checkpoint;  // the parent of the present state before
  std::string tag;                  // of new leaves
  bool was_running = false;         // so the guest has to run afterwards
  bool paused = false;              // by us, and not resumed yet
  std::vector<MachineDisk> disks;   // before
  std::vector<MachineDisk> leaves;  // after
  std::string memory_file;
  std::vector<std::string> files;    // to delete
  std::vector<std::string> folders;  // made by us (create), or ours to delete when empty; innermost last
  std::string disk;                  // a new image, made under
  std::string temporary_disk;        // this name,
  uint64_t device = 0;               // and known again by these
  uint64_t inode = 0;
};

std::string text_of(const Plan& plan);
// InvalidData for a text that text_of() did not write.
Result<Plan> parse_plan(const std::string& text);

}  // namespace hvsh::engines
