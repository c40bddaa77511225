// System.Management.Automation: psobject and its members, script blocks, records of errors, and what the
// language adds to every object.
#include <fmt/format.h>

#include <algorithm>

#include "core/compare.h"
#include "core/error_record.h"
#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/method_object.h"
#include "shell/eval/exceptions.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kMembersInfo{"System.Management.Automation.PSMemberInfoIntegratingCollection`1",
                                "PSMemberInfoIntegratingCollection`1"};
constexpr TypeInfo kPropertyInfo{"System.Management.Automation.PSPropertyInfo", "PSPropertyInfo"};
constexpr TypeInfo kNotePropertyInfo{"System.Management.Automation.PSNoteProperty", "PSNoteProperty",
                                     &kPropertyInfo};
constexpr TypeInfo kPSPropertyInfo{"System.Management.Automation.PSProperty", "PSProperty", &kPropertyInfo};
constexpr TypeInfo kWrapperInfo{"System.Management.Automation.PSMemberSet", "PSMemberSet"};
constexpr TypeInfo kMethodInfo{"System.Management.Automation.PSMethod", "PSMethod"};

// ------------------------------------------------------------------------------------- psobject.Properties

// A property of an object, or one that is not on an object yet and has its own value.
struct Property {
  Value owner;
  std::string name;
  Value value;
};
Property& property_of(const Call& call) { return state_of<Property>(call.self); }

Result<Value> property_value(const Property& property) {
  if (property.owner.is_null()) return property.value;
  auto value = get_property(property.owner, property.name);
  return value ? std::move(*value) : Result<Value>(Value::null());
}

bool is_note(const Property& property) {
  return property.owner.is_null() || property.owner.is_object(ObjectKind::record);
}

constexpr Member kProperty[] = {
    {"object Value", [](const Call& c) { return property_value(property_of(c)); },
     [](const Call& c) -> Result<Value> {
       Property& property = property_of(c);
       if (property.owner.is_null()) {
         property.value = c.at(0);
       } else {
         HVSH_CHECK(set_property(c.shell(), property.owner, property.name, c.at(0)));
       }
       return Value::nothing();
     }},
    {"string MemberType",
     [](const Call& c) -> Result<Value> {
       return text(is_note(property_of(c)) ? "NoteProperty" : "Property");
     }},
    {"bool IsSettable", [](const Call& c) -> Result<Value> { return truth(is_note(property_of(c))); }},
    {"bool IsGettable", [](const Call&) -> Result<Value> { return truth(true); }},
    {"string TypeNameOfValue",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const Value value, property_value(property_of(c)));
       return text(full_type_name(value));
     }},
    {"string Name", [](const Call& c) -> Result<Value> { return text(property_of(c).name); }},
    {"bool IsInstance", [](const Call& c) -> Result<Value> { return truth(is_note(property_of(c))); }},
    {"string ToString()",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const Value value, property_value(property_of(c)));
       return text(fmt::format("{} {}={}", value.is_null() ? "object" : to_string(value.type()),
                               property_of(c).name, to_string(value)));
     }},
};
constexpr Member kNoteProperty[] = {
    {"new(string name, object value)",
     [](const Call& c) -> Result<Value> {
       return instance(kNotePropertyInfo, Property{.name = c.text(0), .value = c.at(1)});
     }},
};

// The properties as they were when asked for; Add and Remove change the object.
class PropertyList final : public ListObject {
 public:
  explicit PropertyList(Value owner) : ListObject(kMembersInfo), owner_(std::move(owner)) {
    for (const PropertyView& view : list_properties(owner_)) {
      const bool note = owner_.is_object(ObjectKind::record);
      items.push_back(instance(note ? kNotePropertyInfo : kPSPropertyInfo,
                               Property{.owner = owner_, .name = std::string(view.name)}));
    }
  }
  const Value& owner() const { return owner_; }

 private:
  Value owner_;
};
PropertyList& list_of(const Call& call) { return *static_cast<PropertyList*>(call.self.as_object()); }

