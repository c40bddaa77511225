#pragma once
// A noun, declared once: a plain struct, a constexpr table of its properties, and its default view.
//
//   struct VirtualMachine {
//     std::string name;
//     Result<VMState> state() const;                      // lives on the host: may refetch, may fail
//     static constexpr Prop kProps[] = {
//         prop<&VirtualMachine::name>("Name", "The machine's name."),
//         prop<&VirtualMachine::state>("State", "What the machine is doing."),
//     };
//     static constexpr Column kTable[] = {{"Name"}, {"State"}};
//     static constexpr Noun noun{.type = {"Microsoft.HyperV.PowerShell.VirtualMachine", "VirtualMachine"},
//                                .props = kProps, .table = kTable};
//     std::string display() const;                        // optional: what "$vm" prints
//   };
//
// From it come the default view, Select/Sort/Where by name, JSON and CSV keys, pipeline binding by property
// name, Get-Member and completion. Reading a property never changes the world; verbs do, and emit fresh
// objects.
#include <concepts>
#include <span>
#include <string>
#include <string_view>

#include "core/convert.h"
#include "core/object.h"

namespace hvsh {

enum class Cost : uint8_t { none, host_call, guest_round_trip };

// One declared property. `get` reads it from the struct inside a NounObject.
struct Prop {
  std::string_view name;
  std::string_view help;
  const TypeInfo* type = nullptr;
  bool is_collection = false;
  Cost cost = Cost::none;
  std::string_view alias_of = {};  // an alias property added by Windows' type data: VMName = Name
  Result<Value> (*get)(const void* self) = nullptr;
};

enum class Align : uint8_t { automatic, left, right };
enum class Unit : uint8_t {
  none,
  mebi,
  gibi
};  // the column divides the property by 1 MiB / 1 GiB, as "(M)" columns do

// One column of a default table. An empty label is the property's name.
struct Column {
  std::string_view property;
  std::string_view label = {};
  int width = 0;  // 0: as wide as its content
  Align align = Align::automatic;
  Unit unit = Unit::none;
  std::string_view null_text = {};
};

struct Noun {
  TypeInfo type;
  std::span<const Prop> props;
  std::span<const Column> table = {};              // empty: no table view
  std::span<const std::string_view> list = {};     // empty: a list of all properties
  std::string_view group_by = {};                  // property that groups the table
  std::string_view group_label = {};               // what stands before its value; empty: its name
  std::span<const std::string_view> aliases = {};  // further type names, as older modules spelled them

  const Prop* find(std::string_view name) const;  // without case; follows alias_of
};

// A heap object that is a noun, without knowing which.
class AnyNoun : public HeapObject {
 public:
  virtual const Noun& noun() const = 0;
  virtual const void* data() const = 0;
  virtual std::string display() const = 0;  // what "$object" prints
  const TypeInfo& type() const override { return noun().type; }

 protected:
  AnyNoun() : HeapObject(ObjectKind::noun) {}
};

template <class T>
class NounObject final : public AnyNoun {
 public:
  explicit NounObject(T value) : value(std::move(value)) {}
  const Noun& noun() const override { return T::noun; }
  const void* data() const override { return &value; }
  std::string display() const override {
    if constexpr (requires {
                    { value.display() } -> std::convertible_to<std::string>;
                  }) {
      return value.display();
    } else {
      return std::string(T::noun.type.name);
    }
  }
  T value;
};

// Makes the Value that a cmdlet writes.
template <class T>
Value noun_value(T value) {
  return Value::object(make<NounObject<T>>(std::move(value)));
}
// The struct inside, or nullptr when `value` is not that noun.
template <class T>
const T* noun_cast(const Value& value) {
  auto* object = value.as<NounObject<T>>();
  return object == nullptr ? nullptr : &object->value;
}

template <class T>
struct Traits<Ref<NounObject<T>>> : ScalarTraits {
  static constexpr const TypeInfo& type = T::noun.type;
  static Value to(const Object<T>& value) { return Value::object(value); }
  static Result<Object<T>> from(const Value& value, Coercion) {
    if (auto* object = value.as<NounObject<T>>()) return Object<T>(object);
    return conversion_error(value, T::noun.type.name);
  }
};

// A property that holds another noun by value: its struct is wrapped when read.
template <class T>
concept NounStruct = requires {
  { T::noun } -> std::convertible_to<const Noun&>;
};
template <NounStruct T>
struct Traits<T> : ScalarTraits {
  static constexpr const TypeInfo& type = T::noun.type;
  static Value to(const T& value) { return noun_value(value); }
};

struct PropOptions {
  Cost cost = Cost::none;
};

namespace detail {

template <class M>
struct MemberOf;
template <class C, class T>
struct MemberOf<T C::*> {
  using Class = C;
  using Type = T;
};
template <class C, class T>
struct MemberOf<T (C::*)() const> {
  using Class = C;
  using Type = T;
};
template <class T>
struct Unwrap {
  using Type = T;
};
template <class T>
struct Unwrap<Result<T>> {
  using Type = T;
};

template <auto Member>
Result<Value> read_property(const void* self) {
  using Class = typename MemberOf<decltype(Member)>::Class;
  using Type = typename MemberOf<decltype(Member)>::Type;
  const Class& object = *static_cast<const Class*>(self);
  if constexpr (std::is_member_function_pointer_v<decltype(Member)>) {
    if constexpr (std::is_same_v<Type, typename Unwrap<Type>::Type>) {
      return Traits<Type>::to((object.*Member)());
    } else {
      auto result = (object.*Member)();
      if (!result) return result.take_error();
      return Traits<typename Unwrap<Type>::Type>::to(result.take());
    }
  } else {
    return Traits<Type>::to(object.*Member);
  }
}

}  // namespace detail

template <auto Member>
consteval Prop prop(std::string_view name, std::string_view help, PropOptions options = {}) {
  using Type = typename detail::Unwrap<typename detail::MemberOf<decltype(Member)>::Type>::Type;
  return {.name = name,
          .help = help,
          .type = &Traits<Type>::type,
          .is_collection = Traits<Type>::is_collection,
          .cost = options.cost,
          .get = &detail::read_property<Member>};
}

consteval Prop alias_prop(std::string_view name, std::string_view of) {
  return {.name = name, .help = {}, .alias_of = of};
}

// While one is alive on this thread, live properties are not fetched again: one formatting pass shows one
// instant.
class FormattingPass {
 public:
  FormattingPass() { ++depth_; }
  ~FormattingPass() { --depth_; }
  FormattingPass(const FormattingPass&) = delete;
  FormattingPass& operator=(const FormattingPass&) = delete;
  static bool active() { return depth_ > 0; }

 private:
  static inline thread_local int depth_ = 0;
};

}  // namespace hvsh
