#pragma once
// As whom guests' disks are opened: the user of libvirt's QEMU processes, so that a served disk is as much or
// as little exposed as a disk that QEMU opens itself. Internal to the block server.
#include <string>

#include "core/result.h"
#include "engines/process.h"

namespace hvsh::engines::block {

struct QemuUser {
  User user;
  bool dynamic_ownership = true;  // images are given to the user while they are served, as libvirt does
};

// From libvirt's qemu.conf (`user`, `group`, `dynamic_ownership`); without those settings, or without the
// file, libvirt-qemu or qemu, whichever exists. For a caller who is not root: the caller, and nothing changes
// owner.
Result<QemuUser> find_qemu_user(const std::string& qemu_conf);

// Gives the regular file or block device to the user, if we are root and it is somebody else's. What the
// owner was is kept in `owners_path` (if not empty), for give_back().
Result<void> give_image(const std::string& path, const QemuUser& user, const std::string& owners_path);

// Returns every image listed in the file to the owner it had, as far as it still exists, and removes the
// file.
Result<void> give_back(const std::string& owners_path);

}  // namespace hvsh::engines::block