Result<Value> find_named(const Call& call) {
  for (const Value& item : list_of(call).items) {
    if (equal_names(state_of<Property>(item).name, call.text(0))) return item;
  }
  return Value::null();
}

Result<Value> add_property(const Call& call) {
  auto* property = state_cast<Property>(call.at(0));
  auto* record = list_of(call).owner().as<RecordObject>();
  if (property == nullptr || record == nullptr) {
    return thrown("System.Management.Automation.ExtendedTypeSystemException",
                  "Cannot add a member: only [pscustomobject] takes note properties here; see Add-Member.");
  }
  if (record->find(property->name) != nullptr) {
    return thrown(
        "System.Management.Automation.ExtendedTypeSystemException",
        fmt::format(
            "Cannot add a member with the name \"{}\" because a member with that name already exists. "
            "To overwrite the member anyway, add the Force parameter to your command.",
            property->name));
  }
  record->set(property->name, property->value);
  list_of(call).items.push_back(
      instance(kNotePropertyInfo, Property{.owner = list_of(call).owner(), .name = property->name}));
  return Value::nothing();
}

Result<Value> remove_property(const Call& call) {
  auto* record = list_of(call).owner().as<RecordObject>();
  if (record != nullptr) record->remove(call.text(0));
  std::erase_if(list_of(call).items,
                [&](const Value& item) { return equal_names(state_of<Property>(item).name, call.text(0)); });
  return Value::nothing();
}

Result<Value> match_properties(const Call& call) {
  std::vector<Value> found;
  for (const Value& item : list_of(call).items) {
    const Value name = text(state_of<Property>(item).name);
    HVSH_TRY(Value fits, compare_operator(Comparison::like, name, call.at(0), true));
    if (to_bool(fits)) found.push_back(item);
  }
  return Value::array(std::move(found));
}

constexpr Member kMembers[] = {
    {"object get_Item(string name)", find_named},
    {"object Item(string name)", find_named},
    {"void Add(object member)", add_property},
    {"void Add(object member, bool preValidated)", add_property},
    {"void Remove(string name)", remove_property},
    {"object[] Match(string name)", match_properties},
    {"object GetEnumerator()", [](const Call& c) -> Result<Value> { return Value::array(list_of(c).items); }},
};

// ---------------------------------------------------------------------------------------------- psobject

struct Wrapper {
  Value base;
};
const Value& base_of_wrapper(const Call& call) { return state_of<Wrapper>(call.self).base; }

constexpr TypeInfo kTypeNamesInfo{"System.Collections.ObjectModel.Collection`1[System.String]",
                                  "Collection`1", &types::ArrayList};

// Names that scripts put before an object's own: they choose its view.
class TypeNameList final : public ListObject {
 public:
  explicit TypeNameList(Value owner) : ListObject(kTypeNamesInfo), owner(std::move(owner)) {
    for (std::string& name : type_names(this->owner)) items.push_back(text(std::move(name)));
  }
  Value owner;
  void apply() const {
    auto* record = owner.as<RecordObject>();
    if (record == nullptr) return;
    std::vector<std::string> names;
    for (const Value& item : items) names.push_back(to_string(item));
    record->type_names = std::move(names);
  }
};
template <class Change>
Result<Value> change_names(const Call& call, Change change) {
  auto& list = *static_cast<TypeNameList*>(call.self.as_object());
  change(list.items);
  list.apply();
  return Value::nothing();
}

constexpr Member kTypeNames[] = {
    {"void Add(string item)",
     [](const Call& c) { return change_names(c, [&](auto& items) { items.push_back(c.at(0)); }); }},
    {"void Insert(int index, string item)",
     [](const Call& c) -> Result<Value> {
       return change_names(c, [&](auto& items) {
         const auto at = std::clamp<int64_t>(c.integer(0), 0, static_cast<int64_t>(items.size()));
         items.insert(items.begin() + at, c.at(1));
       });
     }},
    {"bool Remove(string item)",
     [](const Call& c) {
       return change_names(c, [&](auto& items) {
         std::erase_if(items, [&](const Value& name) { return to_string(name) == c.text(0); });
       });
     }},
    {"void Clear()", [](const Call& c) { return change_names(c, [](auto& items) { items.clear(); }); }},
};

