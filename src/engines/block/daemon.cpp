#include "engines/block/daemon.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "engines/block/vhdx_log.h"
#include "engines/process.h"

namespace hvsh::engines::block {
namespace {

// FNV-1a, 64 bit. Two images of one machine meeting in one name would be an error of blockdev-add, not a
// mix-up.
std::string hash_of(const std::string& path) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const unsigned char c : path) hash = (hash ^ c) * 0x100000001b3u;
  return fmt::format("{:016x}", hash);
}

Error twice(const std::string& path) {
  return Error{
      .id = "ImageUsedTwice",
      .category = ErrorCategory::ResourceBusy,
      .message = fmt::format("Cannot serve the disk '{}': another disk of the machine uses it too.", path),
      .hint = "Two disks that write one image destroy it; attach a copy or a differencing disk.",
      .target = path};
}

}  // namespace

std::string image_node(const std::string& path) { return "i" + hash_of(path); }
std::string file_node(const std::string& path) { return "f" + hash_of(path); }
std::string filter_node(const std::string& path) { return "m" + hash_of(path); }

Json file_node_options(const Image& image) {
  // auto-read-only: the file is opened for writing only while somebody above may write, so that a parent can
  // be shared, and a merge can still turn it into the image that is written.
  return {{"driver", image.is_device ? "host_device" : "file"},
          {"node-name", file_node(image.path)},
          {"filename", image.path},
          {"auto-read-only", true},
          {"discard", "unmap"}};
}

Json image_node_options(const Image& image, bool read_only, const std::string& parent_node) {
  Json options = {{"driver", driver_of(image.format)},
                  {"node-name", image_node(image.path)},
                  {"file", file_node(image.path)},
                  {"read-only", read_only},
                  {"discard", "unmap"}};
  // Always said, null included: otherwise the daemon opens what the image's header names.
  if (image.format == Format::qcow2)
    options["backing"] = parent_node.empty() ? Json(nullptr) : Json(parent_node);
  return options;
}

Json export_options(const ServedDisk& served) {
  return {{"type", "nbd"},
          {"id", served.disk.target},
          {"name", served.disk.target},
          {"node-name", image_node(served.chain[0].path)},
          {"writable", !served.disk.read_only}};
}

std::vector<std::string> parent_folders(const MachineRecord& record, const std::string& record_path,
                                        const std::vector<std::string>& extra) {
  std::set<std::string> found;
  const auto add = [&](const std::string& folder) {
    if (auto real = real_path(folder)) found.insert(*real);
  };
  add(folder_of(record_path));
  for (const MachineDisk& disk : record.disks) add(folder_of(disk.image));
  for (const CheckpointRecord& checkpoint : record.checkpoints) {
    for (const MachineDisk& disk : checkpoint.disks) add(folder_of(disk.image));
  }
  for (const std::string& folder : extra) add(folder);
  return {found.begin(), found.end()};
}

Result<std::vector<ServedDisk>> read_disks(const MachineRecord& record,
                                           const std::vector<std::string>& folders) {
  std::vector<ServedDisk> disks;
  std::set<std::string> written;
  std::set<std::string> used;
  for (const MachineDisk& disk : record.disks) {
    HVSH_TRY(std::vector<Image> chain, read_chain(disk.image, folders));
    for (size_t i = 0; i < chain.size(); ++i) {
      const bool writes = i == 0 && !disk.read_only;
      if (written.count(chain[i].path) || (writes && used.count(chain[i].path))) return twice(chain[i].path);
      if (writes) written.insert(chain[i].path);
      used.insert(chain[i].path);
    }
    disks.push_back({disk, std::move(chain)});
  }
  return disks;
}

