#include "engines/block/merge.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "engines/block/daemon.h"
#include "engines/process.h"

namespace hvsh::engines::block {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kPollMin{5};
constexpr milliseconds kPollMax{200};
constexpr milliseconds kPivotDeadline{120000};
constexpr milliseconds kAnswerAgainDeadline{15000};
constexpr milliseconds kHeaderDeadline{60000};
constexpr milliseconds kOfflineDeadline{10000};
constexpr milliseconds kCompareDeadline{3600000};  // reads two whole disks, only after an interruption

Error refused(const MergeRequest& request, const std::string& why, std::string hint = {}) {
  return Error{.id = "InvalidOperation",
               .category = ErrorCategory::InvalidOperation,
               .message = fmt::format("Cannot merge '{}' into '{}': {}.", request.child, request.base, why),
               .hint = std::move(hint),
               .target = request.child};
}

Error cancelled() {
  return Error{.id = "OperationStopped",
               .category = ErrorCategory::OperationStopped,
               .message = "The merge was cancelled; nothing is lost, and it can be started again."};
}

// A storage daemon without exports, for images that no server has open. It ends with us, and shares our lock:
// whoever waits for that waits until the images are closed, even if we are killed.
class PrivateDaemon {
 public:
  static Result<std::unique_ptr<PrivateDaemon>> start(const std::vector<ServedDisk>& disks,
                                                      const QemuUser& user, int lock_fd);
  ~PrivateDaemon();
  QmpLink& link() { return *link_; }

 private:
  PrivateDaemon() = default;
  pid_t pid_ = 0;
  UniqueFd pidfd_;
  std::unique_ptr<QmpLink> link_;  // watches pidfd_
};

Result<std::unique_ptr<PrivateDaemon>> PrivateDaemon::start(const std::vector<ServedDisk>& disks,
                                                            const QemuUser& user, int lock_fd) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return errno_error("make a socket for", "a merge", errno);
  }
  UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  std::unique_ptr<PrivateDaemon> daemon(new PrivateDaemon);
  const bool change_user = ::geteuid() != user.user.uid;
  // Its words go through a file, so that a refusal can be told as it was said.
  char name[] = "/tmp/hvsh-merge-XXXXXX";
  UniqueFd log(::mkostemp(name, O_CLOEXEC));
  if (!log.valid()) return errno_error("create", name, errno);
  ::unlink(name);
  HVSH_TRY(daemon->pid_,
           spawn({.argv = daemon_argv(disks, {.monitor_fd = theirs.get(), .monitor_listens = false}),
                  .keep_fds = {theirs.get(), lock_fd},
                  .output_fd = log.get(),
                  .user = change_user ? &user.user : nullptr,
                  .die_with_parent = true}));
  theirs.reset();
  daemon->pidfd_ = open_pidfd(daemon->pid_);
  auto qmp = Qmp::adopt(std::move(ours), milliseconds(20000), daemon->pidfd_.get());
  if (!qmp) {
    char said[4096] = {};
    if (::pread(log.get(), said, sizeof said - 1, 0) <= 0) return qmp.take_error();
    std::string text = said;
    if (const size_t at = text.rfind("}: "); at != std::string::npos) text = text.substr(at + 3);
    text.erase(text.find_last_not_of('\n') + 1);
    const bool locked = text.find("lock") != std::string::npos;
    return Error{.id = locked ? "ResourceBusy" : "BlockServerFailed",
                 .category = locked ? ErrorCategory::ResourceBusy : ErrorCategory::ResourceUnavailable,
                 .message = fmt::format("Cannot open the disks to merge: {}.", text),
                 .hint = locked ? "Another process has the image open; 'fuser' on the image names it." : ""};
  }
  daemon->link_ = std::make_unique<QmpLink>(qmp.take());
  return daemon;
}

PrivateDaemon::~PrivateDaemon() {
  link_.reset();
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  if (!wait_child(pid_, milliseconds(30000))) {
    ::kill(pid_, SIGKILL);
    wait_child(pid_, milliseconds(30000));
  }
}

// One block-commit job, from start to the daemon having forgotten it.
class CommitJob {
 public:
  CommitJob(QmpLink& link, std::string id) : link_(link), id_(std::move(id)) {}

