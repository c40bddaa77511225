#pragma once
// How a .NET type is declared, once: its names, bases, members and conversion. Finding members, choosing
// among overloads, converting arguments, error texts, Get-Member and docs/dotnet.md all follow from the
// declaration.
//
//   constexpr Member kVersion[] = {
//       {"new(int major, int minor)", [](const Call& c) -> Result<Value> { ... }},
//       {"int Major", core_property},                                      // core reads it
//       {"static Version Parse(string input)", parse},
//       {"string Title", get_title, set_title},                            // may be assigned
//   };
//   constexpr Type kTypes[] = {{.info = &types::Version, .names = "version", .members = kVersion}};
//
// A declaration's text is C#'s, with PowerShell's names of types: `params object[] args` takes what is left,
// `ref int result` wants [ref], `scriptblock` stands for every delegate, T and K for a generic type's
// arguments. A function gets its arguments converted to what the text says. The getters of instance
// properties, and ToString(), may be called without an interpreter.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/object.h"
#include "shell/eval/types.h"

namespace hvsh::shell {

class Interpreter;

struct Call {
  Interpreter* interpreter;
  const Value& self;  // null for a static member
  std::span<const Value> arguments;
  const TypeRef* type = nullptr;  // whose member it is; null where core reads a property

  const Value& at(size_t index) const { return arguments[index]; }
  size_t count() const { return arguments.size(); }
  Interpreter& shell() const { return *interpreter; }
  // Arguments of a declared type; null text is empty.
  std::string text(size_t index) const;
  int64_t integer(size_t index) const;
  double real(size_t index) const;
  bool flag(size_t index) const;
  char16_t character(size_t index) const;
  bool given(size_t index) const { return index < count() && !at(index).is_null(); }
};

namespace dotnet {

using Function = Result<Value> (*)(const Call& call);

struct Member {
  std::string_view text;        // the declaration
  Function function = nullptr;  // of a method or constructor; the getter of a property
  Function set = nullptr;       // gets the value as its one argument
};

// The getter of what core reads itself (core/property.cpp).
Result<Value> core_property(const Call& call);

struct Type {
  const TypeInfo* info;
  std::string_view names = {};  // accelerators, and other spellings than the full name: "int, int32"
  std::span<const Member> members = {};
  std::span<const Member> shared = {};  // members that several types have alike
  ConvertFunction convert = nullptr;    // [type]value; nullptr: by Parse, constructor or properties
  std::string_view interfaces = {};     // full names
  const EnumInfo* enumeration = nullptr;
  uint8_t generic = 0;  // number of type arguments
  bool is_value = false;
  bool is_interface = false;
  bool is_noun = false;  // the members of a noun, which is found by its name
};

// All declared types, by group; each group is one file.
std::span<const std::span<const Type>> groups();
const Type* declared(const TypeInfo& info);
const Type* find_declared(std::string_view name);  // full name, without "System.", or one of its names

const Type* find_by_short_name(std::string_view name);  // "RegexOptions": as declarations may write it

// The member of that name without parentheses, of the type or one of its bases.
const Member* find_property(const TypeInfo& info, std::string_view name);
std::vector<std::string_view> property_names(const TypeInfo& info);

// An object of a declared type with a state of its own.
class AnyInstance : public DeclaredObject {
 public:
  explicit AnyInstance(const TypeInfo& type) : type_(&type) {}
  const TypeInfo& type() const override { return *type_; }
  std::optional<Result<Value>> property(std::string_view name) const override;
  std::vector<std::string_view> property_names() const override { return dotnet::property_names(*type_); }
  std::string display() const override;

 private:
  const TypeInfo* type_;
};
template <class T>
class Instance final : public AnyInstance {
 public:
  Instance(const TypeInfo& type, T state) : AnyInstance(type), state(std::move(state)) {}
  T state;
};
template <class T>
Value instance(const TypeInfo& type, T state) {
  return Value::object(make<Instance<T>>(type, std::move(state)));
}
// The state of an object that is known to be of that class.
template <class T>
T& state_of(const Value& value) {
  return static_cast<Instance<T>*>(value.as_object())->state;
}
template <class T>
T* state_cast(const Value& value) {
  auto* object = value.as<Instance<T>>();
  return object == nullptr ? nullptr : &object->state;
}

// What members return.
inline Value text(std::string value) { return Value::string(std::move(value)); }
inline Value number(int64_t value) { return Value::integer(value); }
inline Value long_number(int64_t value) { return Value::integer(value, IntType::i64); }
inline Value truth(bool value) { return Value::boolean(value); }
Value text_array(std::vector<std::string> items);
Value typed_array(std::vector<Value> items, const TypeInfo& element);
Value byte_array(std::string_view bytes);
Result<std::string> bytes_of(const Value& value);  // of byte[], or anything that converts item by item

// What a .NET method throws: "ArgumentException" (of System), or a full name.
Error thrown(std::string_view exception, std::string message);
Error out_of_range(std::string_view parameter, std::string_view message);
// A member or type that Linux, or hvsh, cannot offer: PlatformNotSupportedException.
Error not_supported(std::string_view what, std::string_view instead);
// From errno on a path: FileNotFoundException and its kin, with .NET's text.
Error io_error(std::string_view path, int code);
// An error that nobody reads: the interpreter's pending state says what happened.
Error stopped();

// Calls a script block that stands for a delegate. An Error: it stopped.
Result<Value> call_delegate(const Call& call, const Value& block, std::span<const Value> arguments);

}  // namespace dotnet
}  // namespace hvsh::shell
