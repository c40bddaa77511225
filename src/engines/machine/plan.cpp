#include "engines/machine/plan.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace hvsh::engines {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(MachineDisk, target, image, read_only, unknown)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Plan, machine_name, record_path, checkpoint,
                                                previous_checkpoint, tag, was_running, paused, disks, leaves,
                                                memory_file, files, folders, disk, temporary_disk, device,
                                                inode)

std::string text_of(const Plan& plan) {
  // Names come from the hypervisor, paths from the file system: bytes that are no UTF-8 are kept apart from
  // each other as well as JSON can.
  return nlohmann::json(plan).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<Plan> parse_plan(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<Plan>();
  } catch (const std::exception& error) {
    return Error{
        .id = "InvalidData",
        .category = ErrorCategory::InvalidData,
        .message = fmt::format("The journal holds an operation that cannot be read: {}.", error.what())};
  }
}

}  // namespace hvsh::engines
