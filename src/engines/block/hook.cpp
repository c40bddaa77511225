#include "engines/block/hook.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <pugixml.hpp>
#include <string_view>

#include "engines/block/image.h"

namespace hvsh::engines::block {
namespace {

constexpr size_t kXmlMax = 16u << 20;
constexpr size_t kDisksMax = 1024;

std::string_view prefix_of(std::string_view name) {
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? std::string_view() : name.substr(0, colon);
}

std::string_view local_name(std::string_view name) {
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

// The namespace that the element's prefix stands for; the parser does not know namespaces.
std::string_view namespace_of(pugi::xml_node node) {
  const std::string_view prefix = prefix_of(node.name());
  const std::string attribute = prefix.empty() ? "xmlns" : "xmlns:" + std::string(prefix);
  for (pugi::xml_node at = node; at; at = at.parent()) {
    if (const auto found = at.attribute(attribute.c_str())) return found.value();
  }
  return {};
}

Error bad_domain(std::string why) {
  return Error{.id = "InvalidDomain",
               .category = ErrorCategory::InvalidData,
               .message = fmt::format("The domain's XML cannot be used: {}.", why)};
}

HookDomain::Disk disk_from(pugi::xml_node node) {
  HookDomain::Disk disk;
  disk.target = node.child("target").attribute("dev").value();
  disk.driver = node.child("driver").attribute("type").value();
  const pugi::xml_node source = node.child("source");
  const std::string_view type = node.attribute("type").value();
  if (type == "file") disk.file = source.attribute("file").value();
  if (type == "block") disk.file = source.attribute("dev").value();
  if (type == "network" && source.attribute("protocol").value() == std::string_view("nbd")) {
    disk.export_name = source.attribute("name").value();
    disk.socket = source.child("host").attribute("socket").value();
  }
  return disk;
}

bool same_id(const std::string& a, const std::string& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// The hypervisor reads a VHDX as raw, silently, and writing it that way destroys it.
Result<void> check_format(const HookDomain::Disk& disk) {
  if (disk.file.empty()) return {};
  const auto refuse = [&](const std::string& vhdx, const char* how) {
    return Error{.id = "WrongDiskFormat",
                 .category = ErrorCategory::InvalidData,
                 .message = fmt::format("Disk '{}': '{}' is a VHDX, and {}, which would destroy it.",
                                        disk.target, vhdx, how),
                 .hint = "Attach it with Add-VMHardDiskDrive.",
                 .target = vhdx};
  };
  if ((disk.driver.empty() || disk.driver == "raw") && has_vhdx_signature(disk.file)) {
    return refuse(disk.file, "the domain attaches it as a raw disk");
  }
  if (disk.driver != "qcow2") return {};
  std::string path = disk.file;
  Format format = Format::qcow2;
  for (size_t depth = 0; depth < kChainMax && format == Format::qcow2; ++depth) {
    auto image = read_image(path, format);
    if (!image || image->parent.empty()) return {};  // what else may be wrong with it, QEMU says better
    path = image->parent;
    format = image->parent_format;
    if (has_vhdx_signature(path))
      return refuse(path, "the hypervisor would read it as raw below a qcow2 image");
  }
  return {};
}

// Every disk on our socket must be one that the server will have.
Result<void> check_exports(const HookDomain& domain, const MachineRecord& record, const std::string& socket) {
  for (const HookDomain::Disk& disk : domain.disks) {
    if (disk.socket != socket || record.find_disk(disk.export_name)) continue;
    return Error{
        .id = "ObjectNotFound",
        .category = ErrorCategory::ObjectNotFound,
        .message = fmt::format("Disk '{}' asks the block server for '{}', and the machine record '{}' has "
                               "no such disk.",
                               disk.target, disk.export_name, domain.record),
        .target = domain.record};
  }
  return {};
}

Result<void> prepare(BlockServers& servers, const HookDomain& domain) {
  for (const HookDomain::Disk& disk : domain.disks) HVSH_CHECK(check_format(disk));
  HVSH_TRY(MachineRecord record, load_record(domain.record));
  // A copied domain that still points to its original's record would share its disks.
  if (!same_id(record.id, domain.id)) {
    return Error{.id = "WrongMachineRecord",
                 .category = ErrorCategory::InvalidData,
                 .message = fmt::format("The machine record '{}' belongs to machine {}, not to {}.",
                                        domain.record, record.id, domain.id),
                 .hint = "Give the copied machine a record and disks of its own (Import-VM -Copy).",
                 .target = domain.record};
  }
  HVSH_TRY(std::string socket, servers.socket_path(domain.id));
  HVSH_CHECK(check_exports(domain, record, socket));
  auto started = servers.start(domain.id, domain.record);
  if (!started && started.error().id == "BlockServerDiffers") {
    // The machine is off, so nothing is lost by going over to what the record says.
    return servers.reopen(domain.id, domain.record);
  }
  return started;
}

Result<std::string> read_input() {
  std::string text;
  char bytes[16384];
  while (true) {
    const ssize_t got = ::read(0, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error("read", "standard input", errno);
    if (got == 0) return text;
    text.append(bytes, static_cast<size_t>(got));
    if (text.size() > kXmlMax) return bad_domain("it is too long");
  }
}

}  // namespace

Result<HookDomain> parse_hook_domain(const std::string& xml) {
  if (xml.size() > kXmlMax) return bad_domain("it is too long");
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  if (!parsed) return bad_domain(parsed.description());
  HookDomain domain;
  const pugi::xml_node root = document.child("domain");
  if (!root) return bad_domain("there is no <domain>");
  domain.id = root.child_value("uuid");
  for (const pugi::xml_node node : root.child("metadata").children()) {
    if (local_name(node.name()) == "vm" && namespace_of(node) == kMachineMetadataNamespace) {
      domain.record = node.attribute("record").value();
    }
  }
  if (domain.record.empty()) return domain;
  if (!is_guid_text(domain.id)) return bad_domain("its uuid is missing");
  if (domain.record[0] != '/') return bad_domain("the path of its machine record is not absolute");
  for (const pugi::xml_node node : root.child("devices").children("disk")) {
    if (domain.disks.size() >= kDisksMax) return bad_domain("it has too many disks");
    domain.disks.push_back(disk_from(node));
  }
  return domain;
}

Result<void> handle_hook(BlockServers& servers, const std::string& operation,
                         const std::string& sub_operation, const std::string& xml) {
  const bool starts = operation == "prepare" && sub_operation == "begin";
  const bool ends = operation == "release" && sub_operation == "end";
  const bool reconnects = operation == "reconnect" && sub_operation == "begin";
  if (!starts && !ends && !reconnects) return {};
  HVSH_TRY(HookDomain domain, parse_hook_domain(xml));
  if (domain.record.empty()) return {};
  if (ends) return servers.stop(domain.id);
  if (reconnects) return servers.start(domain.id, domain.record);
  return prepare(servers, domain);
}

int run_libvirt_hook(int argc, const char* const* argv, BlockServers& servers) {
  if (argc < 4) {
    fmt::print(stderr, "hvsh: libvirt's hook is called with NAME OPERATION SUB-OPERATION EXTRA\n");
    return 1;
  }
  const std::string operation = argv[2];
  auto xml = read_input();
  Result<void> result = xml ? handle_hook(servers, operation, argv[3], *xml) : Result<void>(xml.take_error());
  if (result) return 0;
  const Error& error = result.error();
  fmt::print(stderr, "hvsh: {}{}{}\n", error.message, error.hint.empty() ? "" : " ", error.hint);
  // libvirt ends a running guest whose reconnect hook fails; it can live on until its disks are back.
  return operation == "prepare" ? 1 : 0;
}

}  // namespace hvsh::engines::block
