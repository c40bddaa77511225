#include "engines/memory/memory_block_servers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <sstream>

#include "engines/files.h"

namespace hvsh::engines::memory {
namespace {

constexpr uint64_t kFileMax = 1 << 20;
constexpr int kChainMax = 128;

struct Image {
  std::string format = "vhdx";
  uint64_t size = 0;
  std::string parent = "-";
  Content content = {};
};

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

Error failed(std::string message) {
  return {
      .id = "OperationFailed", .category = ErrorCategory::InvalidOperation, .message = std::move(message)};
}

Result<Image> read_image(const std::string& path) {
  // A real image under the text ones, as the in-memory hypervisor of a whole shell has it, holds nothing that
  // is known here.
  char start[6] = {};
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid()) return errno_error("open", path, errno);
  if (::read(fd.get(), start, sizeof start) != sizeof start || std::string_view(start, 6) != "image ") {
    return Image{.format = "raw"};
  }
  HVSH_TRY(const std::string text, read_file(path, kFileMax));
  std::istringstream lines(text);
  Image image;
  std::string word;
  std::string line;
  if (!(lines >> word >> image.format >> image.size) || word != "image") return Image{.format = "raw"};
  lines.get();
  std::getline(lines, image.parent);
  while (std::getline(lines, line)) {
    const size_t at = line.find('=');
    if (at != std::string::npos) image.content[line.substr(0, at)] = line.substr(at + 1);
  }
  return image;
}

Result<void> write_image(const std::string& path, const Image& image) {
  std::string text = fmt::format("image {} {} {}\n", image.format, image.size, image.parent);
  for (const auto& [key, value] : image.content) text += fmt::format("{}={}\n", key, value);
  return write_file_atomically(path, text, 0644);
}

std::string format_of_name(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  if (extension == ".vhdx" || extension == ".leaf") return "vhdx";
  if (extension == ".vhd") return "vpc";
  return extension == ".qcow2" ? "qcow2" : "raw";
}

// The images that any disk of the record stands on, with the present and the frozen ones.
std::vector<std::string> named_images(const MachineRecord& record) {
  std::vector<std::string> named;
  const auto add = [&](const std::vector<MachineDisk>& disks) {
    for (const MachineDisk& disk : disks) named.push_back(disk.image);
  };
  add(record.disks);
  for (const CheckpointRecord& checkpoint : record.checkpoints) add(checkpoint.disks);
  return named;
}

// What a server has open, from its file.
std::set<std::string> open_in(const std::string& text) {
  std::set<std::string> open;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("open ")) open.insert(line.substr(5));
  }
  return open;
}

// A disk or checkpoint of the record stands on the image.
bool knows(const MachineRecord& record, const std::string& image) {
  for (std::string at : named_images(record)) {
    for (int depth = 0; at != "-" && depth < kChainMax; ++depth) {
      if (at == image) return true;
      auto below = read_image(at);
      if (!below) break;
      at = below->parent;
    }
  }
  return false;
}

bool freezes(const MachineRecord& record, const std::string& image) {
  return std::any_of(record.checkpoints.begin(), record.checkpoints.end(), [&](const CheckpointRecord& each) {
    return std::any_of(each.disks.begin(), each.disks.end(),
                       [&](const MachineDisk& disk) { return disk.image == image; });
  });
}

}  // namespace

void MemoryBlockServers::fail_calls(int from, int count, Error error) {
  fail_from_ = calls_ + from;
  fail_until_ = fail_from_ + count;
  failure_ = std::move(error);
}

Result<void> MemoryBlockServers::enter() {
  ++calls_;
  if (calls_ >= fail_from_ && calls_ < fail_until_) return failure_;
  return {};
}

Result<Content> MemoryBlockServers::content(const std::string& path) {
  Content content;
  std::string at = path;
  for (int depth = 0; at != "-"; ++depth) {
    if (depth > kChainMax) return failed(fmt::format("The chain of '{}' has no end.", path));
    HVSH_TRY(Image image, read_image(at));
    content.merge(image.content);  // what is above wins
    at = image.parent;
  }
  return content;
}

Result<void> MemoryBlockServers::guest_write(const std::string& vm_id, const std::string& target,
                                             const std::string& key, const std::string& value) {
  HVSH_TRY(const ServerState server, look(vm_id));
  for (const MachineDisk& disk : server.disks) {
    if (disk.target != target) continue;
    HVSH_TRY(Image image, read_image(disk.image));
    image.content[key] = value;
    return write_image(disk.image, image);
  }
  return failed(fmt::format("Disk '{}' is not served.", target));
}

