#include "engines/machine/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "engines/files.h"

namespace hvsh::engines {
namespace {

using Json = nlohmann::ordered_json;

// Bounds on a file that may be hostile. A checkpoint's configuration is some tens of KiB, and Windows allows
// 50 checkpoints for one machine; these leave room without letting one file eat the memory.
constexpr uint64_t kFileMax = 32u << 20;
constexpr int kDepthMax = 32;
constexpr size_t kDisksMax = 512;
constexpr size_t kCheckpointsMax = 1024;
constexpr size_t kImagesMax = kDisksMax * 128;
constexpr size_t kTextMax = 65536;
constexpr size_t kPathMax = 4095;
constexpr size_t kConfigMax = 8u << 20;

Error bad_record(const std::string& where, std::string why) {
  return Error{.id = "InvalidMachineRecord",
               .category = ErrorCategory::InvalidData,
               .message = fmt::format("The machine record '{}' is not valid: {}.", where, why),
               .hint =
                   "Restore the file from a backup, or remove the virtual machine and create it again "
                   "with its disks.",
               .target = where};
}

// What is read or written, and where paths start; carried by every step so that errors can name the file.
struct Source {
  std::string folder;
  std::string name;
};

Result<std::string> text_member(const Json& object, const char* key, size_t max, const Source& source) {
  const auto found = object.find(key);
  if (found == object.end()) return std::string();
  if (!found->is_string()) return bad_record(source.name, fmt::format("'{}' is not a string", key));
  const auto& text = found->get_ref<const std::string&>();
  if (text.size() > max) {
    return bad_record(source.name, fmt::format("'{}' is longer than {} bytes", key, max));
  }
  if (text.find('\0') != std::string::npos) {
    return bad_record(source.name, fmt::format("'{}' contains a NUL character", key));
  }
  return text;
}

Result<std::string> path_member(const Json& object, const char* key, const Source& source) {
  HVSH_TRY(std::string text, text_member(object, key, kPathMax, source));
  if (text.empty() || text[0] == '/') return text;
  return (std::filesystem::path(source.folder) / text).lexically_normal().string();
}

// What is left of `object` without the members that we know, as text; empty if nothing.
std::string unknown_members(const Json& object, std::initializer_list<const char*> known) {
  Json rest = Json::object();
  for (const auto& [key, value] : object.items()) {
    if (std::none_of(known.begin(), known.end(), [&](const char* name) { return key == name; })) {
      rest[key] = value;
    }
  }
  return rest.empty() ? std::string() : rest.dump();
}

Result<Json> parse_bounded(const std::string& text, const Source& source) {
  const auto guard = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kDepthMax) {
      throw std::length_error(fmt::format("it is nested deeper than {} levels", kDepthMax));  // caught below
    }
    return true;
  };
  try {
    Json json = Json::parse(text, guard);
    if (!json.is_object()) return bad_record(source.name, "it is not a JSON object");
    return json;
  } catch (const std::exception& error) {
    return bad_record(source.name, error.what());
  }
}

Result<MachineDisk> disk_from(const Json& json, const Source& source) {
  if (!json.is_object()) return bad_record(source.name, "a disk is not an object");
  MachineDisk disk;
  HVSH_TRY(disk.target, text_member(json, "target", 64, source));
  HVSH_TRY(disk.image, path_member(json, "image", source));
  if (const auto found = json.find("readOnly"); found != json.end()) {
    if (!found->is_boolean()) return bad_record(source.name, "'readOnly' is neither true nor false");
    disk.read_only = found->get<bool>();
  }
  disk.unknown = unknown_members(json, {"target", "image", "readOnly"});
  return disk;
}

Result<std::vector<MachineDisk>> disks_from(const Json& object, const Source& source) {
  std::vector<MachineDisk> disks;
  const auto found = object.find("disks");
  if (found == object.end()) return disks;
  if (!found->is_array()) return bad_record(source.name, "'disks' is not a list");
  if (found->size() > kDisksMax) {
    return bad_record(source.name, fmt::format("it has more than {} disks", kDisksMax));
  }
  for (const Json& json : *found) {
    HVSH_TRY(MachineDisk disk, disk_from(json, source));
    disks.push_back(std::move(disk));
  }
  return disks;
}

