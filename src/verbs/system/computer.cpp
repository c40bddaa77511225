// Get-ComputerInfo, Rename-Computer, Restart-Computer, Stop-Computer, Get-HotFix.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <climits>

#include "core/wildcard.h"
#include "engines/host_computer.h"
#include "verbs/system/refusals.h"

namespace hvsh::verbs {

namespace {
constexpr std::string_view kModule = "Microsoft.PowerShell.Management";

bool is_this_host(const std::string& name) {
  char own[HOST_NAME_MAX + 1] = "";
  (void)::gethostname(own, sizeof own - 1);
  const std::string_view full = own;
  return name.empty() || name == "." || equal_ascii(name, "localhost") || name == "127.0.0.1" ||
         name == "::1" || equal_ascii(name, full) || equal_ascii(name, full.substr(0, full.find('.')));
}
}  // namespace

std::string other_host(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!is_this_host(name)) return name;
  }
  return {};
}

Error only_this_host(std::string_view cmdlet, const std::string& other) {
  return {.id = "NotImplemented",
          .category = ErrorCategory::NotImplemented,
          .message = fmt::format("{} cannot act on another host ('{}').", cmdlet, other),
          .hint = "Run it on that host, for instance with ssh.",
          .target = other,
          .exception = "System.NotImplementedException"};
}

struct GetComputerInfo {
  std::vector<std::string> property;

  static constexpr Param kParams[] = {param<&GetComputerInfo::property>(
      "Property", {.position = 0, .wildcards = true}, "Names of facts; all if none is given.")};
  static constexpr std::string_view kAliases[] = {"gin"};
  static constexpr Example kExamples[] = {
      {"(Get-ComputerInfo -Property CsName).CsName", "*", "Tells this host's name."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "ComputerInfo",
                             .module = kModule,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetComputerInfoCommand",
                             .synopsis = "Tells facts about this host."};

  Flow process(Context& context) {
    auto facts = context.get<engines::HostComputer>().facts();
    if (!facts) return context.terminate(facts.take_error());
    auto record = make<RecordObject>();
    record->type_names = {"Microsoft.PowerShell.Commands.ComputerInfo"};
    for (auto& [name, value] : all(*facts)) {
      const bool wanted = property.empty() ||
                          std::any_of(property.begin(), property.end(),
                                      [&](const std::string& one) { return Wildcard(one).matches(name); });
      if (wanted) record->set(name, value);
    }
    return context.write(Value::object(record));
  }

 private:
  static std::vector<std::pair<std::string_view, Value>> all(const engines::ComputerFacts& facts) {
    const auto text = [](std::string_view value) { return Value::string(value); };
    const auto number = [](int64_t value) { return Value::integer(value, IntType::i64); };
    int64_t threads = 0, cores = 0;
    bool virtualization = false;
    for (const engines::ProcessorFacts& one : facts.processors) {
      threads += one.threads;
      cores += one.cores;
      virtualization |= one.virtualization;
    }
    const TimeSpan uptime{facts.local_time.ticks - facts.boot_time.ticks};
    return {{"BiosManufacturer", text(facts.bios_vendor)},
            {"BiosSMBIOSBIOSVersion", text(facts.bios_version)},
            {"BiosReleaseDate", facts.bios_date ? Value::date_time(*facts.bios_date) : Value::null()},
            {"BiosSeralNumber", text(facts.serial_number)},
            {"CsDNSHostName", text(facts.name)},
            {"CsDomain", text(facts.domain)},
            {"CsHypervisorPresent", Value::boolean(facts.is_virtual || virtualization)},
            {"CsManufacturer", text(facts.manufacturer)},
            {"CsModel", text(facts.model)},
            {"CsName", text(facts.name)},
            {"CsNumberOfLogicalProcessors", number(threads)},
            {"CsNumberOfProcessors", number(static_cast<int64_t>(facts.processors.size()))},
            {"CsPartOfDomain", Value::boolean(!facts.domain.empty())},
            {"CsTotalPhysicalMemory", number(facts.memory_bytes)},
            {"CsUserName", text(facts.user)},
            {"OsName", text(facts.os_name)},
            {"OsVersion", text(facts.os_version)},
            {"OsBuildNumber", text(facts.os_build)},
            {"OsArchitecture", text("64-bit")},
            {"OsLastBootUpTime", Value::date_time(facts.boot_time)},
            {"OsUptime", Value::time_span(uptime)},
            {"OsLocalDateTime", Value::date_time(facts.local_time)},
            {"OsInstallDate", facts.install_time ? Value::date_time(*facts.install_time) : Value::null()},
            {"OsTotalVisibleMemorySize", number(facts.memory_bytes / 1024)},
            {"OsFreePhysicalMemory", number(facts.free_memory_bytes / 1024)},
            {"OsNumberOfProcesses", number(facts.process_count)},
            {"HyperVisorPresent", Value::boolean(facts.is_virtual)},
            {"HyperVRequirementVirtualizationFirmwareEnabled", Value::boolean(virtualization)}};
  }
};
CMDLET(GetComputerInfo);

struct RenameComputer {
  std::string computer_name, new_name;
  Value domain_credential, local_credential, protocol;
  Switch force, pass_thru, restart;

