#include "engines/libvirt/api.h"

#include <fmt/format.h>

#include <cstdlib>

#include "core/library.h"

namespace hvsh::engines::libvirt {

namespace {

Error unavailable(std::string why) {
  return {
      .id = "HypervisorUnavailable",
      .category = ErrorCategory::NotInstalled,
      .message = fmt::format("Cannot load libvirt: {}.", why),
      .hint = "Install libvirt 9 or later (on Debian: apt install libvirt-daemon-system qemu-system-x86)."};
}

bool fill(void* library, Api& api) {
  bool ok = true;
  ok &= find_function(library, "virConnectClose", api.virConnectClose);
  ok &= find_function(library, "virConnectGetAllDomainStats", api.virConnectGetAllDomainStats);
  ok &= find_function(library, "virConnectGetCapabilities", api.virConnectGetCapabilities);
  ok &= find_function(library, "virConnectGetHostname", api.virConnectGetHostname);
  ok &= find_function(library, "virConnectGetURI", api.virConnectGetURI);
  ok &= find_function(library, "virConnectIsAlive", api.virConnectIsAlive);
  ok &= find_function(library, "virConnectListAllDomains", api.virConnectListAllDomains);
  ok &= find_function(library, "virConnectListAllNetworks", api.virConnectListAllNetworks);
  ok &= find_function(library, "virConnectOpen", api.virConnectOpen);
  ok &= find_function(library, "virDomainAttachDeviceFlags", api.virDomainAttachDeviceFlags);
  ok &= find_function(library, "virDomainCreateWithFlags", api.virDomainCreateWithFlags);
  ok &= find_function(library, "virDomainDetachDeviceFlags", api.virDomainDetachDeviceFlags);
  ok &= find_function(library, "virDomainDefineXMLFlags", api.virDomainDefineXMLFlags);
  ok &= find_function(library, "virDomainDestroyFlags", api.virDomainDestroyFlags);
  ok &= find_function(library, "virDomainDetachDeviceFlags", api.virDomainDetachDeviceFlags);
  ok &= find_function(library, "virDomainFree", api.virDomainFree);
  ok &= find_function(library, "virDomainGetAutostart", api.virDomainGetAutostart);
  ok &= find_function(library, "virDomainGetDiskErrors", api.virDomainGetDiskErrors);
  ok &= find_function(library, "virDomainGetInfo", api.virDomainGetInfo);
  ok &= find_function(library, "virDomainGetMetadata", api.virDomainGetMetadata);
  ok &= find_function(library, "virDomainGetName", api.virDomainGetName);
  ok &= find_function(library, "virDomainGetState", api.virDomainGetState);
  ok &= find_function(library, "virDomainGetUUID", api.virDomainGetUUID);
  ok &= find_function(library, "virDomainGetXMLDesc", api.virDomainGetXMLDesc);
  ok &= find_function(library, "virDomainHasManagedSaveImage", api.virDomainHasManagedSaveImage);
  ok &= find_function(library, "virDomainInterfaceAddresses", api.virDomainInterfaceAddresses);
  ok &= find_function(library, "virDomainInterfaceFree", api.virDomainInterfaceFree);
  ok &= find_function(library, "virDomainIsPersistent", api.virDomainIsPersistent);
  ok &= find_function(library, "virDomainListGetStats", api.virDomainListGetStats);
  ok &= find_function(library, "virDomainLookupByName", api.virDomainLookupByName);
  ok &= find_function(library, "virDomainLookupByUUID", api.virDomainLookupByUUID);
  ok &= find_function(library, "virDomainManagedSave", api.virDomainManagedSave);
  ok &= find_function(library, "virDomainManagedSaveRemove", api.virDomainManagedSaveRemove);
  ok &= find_function(library, "virDomainPMWakeup", api.virDomainPMWakeup);
  ok &= find_function(library, "virDomainReboot", api.virDomainReboot);
  ok &= find_function(library, "virDomainRename", api.virDomainRename);
  ok &= find_function(library, "virDomainReset", api.virDomainReset);
  ok &= find_function(library, "virDomainRestoreFlags", api.virDomainRestoreFlags);
  ok &= find_function(library, "virDomainResume", api.virDomainResume);
  ok &= find_function(library, "virDomainSaveImageGetXMLDesc", api.virDomainSaveImageGetXMLDesc);
  ok &= find_function(library, "virDomainSetAutostart", api.virDomainSetAutostart);
  ok &= find_function(library, "virDomainSetMetadata", api.virDomainSetMetadata);
  ok &= find_function(library, "virDomainShutdownFlags", api.virDomainShutdownFlags);
  ok &= find_function(library, "virDomainSnapshotCreateXML", api.virDomainSnapshotCreateXML);
  ok &= find_function(library, "virDomainSnapshotFree", api.virDomainSnapshotFree);
  ok &= find_function(library, "virDomainStatsRecordListFree", api.virDomainStatsRecordListFree);
  ok &= find_function(library, "virDomainSuspend", api.virDomainSuspend);
  ok &= find_function(library, "virDomainUndefineFlags", api.virDomainUndefineFlags);
  ok &= find_function(library, "virDomainUpdateDeviceFlags", api.virDomainUpdateDeviceFlags);
  ok &= find_function(library, "virGetLastError", api.virGetLastError);
  ok &= find_function(library, "virInitialize", api.virInitialize);
  ok &= find_function(library, "virNetworkCreate", api.virNetworkCreate);
  ok &= find_function(library, "virNetworkDefineXML", api.virNetworkDefineXML);
  ok &= find_function(library, "virNetworkDestroy", api.virNetworkDestroy);
  ok &= find_function(library, "virNetworkFree", api.virNetworkFree);
  ok &= find_function(library, "virNetworkGetName", api.virNetworkGetName);
  ok &= find_function(library, "virNetworkGetXMLDesc", api.virNetworkGetXMLDesc);
  ok &= find_function(library, "virNetworkIsActive", api.virNetworkIsActive);
  ok &= find_function(library, "virNetworkLookupByName", api.virNetworkLookupByName);
  ok &= find_function(library, "virNetworkLookupByUUID", api.virNetworkLookupByUUID);
  ok &= find_function(library, "virNetworkSetAutostart", api.virNetworkSetAutostart);
  ok &= find_function(library, "virNetworkUndefine", api.virNetworkUndefine);
  ok &= find_function(library, "virNodeGetInfo", api.virNodeGetInfo);
  ok &= find_function(library, "virResetLastError", api.virResetLastError);
  ok &= find_function(library, "virSetErrorFunc", api.virSetErrorFunc);
  return ok;
}

// The library stays loaded: a thread that hangs in it may outlive every other user.
struct Loaded {
  Api api{};
  std::string problem = {};

  Loaded() {
    void* library = open_library({"libvirt.so.0"});
    if (library == nullptr) {
      problem = dlerror();
    } else if (!fill(library, api)) {
      problem = "libvirt.so.0 is too old";
    } else if (api.virInitialize() != 0) {
      problem = "the library does not initialize";
    } else {
      api.virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});
    }
  }
};

const Loaded& loaded() {
  static const Loaded* const kLoaded = new Loaded;  // never destroyed, for the same reason
  return *kLoaded;
}

}  // namespace

Result<const Api*> load_api() {
  const Loaded& library = loaded();
  if (!library.problem.empty()) return unavailable(library.problem);
  return &library.api;
}

void DomainFree::operator()(virDomain* domain) const { loaded().api.virDomainFree(domain); }
void NetworkFree::operator()(virNetwork* network) const { loaded().api.virNetworkFree(network); }
void SnapshotFree::operator()(virDomainSnapshot* snapshot) const {
  loaded().api.virDomainSnapshotFree(snapshot);
}
void TextFree::operator()(char* text) const { std::free(text); }

}  // namespace hvsh::engines::libvirt
