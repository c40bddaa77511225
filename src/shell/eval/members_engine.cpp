// Members of the shell's own objects: script blocks, types, $PSCmdlet, and what every object has.
#include <fmt/format.h>

#include "core/compare.h"
#include "core/error_record.h"
#include "core/operators.h"
#include "shell/eval/exceptions.h"
#include "shell/eval/interpreter.h"
#include "shell/eval/members.h"

namespace hvsh::shell {

namespace {

Error stopped() { return {.id = "Stopped", .message = "The script block stopped."}; }

ShellScriptBlock& block_of(const Call& call) {
  return *static_cast<ShellScriptBlock*>(call.self.as_object());
}

Result<Value> invoke(const Call& call) {
  CollectSink sink;
  if (call.interpreter.call_block(block_of(call), call.arguments, Value::nothing(), ScopeMode::child, sink) ==
      Flow::stopped) {
    return stopped();
  }
  return Value::array(sink.take_items());
}

// A closure keeps the variables of the scope that it was made in.
Result<Value> closure(const Call& call) {
  Interpreter& interpreter = call.interpreter;
  const ShellScriptBlock& block = block_of(call);
  auto copy = make<ShellScriptBlock>(block.source, *block.tree);
  BlockInfo* info = interpreter.info_of(*block.tree);
  if (info == nullptr) return stopped();
  Ref<Frame> scope(new Frame(info->layout, Ref<Frame>(&interpreter.global())));
  for (Frame* frame = &interpreter.frame(); frame != nullptr && frame != &interpreter.global();
       frame = frame->parent.get()) {
    for (uint32_t i = 0; i < frame->slots.size(); ++i) {
      if (!frame->slots[i].is_set()) continue;
      const Symbol symbol = frame->layout->symbol(i);
      if (scope->find(symbol) == nullptr) scope->set(symbol, frame->slots[i].value);
    }
    if (frame == interpreter.global().script) break;
  }
  scope->script = scope.get();
  copy->home = scope;
  return Value::object(copy);
}

constexpr MemberEntry kScriptBlock[] = {
    {"Invoke", 0, kAnyCount, invoke},
    {"InvokeReturnAsIs", 0, kAnyCount,
     [](const Call& c) -> Result<Value> {
       CollectSink sink;
       if (c.interpreter.call_block(block_of(c), c.arguments, Value::nothing(), ScopeMode::child, sink) ==
           Flow::stopped) {
         return stopped();
       }
       return sink.take_value();
     }},
    {"GetNewClosure", 0, 0, closure},
    {"ToString", 0, 0, [](const Call& c) -> Result<Value> { return Value::string(block_of(c).text()); }},
};

constexpr MemberEntry kScriptBlockStatics[] = {
    {"Create", 1, 1,
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto source, c.interpreter.load(text_argument(c, 0), {}));
       auto block = make<ShellScriptBlock>(source, *source->parsed.root);
       block->home = c.interpreter.frame().home;
       return Value::object(block);
     }},
};

constexpr MemberEntry kType[] = {
    {"IsArray", 0, kProperty,
     [](const Call& c) -> Result<Value> {
       const TypeRef* type = c.interpreter.types().ref_of(c.self);
       return Value::boolean(type != nullptr && type->is_array);
     }},
    {"ToString", 0, 0,
     [](const Call& c) -> Result<Value> {
       return Value::string(static_cast<TypeObject*>(c.self.as_object())->described->name);
     }},
};

