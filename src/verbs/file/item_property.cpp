// Get-, Set-, New-, Remove-, Clear-, Copy-, Move-, Rename-ItemProperty and Get-ItemPropertyValue: a file's
// own properties. The registry, which they are for on Windows, does not exist.
#include <fmt/format.h>

#include "core/wildcard.h"
#include "nouns/file_system.h"
#include "verbs/file/item_paths.h"
#include "verbs/file/paths.h"

namespace hvsh::verbs {

namespace {

Error no_property(const std::string& name, const std::string& path) {
  return {.id = "System.Management.Automation.PSArgumentException",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format("Property {} does not exist at path {}.", name, path),
          .exception = "System.Management.Automation.PSArgumentException"};
}

Error fixed_properties(std::string_view what) {
  return {.id = "NotSupported",
          .category = ErrorCategory::NotImplemented,
          .message = fmt::format("Cannot {}: a file has the properties that it has.", what),
          .hint = "On Linux there is no registry; keep settings in a file.",
          .exception = "System.Management.Automation.PSNotSupportedException"};
}

struct PropertyTarget : ItemPaths {
  Switch pass_thru;
  Value credential;

  Flow find(Context& context, std::vector<std::string>& found) const {
    std::vector<std::string> all;
    if (Flow flow = each_path(context, path, literal_path, all, true, true); flow != Flow::more) return flow;
    for (std::string& one : all) {
      if (is_wanted(one)) found.push_back(std::move(one));
    }
    return Flow::more;
  }
};

template <class Self>
consteval auto property_target_params() {
  return join(item_choice_params<Self>(), std::array{param<&PropertyTarget::credential, Self>(
                                              "Credential", {}, "Accepted; files are read as who you are.")});
}
template <class Self>
consteval auto change_params() {
  return std::array{
      param<&ItemPaths::force, Self>("Force", {}, "Accepted."),
      param<&PropertyTarget::pass_thru, Self>("PassThru", {}, "Write the items."),
  };
}

}  // namespace

struct GetItemProperty : PropertyTarget {
  std::vector<std::string> name;

