#pragma once
// Zip archives by libarchive, which is loaded at the first use. Thread-safe: no state.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hvsh::engines {

// What goes into an archive: a file or an (empty) folder of this host, and its name inside, with '/'.
struct ArchiveSource {
  std::string path, name;
};

enum class CompressionLevel : uint8_t { optimal, fastest, none, smallest };

// Writes the archive beside its place and renames it, so that there is a whole one or none. With `update`,
// the entries of the archive that is there are kept, but for those whose names are written anew.
Result<void> write_zip(const std::string& path, const std::vector<ArchiveSource>& sources,
                       CompressionLevel level, bool update);

// Unpacks below `folder`, which is made when it is not there. Names that would lead out of it (/x, ../x,
// through a link) are an error, and nothing more is unpacked. `overwrite`: files that are there are replaced;
// else they are an error. Gives the paths of what was made. Entries and sizes are bounded (a million entries,
// 16 TiB).
Result<std::vector<std::string>> unpack_zip(const std::string& path, const std::string& folder,
                                            bool overwrite, const std::function<bool()>& stop);

}  // namespace hvsh::engines
