#include "known_types.h"

#include "nouns/enums.h"
#include "nouns/file_system.h"
#include "nouns/virtual_hard_disk.h"
#include "nouns/virtual_machine.h"
#include "nouns/virtual_switch.h"

namespace hvsh {

namespace {

constexpr const EnumInfo* kEnums[] = {&EnumOf<nouns::VMState>::info,
                                      &EnumOf<nouns::VMOperationalStatus>::info,
                                      &EnumOf<nouns::StartAction>::info,
                                      &EnumOf<nouns::StopAction>::info,
                                      &EnumOf<nouns::CriticalErrorAction>::info,
                                      &EnumOf<nouns::CheckpointType>::info,
                                      &EnumOf<nouns::SnapshotType>::info,
                                      &EnumOf<nouns::ControllerType>::info,
                                      &EnumOf<nouns::BootDevice>::info,
                                      &EnumOf<nouns::OnOffState>::info,
                                      &EnumOf<nouns::VMHeartbeatStatus>::info,
                                      &EnumOf<nouns::VMReplicationState>::info,
                                      &EnumOf<nouns::VMReplicationHealthState>::info,
                                      &EnumOf<nouns::VMReplicationMode>::info,
                                      &EnumOf<nouns::VirtualMachineType>::info,
                                      &EnumOf<nouns::VirtualMachineSubType>::info,
                                      &EnumOf<nouns::EnhancedSessionTransportType>::info,
                                      &EnumOf<nouns::WaitVMTypes>::info,
                                      &EnumOf<nouns::VMResourcePoolType>::info,
                                      &EnumOf<nouns::VhdFormat>::info,
                                      &EnumOf<nouns::VhdType>::info,
                                      &EnumOf<nouns::DvdMediaType>::info,
                                      &EnumOf<nouns::CacheAttributes>::info,
                                      &EnumOf<nouns::GuestIsolationType>::info,
                                      &EnumOf<nouns::VMNetworkAdapterOperationalStatus>::info,
                                      &EnumOf<nouns::VirtualHardDiskPmemAddressAbstractionType>::info,
                                      &EnumOf<nouns::VMSwitchType>::info,
                                      &EnumOf<nouns::VMSwitchBandwidthMode>::info,
                                      &EnumOf<nouns::VMSwitchExtensionType>::info,
                                      &EnumOf<nouns::VMNetworkAdapterVlanMode>::info,
                                      &EnumOf<nouns::VMNetworkAdapterPrivateVlanMode>::info,
                                      &EnumOf<nouns::VMNetworkAdapterIsolationMode>::info,
                                      &EnumOf<nouns::VMNetworkAdapterPortMirroringMode>::info,
                                      &EnumOf<nouns::IovInterruptModerationValue>::info,
                                      &EnumOf<nouns::VrssQueueSchedulingModeType>::info,
                                      &EnumOf<nouns::VrssVmbusChannelAffinityPolicyType>::info};

const Noun* const kNouns[] = {
    &nouns::VirtualMachine::noun, &nouns::VMSnapshot::noun,      &nouns::HardDiskDrive::noun,
    &nouns::VirtualSwitch::noun,  &nouns::NetworkAdapter::noun,  &nouns::InternalNetworkAdapter::noun,
    &nouns::VlanSetting::noun,    &nouns::VirtualHardDisk::noun, &nouns::FileInfo::noun,
    &nouns::DirectoryInfo::noun,
};

}  // namespace

shell::TypeCatalog known_types() { return {.enums = kEnums, .nouns = kNouns, .read_item = nouns::read_item}; }

}  // namespace hvsh
