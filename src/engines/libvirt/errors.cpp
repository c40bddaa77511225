#include "engines/libvirt/errors.h"

#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "engines/machine_errors.h"

namespace hvsh::engines::libvirt {

namespace {

// libvirt begins some messages with the name of the error's kind, which says nothing to users.
std::string reason(const Failure& failure) {
  std::string text = failure.message;
  for (const std::string_view kind :
       {"operation failed: ", "internal error: ", "Requested operation is not valid: "}) {
    if (text.starts_with(kind)) text.erase(0, kind.size());
  }
  while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
  return text.empty() ? fmt::format("libvirt's error {}", failure.code) : text;
}

std::string sentence(std::string_view action, std::string_view name, std::string_view why) {
  return name.empty() ? fmt::format("Cannot {}: {}.", action, why)
                      : fmt::format("Cannot {} virtual machine \"{}\": {}.", action, name, why);
}

bool is_denied(const Failure& failure) {
  switch (failure.code) {
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_ACCESS_DENIED:
    case VIR_ERR_OPERATION_DENIED: return true;
    case VIR_ERR_SYSTEM_ERROR: return failure.system_error == EACCES || failure.system_error == EPERM;
    default: return false;
  }
}

// What starts the daemon that `uri` needs.
std::string start_hint(const std::string& uri) {
  if (uri.find(":///session") != std::string::npos) {
    return "libvirt starts the session daemon itself when libvirtd (or virtqemud) is installed; to start it "
           "by hand: "
           "libvirtd --daemon.";
  }
  return "Start it: systemctl start libvirtd (or virtqemud.socket, where libvirt is modular).";
}

}  // namespace

Failure last_failure(const Api& api) {
  const virError* error = api.virGetLastError();
  if (error == nullptr) return {.code = VIR_ERR_INTERNAL_ERROR, .message = "libvirt gave no reason"};
  return {.code = error->code,
          .domain = error->domain,
          .system_error = error->code == VIR_ERR_SYSTEM_ERROR ? error->int1 : 0,
          .message = error->message == nullptr ? "" : error->message};
}

bool is_lost_connection(const Failure& failure) {
  if (failure.code == VIR_ERR_INVALID_CONN) return true;
  if (failure.domain != VIR_FROM_RPC && failure.domain != VIR_FROM_REMOTE) return false;
  if (failure.code == VIR_ERR_SYSTEM_ERROR) {
    return failure.system_error == EPIPE || failure.system_error == ECONNRESET;
  }
  return failure.code == VIR_ERR_RPC || failure.code == VIR_ERR_INTERNAL_ERROR;
}

bool is_no_machine(const Failure& failure) { return failure.code == VIR_ERR_NO_DOMAIN; }

Error failure_error(const Failure& failure, std::string_view action, std::string_view name) {
  if (is_no_machine(failure)) return no_such_machine(name);
  Error error{.id = "OperationFailed",
              .category = ErrorCategory::InvalidResult,
              .message = sentence(action, name, reason(failure)),
              .hint = {},
              .target = std::string(name)};
  if (is_denied(failure)) {
    error.id = "AccessDenied";
    error.category = ErrorCategory::PermissionDenied;
    error.hint = "Run as a user who may manage virtual machines.";
    return error;
  }
  if (is_lost_connection(failure)) {
    error.id = "HypervisorUnavailable";
    error.category = ErrorCategory::ConnectionError;
    error.message = sentence(action, name, "the connection to libvirt was lost (" + reason(failure) + ")");
    error.hint = "Look whether it was done, and try again.";
    return error;
  }
  switch (failure.code) {
    case VIR_ERR_DOM_EXIST:
      error.id = "MachineExists";
      error.category = ErrorCategory::ResourceExists;
      error.hint = "Choose another name, or remove the other machine first.";
      break;
    case VIR_ERR_OPERATION_INVALID:
      error.id = "InvalidState";
      error.category = ErrorCategory::InvalidOperation;
      break;
    case VIR_ERR_INVALID_ARG:
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
    case VIR_ERR_CONFIG_UNSUPPORTED:
    case VIR_ERR_OVERFLOW: error.category = ErrorCategory::InvalidArgument; break;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
    case VIR_ERR_OPERATION_UNSUPPORTED: error.category = ErrorCategory::NotImplemented; break;
    case VIR_ERR_RESOURCE_BUSY:
    case VIR_ERR_OPERATION_TIMEOUT:
      error.category = ErrorCategory::ResourceBusy;
      error.hint = "Another operation on this machine may still be running; try again when it is done.";
      break;
    case VIR_ERR_OPERATION_ABORTED: error.category = ErrorCategory::OperationStopped; break;
    case VIR_ERR_AGENT_UNRESPONSIVE:
      error.hint = "The agent in the guest does not answer; -TurnOff needs none.";
      break;
    default: break;
  }
  return error;
}

std::string socket_of(const std::string& uri) {
  const size_t parameter = uri.find("socket=");
  if (parameter != std::string::npos) {
    const size_t begin = parameter + 7;
    return uri.substr(begin, uri.find('&', begin) - begin);
  }
  if (!uri.ends_with(":///system")) return {};
  for (const char* socket : {"/run/libvirt/virtqemud-sock", "/run/libvirt/libvirt-sock"}) {
    if (access(socket, F_OK) == 0) return socket;
  }
  return {};
}

std::string group_of(const std::string& socket) {
  struct stat info {};
  if (socket.empty() || stat(socket.c_str(), &info) != 0 || info.st_gid == 0) return "the group libvirt";
  const group* entry = getgrgid(info.st_gid);
  return entry == nullptr ? fmt::format("the group {}", info.st_gid)
                          : fmt::format("the group {}", entry->gr_name);
}

Error socket_denied(const std::string& socket) {
  return {
      .id = "AccessDenied",
      .category = ErrorCategory::PermissionDenied,
      .message = fmt::format("This user may not connect to libvirt's system daemon at '{}'.", socket),
      .hint = fmt::format("Join {} (usermod -aG), log in anew, or run as root; for virtual machines of this "
                          "user alone set HVSH_URI=qemu:///session.",
                          group_of(socket)),
      .target = socket};
}

Error connect_error(const Failure& failure, const std::string& uri) {
  if (is_denied(failure)) {
    const std::string socket = socket_of(uri);
    if (!socket.empty()) return socket_denied(socket);
    return {.id = "AccessDenied",
            .category = ErrorCategory::PermissionDenied,
            .message = fmt::format("This user may not connect to libvirt at '{}': {}.", uri, reason(failure)),
            .hint = fmt::format("Join {} on that host, or connect as a user who may.", group_of({})),
            .target = uri};
  }
  Error error{.id = "HypervisorUnavailable",
              .category = ErrorCategory::ResourceUnavailable,
              .message = fmt::format("Cannot connect to libvirt at '{}': {}.", uri, reason(failure)),
              .hint = {},
              .target = uri};
  const bool is_down = failure.code == VIR_ERR_SYSTEM_ERROR &&
                       (failure.system_error == ENOENT || failure.system_error == ECONNREFUSED);
  if (is_down) {
    error.message = fmt::format("Cannot connect to libvirt at '{}': its daemon is not running.", uri);
    error.hint = start_hint(uri);
  } else if (failure.code == VIR_ERR_NO_CONNECT || failure.code == VIR_ERR_INVALID_ARG ||
             failure.code == VIR_ERR_CONFIG_UNSUPPORTED) {
    error.category = ErrorCategory::InvalidArgument;
    error.hint = "Check HVSH_URI and LIBVIRT_DEFAULT_URI; qemu:///system is this host's system daemon.";
  }
  return error;
}

Error timeout_error(std::string_view action, std::chrono::milliseconds deadline, const std::string& uri) {
  return {.id = "HypervisorTimeout",
          .category = ErrorCategory::OperationTimeout,
          .message = fmt::format("Cannot {}: libvirt at '{}' gave no answer within {:g} seconds.", action,
                                 uri, static_cast<double>(deadline.count()) / 1000),
          .hint =
              "Look at the daemon (systemctl status libvirtd), restart it if it hangs; HVSH_LIBVIRT_TIMEOUT "
              "sets the seconds to wait.",
          .target = uri};
}

Error hung_error(const std::string& uri) {
  return {
      .id = "HypervisorTimeout",
      .category = ErrorCategory::OperationTimeout,
      .message = fmt::format("libvirt at '{}' did not answer an earlier call; this session does not wait for "
                             "it again.",
                             uri),
      .hint = "Restart the daemon if it hangs (systemctl restart libvirtd), then start a new session.",
      .target = uri};
}

}  // namespace hvsh::engines::libvirt
