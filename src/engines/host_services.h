#pragma once
// The services of this host, as their cmdlets need them: systemd's units behind engines/linux_host, a few
// made-up ones in the in-memory twin of the tests. Not thread-safe.
#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"

namespace hvsh::engines {

enum class ServiceState : uint8_t { stopped, start_pending, stop_pending, running };
enum class ServiceStart : uint8_t { automatic, manual, disabled };

struct HostService {
  std::string name;          // libvirtd
  std::string display_name;  // its description
  ServiceState state = ServiceState::stopped;
  ServiceStart start = ServiceStart::manual;
  std::string path;  // of its program; empty: not known
  int64_t process_id = 0;
};

class HostServices {
 public:
  virtual ~HostServices() = default;
  // All of them, sorted by name. ServicesUnavailable: nothing on this host manages services.
  virtual Result<std::vector<HostService>> list() = 0;
  // These wait until it is done.
  virtual Result<void> start(const std::string& name) = 0;
  virtual Result<void> stop(const std::string& name) = 0;
  virtual Result<void> restart(const std::string& name) = 0;
  virtual Result<void> set_start(const std::string& name, ServiceStart start) = 0;
};

}  // namespace hvsh::engines