  static constexpr Param kParams[] = {
      param<&RenameComputer::computer_name>("ComputerName", {.from_pipeline_property = true}, "This host."),
      param<&RenameComputer::pass_thru>("PassThru", {}, "Write what became of it."),
      param<&RenameComputer::domain_credential>("DomainCredential", {},
                                                "Accepted; this host is in no domain."),
      param<&RenameComputer::local_credential>("LocalCredential", {}, "Accepted."),
      param<&RenameComputer::new_name>(
          "NewName", {.position = 0, .mandatory = true, .from_pipeline_property = true}, "The name."),
      param<&RenameComputer::protocol>("WsmanAuthentication", {}, "Accepted."),
      param<&RenameComputer::force>("Force", {}, "Without a question."),
      param<&RenameComputer::restart>("Restart", {}, "Restarts this host; the name needs no restart here."),
  };
  static constexpr Example kExamples[] = {
      {"Rename-Computer -NewName host01 -WhatIf", "*", "Shows what would be done."}};
  static constexpr Decl decl{.verb = "Rename",
                             .noun = "Computer",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.RenameComputerCommand",
                             .synopsis = "Gives this host another name."};

  Flow process(Context& context) {
    if (const std::string other = other_host({computer_name}); !other.empty())
      return context.terminate(only_this_host("Rename-Computer", other), Value::string(other));
    if (!is_name(new_name)) {
      return context.error(
          {.id = "InvalidNewName",
           .category = ErrorCategory::InvalidArgument,
           .message = fmt::format("Skip computer with new name '{}' because the new name is not valid. "
                                  "The new computer name entered is not properly formatted.",
                                  new_name),
           .hint = "A name is letters, digits and '-', and not of digits alone.",
           .exception = "System.InvalidOperationException"},
          Value::string(new_name));
    }
    engines::HostComputer& computer = context.get<engines::HostComputer>();
    auto facts = computer.facts();
    if (!facts) return context.terminate(facts.take_error());
    const std::string sentence = fmt::format("Rename Computer to {}", new_name);
    if (const Answer answer = context.should_process(facts->name, sentence); answer != Answer::yes)
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    if (auto done = computer.rename(new_name); !done)
      return context.error(done.take_error(), Value::string(new_name));
    if (pass_thru) {
      auto record = make<RecordObject>();
      record->type_names = {"Microsoft.PowerShell.Commands.RenameComputerChangeInfo"};
      record->set("HasSucceeded", Value::boolean(true));
      record->set("NewComputerName", Value::string(new_name));
      record->set("OldComputerName", Value::string(facts->name));
      if (Flow flow = context.write(Value::object(record)); flow != Flow::more) return flow;
    }
    if (!restart) return Flow::more;
    auto done = computer.restart();
    return done ? Flow::more : context.error(done.take_error());
  }

 private:
  static bool is_name(std::string_view name) {
    const auto fits = [](char c) {
      return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), fits) &&
           name.front() != '-' && name.back() != '-' &&
           name.find_first_not_of("0123456789") != std::string_view::npos;
  }
};
CMDLET(RenameComputer);

// Restart-Computer and Stop-Computer: always asked for, unless -Force or -Confirm:$false says otherwise.
struct PowerChange {
  std::vector<std::string> computer_name;
  Value credential, protocol;
  Switch force, wait;
  int32_t timeout = -1, delay = 5;
  std::string wait_for;