Result<std::vector<MachineImage>> images_from(const Json& object, const Source& source) {
  std::vector<MachineImage> images;
  const auto found = object.find("images");
  if (found == object.end()) return images;
  if (!found->is_array()) return bad_record(source.name, "'images' is not a list");
  if (found->size() > kImagesMax) {
    return bad_record(source.name, fmt::format("it has more than {} images", kImagesMax));
  }
  for (const Json& json : *found) {
    if (!json.is_object()) return bad_record(source.name, "an image is not an object");
    MachineImage image;
    HVSH_TRY(image.path, path_member(json, "path", source));
    HVSH_TRY(image.parent, path_member(json, "parent", source));
    HVSH_TRY(image.target, text_member(json, "target", 64, source));
    HVSH_TRY(image.merged_into, path_member(json, "mergedInto", source));
    image.unknown = unknown_members(json, {"path", "parent", "target", "mergedInto"});
    images.push_back(std::move(image));
  }
  return images;
}

Result<CheckpointRecord> checkpoint_from(const Json& json, const Source& source) {
  if (!json.is_object()) return bad_record(source.name, "a checkpoint is not an object");
  CheckpointRecord checkpoint;
  HVSH_TRY(checkpoint.id, text_member(json, "id", 64, source));
  HVSH_TRY(checkpoint.name, text_member(json, "name", kTextMax, source));
  HVSH_TRY(checkpoint.type, text_member(json, "type", 64, source));
  HVSH_TRY(checkpoint.parent_id, text_member(json, "parent", 64, source));
  HVSH_TRY(checkpoint.created, text_member(json, "created", 64, source));
  HVSH_TRY(checkpoint.state, text_member(json, "state", 64, source));
  HVSH_TRY(checkpoint.config, text_member(json, "config", kConfigMax, source));
  HVSH_TRY(checkpoint.memory_file, path_member(json, "memoryFile", source));
  HVSH_TRY(checkpoint.disks, disks_from(json, source));
  HVSH_TRY(checkpoint.notes, text_member(json, "notes", kConfigMax, source));
  checkpoint.unknown = unknown_members(
      json, {"id", "name", "type", "parent", "created", "state", "config", "memoryFile", "disks", "notes"});
  return checkpoint;
}

