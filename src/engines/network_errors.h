#pragma once
// What every engine says alike of switches and adapters, and hardware addresses. Pure functions.
#include <string>
#include <string_view>

#include "core/guid.h"
#include "core/result.h"
#include "nouns/machine_model.h"

namespace hvsh::engines {

// `Hyper-V was unable to find a virtual switch with name "Lab".` (InvalidParameter, InvalidArgument)
Error no_such_switch(std::string_view name);
Error no_such_switch(const Guid& id);
Error switch_exists(std::string_view name);
// Cannot change the switch "Lab": WHY.
Error switch_refused(std::string_view action, std::string_view name, std::string why, std::string hint = {});

// `owner` is a machine or a switch.
Error no_such_adapter(std::string_view owner, const Guid& id);
// Cannot ACTION network adapter "NAME": WHY.
Error adapter_refused(std::string_view action, std::string_view name, std::string why, std::string hint = {});

// "00-15-5D-01-02-03", "00:15:5d:01:02:03" or the bare digits, made 12 upper-case digits. One that is no
// address of a single adapter is InvalidParameter.
Result<std::string> parse_mac(std::string_view text);
std::string colon_mac(std::string_view mac);  // 00:15:5d:01:02:03
Result<std::string> random_mac();             // in the range that QEMU and libvirt use

}  // namespace hvsh::engines