Result<Value> copy_object(const Value& value) {
  if (const auto* record = value.as<RecordObject>()) {
    auto copy = make<RecordObject>();
    for (size_t i = 0; i < record->shape().size(); ++i)
      copy->set(record->shape().name(i), record->values()[i]);
    copy->type_names = record->type_names;
    return Value::object(copy);
  }
  if (const auto* map = value.as<MapObject>()) {
    auto copy = make<MapObject>(map->type(), map->rules());
    for (const auto& [key, item] : map->entries()) copy->set(key, item);
    return Value::object(copy);
  }
  return value;
}

Result<Value> method_list(const Call& call) {
  std::vector<Value> items;
  TypeTable& types = call.shell().types();
  std::vector<std::string> seen;
  for (const TypeRef* at = types.of_value(base_of_wrapper(call)); at != nullptr; at = base_of(types, *at)) {
    if (at->declared == nullptr) continue;
    for (const auto& members : {at->declared->members, at->declared->shared}) {
      for (const Member& member : members) {
        const Shape shape = shape_of(member);
        const std::string name = member_name(member);
        if (shape.kind != MemberKind::method || shape.is_static) continue;
        if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
        seen.push_back(name);
        items.push_back(
            method_object(base_of_wrapper(call), *at, name, find_methods(types, *at, name, false)));
      }
    }
  }
  return Value::array(std::move(items));
}

constexpr Member kWrapper[] = {
    {"object Members",
     [](const Call& c) -> Result<Value> { return Value::object(make<PropertyList>(base_of_wrapper(c))); }},
    {"object Properties",
     [](const Call& c) -> Result<Value> { return Value::object(make<PropertyList>(base_of_wrapper(c))); }},
    {"object Methods",
     [](const Call& c) -> Result<Value> {
       return c.interpreter == nullptr ? Result<Value>(Value::array({})) : method_list(c);
     }},
    {"object ImmediateBaseObject", [](const Call& c) -> Result<Value> { return base_of_wrapper(c); }},
    {"object BaseObject", [](const Call& c) -> Result<Value> { return base_of_wrapper(c); }},
    {"object TypeNames",
     [](const Call& c) -> Result<Value> { return Value::object(make<TypeNameList>(base_of_wrapper(c))); }},
    {"object Copy()", [](const Call& c) { return copy_object(base_of_wrapper(c)); }},
};

// --------------------------------------------------------------------------------- .Where() and .ForEach()

// (script block | type | property | method, arguments...)
Result<Value> for_each(const Call& call) {
  std::vector<Value> all;
  const std::vector<Value> rest = to_items(call.at(1));
  for (const Value& item : to_items(call.self)) {
    if (auto* block = call.at(0).as<ShellScriptBlock>()) {
      CollectSink sink;
      if (call.shell().call_block(*block, rest, item, ScopeMode::caller, sink) == Flow::stopped)
        return stopped();
      for (Value& value : sink.take_items()) all.push_back(std::move(value));
      continue;
    }
    if (const TypeRef* type = call.shell().types().ref_of(call.at(0))) {
      HVSH_TRY(Value converted, convert_to(item, *type));
      all.push_back(std::move(converted));
      continue;
    }
    Value value;
    const std::string name = to_string(call.at(0));
    const bool assigns = rest.size() == 1 && get_property(item, name).has_value();
    if (assigns) {
      HVSH_CHECK(set_property(call.shell(), item, name, rest[0]));
      continue;
    }
    TypeTable& types = call.shell().types();
    const bool method = !find_methods(types, *types.of_value(item), name, false).empty();
    const bool ok = method ? call_member(call.shell(), item, name, rest, {}, value)
                           : get_member(call.shell(), item, name, {}, value);
    if (!ok) return stopped();
    if (!value.is_nothing()) all.push_back(std::move(value));
  }
  return Value::array(std::move(all));
}