  Flow change(Context& context, std::string_view cmdlet, std::string_view what,
              Result<void> (engines::HostComputer::*operation)()) const {
    if (const std::string other = other_host(computer_name); !other.empty())
      return context.terminate(only_this_host(cmdlet, other), Value::string(other));
    if (wait) {
      return context.terminate(
          {.id = "InvalidOperation",
           .category = ErrorCategory::InvalidArgument,
           .message = fmt::format("{} cannot wait for the local computer to restart.", cmdlet),
           .hint = "Leave -Wait out.",
           .exception = "System.InvalidOperationException"});
    }
    engines::HostComputer& computer = context.get<engines::HostComputer>();
    auto facts = computer.facts();
    if (!facts) return context.terminate(facts.take_error());
    Answer answer = context.should_process(fmt::format("localhost ({})", facts->name), what);
    if (answer == Answer::yes && !force && !context.is_bound("Confirm")) {
      answer = context.should_continue(
          fmt::format("{} will {} this host, with all its virtual machines. Are you sure?", cmdlet,
                      cmdlet.starts_with("Restart") ? "restart" : "shut down"),
          "Confirm");
    }
    if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
    auto done = (computer.*operation)();
    return done ? Flow::more : context.error(done.take_error());
  }
};
template <class Self>
consteval auto power_params() {
  return std::array{
      param<&PowerChange::computer_name, Self>("ComputerName",
                                               {.position = 0,
                                                .from_pipeline = true,
                                                .from_pipeline_property = true,
                                                .aliases = {"CN", "__SERVER", "Server", "IPAddress"}},
                                               "This host."),
      param<&PowerChange::credential, Self>("Credential", {.position = 1}, "Accepted for this host."),
      param<&PowerChange::protocol, Self>("WsmanAuthentication", {}, "Accepted."),
      param<&PowerChange::force, Self>("Force", {.aliases = "f"}, "Without a question."),
  };
}

struct RestartComputer : PowerChange {
  static constexpr auto kParams = join(
      power_params<RestartComputer>(),
      std::array{
          param<&PowerChange::wait, RestartComputer>("Wait", {}, "Not for this host."),
          param<&PowerChange::timeout, RestartComputer>("Timeout", {.aliases = {"TimeoutSec"}}, "Of -Wait."),
          param<&PowerChange::wait_for, RestartComputer>("For", {}, "Of -Wait."),
          param<&PowerChange::delay, RestartComputer>("Delay", {}, "Of -Wait."),
      });
  static constexpr Example kExamples[] = {{"Restart-Computer -WhatIf", "*", "Shows what would be done."}};
  static constexpr Decl decl{.verb = "Restart",
                             .noun = "Computer",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.RestartComputerCommand",
                             .synopsis = "Restarts this host, after a question."};
  Flow process(Context& context) {
    return change(context, "Restart-Computer",
                  "Enable the Local shutdown access rights and restart the computer.",
                  &engines::HostComputer::restart);
  }
};
CMDLET(RestartComputer);

struct StopComputer : PowerChange {
  static constexpr auto kParams = power_params<StopComputer>();
  static constexpr Example kExamples[] = {{"Stop-Computer -WhatIf", "*", "Shows what would be done."}};
  static constexpr Decl decl{.verb = "Stop",
                             .noun = "Computer",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.StopComputerCommand",
                             .synopsis = "Shuts this host down, after a question."};
  Flow process(Context& context) {
    return change(context, "Stop-Computer", "Stop-Computer", &engines::HostComputer::shut_down);
  }
};
CMDLET(StopComputer);

struct GetHotFix {
  std::vector<std::string> id, description, computer_name;
  static constexpr Param kParams[] = {
      param<&GetHotFix::id>("Id", {.position = 0, .aliases = "HFID"}, "Numbers of Windows updates."),
      param<&GetHotFix::description>("Description", {}, "What they are."),
      param<&GetHotFix::computer_name>("ComputerName", {.aliases = "CN"}, "This host."),
  };
  static constexpr Example kExamples[] = {{"Get-HotFix", "*", "Says where updates are listed."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "HotFix",
                             .module = kModule,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetHotFixCommand",
                             .synopsis = "Would list updates of Windows; Linux has packages."};
  Flow process(Context& context) {
    return context.terminate(
        not_on_linux("Get-HotFix cannot list updates: Linux has packages, not hot fixes.",
                     "See apt list --upgradable, or your distribution's package manager."));
  }
};
CMDLET(GetHotFix);

}  // namespace hvsh::verbs
