#pragma once
// The graph of a machine's images, from its record alone: which image is needed, which one can go, and which
// two can become one. Pure functions.
//
// An image is needed while a disk of the machine or of a checkpoint names it. One that nothing needs and
// nothing lies over is removed; one that nothing needs and exactly one image lies over takes that one's
// changes and its place. A merge that was begun is asked for again until its child is forgotten. Images that
// hvsh did not make are never removed. Doing next_step() until there is none leaves the smallest graph that
// holds every state; it can be stopped and taken up anywhere.
#include <optional>
#include <string>

#include "engines/machine/record.h"

namespace hvsh::engines {

struct GraphStep {
  enum Kind { remove, merge } kind = remove;
  std::string target;
  std::string image;  // to remove, or whose changes go down
  std::string base;   // of a merge
};

std::optional<GraphStep> next_step(const MachineRecord& record);

// `base` holds everything that `child` held: it takes its place for disks, checkpoints and images over it.
// The child stays in the record as one that was merged, until that merge has said that all of it is done.
void put_in_place(MachineRecord& record, const std::string& child, const std::string& base);

void forget_image(MachineRecord& record, const std::string& path);

// Enters the images of `leaves` that are not those of `over`, each over the image of the same disk.
void enter_leaves(MachineRecord& record, const std::vector<MachineDisk>& over,
                  const std::vector<MachineDisk>& leaves);

// Takes a checkpoint out; its children and the present state move up to its parent.
void take_out_checkpoint(MachineRecord& record, const std::string& id);

// The checkpoint and everything that grew from it, parents first.
std::vector<std::string> subtree_of(const MachineRecord& record, const std::string& id);

}  // namespace hvsh::engines
