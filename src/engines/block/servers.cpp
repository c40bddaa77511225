// BlockServers over qemu-storage-daemon.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "engines/block/daemon.h"
#include "engines/block/merge.h"
#include "engines/block/run_folder.h"
#include "engines/block/supervisor.h"
#include "engines/block_server.h"
#include "engines/process.h"

namespace hvsh::engines {
namespace block {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStartDeadline{30000};
constexpr milliseconds kStopDeadline{40000};  // a little more than the supervisor gives the server
constexpr milliseconds kLockDeadline{45000};
constexpr milliseconds kOfflineDeadline{5000};  // a merge that is just ending; a long one is an error
constexpr milliseconds kCreateDeadline{60000};
constexpr uint64_t kFullBelow = 4u << 20;  // less than this free: a guest's writes fail or will at once

std::string default_qemu_conf() {
  const char* path = ::getenv("HVSH_QEMU_CONF");
  return path && *path ? path : "/etc/libvirt/qemu.conf";
}

// "disk.vhdx" -> "disk", "disk_<GUID>.qcow2" -> "disk": names do not grow with the depth of the chain.
std::string stem_of(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  if (const size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0) name.resize(dot);
  if (name.size() > 37 && name[name.size() - 37] == '_' && is_guid_text(name.substr(name.size() - 36))) {
    name.resize(name.size() - 37);
  }
  return name;
}

bool is_tag(const std::string& tag) {
  return !tag.empty() && tag.size() <= 64 &&
         std::all_of(tag.begin(), tag.end(), [](unsigned char c) { return std::isalnum(c) || c == '-'; });
}

std::string real_or_same(const std::string& path) {
  auto real = real_path(path);
  return real ? real.take() : path;
}

Error not_running(const std::string& vm_id) {
  return Error{.id = "BlockServerNotRunning",
               .category = ErrorCategory::InvalidOperation,
               .message = fmt::format("The block server of machine {} is not running.", vm_id),
               .hint = "Start the machine; that starts its block server.",
               .target = vm_id};
}

class QsdServers final : public BlockServers {
 public:
  explicit QsdServers(BlockServerConfig config) : config_(std::move(config)) {
    if (config_.run_folder.empty()) config_.run_folder = default_run_folder();
    if (config_.qemu_conf.empty()) config_.qemu_conf = default_qemu_conf();
  }

  Result<std::string> socket_path(const std::string& vm_id) const override {
    HVSH_TRY(RunFolder folder, RunFolder::of(config_.run_folder, vm_id));
    return folder.nbd();
  }

  Result<void> start(const std::string& vm_id, const std::string& record_path) override;
  Result<void> stop(const std::string& vm_id) override;
  Result<ServerState> state(const std::string& vm_id) override;
  Result<void> restart(const std::string& vm_id) override;
  Result<std::vector<MachineDisk>> create_leaves(const std::vector<MachineDisk>& disks,
                                                 const std::string& tag) override;
  Result<void> switch_leaves(const std::string& vm_id, const std::vector<MachineDisk>& leaves) override;
  Result<void> update(const std::string& vm_id, const std::string& record_path) override;
  Result<void> reopen(const std::string& vm_id, const std::string& record_path) override;
  Result<void> merge(const MergeRequest& request, const MergeHooks& hooks) override;
  Result<void> remove_images(const std::vector<std::string>& paths) override;

 private:
  Result<void> start_locked(const RunFolder& folder, const std::string& record_path);
  Result<void> stop_locked(const RunFolder& folder);
  Result<void> start_supervisor(const RunFolder& folder, const std::string& record_path);
  Result<MachineDisk> create_leaf(const MachineDisk& disk, const std::string& path, const QemuUser& user);

