#pragma once
// Value: what a script handles. 16 bytes; numbers, dates and enumeration values are inside it, everything
// else is a shared, reference-counted HeapObject.
//
// An interpreter is an isolate: reference counts are plain integers, so a Value never crosses threads (what
// crosses is copied). `null` is an object ($null); `nothing` is the result of a statement that produced no
// output.
#include <cassert>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/date_time.h"
#include "core/guid.h"
#include "core/result.h"
#include "core/type_info.h"

namespace hvsh {

class Value;

// What a heap object is, for switches; the C++ class that carries it stands behind each.
enum class ObjectKind : uint8_t {
  string,        // StringObject
  array,         // ArrayObject: object[] and typed arrays (fixed length)
  list,          // ListObject: ArrayList, List<T> (growing)
  map,           // MapObject: hashtable, [ordered]
  record,        // RecordObject: PSCustomObject
  noun,          // NounObject<T>: a declared typed object
  decimal,       // DecimalObject
  guid,          // GuidObject
  version,       // VersionObject
  script_block,  // implemented by the shell
  error_record,  // ErrorRecordObject
  type,          // TypeObject: [int]
  declared,      // DeclaredObject: a .NET object that a table outside of core describes
  other,         // anything that only knows its own TypeInfo (format objects, shell internals)
};

class HeapObject {
 public:
  HeapObject(const HeapObject&) = delete;
  HeapObject& operator=(const HeapObject&) = delete;
  virtual ~HeapObject() {
    if (extended_) drop_extension();
  }

  ObjectKind kind() const { return kind_; }
  virtual const TypeInfo& type() const = 0;

  // How many hold it. Whoever is the only one may change in place what looks immutable from outside.
  uint32_t references() const { return references_; }
  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }
  // Whether scripts added members to it (core/extended_members.h), which die with it.
  bool is_extended() const { return extended_; }
  void set_extended() { extended_ = true; }

 protected:
  explicit HeapObject(ObjectKind kind) : kind_(kind) {}

 private:
  void drop_extension();
  uint32_t references_ = 0;
  ObjectKind kind_;
  bool extended_ = false;
};

// Shared pointer to a heap object of a known class.
template <class T>
class Ref {
 public:
  Ref() = default;
  explicit Ref(T* object) : object_(object) {
    if (object_ != nullptr) object_->retain();
  }
  Ref(const Ref& other) : Ref(other.object_) {}
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_ != nullptr) object_->release();
  }
  T* get() const { return object_; }
  T* operator->() const { return object_; }
  T& operator*() const { return *object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  T* object_ = nullptr;
};

template <class T, class... Args>
Ref<T> make(Args&&... args) {
  return Ref<T>(new T(std::forward<Args>(args)...));
}

enum class IntType : uint8_t { i8, u8, i16, u16, i32, u32, i64, u64 };

class Value {
 public:
  enum class Kind : uint8_t {
    nothing,
    null,
    boolean,
    character,
    integer,
    real,
    date_time,
    time_span,
    enumeration,
    object
  };

  Value() : kind_(Kind::null), integer_(0) {}
  Value(const Value& other)
      : kind_(other.kind_), sub_(other.sub_), aux_(other.aux_), integer_(other.integer_) {
    if (kind_ == Kind::object) object_->retain();
  }
  Value(Value&& other) noexcept
      : kind_(other.kind_), sub_(other.sub_), aux_(other.aux_), integer_(other.integer_) {
    other.kind_ = Kind::null;
  }
  Value& operator=(Value other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(sub_, other.sub_);
    std::swap(aux_, other.aux_);
    std::swap(integer_, other.integer_);
    return *this;
  }
// GCC 12 takes the unused pointer of a null that was moved or stands in a list for one that is released here.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnonnull"
  ~Value() {
    if (kind_ == Kind::object) object_->release();
  }
#pragma GCC diagnostic pop

