#include "engines/memory/memory_host.h"

#include <fmt/format.h>

#include <algorithm>

namespace hvsh::engines::memory {

namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

Error not_found(std::string what) {
  return {.id = "ObjectNotFound", .category = ErrorCategory::ObjectNotFound, .message = std::move(what)};
}

// ------------------------------------------------------------------------------------------------ services

class Services final : public HostServices {
 public:
  Result<std::vector<HostService>> list() override { return services_; }
  Result<void> start(const std::string& name) override { return set_state(name, ServiceState::running); }
  Result<void> stop(const std::string& name) override { return set_state(name, ServiceState::stopped); }
  Result<void> restart(const std::string& name) override { return set_state(name, ServiceState::running); }
  Result<void> set_start(const std::string& name, ServiceStart start) override {
    for (HostService& service : services_) {
      if (service.name == name) service.start = start;
    }
    return {};
  }

 private:
  Result<void> set_state(const std::string& name, ServiceState state) {
    for (HostService& service : services_) {
      if (service.name != name) continue;
      if (state == ServiceState::running && service.start == ServiceStart::disabled) {
        return Error{
            .id = "ProgramFailed",
            .category = ErrorCategory::OperationStopped,
            .message = fmt::format("Cannot start service '{}': unit {}.service is masked.", name, name)};
      }
      service.state = state;
      service.process_id = state == ServiceState::running ? 4000 : 0;
    }
    return {};
  }

  std::vector<HostService> services_ = {
      {"cron", "Regular background program processing daemon", ServiceState::running, ServiceStart::automatic,
       "/usr/sbin/cron", 601},
      {"libvirtd", "Virtualization daemon", ServiceState::running, ServiceStart::automatic,
       "/usr/sbin/libvirtd", 702},
      {"nfs-server", "NFS server and services", ServiceState::stopped, ServiceStart::manual,
       "/usr/sbin/rpc.nfsd", 0},
      {"old-agent", "Agent that nobody needs", ServiceState::stopped, ServiceStart::disabled, "/opt/agent",
       0},
      {"ssh", "OpenBSD Secure Shell server", ServiceState::running, ServiceStart::automatic, "/usr/sbin/sshd",
       803},
      {"systemd-resolved", "Network Name Resolution", ServiceState::running, ServiceStart::automatic,
       "/lib/systemd/systemd-resolved", 904},
  };
};

// ------------------------------------------------------------------------------------------------ computer

DateTime at(int year, int month, int day, int hour) {
  auto time =
      DateTime::from_civil({.year = year, .month = month, .day = day, .hour = hour}, DateTime::Kind::local);
  return time ? *time : DateTime{};
}

class Computer final : public HostComputer {
 public:
  Result<ComputerFacts> facts() override {
    ComputerFacts facts;
    facts.name = name_;
    facts.domain = "lab.example";
    facts.user = "root";
    facts.manufacturer = "Example Systems";
    facts.model = "Rack 2U";
    facts.serial_number = "EX-0001";
    facts.uuid = "4c4c4544-0001-0001-0001-000000000001";
    facts.bios_vendor = "Example BIOS";
    facts.bios_version = "1.2.3";
    facts.bios_date = at(2024, 5, 6, 0);
    facts.os_name = "Debian GNU/Linux 12 (bookworm)";
    facts.os_version = "6.1.0";
    facts.os_build = "12";
    facts.kernel = "6.1.0-18-amd64";
    facts.boot_time = at(2026, 1, 2, 3);
    facts.local_time = at(2026, 1, 3, 4);
    facts.install_time = at(2025, 6, 7, 8);
    facts.memory_bytes = 64 * kGiB;
    facts.free_memory_bytes = 40 * kGiB;
    facts.swap_bytes = 8 * kGiB;
    facts.free_swap_bytes = 8 * kGiB;
    facts.process_count = 123;
    facts.processors = {{"CPU0", "Example CPU 8-Core", "GenuineExample", 8, 16, 2400, 8192, 32768, true},
                        {"CPU1", "Example CPU 8-Core", "GenuineExample", 8, 16, 2400, 8192, 32768, true}};
    facts.volumes = {{"/", "/dev/sda2", "ext4", "root", 100 * kGiB, 60 * kGiB, false},
                     {"/srv", "/dev/sdb1", "xfs", "vms", 2000 * kGiB, 500 * kGiB, false},
                     {"/mnt/nas", "nas:/vms", "nfs4", "", 9000 * kGiB, 8000 * kGiB, true}};
    facts.memory_modules = {{"DIMM_A1", "Example", "EX-32G", 32 * kGiB, 3200},
                            {"DIMM_B1", "Example", "EX-32G", 32 * kGiB, 3200}};
    return facts;
  }
  Result<void> rename(const std::string& name) override {
    name_ = name;
    return {};
  }
  Result<void> restart() override { return {}; }
  Result<void> shut_down() override { return {}; }
  Result<std::vector<HostEvent>> journal(const HostEventQuery& query) override {
    const std::vector<HostEvent> all = {
        {at(2026, 1, 3, 1), "libvirtd.service", "internal error: end of file from qemu monitor", "host01", 3,
         702},
        {at(2026, 1, 3, 2), "ssh.service", "Accepted publickey for root", "host01", 6, 803},
        {at(2026, 1, 3, 3), "cron.service", "job is late", "host01", 4, 601}};
    std::vector<HostEvent> found;
    for (const HostEvent& entry : all) {
      const bool unit =
          query.unit.empty() || entry.unit == query.unit || entry.unit == query.unit + ".service";
      if (!unit || entry.priority > query.max_priority) continue;
      if ((query.from && entry.time < *query.from) || (query.to && entry.time > *query.to)) continue;
      found.push_back(entry);
    }
    if (!query.oldest_first) std::reverse(found.begin(), found.end());
    if (static_cast<int64_t>(found.size()) > query.most) found.resize(static_cast<size_t>(query.most));
    return found;
  }