enum class Mode : uint8_t { all, first, last, skip_until, until, split };

Result<Mode> mode_of(const Value& value) {
  static constexpr std::string_view kNames[] = {"Default", "First", "Last", "SkipUntil", "Until", "Split"};
  const std::string name = to_string(value);
  for (size_t i = 0; i < std::size(kNames); ++i) {
    const bool number = value.kind() == Value::Kind::integer && value.as_int() == static_cast<int64_t>(i);
    if (number || equal_names(kNames[i], name)) return static_cast<Mode>(i);
  }
  return thrown(
      "ArgumentException",
      fmt::format(
          "Cannot convert value \"{}\" to a mode. The modes are Default, First, Last, SkipUntil, Until "
          "and Split.",
          name));
}

Result<bool> block_holds(const Call& call, ShellScriptBlock& block, const Value& item) {
  CollectSink sink;
  if (call.shell().call_block(block, {}, item, ScopeMode::caller, sink) == Flow::stopped) return stopped();
  return to_bool(sink.take_value());
}

// .Where({ }, mode, count)
Result<Value> where(const Call& call) {
  auto* block = call.at(0).as<ShellScriptBlock>();
  if (block == nullptr)
    return thrown("ArgumentNullException", "Value cannot be null. (Parameter 'expression')");
  Mode mode = Mode::all;
  if (call.count() > 1) {
    HVSH_TRY(mode, mode_of(call.at(1)));
  }
  const auto limit = static_cast<size_t>(call.count() > 2 ? std::max<int64_t>(call.integer(2), 0) : 0);
  const size_t wanted = limit == 0 && (mode == Mode::first || mode == Mode::last) ? 1 : limit;
  std::vector<Value> kept, others;
  bool past = false;
  for (const Value& item : to_items(call.self)) {
    const bool full = wanted > 0 && kept.size() >= wanted && mode != Mode::last;
    if (full && mode != Mode::split) break;
    bool holds = false;
    if (!past && !full) {
      HVSH_TRY(holds, block_holds(call, *block, item));
    }
    if (mode == Mode::until && holds) break;
    if (mode == Mode::skip_until) {
      past = past || holds;
      if (past) kept.push_back(item);
      continue;
    }
    (holds != (mode == Mode::until) ? kept : others).push_back(item);
  }
  if (mode == Mode::last && kept.size() > wanted) {
    kept.erase(kept.begin(), kept.end() - static_cast<ptrdiff_t>(wanted));
  }
  if (mode == Mode::split)
    return Value::array({Value::array(std::move(kept)), Value::array(std::move(others))});
  return Value::array(std::move(kept));
}

constexpr Member kAnything[] = {
    {"object psobject",
     [](const Call& c) -> Result<Value> { return instance(kWrapperInfo, Wrapper{c.self}); }},
    {"object psbase", [](const Call& c) -> Result<Value> { return c.self; }},
    {"object pstypenames",
     [](const Call& c) -> Result<Value> { return Value::object(make<TypeNameList>(c.self)); }},
    {"object[] ForEach(object expression, params object[] arguments)", for_each},
    {"object[] Where(scriptblock expression)", where},
    {"object[] Where(scriptblock expression, object mode)", where},
    {"object[] Where(scriptblock expression, object mode, int numberToReturn)", where},
};

// ------------------------------------------------------------------------------------------ script blocks

ShellScriptBlock& block_of(const Call& call) {
  return *static_cast<ShellScriptBlock*>(call.self.as_object());
}

Result<std::vector<Value>> invoked(const Call& call) {
  CollectSink sink;
  const std::vector<Value> arguments = to_items(call.at(0));
  const Flow flow =
      call.shell().call_block(block_of(call), arguments, Value::nothing(), ScopeMode::child, sink);
  if (flow == Flow::stopped) return stopped();
  return sink.take_items();
}

