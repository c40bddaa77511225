#include "core/extended_members.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/convert.h"
#include "core/object.h"
#include "core/text.h"

namespace hvsh {

namespace {

struct Extension {
  std::deque<ExtendedMember> members;
  std::vector<std::string> type_names;  // empty: the usual ones
  std::optional<std::string> text;
};

thread_local std::unordered_map<const HeapObject*, Extension> extensions;
thread_local std::map<std::string, TypeData> types_by_name;  // lower case
// Asked on every read of a property, so it needs no initialisation.
constinit thread_local bool any_type_data = false;
constinit thread_local MemberScripts* member_scripts = nullptr;

// A chain of aliases or getters that ends in itself is cut here.
constexpr int kMaxReadDepth = 64;
thread_local int read_depth = 0;
struct DepthGuard {
  DepthGuard() { ++read_depth; }
  ~DepthGuard() { --read_depth; }
};

const ExtendedMember* find_in(const std::deque<ExtendedMember>& members, std::string_view name) {
  for (const ExtendedMember& member : members) {
    if (equal_names(member.name, name)) return &member;
  }
  return nullptr;
}

const Extension* extension_of(const Value& object) {
  if (object.kind() != Value::Kind::object || !object.as_object()->is_extended()) return nullptr;
  const auto found = extensions.find(object.as_object());
  return found == extensions.end() ? nullptr : &found->second;
}

Extension& extend(HeapObject& object) {
  object.set_extended();
  return extensions[&object];
}

Error no_scripts() {
  return {.id = "ScriptMemberNotRun",
          .category = ErrorCategory::InvalidOperation,
          .message = "The member is a script, and there is no interpreter that runs it."};
}

Error not_settable(const ExtendedMember& member) {
  return {.id = "SetterNotFound",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("Set accessor for property \"{}\" is unavailable.", member.name),
          .exception = "System.Management.Automation.SetValueException"};
}

Error script_failed(std::string_view id, std::string_view exception, const std::string& what,
                    const Error& cause) {
  return {.id = std::string(id),
          .category = ErrorCategory::NotSpecified,
          .message = fmt::format("{}: \"{}\"", what, cause.message),
          .exception = fmt::format("System.Management.Automation.{}", exception)};
}

Error too_deep(const ExtendedMember& member) {
  return {.id = "GetValueDepth",
          .category = ErrorCategory::InvalidOperation,
          .message = fmt::format("The property \"{}\" refers to itself.", member.name)};
}

}  // namespace

void HeapObject::drop_extension() { extensions.erase(this); }

const std::vector<std::string>* own_type_names(const Value& object) {
  const Extension* extension = extension_of(object);
  return extension == nullptr || extension->type_names.empty() ? nullptr : &extension->type_names;
}

void set_member_scripts(MemberScripts* scripts) { member_scripts = scripts; }

const ExtendedMember* find_extended(const Value& object, std::string_view name) {
  if (const Extension* extension = extension_of(object)) {
    if (const ExtendedMember* member = find_in(extension->members, name)) return member;
  }
  if (!any_type_data) return nullptr;
  for (const std::string& type : type_names(object)) {
    if (const TypeData* data = find_type_data(type)) {
      if (const ExtendedMember* member = find_in(data->members, name)) return member;
    }
  }
  return nullptr;
}

std::vector<const ExtendedMember*> extended_members(const Value& object) {
  std::vector<const ExtendedMember*> all;
  const auto add = [&](const std::deque<ExtendedMember>& members) {
    for (const ExtendedMember& member : members) {
      const bool known = std::any_of(all.begin(), all.end(), [&](const ExtendedMember* before) {
        return equal_names(before->name, member.name);
      });
      if (!known) all.push_back(&member);
    }
  };
  if (const Extension* extension = extension_of(object)) add(extension->members);
  if (!any_type_data) return all;
  for (const std::string& type : type_names(object)) {
    if (const TypeData* data = find_type_data(type)) add(data->members);
  }
  return all;
}

Result<Value> read_extended(const Value& object, const ExtendedMember& member) {
  if (read_depth >= kMaxReadDepth) return too_deep(member);
  const DepthGuard depth;
  switch (member.kind) {
    case MemberKind::alias: {
      auto found = get_property(object, to_string(member.value));
      if (!found) return Value::null();
      if (!*found || member.second.is_null() || member_scripts == nullptr) return std::move(*found);
      return member_scripts->convert(**found, member.second);
    }
    case MemberKind::script_property: {
      if (member_scripts == nullptr) return no_scripts();
      auto* block = member.value.as<ScriptBlockObject>();
      if (block == nullptr) return Value::null();
      auto result = member_scripts->call(*block, object, {});
      if (result) return result->is_nothing() ? Value::null() : result.take();
      return script_failed("ScriptGetValueRuntimeException", "GetValueInvocationException",
                           fmt::format("Exception getting \"{}\"", member.name), result.error());
    }
    default: return member.value;
  }
}

Result<void> write_extended(const Value& object, const ExtendedMember& member, Value value) {
  if (read_depth >= kMaxReadDepth) return too_deep(member);
  const DepthGuard depth;
  switch (member.kind) {
    case MemberKind::note: {
      // Found through a const table; the object that owns it may change it.
      const_cast<ExtendedMember&>(member).value = std::move(value);
      return {};
    }
    case MemberKind::alias: {
      const std::string target = to_string(member.value);
      if (const ExtendedMember* other = find_extended(object, target)) {
        return write_extended(object, *other, std::move(value));
      }
      auto* record = object.as<RecordObject>();
      if (record == nullptr || record->find(target) == nullptr) return not_settable(member);
      record->set(target, std::move(value));
      return {};
    }
    case MemberKind::script_property: {
      auto* block = member.second.as<ScriptBlockObject>();
      if (block == nullptr) return not_settable(member);
      if (member_scripts == nullptr) return no_scripts();
      const auto done = member_scripts->call(*block, object, std::span<const Value>(&value, 1));
      if (done) return {};
      return script_failed("ScriptSetValueRuntimeException", "SetValueInvocationException",
                           fmt::format("Exception setting \"{}\"", member.name), done.error());
    }
    default: return not_settable(member);
  }
}

std::optional<Result<Value>> call_extended(const Value& object, std::string_view name,
                                           std::span<const Value> arguments) {
  const ExtendedMember* member = find_extended(object, name);
  if (member == nullptr || member->kind != MemberKind::script_method) return std::nullopt;
  auto* block = member->value.as<ScriptBlockObject>();
  if (block == nullptr || member_scripts == nullptr) return Result<Value>(no_scripts());
  if (read_depth >= kMaxReadDepth) return Result<Value>(too_deep(*member));
  const DepthGuard depth;
  auto result = member_scripts->call(*block, object, arguments);
  if (result) return result;
  return Result<Value>(
      script_failed("ScriptMethodRuntimeException", "MethodInvocationException",
                    fmt::format("Exception calling \"{}\" with \"{}\" argument(s)", name, arguments.size()),
                    result.error()));
}

void add_extended(HeapObject& object, ExtendedMember member) {
  Extension& extension = extend(object);
  for (ExtendedMember& known : extension.members) {
    if (!equal_names(known.name, member.name)) continue;
    known = std::move(member);
    return;
  }
  extension.members.push_back(std::move(member));
}

bool remove_extended(HeapObject& object, std::string_view name) {
  const auto found = extensions.find(&object);
  if (found == extensions.end()) return false;
  return std::erase_if(found->second.members,
                       [&](const ExtendedMember& member) { return equal_names(member.name, name); }) > 0;
}

void add_type_name(const Value& object, std::string name) {
  std::vector<std::string> names = type_names(object);
  names.insert(names.begin(), std::move(name));
  set_type_names(object, std::move(names));
}

void set_type_names(const Value& object, std::vector<std::string> names) {
  if (auto* record = object.as<RecordObject>()) {
    record->type_names = std::move(names);
  } else if (object.kind() == Value::Kind::object) {
    extend(*object.as_object()).type_names = std::move(names);
  }
}

void set_display_text(const Value& object, std::string text) {
  if (object.kind() == Value::Kind::object) extend(*object.as_object()).text = std::move(text);
}

const std::string* display_text(const Value& object) {
  const Extension* extension = extension_of(object);
  return extension == nullptr || !extension->text ? nullptr : &*extension->text;
}

TypeData& type_data(std::string_view type_name) {
  any_type_data = true;
  TypeData& data = types_by_name[to_lower(type_name)];
  if (data.type_name.empty()) data.type_name = type_name;
  return data;
}

TypeData* find_type_data(std::string_view type_name) {
  if (!any_type_data) return nullptr;
  const auto found = types_by_name.find(to_lower(type_name));
  return found == types_by_name.end() ? nullptr : &found->second;
}

std::vector<const TypeData*> all_type_data() {
  std::vector<const TypeData*> all;
  for (const auto& [name, data] : types_by_name) all.push_back(&data);
  return all;
}

void remove_type_data(std::string_view type_name) { types_by_name.erase(to_lower(type_name)); }

std::vector<std::string> display_properties(const Value& object) {
  // The member set PSStandardMembers with a property set DefaultDisplayPropertySet in it.
  if (const ExtendedMember* standard = find_extended(object, "PSStandardMembers")) {
    for (const Value& item : to_items(standard->value)) {
      const auto name = get_property(item, "Name");
      const auto referenced = get_property(item, "ReferencedPropertyNames");
      if (!name || !*name || !referenced || !*referenced) continue;
      if (!equal_names(to_string(**name), "DefaultDisplayPropertySet")) continue;
      std::vector<std::string> names;
      for (const Value& one : to_items(**referenced)) names.push_back(to_string(one));
      return names;
    }
  }
  if (!any_type_data) return {};
  for (const std::string& type : type_names(object)) {
    if (const TypeData* data = find_type_data(type); data != nullptr && !data->display.empty()) {
      return data->display;
    }
  }
  return {};
}

}  // namespace hvsh
