#include "engines/libvirt/system_xml.h"

#include <fmt/format.h>

#include <algorithm>

#include "engines/libvirt/adapters_xml.h"
#include "engines/libvirt/drives_xml.h"

namespace hvsh::engines::libvirt {

using nouns::BootDevice;

namespace {

constexpr int64_t kShares = 1024;                  // of a machine with the weight 100
constexpr int64_t kPeriod = 100000;                // microseconds
constexpr const char* kNested[] = {"vmx", "svm"};  // Intel's and AMD's name of the extensions

const char* boot_name(BootDevice device) {
  switch (device) {
    case BootDevice::Floppy: return "fd";
    case BootDevice::CD: return "cdrom";
    case BootDevice::LegacyNetworkAdapter:
    case BootDevice::NetworkAdapter: return "network";
    case BootDevice::IDE:
    case BootDevice::VHD: break;
  }
  return "hd";
}

std::optional<BootDevice> boot_device(std::string_view name) {
  if (name == "fd") return BootDevice::Floppy;
  if (name == "cdrom") return BootDevice::CD;
  if (name == "network") return BootDevice::LegacyNetworkAdapter;
  if (name == "hd") return BootDevice::IDE;
  return {};
}

bool orders_devices(const MachineConfig& config) {
  const auto has = [](const auto& device) { return device.boot_order > 0; };
  return std::any_of(config.disks.begin(), config.disks.end(), has) ||
         std::any_of(config.dvds.begin(), config.dvds.end(), has) ||
         std::any_of(config.adapters.begin(), config.adapters.end(), has);
}

pugi::xml_node feature_of(const pugi::xml_node& cpu, std::string_view name) {
  for (const pugi::xml_node& feature : cpu.children("feature")) {
    if (name == feature.attribute("name").value()) return feature;
  }
  return {};
}

void set_limit(pugi::xml_node domain, const char* name, std::optional<int64_t> value) {
  if (!value) {
    pugi::xml_node tune = domain.child("cputune");
    tune.remove_child(name);
    if (tune && !tune.first_child()) domain.remove_child(tune);
    return;
  }
  pugi::xml_node tune = domain.child("cputune");
  if (!tune) tune = domain.insert_child_after("cputune", domain.child("vcpu"));
  set_text(child_of(tune, name), std::to_string(*value));
}

}  // namespace

void set_shares(pugi::xml_node domain, const nouns::ProcessorConfig& processor) {
  using Limit = std::optional<int64_t>;
  const bool is_limited = processor.maximum_percent < 100;
  set_limit(domain, "shares", processor.weight == 100 ? Limit() : Limit(processor.weight * kShares / 100));
  set_limit(domain, "period", is_limited ? Limit(kPeriod) : Limit());
  set_limit(domain, "quota", is_limited ? Limit(processor.maximum_percent * kPeriod / 100) : Limit());
}

void set_nested(pugi::xml_node cpu, const MachineConfig& config) {
  for (const char* name : kNested) {
    pugi::xml_node feature = feature_of(cpu, name);
    if (!feature) feature = add(cpu, "feature", {{"name", name}});
    set_attribute(feature, "policy", config.processor.nested_virtualization ? "optional" : "disable");
  }
}

void edit_processor(pugi::xml_node domain, const MachineConfig& before, const MachineConfig& after) {
  if (before.processor.weight != after.processor.weight ||
      before.processor.maximum_percent != after.processor.maximum_percent) {
    set_shares(domain, after.processor);
  }
  if (before.processor.nested_virtualization != after.processor.nested_virtualization) {
    set_nested(child_of(domain, "cpu"), after);
  }
}

void read_processor(const pugi::xml_node& domain, MachineConfig& config) {
  const pugi::xml_node tune = domain.child("cputune");
  if (const int64_t shares = tune.child("shares").text().as_llong(); shares > 0 && shares < 1 << 20) {
    config.processor.weight = static_cast<int32_t>((shares * 100 + kShares / 2) / kShares);
  }
  const int64_t period = tune.child("period").text().as_llong(kPeriod);
  const int64_t quota = tune.child("quota").text().as_llong();
  if (quota > 0 && period > 0 && quota < period) config.processor.maximum_percent = quota * 100 / period;
  const pugi::xml_node cpu = domain.child("cpu");
  const std::string_view mode = cpu.attribute("mode").value();
  bool named = false;
  for (const char* name : kNested) {
    const pugi::xml_node feature = feature_of(cpu, name);
    if (!feature) continue;
    named = true;
    const std::string_view policy = feature.attribute("policy").value();
    if (policy != "disable" && policy != "forbid") config.processor.nested_virtualization = true;
  }
  if (!named) config.processor.nested_virtualization = mode == "host-passthrough" || mode == "maximum";
}

void set_startup_order(pugi::xml_node os, const MachineConfig& config) {
  while (os.remove_child("boot")) {
  }
  if (orders_devices(config)) return;
  for (const BootDevice device : config.firmware.startup_order) add(os, "boot", {{"dev", boot_name(device)}});
}

void read_startup_order(const pugi::xml_node& os, MachineConfig& config) {
  std::vector<BootDevice> order;
  const auto put = [&](std::optional<BootDevice> device) {
    if (device && std::find(order.begin(), order.end(), *device) == order.end()) order.push_back(*device);
  };
  for (const pugi::xml_node& boot : os.children("boot")) put(boot_device(boot.attribute("dev").value()));
  for (const BootDevice device : config.firmware.startup_order) put(device);
  config.firmware.startup_order = std::move(order);
}

void edit_boot_order(pugi::xml_node domain, const MachineConfig& before, const MachineConfig& after) {
  for (const AdapterConfig& adapter : after.adapters) {
    for (const AdapterConfig& old : before.adapters) {
      if (old.mac != adapter.mac || old.boot_order == adapter.boot_order) continue;
      set_boot_order(find_adapter(domain.child("devices"), adapter.mac), adapter.boot_order);
    }
  }
  const bool same = before.firmware.startup_order == after.firmware.startup_order &&
                    orders_devices(before) == orders_devices(after);
  if (!same) set_startup_order(child_of(domain, "os"), after);
}

}  // namespace hvsh::engines::libvirt
