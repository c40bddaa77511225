#include "engines/machine_errors.h"

#include <fmt/format.h>

#include <algorithm>

namespace hvsh::engines {

namespace {

constexpr std::string_view kMachineType = "Microsoft.HyperV.PowerShell.VirtualMachine";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

Error no_such_machine(std::string_view name) {
  return {.id = "InvalidParameter",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Hyper-V was unable to find a virtual machine with name \"{}\".", name),
          .hint = "Get-VM lists the virtual machines of this host.",
          .target = std::string(name),
          .target_type = "System.String"};
}

Error no_such_machine(const Guid& id) {
  return {
      .id = "InvalidParameter",
      .category = ErrorCategory::InvalidArgument,
      .message = fmt::format("Hyper-V was unable to find a virtual machine with id \"{}\".", id.to_string()),
      .hint = "It may have been removed; Get-VM lists the virtual machines of this host.",
      .target = id.to_string(),
      .target_type = "System.Guid"};
}

std::string state_words(nouns::VMState state) {
  std::string words(EnumOf<nouns::VMState>::info.name_of(static_cast<int32_t>(state)));
  constexpr std::string_view kCritical = "Critical";
  if (words.ends_with(kCritical))
    words.replace(words.size() - kCritical.size(), kCritical.size(), " (critical)");
  std::transform(words.begin(), words.end(), words.begin(), lower);
  return words;
}

Error wrong_state(std::string_view action, std::string_view name, nouns::VMState state,
                  std::string_view needed) {
  return {
      .id = "InvalidState",
      .category = ErrorCategory::InvalidOperation,
      .message = fmt::format("Cannot {} virtual machine \"{}\": it is {}.", action, name, state_words(state)),
      .hint = fmt::format("It must be {}.", needed),
      .target = std::string(name),
      .target_type = std::string(kMachineType)};
}

Error machine_exists(std::string_view name) {
  return {.id = "MachineExists",
          .category = ErrorCategory::ResourceExists,
          .message = fmt::format("A virtual machine with name \"{}\" exists on this host already.", name),
          .hint = "Choose another name, or remove the other machine first.",
          .target = std::string(name),
          .target_type = std::string(kMachineType)};
}

bool name_before(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end(),
                                    [](char l, char r) { return lower(l) == lower(r); });
  if (x == a.end() && y == b.end()) return a < b;
  if (x == a.end() || y == b.end()) return x == a.end();
  return static_cast<unsigned char>(lower(*x)) < static_cast<unsigned char>(lower(*y));
}

}  // namespace hvsh::engines