constexpr MemberEntry kObject[] = {
    {"GetType", 0, 0,
     [](const Call& c) -> Result<Value> {
       TypeTable& types = c.interpreter.types();
       if (const auto* array = c.self.as<ArrayObject>(); array != nullptr && array->element_type != nullptr) {
         return types.type_value(*types.array_of(types.of(*array->element_type)));
       }
       if (const auto* exception = noun_cast<ExceptionInfo>(c.self)) {
         if (const TypeRef* type = types.find(exception->type_name)) return types.type_value(*type);
       }
       const TypeRef* type = types.of(c.self.type());
       if (c.self.kind() == Value::Kind::enumeration && type->enumeration == nullptr) {
         return Value::object(make<TypeObject>(c.self.type(), &c.self.enum_info()));
       }
       return types.type_value(*type);
     }},
    {"ToString", 0, 2,
     [](const Call& c) -> Result<Value> {
       if (c.count() == 0) return Value::string(to_string(c.self));
       HVSH_TRY(std::string made, format_value(c.self, text_argument(c, 0)));
       return Value::string(std::move(made));
     }},
    {"Equals", 1, 1,
     [](const Call& c) -> Result<Value> { return Value::boolean(equal(c.self, c.at(0), false)); }},
    {"GetHashCode", 0, 0,
     [](const Call& c) -> Result<Value> {
       return Value::integer(static_cast<int32_t>(hash_name(to_string(c.self))));
     }},
    {"PSTypeNames", 0, kProperty,
     [](const Call& c) -> Result<Value> {
       std::vector<Value> names;
       for (std::string& name : type_names(c.self)) names.push_back(Value::string(std::move(name)));
       return Value::array(std::move(names));
     }},
    {"PSObject", 0, kProperty,
     [](const Call& c) -> Result<Value> {
       auto info = make<RecordObject>();
       info->type_names = {"System.Management.Automation.PSObject"};
       std::vector<Value> properties;
       for (const PropertyView& view : list_properties(c.self)) {
         auto property = make<RecordObject>();
         property->type_names = {"System.Management.Automation.PSPropertyInfo"};
         property->set("Name", Value::string(view.name));
         auto value = get_property(c.self, view.name);
         property->set("Value", value && *value ? **value : Value::null());
         property->set("MemberType",
                       Value::string(c.self.is_object(ObjectKind::record) ? "NoteProperty" : "Property"));
         properties.push_back(Value::object(property));
       }
       info->set("Properties", Value::array(std::move(properties)));
       info->set("BaseObject", c.self);
       return Value::object(info);
     }},
    {"IsPresent", 0, kProperty,
     [](const Call& c) -> Result<Value> { return Value::boolean(to_bool(c.self)); }},
};

constexpr MemberFamily kFamilies[] = {
    {&types::ScriptBlock, false, kScriptBlock},
    {&types::ScriptBlock, true, kScriptBlockStatics},
    {&types::RuntimeType, false, kType},
    {&types::Object, false, kObject},
};

// ------------------------------------------------------------------------------------------ construction

Result<Value> construct_error_record(std::span<const Value> arguments) {
  if (arguments.size() < 4) return argument_error("An ErrorRecord needs exception, id, category and target.");
  Error error{.id = to_string(arguments[1]), .message = to_string(arguments[0])};
  describe_exception(arguments[0], error);
  error.id = to_string(arguments[1]);
  HVSH_TRY(Value category, to_enum(arguments[2], EnumOf<ErrorCategory>::info));
  error.category = static_cast<ErrorCategory>(category.enum_number());
  return Value::object(make<ErrorRecordObject>(std::move(error), arguments[3]));
}