  struct Status {
    std::string status;  // empty: there is no such job
    std::string error;
    uint64_t done = 0;
    uint64_t total = 0;
  };
  Result<Status> status();
  // Whether an earlier attempt left it running; one that has ended is forgotten first.
  Result<bool> is_running();
  Result<void> start(Json options);
  // Polls until the status is one of the two, or the job has failed (an error), or it was cancelled.
  Result<void> wait_for(const char* wanted, const MergeHooks& hooks, milliseconds deadline);
  Result<void> complete() { return send("job-complete"); }
  Result<void> dismiss() { return send("job-dismiss"); }
  void cancel();

 private:
  Result<void> send(const char* command) {
    auto answer = link_.execute(command, {{"id", id_}});
    if (!answer) return answer.take_error();
    return {};
  }
  QmpLink& link_;
  std::string id_;
};

Result<CommitJob::Status> CommitJob::status() {
  HVSH_TRY(Json jobs, link_.execute("query-jobs"));
  Status result;
  for (const Json& job : jobs) {
    if (job.value("id", std::string()) != id_) continue;
    result.status = job.value("status", std::string());
    result.error = job.value("error", std::string());
    result.done = job.value("current-progress", uint64_t{0});
    result.total = job.value("total-progress", uint64_t{0});
  }
  return result;
}

Result<bool> CommitJob::is_running() {
  HVSH_TRY(Status now, status());
  if (now.status == "concluded") {
    HVSH_CHECK(dismiss());
    return false;
  }
  return !now.status.empty();
}

Result<void> CommitJob::start(Json options) {
  options["job-id"] = id_;
  options["auto-dismiss"] = false;  // or the reason of a failure would be lost with the job
  auto answer = link_.execute("block-commit", options);
  if (!answer) return answer.take_error();
  return {};
}

Result<void> CommitJob::wait_for(const char* wanted, const MergeHooks& hooks, milliseconds deadline) {
  const auto end = Clock::now() + deadline;
  const bool bounded = deadline.count() > 0;
  for (milliseconds pause = kPollMin;; pause = std::min(pause * 3 / 2, kPollMax)) {
    HVSH_TRY(Status now, status());
    if (now.status == "concluded" && !now.error.empty()) {
      [[maybe_unused]] auto dismissed = dismiss();
      const bool full = now.error.find("No space left") != std::string::npos;
      return Error{.id = full ? "DiskFull" : "MergeFailed",
                   .category = full ? ErrorCategory::ResourceUnavailable : ErrorCategory::WriteError,
                   .message = fmt::format("The merge has failed: {}.", now.error),
                   .hint = full
                               ? "Free some space on the base's file system and merge again; nothing is lost."
                               : "Nothing is lost; merge again when the reason is gone."};
    }
    if (now.status == wanted) return {};
    if (now.status.empty() || now.status == "concluded" || now.status == "aborting" || now.status == "null") {
      return Error{.id = "MergeFailed",
                   .category = ErrorCategory::OperationStopped,
                   .message = fmt::format("The merge was ended by somebody else ({}).",
                                          now.status.empty() ? "gone" : now.status)};
    }
    if (hooks.progress && !hooks.progress(now.done, now.total)) {
      cancel();
      return cancelled();
    }
    if (bounded && Clock::now() > end) {
      return Error{.id = "OperationTimeout",
                   .category = ErrorCategory::OperationTimeout,
                   .message = fmt::format("The merge did not reach '{}' in time.", wanted)};
    }
    std::this_thread::sleep_for(pause);
  }
}

void CommitJob::cancel() {
  auto sent = send("job-cancel");
  for (int tries = 0; sent && tries < 200; ++tries) {
    auto now = status();
    if (!now || now->status.empty()) return;
    if (now->status == "concluded") {
      [[maybe_unused]] auto dismissed = dismiss();
      return;
    }
    std::this_thread::sleep_for(milliseconds(20));
  }
}

// All images that the record knows, directly or as somebody's parent.
struct World {
  MachineRecord record;
  std::map<std::string, Image> images;
  std::set<std::string> current;  // what disks write
  std::set<std::string> frozen;   // what checkpoints name

  bool knows(const std::string& path) const { return images.count(path) > 0; }
  std::vector<Image> children_of(const std::string& path) const {
    std::vector<Image> children;
    for (const auto& [name, image] : images) {
      if (image.parent == path) children.push_back(image);
    }
    return children;
  }
};

