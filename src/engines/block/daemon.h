#pragma once
// The storage daemon as a process and as a graph of nodes: from a machine record to its command line, and
// back from what it says to paths of images. The only file that knows how nodes are called. Internal to the
// block server. Thread-safe: no state.
//
// Every image is two nodes, for the file and for the format, named by a hash of the path, so that any process
// finds them again. Parents are always given as nodes; the daemon never follows what a header says.
#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "engines/block/image.h"
#include "engines/block/qemu_user.h"
#include "engines/block/qmp.h"
#include "engines/machine/record.h"

namespace hvsh::engines::block {

struct ServedDisk {
  MachineDisk disk;
  std::vector<Image> chain;  // top first
};

// Reads the chains of all disks. No image may be written by two disks.
Result<std::vector<ServedDisk>> read_disks(const MachineRecord& record,
                                           const std::vector<std::string>& folders);

// Folders in which parents of the machine's images may lie: those of the record and of the images that it
// names, and `extra`.
std::vector<std::string> parent_folders(const MachineRecord& record, const std::string& record_path,
                                        const std::vector<std::string>& extra);

// Makes images ready to be opened: gives them to the user, checks that he can reach them, and replays the
// logs of those that the daemon opens read-only (it refuses them otherwise).
Result<void> prepare_images(const std::vector<ServedDisk>& disks, const QemuUser& user,
                            const std::string& owners_path);

struct DaemonOptions {
  int monitor_fd = -1;
  bool monitor_listens = true;  // else monitor_fd is a connection
  int export_fd = -1;           // a listening socket; -1: nothing is exported
};
std::vector<std::string> daemon_argv(const std::vector<ServedDisk>& disks, const DaemonOptions& options);

std::string image_node(const std::string& path);
std::string file_node(const std::string& path);
std::string filter_node(const std::string& path);  // above an image while it is merged
Json file_node_options(const Image& image);
// `parent_node` empty: the format has no parent, or it comes later (blockdev-snapshot).
Json image_node_options(const Image& image, bool read_only, const std::string& parent_node);
Json export_options(const ServedDisk& served);

// What each export reads and writes now, in the order of the targets.
Result<std::vector<MachineDisk>> query_disks(QmpLink& link);
// Names of all nodes.
Result<std::vector<std::string>> query_nodes(QmpLink& link);
// Removes the image's two nodes, if they are there.
Result<void> remove_nodes(QmpLink& link, const std::string& path);

}  // namespace hvsh::engines::block
