#pragma once
// The heap objects that core knows, and one way to read any object's properties.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/value.h"

namespace hvsh {

// Property and key names compare without regard to ASCII case everywhere.
bool equal_names(std::string_view a, std::string_view b);
size_t hash_name(std::string_view name);

// UTF-8 text, immutable, shared. Indexes that scripts see count UTF-16 units (as .NET does); for ASCII they
// are bytes. The text lies behind the object, in one allocation: a table of 400,000 rows is half as large.
class StringObject final : public HeapObject {
 public:
  static Ref<StringObject> make(std::string_view text);
  static Ref<StringObject> make(std::string&& text);  // a long one is taken over as it is
  ~StringObject() override;
  static void operator delete(void* memory) { ::operator delete(memory); }

  const TypeInfo& type() const override { return types::String; }
  std::string_view text() const {
    return size_ <= kMostInline ? std::string_view(reinterpret_cast<const char*>(this + 1), size_)
                                : *long_text();
  }
  bool is_ascii() const { return ascii_; }
  size_t utf16_length() const;
  // Puts more text behind it, in place: only where nobody else can see it. False: it is a short one.
  bool append(std::string_view more);

 private:
  static constexpr size_t kMostInline = 1024;
  explicit StringObject(std::string_view text);
  const std::string* long_text() const { return reinterpret_cast<const std::string*>(this + 1); }

  bool ascii_;
  size_t size_;
};

// object[] (or T[], when element_type is set): shared by reference, as in .NET.
class ArrayObject final : public HeapObject {
 public:
  explicit ArrayObject(std::vector<Value> items, const TypeInfo* element = nullptr)
      : HeapObject(ObjectKind::array), items(std::move(items)), element_type(element) {}
  const TypeInfo& type() const override { return types::Array; }
  std::vector<Value> items;
  const TypeInfo* element_type;  // nullptr: Object
};

// A growing list: System.Collections.ArrayList, List<T>, Queue, MatchCollection ...; which one is its
// TypeInfo.
class ListObject : public HeapObject {
 public:
  explicit ListObject(const TypeInfo& type) : HeapObject(ObjectKind::list), type_(&type) {}
  const TypeInfo& type() const override { return *type_; }
  std::vector<Value> items;

 private:
  const TypeInfo* type_;
};

// How a map finds and keeps its keys.
struct MapRules {
  bool exact_case = false;  // text keys tell case apart, as in Dictionary<K,V>
  bool sorted = false;      // entries are kept in the order of their keys: SortedList, SortedDictionary
};

// @{}, [ordered]@{} and .NET's other dictionaries: keys are Values; string keys compare without case unless
// its rules say otherwise. Entries stay in insertion order, so that output is deterministic; Hashtable's own
// order is unspecified in .NET.
class MapObject final : public HeapObject {
 public:
  explicit MapObject(bool ordered)
      : HeapObject(ObjectKind::map), type_(ordered ? &types::OrderedDictionary : &types::Hashtable) {}
  MapObject(const TypeInfo& type, MapRules rules)
      : HeapObject(ObjectKind::map), type_(&type), rules_(rules) {}
  const TypeInfo& type() const override { return *type_; }
  bool ordered() const { return type_ == &types::OrderedDictionary; }
  MapRules rules() const { return rules_; }

  size_t size() const { return entries_.size(); }
  const std::vector<std::pair<Value, Value>>& entries() const { return entries_; }
  const Value* find(const Value& key) const;  // nullptr when absent; valid until the map changes
  const Value* find(std::string_view key) const;
  void set(const Value& key, Value value);
  void set(std::string_view key, Value value) { set(Value::string(key), std::move(value)); }
  void insert(size_t index, const Value& key, Value value);  // the key must be new; index <= size()
  bool remove(const Value& key);
  void clear();

 private:
  size_t index_of(const Value& key) const;
  void insert_at(size_t index, const Value& key, Value value);
  void reindex();
  const TypeInfo* type_;
  MapRules rules_;
  std::vector<std::pair<Value, Value>> entries_;
  std::unordered_multimap<size_t, size_t> index_;  // hash -> position; built above a handful of entries
};

// The names of a record's properties, in order, shared by all records that were made alike.
class Shape {
 public:
  using Pointer = std::shared_ptr<const Shape>;
  static Pointer empty();
  // The shape with one more name; the same pointer for the same path, so records made by one loop share
  // theirs.
  static Pointer extend(const Pointer& shape, std::string_view name);

  size_t size() const { return names_.size(); }
  const std::string& name(size_t index) const { return names_[index]; }
  std::optional<size_t> find(std::string_view name) const;
  // A number that no other shape of this thread ever has: whoever looked a name up may remember where it
  // stands in this shape.
  uint32_t id() const { return id_; }

  Shape();

