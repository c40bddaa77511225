#pragma once
// Conversion of values as PowerShell does it (LanguagePrimitives' order of steps; engine-visible rules only).
//
// Numbers convert to text without regard to culture. Text to an enumeration: exact name, name without case,
// unique prefix; comma lists for flags. "False" is true, an empty string is false. All functions are pure.
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/object.h"
#include "core/value.h"

namespace hvsh {

bool to_bool(const Value& value);
std::string real_to_string(double value);  // shortest text that reads back the same: 0.1, 1E+20, -5E-324
// A number as text may spell it: sign, thousands commas, fraction, exponent, 0x hexadecimal, and the
// multipliers kb mb gb tb pb. The value is int, long or double. nullopt: not a number.
std::optional<Value> parse_number(std::string_view text);
std::string to_string(const Value& value);  // as "$value" shows it: arrays join with a space, null is empty
std::string to_string(
    const TypeInfo& type);  // as "[int]" shows it: short where the language has a short name
Result<Value> to_integer(const Value& value, IntType type);
Result<double> to_double(const Value& value);
Result<Value> to_enum(const Value& value, const EnumInfo& info);
Result<DateTime> to_date_time(const Value& value);
Result<TimeSpan> to_time_span(const Value& value);
Result<Guid> to_guid(const Value& value);
Result<Version> to_version(const Value& value);

// The items that `value` stands for where a collection is wanted: of an array or list its items, of null
// none, of anything else itself.
std::vector<Value> to_items(const Value& value);

// How the binder may convert one argument. Pipeline binding tries without coercion first
// (engine-semantics 1.1 B).
enum class Coercion : uint8_t { none, full };

// "Cannot convert value "x" to type "System.Int32". ..." with PowerShell's id and category.
Error conversion_error(const Value& value, std::string_view type_name, std::string_view why = {});

// A switch parameter: present or not, and -Name:$false.
struct Switch {
  bool on = false;
  explicit operator bool() const { return on; }
};

// A .NET object of a declared noun, as a parameter: Object<VirtualMachine>. See core/noun.h.
template <class T>
class NounObject;
template <class T>
using Object = Ref<NounObject<T>>;

// Traits<T>: how a C++ type of a property or parameter meets Value. `type` is the type users see;
// `is_collection` says that arrays bind item by item; `from` converts an argument, `to` makes the value of a
// property.
template <class T>
struct Traits;

template <class T, IntType kType>
struct IntegerTraits {
  static constexpr bool is_collection = false;
  static constexpr bool is_switch = false;
  static Value to(T value) { return Value::integer(static_cast<int64_t>(value), kType); }
  static Result<T> from(const Value& value, Coercion coercion) {
    if (coercion == Coercion::none && !(value.kind() == Value::Kind::integer && value.int_type() == kType)) {
      return conversion_error(value, "integer");
    }
    HVSH_TRY(Value number, to_integer(value, kType));
    return static_cast<T>(number.as_int());
  }
};

template <>
struct Traits<int8_t> : IntegerTraits<int8_t, IntType::i8> {
  static constexpr const TypeInfo& type = types::SByte;
};
template <>
struct Traits<uint8_t> : IntegerTraits<uint8_t, IntType::u8> {
  static constexpr const TypeInfo& type = types::Byte;
};
template <>
struct Traits<int16_t> : IntegerTraits<int16_t, IntType::i16> {
  static constexpr const TypeInfo& type = types::Int16;
};
template <>
struct Traits<uint16_t> : IntegerTraits<uint16_t, IntType::u16> {
  static constexpr const TypeInfo& type = types::UInt16;
};
template <>
struct Traits<int32_t> : IntegerTraits<int32_t, IntType::i32> {
  static constexpr const TypeInfo& type = types::Int32;
};
template <>
struct Traits<uint32_t> : IntegerTraits<uint32_t, IntType::u32> {
  static constexpr const TypeInfo& type = types::UInt32;
};
template <>
struct Traits<int64_t> : IntegerTraits<int64_t, IntType::i64> {
  static constexpr const TypeInfo& type = types::Int64;
};
template <>
struct Traits<uint64_t> : IntegerTraits<uint64_t, IntType::u64> {
  static constexpr const TypeInfo& type = types::UInt64;
};

struct ScalarTraits {
  static constexpr bool is_collection = false;
  static constexpr bool is_switch = false;
};

template <>
struct Traits<bool> : ScalarTraits {
  static constexpr const TypeInfo& type = types::Bool;
  static Value to(bool value) { return Value::boolean(value); }
  static Result<bool> from(const Value& value, Coercion coercion);
};
template <>
struct Traits<Switch> {
  static constexpr const TypeInfo& type = types::SwitchParameter;
  static constexpr bool is_collection = false;
  static constexpr bool is_switch = true;
  static Result<Switch> from(const Value& value, Coercion coercion);
};
template <>
struct Traits<double> : ScalarTraits {
  static constexpr const TypeInfo& type = types::Double;
  static Value to(double value) { return Value::real(value); }
  static Result<double> from(const Value& value, Coercion coercion);
};
template <>
struct Traits<std::string> : ScalarTraits {
  static constexpr const TypeInfo& type = types::String;
  static Value to(const std::string& value) { return Value::string(value); }
  static Result<std::string> from(const Value& value, Coercion coercion);
};
template <>
struct Traits<Guid> : ScalarTraits {
  static constexpr const TypeInfo& type = types::Guid;
  static Value to(const Guid& value) { return Value::guid(value); }
  static Result<Guid> from(const Value& value, Coercion coercion);
};
template <>
struct Traits<Version> : ScalarTraits {
  static constexpr const TypeInfo& type = types::Version;
  static Value to(const Version& value) { return Value::object(make<VersionObject>(value)); }
  static Result<Version> from(const Value& value, Coercion coercion);
};
template <>
struct Traits<TimeSpan> : ScalarTraits {
  static constexpr const TypeInfo& type = types::TimeSpan;
  static Value to(TimeSpan value) { return Value::time_span(value); }
  static Result<TimeSpan> from(const Value& value, Coercion coercion);
};
template <>
struct Traits<DateTime> : ScalarTraits {
  static constexpr const TypeInfo& type = types::DateTime;
  static Value to(DateTime value) { return Value::date_time(value); }
  static Result<DateTime> from(const Value& value, Coercion coercion);
};
// Any object: nothing is converted.
template <>
struct Traits<Value> : ScalarTraits {
  static constexpr const TypeInfo& type = types::PSObject;
  static Value to(const Value& value) { return value; }
  static Result<Value> from(const Value& value, Coercion) { return value; }
};

template <class E>
requires std::is_enum_v<E>
struct Traits<E> : ScalarTraits {
  static constexpr const TypeInfo& type = EnumOf<E>::info.type;
  static Value to(E value) { return Value::enumeration(EnumOf<E>::info, static_cast<int32_t>(value)); }
  static Result<E> from(const Value& value, Coercion coercion) {
    const bool is_this = value.kind() == Value::Kind::enumeration && &value.enum_info() == &EnumOf<E>::info;
    if (coercion == Coercion::none && !is_this) return conversion_error(value, EnumOf<E>::info.type.name);
    HVSH_TRY(Value number, to_enum(value, EnumOf<E>::info));
    return static_cast<E>(number.enum_number());
  }
};

template <class T>
struct Traits<std::optional<T>> {
  static constexpr const TypeInfo& type = Traits<T>::type;
  static constexpr bool is_collection = Traits<T>::is_collection;
  static constexpr bool is_switch = Traits<T>::is_switch;
  static Value to(const std::optional<T>& value) { return value ? Traits<T>::to(*value) : Value::null(); }
  static Result<std::optional<T>> from(const Value& value, Coercion coercion) {
    HVSH_TRY(T item, Traits<T>::from(value, coercion));
    return std::optional<T>(std::move(item));
  }
};

template <class T>
struct Traits<std::vector<T>> {
  static constexpr const TypeInfo& type = Traits<T>::type;
  static constexpr bool is_collection = true;
  static constexpr bool is_switch = false;
  static Value to(const std::vector<T>& values) {
    std::vector<Value> items;
    items.reserve(values.size());
    for (const T& value : values) items.push_back(Traits<T>::to(value));
    return Value::object(make<ArrayObject>(std::move(items), &type));
  }
  static Result<std::vector<T>> from(const Value& value, Coercion coercion) {
    std::vector<T> items;
    for (const Value& item : to_items(value)) {
      HVSH_TRY(T converted, Traits<T>::from(item, coercion));
      items.push_back(std::move(converted));
    }
    return items;
  }
};

}  // namespace hvsh
