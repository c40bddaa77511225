#include "engines/libvirt/uri.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "engines/files.h"
#include "engines/libvirt/errors.h"

namespace hvsh::engines::libvirt {

namespace {

constexpr uint64_t kMaxConfigBytes = 1 << 20;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string config_folder() {
  const std::string xdg = environment("XDG_CONFIG_HOME");
  return (xdg.empty() ? environment("HOME") + "/.config" : xdg) + "/libvirt";
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

}  // namespace

UriSources uri_sources() {
  UriSources sources{.hvsh_uri = environment("HVSH_URI"),
                     .libvirt_uri = environment("LIBVIRT_DEFAULT_URI"),
                     .is_root = geteuid() == 0,
                     .system_sockets = {"/run/libvirt/libvirt-sock", "/run/libvirt/virtqemud-sock"},
                     .session_folder = config_folder() + "/qemu"};
  // libvirt itself goes on without its configuration when that cannot be read.
  const std::string folder = sources.is_root ? "/etc/libvirt" : config_folder();
  if (auto text = read_file(folder + "/libvirt.conf", kMaxConfigBytes)) sources.config_text = text.take();
  return sources;
}

std::string uri_default_of(const std::string& config_text) {
  constexpr std::string_view kKey = "uri_default";
  std::string_view rest = config_text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.starts_with(kKey)) continue;
    line = trim(line.substr(kKey.size()));
    if (line.size() < 3 || line[0] != '=') continue;
    line = trim(line.substr(1));
    if (line.empty() || (line[0] != '"' && line[0] != '\'')) continue;
    const size_t close = line.find(line[0], 1);
    if (close != std::string_view::npos) return std::string(line.substr(1, close - 1));
  }
  return {};
}

Result<std::string> choose_uri(const UriSources& sources) {
  if (!sources.hvsh_uri.empty()) return sources.hvsh_uri;
  if (!sources.libvirt_uri.empty()) return sources.libvirt_uri;
  if (const std::string uri = uri_default_of(sources.config_text); !uri.empty()) return uri;
  if (sources.is_root) return std::string("qemu:///system");
  std::string denied;
  for (const std::string& socket : sources.system_sockets) {
    if (access(socket.c_str(), R_OK | W_OK) == 0) return std::string("qemu:///system");
    if (errno == EACCES) denied = socket;
  }
  const bool has_session = access(sources.session_folder.c_str(), F_OK) == 0;
  if (!denied.empty() && !has_session) return socket_denied(denied);
  return std::string("qemu:///session");
}

bool is_system(const std::string& uri) {
  constexpr std::string_view kSystem = ":///system";
  const size_t at = uri.find(kSystem);
  return is_local(uri) && at != std::string::npos &&
         (at + kSystem.size() == uri.size() || uri[at + kSystem.size()] == '?');
}

bool is_local(const std::string& uri) {
  const size_t scheme = uri.find("://");
  if (scheme == std::string::npos) return false;
  return uri.compare(scheme, 4, ":///") == 0;
}

}  // namespace hvsh::engines::libvirt
