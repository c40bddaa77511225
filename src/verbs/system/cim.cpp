// Get-CimInstance and Get-WmiObject for the classes that scripts ask about a host; the other CIM cmdlets say
// what to use.
#include <fmt/format.h>

#include <algorithm>

#include "core/wildcard.h"
#include "verbs/system/cim_classes.h"
#include "verbs/system/refusals.h"
#include "verbs/system/wql.h"

namespace hvsh::verbs {

namespace {

constexpr std::string_view kModule = "CimCmdlets";

// What both ask for.
struct CimQuery {
  std::string class_name, name_space, filter, query;
  std::vector<std::string> property;

  Flow run(Context& context) const {
    std::string wanted = class_name;
    std::vector<std::string> properties = property;
    WqlCondition condition;
    if (!query.empty()) {
      auto parsed = WqlQuery::parse(query);
      if (!parsed) return context.terminate(parsed.take_error());
      wanted = parsed->class_name;
      if (properties.empty()) properties = parsed->properties;
      condition = parsed->condition;
    } else {
      auto parsed = WqlCondition::parse(filter);
      if (!parsed) return context.terminate(parsed.take_error());
      condition = *parsed;
    }
    auto instances = cim_instances(context, wanted, name_space.empty() ? "root/cimv2" : name_space);
    if (!instances) return context.error(instances.take_error(), Value::string(wanted));
    for (const Value& one : *instances) {
      if (!condition.fits(one)) continue;
      if (Flow flow = context.write(properties.empty() ? one : only(one, properties)); flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }

 private:
  // The other properties are there, but null.
  static Value only(const Value& object, const std::vector<std::string>& names) {
    auto record = make<RecordObject>();
    record->type_names = type_names(object);
    for (const PropertyView& view : list_properties(object)) {
      const bool wanted = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return Wildcard(name).matches(view.name);
      });
      const auto value = get_property(object, view.name);
      record->set(view.name, wanted && value && value->ok() ? **value : Value::null());
    }
    return Value::object(record);
  }
};

Error no_cim(std::string_view cmdlet) {
  return not_on_linux(fmt::format("{} has nothing to act on: there is no WMI on Linux.", cmdlet),
                      "Machines, disks, switches and this host are changed by the cmdlets of their own "
                      "(Get-Command -Module Hyper-V).");
}

// The cmdlets that would change or follow instances.
struct CimRefusal {
  std::string class_name, name_space, method_name, query, filter, result_class_name, association;
  std::vector<std::string> computer_name, key;
  Value input_object, property, arguments, cim_session;
  Switch client_only, key_only, pass_thru;
};
template <class Self>
consteval auto cim_refusal_params() {
  return std::array{
      param<&CimRefusal::input_object, Self>("InputObject", {.from_pipeline = true, .aliases = "CimInstance"},
                                             "An instance."),
      param<&CimRefusal::class_name, Self>("ClassName", {.aliases = "Class"}, "A class."),
      param<&CimRefusal::name_space, Self>("Namespace", {.from_pipeline_property = true}, "A namespace."),
      param<&CimRefusal::query, Self>("Query", {}, "A query."),
      param<&CimRefusal::cim_session, Self>("CimSession", {}, "A session."),
      param<&CimRefusal::computer_name, Self>("ComputerName", {.aliases = {"CN", "ServerName"}}, "A host."),
  };
}

}  // namespace

struct GetCimInstance : CimQuery {
  std::vector<std::string> computer_name;
  Value cim_session, input_object, resource_uri;
  std::string query_dialect;
  uint32_t timeout = 0;
  Switch key_only, shallow;