  static constexpr auto kParams =
      join(property_target_params<GetItemProperty>(),
           std::array{param<&GetItemProperty::name>(
               "Name", {.position = 1, .wildcards = true, .aliases = "PSProperty"}, "Names of properties.")});
  static constexpr std::string_view kAliases[] = {"gp"};
  static constexpr Example kExamples[] = {
      {"(Get-ItemProperty / -Name FullName).FullName", "/", "Reads one property."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "ItemProperty",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetItemPropertyCommand",
                             .synopsis = "Gets properties of files and folders."};

  Flow process(Context& context) {
    std::vector<std::string> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (const std::string& one : found) {
      auto item = nouns::read_item(one);
      if (!item) {
        if (Flow flow = context.error(item.take_error(), Value::string(one)); flow != Flow::more) return flow;
        continue;
      }
      const Flow flow = name.empty() ? context.write(*item) : write_some(context, one, *item);
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow write_some(Context& context, const std::string& one, const Value& item) {
    auto record = make<RecordObject>();
    for (const std::string& pattern : name) {
      bool any = is_pattern(pattern);
      for (const PropertyView& view : list_properties(item)) {
        if (!Wildcard(pattern).matches(view.name)) continue;
        any = true;
        if (auto value = get_property(item, view.name); value && value->ok()) record->set(view.name, **value);
      }
      if (any) continue;
      if (Flow flow = context.error(no_property(pattern, one), Value::string(one)); flow != Flow::more)
        return flow;
    }
    if (record->shape().size() == 0) return Flow::more;
    for (std::string_view own : {"PSPath", "PSParentPath", "PSChildName"}) {
      if (auto value = get_property(item, own); value && value->ok()) record->set(own, **value);
    }
    return context.write(Value::object(record));
  }
};
CMDLET(GetItemProperty);

struct GetItemPropertyValue : PropertyTarget {
  std::vector<std::string> name;

  static constexpr auto kParams =
      join(property_target_params<GetItemPropertyValue>(),
           std::array{param<&GetItemPropertyValue::name>(
               "Name", {.position = 1, .mandatory = true, .aliases = "PSProperty"}, "Names of properties.")});
  static constexpr std::string_view kAliases[] = {"gpv"};
  static constexpr Example kExamples[] = {
      {"Get-ItemPropertyValue / -Name FullName", "/", "Reads the value of one property."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "ItemPropertyValue",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetItemPropertyValueCommand",
                             .synopsis = "Gets values of properties of files and folders."};

  Flow process(Context& context) {
    std::vector<std::string> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (const std::string& one : found) {
      auto item = nouns::read_item(one);
      if (!item) return context.error(item.take_error(), Value::string(one));
      for (const std::string& wanted : name) {
        auto value = get_property(*item, wanted);
        const Flow flow = !value         ? context.error(no_property(wanted, one), Value::string(one))
                          : !value->ok() ? context.error(value->take_error(), Value::string(one))
                                         : context.write(**value);
        if (flow != Flow::more) return flow;
      }
    }
    return Flow::more;
  }
};
CMDLET(GetItemPropertyValue);

struct SetItemProperty : PropertyTarget {
  std::string name, type;
  Value value, input_object;

  static constexpr auto kParams = join(
      property_target_params<SetItemProperty>(),
      std::array{
          param<&SetItemProperty::name>("Name", {.position = 1, .aliases = "PSProperty"}, "The property."),
          param<&SetItemProperty::value>(
              "Value",
              {.position = 2, .from_pipeline_property = true, .allow_null = true, .allow_empty = true},
              "Its new value."),
          param<&SetItemProperty::input_object>("InputObject", {},
                                                "An object whose properties are taken over."),
          param<&SetItemProperty::type>("Type", {}, "Of a registry value, which Linux has not."),
      },
      change_params<SetItemProperty>());
  static constexpr std::string_view kAliases[] = {"sp"};
  static constexpr Example kExamples[] = {
      {"Set-ItemProperty base.vhdx -Name IsReadOnly -Value $true", "*", "Guards a disk against writing."}};
  static constexpr Decl decl{
      .verb = "Set",
      .noun = "ItemProperty",
      .module = "Microsoft.PowerShell.Management",
      .sets = kSets,
      .default_set = 0,
      .params = kParams,
      .aliases = kAliases,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.PowerShell.Commands.SetItemPropertyCommand",
      .synopsis = "Sets properties of files and folders: IsReadOnly, Attributes, times."};

  Flow process(Context& context) {
    std::vector<std::pair<std::string, Value>> changes;
    if (!name.empty()) changes.emplace_back(name, value);
    for (const PropertyView& view : list_properties(input_object)) {
      if (auto read = get_property(input_object, view.name); read && read->ok())
        changes.emplace_back(view.name, **read);
    }
    std::vector<std::string> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (const std::string& one : found) {
      for (const auto& [property, wanted] : changes) {
        const std::string what = fmt::format("Item: {} Property: {}", one, property);
        const Flow flow = ask_and_change(context, what, "Set Property",
                                         [&] { return nouns::set_item_property(one, property, wanted); });
        if (flow != Flow::more) return flow;
      }
      if (!pass_thru) continue;
      auto item = nouns::read_item(one);
      if (Flow flow = item ? context.write(*item) : context.error(item.take_error()); flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }
};
CMDLET(SetItemProperty);

// The cmdlets that would add, remove or move properties: what is not there is said first, then why it cannot
// be.
struct FixedProperties : PropertyTarget {
  std::string name, new_name, destination, property_type;
  Value value;

  Flow refuse(Context& context, std::string_view what) const {
    std::vector<std::string> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (const std::string& one : found) {
      if (Flow flow = context.error(fixed_properties(what), Value::string(one)); flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }
};

template <class Self>
consteval auto fixed_params() {
  return join(property_target_params<Self>(),
              std::array{param<&FixedProperties::name, Self>(
                  "Name", {.position = 1, .mandatory = true, .aliases = "PSProperty"}, "The property.")},
              change_params<Self>());
}

struct NewItemProperty : FixedProperties {
  static constexpr auto kParams =
      join(fixed_params<NewItemProperty>(),
           std::array{param<&FixedProperties::property_type, NewItemProperty>(
                          "PropertyType", {.aliases = "Type"}, "Of a registry value."),
                      param<&FixedProperties::value, NewItemProperty>("Value", {}, "Its value.")});
  static constexpr Example kExamples[] = {
      {"New-ItemProperty base.vhdx -Name X -Value 1", "*", "Says that files have no further properties."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "ItemProperty",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.NewItemPropertyCommand",
                             .synopsis = "Would add a value to a registry key; Linux has no registry."};
  Flow process(Context& context) { return refuse(context, "add a property"); }
};
CMDLET(NewItemProperty);

struct RemoveItemProperty : FixedProperties {
  static constexpr auto kParams = fixed_params<RemoveItemProperty>();
  static constexpr std::string_view kAliases[] = {"rp"};
  static constexpr Example kExamples[] = {
      {"Remove-ItemProperty base.vhdx -Name X", "*", "Says that a file's properties stay."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "ItemProperty",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.RemoveItemPropertyCommand",
                             .synopsis = "Would remove a value of a registry key; Linux has no registry."};
  Flow process(Context& context) { return refuse(context, "remove a property"); }
};
CMDLET(RemoveItemProperty);

struct ClearItemProperty : FixedProperties {
  static constexpr auto kParams = fixed_params<ClearItemProperty>();
  static constexpr std::string_view kAliases[] = {"clp"};
  static constexpr Example kExamples[] = {
      {"Clear-ItemProperty base.vhdx -Name Attributes", "*", "Lets a file be written again."}};
  static constexpr Decl decl{.verb = "Clear",
                             .noun = "ItemProperty",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.ClearItemPropertyCommand",
                             .synopsis = "Takes a file's attributes away: Attributes becomes Normal."};
  Flow process(Context& context) {
    if (!equal_ascii(name, "Attributes")) return refuse(context, "clear a property other than Attributes");
    std::vector<std::string> found;
    if (Flow flow = find(context, found); flow != Flow::more) return flow;
    for (const std::string& one : found) {
      const std::string what = fmt::format("Item: {} Property: {}", one, name);
      const Flow flow = ask_and_change(context, what, "Clear Property File", [&] {
        return nouns::set_item_property(one, "Attributes", Value::string("Normal"));
      });
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(ClearItemProperty);

struct RenameItemProperty : FixedProperties {
  static constexpr auto kParams = join(fixed_params<RenameItemProperty>(),
                                       std::array{param<&FixedProperties::new_name, RenameItemProperty>(
                                           "NewName", {.position = 2, .mandatory = true}, "Its new name.")});
  static constexpr std::string_view kAliases[] = {"rnp"};
  static constexpr Example kExamples[] = {{"Rename-ItemProperty base.vhdx -Name X -NewName Y", "*",
                                           "Says that a file's properties keep their names."}};
  static constexpr Decl decl{.verb = "Rename",
                             .noun = "ItemProperty",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.RenameItemPropertyCommand",
                             .synopsis = "Would rename a value of a registry key; Linux has no registry."};
  Flow process(Context& context) { return refuse(context, "rename a property"); }
};
CMDLET(RenameItemProperty);

struct CopyItemProperty : FixedProperties {
  static constexpr auto kParams =
      join(fixed_params<CopyItemProperty>(),
           std::array{param<&FixedProperties::destination, CopyItemProperty>(
               "Destination", {.position = 2, .mandatory = true}, "The other item.")});
  static constexpr std::string_view kAliases[] = {"cpp"};
  static constexpr Example kExamples[] = {{"Copy-ItemProperty base.vhdx -Name X -Destination web01.vhdx", "*",
                                           "Says that properties are not copied alone."}};
  static constexpr Decl decl{.verb = "Copy",
                             .noun = "ItemProperty",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.CopyItemPropertyCommand",
                             .synopsis = "Would copy a value of a registry key; Linux has no registry."};
  Flow process(Context& context) { return refuse(context, "copy a property"); }
};
CMDLET(CopyItemProperty);

}  // namespace hvsh::verbs
