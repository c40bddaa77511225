#include "engines/memory/state.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace hvsh {

// Found by nlohmann through the types' namespace.
static void to_json(nlohmann::json& json, const Guid& id) { json = id.to_string(); }
static void from_json(const nlohmann::json& json, Guid& id) {
  const auto parsed = Guid::parse(json.get<std::string>());
  if (!parsed) throw std::invalid_argument("'" + json.get<std::string>() + "' is not an id");
  id = *parsed;
}
static void to_json(nlohmann::json& json, const DateTime& time) { json = time.ticks; }
static void from_json(const nlohmann::json& json, DateTime& time) {
  time = {.ticks = json.get<int64_t>(), .kind = DateTime::Kind::utc};
}

}  // namespace hvsh

namespace nlohmann {

template <class T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& out, const std::optional<T>& value) {
    out = value ? json(*value) : json(nullptr);
  }
  static void from_json(const json& in, std::optional<T>& value) {
    value = in.is_null() ? std::optional<T>() : std::optional<T>(in.get<T>());
  }
};

}  // namespace nlohmann

namespace hvsh::nouns {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(DrivePlace, type, number, location)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(DiskConfig, target, image, format, served, server_socket,
                                                place, read_only, maximum_iops, minimum_iops, cache, shared,
                                                boot_order)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(DvdConfig, target, image, place, boot_order)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(VlanConfig, mode, access_id, native_id, allowed_ids,
                                                private_mode, primary_id, secondary_id, secondary_ids)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(AdapterConfig, id, name, mac, static_mac, switch_name,
                                                switch_id, legacy, boot_order, vlan)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(SwitchConfig, id, name, notes, type, bridge, uplink,
                                                uplink_is_bridge, host_adapters, is_foreign)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ProcessorConfig, reserve_percent, maximum_percent, weight,
                                                nested_virtualization, migration_compatible,
                                                old_system_compatible, threads_per_core,
                                                maximum_per_numa_node, maximum_numa_nodes_per_socket,
                                                host_resource_protection)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(FirmwareConfig, secure_boot, secure_boot_template,
                                                network_protocol, console, pause_after_boot_failure, num_lock,
                                                startup_order)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ComPortConfig, pipe, debugger)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(SecurityConfig, tpm, key_protector, encrypt_traffic,
                                                vbs_opt_out)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(VideoConfig, resolution, horizontal, vertical)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(IntegrationConfig, guest_interface, heartbeat,
                                                key_value_pairs, shutdown, time_synchronization, backup)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(
    MachineConfig, id, name, generation, processor_count, processor, memory_startup_bytes,
    memory_minimum_bytes, memory_maximum_bytes, dynamic_memory, memory_buffer_percent, memory_priority,
    memory_per_numa_node_bytes, notes, version, created, folder, record_path, snapshot_folder, paging_folder,
    start_action, start_delay_seconds, stop_action, critical_error_action, critical_error_minutes,
    checkpoint_type, automatic_checkpoints, guest_controlled_cache, low_mmio_bytes, high_mmio_bytes,
    lock_on_disconnect, firmware, security, video, integration, com1, com2, guest_system, serial_log,
    scsi_controllers, disks, dvds, floppy_image, adapters, metering_enabled)

}  // namespace hvsh::nouns

namespace hvsh::engines::memory {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Machine, config, state, operational, problem, started_ticks,
                                                counted_ticks, resumed_ticks, shutdown_polls,
                                                ignores_shutdown)

std::string world_text(const World& world) {
  nlohmann::json machines = nlohmann::json::array();
  for (const auto& [id, machine] : world.machines) machines.push_back(machine);
  nlohmann::json switches = nlohmann::json::array();
  for (const auto& [id, one] : world.switches) switches.push_back(one);
  return nlohmann::json{{"clock", world.clock_ticks},
                        {"next_mac", world.next_mac},
                        {"machines", machines},
                        {"switches", switches}}
             .dump(1) +
         "\n";
}

Result<World> parse_world(const std::string& text, const std::string& path) {
  try {
    const auto json = nlohmann::json::parse(text);
    World world{.clock_ticks = json.at("clock"), .next_mac = json.at("next_mac")};
    for (const auto& item : json.at("machines")) {
      auto machine = item.get<Machine>();
      world.machines[machine.config.id] = std::move(machine);
    }
    for (const auto& item : json.value("switches", nlohmann::json::array())) {
      auto one = item.get<SwitchConfig>();
      world.switches[one.id] = std::move(one);
    }
    return world;
  } catch (const std::exception& problem) {
    return Error{.id = "InvalidData",
                 .category = ErrorCategory::InvalidData,
                 .message = fmt::format("Cannot read the in-memory hypervisor's state '{}': {}.", path,
                                        problem.what()),
                 .hint = "Remove the file to begin anew.",
                 .target = path};
  }
}

std::string config_text(const MachineConfig& config) { return nlohmann::json(config).dump(); }

Result<MachineConfig> parse_config(const std::string& text) {
  try {
    return nlohmann::json::parse(text).get<MachineConfig>();
  } catch (const std::exception& problem) {
    return Error{.id = "InvalidData",
                 .category = ErrorCategory::InvalidData,
                 .message = fmt::format("The machine's definition cannot be read: {}.", problem.what())};
  }
}

}  // namespace hvsh::engines::memory
