#include <deque>

#include "core/cmdlet.h"
#include "core/compare.h"
#include "core/extended_members.h"
#include "core/property_expression.h"

namespace hvsh::verbs {

struct CompareObject {
  std::vector<Value> reference_object, difference_object;
  int32_t sync_window = INT32_MAX;
  std::vector<Value> property;
  Switch exclude_different, include_equal, pass_thru, case_sensitive;
  std::string culture;

  static constexpr Param kParams[] = {
      param<&CompareObject::reference_object>("ReferenceObject",
                                              {.position = 0, .mandatory = true, .allow_empty = true},
                                              "What it is compared with."),
      param<&CompareObject::difference_object>(
          "DifferenceObject", {.position = 1, .mandatory = true, .from_pipeline = true, .allow_empty = true},
          "What is compared."),
      param<&CompareObject::sync_window>("SyncWindow", {.range = {0, INT32_MAX}},
                                         "How far apart equal objects may stand."),
      param<&CompareObject::property>("Property", {}, "By what: names or @{Expression=}."),
      param<&CompareObject::exclude_different>("ExcludeDifferent", {}, "Only those in both."),
      param<&CompareObject::include_equal>("IncludeEqual", {}, "Those in both as well."),
      param<&CompareObject::pass_thru>("PassThru", {}, "The objects themselves, with SideIndicator added."),
      param<&CompareObject::culture>("Culture", {},
                                     "Accepted as PowerShell does; text compares the same everywhere."),
      param<&CompareObject::case_sensitive>("CaseSensitive", {}, "Text that differs in case is not equal."),
  };
  static constexpr std::string_view kAliases[] = {"compare", "diff"};
  static constexpr Example kExamples[] = {
      {"Compare-Object (1, 2) (2, 3) | ForEach-Object { \"$($_.InputObject) $($_.SideIndicator)\" }",
       "3 =>\n1 <=", "Tells what is on one side only."}};
  static constexpr Decl decl{.verb = "Compare",
                             .noun = "Object",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.CompareObjectCommand",
                             .synopsis = "Compares two lists of objects."};

  Flow begin(Context& context) {
    for (const Value& value : property) {
      auto expression = parse_property_expression(value, {});
      if (!expression) return context.terminate(expression.take_error(), value);
      expressions_.push_back(expression.take());
    }
    if (exclude_different && !context.is_bound("IncludeEqual")) include_equal.on = true;
    return Flow::more;
  }

  Flow process(Context& context) {
    for (const Value& value : difference_object) {
      Entry entry;
      if (const Flow flow = make_entry(context, value, entry); flow != Flow::more) return flow;
      if (const Flow flow = step(context, std::move(entry)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

  Flow end(Context& context) {
    while (next_reference_ < reference_object.size()) {
      if (const Flow flow = step(context, std::nullopt); flow != Flow::more) return flow;
    }
    for (const Entry& entry : differences_) {
      if (const Flow flow = emit(context, entry, "=>"); flow != Flow::more) return flow;
    }
    for (const Entry& entry : references_) {
      if (const Flow flow = emit(context, entry, "<="); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  struct Entry {
    Value object;
    std::vector<Value> keys;
  };

  Flow make_entry(Context& context, const Value& object, Entry& entry) const {
    entry.object = object;
    if (expressions_.empty()) entry.keys.push_back(object);
    for (const PropertyExpression& expression : expressions_) {
      Value key;
      if (const Flow flow = evaluate(context, expression, object, key); flow != Flow::more) return flow;
      entry.keys.push_back(key.is_nothing() ? Value::null() : std::move(key));
    }
    return Flow::more;
  }

  bool same(const Entry& a, const Entry& b) const {
    for (size_t i = 0; i < a.keys.size(); ++i) {
      if (a.keys[i].is_null() != b.keys[i].is_null()) return false;
      if (sort_order(a.keys[i], b.keys[i], !case_sensitive) != 0) return false;
    }
    return true;
  }

  std::optional<Entry> take_match(std::deque<Entry>& backlog, const Entry& wanted) const {
    for (auto it = backlog.begin(); it != backlog.end(); ++it) {
      if (!same(*it, wanted)) continue;
      Entry found = std::move(*it);
      backlog.erase(it);
      return found;
    }
    return std::nullopt;
  }

  // One object of each side: a pair, or both wait for their like as long as the window allows.
  Flow step(Context& context, std::optional<Entry> difference) {
    std::optional<Entry> reference;
    if (next_reference_ < reference_object.size()) {
      reference.emplace();
      const Flow flow = make_entry(context, reference_object[next_reference_++], *reference);
      if (flow != Flow::more) return flow;
    }
    if (difference && reference && same(*difference, *reference)) return emit(context, *reference, "==");
    if (difference) {
      if (const auto match = take_match(references_, *difference)) {
        if (const Flow flow = emit(context, *match, "=="); flow != Flow::more) return flow;
        difference.reset();
      }
    }
    if (reference && take_match(differences_, *reference)) {
      if (const Flow flow = emit(context, *reference, "=="); flow != Flow::more) return flow;
      reference.reset();
    }
    if (const Flow flow = wait(context, differences_, std::move(difference), "=>"); flow != Flow::more)
      return flow;
    return wait(context, references_, std::move(reference), "<=");
  }

  Flow wait(Context& context, std::deque<Entry>& backlog, std::optional<Entry> entry,
            std::string_view side) const {
    if (!entry) return Flow::more;
    if (sync_window == 0) return emit(context, *entry, side);
    while (backlog.size() >= static_cast<size_t>(sync_window)) {
      if (const Flow flow = emit(context, backlog.front(), side); flow != Flow::more) return flow;
      backlog.pop_front();
    }
    backlog.push_back(std::move(*entry));
    return Flow::more;
  }

  Flow emit(Context& context, const Entry& entry, std::string_view side) const {
    if (side == "==" ? !include_equal : exclude_different.on) return Flow::more;
    if (!pass_thru) {
      auto record = make<RecordObject>();
      if (expressions_.empty()) record->set("InputObject", entry.object);
      for (size_t i = 0; i < expressions_.size(); ++i) record->set(expressions_[i].title(), entry.keys[i]);
      record->set("SideIndicator", Value::string(side));
      return context.write(Value::object(record));
    }
    // Text is a value, so its copy is marked; numbers carry no mark.
    const Value object = entry.object.is_string() ? Value::string(entry.object.as_string()) : entry.object;
    if (auto* record = object.as<RecordObject>()) {
      record->set("SideIndicator", Value::string(side));
    } else if (object.kind() == Value::Kind::object) {
      add_extended(*object.as_object(), {.name = "SideIndicator", .value = Value::string(side)});
    }
    return context.write(object);
  }

  std::vector<PropertyExpression> expressions_;
  size_t next_reference_ = 0;
  std::deque<Entry> references_, differences_;
};
CMDLET(CompareObject);

}  // namespace hvsh::verbs