// A closure keeps the variables of the scope that it was made in.
Result<Value> closure(const Call& call) {
  Interpreter& interpreter = call.shell();
  const ShellScriptBlock& block = block_of(call);
  auto copy = make<ShellScriptBlock>(block.source, *block.tree);
  BlockInfo* info = interpreter.info_of(*block.tree);
  if (info == nullptr) return stopped();
  Ref<Frame> scope(new Frame(info->layout, Ref<Frame>(&interpreter.global())));
  for (Frame* frame = &interpreter.frame(); frame != nullptr && frame != &interpreter.global();
       frame = frame->parent.get()) {
    for (uint32_t i = 0; i < frame->slots.size(); ++i) {
      if (!frame->slots[i].is_set()) continue;
      const Symbol symbol = frame->layout->symbol(i);
      if (scope->find(symbol) == nullptr) scope->set(symbol, frame->slots[i].value);
    }
    if (frame == interpreter.global().script) break;
  }
  scope->script = scope.get();
  copy->home = scope;
  return Value::object(copy);
}

Result<Value> create_block(const Call& call) {
  HVSH_TRY(auto source, call.shell().load(call.text(0), {}));
  auto block = make<ShellScriptBlock>(source, *source->parsed.root);
  block->home = call.shell().frame().home;
  return Value::object(block);
}

constexpr Member kScriptBlock[] = {
    {"object Invoke(params object[] args)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto items, invoked(c));
       return Value::array(std::move(items));
     }},
    {"object InvokeReturnAsIs(params object[] args)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto items, invoked(c));
       if (items.empty()) return Value::nothing();
       return items.size() == 1 ? items[0] : Value::array(std::move(items));
     }},
    {"scriptblock GetNewClosure()", closure},
    {"string ToString()", [](const Call& c) -> Result<Value> { return text(block_of(c).text()); }},
    {"static scriptblock Create(string script)", create_block},
};

Result<Value> convert_block(const Value& value, const TypeRef& type) {
  if (value.is_null() || value.is_object(ObjectKind::script_block)) return value;
  Interpreter* interpreter = type.table != nullptr ? type.table->interpreter() : nullptr;
  return conversion_error(value, type.info->name,
                          interpreter == nullptr ? "" : "[scriptblock]::Create makes one of text.");
}

// ------------------------------------------------------------------------------------------- error records

Result<Value> make_error_record(const Call& call) {
  Error error{.message = call.text(0)};
  describe_exception(call.at(0), error);
  error.id = call.text(1);
  error.category = static_cast<ErrorCategory>(call.at(2).enum_number());
  auto record = make<ErrorRecordObject>(std::move(error), call.at(3));
  if (noun_cast<ExceptionInfo>(call.at(0)) != nullptr) record->exception = call.at(0);
  return Value::object(record);
}

constexpr Member kErrorRecord[] = {
    {"new(object exception, string errorId, ErrorCategory errorCategory, object targetObject)",
     make_error_record},
    {"object Exception", core_property},
    {"object TargetObject", core_property},
    {"object CategoryInfo", core_property},
    {"string FullyQualifiedErrorId", core_property},
    {"object ErrorDetails", core_property},
    {"object InvocationInfo", core_property},
    {"string ScriptStackTrace", core_property},
};

Result<Value> base_exception(const Call& call) {
  Value exception = call.self;
  constexpr int kMostDeep = 100;
  for (int depth = 0; depth < kMostDeep; ++depth) {
    const auto* info = noun_cast<ExceptionInfo>(exception);
    if (info == nullptr || info->inner.is_null()) break;
    exception = Value(info->inner);
  }
  return exception;
}
constexpr Member kException[] = {
    {"object GetBaseException()", base_exception},
    {"string ToString()", [](const Call& c) -> Result<Value> { return text(to_string(c.self)); }},
};

