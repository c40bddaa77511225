#pragma once
// The drive map: paths as scripts write them, made paths of this host.
//
// '\' and '/' both separate, ~ is the home folder, "." and ".." are resolved by their text, as Windows does.
// A drive is a folder. Names on a drive are looked up without case where no name fits exactly and one other
// does; paths that begin at / are taken to the letter.
//
// Drives come from New-PSDrive, HVSH_DRIVE_X, ~/.config/hvsh/drives and /etc/hvsh/drives, in this order. A
// line of those files is `name = folder`; the name is a letter, a word, or the beginning of a UNC path:
//
//   D = /srv/data
//   \\nas\vms = /mnt/nas/vms
//
// C: is always there: /var/lib/hvsh/drive_c for root and ~/.local/share/hvsh/drive_c for others, unless it is
// mapped.
#include <string>
#include <string_view>
#include <vector>

#include "core/drives.h"

namespace hvsh::shell {

class DriveMap {
 public:
  // `current` is an absolute folder. A drive that is not mapped is an Error (DriveNotFound) that says what to
  // do.
  Result<std::string> resolve(std::string_view path, std::string_view current) const;

  std::vector<Drive> all() const;  // with Env: and its kind, sorted by name
  Result<void> add(Drive drive);
  Result<void> remove(std::string_view name);
  std::optional<NamedPath> named(std::string_view path) const;

 private:
  struct Share {
    std::string prefix;  // //nas/vms
    std::string folder;
  };
  void load() const;
  const Drive* find(std::string_view name) const;
  Result<std::string> resolve_share(std::string_view path) const;

  mutable bool loaded_ = false;  // the files are read when a drive is first named
  mutable std::vector<Drive> drives_;
  mutable std::vector<Share> shares_;
};

}  // namespace hvsh::shell