bool is_target(const std::string& text) {
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

bool is_path(const std::string& text) {
  return text.size() > 1 && text.size() <= kPathMax && text[0] == '/' &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

Result<void> check_disks(const std::vector<MachineDisk>& disks, const std::string& where) {
  if (disks.size() > kDisksMax) return bad_record(where, fmt::format("it has more than {} disks", kDisksMax));
  std::set<std::string> targets;
  for (const MachineDisk& disk : disks) {
    if (!is_target(disk.target)) {
      return bad_record(where, fmt::format("'{}' is not the name of a disk's target", disk.target));
    }
    if (!targets.insert(disk.target).second) {
      return bad_record(where, fmt::format("it names the disk '{}' twice", disk.target));
    }
    if (!is_path(disk.image)) {
      return bad_record(where, fmt::format("the image of disk '{}' is not an absolute path", disk.target));
    }
  }
  return {};
}

// Each image once, over another one, and no chain that ends in itself.
Result<void> check_images(const MachineRecord& record, const std::string& where) {
  if (record.images.size() > kImagesMax) {
    return bad_record(where, fmt::format("it has more than {} images", kImagesMax));
  }
  std::map<std::string, std::string> parents;
  for (const MachineImage& image : record.images) {
    if (!is_path(image.path) || !is_path(image.parent)) {
      return bad_record(where, fmt::format("the path or parent of image '{}' is not absolute", image.path));
    }
    if (!is_target(image.target)) {
      return bad_record(where, fmt::format("'{}' is not the name of a disk's target", image.target));
    }
    if (!image.merged_into.empty() && !is_path(image.merged_into)) {
      return bad_record(where, fmt::format("the base of image '{}' is not an absolute path", image.path));
    }
    if (!parents.emplace(image.path, image.parent).second) {
      return bad_record(where, fmt::format("it has the image '{}' twice", image.path));
    }
  }
  std::set<std::string> sound;  // images whose chain is known to end
  for (const auto& [path, parent] : parents) {
    std::set<std::string> chain;
    for (auto at = parents.find(path); at != parents.end() && !sound.count(at->first);
         at = parents.find(at->second)) {
      if (!chain.insert(at->first).second) return bad_record(where, "its images form a cycle");
    }
    sound.merge(chain);
  }
  return {};
}

// Walks from each checkpoint to its root; a walk longer than the list has met a cycle.
Result<void> check_tree(const MachineRecord& record, const std::string& where) {
  std::set<std::string> ids;
  for (const CheckpointRecord& checkpoint : record.checkpoints) {
    if (!is_guid_text(checkpoint.id)) {
      return bad_record(where, fmt::format("'{}' is not the id of a checkpoint", checkpoint.id));
    }
    if (!ids.insert(checkpoint.id).second) {
      return bad_record(where, fmt::format("it has the checkpoint {} twice", checkpoint.id));
    }
    if (!checkpoint.memory_file.empty() && !is_path(checkpoint.memory_file)) {
      return bad_record(
          where, fmt::format("the memory file of checkpoint {} is not an absolute path", checkpoint.id));
    }
    HVSH_CHECK(check_disks(checkpoint.disks, where));
  }
  if (!record.current_checkpoint.empty() && !ids.count(record.current_checkpoint)) {
    return bad_record(where,
                      fmt::format("its current checkpoint {} is not in it", record.current_checkpoint));
  }
  for (const CheckpointRecord& checkpoint : record.checkpoints) {
    if (!checkpoint.parent_id.empty() && !ids.count(checkpoint.parent_id)) {
      return bad_record(where, fmt::format("the parent {} of checkpoint {} is not in it",
                                           checkpoint.parent_id, checkpoint.id));
    }
  }
  // Peel leaves from the roots downwards: what is never reached hangs on a cycle.
  std::set<std::string> reached = {""};
  for (size_t before = 0; before != reached.size();) {
    before = reached.size();
    for (const CheckpointRecord& checkpoint : record.checkpoints) {
      if (reached.count(checkpoint.parent_id)) reached.insert(checkpoint.id);
    }
  }
  if (reached.size() != ids.size() + 1) return bad_record(where, "its checkpoints form a cycle");
  return {};
}

Result<void> check_record(const MachineRecord& record, const std::string& where) {
  if (record.version < 1) return bad_record(where, "its version is missing or not a positive number");
  if (record.version > MachineRecord::kVersion) {
    return Error{
        .id = "MachineRecordTooNew",
        .category = ErrorCategory::InvalidData,
        .message = fmt::format("Cannot read the machine record '{}': it has version {}, and this program "
                               "knows versions up to {}.",
                               where, record.version, MachineRecord::kVersion),
        .hint = "Use the version of hvsh that wrote it, or a later one.",
        .target = where};
  }
  if (!is_guid_text(record.id)) return bad_record(where, fmt::format("its id '{}' is not a GUID", record.id));
  if (record.checkpoints.size() > kCheckpointsMax) {
    return bad_record(where, fmt::format("it has more than {} checkpoints", kCheckpointsMax));
  }
  HVSH_CHECK(check_disks(record.disks, where));
  HVSH_CHECK(check_images(record, where));
  return check_tree(record, where);
}

// The object to start from when writing: members that we do not know first, so that ours win.
Json from_unknown(const std::string& text) {
  Json json = text.empty() ? Json::object() : Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}

std::string stored_path(const std::string& path, const std::string& folder) {
  const std::string prefix = folder == "/" ? folder : folder + "/";
  const std::string rest = path.starts_with(prefix) ? path.substr(prefix.size()) : std::string();
  // A relative path with a parent step would mean another file once the folder has moved.
  const bool inside = !rest.empty() && rest.find("..") == std::string::npos;
  return inside ? rest : path;
}

Json to_json(const std::vector<MachineDisk>& disks, const std::string& folder) {
  Json list = Json::array();
  for (const MachineDisk& disk : disks) {
    Json json = from_unknown(disk.unknown);
    json["target"] = disk.target;
    json["image"] = stored_path(disk.image, folder);
    json["readOnly"] = disk.read_only;
    list.push_back(std::move(json));
  }
  return list;
}

Json to_json(const CheckpointRecord& checkpoint, const std::string& folder) {
  Json json = from_unknown(checkpoint.unknown);
  json["id"] = checkpoint.id;
  json["name"] = checkpoint.name;
  json["type"] = checkpoint.type;
  json["parent"] = checkpoint.parent_id;
  json["created"] = checkpoint.created;
  json["state"] = checkpoint.state;
  json["config"] = checkpoint.config;
  json["memoryFile"] = checkpoint.memory_file.empty() ? "" : stored_path(checkpoint.memory_file, folder);
  json["disks"] = to_json(checkpoint.disks, folder);
  json["notes"] = checkpoint.notes;
  return json;
}

Result<std::string> absolute_folder(const std::string& path) {
  std::error_code code;
  const auto absolute = std::filesystem::absolute(path, code);
  if (code) return errno_error("resolve", path, code.value());
  return machine_folder_of(absolute.lexically_normal().string());
}

}  // namespace

std::string machine_folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return (folder.filename() == "Virtual Machines" ? folder.parent_path() : folder).string();
}

