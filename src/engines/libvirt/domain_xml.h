#pragma once
// Machines as libvirt's domain XML: built, read, and edited in place. Pure functions from text to text.
//
// What libvirt has a place for stands there: memory, processors, devices, the notes as <description>. All
// else is in the domain's metadata, one element of the namespace https://hvsh.dev/xmlns/vm/1:
//
//   <hvsh:vm xmlns:hvsh="https://hvsh.dev/xmlns/vm/1" version="10.0" created="2026-11-22T17:00:00.0000000Z"
//       record="/vms/web01/web01.hvsh.json" folder="/vms/web01" snapshots="/vms/web01/Snapshots"
//       start-delay="30" guest="linux" ...>                     (settings.h has them all)
//     <adapter mac="525400A1B2C3" name="Network Adapter" legacy="false"/>
//     <disk target="sda" image="/vms/web01/web01.vhdx"/>      (served disks: the image it was attached with)
//   </hvsh:vm>
//
// Attributes that are missing have their defaults. Domains of others have no such element; what can be read
// from their XML is. Editing keeps every node that it does not have to change: comments, unknown elements,
// unknown attributes, white space.
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "engines/hypervisor.h"

namespace hvsh::engines::libvirt {

inline constexpr const char* kMetadataNamespace = "https://hvsh.dev/xmlns/vm/1";

// A new machine's XML. Adapters have their addresses already. `hardware_virtualization`: with KVM, otherwise
// emulated. Errors (InvalidParameter) for what no guest could use: a VHDX or unknown format attached directly
// (libvirt would read it as raw), two disks at one place, an IDE disk in generation 2, a served disk without
// a socket.
Result<std::string> build_domain(const MachineConfig& config, bool hardware_virtualization);

// The configuration that `xml` (a domain's inactive definition) holds. The domain's autostart flag is the
// truth about StartAction::Start; without one the text is believed.
Result<MachineConfig> read_domain(const std::string& xml, std::optional<bool> autostart);

// The version that hvsh's metadata element names (virDomainGetMetadata's answer).
std::string version_of_metadata(const std::string& element);

// A change of one device of a running machine.
struct DeviceEdit {
  enum Kind { attach, detach, update };
  Kind kind = attach;
  std::string xml = {};  // of the device
};

// What turns the definition of `before` into that of `after`, but for the name: libvirt renames by a call of
// its own. The whole definition, and its parts for a machine that runs.
struct DomainEdit {
  std::string xml = {};
  std::string metadata = {};  // hvsh's element as virDomainSetMetadata wants it; empty: as it was
  std::optional<std::string> notes = {};
  std::vector<DeviceEdit> devices = {};  // in the order in which they have to be made
};
Result<DomainEdit> edit_domain(const std::string& xml, const MachineConfig& before,
                               const MachineConfig& after, bool is_running);

// The definition that a memory file comes back with: the machine as it was saved, over the disks, network and
// logs that `current` has.
Result<std::string> restorable_domain(const std::string& saved, const std::string& current);

// The XML of virDomainSnapshotCreateXML that writes memory to `path` and leaves all disks alone.
Result<std::string> memory_snapshot(const std::string& domain_xml, const std::string& path);

// The same definition under another name.
Result<std::string> renamed_domain(const std::string& xml, const std::string& name);

// Name and id of a definition.
struct DomainIdentity {
  Guid id = {};
  std::string name = {};
};
Result<DomainIdentity> identity_of(const std::string& xml);

}  // namespace hvsh::engines::libvirt
