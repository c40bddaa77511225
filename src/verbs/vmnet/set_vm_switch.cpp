// Set-VMSwitch and Rename-VMSwitch.
#include "verbs/vmnet/switches.h"

namespace hvsh::verbs {

namespace {

constexpr std::string_view kOutputs[] = {"Microsoft.HyperV.PowerShell.EthernetSwitch"};

}  // namespace

struct SetVMSwitch : SwitchTarget {
  std::optional<nouns::VMSwitchType> type;
  std::optional<std::string> adapter, description, notes;
  std::optional<bool> management, vrss, vmmq;
  std::optional<int64_t> flow_absolute, flow_weight;
  std::optional<uint32_t> queue_pairs;
  std::vector<Object<nouns::SwitchExtension>> extensions;

  enum Set : SetMask {
    NameType = 1,
    ObjectType = 2,
    NameText = 4,
    NameAdapter = 8,
    ObjectText = 16,
    ObjectAdapter = 32
  };
  static constexpr SetMask kByName = NameType | NameText | NameAdapter;
  static constexpr SetMask kByObject = ObjectType | ObjectText | ObjectAdapter;
  static constexpr std::string_view kSets[] = {"SwitchName_SwitchType",
                                               "SwitchObject_SwitchType",
                                               "SwitchName_NetAdapterInterfaceDescription",
                                               "SwitchName_NetAdapterName",
                                               "SwitchObject_NetAdapterInterfaceDescription",
                                               "SwitchObject_NetAdapterName"};
  static constexpr auto kParams = join(
      remoting_params<SetVMSwitch>({.session_from_property = true, .computer_aliases = "PSComputerName"}),
      std::array{
          param<&SwitchTarget::name, SetVMSwitch>("Name",
                                                  {.sets = kByName,
                                                   .position = 0,
                                                   .mandatory = true,
                                                   .aliases = "SwitchName",
                                                   .names_of = {&VirtualSwitch::noun}},
                                                  "Names of the switches."),
          param<&SwitchTarget::vm_switch, SetVMSwitch>(
              "VMSwitch", {.sets = kByObject, .position = 0, .mandatory = true, .from_pipeline = true},
              "Switches, as Get-VMSwitch gives them."),
          param<&SetVMSwitch::type>("SwitchType", {.sets = NameType | ObjectType}, "The new type."),
          param<&SetVMSwitch::adapter>("NetAdapterName",
                                       {.sets = NameAdapter | ObjectAdapter,
                                        .position = 1,
                                        .mandatory = true,
                                        .from_pipeline_property = true,
                                        .aliases = "InterfaceAlias"},
                                       "The host's adapter that leads outside from now on."),
          param<&SetVMSwitch::description>("NetAdapterInterfaceDescription",
                                           {.sets = NameText | ObjectText, .position = 1, .mandatory = true},
                                           "The same by its description."),
          param<&SetVMSwitch::management>("AllowManagementOS", {}, "Whether the host itself uses it too."),
          param<&SetVMSwitch::flow_absolute>("DefaultFlowMinimumBandwidthAbsolute", {.not_null = true},
                                             "Bits a second kept for the rest."),
          param<&SetVMSwitch::flow_weight>("DefaultFlowMinimumBandwidthWeight", {.not_null = true},
                                           "Weight of the rest."),
          param<&SetVMSwitch::vrss>("DefaultQueueVrssEnabled", {}, "Spread receiving."),
          param<&SetVMSwitch::vmmq>("DefaultQueueVmmqEnabled", {}, "Use several hardware queues."),
          param<&SetVMSwitch::queue_pairs>("DefaultQueueVmmqQueuePairs", {}, "How many."),
          param<&SetVMSwitch::extensions>("Extensions", {}, "What works in it."),
          param<&SetVMSwitch::notes>("Notes", {.not_null = true}, "The administrator's notes."),
          param<&SwitchTarget::passthru, SetVMSwitch>("Passthru", {}, "Write the switches."),
      });
  static constexpr Example kExamples[] = {
      {"Set-VMSwitch Lab -Notes 'for trials'", "", "Writes a note about the switch Lab."}};
  static constexpr Decl decl{.verb = "Set",
                             .noun = "VMSwitch",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kOutputs,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.SetVMSwitch",
                             .synopsis = "Changes settings of virtual switches."};

  Flow process(Context& context) {
    if (const auto refused =
            refuse_given(context, decl,
                         {"DefaultFlowMinimumBandwidthAbsolute", "DefaultFlowMinimumBandwidthWeight",
                          "DefaultQueueVrssEnabled", "DefaultQueueVmmqEnabled", "DefaultQueueVmmqQueuePairs",
                          "Extensions"},
                         "a Linux bridge keeps no bandwidth, and has no hardware queues and no extensions"))
      return context.terminate(*refused);
    engines::SwitchEdit edit{
        .notes = notes, .type = type, .uplink = adapter, .allow_management_os = management};
    if (description) {
      auto found = adapter_by_description(context, *description);
      if (!found) return report(context, found.take_error(), Value::string(*description));
      edit.uplink = found.take();
    }
    return change_switches(context, *this, "change the virtual switch",
                           [&](engines::Switches& switches, const engines::SwitchConfig& config) {
                             return switches.edit(config.id, edit);
                           });
  }
};
CMDLET(SetVMSwitch);

struct RenameVMSwitch : SwitchTarget {
  std::string old_name, new_name;
  std::optional<Object<VirtualSwitch>> given;

  enum Set : SetMask { ByName = 1, ByObject = 2 };
  static constexpr std::string_view kSets[] = {"SwitchName", "SwitchObject"};
  static constexpr auto kParams = join(
      remoting_params<RenameVMSwitch>({.sets = ByName}),
      std::array{
          param<&RenameVMSwitch::old_name>("Name",
                                           {.sets = ByName,
                                            .position = 0,
                                            .mandatory = true,
                                            .from_pipeline = true,
                                            .wildcards = true,
                                            .aliases = "SwitchName",
                                            .names_of = {&VirtualSwitch::noun}},
                                           "The switch's name."),
          param<&RenameVMSwitch::given>(
              "VMSwitch",
              {.sets = ByObject, .position = 0, .mandatory = true, .from_pipeline = true, .not_null = true},
              "A switch, as Get-VMSwitch gives it."),
          param<&RenameVMSwitch::new_name>("NewName", {.position = 2, .mandatory = true},
                                           "The switch's new name."),
          param<&SwitchTarget::passthru, RenameVMSwitch>("Passthru", {}, "Write the switch."),
      });
  static constexpr Example kExamples[] = {
      {"Rename-VMSwitch Lab -NewName Trials", "", "Names the switch Lab Trials; machines stay connected."}};
  static constexpr Decl decl{.verb = "Rename",
                             .noun = "VMSwitch",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kOutputs,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.RenameVMSwitch",
                             .synopsis = "Renames a virtual switch."};

  Flow process(Context& context) {
    name.clear();
    vm_switch.clear();
    if (given) vm_switch.push_back(*given);
    if (!given) name.push_back(old_name);
    return change_switches(context, *this, "rename the virtual switch",
                           [&](engines::Switches& switches, const engines::SwitchConfig& config) {
                             return switches.edit(config.id, {.name = new_name});
                           });
  }
};
CMDLET(RenameVMSwitch);

}  // namespace hvsh::verbs