  static Value nothing() { return Value(Kind::nothing, 0); }
  static Value null() { return {}; }
  static Value boolean(bool value) { return Value(Kind::boolean, value ? 1 : 0); }
  static Value character(char16_t value) { return Value(Kind::character, value); }
  // `value` holds the number's bits; for u64 above the range of int64 it is the same 64 bits.
  static Value integer(int64_t value, IntType type = IntType::i32) {
    Value result(Kind::integer, value);
    result.sub_ = static_cast<uint8_t>(type);
    return result;
  }
  static Value real(double value) {
    Value result(Kind::real, 0);
    result.real_ = value;
    return result;
  }
  static Value date_time(DateTime value) {
    Value result(Kind::date_time, value.ticks);
    result.sub_ = static_cast<uint8_t>(value.kind);
    return result;
  }
  static Value time_span(TimeSpan value) { return Value(Kind::time_span, value.ticks); }
  static Value enumeration(const EnumInfo& info, int32_t number) {
    Value result(Kind::enumeration, 0);
    result.enum_ = &info;
    result.aux_ = static_cast<uint32_t>(number);
    return result;
  }
  static Value object(HeapObject* object) {
    assert(object != nullptr);
    Value result(Kind::object, 0);
    result.object_ = object;
    object->retain();
    return result;
  }
  template <class T>
  static Value object(const Ref<T>& ref) {
    return ref ? object(ref.get()) : null();
  }
  static Value string(std::string&& text);
  static Value string(const std::string& text) { return string(std::string_view(text)); }
  static Value string(std::string_view text);
  static Value string(const char* text) { return string(std::string_view(text)); }
  static Value array(std::vector<Value> items);  // object[]
  static Value guid(const Guid& guid);

  Kind kind() const { return kind_; }
  bool is_nothing() const { return kind_ == Kind::nothing; }
  bool is_null() const { return kind_ == Kind::null || kind_ == Kind::nothing; }
  bool is_object(ObjectKind kind) const { return kind_ == Kind::object && object_->kind() == kind; }
  bool is_string() const { return is_object(ObjectKind::string); }

  bool as_bool() const {
    assert(kind_ == Kind::boolean);
    return integer_ != 0;
  }
  int64_t as_int() const {
    assert(kind_ == Kind::integer);
    return integer_;
  }
  IntType int_type() const {
    assert(kind_ == Kind::integer);
    return static_cast<IntType>(sub_);
  }
  double as_real() const {
    assert(kind_ == Kind::real);
    return real_;
  }
  char16_t as_char() const {
    assert(kind_ == Kind::character);
    return static_cast<char16_t>(integer_);
  }
  DateTime as_date_time() const {
    assert(kind_ == Kind::date_time);
    return {integer_, static_cast<DateTime::Kind>(sub_)};
  }
  TimeSpan as_time_span() const {
    assert(kind_ == Kind::time_span);
    return {integer_};
  }
  const EnumInfo& enum_info() const {
    assert(kind_ == Kind::enumeration);
    return *enum_;
  }
  int32_t enum_number() const {
    assert(kind_ == Kind::enumeration);
    return static_cast<int32_t>(aux_);
  }
  HeapObject* as_object() const {
    assert(kind_ == Kind::object);
    return object_;
  }
  std::string_view as_string() const;  // requires is_string()

  // The heap object as T when it is one (by dynamic type), else nullptr.
  template <class T>
  T* as() const {
    return kind_ == Kind::object ? dynamic_cast<T*>(object_) : nullptr;
  }

  // The type as `.GetType()` reports it; null and nothing have none, so System.Object stands for them.
  const TypeInfo& type() const;

 private:
  Value(Kind kind, int64_t integer) : kind_(kind), integer_(integer) {}

  Kind kind_;
  uint8_t sub_ = 0;
  uint32_t aux_ = 0;
  union {
    int64_t integer_;
    double real_;
    const EnumInfo* enum_;
    HeapObject* object_;
  };
};
static_assert(sizeof(Value) == 16);

}  // namespace hvsh
