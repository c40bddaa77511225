#pragma once
// A cmdlet, declared once: a plain struct whose fields are its parameters, a constexpr table that names each
// field, and a body. Binder, completion, help, man pages, Get-Command and the surface report all read this
// declaration.
//
//   struct StopVM : ByNameOrVM {
//     Switch turn_off;
//     static constexpr auto kParams = join(vm_params<StopVM>(), std::array{
//         param<&StopVM::turn_off>("TurnOff", {}, "Cut the power instead of asking the guest.")});
//     static constexpr Example kExamples[] = {{"Stop-VM web01 -TurnOff", "", "Turns web01 off at once."}};
//     static constexpr Decl decl{.verb = "Stop", .noun = "VM", .sets = kSets, .params = kParams, ...};
//     Flow process(Context& context);         // begin(Context&) and end(Context&) where needed
//   };
//   CMDLET(StopVM);                           // and one line in verbs/registry.inc
//
// A wrong declaration does not compile: `valid(decl)` is checked by CMDLET.
#include <array>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>

#include "core/context.h"
#include "core/convert.h"
#include "core/join.h"
#include "core/noun.h"
#include "core/text.h"

namespace hvsh {

// A set is one bit; a parameter names the sets that it is in. 32 sets at most, as in PowerShell.
using SetMask = uint32_t;
inline constexpr SetMask kAllSets = ~SetMask{0};
// A single set. (std::popcount is a call on processors of the first generation, and this runs for every
// object.)
constexpr bool is_one(SetMask mask) { return mask != 0 && (mask & (mask - 1)) == 0; }

// How one parameter stands in some of the sets, where that differs from its main line.
struct SetUse {
  SetMask sets = 0;  // 0: unused
  int position = -1;
  bool mandatory = false;
};

struct Names {
  std::array<std::string_view, 4> items{};
  constexpr Names() = default;
  constexpr Names(const char* one) : items{one} {}  // NOLINT(google-explicit-constructor)
  constexpr Names(std::initializer_list<std::string_view> list) {
    size_t next = 0;
    for (std::string_view name : list) items[next++] = name;  // a fifth name does not compile
  }
  constexpr const std::string_view* begin() const { return items.data(); }
  constexpr const std::string_view* end() const {
    const std::string_view* last = items.data();
    while (last != items.data() + items.size() && !last->empty()) ++last;
    return last;
  }
};

// Bounds of [ValidateRange]; used when minimum <= maximum.
struct Range {
  int64_t minimum = 1;
  int64_t maximum = 0;
  constexpr bool is_set() const { return minimum <= maximum; }
};

// What completes a value: names of a noun's objects that exist now ("names of VMs that are Running").
struct NamesOf {
  const Noun* noun = nullptr;
  std::string_view state = {};
};

struct ParamOptions {
  SetMask sets = kAllSets;
  int position = -1;                    // in `sets`
  bool mandatory = false;               // in `sets`
  std::array<SetUse, 4> also = {};      // further sets in which position or mandatory differ
  bool from_pipeline = false;           // by value
  bool from_pipeline_property = false;  // by property name (the parameter's name, then its aliases)
  bool remaining_arguments = false;
  bool wildcards = false;
  bool not_null = false;                         // [ValidateNotNull]
  bool not_null_or_empty = false;                // [ValidateNotNullOrEmpty]
  bool allow_null = false, allow_empty = false;  // for mandatory parameters
  bool hidden = false;                           // not shown by completion
  Names aliases = {};
  Range range = {};
  std::span<const std::string_view> values = {};  // [ValidateSet]; an enumeration's names need not be listed
  NamesOf names_of = {};
};

struct Param {
  std::string_view name;
  ParamOptions options;
  std::string_view help;
  const TypeInfo* type = nullptr;  // element type when is_collection
  const EnumInfo* enumeration = nullptr;
  bool is_collection = false;
  bool is_switch = false;
  bool takes_script_block = false;  // a script block binds as itself, not delay-bound
  Result<void> (*assign)(void* self, const Value& value, Coercion coercion) = nullptr;
  void (*reset)(void* self) = nullptr;  // back to the field's default, between pipeline objects