 private:
  std::string name_ = "host01";
};

// ------------------------------------------------------------------------------------------------- network

class Network final : public HostNetwork {
 public:
  Result<std::vector<HostAdapter>> adapters() override { return adapters_; }
  Result<std::vector<HostAddress>> addresses() override { return addresses_; }
  Result<std::vector<HostRoute>> routes() override { return routes_; }
  Result<std::vector<std::string>> name_servers(const std::string& adapter) override {
    for (const auto& [name, servers] : servers_) {
      if (name == adapter) return servers;
    }
    return std::vector<std::string>();
  }
  Result<std::vector<HostNat>> nats() override { return nats_; }
  Result<void> enable(const std::string& adapter, bool enabled) override {
    for (HostAdapter& one : adapters_) {
      if (one.name != adapter) continue;
      one.enabled = enabled;
      one.connected = enabled && one.name != "eth1";
    }
    return {};
  }
  Result<void> rename(const std::string& adapter, const std::string& name) override {
    for (HostAdapter& one : adapters_) {
      if (one.name == adapter) one.name = name;
    }
    for (HostAddress& one : addresses_) {
      if (one.adapter == adapter) one.adapter = name;
    }
    for (HostRoute& one : routes_) {
      if (one.adapter == adapter) one.adapter = name;
    }
    return {};
  }
  Result<void> set_mtu(const std::string& adapter, int64_t mtu) override {
    for (HostAdapter& one : adapters_) {
      if (one.name == adapter) one.mtu = mtu;
    }
    return {};
  }
  Result<void> add_address(const HostAddress& address) override {
    addresses_.push_back(address);
    return {};
  }
  Result<void> remove_address(const HostAddress& address) override {
    std::erase_if(addresses_, [&](const HostAddress& one) {
      return one.adapter == address.adapter && one.address == address.address;
    });
    return {};
  }
  Result<void> add_route(const HostRoute& route) override {
    routes_.push_back(route);
    return {};
  }
  Result<void> remove_route(const HostRoute& route) override {
    std::erase_if(routes_, [&](const HostRoute& one) {
      return one.adapter == route.adapter && one.destination == route.destination &&
             one.next_hop == route.next_hop;
    });
    return {};
  }
  Result<void> set_name_servers(const std::string& adapter,
                                const std::vector<std::string>& servers) override {
    std::erase_if(servers_, [&](const auto& one) { return one.first == adapter; });
    servers_.emplace_back(adapter, servers);
    return {};
  }
  Result<void> add_nat(const HostNat& nat) override {
    nats_.push_back(nat);
    return {};
  }
  Result<void> remove_nat(const std::string& name) override {
    std::erase_if(nats_, [&](const HostNat& one) { return one.name == name; });
    return {};
  }
  Result<void> add_port(const HostPort& port) override {
    HVSH_CHECK(remove_port(port));
    int64_t index = 0;
    for (const HostAdapter& one : adapters_) index = std::max(index, one.index);
    std::string mac;
    for (size_t i = 0; i < port.mac.size(); i += 2) mac += (i > 0 ? ":" : "") + port.mac.substr(i, 2);
    adapters_.push_back({.index = index + 1,
                         .name = port.name,
                         .description = "Hyper-V Virtual Ethernet Adapter",
                         .mac = mac,
                         .enabled = true,
                         .connected = true,
                         .is_virtual = true,
                         .mbits = 10'000});
    return {};
  }
  Result<void> remove_port(const HostPort& port) override {
    std::erase_if(adapters_, [&](const HostAdapter& one) { return one.name == port.name; });
    std::erase_if(addresses_, [&](const HostAddress& one) { return one.adapter == port.name; });
    return {};
  }
  Result<void> join_bridge(const std::string& adapter, const std::string& bridge) override {
    for (HostAdapter& one : adapters_) {
      if (one.name == adapter) one.bridge = bridge;
    }
    return {};
  }
  Result<void> leave_bridge(const std::string& adapter) override { return join_bridge(adapter, ""); }

 private:
  std::vector<HostAdapter> adapters_ = {
      {1, "lo", "loopback", "00:00:00:00:00:00", true, true, true, true, 0, 65536},
      {2, "eth0", "e1000e", "52:54:00:00:00:02", true, true, false, false, 1000, 1500},
      {3, "eth1", "e1000e", "52:54:00:00:00:03", true, false, false, false, 0, 1500}};
  std::vector<HostAddress> addresses_ = {{1, "lo", "127.0.0.1", 8, false, false, false},
                                         {1, "lo", "::1", 128, true, false, false},
                                         {2, "eth0", "192.0.2.10", 24, false, true, false},
                                         {2, "eth0", "fe80::5054:ff:fe00:2", 64, true, false, true}};
  std::vector<HostRoute> routes_ = {{2, "eth0", "0.0.0.0/0", "192.0.2.1", 100, false},
                                    {2, "eth0", "192.0.2.0/24", "0.0.0.0", 100, false},
                                    {2, "eth0", "fe80::/64", "::", 256, true}};
  std::vector<std::pair<std::string, std::vector<std::string>>> servers_ = {{"eth0", {"192.0.2.53"}}};
  std::vector<HostNat> nats_;
};

// --------------------------------------------------------------------------------------------------- disks

class Disks final : public HostDisks {
 public:
  Result<std::vector<HostDisk>> disks() override { return disks_; }
  Result<std::vector<HostPartition>> partitions() override { return partitions_; }
  Result<void> initialize(const HostDisk& disk, TableStyle style) override {
    HVSH_TRY(HostDisk* const target, idle(disk.number));
    target->style = style;
    return {};
  }
  Result<void> clear(const HostDisk& disk) override {
    HVSH_TRY(HostDisk* const target, idle(disk.number));
    target->style = TableStyle::raw;
    std::erase_if(partitions_, [&](const HostPartition& one) { return one.disk == disk.number; });
    return {};
  }
  Result<int64_t> add_partition(const HostDisk& disk, int64_t size, const std::string& type) override {
    int64_t used = 1 << 20, number = 1;
    for (const HostPartition& one : partitions_) {
      if (one.disk != disk.number) continue;
      used = std::max(used, one.offset + one.size);
      number = std::max(number, one.number + 1);
    }
    const int64_t left = disk.size - used - (1 << 20);
    if (size > left || left <= 0) {
      return Error{.id = "NotEnoughSpace",
                   .category = ErrorCategory::LimitsExceeded,
                   .message = fmt::format("Cannot make a partition on disk {}: not enough space is left.",
                                          disk.number)};
    }
    partitions_.push_back({.disk = disk.number,
                           .number = number,
                           .device = fmt::format("{}{}", disk.device, number),
                           .type = type.empty() ? "Basic" : type,
                           .id = fmt::format("00000000-0000-0000-{:04}-{:012}", disk.number, number),
                           .offset = used,
                           .size = size > 0 ? size : left});
    return number;
  }
  Result<void> remove_partition(const HostPartition& partition) override {
    std::erase_if(partitions_, [&](const HostPartition& one) { return one.device == partition.device; });
    return {};
  }
  Result<void> format(const HostPartition& partition, const std::string& file_system,
                      const std::string& label) override {
    for (HostPartition& one : partitions_) {
      if (one.device != partition.device) continue;
      if (!one.mount.empty()) return in_use(one.device);
      one.file_system = file_system;
      one.label = label;
      one.free = one.size;
    }
    return {};
  }
  Result<void> mount(const HostPartition& partition, const std::string& folder) override {
    for (HostPartition& one : partitions_) {
      if (one.device == partition.device) one.mount = folder;
    }
    return {};
  }
  Result<void> unmount(const HostPartition& partition) override { return mount(partition, ""); }

 private:
  static Error in_use(const std::string& device) {
    return {.id = "DeviceInUse",
            .category = ErrorCategory::ResourceBusy,
            .message = fmt::format("Cannot change {}: a file system on it is mounted.", device),
            .hint = "Unmount it first (umount)."};
  }
  Result<HostDisk*> idle(int64_t number) {
    for (HostDisk& disk : disks_) {
      if (disk.number != number) continue;
      if (disk.in_use) return in_use(disk.device);
      return &disk;
    }
    return not_found(fmt::format("Cannot find disk {}.", number));
  }

  std::vector<HostDisk> disks_ = {{.number = 0,
                                   .device = "/dev/sda",
                                   .model = "Example SSD",
                                   .serial = "S0",
                                   .bus = "sata",
                                   .size = 120 * kGiB,
                                   .style = TableStyle::gpt,
                                   .in_use = true},
                                  {.number = 1,
                                   .device = "/dev/sdb",
                                   .model = "Example HDD",
                                   .serial = "S1",
                                   .bus = "sas",
                                   .size = 2001 * kGiB,
                                   .style = TableStyle::gpt,
                                   .rotational = true,
                                   .in_use = true},
                                  {.number = 2,
                                   .device = "/dev/sdc",
                                   .model = "Example SSD",
                                   .serial = "S2",
                                   .bus = "nvme",
                                   .size = 500 * kGiB}};
  std::vector<HostPartition> partitions_ = {{.disk = 0,
                                             .number = 1,
                                             .device = "/dev/sda1",
                                             .type = "System",
                                             .id = "00000000-0000-0000-0000-000000000001",
                                             .offset = 1 << 20,
                                             .size = kGiB,
                                             .file_system = "vfat",
                                             .label = "EFI",
                                             .mount = "/boot/efi",
                                             .free = kGiB / 2},
                                            {.disk = 0,
                                             .number = 2,
                                             .device = "/dev/sda2",
                                             .type = "Basic",
                                             .id = "00000000-0000-0000-0000-000000000002",
                                             .offset = kGiB + (1 << 20),
                                             .size = 100 * kGiB,
                                             .file_system = "ext4",
                                             .label = "root",
                                             .mount = "/",
                                             .free = 60 * kGiB},
                                            {.disk = 1,
                                             .number = 1,
                                             .device = "/dev/sdb1",
                                             .type = "Basic",
                                             .id = "00000000-0000-0000-0000-000000000003",
                                             .offset = 1 << 20,
                                             .size = 2000 * kGiB,
                                             .file_system = "xfs",
                                             .label = "vms",
                                             .mount = "/srv",
                                             .free = 500 * kGiB}};
};

}  // namespace

std::unique_ptr<HostComputer> make_computer() { return std::make_unique<Computer>(); }
std::unique_ptr<HostDisks> make_disks() { return std::make_unique<Disks>(); }
std::unique_ptr<HostNetwork> make_network() { return std::make_unique<Network>(); }
std::unique_ptr<HostServices> make_services() { return std::make_unique<Services>(); }

}  // namespace hvsh::engines::memory
