#pragma once
// libvirt's errors in terms of the domain. The only place that knows its codes.
#include <chrono>
#include <string>
#include <string_view>

#include "core/error.h"
#include "engines/libvirt/api.h"

namespace hvsh::engines::libvirt {

// What libvirt said last on this thread.
struct Failure {
  int code = VIR_ERR_OK;
  int domain = VIR_FROM_NONE;
  int system_error = 0;  // errno, for VIR_ERR_SYSTEM_ERROR
  std::string message = {};
};
Failure last_failure(const Api& api);

// True when the connection is gone (the daemon ended or was restarted), so that a new one may do better.
bool is_lost_connection(const Failure& failure);
bool is_no_machine(const Failure& failure);

// `action` and `name` make the sentence: Cannot ACTION virtual machine "NAME": WHY. An empty name leaves the
// machine out: Cannot ACTION: WHY.
Error failure_error(const Failure& failure, std::string_view action, std::string_view name);
// While connecting.
Error connect_error(const Failure& failure, const std::string& uri);
Error timeout_error(std::string_view action, std::chrono::milliseconds deadline, const std::string& uri);
// After a timeout, at once.
Error hung_error(const std::string& uri);

// The daemon's socket that `uri` means on this host; empty when it is another host's, or unknown.
std::string socket_of(const std::string& uri);
// "the group libvirt", from the owner of the socket.
std::string group_of(const std::string& socket);
// The system daemon's socket exists, but this user may not use it.
Error socket_denied(const std::string& socket);

}  // namespace hvsh::engines::libvirt
