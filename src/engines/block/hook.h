#pragma once
// libvirt's qemu hook: what lets `virsh start`, autostart and a restored machine find their disks served. It
// decides from the arguments and the domain XML on standard input alone and never calls libvirt (which waits
// for it, so that would hang).
//
//   NAME prepare begin -     the machine is about to start: serve the disks of its record, or refuse the
//   start NAME release end -       the machine has ended: stop the server NAME reconnect begin -   libvirtd
//   was restarted: serve them if that ended meanwhile; never an error all others               nothing
//
// A domain without <hvsh:vm record="..."> in its metadata passes untouched. Of our own domains, one with a
// disk that the hypervisor would read in the wrong format is refused: a VHDX attached as raw, or a qcow2 over
// a VHDX.
#include <string>
#include <vector>

#include "core/result.h"
#include "engines/block_server.h"

namespace hvsh::engines::block {

// What the hook needs from a domain's XML.
struct HookDomain {
  std::string id;      // the domain's uuid
  std::string record;  // absolute path; empty: not a machine of ours, or one without served disks
  struct Disk {
    std::string target;
    std::string driver;  // raw, qcow2, vpc ...
    std::string file;    // attached directly
    std::string socket;  // NBD over this unix socket
    std::string export_name;
  };
  std::vector<Disk> disks;
};
Result<HookDomain> parse_hook_domain(const std::string& xml);

Result<void> handle_hook(BlockServers& servers, const std::string& operation,
                         const std::string& sub_operation, const std::string& xml);

// The whole hook: arguments as libvirt gives them (program, NAME, operation, sub-operation, extra), XML on
// standard input. Exit code 0, or 1 after one message on standard error, which libvirt shows to the user.
int run_libvirt_hook(int argc, const char* const* argv, BlockServers& servers);

}  // namespace hvsh::engines::block