 private:
  uint32_t id_;
  std::vector<std::string> names_;
  Pointer parent_;  // kept alive, so that the path to a shape that is in use is found again
  mutable std::vector<std::weak_ptr<const Shape>> children_;
};

// Names of types that a script or cmdlet gave an object, most derived first. Copies share them.
class TypeNames {
 public:
  TypeNames() = default;
  TypeNames(std::vector<std::string> names)  // NOLINT(google-explicit-constructor)
      : names_(names.empty() ? nullptr : std::make_shared<const std::vector<std::string>>(std::move(names))) {
  }
  TypeNames(std::initializer_list<std::string> names) : TypeNames(std::vector<std::string>(names)) {}
  operator const std::vector<std::string>&() const {  // NOLINT(google-explicit-constructor)
    static const std::vector<std::string> kNone;
    return names_ ? *names_ : kNone;
  }
  bool empty() const { return names_ == nullptr; }
  const std::string& operator[](size_t index) const { return (*names_)[index]; }

 private:
  std::shared_ptr<const std::vector<std::string>> names_;
};

// PSCustomObject: a property bag.
class RecordObject final : public HeapObject {
 public:
  RecordObject() : HeapObject(ObjectKind::record), shape_(Shape::empty()) {}
  // A value for each name of the shape.
  RecordObject(Shape::Pointer shape, std::vector<Value> values)
      : HeapObject(ObjectKind::record), shape_(std::move(shape)), values_(std::move(values)) {}
  const TypeInfo& type() const override { return types::PSCustomObject; }

  const Shape& shape() const { return *shape_; }
  const Shape::Pointer& shape_pointer() const { return shape_; }
  const std::vector<Value>& values() const { return values_; }
  const Value* find(std::string_view name) const;
  void set(std::string_view name, Value value);  // replaces or appends
  bool remove(std::string_view name);

  // Type names set by scripts (PSTypeName, Selected.X, Deserialized.X); empty: the default ones.
  TypeNames type_names;

 private:
  Shape::Pointer shape_;
  std::vector<Value> values_;
};

class GuidObject final : public HeapObject {
 public:
  explicit GuidObject(const Guid& value) : HeapObject(ObjectKind::guid), value(value) {}
  const TypeInfo& type() const override { return types::Guid; }
  const Guid value;
};

// System.Version; parts that were not given are -1.
struct Version {
  int major = 0, minor = 0, build = -1, revision = -1;
  static std::optional<Version> parse(std::string_view text);
  std::string to_string() const;
  friend constexpr auto operator<=>(const Version&, const Version&) = default;
};

class VersionObject final : public HeapObject {
 public:
  explicit VersionObject(Version value) : HeapObject(ObjectKind::version), value(value) {}
  const TypeInfo& type() const override { return types::Version; }
  const Version value;
};

// System.Decimal: 96-bit magnitude and a scale 0..28.
struct Decimal {
  unsigned __int128 magnitude = 0;
  uint8_t scale = 0;
  bool negative = false;
};

class DecimalObject final : public HeapObject {
 public:
  explicit DecimalObject(Decimal value) : HeapObject(ObjectKind::decimal), value(value) {}
  const TypeInfo& type() const override { return types::Decimal; }
  const Decimal value;
};

// What $Error, -ErrorVariable and catch blocks see.
class ErrorRecordObject final : public HeapObject {
 public:
  ErrorRecordObject(Error error, Value target)
      : HeapObject(ObjectKind::error_record), error(std::move(error)), target(std::move(target)) {}
  const TypeInfo& type() const override { return types::ErrorRecord; }
  Error error;
  Value target;
  Value exception;   // what `throw $object` threw, when it was not text
  Value invocation;  // InvocationInfo: made by the shell, which knows the sources; null outside of scripts
  std::string script_stack_trace;
};

// [int], [Microsoft.HyperV.PowerShell.VMState]: a type as a value.
class TypeObject final : public HeapObject {
 public:
  explicit TypeObject(const TypeInfo& described, const EnumInfo* enumeration = nullptr)
      : HeapObject(ObjectKind::type), described(&described), enumeration(enumeration) {}
  const TypeInfo& type() const override { return types::RuntimeType; }
  const TypeInfo* described;
  const EnumInfo* enumeration;  // set when it is an enumeration
};

// An object whose properties are declared outside of core: the shell's .NET types.
class DeclaredObject : public HeapObject {
 public:
  virtual std::optional<Result<Value>> property(std::string_view name) const = 0;
  virtual std::vector<std::string_view> property_names() const = 0;
  virtual std::string display() const = 0;  // what "$object" prints

 protected:
  DeclaredObject() : HeapObject(ObjectKind::declared) {}
};

// A property read from any object, whatever carries it.
struct PropertyView {
  std::string_view name;
  bool costly = false;  // a guest or network round trip: left out of default views and of bulk output
};

// Reads one property (declared, record member, map key, or intrinsic such as Length and Count). The 1 that
// the language answers for Count and Length of any single object is the evaluator's: no object has it.
// nullopt: the object has no such property. An Error: it has, but reading it failed.
std::optional<Result<Value>> get_property(const Value& object, std::string_view name);

// The names of an object's own properties, in declared order (what Format-List * and ConvertTo-Json show).
std::vector<PropertyView> list_properties(const Value& object);

// Type names, most derived first, as $object.PSTypeNames gives them.
std::vector<std::string> type_names(const Value& object);

}  // namespace hvsh