  enum Set : SetMask { Class = 1, Query = 2, Instance = 4 };
  static constexpr std::string_view kSets[] = {"ClassNameComputerSet", "QueryComputerSet",
                                               "CimInstanceComputerSet"};
  static constexpr Param kParams[] = {
      param<&CimQuery::class_name, GetCimInstance>(
          "ClassName",
          {.sets = Class,
           .position = 0,
           .mandatory = true,
           .from_pipeline_property = true,
           .aliases = "Class"},
          "A class: Win32_OperatingSystem, Win32_ComputerSystem ..."),
      param<&CimQuery::query, GetCimInstance>(
          "Query", {.sets = Query, .mandatory = true, .from_pipeline_property = true},
          "A query: select * from Win32_Service where ..."),
      param<&GetCimInstance::input_object>("InputObject",
                                           {.sets = Instance,
                                            .position = 0,
                                            .mandatory = true,
                                            .from_pipeline = true,
                                            .aliases = "CimInstance"},
                                           "An instance, which is written again."),
      param<&CimQuery::filter, GetCimInstance>("Filter", {.sets = Class, .from_pipeline_property = true},
                                               "What instances have to fit: DriveType = 3"),
      param<&CimQuery::property, GetCimInstance>(
          "Property", {.sets = Class, .from_pipeline_property = true, .aliases = "SelectProperties"},
          "These properties."),
      param<&CimQuery::name_space, GetCimInstance>("Namespace", {.from_pipeline_property = true},
                                                   "root/cimv2."),
      param<&GetCimInstance::computer_name>(
          "ComputerName", {.from_pipeline_property = true, .aliases = {"CN", "ServerName"}}, "This host."),
      param<&GetCimInstance::cim_session>("CimSession", {}, "This host."),
      param<&GetCimInstance::key_only>("KeyOnly", {}, "Accepted."),
      param<&GetCimInstance::shallow>("Shallow", {}, "Accepted."),
      param<&GetCimInstance::query_dialect>("QueryDialect", {}, "WQL."),
      param<&GetCimInstance::timeout>("OperationTimeoutSec", {.aliases = "OT"}, "Accepted."),
  };
  static constexpr std::string_view kAliases[] = {"gcim"};
  static constexpr Example kExamples[] = {
      {"(Get-CimInstance Win32_OperatingSystem).OSArchitecture", "64-bit", "Tells how wide this host is."}};
  static constexpr Decl decl{
      .verb = "Get",
      .noun = "CimInstance",
      .module = kModule,
      .sets = kSets,
      .default_set = 0,
      .params = kParams,
      .aliases = kAliases,
      .examples = kExamples,
      .error_class = "Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand",
      .synopsis = "Gets facts about this host in the shape of WMI's classes."};
  Flow process(Context& context) {
    if (const std::string other = other_host(computer_name); !other.empty())
      return context.terminate(only_this_host("Get-CimInstance", other));
    return context.parameter_set() == Instance ? context.write(input_object) : run(context);
  }
};
CMDLET(GetCimInstance);

struct GetWmiObject : CimQuery {
  std::vector<std::string> computer_name;
  Value credential, authentication, impersonation;
  Switch list, recurse, amended, enable_all_privileges, direct_read;

