#pragma once
// The enumerations that the Hyper-V module shows to scripts: names and numbers are Windows' own.
#include "core/type_info.h"

namespace hvsh::nouns {

enum class VMState : int32_t {
  Other = 1,
  Running = 2,
  Off = 3,
  Stopping = 4,
  Saved = 6,
  Paused = 9,
  Starting = 10,
  Reset = 11,
  Saving = 32773,
  Pausing = 32776,
  Resuming = 32777,
  FastSaved = 32779,
  FastSaving = 32780,
  ForceShutdown = 32781,
  ForceReboot = 32782,
  Hibernated = 32783,
  ComponentServicing = 32784,
  RunningCritical = 32785,
  OffCritical = 32786,
  StoppingCritical = 32787,
  SavedCritical = 32788,
  PausedCritical = 32789,
  StartingCritical = 32790,
  ResetCritical = 32791,
  SavingCritical = 32792,
  PausingCritical = 32793,
  ResumingCritical = 32794,
  FastSavedCritical = 32795,
  FastSavingCritical = 32796
};

enum class VMOperationalStatus : int32_t {
  Ok = 2,
  Degraded = 3,
  PredictiveFailure = 5,
  InService = 11,
  Dormant = 15,
  SupportingEntityInError = 16,
  ApplyingSnapshot = 23769,
  CreatingSnapshot = 32768,
  DeletingSnapshot = 32770,
  WaitingToStart = 32771,
  MergingDisks = 32772,
  ExportingVirtualMachine = 32773,
  MigratingVirtualMachine = 32774,
  BackingUpVirtualMachine = 32776,
  ModifyingUpVirtualMachine = 32777,
  StorageMigrationPhaseOne = 32778,
  StorageMigrationPhaseTwo = 32779,
  MigratingPlannedVm = 32780,
  CheckingCompatibility = 32781,
  ApplicationCriticalState = 32782,
  CommunicationTimedOut = 32783,
  CommunicationFailed = 32784,
  NoIommu = 32785,
  NoIovSupportInNic = 32786,
  SwitchNotInIovMode = 32787,
  IovBlockedByPolicy = 32788,
  IovNoAvailResources = 32789,
  IovGuestDriversNeeded = 32790,
  CriticalIoError = 32795
};

enum class StartAction : int32_t { Nothing = 2, StartIfRunning = 3, Start = 4 };

enum class StopAction : int32_t { TurnOff = 2, Save = 3, ShutDown = 4 };

enum class CriticalErrorAction : int32_t { None = 0, Pause = 1 };

enum class CheckpointType : int32_t { Disabled = 2, Production = 3, ProductionOnly = 4, Standard = 5 };

enum class SnapshotType : int32_t {
  Standard = 0,
  Recovery = 1,
  Planned = 2,
  Missing = 5,
  Replica = 6,
  AppConsistentReplica = 7,
  SyncedReplica = 8
};

enum class ControllerType : int32_t { IDE = 0, SCSI = 1, PMEM = 2 };

enum class BootDevice : int32_t {
  Floppy = 0,
  CD = 1,
  IDE = 2,
  LegacyNetworkAdapter = 3,
  NetworkAdapter = 4,
  VHD = 5
};

enum class OnOffState : int32_t { On = 0, Off = 1 };

enum class VMHeartbeatStatus : int32_t {
  Unknown = 0,
  Disabled = 1,
  NoContact = 2,
  Error = 3,
  LostCommunication = 4,
  OkApplicationsUnknown = 5,
  OkApplicationsHealthy = 6,
  OkApplicationsCritical = 7,
  Paused = 8
};

enum class VMReplicationState : int32_t {
  Disabled = 0,
  ReadyForInitialReplication = 1,
  InitialReplicationInProgress = 2,
  WaitingForInitialReplication = 3,
  Replicating = 4,
  PreparedForFailover = 5,
  FailedOverWaitingCompletion = 6,
  FailedOver = 7,
  Suspended = 8,
  Error = 9,
  WaitingForStartResynchronize = 10,
  Resynchronizing = 11,
  ResynchronizeSuspended = 12,
  RecoveryInProgress = 13,
  FailbackInProgress = 14,
  FailbackComplete = 15,
  WaitingForUpdateCompletion = 16,
  UpdateError = 17,
  WaitingForRepurposeCompletion = 18,
  PreparedForSyncReplication = 19,
  PreparedForGroupReverseReplication = 20,
  FiredrillInProgress = 21
};

enum class VMReplicationHealthState : int32_t { NotApplicable = 0, Normal = 1, Warning = 2, Critical = 3 };

enum class VMReplicationMode : int32_t {
  None = 0,
  Primary = 1,
  Replica = 2,
  TestReplica = 3,
  ExtendedReplica = 4
};

enum class VirtualMachineType : int32_t { RealizedVirtualMachine = 3, PlannedVirtualMachine = 4 };

enum class VirtualMachineSubType : int32_t { Unknown = 0, Generation1 = 1, Generation2 = 2 };

enum class EnhancedSessionTransportType : int32_t { VMBus = 0, HvSocket = 1 };

enum class WaitVMTypes : int32_t { Heartbeat = 0, IPAddress = 1, Reboot = 2, MemoryOperations = 3 };

enum class VMResourcePoolType : int32_t {
  Memory = 0,
  Processor = 1,
  Ethernet = 2,
  VHD = 3,
  ISO = 4,
  VFD = 5,
  FibreChannelPort = 6,
  FibreChannelConnection = 7,
  PciExpress = 8
};

enum class VhdFormat : int32_t { Unknown = 0, VHD = 2, VHDX = 3, VHDSet = 4 };

enum class VhdType : int32_t { Unknown = 0, Fixed = 2, Dynamic = 3, Differencing = 4 };

enum class DvdMediaType : int32_t { None = 0, ISO = 1, PassThrough = 2 };

enum class CacheAttributes : int32_t {
  Default = 0,
  WriteCacheEnabled = 1,
  WriteCacheAndFUAEnabled = 2,
  WriteCacheDisabled = 3
};

enum class GuestIsolationType : int32_t { TrustedLaunch = 0, VBS = 1, SNP = 2, TDX = 3, Disabled = 4 };

enum class VMNetworkAdapterOperationalStatus : int32_t {
  Unknown = 0,
  Other = 1,
  Ok = 2,
  Degraded = 3,
  Stressed = 4,
  PredictiveFailure = 5,
  Error = 6,
  NonRecoverableError = 7,
  Starting = 8,
  Stopping = 9,
  Stopped = 10,
  InService = 11,
  NoContact = 12,
  LostCommunication = 13,
  Aborted = 14,
  Dormant = 15,
  SupportingEntity = 16,
  Completed = 17,
  PowerMode = 18,
  ProtocolVersion = 32775
};

enum class VirtualHardDiskPmemAddressAbstractionType : int32_t { None = 0, BTT = 1, Unknown = 65535 };

}  // namespace hvsh::nouns

