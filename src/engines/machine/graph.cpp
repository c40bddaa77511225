#include "engines/machine/graph.h"

#include <algorithm>
#include <map>
#include <set>

namespace hvsh::engines {
namespace {

template <class Function>
void for_each_disk(MachineRecord& record, const Function& function) {
  for (MachineDisk& disk : record.disks) function(disk);
  for (CheckpointRecord& checkpoint : record.checkpoints) {
    for (MachineDisk& disk : checkpoint.disks) function(disk);
  }
}

std::set<std::string> needed_images(const MachineRecord& record) {
  std::set<std::string> needed;
  for (const MachineDisk& disk : record.disks) needed.insert(disk.image);
  for (const CheckpointRecord& checkpoint : record.checkpoints) {
    for (const MachineDisk& disk : checkpoint.disks) needed.insert(disk.image);
  }
  return needed;
}

}  // namespace

std::optional<GraphStep> next_step(const MachineRecord& record) {
  const std::set<std::string> needed = needed_images(record);
  std::map<std::string, std::vector<const MachineImage*>> over;  // images by what they lie over
  for (const MachineImage& image : record.images) over[image.parent].push_back(&image);
  // Removals first: an image that is gone already may stand in the way of a merge.
  for (const MachineImage& image : record.images) {
    if (needed.count(image.path) || over.count(image.path)) continue;
    if (image.merged_into.empty()) {
      return GraphStep{.kind = GraphStep::remove, .target = image.target, .image = image.path};
    }
    return GraphStep{
        .kind = GraphStep::merge, .target = image.target, .image = image.path, .base = image.merged_into};
  }
  for (const MachineImage& image : record.images) {
    if (!needed.count(image.parent) && over[image.parent].size() == 1) {
      return GraphStep{
          .kind = GraphStep::merge, .target = image.target, .image = image.path, .base = image.parent};
    }
  }
  return std::nullopt;
}

void put_in_place(MachineRecord& record, const std::string& child, const std::string& base) {
  for_each_disk(record, [&](MachineDisk& disk) {
    if (disk.image == child) disk.image = base;
  });
  for (MachineImage& image : record.images) {
    if (image.parent == child) image.parent = base;
    if (image.path == child) image.merged_into = base;
  }
}

void forget_image(MachineRecord& record, const std::string& path) {
  std::erase_if(record.images, [&](const MachineImage& image) { return image.path == path; });
}

void enter_leaves(MachineRecord& record, const std::vector<MachineDisk>& over,
                  const std::vector<MachineDisk>& leaves) {
  for (const MachineDisk& leaf : leaves) {
    for (const MachineDisk& disk : over) {
      if (disk.target != leaf.target || disk.image == leaf.image) continue;
      forget_image(record, leaf.image);
      record.images.push_back({.path = leaf.image, .parent = disk.image, .target = leaf.target});
    }
  }
}

void take_out_checkpoint(MachineRecord& record, const std::string& id) {
  const CheckpointRecord* found = record.find_checkpoint(id);
  if (found == nullptr) return;
  const std::string parent = found->parent_id;
  std::erase_if(record.checkpoints, [&](const CheckpointRecord& each) { return each.id == id; });
  for (CheckpointRecord& each : record.checkpoints) {
    if (each.parent_id == id) each.parent_id = parent;
  }
  if (record.current_checkpoint == id) record.current_checkpoint = parent;
}

std::vector<std::string> subtree_of(const MachineRecord& record, const std::string& id) {
  std::vector<std::string> found = {id};
  for (size_t at = 0; at < found.size(); ++at) {
    for (const CheckpointRecord& each : record.checkpoints) {
      if (each.parent_id == found[at]) found.push_back(each.id);
    }
  }
  return found;
}

}  // namespace hvsh::engines