  enum Set : SetMask { Class = 1, Query = 2, List = 4 };
  static constexpr std::string_view kSets[] = {"query", "WQLQuery", "list"};
  static constexpr Param kParams[] = {
      param<&CimQuery::class_name, GetWmiObject>("Class",
                                                 {.sets = Class,
                                                  .position = 0,
                                                  .mandatory = true,
                                                  .also = {{{.sets = List, .position = 0}}},
                                                  .aliases = "ClassName"},
                                                 "A class."),
      param<&CimQuery::property, GetWmiObject>("Property", {.sets = Class, .position = 1},
                                               "These properties."),
      param<&CimQuery::filter, GetWmiObject>("Filter", {.sets = Class}, "What instances have to fit."),
      param<&CimQuery::query, GetWmiObject>("Query", {.sets = Query, .mandatory = true}, "A query."),
      param<&GetWmiObject::list>("List", {.sets = List}, "Names of the classes."),
      param<&GetWmiObject::recurse>("Recurse", {.sets = List}, "Accepted."),
      param<&CimQuery::name_space, GetWmiObject>("Namespace", {.aliases = "NS"}, "root/cimv2."),
      param<&GetWmiObject::computer_name>("ComputerName", {.aliases = "Cn"}, "This host."),
      param<&GetWmiObject::credential>("Credential", {}, "Accepted for this host."),
      param<&GetWmiObject::authentication>("Authentication", {}, "Accepted."),
      param<&GetWmiObject::impersonation>("Impersonation", {}, "Accepted."),
      param<&GetWmiObject::amended>("Amended", {}, "Accepted."),
      param<&GetWmiObject::direct_read>("DirectRead", {}, "Accepted."),
      param<&GetWmiObject::enable_all_privileges>("EnableAllPrivileges", {}, "Accepted."),
  };
  static constexpr std::string_view kAliases[] = {"gwmi"};
  static constexpr Example kExamples[] = {
      {"(Get-WmiObject Win32_OperatingSystem).OSArchitecture", "64-bit", "Tells how wide this host is."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "WmiObject",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetWmiObjectCommand",
                             .synopsis = "As Get-CimInstance, under Windows PowerShell's older name."};
  Flow process(Context& context) {
    if (const std::string other = other_host(computer_name); !other.empty())
      return context.terminate(only_this_host("Get-WmiObject", other));
    if (!list) return run(context);
    for (std::string_view name : cim_class_names()) {
      auto record = make<RecordObject>();
      record->set("Name", Value::string(name));
      if (Flow flow = context.write(Value::object(record)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetWmiObject);

struct GetCimAssociatedInstance : CimRefusal {
  static constexpr auto kParams = join(
      cim_refusal_params<GetCimAssociatedInstance>(),
      std::array{
          param<&CimRefusal::result_class_name, GetCimAssociatedInstance>("ResultClassName", {}, "A class."),
          param<&CimRefusal::association, GetCimAssociatedInstance>("Association", {}, "A class."),
          param<&CimRefusal::key_only, GetCimAssociatedInstance>("KeyOnly", {}, "Keys."),
      });
  static constexpr std::string_view kAliases[] = {"gcai"};
  static constexpr Example kExamples[] = {
      {"Get-CimInstance Win32_BIOS | Get-CimAssociatedInstance", "*", "Says what to use instead."}};
  static constexpr Decl decl{
      .verb = "Get",
      .noun = "CimAssociatedInstance",
      .module = kModule,
      .params = kParams,
      .aliases = kAliases,
      .examples = kExamples,
      .error_class = "Microsoft.Management.Infrastructure.CimCmdlets.GetCimAssociatedInstanceCommand",
      .synopsis = "Would follow WMI's associations; Linux has no WMI."};
  Flow process(Context& context) { return context.terminate(no_cim("Get-CimAssociatedInstance")); }
};
CMDLET(GetCimAssociatedInstance);

struct InvokeCimMethod : CimRefusal {
  static constexpr auto kParams = join(
      cim_refusal_params<InvokeCimMethod>(),
      std::array{
          param<&CimRefusal::method_name, InvokeCimMethod>("MethodName", {.aliases = "Name"}, "A method."),
          param<&CimRefusal::arguments, InvokeCimMethod>("Arguments", {}, "Its arguments."),
      });
  static constexpr std::string_view kAliases[] = {"icim"};
  static constexpr Example kExamples[] = {
      {"Invoke-CimMethod -ClassName Win32_Process -MethodName Create", "*", "Says what to use instead."}};
  static constexpr Decl decl{
      .verb = "Invoke",
      .noun = "CimMethod",
      .module = kModule,
      .params = kParams,
      .aliases = kAliases,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.Management.Infrastructure.CimCmdlets.InvokeCimMethodCommand",
      .synopsis = "Would call WMI's methods; Linux has no WMI."};
  Flow process(Context& context) { return context.terminate(no_cim("Invoke-CimMethod")); }
};
CMDLET(InvokeCimMethod);

struct NewCimInstance : CimRefusal {
  static constexpr auto kParams = join(
      cim_refusal_params<NewCimInstance>(),
      std::array{
          param<&CimRefusal::property, NewCimInstance>("Property", {.position = 1, .aliases = "Arguments"},
                                                       "Its properties."),
          param<&CimRefusal::key, NewCimInstance>("Key", {}, "Its keys."),
          param<&CimRefusal::client_only, NewCimInstance>("ClientOnly", {.aliases = "Local"}, "In memory."),
      });
  static constexpr std::string_view kAliases[] = {"ncim"};
  static constexpr Example kExamples[] = {
      {"New-CimInstance -ClassName Win32_Environment", "*", "Says what to use instead."}};
  static constexpr Decl decl{
      .verb = "New",
      .noun = "CimInstance",
      .module = kModule,
      .params = kParams,
      .aliases = kAliases,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.Management.Infrastructure.CimCmdlets.NewCimInstanceCommand",
      .synopsis = "Would make an instance of a WMI class; Linux has no WMI."};
  Flow process(Context& context) { return context.terminate(no_cim("New-CimInstance")); }
};
CMDLET(NewCimInstance);

struct SetCimInstance : CimRefusal {
  static constexpr auto kParams = join(
      cim_refusal_params<SetCimInstance>(),
      std::array{
          param<&CimRefusal::property, SetCimInstance>("Property", {.aliases = "Arguments"}, "New values."),
          param<&CimRefusal::pass_thru, SetCimInstance>("PassThru", {}, "Write it."),
      });
  static constexpr std::string_view kAliases[] = {"scim"};
  static constexpr Example kExamples[] = {
      {"Get-CimInstance Win32_ComputerSystem | Set-CimInstance", "*", "Says what to use instead."}};
  static constexpr Decl decl{
      .verb = "Set",
      .noun = "CimInstance",
      .module = kModule,
      .params = kParams,
      .aliases = kAliases,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.Management.Infrastructure.CimCmdlets.SetCimInstanceCommand",
      .synopsis = "Would change an instance of a WMI class; Linux has no WMI."};
  Flow process(Context& context) { return context.terminate(no_cim("Set-CimInstance")); }
};
CMDLET(SetCimInstance);

}  // namespace hvsh::verbs
