#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "core/cmdlet.h"
#include "core/compare.h"
#include "core/property_expression.h"

namespace hvsh::verbs {

struct GroupInfo {
  int32_t count = 0;
  std::string name;
  std::vector<Value> values;
  std::vector<Value> group;

  static constexpr Prop kProps[] = {
      prop<&GroupInfo::count>("Count", "How many objects."),
      prop<&GroupInfo::name>("Name", "What they have in common, as text."),
      prop<&GroupInfo::values>("Values", "What they have in common."),
      prop<&GroupInfo::group>("Group", "The objects."),
  };
  static constexpr Column kTable[] = {{.property = "Count", .width = 5, .align = Align::right},
                                      {.property = "Name", .width = 25},
                                      {.property = "Group"}};
  static constexpr Column kTableNoElement[] = {{.property = "Count", .width = 5, .align = Align::right},
                                               {.property = "Name"}};
  static constexpr std::string_view kList[] = {"Name", "Count", "Group", "Values"};
  static constexpr Noun noun{.type = {"Microsoft.PowerShell.Commands.GroupInfo", "GroupInfo"},
                             .props = kProps,
                             .table = kTable,
                             .list = kList};
};

struct GroupInfoNoElement {
  int32_t count = 0;
  std::string name;
  std::vector<Value> values;

  static constexpr Prop kProps[] = {
      prop<&GroupInfoNoElement::count>("Count", "How many objects."),
      prop<&GroupInfoNoElement::name>("Name", "What they have in common, as text."),
      prop<&GroupInfoNoElement::values>("Values", "What they have in common."),
  };
  static constexpr Noun noun{
      .type = {"Microsoft.PowerShell.Commands.GroupInfoNoElement", "GroupInfoNoElement"},
      .props = kProps,
      .table = GroupInfo::kTableNoElement};
};

struct GroupObject {
  Value input_object = Value::nothing();
  std::vector<Value> property;
  Switch no_element, as_hash_table, as_string, case_sensitive;
  std::string culture;

  static constexpr Param kParams[] = {
      param<&GroupObject::no_element>("NoElement", {}, "Without the objects themselves."),
      param<&GroupObject::as_hash_table>("AsHashTable", {.aliases = "AHT"},
                                         "One hashtable: value to objects."),
      param<&GroupObject::as_string>("AsString", {}, "Its keys as text."),
      param<&GroupObject::input_object>("InputObject", {.from_pipeline = true}, "Objects to group."),
      param<&GroupObject::property>("Property", {.position = 0}, "By what: names or @{Expression=}."),
      param<&GroupObject::culture>("Culture", {},
                                   "Accepted as PowerShell does; text compares the same everywhere."),
      param<&GroupObject::case_sensitive>("CaseSensitive", {}, "Text that differs in case is not equal."),
  };
  static constexpr std::string_view kAliases[] = {"group"};
  static constexpr Example kExamples[] = {{"Get-VM | Group-Object State", "*", "Counts machines by state."}};
  static constexpr Decl decl{.verb = "Group",
                             .noun = "Object",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GroupObjectCommand",
                             .synopsis = "Puts objects with equal properties together."};

  Flow begin(Context& context) {
    for (const Value& value : property) {
      auto expression = parse_property_expression(value, {});
      if (!expression) return context.terminate(expression.take_error(), value);
      expressions_.push_back(expression.take());
    }
    return Flow::more;
  }

  Flow process(Context& context) {
    if (input_object.is_null()) return Flow::more;
    std::vector<Value> values;
    if (expressions_.empty()) values.push_back(input_object);
    for (const PropertyExpression& expression : expressions_) {
      Value value;
      if (const Flow flow = evaluate(context, expression, input_object, value); flow != Flow::more)
        return flow;
      values.push_back(value.is_nothing() ? Value::null() : value);
    }
    std::string name;
    for (size_t i = 0; i < values.size(); ++i) name += (i > 0 ? ", " : "") + to_string(values[i]);
    const auto [place, is_new] = index_.emplace(case_sensitive ? name : fold_case(name), groups_.size());
    if (is_new) groups_.push_back({.name = std::move(name), .values = std::move(values), .group = {}});
    groups_[place->second].group.push_back(input_object);
    return Flow::more;
  }

  Flow end(Context& context) {
    std::stable_sort(groups_.begin(), groups_.end(), [this](const GroupInfo& a, const GroupInfo& b) {
      for (size_t i = 0; i < a.values.size(); ++i) {
        const auto order = sort_order(a.values[i], b.values[i], !case_sensitive);
        if (order != 0) return order < 0;
      }
      return false;
    });
    if (as_hash_table) return groups_.empty() ? Flow::more : context.write(hashtable());
    for (GroupInfo& group : groups_) {
      group.count = static_cast<int32_t>(group.group.size());
      Value result = no_element ? noun_value(GroupInfoNoElement{group.count, group.name, group.values})
                                : noun_value(std::move(group));
      if (const Flow flow = context.write(std::move(result)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Value hashtable() {
    auto map = make<MapObject>(false);
    for (GroupInfo& group : groups_) {
      const bool text = as_string || group.values.size() != 1 || group.values[0].is_null();
      map->set(text ? Value::string(group.name) : group.values[0], Value::array(std::move(group.group)));
    }
    return Value::object(map);
  }

  std::vector<PropertyExpression> expressions_;
  std::vector<GroupInfo> groups_;
  std::unordered_map<std::string, size_t> index_;
};
CMDLET(GroupObject);

}  // namespace hvsh::verbs