Result<void> prepare_images(const std::vector<ServedDisk>& disks, const QemuUser& user,
                            const std::string& owners_path) {
  std::vector<AccessWish> wishes;
  for (const ServedDisk& served : disks) {
    for (size_t i = 0; i < served.chain.size(); ++i) {
      const Image& image = served.chain[i];
      HVSH_CHECK(give_image(image.path, user, owners_path));
      wishes.push_back({image.path, i == 0 && !served.disk.read_only});
    }
  }
  HVSH_CHECK(check_access(user.user, wishes));
  const User* other = ::geteuid() == user.user.uid ? nullptr : &user.user;
  for (const ServedDisk& served : disks) {
    for (const Image& image : served.chain) {
      if (image.log_in_use) HVSH_CHECK(settle_log(image, other));
    }
  }
  return {};
}

std::vector<std::string> daemon_argv(const std::vector<ServedDisk>& disks, const DaemonOptions& options) {
  std::vector<std::string> argv = {"qemu-storage-daemon", "--chardev",
                                   fmt::format("socket,id=monitor,fd={},server={}", options.monitor_fd,
                                               options.monitor_listens ? "on,wait=off" : "off"),
                                   "--monitor", Json{{"chardev", "monitor"}, {"mode", "control"}}.dump()};
  const auto add = [&](const char* option, const Json& json) {
    argv.emplace_back(option);
    argv.push_back(json.dump());
  };
  std::set<std::string> added;  // parents may be shared by disks
  for (const ServedDisk& served : disks) {
    for (size_t i = served.chain.size(); i-- > 0;) {
      const Image& image = served.chain[i];
      if (!added.insert(image.path).second) continue;
      add("--blockdev", file_node_options(image));
      add("--blockdev",
          image_node_options(image, i > 0 || served.disk.read_only,
                             i + 1 < served.chain.size() ? image_node(served.chain[i + 1].path) : ""));
    }
  }
  if (options.export_fd < 0) return argv;
  add("--nbd-server",
      {{"addr", {{"type", "fd"}, {"str", std::to_string(options.export_fd)}}}, {"max-connections", 0}});
  for (const ServedDisk& served : disks) add("--export", export_options(served));
  return argv;
}

Result<std::vector<MachineDisk>> query_disks(QmpLink& link) {
  HVSH_TRY(Json nodes, link.execute("query-named-block-nodes", {{"flat", true}}));
  HVSH_TRY(Json exports, link.execute("query-block-exports"));
  std::vector<MachineDisk> disks;
  try {
    std::map<std::string, std::string> paths;  // hash -> path
    std::map<std::string, bool> read_only;
    for (const Json& node : nodes) {
      const auto name = node.at("node-name").get<std::string>();
      if (name.empty()) continue;
      if (name[0] == 'f') paths[name.substr(1)] = node.at("file").get<std::string>();
      if (name[0] == 'i') read_only[name.substr(1)] = node.at("ro").get<bool>();
    }
    for (const Json& item : exports) {
      // The name is an image's node, or the filter that a merge puts above it: the hash is the same.
      const auto hash = item.at("node-name").get<std::string>().substr(1);
      disks.push_back({item.at("id").get<std::string>(), paths.at(hash), read_only.at(hash)});
    }
  } catch (const std::exception& error) {
    return Error{.id = "BlockServerGone",
                 .category = ErrorCategory::ProtocolError,
                 .message = fmt::format("The block server's answer cannot be understood: {}.", error.what())};
  }
  std::sort(disks.begin(), disks.end(),
            [](const MachineDisk& a, const MachineDisk& b) { return a.target < b.target; });
  return disks;
}

Result<std::vector<std::string>> query_nodes(QmpLink& link) {
  HVSH_TRY(Json nodes, link.execute("query-named-block-nodes", {{"flat", true}}));
  std::vector<std::string> names;
  for (const Json& node : nodes) names.push_back(node.value("node-name", std::string()));
  return names;
}

Result<void> remove_nodes(QmpLink& link, const std::string& path) {
  HVSH_TRY(std::vector<std::string> names, query_nodes(link));
  for (const std::string& name : {image_node(path), file_node(path)}) {
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    auto removed = link.execute("blockdev-del", {{"node-name", name}});
    if (!removed) return removed.take_error();
  }
  return {};
}

}  // namespace hvsh::engines::block
