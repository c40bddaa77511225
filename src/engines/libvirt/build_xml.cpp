// build_domain(): a new machine's XML.
#include <fmt/format.h>

#include "engines/libvirt/adapters_xml.h"
#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/drives_xml.h"
#include "engines/libvirt/settings.h"
#include "engines/libvirt/system_xml.h"
#include "engines/machine_rules.h"

namespace hvsh::engines::libvirt {

namespace {

Error wrong(const MachineConfig& config, std::string_view why, std::string hint = {}) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Cannot define virtual machine \"{}\": {}.", config.name, why),
          .hint = std::move(hint),
          .target = config.name};
}

Result<void> check(const MachineConfig& config) {
  if (config.name.empty()) return wrong(config, "it has no name");
  if (config.id.is_zero()) return wrong(config, "it has no id");
  if (config.generation != 1 && config.generation != 2) {
    return wrong(config, fmt::format("there is no generation {}", config.generation),
                 "Generations are 1 and 2.");
  }
  if (config.memory_startup_bytes < 1024) return wrong(config, "it needs memory");
  return check_configuration(config);
}

void add_system(const MachineConfig& config, const DeviceRules& rules, bool hardware, pugi::xml_node domain) {
  pugi::xml_node os = add(domain, "os");
  if (config.generation == 2) os.append_attribute("firmware").set_value("efi");
  add_text(os, "type", "hvm", {{"arch", "x86_64"}, {"machine", config.generation == 2 ? "q35" : "pc"}});
  set_startup_order(os, config);
  pugi::xml_node features = add(domain, "features");
  add(features, "acpi");
  add(features, "apic");
  // host-model can move to other hosts; the emulator does best with all that it knows.
  set_nested(add(domain, "cpu", {{"mode", hardware ? "host-model" : "maximum"}}), config);
  pugi::xml_node clock = add(domain, "clock", {{"offset", rules.clock_offset}});
  add(clock, "timer", {{"name", "rtc"}, {"tickpolicy", "catchup"}});
  add(clock, "timer", {{"name", "pit"}, {"tickpolicy", "delay"}});
  add(clock, "timer", {{"name", "hpet"}, {"present", "no"}});
  add_text(domain, "on_poweroff", "destroy");
  add_text(domain, "on_reboot", "restart");
  add_text(domain, "on_crash", "destroy");
}

void add_fixed_devices(const MachineConfig& config, pugi::xml_node devices) {
  if (config.serial_log.empty()) {
    add(add(devices, "serial", {{"type", "pty"}}), "target", {{"port", "0"}});
  } else {
    pugi::xml_node serial = add(devices, "serial", {{"type", "file"}});
    add(serial, "source", {{"path", config.serial_log}, {"append", "on"}});
    add(serial, "target", {{"port", "0"}});
  }
  pugi::xml_node channel = add(devices, "channel", {{"type", "unix"}});
  add(channel, "target", {{"type", "virtio"}, {"name", "org.qemu.guest_agent.0"}});
  // A socket instead of a port: who may open libvirt's folder may see the screen, nobody else.
  add(add(devices, "graphics", {{"type", "vnc"}}), "listen", {{"type", "socket"}});
  add(add(devices, "video"), "model", {{"type", "vga"}});
  add(add(devices, "memballoon", {{"model", "virtio"}}), "stats", {{"period", "10"}});
}

void add_metadata(const MachineConfig& config, pugi::xml_node domain) {
  pugi::xml_node node = make_metadata(domain);
  write_settings(domain, MachineConfig{}, config);
  write_adapter_notes(node, config);
  write_disk_notes(node, config);
}

}  // namespace

Result<std::string> build_domain(const MachineConfig& config, bool hardware_virtualization) {
  HVSH_CHECK(check(config));
  HVSH_TRY(const DeviceRules rules, device_rules(config.guest_system, config.generation));
  pugi::xml_document document;
  pugi::xml_node domain = add(document, "domain", {{"type", hardware_virtualization ? "kvm" : "qemu"}});
  add_text(domain, "name", config.name);
  add_text(domain, "uuid", config.id.to_string());
  if (!config.notes.empty()) add_text(domain, "description", config.notes);
  add_metadata(config, domain);
  const int64_t memory = config.dynamic_memory
                             ? std::max(config.memory_startup_bytes, config.memory_maximum_bytes)
                             : config.memory_startup_bytes;
  add_text(domain, "memory", std::to_string(memory / 1024), {{"unit", "KiB"}});
  add_text(domain, "currentMemory", std::to_string(config.memory_startup_bytes / 1024), {{"unit", "KiB"}});
  add_text(domain, "vcpu", std::to_string(config.processor_count), {{"placement", "static"}});
  set_shares(domain, config.processor);
  add_system(config, rules, hardware_virtualization, domain);
  pugi::xml_node devices = add(domain, "devices");
  HVSH_CHECK(add_drives(config, rules, devices));
  for (const AdapterConfig& adapter : config.adapters) add_adapter(adapter, rules, devices);
  add_fixed_devices(config, devices);
  return xml_text(document);
}

}  // namespace hvsh::engines::libvirt
