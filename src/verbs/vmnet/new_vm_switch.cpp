#include <fmt/format.h>

#include "verbs/vmnet/switches.h"

namespace hvsh::verbs {

struct NewVMSwitch : Remoting {
  std::string name;
  std::optional<nouns::VMSwitchType> type;
  std::vector<std::string> adapter, description;
  std::optional<bool> management, embedded_teaming, iov, packet_direct;
  std::optional<std::string> notes;
  std::optional<nouns::VMSwitchBandwidthMode> bandwidth;

  enum Set : SetMask { ByAdapter = 1, ByDescription = 2, ByType = 4 };
  static constexpr std::string_view kSets[] = {"NetAdapterName", "NetAdapterInterfaceDescription",
                                               "SwitchType"};
  static constexpr std::string_view kTypes[] = {"Internal", "Private"};
  static constexpr auto kParams = join(
      std::array{
          param<&NewVMSwitch::name>("Name", {.position = 0, .mandatory = true, .aliases = "SwitchName"},
                                    "The switch's name."),
          param<&NewVMSwitch::type>("SwitchType", {.sets = ByType, .mandatory = true, .values = kTypes},
                                    "Internal: the host itself is on it; Private: machines only."),
          param<&NewVMSwitch::management>("AllowManagementOS", {.sets = ByAdapter | ByDescription},
                                          "Whether the host itself uses it too; true when left out."),
          param<&NewVMSwitch::adapter>("NetAdapterName",
                                       {.sets = ByAdapter,
                                        .mandatory = true,
                                        .from_pipeline_property = true,
                                        .aliases = "InterfaceAlias"},
                                       "The host's adapter, or a bridge of the host, that leads outside."),
          param<&NewVMSwitch::description>("NetAdapterInterfaceDescription",
                                           {.sets = ByDescription,
                                            .mandatory = true,
                                            .from_pipeline_property = true,
                                            .aliases = "InterfaceDescription"},
                                           "The same by its description."),
          param<&NewVMSwitch::notes>("Notes", {.not_null = true}, "The administrator's notes."),
          param<&NewVMSwitch::bandwidth>("MinimumBandwidthMode", {}, "How bandwidth is to be kept."),
          param<&NewVMSwitch::iov>("EnableIov", {.not_null = true}, "Hand hardware functions to machines."),
          param<&NewVMSwitch::packet_direct>("EnablePacketDirect", {}, "Let packets go past the host."),
          param<&NewVMSwitch::embedded_teaming>("EnableEmbeddedTeaming", {},
                                                "Team several adapters of the host."),
      },
      remoting_params<NewVMSwitch>(
          {.session_from_property = true, .computer_aliases = "PSComputerName", .host_from_property = true}));
  static constexpr Example kExamples[] = {
      {"New-VMSwitch Lab -SwitchType Internal", "*",
       "Makes a switch with an adapter \"vEthernet (Lab)\" of the host on it."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "VMSwitch",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kSwitchTypeName,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.NewVMSwitch",
                             .synopsis = "Makes a virtual switch."};

  Flow process(Context& context) {
    if (const auto refused = refuse()) return context.terminate(*refused);
    engines::NewSwitch wanted{.name = name, .notes = notes.value_or("")};
    wanted.type = type.value_or(nouns::VMSwitchType::External);
    wanted.allow_management_os = management.value_or(true);
    if (!adapter.empty()) wanted.uplink = adapter.front();
    if (!description.empty()) {
      auto found = adapter_by_description(context, description.front());
      if (!found) return report(context, found.take_error(), Value::string(description.front()));
      wanted.uplink = found.take();
    }
    const Answer answer = context.should_process(what_if(decl, "create a new virtual switch", name));
    if (answer == Answer::stopped) return Flow::stopped;
    if (answer == Answer::no) return Flow::more;
    if (bandwidth == nouns::VMSwitchBandwidthMode::Weight ||
        bandwidth == nouns::VMSwitchBandwidthMode::Absolute) {
      const Flow flow = context.warning(
          "Bandwidth is not kept for adapters here: the switch's BandwidthReservationMode is None.");
      if (flow != Flow::more) return flow;
    }
    auto made = context.get<engines::Switches>().create(wanted);
    if (!made) return report(context, made.take_error(), Value::string(name));
    return write_switch(context, *made);
  }

 private:
  std::optional<Error> refuse() const {
    if (iov == true) return not_supported(decl, "EnableIov", "a Linux bridge hands no hardware to machines");
    if (packet_direct == true)
      return not_supported(decl, "EnablePacketDirect", "packets do not go past this host");
    if (embedded_teaming != true && adapter.size() < 2 && description.size() < 2) return std::nullopt;
    Error error = not_supported(decl, "EnableEmbeddedTeaming", "a switch here has one way outside");
    error.hint = "Let the host's network configuration team the adapters (a bond), and give the bond.";
    return error;
  }
};
CMDLET(NewVMSwitch);

}  // namespace hvsh::verbs