Result<std::string> MemoryBlockServers::socket_path(const std::string& vm_id) const {
  return folder_ + "/" + vm_id + ".sock";
}

Result<ServerState> MemoryBlockServers::look(const std::string& vm_id) const {
  ServerState state;
  if (!exists(server_file(vm_id))) return state;
  HVSH_TRY(const std::string text, read_file(server_file(vm_id), kFileMax));
  std::istringstream lines(text);
  MachineDisk disk;
  std::string word;
  while (lines >> word) {
    if (word == "disk") {
      lines >> disk.target >> disk.read_only >> std::ws;
      std::getline(lines, disk.image);
      state.disks.push_back(disk);
    } else {
      std::getline(lines, word);
    }
  }
  state.running = state.supervised = true;
  return state;
}

// The whole chains, beside what is open already.
Result<void> MemoryBlockServers::open_images(const std::string& vm_id,
                                             const std::vector<MachineDisk>& disks) {
  std::set<std::string> open;
  if (exists(server_file(vm_id))) {
    HVSH_TRY(const std::string now, read_file(server_file(vm_id), kFileMax));
    open = open_in(now);
  }
  std::string text;
  for (const MachineDisk& disk : disks) {
    HVSH_CHECK(content(disk.image));
    text += fmt::format("disk {} {} {}\n", disk.target, int{disk.read_only}, disk.image);
    for (std::string at = disk.image; at != "-";) {
      open.insert(at);
      HVSH_TRY(const Image image, read_image(at));
      at = image.parent;
    }
  }
  for (const std::string& image : open) text += fmt::format("open {}\n", image);
  std::error_code code;
  std::filesystem::create_directories(folder_, code);
  return write_file_atomically(server_file(vm_id), text, 0600);
}

Result<void> MemoryBlockServers::close_image(const std::string& vm_id, const std::string& image) {
  if (!exists(server_file(vm_id))) return {};
  HVSH_TRY(std::string text, read_file(server_file(vm_id), kFileMax));
  const std::string line = fmt::format("open {}\n", image);
  if (const size_t at = text.find(line); at != std::string::npos) text.erase(at, line.size());
  return write_file_atomically(server_file(vm_id), text, 0600);
}

Result<void> MemoryBlockServers::start(const std::string& vm_id, const std::string& record_path) {
  HVSH_CHECK(enter());
  HVSH_TRY(const MachineRecord record, load_record(record_path));
  HVSH_TRY(const ServerState now, look(vm_id));
  if (!now.running) return open_images(vm_id, record.disks);
  if (now.disks == record.disks) return {};
  return Error{.id = "BlockServerDiffers",
               .category = ErrorCategory::InvalidOperation,
               .message = "The server has other images open."};
}

Result<void> MemoryBlockServers::restart(const std::string& vm_id) {
  HVSH_CHECK(enter());
  HVSH_TRY(const ServerState server, look(vm_id));
  if (server.running) return {};
  return Error{.id = "BlockServerNotRunning",
               .category = ErrorCategory::InvalidOperation,
               .message = fmt::format("The block server of machine {} is not running.", vm_id)};
}

Result<void> MemoryBlockServers::stop(const std::string& vm_id) {
  HVSH_CHECK(enter());
  ::unlink(server_file(vm_id).c_str());
  return {};
}

Result<ServerState> MemoryBlockServers::state(const std::string& vm_id) {
  HVSH_CHECK(enter());
  return look(vm_id);
}

Result<std::vector<MachineDisk>> MemoryBlockServers::create_leaves(const std::vector<MachineDisk>& disks,
                                                                   const std::string& tag) {
  HVSH_CHECK(enter());
  std::vector<MachineDisk> leaves;
  for (MachineDisk disk : disks) {
    if (!disk.read_only) {
      HVSH_TRY(const Image under, read_image(disk.image));
      const std::string leaf = fmt::format("{}/{}_{}.leaf", folder_of(disk.image), disk.target, tag);
      if (!exists(leaf)) HVSH_CHECK(write_image(leaf, {.size = under.size, .parent = disk.image}));
      disk.image = leaf;
    }
    leaves.push_back(std::move(disk));
  }
  return leaves;
}

