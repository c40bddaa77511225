#pragma once
// What a cmdlet's body can do with the world around it. Implemented by the shell's pipeline; a body never
// sees more.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/object.h"
#include "core/script_block.h"
#include "core/value.h"

namespace hvsh {

// What a call down the pipeline says about going on. Anything but `more` is handed up at once.
enum class [[nodiscard]] Flow : uint8_t{
    more,     // go on
    enough,   // a later command needs no more input (Select-Object -First): stop writing, no error
    stopped,  // a terminating error, exit, break or Ctrl-C is on its way: return at once
};

enum class Answer : uint8_t { yes, no, stopped };

struct Progress {
  int id = 0;
  std::string activity;
  std::string status;
  int percent = -1;  // -1: not known
  bool completed = false;
};

// A member that a type declares, with its signatures: "string Substring(int startIndex), string
// Substring(...)".
struct MemberText {
  std::string name;
  std::string definition;
  bool is_property = false;
};

template <class T>
inline constexpr char kServiceKey = 0;

class Context {
 public:
  virtual ~Context() = default;

  // Streams. write() unrolls nothing: give it what one pipeline object is.
  virtual Flow write(Value value) = 0;
  // Arrays and lists are written item by item, as the pipeline does with output.
  Flow write_all(std::span<const Value> values);
  // A non-terminating error: recorded, shown or turned into a terminating one as -ErrorAction says.
  virtual Flow error(Error error, Value target = {}) = 0;
  // A terminating error of this command. Always `stopped`.
  virtual Flow terminate(Error error, Value target = {}) = 0;
  virtual Flow warning(std::string message) = 0;
  virtual Flow verbose(std::string message) = 0;
  virtual Flow debug(std::string message) = 0;
  virtual Flow information(Value message, bool to_host, bool newline) = 0;
  virtual void progress(const Progress& progress) = 0;

  // -WhatIf, -Confirm and $ConfirmPreference decide (engine-semantics 1.2).
  // The Hyper-V form takes one sentence, "Stop-VM will stop the virtual machine \"web01\".", and prints `What
  // if: ` before it.
  virtual Answer should_process(std::string_view sentence) = 0;
  // The engine's own form: Performing the operation "action" on target "target".
  virtual Answer should_process(std::string_view target, std::string_view action) = 0;
  virtual Answer should_continue(std::string_view query, std::string_view caption) = 0;

  // Whether the user gave this parameter (on the command line, by the pipeline, or by a default-value
  // preference).
  virtual bool is_bound(std::string_view parameter) const = 0;
  // Bit of the parameter set that was chosen (as declared by the cmdlet).
  virtual uint32_t parameter_set() const = 0;
  // Ctrl-C or a closed pipe: a body that waits or loops looks here and returns Flow::stopped.
  virtual bool stopping() const = 0;
  // Sleeps, in slices, until the time is over (true) or stopping() (false).
  virtual bool sleep(TimeSpan time) = 0;

  // Runs a script block; `input` becomes $_ (nothing: unset). The result is everything that it wrote:
  // nothing, one object or an array. Flow says whether to go on. `in_scope`: run in the caller's scope, as
  // Where-Object does.
  virtual Flow invoke(ScriptBlockObject& block, const Value& input, std::span<const Value> arguments,
                      Value& result) = 0;
  // The same for a calculated property: what fails in the block is neither shown nor ends anything but the
  // block; the result is null then, and `error` says why.
  virtual Flow try_invoke(ScriptBlockObject& block, const Value& input, Value& result,
                          std::optional<Error>& error);
  // The same, with each object that the block writes passed on as this command's own output.
  virtual Flow invoke_to_output(ScriptBlockObject& block, const Value& input,
                                std::span<const Value> arguments) = 0;

  // target.name(arguments), and [type]::new(arguments). An error of either has been reported when they return
  // `stopped`; not every caller knows methods.
  virtual Flow call_method(const Value& target, std::string_view name, std::span<const Value> arguments,
                           Value& result);
  virtual Result<Value> construct(std::string_view type, std::span<const Value> arguments);
  // The enumeration of a full type name; nullptr: there is none.
  virtual const EnumInfo* find_enum(std::string_view type);
  // What the object's type (or, with `statics`, the type that the object is) declares beside what
  // list_properties() names.
  virtual std::vector<MemberText> declared_members(const Value& object, bool statics);

  // A path as scripts write it ('\' and '/', drives, ~, relative to $PWD) made an absolute path of this host.
  virtual Result<std::string> resolve_path(std::string_view path) const = 0;
  virtual std::string current_location() const = 0;
  // Where relative paths begin from now on; `path` is an absolute path of an existing folder. Not every
  // caller has such a place.
  virtual Result<void> set_location(const std::string& path);

  // Text of objects as the console would show them (Out-String, Out-File), width 0: not bounded.
  virtual std::string format_text(std::span<const Value> values, int width) = 0;

  // An engine that main registered. Getting one does not connect or open anything.
  template <class T>
  T& get() {
    return *static_cast<T*>(service(&kServiceKey<T>));
  }

 protected:
  virtual void* service(const void* key) = 0;
};

}  // namespace hvsh
