#include "engines/network_errors.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <cctype>
#include <cerrno>

namespace hvsh::engines {

namespace {

constexpr std::string_view kSwitchType = "Microsoft.HyperV.PowerShell.VMSwitch";

Error not_found(std::string message, std::string_view target, std::string hint) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = std::move(message),
          .hint = std::move(hint),
          .target = std::string(target)};
}

}  // namespace

Error no_such_switch(std::string_view name) {
  return not_found(fmt::format("Hyper-V was unable to find a virtual switch with name \"{}\".", name), name,
                   "Get-VMSwitch lists the switches of this host.");
}

Error no_such_switch(const Guid& id) {
  const std::string text = id.to_string();
  return not_found(fmt::format("Hyper-V was unable to find a virtual switch with id \"{}\".", text), text,
                   "It may have been removed; Get-VMSwitch lists the switches of this host.");
}

Error switch_exists(std::string_view name) {
  return {.id = "SwitchExists",
          .category = ErrorCategory::ResourceExists,
          .message = fmt::format("A virtual switch with name \"{}\" exists on this host already.", name),
          .hint = "Choose another name, or remove the other switch first.",
          .target = std::string(name),
          .target_type = std::string(kSwitchType)};
}

Error switch_refused(std::string_view action, std::string_view name, std::string why, std::string hint) {
  return {.id = "InvalidOperation",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Cannot {} the virtual switch \"{}\": {}.", action, name, why),
          .hint = std::move(hint),
          .target = std::string(name),
          .target_type = std::string(kSwitchType)};
}

Error no_such_adapter(std::string_view owner, const Guid& id) {
  return not_found(fmt::format("\"{}\" has no network adapter with id {}.", owner, id.to_string()), owner,
                   "It may have been removed; Get-VMNetworkAdapter lists the adapters.");
}

Error adapter_refused(std::string_view action, std::string_view name, std::string why, std::string hint) {
  return {.id = "InvalidOperation",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Cannot {} the network adapter \"{}\": {}.", action, name, why),
          .hint = std::move(hint),
          .target = std::string(name)};
}

Result<std::string> parse_mac(std::string_view text) {
  std::string digits;
  bool fits = true;
  for (const char c : text) {
    if (c == '-' || c == ':') {
      fits &= digits.size() % 2 == 0;
    } else {
      fits &= std::isxdigit(static_cast<unsigned char>(c)) != 0;
      digits += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
  }
  fits &= digits.size() == 12;
  // The lowest bit of the first byte marks addresses of groups.
  const bool is_group = fits && (digits[1] - (digits[1] > '9' ? 'A' - 10 : '0')) % 2 != 0;
  if (fits && !is_group && digits != "000000000000") return digits;
  return not_found(fmt::format("'{}' is not the hardware address of an adapter.", text), text,
                   is_group ? "Its first byte must be even: an odd one addresses a group."
                            : "It has 12 hexadecimal digits: 00155D010203 or 00-15-5D-01-02-03.");
}

std::string colon_mac(std::string_view mac) {
  std::string text;
  for (size_t i = 0; i < mac.size(); ++i) {
    if (i > 0 && i % 2 == 0) text += ':';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(mac[i])));
  }
  return text;
}

Result<std::string> random_mac() {
  uint8_t tail[3];
  if (getrandom(tail, sizeof tail, 0) != sizeof tail)
    return errno_error("read random bytes from", "getrandom", errno);
  return fmt::format("525400{:02X}{:02X}{:02X}", tail[0], tail[1], tail[2]);
}

}  // namespace hvsh::engines
