#pragma once
// Which libvirt a user means who names none.
//
// In this order: $HVSH_URI; $LIBVIRT_DEFAULT_URI; uri_default of libvirt's own client configuration
// (/etc/libvirt/libvirt.conf for root, $XDG_CONFIG_HOME/libvirt/libvirt.conf for others); the system daemon
// if its socket may be used; else the session daemon. A user who may not use a system daemon that is there,
// and who never had machines of a session, gets an error rather than an empty list (AccessDenied): what looks
// like "no machines" would be a missing right.
#include <string>
#include <vector>

#include "core/result.h"

namespace hvsh::engines::libvirt {

// What the choice depends on, so that it can be tested.
struct UriSources {
  std::string hvsh_uri = {};
  std::string libvirt_uri = {};
  std::string config_text = {};  // of libvirt.conf
  bool is_root = false;
  std::vector<std::string> system_sockets = {};
  std::string session_folder = {};  // exists once the user has used a session daemon
};

UriSources uri_sources();  // of this process
Result<std::string> choose_uri(const UriSources& sources);

// The value of `uri_default = "..."`, or nothing.
std::string uri_default_of(const std::string& config_text);

// True for the system daemon of this host, whose machines all of its users share.
bool is_system(const std::string& uri);

// True when the connection's machines run on this host, so that /proc knows their processes.
bool is_local(const std::string& uri);

}  // namespace hvsh::engines::libvirt
