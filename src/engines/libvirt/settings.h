#pragma once
// The settings that libvirt has no place for: attributes of hvsh's element in a domain's <metadata>. One line
// here is all that a new one needs. Private to the domain XML files.
#include <charconv>
#include <string>
#include <string_view>
#include <type_traits>

#include "engines/libvirt/xml.h"

namespace hvsh::engines::libvirt {

// Calls visit(attribute, field) for each; `config` is a MachineConfig, const or not.
template <class Config, class Visit>
void each_setting(Config& config, const Visit& visit) {
  visit("version", config.version);
  visit("created", config.created);
  visit("record", config.record_path);
  visit("folder", config.folder);
  visit("snapshots", config.snapshot_folder);
  visit("paging-folder", config.paging_folder);
  visit("guest", config.guest_system);
  visit("start-action", config.start_action);
  visit("start-delay", config.start_delay_seconds);
  visit("stop-action", config.stop_action);
  visit("critical-error-action", config.critical_error_action);
  visit("critical-error-minutes", config.critical_error_minutes);
  visit("checkpoint-type", config.checkpoint_type);
  visit("automatic-checkpoints", config.automatic_checkpoints);
  visit("metering", config.metering_enabled);
  visit("dynamic-memory", config.dynamic_memory);
  visit("minimum-memory", config.memory_minimum_bytes);
  visit("memory-buffer", config.memory_buffer_percent);
  visit("memory-priority", config.memory_priority);
  visit("memory-per-node", config.memory_per_numa_node_bytes);
  visit("cpu-reserve", config.processor.reserve_percent);
  visit("cpu-migration", config.processor.migration_compatible);
  visit("cpu-old-systems", config.processor.old_system_compatible);
  visit("cpu-threads-per-core", config.processor.threads_per_core);
  visit("cpu-per-node", config.processor.maximum_per_numa_node);
  visit("cpu-nodes-per-socket", config.processor.maximum_numa_nodes_per_socket);
  visit("cpu-protection", config.processor.host_resource_protection);
  visit("guest-cache", config.guest_controlled_cache);
  visit("low-mmio", config.low_mmio_bytes);
  visit("high-mmio", config.high_mmio_bytes);
  visit("lock", config.lock_on_disconnect);
  visit("secure-boot-template", config.firmware.secure_boot_template);
  visit("network-boot", config.firmware.network_protocol);
  visit("console", config.firmware.console);
  visit("pause-after-boot-failure", config.firmware.pause_after_boot_failure);
  visit("num-lock", config.firmware.num_lock);
  visit("key-protector", config.security.key_protector);
  visit("encrypt-traffic", config.security.encrypt_traffic);
  visit("vbs-opt-out", config.security.vbs_opt_out);
  visit("resolution", config.video.resolution);
  visit("resolution-horizontal", config.video.horizontal);
  visit("resolution-vertical", config.video.vertical);
  visit("service-guest-interface", config.integration.guest_interface);
  visit("service-heartbeat", config.integration.heartbeat);
  visit("service-key-value-pairs", config.integration.key_value_pairs);
  visit("service-shutdown", config.integration.shutdown);
  visit("service-time", config.integration.time_synchronization);
  visit("service-backup", config.integration.backup);
  visit("com1-pipe", config.com1.pipe);
  visit("com1-debugger", config.com1.debugger);
  visit("com2-pipe", config.com2.pipe);
  visit("com2-debugger", config.com2.debugger);
}

inline std::string setting_text(const std::string& value) { return value; }
inline std::string setting_text(bool value) { return bool_text(value); }
inline std::string setting_text(const std::optional<DateTime>& value) {
  return value ? value->to_utc().to_iso() : std::string();
}
template <class T>
requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) std::string setting_text(T value) {
  return std::to_string(value);
}
template <class E>
requires std::is_enum_v<E> std::string setting_text(E value) { return enum_text(value); }

// What cannot be read leaves the default.
inline void read_setting(std::string_view text, std::string& value) { value = text; }
inline void read_setting(std::string_view text, bool& value) { value = text == "true"; }
inline void read_setting(std::string_view text, std::optional<DateTime>& value) {
  if (auto time = DateTime::parse(std::string(text))) value = *time;
}
template <class T>
requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) void read_setting(std::string_view text,
                                                                              T& value) {
  T number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code == std::errc() && end == text.data() + text.size() && number >= 0) value = number;
}
template <class E>
requires std::is_enum_v<E>
void read_setting(std::string_view text, E& value) { value = enum_value(text, value); }

inline void read_settings(const pugi::xml_node& metadata, MachineConfig& config) {
  each_setting(config, [&](const char* name, auto& field) {
    if (const auto attribute = metadata.attribute(name)) read_setting(attribute.value(), field);
  });
}

// Writes what differs between the two; hvsh's element is made when something does.
inline void write_settings(pugi::xml_node domain, const MachineConfig& before, const MachineConfig& after) {
  std::vector<std::string> old;
  each_setting(before, [&](const char*, const auto& field) { old.push_back(setting_text(field)); });
  size_t next = 0;
  each_setting(after, [&](const char* name, const auto& field) {
    const std::string text = setting_text(field);
    if (text != old[next++]) set_attribute(make_metadata(domain), name, text);
  });
}

}  // namespace hvsh::engines::libvirt
