#include "engines/libvirt/api.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>

namespace hvsh::engines::libvirt {

namespace {

Error unavailable(std::string why) {
  return {
      .id = "HypervisorUnavailable",
      .category = ErrorCategory::NotInstalled,
      .message = fmt::format("Cannot load libvirt: {}.", why),
      .hint = "Install libvirt 9 or later (on Debian: apt install libvirt-daemon-system qemu-system-x86)."};
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

bool fill(void* library, Api& api) {
  bool ok = true;
  ok &= find(library, "virConnectClose", api.virConnectClose);
  ok &= find(library, "virConnectGetAllDomainStats", api.virConnectGetAllDomainStats);
  ok &= find(library, "virConnectGetCapabilities", api.virConnectGetCapabilities);
  ok &= find(library, "virConnectGetHostname", api.virConnectGetHostname);
  ok &= find(library, "virConnectGetURI", api.virConnectGetURI);
  ok &= find(library, "virConnectIsAlive", api.virConnectIsAlive);
  ok &= find(library, "virConnectListAllDomains", api.virConnectListAllDomains);
  ok &= find(library, "virConnectOpen", api.virConnectOpen);
  ok &= find(library, "virDomainCreateWithFlags", api.virDomainCreateWithFlags);
  ok &= find(library, "virDomainDefineXMLFlags", api.virDomainDefineXMLFlags);
  ok &= find(library, "virDomainDestroyFlags", api.virDomainDestroyFlags);
  ok &= find(library, "virDomainFree", api.virDomainFree);
  ok &= find(library, "virDomainGetAutostart", api.virDomainGetAutostart);
  ok &= find(library, "virDomainGetDiskErrors", api.virDomainGetDiskErrors);
  ok &= find(library, "virDomainGetInfo", api.virDomainGetInfo);
  ok &= find(library, "virDomainGetMetadata", api.virDomainGetMetadata);
  ok &= find(library, "virDomainGetName", api.virDomainGetName);
  ok &= find(library, "virDomainGetState", api.virDomainGetState);
  ok &= find(library, "virDomainGetUUID", api.virDomainGetUUID);
  ok &= find(library, "virDomainGetXMLDesc", api.virDomainGetXMLDesc);
  ok &= find(library, "virDomainHasManagedSaveImage", api.virDomainHasManagedSaveImage);
  ok &= find(library, "virDomainIsPersistent", api.virDomainIsPersistent);
  ok &= find(library, "virDomainListGetStats", api.virDomainListGetStats);
  ok &= find(library, "virDomainLookupByName", api.virDomainLookupByName);
  ok &= find(library, "virDomainLookupByUUID", api.virDomainLookupByUUID);
  ok &= find(library, "virDomainManagedSave", api.virDomainManagedSave);
  ok &= find(library, "virDomainManagedSaveRemove", api.virDomainManagedSaveRemove);
  ok &= find(library, "virDomainPMWakeup", api.virDomainPMWakeup);
  ok &= find(library, "virDomainReboot", api.virDomainReboot);
  ok &= find(library, "virDomainRename", api.virDomainRename);
  ok &= find(library, "virDomainReset", api.virDomainReset);
  ok &= find(library, "virDomainRestoreFlags", api.virDomainRestoreFlags);
  ok &= find(library, "virDomainResume", api.virDomainResume);
  ok &= find(library, "virDomainSaveImageGetXMLDesc", api.virDomainSaveImageGetXMLDesc);
  ok &= find(library, "virDomainSetAutostart", api.virDomainSetAutostart);
  ok &= find(library, "virDomainSetMetadata", api.virDomainSetMetadata);
  ok &= find(library, "virDomainShutdownFlags", api.virDomainShutdownFlags);
  ok &= find(library, "virDomainSnapshotCreateXML", api.virDomainSnapshotCreateXML);
  ok &= find(library, "virDomainSnapshotFree", api.virDomainSnapshotFree);
  ok &= find(library, "virDomainStatsRecordListFree", api.virDomainStatsRecordListFree);
  ok &= find(library, "virDomainSuspend", api.virDomainSuspend);
  ok &= find(library, "virDomainUndefineFlags", api.virDomainUndefineFlags);
  ok &= find(library, "virGetLastError", api.virGetLastError);
  ok &= find(library, "virInitialize", api.virInitialize);
  ok &= find(library, "virNodeGetInfo", api.virNodeGetInfo);
  ok &= find(library, "virResetLastError", api.virResetLastError);
  ok &= find(library, "virSetErrorFunc", api.virSetErrorFunc);
  return ok;
}

// The library stays loaded: a thread that hangs in it may outlive every other user.
struct Loaded {
  Api api{};
  std::string problem = {};

  Loaded() {
    void* library = dlopen("libvirt.so.0", RTLD_NOW | RTLD_LOCAL);
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
void SnapshotFree::operator()(virDomainSnapshot* snapshot) const {
  loaded().api.virDomainSnapshotFree(snapshot);
}
void TextFree::operator()(char* text) const { std::free(text); }

}  // namespace hvsh::engines::libvirt
