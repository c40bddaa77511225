#pragma once
// CliXml: objects as XML, in the form of PowerShell's Export-Clixml and of its remoting ([MS-PSRP] 2.2.5).
//
// What comes back of an object is a record with its properties; its type names get "Deserialized." before
// them. Plain values, arrays, hashtables and known enumerations come back as themselves. Reading is bounded:
// size, levels, and no entities.
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace hvsh {

struct ClixmlWriteOptions {
  int depth = 2;       // levels of objects within objects; what is deeper is text
  bool indent = true;  // lines for people; without, one line
};
// An Error: an object that may not be written, as a secure string.
Result<std::string> to_clixml(std::span<const Value> values, const ClixmlWriteOptions& options);

struct ClixmlReadOptions {
  // The enumeration of a full type name; nullptr: not known, and the value comes back as text.
  std::function<const EnumInfo*(std::string_view)> find_enum = {};
  bool error_records = false;  // error records come back as such
};
Result<std::vector<Value>> from_clixml(std::string_view text, const ClixmlReadOptions& options);

}  // namespace hvsh