Result<Value> convert_exception(const Value& value, const TypeRef& type) {
  if (value.is_null() || noun_cast<ExceptionInfo>(value) != nullptr) return value;
  if (const auto* record = value.as<ErrorRecordObject>()) return exception_of(*record);
  return noun_value(ExceptionInfo{.type_name = std::string(type.info->name), .message = to_string(value)});
}

// --------------------------------------------------------------------------------------------- PSObject

Result<Value> convert_record(const Value& value, const TypeRef&) {
  const auto* map = value.as<MapObject>();
  if (map == nullptr) return value;
  auto record = make<RecordObject>();
  for (const auto& [key, item] : map->entries()) {
    const std::string name = to_string(key);
    if (equal_names(name, "PSTypeName")) {
      record->type_names = {to_string(item), "System.Management.Automation.PSCustomObject", "System.Object"};
    } else {
      record->set(name, item);
    }
  }
  return Value::object(record);
}

constexpr Member kPSObject[] = {
    {"new()", [](const Call&) -> Result<Value> { return Value::object(make<RecordObject>()); }},
    {"new(object obj)", [](const Call& c) -> Result<Value> { return c.at(0); }},
    {"static psobject AsPSObject(object obj)", [](const Call& c) -> Result<Value> { return c.at(0); }},
};

// A method without parentheses.
struct Method {
  Value target;
  const TypeRef* type;
  std::string name;
  std::vector<const Overload*> overloads;
};
constexpr Member kMethod[] = {
    {"string[] OverloadDefinitions",
     [](const Call& c) -> Result<Value> {
       std::vector<std::string> lines;
       for (const Overload* overload : state_of<Method>(c.self).overloads)
         lines.push_back(definition(*overload->member));
       return text_array(std::move(lines));
     }},
    {"string Name", [](const Call& c) -> Result<Value> { return text(state_of<Method>(c.self).name); }},
    {"string MemberType", [](const Call&) -> Result<Value> { return text("Method"); }},
    {"object Invoke(params object[] arguments)",
     [](const Call& c) -> Result<Value> {
       const Method method = state_of<Method>(c.self);
       bool by_member = false;
       return invoke(c.shell(), *method.type, method.overloads, method.name, method.target, to_items(c.at(0)),
                     by_member);
     }},
    {"string ToString()",
     [](const Call& c) -> Result<Value> {
       std::string all;
       for (const Overload* overload : state_of<Method>(c.self).overloads) {
         all += (all.empty() ? "" : "\n") + definition(*overload->member);
       }
       return text(std::move(all));
     }},
};

constexpr Type kTypes[] = {
    {.info = &types::PSObject, .names = "psobject", .members = kPSObject, .convert = convert_any},
    {.info = &types::PSCustomObject,
     .names = "pscustomobject",
     .members = kPSObject,
     .convert = convert_record},
    {.info = &kWrapperInfo, .members = kWrapper},
    {.info = &kTypeNamesInfo, .members = kTypeNames},
    {.info = &kMembersInfo, .members = kMembers},
    {.info = &kPropertyInfo, .members = kProperty},
    {.info = &kNotePropertyInfo, .names = "psnoteproperty", .members = kNoteProperty},
    {.info = &kPSPropertyInfo},
    {.info = &kMethodInfo, .members = kMethod},
    {.info = &types::ScriptBlock, .names = "scriptblock", .members = kScriptBlock, .convert = convert_block},
    {.info = &types::ErrorRecord, .names = "errorrecord", .members = kErrorRecord},
    {.info = &types::Exception, .names = "exception", .members = kException, .convert = convert_exception},
};

}  // namespace

const std::span<const Member> kIntrinsic = kAnything;

Value method_object(const Value& target, const TypeRef& type, std::string_view name,
                    std::vector<const Overload*> overloads) {
  return instance(kMethodInfo, Method{target, &type, std::string(name), std::move(overloads)});
}

std::span<const Type> automation_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