Result<Value> construct_date(std::span<const Value> arguments) {
  int64_t parts[7] = {1, 1, 1, 0, 0, 0, 0};
  if (arguments.size() == 1) {
    HVSH_TRY(Value ticks, to_integer(arguments[0], IntType::i64));
    return Value::date_time({ticks.as_int()});
  }
  if (arguments.size() < 3 || arguments.size() > 7)
    return argument_error("A DateTime needs year, month and day.");
  for (size_t i = 0; i < arguments.size(); ++i) {
    HVSH_TRY(Value number, to_integer(arguments[i], IntType::i32));
    parts[i] = number.as_int();
  }
  CivilTime civil{.year = static_cast<int>(parts[0]),
                  .month = static_cast<int>(parts[1]),
                  .day = static_cast<int>(parts[2]),
                  .hour = static_cast<int>(parts[3]),
                  .minute = static_cast<int>(parts[4]),
                  .second = static_cast<int>(parts[5]),
                  .fraction = parts[6] * 10'000};
  HVSH_TRY(DateTime time, DateTime::from_civil(civil));
  return Value::date_time(time);
}

Result<Value> construct_span(std::span<const Value> arguments) {
  int64_t parts[5] = {};
  for (size_t i = 0; i < arguments.size() && i < 5; ++i) {
    HVSH_TRY(Value number, to_integer(arguments[i], IntType::i64));
    parts[i] = number.as_int();
  }
  if (arguments.size() == 1) return Value::time_span({parts[0]});
  const bool days = arguments.size() >= 4;
  const int64_t* hms = days ? parts + 1 : parts;
  constexpr int64_t kMost = 100'000'000;
  for (int64_t part : parts) {
    if (part > kMost || part < -kMost)
      return argument_error("TimeSpan overflowed because the duration is too long.");
  }
  const int64_t seconds = (days ? parts[0] * 86'400 : 0) + hms[0] * 3600 + hms[1] * 60 + hms[2];
  return Value::time_span({seconds * kTicksPerSecond + (days ? parts[4] * 10'000 : 0)});
}

}  // namespace

std::span<const MemberFamily> engine_members() { return kFamilies; }

Result<Value> construct(Interpreter& interpreter, const TypeRef& type, std::span<const Value> arguments) {
  const TypeInfo* info = type.info;
  if (info == &types::ArrayList || info->is(types::GenericList)) {
    auto list = make<ListObject>(*info);
    if (arguments.size() == 1 && arguments[0].kind() == Value::Kind::object) {
      return convert_to(Value::array(to_items(arguments[0])), type);
    }
    return Value::object(list);
  }
  if (info == &types::Hashtable) return Value::object(make<MapObject>(false));
  if (info == &types::OrderedDictionary) return Value::object(make<MapObject>(true));
  if (info == &types::PSObject || info == &types::PSCustomObject || info == &types::Object) {
    auto record = make<RecordObject>();
    if (!arguments.empty()) return convert_to(arguments[0], *interpreter.types().find("pscustomobject"));
    return Value::object(record);
  }
  if (info == &types::Exception || info->is(types::Exception)) {
    ExceptionInfo exception{.type_name = std::string(info->name)};
    exception.message = arguments.empty() ? fmt::format("Exception of type '{}' was thrown.", info->name)
                                          : to_string(arguments[0]);
    if (arguments.size() > 1) exception.inner = arguments[1];
    return noun_value(std::move(exception));
  }
  if (info == &types::ErrorRecord) return construct_error_record(arguments);
  if (info == &types::DateTime && arguments.size() != 1) return construct_date(arguments);
  if (info == &types::TimeSpan && !arguments.empty() && !arguments[0].is_string())
    return construct_span(arguments);
  if (info == &types::Guid && arguments.empty()) return Value::guid(Guid{});
  if (info == &types::Version && arguments.size() > 1) {
    std::string text;
    for (const Value& part : arguments) text += (text.empty() ? "" : ".") + to_string(part);
    return convert_to(Value::string(text), type);
  }
  if (info == &types::String && arguments.size() == 2) {
    HVSH_TRY(Value count, to_integer(arguments[1], IntType::i32));
    std::string text;
    for (int64_t i = 0; i < count.as_int(); ++i) text += to_string(arguments[0]);
    return Value::string(std::move(text));
  }
  if (type.is_array && arguments.size() == 1) {
    HVSH_TRY(Value count, to_integer(arguments[0], IntType::i32));
    constexpr int64_t kMostItems = 1 << 26;
    if (count.as_int() < 0 || count.as_int() > kMostItems)
      return argument_error("The size of the array is out of range.");
    std::vector<Value> items(static_cast<size_t>(count.as_int()), default_of(*type.element));
    const bool plain = type.element->info == &types::Object;
    return Value::object(make<ArrayObject>(std::move(items), plain ? nullptr : type.element->info));
  }
  if (arguments.size() == 1 && type.convert != nullptr) return convert_to(arguments[0], type);
  return Error{.id = "MethodNotFound",
               .category = ErrorCategory::InvalidOperation,
               .message = fmt::format("Cannot make an object of type [{}] from {} arguments.", info->name,
                                      arguments.size()),
               .hint = "docs/language.md lists the types that can be made."};
}

}  // namespace hvsh::shell