  // The sets that it is in, by its main line and `also` together.
  constexpr SetMask sets() const {
    SetMask mask = options.sets;
    for (const SetUse& use : options.also) mask |= use.sets;
    return mask;
  }
  constexpr int position_in(SetMask set) const {
    for (const SetUse& use : options.also) {
      if ((use.sets & set) != 0) return use.position;
    }
    return (options.sets & set) != 0 ? options.position : -1;
  }
  constexpr bool mandatory_in(SetMask set) const {
    for (const SetUse& use : options.also) {
      if ((use.sets & set) != 0) return use.mandatory;
    }
    return (options.sets & set) != 0 && options.mandatory;
  }
};

struct Example {
  std::string_view code;
  std::string_view output;  // compared by the tests; "*" where it varies
  std::string_view says;
};

enum class Impact : uint8_t { none, low, medium, high };

struct Decl {
  std::string_view verb;
  std::string_view noun;
  std::string_view module = "Hyper-V";
  std::span<const std::string_view> sets = {};  // names by bit; empty: one set, __AllParameterSets
  int default_set = -1;                         // index in `sets`
  std::span<const Param> params = {};
  std::span<const std::string_view> outputs = {};  // type names
  std::span<const std::string_view> aliases = {};  // gvm, Get-VMCheckpoint
  std::span<const Example> examples = {};
  bool should_process = false;  // adds -WhatIf and -Confirm
  Impact impact = Impact::medium;
  std::string_view error_class = {};  // what follows the comma in a FullyQualifiedErrorId
  std::string_view synopsis = {};
  std::string_view description = {};
};

// A declaration with its body, type-erased. The shell makes one object per invocation.
struct Cmdlet {
  const Decl* decl;
  size_t size;
  size_t alignment;
  void (*construct)(void* memory);
  void (*destroy)(void* self);
  Flow (*begin)(void* self, Context& context);  // nullptr where the struct has none
  Flow (*process)(void* self, Context& context);
  Flow (*end)(void* self, Context& context);
};

namespace detail {

template <class T>
struct EnumPointer {
  static constexpr const EnumInfo* value = nullptr;
};
template <class T>
requires std::is_enum_v<T>
struct EnumPointer<T> {
  static constexpr const EnumInfo* value = &EnumOf<T>::info;
};
template <class T>
struct EnumPointer<std::optional<T>> : EnumPointer<T> {};
template <class T>
struct EnumPointer<std::vector<T>> : EnumPointer<T> {};

template <class Self, auto Member>
Result<void> assign_parameter(void* self, const Value& value, Coercion coercion) {
  using Type = std::remove_cvref_t<decltype(static_cast<Self*>(self)->*Member)>;
  HVSH_TRY(Type converted, Traits<Type>::from(value, coercion));
  static_cast<Self*>(self)->*Member = std::move(converted);
  return {};
}
template <class Self, auto Member>
void reset_parameter(void* self) {
  static const Self kDefaults{};
  static_cast<Self*>(self)->*Member = kDefaults.*Member;
}

template <class M>
struct FieldClass;
template <class C, class T>
struct FieldClass<T C::*> {
  using Class = C;
  using Type = T;
};

}  // namespace detail

// One parameter: the field, its name and options, and its help text. `Self` is the cmdlet's struct where the
// field is in a shared base.
template <auto Member, class Self = typename detail::FieldClass<decltype(Member)>::Class>
consteval Param param(std::string_view name, ParamOptions options, std::string_view help) {
  using Type = typename detail::FieldClass<decltype(Member)>::Type;
  return {.name = name,
          .options = options,
          .help = help,
          .type = &Traits<Type>::type,
          .enumeration = detail::EnumPointer<Type>::value,
          .is_collection = Traits<Type>::is_collection,
          .is_switch = Traits<Type>::is_switch,
          .takes_script_block =
              &Traits<Type>::type == &types::ScriptBlock || &Traits<Type>::type == &types::PSObject,
          .assign = &detail::assign_parameter<Self, Member>,
          .reset = &detail::reset_parameter<Self, Member>};
}

template <>
struct Traits<Ref<ScriptBlockObject>> : ScalarTraits {
  static constexpr const TypeInfo& type = types::ScriptBlock;
  static Value to(const Ref<ScriptBlockObject>& value) { return Value::object(value); }
  static Result<Ref<ScriptBlockObject>> from(const Value& value, Coercion) {
    if (auto* block = value.as<ScriptBlockObject>()) return Ref<ScriptBlockObject>(block);
    return conversion_error(value, types::ScriptBlock.name);
  }
};

template <>
struct Traits<Ref<MapObject>> : ScalarTraits {
  static constexpr const TypeInfo& type = types::Hashtable;
  static Value to(const Ref<MapObject>& value) { return Value::object(value); }
  static Result<Ref<MapObject>> from(const Value& value, Coercion) {
    if (auto* map = value.as<MapObject>()) return Ref<MapObject>(map);
    return conversion_error(value, types::Hashtable.name);
  }
};

bool is_approved_verb(std::string_view verb);

namespace detail {

consteval bool names_clash(std::span<const Param> params) {
  for (size_t i = 0; i < params.size(); ++i) {
    for (size_t j = i + 1; j < params.size(); ++j) {
      if (equal_ascii(params[i].name, params[j].name)) return true;
      for (std::string_view alias : params[j].options.aliases) {
        if (equal_ascii(params[i].name, alias)) return true;
      }
      for (std::string_view alias : params[i].options.aliases) {
        if (equal_ascii(params[j].name, alias)) return true;
      }
    }
  }
  return false;
}

consteval bool positions_clash(const Decl& decl) {
  const size_t set_count = decl.sets.empty() ? 1 : decl.sets.size();
  for (size_t set = 0; set < set_count; ++set) {
    for (size_t i = 0; i < decl.params.size(); ++i) {
      const int position = decl.params[i].position_in(SetMask{1} << set);
      if (position < 0) continue;
      for (size_t j = i + 1; j < decl.params.size(); ++j) {
        if (decl.params[j].position_in(SetMask{1} << set) == position) return true;
      }
    }
  }
  return false;
}

}  // namespace detail

// Checked when CMDLET is compiled; the name of the failing line is the message.
consteval bool valid(const Decl& decl) {
  if (decl.verb.empty() || decl.noun.empty() || decl.synopsis.empty())
    throw "a cmdlet needs verb, noun and synopsis";
  if (decl.sets.size() > 32) throw "at most 32 parameter sets";
  if (decl.default_set >= static_cast<int>(decl.sets.size())) throw "default_set is not one of the sets";
  if (detail::names_clash(decl.params)) throw "two parameters share a name or alias";
  if (detail::positions_clash(decl)) throw "two parameters at one position in one set";
  for (const Param& param : decl.params) {
    if (param.help.empty()) throw "a parameter needs help text";
  }
  return true;
}

namespace detail {

template <class T>
constexpr Cmdlet make_cmdlet() {
  Cmdlet cmdlet{&T::decl,
                sizeof(T),
                alignof(T),
                [](void* memory) { new (memory) T(); },
                [](void* self) { static_cast<T*>(self)->~T(); },
                nullptr,
                nullptr,
                nullptr};
  if constexpr (requires(T & t, Context & c) { t.begin(c); }) {
    cmdlet.begin = [](void* self, Context& context) { return static_cast<T*>(self)->begin(context); };
  }
  if constexpr (requires(T & t, Context & c) { t.process(c); }) {
    cmdlet.process = [](void* self, Context& context) { return static_cast<T*>(self)->process(context); };
  }
  if constexpr (requires(T & t, Context & c) { t.end(c); }) {
    cmdlet.end = [](void* self, Context& context) { return static_cast<T*>(self)->end(context); };
  }
  return cmdlet;
}

}  // namespace detail

// Gives the cmdlet the symbol that verbs/registry.inc names, after checking its declaration.
#define CMDLET(T)                                   \
  static_assert(::hvsh::valid(T::decl));            \
  extern constinit const ::hvsh::Cmdlet cmdlet_##T; \
  constinit const ::hvsh::Cmdlet cmdlet_##T = ::hvsh::detail::make_cmdlet<T>()

// All cmdlets that the program has, sorted by name; main hands them to the shell.
struct CmdletEntry {
  std::string_view name;  // Stop-VM
  const Cmdlet* cmdlet;
};

}  // namespace hvsh
