#pragma once
// libvirt through one table of functions. The library is loaded when the first call needs it: linking it
// costs every start of the shell several milliseconds. Headers only here; nothing else includes <libvirt/...>
// outside of this folder.
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include <memory>
#include <string>

#include "core/result.h"

namespace hvsh::engines::libvirt {

// Each member is the function of that name.
struct Api {
  decltype(&::virConnectClose) virConnectClose;
  decltype(&::virConnectGetAllDomainStats) virConnectGetAllDomainStats;
  decltype(&::virConnectGetCapabilities) virConnectGetCapabilities;
  decltype(&::virConnectGetHostname) virConnectGetHostname;
  decltype(&::virConnectGetURI) virConnectGetURI;
  decltype(&::virConnectIsAlive) virConnectIsAlive;
  decltype(&::virConnectListAllDomains) virConnectListAllDomains;
  decltype(&::virConnectListAllNetworks) virConnectListAllNetworks;
  decltype(&::virConnectOpen) virConnectOpen;
  decltype(&::virDomainAttachDeviceFlags) virDomainAttachDeviceFlags;
  decltype(&::virDomainCreateWithFlags) virDomainCreateWithFlags;
  decltype(&::virDomainDefineXMLFlags) virDomainDefineXMLFlags;
  decltype(&::virDomainDestroyFlags) virDomainDestroyFlags;
  decltype(&::virDomainDetachDeviceFlags) virDomainDetachDeviceFlags;
  decltype(&::virDomainFree) virDomainFree;
  decltype(&::virDomainGetAutostart) virDomainGetAutostart;
  decltype(&::virDomainGetDiskErrors) virDomainGetDiskErrors;
  decltype(&::virDomainGetInfo) virDomainGetInfo;
  decltype(&::virDomainGetMetadata) virDomainGetMetadata;
  decltype(&::virDomainGetName) virDomainGetName;
  decltype(&::virDomainGetState) virDomainGetState;
  decltype(&::virDomainGetUUID) virDomainGetUUID;
  decltype(&::virDomainGetXMLDesc) virDomainGetXMLDesc;
  decltype(&::virDomainHasManagedSaveImage) virDomainHasManagedSaveImage;
  decltype(&::virDomainInterfaceAddresses) virDomainInterfaceAddresses;
  decltype(&::virDomainInterfaceFree) virDomainInterfaceFree;
  decltype(&::virDomainIsPersistent) virDomainIsPersistent;
  decltype(&::virDomainListGetStats) virDomainListGetStats;
  decltype(&::virDomainLookupByName) virDomainLookupByName;
  decltype(&::virDomainLookupByUUID) virDomainLookupByUUID;
  decltype(&::virDomainManagedSave) virDomainManagedSave;
  decltype(&::virDomainManagedSaveRemove) virDomainManagedSaveRemove;
  decltype(&::virDomainPMWakeup) virDomainPMWakeup;
  decltype(&::virDomainReboot) virDomainReboot;
  decltype(&::virDomainRename) virDomainRename;
  decltype(&::virDomainReset) virDomainReset;
  decltype(&::virDomainRestoreFlags) virDomainRestoreFlags;
  decltype(&::virDomainResume) virDomainResume;
  decltype(&::virDomainSaveImageGetXMLDesc) virDomainSaveImageGetXMLDesc;
  decltype(&::virDomainSetAutostart) virDomainSetAutostart;
  decltype(&::virDomainSetMetadata) virDomainSetMetadata;
  decltype(&::virDomainShutdownFlags) virDomainShutdownFlags;
  decltype(&::virDomainSnapshotCreateXML) virDomainSnapshotCreateXML;
  decltype(&::virDomainSnapshotFree) virDomainSnapshotFree;
  decltype(&::virDomainStatsRecordListFree) virDomainStatsRecordListFree;
  decltype(&::virDomainSuspend) virDomainSuspend;
  decltype(&::virDomainUndefineFlags) virDomainUndefineFlags;
  decltype(&::virDomainUpdateDeviceFlags) virDomainUpdateDeviceFlags;
  decltype(&::virGetLastError) virGetLastError;
  decltype(&::virInitialize) virInitialize;
  decltype(&::virNetworkCreate) virNetworkCreate;
  decltype(&::virNetworkDefineXML) virNetworkDefineXML;
  decltype(&::virNetworkDestroy) virNetworkDestroy;
  decltype(&::virNetworkFree) virNetworkFree;
  decltype(&::virNetworkGetName) virNetworkGetName;
  decltype(&::virNetworkGetXMLDesc) virNetworkGetXMLDesc;
  decltype(&::virNetworkIsActive) virNetworkIsActive;
  decltype(&::virNetworkLookupByName) virNetworkLookupByName;
  decltype(&::virNetworkLookupByUUID) virNetworkLookupByUUID;
  decltype(&::virNetworkSetAutostart) virNetworkSetAutostart;
  decltype(&::virNetworkUndefine) virNetworkUndefine;
  decltype(&::virNodeGetInfo) virNodeGetInfo;
  decltype(&::virResetLastError) virResetLastError;
  decltype(&::virSetErrorFunc) virSetErrorFunc;
};

// Loads libvirt.so.0 once per process and turns off its printing of errors. Thread-safe. An error
// (HypervisorUnavailable, NotInstalled) names the package when the library is missing or too old.
Result<const Api*> load_api();

// Handles that free themselves. The table must have been loaded.
struct DomainFree {
  void operator()(virDomain* domain) const;
};
struct SnapshotFree {
  void operator()(virDomainSnapshot* snapshot) const;
};
struct TextFree {
  void operator()(char* text) const;
};
struct NetworkFree {
  void operator()(virNetwork* network) const;
};
using NetworkHandle = std::unique_ptr<virNetwork, NetworkFree>;
using DomainHandle = std::unique_ptr<virDomain, DomainFree>;
using SnapshotHandle = std::unique_ptr<virDomainSnapshot, SnapshotFree>;
using TextHandle = std::unique_ptr<char, TextFree>;

}  // namespace hvsh::engines::libvirt