Result<World> read_world(const MergeContext& context, const std::string& record_path) {
  World world;
  HVSH_TRY(world.record, load_record(record_path));
  const auto folders = parent_folders(world.record, record_path, context.parent_folders);
  const auto add = [&](const MachineDisk& disk, std::set<std::string>& named) -> Result<void> {
    HVSH_TRY(std::vector<Image> chain, read_chain(disk.image, folders));
    named.insert(chain.front().path);
    for (Image& image : chain) world.images.emplace(image.path, std::move(image));
    return {};
  };
  for (const MachineDisk& disk : world.record.disks) HVSH_CHECK(add(disk, world.current));
  for (const CheckpointRecord& checkpoint : world.record.checkpoints) {
    for (const MachineDisk& disk : checkpoint.disks) HVSH_CHECK(add(disk, world.frozen));
  }
  return world;
}

class Merge {
 public:
  Merge(const MergeContext& context, const MergeRequest& request, const MergeHooks& hooks)
      : context_(context), request_(request), hooks_(hooks), live_(context.folder.monitor()) {}
  Result<void> run_all();

 private:
  Result<void> check_allowed(const World& world);
  Result<void> run_steps();
  Result<bool> reads_the_same(const World& world) const;
  Result<void> await_earlier_job();
  Result<void> merge_active();
  Result<std::string> settle_pivot();
  Result<void> merge_below(const World& world);
  Result<void> merge_offline(const World& world);
  Result<void> retarget_children(const World& world);
  Result<void> finish(bool record_is_done);
  Result<std::string> live_image();
  std::string job_id() const { return "merge-" + request_.target; }

  const MergeContext& context_;
  MergeRequest request_;
  const MergeHooks& hooks_;
  QmpLink live_;
  UniqueFd offline_;     // held from the first change without a server to the end
  bool copied_ = false;  // the base holds everything already
};

// What the export of the disk writes now; empty if no server runs or it does not have the disk.
Result<std::string> Merge::live_image() {
  HVSH_TRY(ServerStatus status, context_.folder.status());
  if (RunFolder::live_server(status) == 0) return std::string();
  HVSH_TRY(std::vector<MachineDisk> disks, query_disks(live_));
  for (const MachineDisk& disk : disks) {
    if (disk.target == request_.target) return disk.image;
  }
  return std::string();
}

// Changing the base changes what every other image over it reads, and what a checkpoint that names it
// restores.
Result<void> Merge::check_allowed(const World& world) {
  const auto child = world.images.find(request_.child);
  if (child->second.parent != request_.base) {
    return refused(request_, fmt::format("it lies over '{}'", child->second.parent));
  }
  if (world.frozen.count(request_.base)) {
    return refused(request_, "a checkpoint still has the base as its disk",
                   "Take the checkpoint out of the machine record first.");
  }
  if (world.current.count(request_.base) ||
      (world.current.count(request_.child) && !world.children_of(request_.child).empty())) {
    return refused(request_, "the guest writes an image that has others over it",
                   "The machine record contradicts itself; restore it from a backup.");
  }
  const std::vector<Image> children = world.children_of(request_.base);
  if (children.size() < 2) return {};
  // Either a branch that the merge would change, or images that an interrupted attempt has put over the base
  // after all was copied. Then the base reads as the child does, and a merge changes it for nobody.
  HVSH_TRY(copied_, reads_the_same(world));
  if (copied_) return {};
  const Image& other = children[children[0].path == request_.child ? 1 : 0];
  return refused(request_, fmt::format("'{}' lies over the base too and would change", other.path),
                 "Remove or merge that image first.");
}

Result<bool> Merge::reads_the_same(const World& world) const {
  HVSH_TRY(ProgramEnd outcome,
           run({"qemu-img", "compare", "-q", "-U", "-f", driver_of(world.images.at(request_.child).format),
                "-F", driver_of(world.images.at(request_.base).format), request_.child, request_.base},
               nullptr, kCompareDeadline));
  if (outcome.exit_code <= 1) return outcome.exit_code == 0;
  return refused(request_, fmt::format("they cannot be compared: {}", outcome.output));
}

Result<void> Merge::run_all() {
  Result<void> result = run_steps();
  // Images that were opened without a server go back to their owners; a server's are given back when it
  // stops.
  if (offline_.valid() && context_.folder.supervisor() == 0) {
    auto given = give_back(context_.folder.owners());
    if (result && !given) return given;
  }
  return result;
}

