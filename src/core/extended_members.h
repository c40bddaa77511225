#pragma once
// Members that scripts add: to one object (Add-Member) or to all of a type (Update-TypeData). Kept beside the
// objects, so that an object without any pays one byte. What is added belongs to the thread's interpreter, as
// the objects do.
//
// Note properties of a record are not here: they are its own.
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/script_block.h"
#include "core/value.h"

namespace hvsh {

enum class MemberKind : uint8_t { alias, note, script_property, script_method, property_set, member_set };

struct ExtendedMember {
  std::string name;
  MemberKind kind = MemberKind::note;
  // The note's value; the name that an alias stands for; the getter; the method; the names of a property set;
  // what a member set holds.
  Value value = {};
  Value second = {};  // a script property's setter, the type that an alias converts to; null: none

  bool is_property() const { return kind <= MemberKind::script_property; }
};

// Runs the blocks of script properties and methods, with `self` as $this. The interpreter provides it.
class MemberScripts {
 public:
  virtual ~MemberScripts() = default;
  virtual Result<Value> call(ScriptBlockObject& block, const Value& self,
                             std::span<const Value> arguments) = 0;
  // [type]value, for an alias that converts.
  virtual Result<Value> convert(const Value& value, const Value& type) = 0;
};
void set_member_scripts(MemberScripts* scripts);  // of this thread; nullptr: none

// Added to this object, or else to one of its types; nullptr: no such member. Valid until members change.
const ExtendedMember* find_extended(const Value& object, std::string_view name);
// All of them, the object's own first.
std::vector<const ExtendedMember*> extended_members(const Value& object);

Result<Value> read_extended(const Value& object, const ExtendedMember& member);
Result<void> write_extended(const Value& object, const ExtendedMember& member, Value value);
// Calls a script method; nullopt: the object has none of that name.
std::optional<Result<Value>> call_extended(const Value& object, std::string_view name,
                                           std::span<const Value> arguments);

// Adds to an object of the heap; an own member of that name is replaced.
void add_extended(HeapObject& object, ExtendedMember member);
bool remove_extended(HeapObject& object, std::string_view name);
// Puts a name before the type names that an object has now.
void add_type_name(const Value& object, std::string name);
void set_type_names(const Value& object, std::vector<std::string> names);
// Text that "$object" shows in the place of its own: what an object that was read back was on its host.
void set_display_text(const Value& object, std::string text);
const std::string* display_text(const Value& object);  // nullptr: its own

// What Update-TypeData says about a type.
struct TypeData {
  std::string type_name;
  std::deque<ExtendedMember> members = {};
  std::vector<std::string> display = {};  // DefaultDisplayPropertySet
  int serialization_depth = 0;            // 0: as the command says
};
TypeData& type_data(std::string_view type_name);  // made when it is not there
TypeData* find_type_data(std::string_view type_name);
std::vector<const TypeData*> all_type_data();
void remove_type_data(std::string_view type_name);

// The properties that a default view shows, when the object or its type says so; empty: not said.
std::vector<std::string> display_properties(const Value& object);

}  // namespace hvsh
