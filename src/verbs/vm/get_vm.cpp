#include "verbs/vm/common.h"

namespace hvsh::verbs {

struct GetVM : Remoting {
  std::vector<std::string> name;
  std::optional<Guid> id;
  Value cluster_object;

  enum Set : SetMask { Name = 1, Id = 2, ClusterObject = 4 };
  static constexpr std::string_view kSets[] = {"Name", "Id", "ClusterObject"};
  static constexpr auto kParams =
      join(remoting_params<GetVM>({.sets = Name | Id, .computer_wildcards = true}),
           std::array{
               param<&GetVM::name>("Name",
                                   {.sets = Name,
                                    .position = 0,
                                    .from_pipeline = true,
                                    .wildcards = true,
                                    .aliases = {"VMName"},
                                    .names_of = {&VirtualMachine::noun}},
                                   "Names of the machines; all when it is left out."),
               param<&GetVM::id>("Id",
                                 {.sets = Id,
                                  .position = 0,
                                  .from_pipeline = true,
                                  .from_pipeline_property = true,
                                  .not_null = true},
                                 "The machine's id."),
               param<&GetVM::cluster_object>(
                   "ClusterObject",
                   {.sets = ClusterObject, .position = 0, .mandatory = true, .from_pipeline = true},
                   "A cluster group or resource whose machine is wanted."),
           });
  static constexpr std::string_view kAliases[] = {"gvm"};
  static constexpr Example kExamples[] = {
      {"Get-VM web*", "*", "Shows the machines whose names begin with web."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "VM",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kMachineType,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.HyperV.PowerShell.Commands.GetVM",
                             .synopsis = "Gets virtual machines."};

  Flow process(Context& context) {
    if (context.parameter_set() == ClusterObject) {
      return context.terminate(
          {.id = "NotImplemented",
           .category = ErrorCategory::NotImplemented,
           .message = "Get-VM cannot look a machine up by a cluster object: there is no cluster engine.",
           .hint = "Give the machine's name or id."});
    }
    if (id) return write(context, {.ids = {*id}}, Value::guid(*id));
    if (name.empty()) return write(context, {}, {});
    // Each name by itself, so that one that finds nothing does not hide the others.
    for (const std::string& one : name) {
      if (const Flow flow = write(context, {.names = {one}}, Value::string(one)); flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }

 private:
  static Flow write(Context& context, const engines::MachineQuery& query, Value asked) {
    auto found = context.get<engines::Inventory>().list(query);
    if (!found) return report(context, found.take_error(), std::move(asked));
    for (VirtualMachine& machine : *found) {
      if (const Flow flow = context.write(to_value(std::move(machine))); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetVM);

}  // namespace hvsh::verbs
