#pragma once
// The hypervisor through libvirt 9 (QEMU/KVM, or QEMU's emulation where KVM does not really work).
//
// Nothing is loaded or connected before the first call. Which libvirt: uri.h. Deadlines: session.h. Devices
// of new machines: device_rules.h. Where settings stand in libvirt's XML: domain_xml.h.
//
// What the values of a status come from: state, memory and processor time from libvirt (two bulk calls, and a
// short one for each machine that runs); usage from two looks at the processor time (cpu_samples.h); uptime
// from the QEMU process (process_table.h), so it is zero for a machine whose process cannot be seen.
//
// Names: libvirt tells upper from lower case, Windows does not. A name is looked up as it is written first,
// which asks for that one machine only, and without case when there is none.
//
// A machine that runs can be given new notes, actions, checkpoint settings and metering at once; processors
// and memory need it off (InvalidState), and so does a new name: libvirt renames neither what runs nor what
// is saved. Machines that libvirt holds only while they run (transient) cannot be edited. Memory comes back
// only under the name that the machine had when it was saved; the error says which. libvirt allows no `/` in
// names.
//
// Switches are libvirt's networks (network_xml.h). A network that an adapter is put on, or whose machine
// starts, is started, for the switches of a Hyper-V host always run.
#include <memory>
#include <string>

#include "engines/hypervisor.h"
#include "engines/switches.h"

namespace hvsh::engines::libvirt {

struct Folders {
  std::string run = {};    // samples of processor time, for the next process; empty: not kept
  std::string state = {};  // what the trial of KVM showed; empty: not kept
};

class Connection;

// `uri` empty: the default of uri.h. One connection serves the machines and the switches.
std::shared_ptr<Connection> make_connection(const std::string& uri);
std::unique_ptr<Hypervisor> make_hypervisor(std::shared_ptr<Connection> connection,
                                            const Folders& folders = {});
std::unique_ptr<Hypervisor> make_hypervisor(const std::string& uri, const Folders& folders = {});
std::unique_ptr<SwitchPlane> make_switch_plane(std::shared_ptr<Connection> connection);

}  // namespace hvsh::engines::libvirt