const MachineDisk* MachineRecord::find_disk(const std::string& target) const {
  for (const MachineDisk& disk : disks) {
    if (disk.target == target) return &disk;
  }
  return nullptr;
}

const CheckpointRecord* MachineRecord::find_checkpoint(const std::string& checkpoint_id) const {
  for (const CheckpointRecord& checkpoint : checkpoints) {
    if (checkpoint.id == checkpoint_id) return &checkpoint;
  }
  return nullptr;
}

bool is_guid_text(const std::string& text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

Result<MachineRecord> parse_record(const std::string& text, const std::string& folder,
                                   const std::string& name_in_errors) {
  const Source source{folder, name_in_errors};
  HVSH_TRY(Json json, parse_bounded(text, source));
  MachineRecord record;
  record.version = 0;
  if (const auto found = json.find("version"); found != json.end() && found->is_number_integer()) {
    const auto number = found->get<int64_t>();
    record.version =
        number < 1 || number > 1'000'000 ? (number < 1 ? 0 : 1'000'000) : static_cast<int>(number);
  }
  // The version is judged before anything else: a later one may have changed the meaning of the rest.
  if (record.version > MachineRecord::kVersion) {
    record.id = "00000000-0000-0000-0000-000000000000";
    HVSH_CHECK(check_record(record, name_in_errors));
  }
  HVSH_TRY(record.id, text_member(json, "id", 64, source));
  HVSH_TRY(record.name, text_member(json, "name", kTextMax, source));
  HVSH_TRY(record.current_checkpoint, text_member(json, "currentCheckpoint", 64, source));
  HVSH_TRY(record.disks, disks_from(json, source));
  HVSH_TRY(record.images, images_from(json, source));
  if (const auto found = json.find("checkpoints"); found != json.end()) {
    if (!found->is_array()) return bad_record(name_in_errors, "'checkpoints' is not a list");
    if (found->size() > kCheckpointsMax) {
      return bad_record(name_in_errors, fmt::format("it has more than {} checkpoints", kCheckpointsMax));
    }
    for (const Json& item : *found) {
      HVSH_TRY(CheckpointRecord checkpoint, checkpoint_from(item, source));
      record.checkpoints.push_back(std::move(checkpoint));
    }
  }
  record.unknown =
      unknown_members(json, {"version", "id", "name", "disks", "checkpoints", "images", "currentCheckpoint"});
  HVSH_CHECK(check_record(record, name_in_errors));
  return record;
}

Result<std::string> record_text(const MachineRecord& record, const std::string& folder) {
  HVSH_CHECK(check_record(record, record.name));
  Json json = from_unknown(record.unknown);
  json["version"] = record.version;
  json["id"] = record.id;
  json["name"] = record.name;
  json["disks"] = to_json(record.disks, folder);
  json["currentCheckpoint"] = record.current_checkpoint;
  json["images"] = Json::array();
  for (const MachineImage& image : record.images) {
    Json item = from_unknown(image.unknown);
    item["path"] = stored_path(image.path, folder);
    item["parent"] = stored_path(image.parent, folder);
    item["target"] = image.target;
    item.erase("mergedInto");
    if (!image.merged_into.empty()) item["mergedInto"] = stored_path(image.merged_into, folder);
    json["images"].push_back(std::move(item));
  }
  json["checkpoints"] = Json::array();
  for (const CheckpointRecord& checkpoint : record.checkpoints) {
    json["checkpoints"].push_back(to_json(checkpoint, folder));
  }
  try {
    return json.dump(2) + "\n";
  } catch (const std::exception& error) {  // text that is not UTF-8
    return bad_record(record.name, error.what());
  }
}

Result<MachineRecord> load_record(const std::string& path) {
  HVSH_TRY(std::string folder, absolute_folder(path));
  HVSH_TRY(std::string text, read_file(path, kFileMax));
  return parse_record(text, folder, path);
}

Result<void> save_record(const MachineRecord& record, const std::string& path) {
  HVSH_TRY(std::string folder, absolute_folder(path));
  HVSH_TRY(std::string text, record_text(record, folder));
  if (text.size() > kFileMax) {
    return bad_record(path, fmt::format("it would be longer than {} bytes", kFileMax));
  }
  return write_file_atomically(path, text, 0644);
}

}  // namespace hvsh::engines
