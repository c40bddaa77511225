// Changes to a machine's definition, and to the machine itself while it runs.

#include <fmt/format.h>

#include <algorithm>

#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/status.h"
#include "engines/libvirt/target.h"
#include "engines/machine_errors.h"
#include "engines/machine_rules.h"

namespace hvsh::engines::libvirt {

using nouns::VMState;

namespace {

constexpr Action kChange{"change", [](VMState) { return true; }, "there"};
constexpr Action kRename{"rename", [](VMState state) { return state == VMState::Off; }, "off"};

unsigned affect(const Target& target) {
  return VIR_DOMAIN_AFFECT_CONFIG |
         (has_process(target.state) ? VIR_DOMAIN_AFFECT_LIVE : VIR_DOMAIN_AFFECT_CURRENT);
}

Result<void> set_metadata(Target& target, const DomainEdit& edit) {
  target.session.begin_change();
  const auto set = [&](int type, const char* text, const char* key, const char* uri) -> Result<void> {
    if (target.api().virDomainSetMetadata(target.handle(), type, text, key, uri, affect(target)) == 0)
      return {};
    return target.session.fail("change settings of", target.name);
  };
  if (edit.notes) {
    const char* text = edit.notes->empty() ? nullptr : edit.notes->c_str();
    HVSH_CHECK(set(VIR_DOMAIN_METADATA_DESCRIPTION, text, nullptr, nullptr));
  }
  if (edit.metadata.empty()) return {};
  return set(VIR_DOMAIN_METADATA_ELEMENT, edit.metadata.c_str(), "hvsh", kMetadataNamespace);
}

// One device of a running machine.
Result<void> change_device(Target& target, const DeviceEdit& edit) {
  target.session.begin_change();
  const char* xml = edit.xml.c_str();
  const unsigned flags = affect(target);
  const int done = edit.kind == DeviceEdit::attach
                       ? target.api().virDomainAttachDeviceFlags(target.handle(), xml, flags)
                   : edit.kind == DeviceEdit::detach
                       ? target.api().virDomainDetachDeviceFlags(target.handle(), xml, flags)
                       : target.api().virDomainUpdateDeviceFlags(target.handle(), xml, flags);
  if (done == 0) return {};
  return target.session.fail("change a device of", target.name);
}

Result<void> check_persistent(const Target& target) {
  if (target.api().virDomainIsPersistent(target.handle()) == 1) return {};
  return Error{.id = "InvalidState",
               .category = ErrorCategory::InvalidOperation,
               .message = fmt::format(
                   "Cannot change virtual machine \"{}\": libvirt keeps it only while it runs.", target.name),
               .hint = "Define it first (virsh define).",
               .target = target.name};
}

Result<void> check_name_is_free(Session& session, const Target& target, const std::string& name) {
  if (name == target.name) return {};
  HVSH_TRY(const DomainHandle other, session.find_or_null(name));
  if (other) return machine_exists(name);
  return {};
}

}  // namespace

// All that can be refused is looked at before anything is changed; the name comes last.
Result<void> configure_machine(Session& session, const Guid& id, const MachineConfig& wanted) {
  HVSH_TRY(Target target, open_target(session, id, kChange));
  HVSH_TRY(const MachineConfig before, read_config(session, id));
  HVSH_CHECK(check_change(before, wanted, target.state));
  HVSH_CHECK(check_persistent(target));
  HVSH_CHECK(check_name_is_free(session, target, wanted.name));
  HVSH_TRY(const std::string xml, definition_of(session, target.handle(), target.name));
  const bool is_on = has_process(target.state);
  HVSH_TRY(const DomainEdit edit, edit_domain(xml, before, wanted, is_on));
  if (is_on) {
    // What the metadata says of a disk has to be there as long as the disk is.
    const bool detaches = std::any_of(edit.devices.begin(), edit.devices.end(), [](const DeviceEdit& device) {
      return device.kind == DeviceEdit::detach;
    });
    if (!detaches) HVSH_CHECK(set_metadata(target, edit));
    for (const DeviceEdit& device : edit.devices) HVSH_CHECK(change_device(target, device));
    if (detaches) HVSH_CHECK(set_metadata(target, edit));
  } else {
    HVSH_CHECK(define_xml(session, edit.xml, "change", target.name));
  }
  if (before.start_action != wanted.start_action) {
    HVSH_CHECK(set_autostart(session, target.handle(), wanted.start_action, target.name));
  }
  if (wanted.name == target.name) return {};
  session.begin_change();
  if (session.api.virDomainRename(target.handle(), wanted.name.c_str(), 0) != 0) return target.fail(kRename);
  return {};
}

}  // namespace hvsh::engines::libvirt