namespace hvsh {

template <>
struct EnumOf<nouns::VMState> {
  static constexpr EnumMember kMembers[] = {{"Other", 1},
                                            {"Running", 2},
                                            {"Off", 3},
                                            {"Stopping", 4},
                                            {"Saved", 6},
                                            {"Paused", 9},
                                            {"Starting", 10},
                                            {"Reset", 11},
                                            {"Saving", 32773},
                                            {"Pausing", 32776},
                                            {"Resuming", 32777},
                                            {"FastSaved", 32779},
                                            {"FastSaving", 32780},
                                            {"ForceShutdown", 32781},
                                            {"ForceReboot", 32782},
                                            {"Hibernated", 32783},
                                            {"ComponentServicing", 32784},
                                            {"RunningCritical", 32785},
                                            {"OffCritical", 32786},
                                            {"StoppingCritical", 32787},
                                            {"SavedCritical", 32788},
                                            {"PausedCritical", 32789},
                                            {"StartingCritical", 32790},
                                            {"ResetCritical", 32791},
                                            {"SavingCritical", 32792},
                                            {"PausingCritical", 32793},
                                            {"ResumingCritical", 32794},
                                            {"FastSavedCritical", 32795},
                                            {"FastSavingCritical", 32796}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.VMState", "VMState"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::VMOperationalStatus> {
  static constexpr EnumMember kMembers[] = {{"Ok", 2},
                                            {"Degraded", 3},
                                            {"PredictiveFailure", 5},
                                            {"InService", 11},
                                            {"Dormant", 15},
                                            {"SupportingEntityInError", 16},
                                            {"ApplyingSnapshot", 23769},
                                            {"CreatingSnapshot", 32768},
                                            {"DeletingSnapshot", 32770},
                                            {"WaitingToStart", 32771},
                                            {"MergingDisks", 32772},
                                            {"ExportingVirtualMachine", 32773},
                                            {"MigratingVirtualMachine", 32774},
                                            {"BackingUpVirtualMachine", 32776},
                                            {"ModifyingUpVirtualMachine", 32777},
                                            {"StorageMigrationPhaseOne", 32778},
                                            {"StorageMigrationPhaseTwo", 32779},
                                            {"MigratingPlannedVm", 32780},
                                            {"CheckingCompatibility", 32781},
                                            {"ApplicationCriticalState", 32782},
                                            {"CommunicationTimedOut", 32783},
                                            {"CommunicationFailed", 32784},
                                            {"NoIommu", 32785},
                                            {"NoIovSupportInNic", 32786},
                                            {"SwitchNotInIovMode", 32787},
                                            {"IovBlockedByPolicy", 32788},
                                            {"IovNoAvailResources", 32789},
                                            {"IovGuestDriversNeeded", 32790},
                                            {"CriticalIoError", 32795}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VMOperationalStatus", "VMOperationalStatus"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::StartAction> {
  static constexpr EnumMember kMembers[] = {{"Nothing", 2}, {"StartIfRunning", 3}, {"Start", 4}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.StartAction", "StartAction"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::StopAction> {
  static constexpr EnumMember kMembers[] = {{"TurnOff", 2}, {"Save", 3}, {"ShutDown", 4}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.StopAction", "StopAction"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::CriticalErrorAction> {
  static constexpr EnumMember kMembers[] = {{"None", 0}, {"Pause", 1}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.CriticalErrorAction", "CriticalErrorAction"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::CheckpointType> {
  static constexpr EnumMember kMembers[] = {
      {"Disabled", 2}, {"Production", 3}, {"ProductionOnly", 4}, {"Standard", 5}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.CheckpointType", "CheckpointType"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::SnapshotType> {
  static constexpr EnumMember kMembers[] = {{"Standard", 0},     {"Recovery", 1}, {"Planned", 2},
                                            {"Missing", 5},      {"Replica", 6},  {"AppConsistentReplica", 7},
                                            {"SyncedReplica", 8}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.SnapshotType", "SnapshotType"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::ControllerType> {
  static constexpr EnumMember kMembers[] = {{"IDE", 0}, {"SCSI", 1}, {"PMEM", 2}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.ControllerType", "ControllerType"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::BootDevice> {
  static constexpr EnumMember kMembers[] = {
      {"Floppy", 0}, {"CD", 1}, {"IDE", 2}, {"LegacyNetworkAdapter", 3}, {"NetworkAdapter", 4}, {"VHD", 5}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.BootDevice", "BootDevice"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::OnOffState> {
  static constexpr EnumMember kMembers[] = {{"On", 0}, {"Off", 1}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.OnOffState", "OnOffState"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::VMHeartbeatStatus> {
  static constexpr EnumMember kMembers[] = {{"Unknown", 0},
                                            {"Disabled", 1},
                                            {"NoContact", 2},
                                            {"Error", 3},
                                            {"LostCommunication", 4},
                                            {"OkApplicationsUnknown", 5},
                                            {"OkApplicationsHealthy", 6},
                                            {"OkApplicationsCritical", 7},
                                            {"Paused", 8}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VMHeartbeatStatus", "VMHeartbeatStatus"}, .members = kMembers};
};

template <>
struct EnumOf<nouns::VMReplicationState> {
  static constexpr EnumMember kMembers[] = {{"Disabled", 0},
                                            {"ReadyForInitialReplication", 1},
                                            {"InitialReplicationInProgress", 2},
                                            {"WaitingForInitialReplication", 3},
                                            {"Replicating", 4},
                                            {"PreparedForFailover", 5},
                                            {"FailedOverWaitingCompletion", 6},
                                            {"FailedOver", 7},
                                            {"Suspended", 8},
                                            {"Error", 9},
                                            {"WaitingForStartResynchronize", 10},
                                            {"Resynchronizing", 11},
                                            {"ResynchronizeSuspended", 12},
                                            {"RecoveryInProgress", 13},
                                            {"FailbackInProgress", 14},
                                            {"FailbackComplete", 15},
                                            {"WaitingForUpdateCompletion", 16},
                                            {"UpdateError", 17},
                                            {"WaitingForRepurposeCompletion", 18},
                                            {"PreparedForSyncReplication", 19},
                                            {"PreparedForGroupReverseReplication", 20},
                                            {"FiredrillInProgress", 21}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VMReplicationState", "VMReplicationState"}, .members = kMembers};
};

template <>
struct EnumOf<nouns::VMReplicationHealthState> {
  static constexpr EnumMember kMembers[] = {
      {"NotApplicable", 0}, {"Normal", 1}, {"Warning", 2}, {"Critical", 3}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VMReplicationHealthState", "VMReplicationHealthState"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::VMReplicationMode> {
  static constexpr EnumMember kMembers[] = {
      {"None", 0}, {"Primary", 1}, {"Replica", 2}, {"TestReplica", 3}, {"ExtendedReplica", 4}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VMReplicationMode", "VMReplicationMode"}, .members = kMembers};
};

template <>
struct EnumOf<nouns::VirtualMachineType> {
  static constexpr EnumMember kMembers[] = {{"RealizedVirtualMachine", 3}, {"PlannedVirtualMachine", 4}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VirtualMachineType", "VirtualMachineType"}, .members = kMembers};
};

template <>
struct EnumOf<nouns::VirtualMachineSubType> {
  static constexpr EnumMember kMembers[] = {{"Unknown", 0}, {"Generation1", 1}, {"Generation2", 2}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VirtualMachineSubType", "VirtualMachineSubType"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::EnhancedSessionTransportType> {
  static constexpr EnumMember kMembers[] = {{"VMBus", 0}, {"HvSocket", 1}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.EnhancedSessionTransportType", "EnhancedSessionTransportType"},
      .members = kMembers};
};

template <>
struct EnumOf<nouns::WaitVMTypes> {
  static constexpr EnumMember kMembers[] = {
      {"Heartbeat", 0}, {"IPAddress", 1}, {"Reboot", 2}, {"MemoryOperations", 3}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.Commands.WaitVMTypes", "WaitVMTypes"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::VMResourcePoolType> {
  static constexpr EnumMember kMembers[] = {
      {"Memory", 0},    {"Processor", 1}, {"Ethernet", 2},         {"VHD", 3},
      {"ISO", 4},       {"VFD", 5},       {"FibreChannelPort", 6}, {"FibreChannelConnection", 7},
      {"PciExpress", 8}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.VMResourcePoolType", "VMResourcePoolType"}, .members = kMembers};
};

template <>
struct EnumOf<nouns::VhdFormat> {
  static constexpr EnumMember kMembers[] = {{"Unknown", 0}, {"VHD", 2}, {"VHDX", 3}, {"VHDSet", 4}};
  static constexpr EnumInfo info{.type = {"Microsoft.Vhd.PowerShell.VhdFormat", "VhdFormat"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::VhdType> {
  static constexpr EnumMember kMembers[] = {
      {"Unknown", 0}, {"Fixed", 2}, {"Dynamic", 3}, {"Differencing", 4}};
  static constexpr EnumInfo info{.type = {"Microsoft.Vhd.PowerShell.VhdType", "VhdType"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::DvdMediaType> {
  static constexpr EnumMember kMembers[] = {{"None", 0}, {"ISO", 1}, {"PassThrough", 2}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.DvdMediaType", "DvdMediaType"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::CacheAttributes> {
  static constexpr EnumMember kMembers[] = {
      {"Default", 0}, {"WriteCacheEnabled", 1}, {"WriteCacheAndFUAEnabled", 2}, {"WriteCacheDisabled", 3}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.CacheAttributes", "CacheAttributes"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::GuestIsolationType> {
  static constexpr EnumMember kMembers[] = {
      {"TrustedLaunch", 0}, {"VBS", 1}, {"SNP", 2}, {"TDX", 3}, {"Disabled", 4}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.HyperV.PowerShell.GuestIsolationType", "GuestIsolationType"}, .members = kMembers};
};

template <>
struct EnumOf<nouns::VMNetworkAdapterOperationalStatus> {
  static constexpr EnumMember kMembers[] = {{"Unknown", 0},
                                            {"Other", 1},
                                            {"Ok", 2},
                                            {"Degraded", 3},
                                            {"Stressed", 4},
                                            {"PredictiveFailure", 5},
                                            {"Error", 6},
                                            {"NonRecoverableError", 7},
                                            {"Starting", 8},
                                            {"Stopping", 9},
                                            {"Stopped", 10},
                                            {"InService", 11},
                                            {"NoContact", 12},
                                            {"LostCommunication", 13},
                                            {"Aborted", 14},
                                            {"Dormant", 15},
                                            {"SupportingEntity", 16},
                                            {"Completed", 17},
                                            {"PowerMode", 18},
                                            {"ProtocolVersion", 32775}};
  static constexpr EnumInfo info{.type = {"Microsoft.HyperV.PowerShell.VMNetworkAdapterOperationalStatus",
                                          "VMNetworkAdapterOperationalStatus"},
                                 .members = kMembers};
};

template <>
struct EnumOf<nouns::VirtualHardDiskPmemAddressAbstractionType> {
  static constexpr EnumMember kMembers[] = {{"None", 0}, {"BTT", 1}, {"Unknown", 65535}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.Virtualization.Client.Management.VirtualHardDiskPmemAddressAbstractionType",
               "VirtualHardDiskPmemAddressAbstractionType"},
      .members = kMembers};
};

}  // namespace hvsh