// A job that an attempt before us left goes on until it is ready or has ended; until then nothing that we
// read about the images would hold.
Result<void> Merge::await_earlier_job() {
  HVSH_TRY(const std::string served, live_image());
  if (served.empty()) return {};
  CommitJob job(live_, job_id());
  while (true) {
    HVSH_TRY(const bool running, job.is_running());
    if (!running) return {};
    HVSH_TRY(const CommitJob::Status now, job.status());
    if (now.status == "ready") return {};
    if (hooks_.progress && !hooks_.progress(now.done, now.total)) {
      job.cancel();
      return cancelled();
    }
    std::this_thread::sleep_for(kPollMin * 4);
  }
}

Result<void> Merge::run_steps() {
  HVSH_CHECK(await_earlier_job());
  if (auto real = real_path(request_.base)) request_.base = real.take();
  HVSH_TRY(World world, read_world(context_, request_.record_path));
  if (::access(request_.child.c_str(), F_OK) != 0) {
    if (errno != ENOENT) return errno_error("open", request_.child, errno);
    return {};  // deleting it is the last step: an earlier attempt got there
  }
  HVSH_TRY(request_.child, real_path(request_.child));
  HVSH_TRY(std::string served, live_image());
  if (!world.knows(request_.child)) {
    // The record lets go of the child only when the base holds everything; what was left is to delete it.
    if (served == request_.child)
      return refused(request_, "the guest writes the child, and the record does not");
    return finish(true);
  }
  HVSH_CHECK(check_allowed(world));
  if (served ==
      request_.base) {  // gone over already, by an attempt that was killed before it told the record
    if (hooks_.before_pivot) HVSH_CHECK(hooks_.before_pivot());
    return finish(false);
  }
  if (served == request_.child) {
    HVSH_CHECK(merge_active());
    return finish(false);
  }
  bool below = false;
  for (std::string at = served; !at.empty() && world.knows(at); at = world.images.at(at).parent) {
    below = below || at == request_.child;
  }
  if (below) {
    HVSH_CHECK(merge_below(world));
  } else {
    HVSH_TRY(offline_, context_.folder.lock("offline.lock", false, kOfflineDeadline));
    if (!copied_) HVSH_CHECK(merge_offline(world));
  }
  HVSH_CHECK(retarget_children(world));
  return finish(false);
}

// The guest writes the child. The job copies, then mirrors what the guest writes, until we tell it to go
// over.
Result<void> Merge::merge_active() {
  CommitJob job(live_, job_id());
  HVSH_TRY(const bool running, job.is_running());
  if (!running) {
    HVSH_CHECK(job.start({{"device", image_node(request_.child)},
                          {"top-node", image_node(request_.child)},
                          {"base-node", image_node(request_.base)},
                          {"filter-node-name", filter_node(request_.child)}}));
  }
  HVSH_CHECK(job.wait_for("ready", hooks_, milliseconds(0)));
  if (hooks_.before_pivot) {
    auto paused = hooks_.before_pivot();
    if (!paused) {
      job.cancel();
      return paused.take_error();
    }
  }
  auto completed = job.complete();
  MergeHooks silent;  // there is no cancelling from here on
  if (completed) completed = job.wait_for("concluded", silent, kPivotDeadline);
  if (completed) completed = job.dismiss();
  // Which side the guest is on decides everything: find out before saying anything.
  HVSH_TRY(const std::string now, settle_pivot());
  if (now == request_.base) return {};
  if (!completed) return completed.take_error();
  return Error{.id = "MergeFailed",
               .category = ErrorCategory::InvalidResult,
               .message = "The merge ended, and the guest still writes the child; nothing is lost."};
}

// Waits until the server (after trouble, perhaps a restarted one) has no merge under way and says which of
// the two images the guest writes. If it does not, the caller must not resume the guest.
Result<std::string> Merge::settle_pivot() {
  const auto end = Clock::now() + kAnswerAgainDeadline;
  do {
    CommitJob job(live_, job_id());
    const auto running = job.is_running();
    if (running && *running) {
      const auto status = job.status();
      if (status && status->status == "ready") job.cancel();  // it was never told to go over
    }
    auto now = live_image();
    if (now && running && !*running && (*now == request_.child || *now == request_.base)) return now;
    std::this_thread::sleep_for(kPollMin * 2);
  } while (Clock::now() < end);
  return Error{.id = "MergePivotUnfinished",
               .category = ErrorCategory::ResourceUnavailable,
               .message = fmt::format(
                   "The merge of '{}' was interrupted while the disk went over to its base.", request_.child),
               .hint = "Leave the machine paused and merge again, or turn it off.",
               .target = request_.child};
}

