#pragma once
// Block servers: how a guest reaches disks whose format the hypervisor does not read itself.
//
// A virtual machine with such disks has one server process, which serves every disk as one NBD export, named
// by the disk's target (sda, hda, vda), all on one unix socket. Images, chains and formats are the server's:
// what is above this interface knows paths of images and nothing about what is inside them. A small parent
// process supervises the server: it restarts one that died and then runs a command that resumes the guest,
// which paused on the error (its disks have error_policy='stop').
//
// The truth about which image a disk writes is the machine record (engines/machine/record.h). A server that
// is started or restarted opens exactly the images of the record. From that follow the rules of order, which
// the caller keeps and which make every step safe to be killed at:
//
//   start       record written, then start().
//   checkpoint  create_leaves(); guest paused; memory saved; record written with the new leaves and the
//               checkpoint; switch_leaves(); guest resumed.
//               Killed between record and switch: the guest is still paused and the new leaf is empty, so old
//               and new images read the same: switch_leaves() again (it does what is left), then resume.
//   revert      guest off, server stopped; create_leaves() over the frozen images; record written; reopen();
//               guest started. The abandoned leaves are removed last, with remove_images().
//   removal     the checkpoint is taken out of the record; then merge() of its image's child into it: before
//               the record has let go of the frozen image, merge() refuses to change it.
//   merge       inside: copy while the guest runs; before_pivot() pauses it; the server goes over to the
//   base;
//               after_pivot() writes the record and resumes it; only then the child is deleted.
//               Killed anywhere: call merge() again with the same arguments; it continues, or finds it done.
//               Between before_pivot() and after_pivot() nobody may resume the guest. After an error of
//               merge() the caller may resume it, unless the error's id is MergePivotUnfinished or it came
//               from after_pivot(): then the machine stays paused until merge() succeeds, or is turned off.
//
// One lock per machine is the caller's: two operations on one machine are never in flight together, except
// state() and stop(), which may come at any time. Functions may block; none hangs: each wait has a deadline.
// Thread-safe for different machines.
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "engines/machine/record.h"

namespace hvsh::engines {

struct ServerState {
  bool running = false;     // the server answers and has every export
  bool supervised = false;  // somebody would restart it
  pid_t server_pid = 0;
  pid_t supervisor_pid = 0;
  uint32_t restarts = 0;           // how often the supervisor had to restart it
  std::string record_path;         // the record that it was started with
  std::vector<MachineDisk> disks;  // what each export reads and writes now
  std::string problem;             // why the guest may be unable to write: "no space left ...", or empty
};

struct MergeRequest {
  std::string vm_id;
  std::string record_path;
  std::string target;  // the disk
  std::string child;   // its changes go into base; the image is deleted at the end
  std::string base;    // must be what child lies directly over
};

struct MergeHooks {
  // Called before the guest's writes go over to the base; the caller pauses the guest (no error if it is
  // paused already). Only called when the guest's own image is merged; it may be called again in a later
  // attempt. An error stops the merge with nothing changed.
  std::function<Result<void>()> before_pivot;
  // Called when `image` (the base) holds everything. The caller puts it in the place of the child wherever
  // the record names the child, then resumes the guest if it paused it. After an error the child is kept.
  std::function<Result<void>(const std::string& image)> after_pivot;
  // Bytes done and in all, both may grow; returning false cancels: an error, and nothing is lost. Optional.
  std::function<bool(uint64_t done, uint64_t total)> progress;
};

class BlockServers {
 public:
  virtual ~BlockServers() = default;

  // Where the exports of a machine are, for the domain's XML. Shorter than a unix address allows, or an
  // error.
  virtual Result<std::string> socket_path(const std::string& vm_id) const = 0;

  // Returns when all exports answer. A running server with the record's images is taken as it is; one with
  // other images is an error (BlockServerDiffers): finish what was interrupted, or reopen() if the guest is
  // off.
  virtual Result<void> start(const std::string& vm_id, const std::string& record_path) = 0;

  // Ends server and supervisor and gives images back to their owners. No error if there is none.
  virtual Result<void> stop(const std::string& vm_id) = 0;

  virtual Result<ServerState> state(const std::string& vm_id) = 0;

  // For a guest that is paused on an I/O error whose reason is gone (somebody made space): the server starts
  // afresh with the record's images, because some errors stay with it. The guest meets the broken connection
  // once more, and the supervisor's resume command resumes it. An error if no server is supervised.
  virtual Result<void> restart(const std::string& vm_id) = 0;

  // New empty images over the given ones, beside them; read-only disks are returned as they are. With the
  // same tag (letters, digits, '-'; a GUID) it returns the ones that it made before.
  virtual Result<std::vector<MachineDisk>> create_leaves(const std::vector<MachineDisk>& disks,
                                                         const std::string& tag) = 0;

  // All disks go over to their new leaves at once, or none. Disks that are there already are left alone.
  virtual Result<void> switch_leaves(const std::string& vm_id, const std::vector<MachineDisk>& leaves) = 0;

  // The record has gained or lost disks, and the others have the images that they had: serves what the record
  // has now. A server is started if there is none, and stopped when there is nothing left for it. Also while
  // the guest runs; it must not have a disk any more that the record has lost.
  virtual Result<void> update(const std::string& vm_id, const std::string& record_path) = 0;

  // The guest is off: the record's images are served from now on, whatever was before.
  virtual Result<void> reopen(const std::string& vm_id, const std::string& record_path) = 0;

  // Works with the server running (the guest may write all the time) or not. The child may be the image that
  // the guest writes, one below it, or one of a side branch; all images over it are put over the base. A
  // child that the record does not name any more counts as merged, and is deleted. Refused if something else
  // lies over the base or a checkpoint has it as its disk.
  virtual Result<void> merge(const MergeRequest& request, const MergeHooks& hooks) = 0;

  // Deletes images that nothing uses any more; ones that are gone already are no error.
  virtual Result<void> remove_images(const std::vector<std::string>& paths) = 0;
};

struct BlockServerConfig {
  // How to start the supervisor: argv, to which its own arguments are added ({"/usr/bin/hvsh",
  // "--block-server"}); the program calls engines::block::supervise() with the rest.
  std::vector<std::string> program;
  // Run by the supervisor, with the machine's id added, after a restart of the server: it resumes the guest
  // if that is paused on an I/O error. It is run again (at growing distance, at most 5 s) until every disk
  // has its client back and a little longer, because an idle guest meets the broken connection only at its
  // next access. It may stay and wait for that. Exit code 3 says that there is no such guest any more. Empty:
  // nobody resumes.
  std::vector<std::string> resume_command;
  std::string run_folder = {};                   // empty: default_run_folder()
  std::string qemu_conf = {};                    // empty: $HVSH_QEMU_CONF, else /etc/libvirt/qemu.conf
  std::vector<std::string> parent_folders = {};  // where parents of images may lie besides the folders of the
                                                 // machine's own images and record
};

// The servers of this host.
std::unique_ptr<BlockServers> make_block_servers(BlockServerConfig config);

// $HVSH_RUN_DIR, else /run/hvsh for root, else $XDG_RUNTIME_DIR/hvsh.
std::string default_run_folder();

// What differs between the images that a server has open and those that the record names, as one sentence for
// people; empty if nothing does.
std::string difference(const std::vector<MachineDisk>& record, const std::vector<MachineDisk>& server);

}  // namespace hvsh::engines