  BlockServerConfig config_;
};

Result<void> QsdServers::start(const std::string& vm_id, const std::string& record_path) {
  HVSH_TRY(RunFolder folder, RunFolder::of(config_.run_folder, vm_id));
  HVSH_CHECK(folder.create());
  HVSH_TRY(UniqueFd control, folder.lock("control.lock", false, kLockDeadline));
  return start_locked(folder, record_path);
}

Result<void> QsdServers::start_locked(const RunFolder& folder, const std::string& record_path) {
  HVSH_TRY(UniqueFd online, folder.lock("offline.lock", true, kOfflineDeadline));
  HVSH_TRY(std::string record_file, real_path(record_path));
  HVSH_TRY(MachineRecord record, load_record(record_file));
  if (folder.supervisor() == 0) HVSH_CHECK(start_supervisor(folder, record_file));
  // What answers may be a server that ran before us, or one that is just being restarted.
  Result<ServerState> now = state(folder.vm_id());
  for (int tries = 0; tries < 100 && (!now || !now->running); ++tries) {
    ::poll(nullptr, 0, 100);
    now = state(folder.vm_id());
  }
  if (!now) return now.take_error();
  if (!now->running) {
    return Error{.id = "BlockServerFailed",
                 .category = ErrorCategory::ResourceUnavailable,
                 .message = fmt::format("The block server of machine {} does not come up: {}.",
                                        folder.vm_id(), now->problem),
                 .hint = fmt::format("Its log is '{}'.", folder.log()),
                 .target = record_path};
  }
  const std::string differs = difference(record.disks, now->disks);
  if (differs.empty()) return {};
  return Error{
      .id = "BlockServerDiffers",
      .category = ErrorCategory::ResourceBusy,
      .message =
          fmt::format("The block server of machine {} runs with other disks: {}", folder.vm_id(), differs),
      .hint =
          "An operation on the machine's disks was interrupted; repeat it, or turn the machine off and "
          "start it again.",
      .target = record_path};
}

Result<void> QsdServers::start_supervisor(const RunFolder& folder, const std::string& record_path) {
  if (config_.program.empty()) {
    return Error{.id = "InvalidParameter",
                 .category = ErrorCategory::InvalidArgument,
                 .message = "No program is set that could supervise block servers."};
  }
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error("make a pipe for", "the block server", errno);
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  Supervision told{config_.run_folder,     folder.vm_id(),         record_path, config_.qemu_conf,
                   config_.parent_folders, config_.resume_command, writer.get()};
  std::vector<std::string> argv = config_.program;
  for (std::string& argument : supervisor_argv(told)) argv.push_back(std::move(argument));
  auto started = spawn({.argv = argv, .keep_fds = {writer.get()}, .detach = true});
  if (!started) return started.take_error();
  writer.reset();
  std::string line;
  const auto end = std::chrono::steady_clock::now() + kStartDeadline;
  while (line.empty() || line.back() != '\n') {
    if (!wait_pidfd(reader.get(),
                    std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now()))) {
      break;  // too late; the message below says where to look
    }
    char bytes[4096];
    const ssize_t got = ::read(reader.get(), bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    line.append(bytes, static_cast<size_t>(got));
  }
  auto result = parse_report(line, folder.log());
  if (!result) {
    // Nothing runs now, so nothing may stay changed. The first error is the one to tell.
    [[maybe_unused]] auto stopped = stop_locked(folder);
  }
  return result;
}

Result<void> QsdServers::stop(const std::string& vm_id) {
  HVSH_TRY(RunFolder folder, RunFolder::of(config_.run_folder, vm_id));
  struct stat info {};
  if (::stat(folder.path().c_str(), &info) != 0) return {};  // never started here
  HVSH_TRY(UniqueFd control, folder.lock("control.lock", false, kLockDeadline));
  return stop_locked(folder);
}

Result<void> QsdServers::stop_locked(const RunFolder& folder) {
  const auto end_process = [&](pid_t pid) -> Result<void> {
    UniqueFd pidfd = open_pidfd(pid);
    if (!pidfd.valid()) return {};  // ended meanwhile
    if (::kill(pid, SIGTERM) != 0 && errno != ESRCH) return errno_error("stop", "the block server", errno);
    if (!wait_pidfd(pidfd.get(), kStopDeadline)) ::kill(pid, SIGKILL);
    return {};
  };
  if (const pid_t supervisor = folder.supervisor(); supervisor > 0) HVSH_CHECK(end_process(supervisor));
  HVSH_TRY(ServerStatus status, folder.status());
  if (const pid_t orphan = RunFolder::live_server(status); orphan > 0) HVSH_CHECK(end_process(orphan));
  for (const std::string& path : {folder.nbd(), folder.monitor(), folder.path() + "/status"}) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return errno_error("remove", path, errno);
  }
  return give_back(folder.owners());
}

Result<ServerState> QsdServers::state(const std::string& vm_id) {
  HVSH_TRY(RunFolder folder, RunFolder::of(config_.run_folder, vm_id));
  HVSH_TRY(ServerStatus status, folder.status());
  ServerState state;
  state.supervisor_pid = folder.supervisor();
  state.supervised = state.supervisor_pid > 0;
  state.server_pid = RunFolder::live_server(status);
  state.restarts = status.restarts;
  state.record_path = status.record_path;
  state.problem = status.error;
  if (state.server_pid == 0) return state;
  QmpLink link(folder.monitor());
  auto disks = query_disks(link);
  if (!disks) {
    if (disks.error().category == ErrorCategory::PermissionDenied) return disks.take_error();
    state.problem = disks.error().message;
    return state;
  }
  state.running = true;
  state.disks = disks.take();
  for (const MachineDisk& disk : state.disks) {
    struct statvfs space {};
    if (disk.read_only || ::statvfs(disk.image.c_str(), &space) != 0) continue;
    if (uint64_t{space.f_bavail} * space.f_frsize < kFullBelow) {
      state.problem = fmt::format("no space left on the file system of '{}'", disk.image);
    }
  }
  return state;
}

Result<void> QsdServers::restart(const std::string& vm_id) {
  HVSH_TRY(RunFolder folder, RunFolder::of(config_.run_folder, vm_id));
  HVSH_TRY(const ServerState before, state(vm_id));
  if (!before.supervised) return not_running(vm_id);
  if (::kill(before.supervisor_pid, SIGHUP) != 0) return errno_error("restart", "the block server", errno);
  const auto end = std::chrono::steady_clock::now() + kStopDeadline;
  while (std::chrono::steady_clock::now() < end) {
    auto now = state(vm_id);
    if (now && now->running && now->server_pid != before.server_pid) return {};
    ::poll(nullptr, 0, 10);
  }
  HVSH_TRY(const ServerState now, state(vm_id));
  return Error{.id = "BlockServerFailed",
               .category = ErrorCategory::ResourceUnavailable,
               .message = fmt::format("The block server of machine {} does not come up again: {}.", vm_id,
                                      now.problem),
               .hint = fmt::format("Its log is '{}'.", folder.log()),
               .target = vm_id};
}

Result<MachineDisk> QsdServers::create_leaf(const MachineDisk& disk, const std::string& path,
                                            const QemuUser& user) {
  MachineDisk leaf{disk.target, path, false, disk.unknown};
  // Only the parent's own header: what is below it is no business of a new leaf.
  HVSH_TRY(Image base, read_image(disk.image, std::nullopt));
  if (::access(path.c_str(), F_OK) == 0) {
    HVSH_TRY(Image present, read_image(path, Format::qcow2));
    if (present.parent == base.path) return leaf;
    return errno_error("create", path, EEXIST);
  }
  const std::string temporary = path + ".new";
  if (::unlink(temporary.c_str()) != 0 && errno != ENOENT) return errno_error("replace", temporary, errno);
  // -u: the parent is not opened, since a running server has it; so format and size are ours to say.
  HVSH_TRY(ProgramEnd outcome,
           run({"qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", driver_of(base.format), "-b",
                name_in_header(base.path, folder_of(path)), temporary, std::to_string(base.size)},
               nullptr, kCreateDeadline));
  struct Cleanup {
    const std::string& name;
    ~Cleanup() { ::unlink(name.c_str()); }
  } cleanup{temporary};
  if (outcome.exit_code != 0) {
    const bool full = outcome.output.find("No space left") != std::string::npos;
    return Error{.id = full ? "DiskFull" : "BlockServerFailed",
                 .category = full ? ErrorCategory::ResourceUnavailable : ErrorCategory::WriteError,
                 .message = fmt::format("Cannot create '{}': {}", path, outcome.output),
                 .hint = full ? "Free some space." : "",
                 .target = path};
  }
  UniqueFd fd(::open(temporary.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) return errno_error("open", temporary, errno);
  if (::fchmod(fd.get(), 0600) != 0) return errno_error("set the mode of", temporary, errno);
  HVSH_CHECK(give_image(temporary, user, ""));
  if (::fsync(fd.get()) != 0) return errno_error("flush", temporary, errno);
  if (::rename(temporary.c_str(), path.c_str()) != 0) return errno_error("create", path, errno);
  HVSH_CHECK(sync_folder(folder_of(path)));
  return leaf;
}

Result<std::vector<MachineDisk>> QsdServers::create_leaves(const std::vector<MachineDisk>& disks,
                                                           const std::string& tag) {
  if (!is_tag(tag)) {
    return Error{.id = "InvalidParameter",
                 .category = ErrorCategory::InvalidArgument,
                 .message = fmt::format("'{}' cannot be part of the name of a disk.", tag),
                 .target = tag};
  }
  HVSH_TRY(QemuUser user, find_qemu_user(config_.qemu_conf));
  std::vector<MachineDisk> leaves;
  std::vector<std::string> made;
  std::set<std::string> names;
  for (const MachineDisk& disk : disks) {
    if (disk.read_only) {
      leaves.push_back(disk);
      continue;
    }
    const std::string image = real_or_same(disk.image);
    std::string path = fmt::format("{}/{}_{}.qcow2", folder_of(image), stem_of(image), tag);
    if (!names.insert(path).second) {  // a.vhdx and a.vhd in one folder
      path = fmt::format("{}/{}_{}_{}.qcow2", folder_of(image), stem_of(image), disk.target, tag);
    }
    const bool present = ::access(path.c_str(), F_OK) == 0;
    auto leaf = create_leaf(disk, path, user);
    if (!leaf) {
      for (const std::string& name : made) ::unlink(name.c_str());
      return leaf.take_error();
    }
    if (!present) made.push_back(path);
    leaves.push_back(leaf.take());
  }
  return leaves;
}

Result<void> QsdServers::switch_leaves(const std::string& vm_id, const std::vector<MachineDisk>& leaves) {
  HVSH_TRY(RunFolder folder, RunFolder::of(config_.run_folder, vm_id));
  HVSH_TRY(ServerState now, state(vm_id));
  if (!now.running) return not_running(vm_id);
  HVSH_TRY(QemuUser user, find_qemu_user(config_.qemu_conf));
  QmpLink link(folder.monitor());
  Json actions = Json::array();
  std::vector<std::string> added;
  const auto add_nodes = [&](const MachineDisk& leaf) -> Result<void> {
    const auto served = std::find_if(now.disks.begin(), now.disks.end(),
                                     [&](const MachineDisk& disk) { return disk.target == leaf.target; });
    if (served == now.disks.end()) {
      return Error{.id = "ObjectNotFound",
                   .category = ErrorCategory::ObjectNotFound,
                   .message = fmt::format("The block server of machine {} does not serve a disk '{}'.", vm_id,
                                          leaf.target),
                   .target = leaf.target};
    }
    HVSH_TRY(Image image, read_image(leaf.image, std::nullopt));
    if (image.path == served->image) return {};  // there already
    if (image.parent != served->image) {
      return Error{
          .id = "BlockServerDiffers",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Disk '{}' cannot go over to '{}': that lies over '{}', and the guest "
                                 "writes '{}'.",
                                 leaf.target, image.path, image.parent, served->image),
          .target = image.path};
    }
    HVSH_CHECK(give_image(image.path, user, ""));
    HVSH_CHECK(remove_nodes(link, image.path));  // left by an attempt that was interrupted
    added.push_back(image.path);
    auto file = link.execute("blockdev-add", file_node_options(image));
    if (!file) return file.take_error();
    auto node = link.execute("blockdev-add", image_node_options(image, false, ""));
    if (!node) return node.take_error();
    actions.push_back({{"type", "blockdev-snapshot"},
                       {"data", {{"node", image_node(served->image)}, {"overlay", image_node(image.path)}}}});
    return {};
  };
  Result<void> result;
  for (const MachineDisk& leaf : leaves) {
    if (leaf.read_only) continue;
    result = add_nodes(leaf);
    if (!result) break;
  }
  if (result && !actions.empty()) {
    auto done = link.execute("transaction", {{"actions", actions}});
    if (!done) result = done.take_error();
  }
  if (!result) {
    for (const std::string& path : added) [[maybe_unused]] auto removed = remove_nodes(link, path);
  }
  return result;
}

bool has_target(const std::vector<MachineDisk>& disks, const std::string& target) {
  return std::any_of(disks.begin(), disks.end(),
                     [&](const MachineDisk& disk) { return disk.target == target; });
}

// Ends the export of a disk and closes what of its chain nothing else has open.
Result<void> remove_export(QmpLink& link, const MachineDisk& disk, const std::vector<std::string>& folders) {
  auto removed = link.execute("block-export-del", {{"id", disk.target}, {"mode", "hard"}});
  if (!removed) return removed.take_error();
  const auto end = std::chrono::steady_clock::now() + kStopDeadline;
  while (std::chrono::steady_clock::now() < end) {
    HVSH_TRY(const std::vector<MachineDisk> left, query_disks(link));
    if (!has_target(left, disk.target)) break;
    ::poll(nullptr, 0, 10);
  }
  auto chain = read_chain(disk.image, folders);
  if (!chain) return {};  // its nodes stay until the server ends
  for (const Image& image : *chain) {
    if (!remove_nodes(link, image.path)) break;  // another disk stands on it
  }
  return {};
}

Result<void> add_export(QmpLink& link, const ServedDisk& served) {
  HVSH_TRY(const std::vector<std::string> nodes, query_nodes(link));
  const auto& chain = served.chain;
  for (size_t i = chain.size(); i-- > 0;) {
    if (std::find(nodes.begin(), nodes.end(), image_node(chain[i].path)) != nodes.end()) continue;
    auto file = link.execute("blockdev-add", file_node_options(chain[i]));
    if (!file) return file.take_error();
    auto node = link.execute("blockdev-add",
                             image_node_options(chain[i], i > 0 || served.disk.read_only,
                                                i + 1 < chain.size() ? image_node(chain[i + 1].path) : ""));
    if (!node) return node.take_error();
  }
  auto added = link.execute("block-export-add", export_options(served));
  return added ? Result<void>() : added.take_error();
}

Result<void> QsdServers::update(const std::string& vm_id, const std::string& record_path) {
  HVSH_TRY(RunFolder folder, RunFolder::of(config_.run_folder, vm_id));
  HVSH_CHECK(folder.create());
  HVSH_TRY(UniqueFd control, folder.lock("control.lock", false, kLockDeadline));
  HVSH_TRY(std::string record_file, real_path(record_path));
  HVSH_TRY(MachineRecord record, load_record(record_file));
  HVSH_TRY(const ServerState now, state(vm_id));
  if (record.disks.empty()) return stop_locked(folder);
  if (!now.running) return start_locked(folder, record_path);
  const std::vector<std::string> folders = parent_folders(record, record_file, config_.parent_folders);
  HVSH_TRY(const std::vector<ServedDisk> wanted, read_disks(record, folders));
  QmpLink link(folder.monitor());
  for (const MachineDisk& disk : now.disks) {
    if (!has_target(record.disks, disk.target)) HVSH_CHECK(remove_export(link, disk, folders));
  }
  HVSH_TRY(QemuUser user, find_qemu_user(config_.qemu_conf));
  for (const ServedDisk& served : wanted) {
    if (has_target(now.disks, served.disk.target)) continue;
    HVSH_CHECK(prepare_images({served}, user, folder.owners()));
    HVSH_CHECK(add_export(link, served));
  }
  return {};
}

Result<void> QsdServers::reopen(const std::string& vm_id, const std::string& record_path) {
  HVSH_TRY(RunFolder folder, RunFolder::of(config_.run_folder, vm_id));
  HVSH_CHECK(folder.create());
  HVSH_TRY(UniqueFd control, folder.lock("control.lock", false, kLockDeadline));
  HVSH_CHECK(stop_locked(folder));
  return start_locked(folder, record_path);
}

Result<void> QsdServers::merge(const MergeRequest& request, const MergeHooks& hooks) {
  HVSH_TRY(RunFolder folder, RunFolder::of(config_.run_folder, request.vm_id));
  HVSH_CHECK(folder.create());
  HVSH_TRY(QemuUser user, find_qemu_user(config_.qemu_conf));
  return merge_image({std::move(folder), std::move(user), config_.parent_folders}, request, hooks);
}

Result<void> QsdServers::remove_images(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) {
      if (errno == ENOENT || errno == ENOTDIR) continue;
      return errno_error("remove", path, errno);
    }
    if (!S_ISREG(info.st_mode))
      return errno_error("remove the disk", path, S_ISDIR(info.st_mode) ? EISDIR : EINVAL);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return errno_error("remove", path, errno);
    HVSH_CHECK(sync_folder(folder_of(path)));
  }
  return {};
}

}  // namespace
}  // namespace block

std::unique_ptr<BlockServers> make_block_servers(BlockServerConfig config) {
  return std::make_unique<block::QsdServers>(std::move(config));
}

std::string difference(const std::vector<MachineDisk>& record, const std::vector<MachineDisk>& server) {
  const auto find = [](const std::vector<MachineDisk>& disks, const std::string& target) {
    return std::find_if(disks.begin(), disks.end(),
                        [&](const MachineDisk& disk) { return disk.target == target; });
  };
  for (const MachineDisk& disk : record) {
    const auto other = find(server, disk.target);
    if (other == server.end()) return fmt::format("disk '{}' is not served.", disk.target);
    if (block::real_or_same(disk.image) != block::real_or_same(other->image)) {
      return fmt::format("disk '{}' has '{}' open, and the machine record says '{}'.", disk.target,
                         other->image, disk.image);
    }
  }
  for (const MachineDisk& disk : server) {
    if (find(record, disk.target) == record.end()) {
      return fmt::format("disk '{}' is served and is not in the machine record.", disk.target);
    }
  }
  return {};
}

}  // namespace hvsh::engines