Result<void> MemoryBlockServers::switch_leaves(const std::string& vm_id,
                                               const std::vector<MachineDisk>& leaves) {
  HVSH_CHECK(enter());
  HVSH_TRY(ServerState now, look(vm_id));
  if (!now.running) return failed("There is no server.");
  for (MachineDisk& disk : now.disks) {
    for (const MachineDisk& leaf : leaves) {
      if (leaf.target != disk.target || leaf.image == disk.image) continue;
      HVSH_TRY(const Image image, read_image(leaf.image));
      if (image.parent != disk.image) {
        return failed(fmt::format("'{}' does not lie over '{}'.", leaf.image, disk.image));
      }
      disk.image = leaf.image;
    }
  }
  return open_images(vm_id, now.disks);
}

Result<void> MemoryBlockServers::update(const std::string& vm_id, const std::string& record_path) {
  HVSH_CHECK(enter());
  HVSH_TRY(const MachineRecord record, load_record(record_path));
  ::unlink(server_file(vm_id).c_str());
  return record.disks.empty() ? Result<void>() : open_images(vm_id, record.disks);
}

Result<void> MemoryBlockServers::reopen(const std::string& vm_id, const std::string& record_path) {
  HVSH_CHECK(enter());
  HVSH_TRY(const MachineRecord record, load_record(record_path));
  ::unlink(server_file(vm_id).c_str());
  return open_images(vm_id, record.disks);
}

Result<void> MemoryBlockServers::merge(const MergeRequest& request, const MergeHooks& hooks) {
  HVSH_CHECK(enter());
  HVSH_TRY(const MachineRecord record, load_record(request.record_path));
  const auto finish = [&]() -> Result<void> {
    HVSH_CHECK(close_image(request.vm_id, request.child));
    ::unlink(request.child.c_str());
    if (hooks.progress) hooks.progress(2, 2);
    return {};
  };
  if (!knows(record, request.child)) return finish();  // only that was left to do
  if (freezes(record, request.base)) return failed(fmt::format("'{}' is frozen.", request.base));
  if (exists(request.child)) {
    HVSH_TRY(const Image child, read_image(request.child));
    if (child.parent != request.base) {
      return failed(fmt::format("'{}' does not lie over '{}'.", request.child, request.base));
    }
  }
  const auto copy = [&]() -> Result<void> {
    if (!exists(request.child)) return {};  // an earlier attempt came that far
    HVSH_TRY(const Image child, read_image(request.child));
    if (child.content.empty()) return {};
    HVSH_TRY(Image base, read_image(request.base));
    for (const auto& [key, value] : child.content) base.content[key] = value;
    return write_image(request.base, base);
  };
  if (hooks.progress && !hooks.progress(0, 2)) return failed("The merge was cancelled.");
  HVSH_TRY(ServerState server, look(request.vm_id));
  const auto open = std::find_if(server.disks.begin(), server.disks.end(),
                                 [&](const MachineDisk& disk) { return disk.image == request.child; });
  if (open != server.disks.end()) {
    HVSH_CHECK(copy());
    if (hooks.before_pivot) HVSH_CHECK(hooks.before_pivot());
    HVSH_CHECK(copy());
    open->image = request.base;
    HVSH_CHECK(open_images(request.vm_id, server.disks));
  } else if (std::none_of(server.disks.begin(), server.disks.end(),
                          [&](const MachineDisk& disk) { return disk.image == request.base; })) {
    HVSH_CHECK(copy());
  }
  for (const std::string& path : named_images(record)) {
    auto image = read_image(path);
    if (!image || image->parent != request.child) continue;
    image->parent = request.base;
    HVSH_CHECK(write_image(path, *image));
  }
  HVSH_CHECK(hooks.after_pivot(request.base));
  return finish();
}

Result<void> MemoryBlockServers::remove_images(const std::vector<std::string>& paths) {
  HVSH_CHECK(enter());
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, code)) {
    HVSH_TRY(const std::string text, read_file(entry.path().string(), kFileMax));
    for (const std::string& image : open_in(text)) {
      if (std::find(paths.begin(), paths.end(), image) != paths.end()) {
        return failed(fmt::format("'{}' is still open in a server.", image));
      }
    }
  }
  for (const std::string& path : paths) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return errno_error("remove", path, errno);
  }
  return {};
}

DiskImages disk_images() {
  return {.probe = [](const std::string& path) -> Result<ImageFacts> {
            HVSH_TRY(const Image image, read_image(path));
            return ImageFacts{image.format, image.size};
          },
          .create = [](const std::string& path, uint64_t size) -> Result<void> {
            if (exists(path)) return errno_error("create", path, EEXIST);
            return write_image(path, {.format = format_of_name(path), .size = size});
          }};
}

}  // namespace hvsh::engines::memory
