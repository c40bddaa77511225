// The memory of machines in files, and whole definitions put back: what checkpoints need.

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "engines/files.h"
#include "engines/libvirt/domain_xml.h"
#include "engines/libvirt/target.h"

namespace hvsh::engines::libvirt {

namespace {

// Memory holds the guest's secrets: 0600, whoever wrote the file.
Result<void> protect_file(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return errno_error("look at the memory file", path, errno);
  if ((info.st_mode & 0777) == 0600) return {};
  if (chmod(path.c_str(), 0600) != 0 && (info.st_mode & 0077) != 0) {
    return errno_error("protect the memory file", path, errno);
  }
  return {};
}

// libvirt brings memory back only under the name that it was saved with.
Error renamed_since(const Target& target, const std::string& name_then) {
  return {.id = "InvalidState",
          .category = ErrorCategory::InvalidOperation,
          .message =
              fmt::format("Cannot restore the memory of virtual machine \"{}\": it was named \"{}\" when its "
                          "memory was saved.",
                          target.name, name_then),
          .hint = fmt::format("Rename it back first: Rename-VM -Name '{}' -NewName '{}'.", target.name,
                              name_then),
          .target = target.name};
}

}  // namespace

Result<void> save_memory_of(Session& session, const Guid& id, const std::string& path) {
  HVSH_TRY(const Target target, open_target(session, id, kSaveMemory));
  const TextHandle xml(session.api.virDomainGetXMLDesc(target.handle(), 0));
  if (!xml) return session.fail("read the definition of", target.name);
  const std::string unfinished = path + ".partial";
  unlink(unfinished.c_str());
  HVSH_TRY(const std::string order, memory_snapshot(xml.get(), unfinished));
  session.begin_change();
  const SnapshotHandle snapshot(session.api.virDomainSnapshotCreateXML(
      target.handle(), order.c_str(), VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA));
  if (!snapshot) {
    Error error = target.fail(kSaveMemory);
    unlink(unfinished.c_str());
    return error;
  }
  HVSH_CHECK(protect_file(unfinished));
  if (rename(unfinished.c_str(), path.c_str()) != 0) return errno_error("rename to", path, errno);
  return sync_folder(folder_of(path));
}

Result<void> restore_memory_of(Session& session, const Guid& id, const std::string& path) {
  HVSH_TRY(const Target target, open_target(session, id, kRestoreMemory));
  HVSH_TRY(const std::string current, definition_of(session, target.handle(), target.name));
  HVSH_TRY(const std::string saved,
           text_of(session,
                   session.api.virDomainSaveImageGetXMLDesc(session.handle(), path.c_str(),
                                                            VIR_DOMAIN_SAVE_IMAGE_XML_SECURE),
                   "read the memory file of", target.name));
  HVSH_TRY(const DomainIdentity identity, identity_of(saved));
  if (identity.id != id) {
    return Error{
        .id = "InvalidParameter",
        .category = ErrorCategory::InvalidArgument,
        .message = fmt::format("Cannot restore the memory of virtual machine \"{}\": '{}' is the memory of "
                               "\"{}\".",
                               target.name, path, identity.name),
        .target = path};
  }
  if (identity.name != target.name) return renamed_since(target, identity.name);
  HVSH_TRY(const std::string fitting, restorable_domain(saved, current));
  session.begin_change();
  if (session.api.virDomainRestoreFlags(session.handle(), path.c_str(), fitting.c_str(),
                                        VIR_DOMAIN_SAVE_PAUSED) == 0) {
    return {};
  }
  return target.fail(kRestoreMemory);
}

Result<void> redefine_machine(Session& session, const Guid& id, const std::string& definition) {
  HVSH_TRY(const DomainIdentity identity, identity_of(definition));
  HVSH_TRY(const Target target, open_target(session, id, kRedefine));
  if (identity.id != id) {
    return Error{
        .id = "InvalidParameter",
        .category = ErrorCategory::InvalidArgument,
        .message = fmt::format("Cannot redefine virtual machine \"{}\": the definition is that of \"{}\".",
                               target.name, identity.name),
        .target = target.name};
  }
  HVSH_TRY(const std::string renamed, renamed_domain(definition, target.name));
  return define_xml(session, renamed, kRedefine.name, target.name);
}

}  // namespace hvsh::engines::libvirt