// The child is below what the guest writes: the job copies it down and takes it out of the chain.
Result<void> Merge::merge_below(const World& world) {
  HVSH_TRY(std::string top, live_image());
  std::string overlay = top;  // the image directly over the child, whose header will name the base
  while (world.images.at(overlay).parent != request_.child) overlay = world.images.at(overlay).parent;
  CommitJob job(live_, job_id());
  HVSH_CHECK(job.start({{"device", image_node(top)},
                        {"top-node", image_node(request_.child)},
                        {"base-node", image_node(request_.base)},
                        {"backing-file", name_in_header(request_.base, folder_of(overlay))},
                        {"filter-node-name", filter_node(request_.child)}}));
  HVSH_CHECK(job.wait_for("concluded", hooks_, milliseconds(0)));
  return job.dismiss();
}

Result<void> Merge::merge_offline(const World& world) {
  HVSH_TRY(std::string served, live_image());
  if (served == request_.child) return refused(request_, "the machine was started meanwhile", "Try again.");
  ServedDisk disk{{request_.target, request_.child, false}, {}};
  for (std::string at = request_.child; !at.empty(); at = world.images.at(at).parent) {
    disk.chain.push_back(world.images.at(at));
  }
  HVSH_CHECK(prepare_images({disk}, context_.user, context_.folder.owners()));
  HVSH_TRY(auto daemon, PrivateDaemon::start({disk}, context_.user, offline_.get()));
  CommitJob job(daemon->link(), job_id());
  HVSH_CHECK(job.start({{"device", image_node(request_.child)}, {"base-node", image_node(request_.base)}}));
  HVSH_CHECK(job.wait_for("ready", hooks_, milliseconds(0)));
  HVSH_CHECK(job.complete());
  HVSH_CHECK(job.wait_for("concluded", MergeHooks{}, milliseconds(0)));
  HVSH_CHECK(job.dismiss());
  daemon.reset();
  return {};
}

// Images over the child that no job has told yet. One after the other; the child is there until all know.
Result<void> Merge::retarget_children(const World& world) {
  for (const Image& old : world.children_of(request_.child)) {
    HVSH_TRY(Image now, read_image(old.path, Format::qcow2));
    if (now.parent != request_.child) continue;
    HVSH_CHECK(give_image(old.path, context_.user, context_.folder.owners()));
    HVSH_TRY(ProgramEnd outcome,
             run({"qemu-img", "rebase", "-u", "-f", "qcow2", "-F",
                  driver_of(world.images.at(request_.base).format), "-b",
                  name_in_header(request_.base, folder_of(old.path)), old.path},
                 context_.user.dynamic_ownership ? &context_.user.user : nullptr, kHeaderDeadline));
    if (outcome.exit_code != 0) {
      return refused(request_, fmt::format("'{}' cannot be put over the base: {}", old.path, outcome.output));
    }
    HVSH_TRY(Image after, read_image(old.path, Format::qcow2));
    if (after.parent != request_.base) return refused(request_, fmt::format("'{}' did not change", old.path));
  }
  return {};
}

Result<void> Merge::finish(bool record_is_done) {
  if (!record_is_done) {
    if (hooks_.after_pivot) HVSH_CHECK(hooks_.after_pivot(request_.base));
    HVSH_TRY(World world, read_world(context_, request_.record_path));
    if (world.knows(request_.child)) {
      return refused(request_, "the machine record still needs the child, so it is kept");
    }
  }
  HVSH_TRY(ServerStatus status, context_.folder.status());
  if (RunFolder::live_server(status) > 0) HVSH_CHECK(remove_nodes(live_, request_.child));
  if (::unlink(request_.child.c_str()) != 0 && errno != ENOENT)
    return errno_error("remove", request_.child, errno);
  return sync_folder(folder_of(request_.child));
}

}  // namespace

std::string name_in_header(const std::string& path, const std::string& folder) {
  // A name with a colon would be read as a protocol.
  const std::string name = path.substr(path.rfind('/') + 1);
  return folder_of(path) == folder && name.find(':') == std::string::npos ? name : path;
}

Result<void> merge_image(const MergeContext& context, const MergeRequest& request, const MergeHooks& hooks) {
  return Merge(context, request, hooks).run_all();
}

}  // namespace hvsh::engines::block
