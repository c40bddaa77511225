#include "shell/dotnet/declare.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <unordered_map>

#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

std::string Call::text(size_t index) const { return given(index) ? to_string(at(index)) : std::string(); }
int64_t Call::integer(size_t index) const {
  const Value& value = at(index);
  if (value.kind() == Value::Kind::integer) return value.as_int();
  auto number = to_integer(value, IntType::i64);
  return number ? number->as_int() : 0;
}
double Call::real(size_t index) const {
  auto number = to_double(at(index));
  return number ? *number : 0;
}
bool Call::flag(size_t index) const { return given(index) && to_bool(at(index)); }
char16_t Call::character(size_t index) const {
  return at(index).kind() == Value::Kind::character ? at(index).as_char() : u'\0';
}

namespace dotnet {

namespace {

// The name of a property's declaration: its last word. Empty for methods and static members.
std::string_view property_name(const Member& member) {
  if (member.text.find('(') != std::string_view::npos || member.text.starts_with("static ")) return {};
  return member.text.substr(member.text.rfind(' ') + 1);
}

template <class Visit>
void each_member(const TypeInfo& info, Visit visit) {
  for (const TypeInfo* type = &info; type != nullptr; type = type->base) {
    const Type* declaration = declared(*type);
    if (declaration == nullptr) continue;
    for (const Member& member : declaration->members) {
      if (visit(member)) return;
    }
    for (const Member& member : declaration->shared) {
      if (visit(member)) return;
    }
  }
}

bool names_type(std::string_view wanted, const Type& type) {
  std::string_view full = type.info->name;
  if (equal_ascii(wanted, full)) return true;
  constexpr std::string_view kSystem = "System.";
  if (full.starts_with(kSystem) && equal_ascii(wanted, full.substr(kSystem.size()))) return true;
  for (std::string_view names = type.names; !names.empty();) {
    const size_t comma = names.find(", ");
    if (equal_ascii(wanted, names.substr(0, comma))) return true;
    if (comma == std::string_view::npos) break;
    names.remove_prefix(comma + 2);
  }
  return false;
}

}  // namespace

const Type* declared(const TypeInfo& info) {
  static thread_local std::unordered_map<const TypeInfo*, const Type*> by_info;
  if (by_info.empty()) {
    for (const auto& group : groups()) {
      for (const Type& type : group) by_info.emplace(type.info, &type);
    }
  }
  const auto found = by_info.find(&info);
  return found == by_info.end() ? nullptr : found->second;
}

const Type* find_declared(std::string_view name) {
  for (const auto& group : groups()) {
    for (const Type& type : group) {
      if (names_type(name, type)) return &type;
    }
  }
  return nullptr;
}

const Type* find_by_short_name(std::string_view name) {
  for (const auto& group : groups()) {
    for (const Type& type : group) {
      if (type.info->short_name == name) return &type;
    }
  }
  return nullptr;
}

const Member* find_property(const TypeInfo& info, std::string_view name) {
  const Member* found = nullptr;
  each_member(info, [&](const Member& member) {
    if (!equal_names(property_name(member), name)) return false;
    found = &member;
    return true;
  });
  return found;
}

std::vector<std::string_view> property_names(const TypeInfo& info) {
  std::vector<std::string_view> names;
  each_member(info, [&](const Member& member) {
    if (const std::string_view name = property_name(member); !name.empty()) names.push_back(name);
    return false;
  });
  return names;
}

std::optional<Result<Value>> AnyInstance::property(std::string_view name) const {
  const Member* member = find_property(*type_, name);
  if (member == nullptr) return std::nullopt;
  const Value self = Value::object(const_cast<AnyInstance*>(this));  // the count of references changes
  return member->function({nullptr, self, {}});
}

std::string AnyInstance::display() const {
  std::string shown(type_->name);
  each_member(*type_, [&](const Member& member) {
    if (member.text != "string ToString()") return false;
    const Value self = Value::object(const_cast<AnyInstance*>(this));
    if (auto made = member.function({nullptr, self, {}})) shown = to_string(*made);
    return true;
  });
  return shown;
}

Result<Value> core_property(const Call&) { return Value::null(); }

Value text_array(std::vector<std::string> items) {
  std::vector<Value> values;
  values.reserve(items.size());
  for (std::string& item : items) values.push_back(text(std::move(item)));
  return typed_array(std::move(values), types::String);
}

Value typed_array(std::vector<Value> items, const TypeInfo& element) {
  return Value::object(make<ArrayObject>(std::move(items), &element));
}

Value byte_array(std::string_view bytes) {
  std::vector<Value> items;
  items.reserve(bytes.size());
  for (const char c : bytes) items.push_back(Value::integer(static_cast<uint8_t>(c), IntType::u8));
  return typed_array(std::move(items), types::Byte);
}

Result<std::string> bytes_of(const Value& value) {
  std::string bytes;
  for (const Value& item : to_items(value)) {
    HVSH_TRY(Value byte, to_integer(item, IntType::u8));
    bytes += static_cast<char>(byte.as_int());
  }
  return bytes;
}

Error thrown(std::string_view exception, std::string message) {
  std::string full(exception);
  if (full.find('.') == std::string::npos) full.insert(0, "System.");
  return {.id = full.substr(full.rfind('.') + 1),
          .category = ErrorCategory::NotSpecified,
          .message = std::move(message),
          .exception = std::move(full)};
}

Error out_of_range(std::string_view parameter, std::string_view message) {
  return thrown("ArgumentOutOfRangeException", fmt::format("{} (Parameter '{}')", message, parameter));
}

Error not_supported(std::string_view what, std::string_view instead) {
  Error error = thrown("PlatformNotSupportedException", fmt::format("{} is not supported here.", what));
  error.hint = instead;
  return error;
}

Error io_error(std::string_view path, int code) {
  switch (code) {
    case ENOENT:
      return thrown("System.IO.FileNotFoundException", fmt::format("Could not find file '{}'.", path));
    case ENOTDIR:
      return thrown("System.IO.DirectoryNotFoundException",
                    fmt::format("Could not find a part of the path '{}'.", path));
    case EACCES:
    case EPERM:
    case EISDIR:
    case EROFS:
      return thrown("UnauthorizedAccessException", fmt::format("Access to the path '{}' is denied.", path));
    case EEXIST: return thrown("System.IO.IOException", fmt::format("The file '{}' already exists.", path));
    case ENOTEMPTY: return thrown("System.IO.IOException", fmt::format("Directory not empty : '{}'", path));
    default: return thrown("System.IO.IOException", fmt::format("{} : '{}'", std::strerror(code), path));
  }
}

Error stopped() { return {.id = "Stopped", .message = "The script block stopped."}; }

Result<Value> call_delegate(const Call& call, const Value& block, std::span<const Value> arguments) {
  auto* script = block.as<ShellScriptBlock>();
  if (script == nullptr)
    return thrown("ArgumentNullException", "Value cannot be null. (Parameter 'delegate')");
  CollectSink sink;
  const Value input = arguments.empty() ? Value::null() : arguments[0];
  if (call.shell().call_block(*script, arguments, input, ScopeMode::child, sink) == Flow::stopped)
    return stopped();
  return sink.take_value();
}

}  // namespace dotnet
}  // namespace hvsh::shell
