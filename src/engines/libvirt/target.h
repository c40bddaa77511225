#pragma once
// A machine while a task on the worker has to do with it: its domain, its name, its state, and the calls that
// several tasks make.
#include <string>

#include "engines/hypervisor.h"
#include "engines/libvirt/session.h"

namespace hvsh::engines::libvirt {

inline constexpr unsigned kDefinition = VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE;

using StateTest = bool (*)(nouns::VMState);

// An operation's name, the states in which it makes sense, and those states in words.
struct Action {
  const char* name;
  StateTest allowed;
  const char* needed;
  Patience patience = Patience::ordinary;
};
// A machine during one task.
struct Target {
  Session& session;
  DomainHandle domain;
  std::string name;
  nouns::VMState state;

  const Api& api() const { return session.api; }
  virDomain* handle() const { return domain.get(); }
  Error fail(const Action& action) const;
};

Result<Target> open_target(Session& session, const Guid& id, const Action& action);

// What libvirt allocated as text; an error when it is none.
Result<std::string> text_of(Session& session, char* text, const char* action, const std::string& name);
Result<std::string> definition_of(Session& session, virDomain* domain, const std::string& name);
Result<MachineConfig> read_config(Session& session, const Guid& id);
Result<void> define_xml(Session& session, const std::string& xml, const char* action,
                        const std::string& name);
Result<void> set_autostart(Session& session, virDomain* domain, nouns::StartAction action,
                           const std::string& name);

// States in which an action makes sense.
bool is_off(nouns::VMState state);
bool is_off_or_saved(nouns::VMState state);
bool is_paused(nouns::VMState state);

inline constexpr Action kSaveMemory{"save the memory of", is_paused, "paused", Patience::patient};
inline constexpr Action kRestoreMemory{"restore the memory of", is_off, "off", Patience::patient};
inline constexpr Action kRedefine{"redefine", is_off_or_saved, "off or saved"};

// memory_files.cpp: the calls of Hypervisor that have these names.
Result<void> save_memory_of(Session& session, const Guid& id, const std::string& path);
Result<void> restore_memory_of(Session& session, const Guid& id, const std::string& path);
Result<void> redefine_machine(Session& session, const Guid& id, const std::string& definition);

// configure.cpp: Hypervisor::configure().
Result<void> configure_machine(Session& session, const Guid& id, const MachineConfig& wanted);

}  // namespace hvsh::engines::libvirt
