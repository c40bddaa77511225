#pragma once
// The parent locator of a differencing VHDX: which file it builds on, and the identifier that proves it.
//
// All strings here are UTF-8; paths are as the file has them, in Windows' spelling.
#include <map>
#include <optional>
#include <string>

#include "core/result.h"
#include "engines/vhdx/bytes.h"
#include "engines/vhdx/guid.h"

namespace hvsh::vhdx {

struct ParentLocator {
  std::map<std::string, std::string> entries;  // by key: relative_path, absolute_win32_path, ...

  // The value of a key, or empty.
  const std::string& value(const std::string& key) const;

  // The parent's DataWriteGuid; nothing if it is missing or no GUID.
  std::optional<Guid> linkage() const;
};

// What the parent's link is to be; an `also` of zero is left out, and so are paths that are empty. Paths in
// Windows' spelling (".\base.vhdx"). Errors: a path that is not UTF-8.
struct LocatorSpec {
  Guid linkage;
  Guid also;
  std::string relative;
  std::string volume;
  std::string absolute;
};
Result<Buffer> encode_parent_locator(const LocatorSpec& spec);

// `path` of the child is for messages.
Result<ParentLocator> decode_parent_locator(const std::string& path, Bytes item);

}  // namespace hvsh::vhdx
