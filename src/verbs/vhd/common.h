#pragma once
// What the disk image cmdlets share: images as the objects that they write, and paths with wildcards.
#include <string>
#include <string_view>
#include <vector>

#include "core/cmdlet.h"
#include "engines/disk_image.h"
#include "nouns/virtual_hard_disk.h"
#include "verbs/common/remoting.h"

namespace hvsh::verbs {

using nouns::VirtualHardDisk;

inline constexpr std::string_view kVirtualHardDiskType[] = {"Microsoft.Vhd.PowerShell.VirtualHardDisk"};

VirtualHardDisk to_noun(const engines::ImageInfo& info);

// Writes an engine's error as this cmdlet's, with Windows' exception type.
Flow report_disk(Context& context, Error error, const std::string& path);

// Looks at the image and writes its object.
Flow write_disk(Context& context, const std::string& path);

// The files that a path with wildcards means, sorted by name; none is no error. A path without wildcards is
// itself, whether it exists or not. `path` is absolute.
std::vector<std::string> expand_path(const std::string& path);

}  // namespace hvsh::verbs
