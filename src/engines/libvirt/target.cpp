#include "engines/libvirt/target.h"

#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/networks.h"
#include "engines/libvirt/status.h"
#include "engines/machine_errors.h"

namespace hvsh::engines::libvirt {

using nouns::VMState;

namespace {

Result<VMState> state_of(Session& session, virDomain* domain, const std::string& name) {
  int state = 0;
  int reason = 0;
  if (session.api.virDomainGetState(domain, &state, &reason, 0) != 0) {
    return session.fail("ask for the state of", name);
  }
  const bool is_shut_off = state == VIR_DOMAIN_SHUTOFF;
  const int saved = is_shut_off ? session.api.virDomainHasManagedSaveImage(domain, 0) : 0;
  if (saved < 0) return session.fail("ask for the state of", name);
  return view_of(state, reason, saved == 1).state;
}

}  // namespace

bool is_off(VMState state) { return state == VMState::Off; }
bool is_off_or_saved(VMState state) { return !has_process(state); }
bool is_paused(VMState state) { return state == VMState::Paused || state == VMState::PausedCritical; }

// libvirt's last error. One that says "not in this state" becomes ours, with the state that it has by now.
Error Target::fail(const Action& action) const {
  Error error = session.fail(action.name, name);
  if (error.id != "InvalidState") return error;
  const auto now = state_of(session, handle(), name);
  if (now && !action.allowed(*now)) return wrong_state(action.name, name, *now, action.needed);
  return error;
}

Result<Target> open_target(Session& session, const Guid& id, const Action& action) {
  HVSH_TRY(DomainHandle domain, session.find(id));
  const std::string name = session.api.virDomainGetName(domain.get());
  HVSH_TRY(const VMState state, state_of(session, domain.get(), name));
  if (!action.allowed(state)) return wrong_state(action.name, name, state, action.needed);
  return Target{session, std::move(domain), name, state};
}

Result<std::string> text_of(Session& session, char* text, const char* action, const std::string& name) {
  const TextHandle handle(text);
  if (!handle) return session.fail(action, name);
  return std::string(handle.get());
}

Result<std::string> definition_of(Session& session, virDomain* domain, const std::string& name) {
  return text_of(session, session.api.virDomainGetXMLDesc(domain, kDefinition), "read the definition of",
                 name);
}

Result<MachineConfig> read_config(Session& session, const Guid& id) {
  HVSH_TRY(const DomainHandle domain, session.find(id));
  const std::string name = session.api.virDomainGetName(domain.get());
  HVSH_TRY(const std::string xml, definition_of(session, domain.get(), name));
  int autostart = 0;
  // A machine that is not persistent has no such flag.
  if (session.api.virDomainGetAutostart(domain.get(), &autostart) != 0) autostart = 0;
  HVSH_TRY(MachineConfig config, read_domain(xml, autostart != 0));
  name_switches(session, config.adapters);
  return config;
}

Result<void> define_xml(Session& session, const std::string& xml, const char* action,
                        const std::string& name) {
  session.begin_change();
  const DomainHandle domain(session.api.virDomainDefineXMLFlags(session.handle(), xml.c_str(), 0));
  if (!domain) return session.fail(action, name);
  return {};
}

Result<void> set_autostart(Session& session, virDomain* domain, nouns::StartAction action,
                           const std::string& name) {
  const int wanted = action == nouns::StartAction::Start ? 1 : 0;
  int is = 0;
  if (session.api.virDomainGetAutostart(domain, &is) == 0 && (is != 0) == (wanted != 0)) return {};
  session.begin_change();
  if (session.api.virDomainSetAutostart(domain, wanted) != 0) {
    return session.fail("set the automatic start of", name);
  }
  return {};
}

}  // namespace hvsh::engines::libvirt
