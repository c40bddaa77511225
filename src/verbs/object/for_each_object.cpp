#include "core/cmdlet.h"
#include "core/parallel.h"
#include "core/property_expression.h"

namespace hvsh::verbs {

struct ForEachObject {
  Value input_object = Value::nothing();
  Ref<ScriptBlockObject> begin_block, end_block;
  std::vector<Ref<ScriptBlockObject>> process_blocks;
  std::vector<Ref<ScriptBlockObject>> remaining_scripts;
  std::string member_name;
  std::vector<Value> argument_list;
  Ref<ScriptBlockObject> parallel;
  int32_t throttle_limit = 5, timeout_seconds = 0;
  Switch use_new_runspace;

  enum Set : SetMask { Script = 1, Member = 2, Parallel = 4 };
  static constexpr std::string_view kSets[] = {"ScriptBlockSet", "PropertyAndMethodSet",
                                               "ParallelParameterSet"};
  static constexpr Param kParams[] = {
      param<&ForEachObject::input_object>("InputObject", {.from_pipeline = true}, "Objects to work on."),
      param<&ForEachObject::begin_block>("Begin", {.sets = Script}, "Runs before the first object."),
      param<&ForEachObject::process_blocks>(
          "Process",
          {.sets = Script, .position = 0, .mandatory = true, .allow_null = true, .allow_empty = true},
          "Runs for each object, as $_."),
      param<&ForEachObject::end_block>("End", {.sets = Script}, "Runs behind the last object."),
      param<&ForEachObject::remaining_scripts>(
          "RemainingScripts",
          {.sets = Script, .remaining_arguments = true, .allow_null = true, .allow_empty = true},
          "Further script blocks."),
      param<&ForEachObject::member_name>(
          "MemberName", {.sets = Member, .position = 0, .mandatory = true, .not_null_or_empty = true},
          "The property or method whose value is wanted of each object."),
      param<&ForEachObject::argument_list>("ArgumentList",
                                           {.sets = Member, .remaining_arguments = true, .aliases = "Args"},
                                           "Arguments of a method."),
      param<&ForEachObject::parallel>(
          "Parallel", {.sets = Parallel, .mandatory = true},
          "Runs for each object in threads, as $_; outer variables are $using:x."),
      param<&ForEachObject::throttle_limit>("ThrottleLimit", {.sets = Parallel, .range = {1, 1024}},
                                            "Threads at most."),
      param<&ForEachObject::timeout_seconds>("TimeoutSeconds",
                                             {.sets = Parallel, .range = {0, INT32_MAX / 1000}},
                                             "After so long what still runs is stopped; 0: never."),
      param<&ForEachObject::use_new_runspace>("UseNewRunspace", {.sets = Parallel},
                                              "Accepted as PowerShell does; each object has its own anyway."),
  };
  static constexpr std::string_view kAliases[] = {"%", "foreach"};
  static constexpr Example kExamples[] = {
      {"1..3 | ForEach-Object { $_ * 2 }", "2\n4\n6", "Doubles each number."},
      {"'a', 'bcd' | ForEach-Object Length", "1\n3", "Takes one property of each object."},
      {"$n = 10; 1..3 | ForEach-Object -Parallel { $_ * $using:n } | Sort-Object", "10\n20\n30",
       "Multiplies in several threads."},
  };
  static constexpr Decl decl{.verb = "ForEach",
                             .noun = "Object",
                             .module = "Microsoft.PowerShell.Core",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ForEachObjectCommand",
                             .synopsis = "Does something with each object."};

  // Two blocks without names are Begin and Process, three are Begin, Process and End.
  Flow begin(Context& context) {
    if (context.parameter_set() == Parallel) return start_parallel(context);
    if (context.parameter_set() != Script) return Flow::more;
    blocks_ = process_blocks;
    blocks_.insert(blocks_.end(), remaining_scripts.begin(), remaining_scripts.end());
    if (!begin_block && blocks_.size() > 1) {
      begin_block = blocks_.front();
      blocks_.erase(blocks_.begin());
    }
    if (!end_block && blocks_.size() > 1) {
      end_block = blocks_.back();
      blocks_.pop_back();
    }
    return begin_block ? context.invoke_to_output(*begin_block, Value::nothing(), {}) : Flow::more;
  }

  Flow process(Context& context) {
    if (input_object.is_nothing()) return Flow::more;
    if (run_) return run_->add(context, input_object);
    if (context.parameter_set() == Member) return write_member(context);
    for (const auto& block : blocks_) {
      if (const Flow flow = context.invoke_to_output(*block, input_object, {}); flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }

  Flow end(Context& context) {
    if (run_) return run_->finish(context);
    return end_block ? context.invoke_to_output(*end_block, Value::nothing(), {}) : Flow::more;
  }

 private:
  Flow start_parallel(Context& context) {
    auto run = context.get<ParallelWork>().start(
        *parallel, {.threads = throttle_limit, .timeout = TimeSpan::seconds(timeout_seconds)});
    if (!run) return context.terminate(run.take_error());
    run_ = run.take();
    return Flow::more;
  }

  Flow write_member(Context& context) {
    const auto found = get_property(input_object, member_name);
    if (found && !found->ok()) return context.error(found->error(), input_object);
    if (found && argument_list.empty()) {
      return context.write_all(found->operator*().is_null() ? std::vector<Value>{Value()}
                                                            : to_items(**found));
    }
    Value result;
    const Flow flow = context.call_method(input_object, member_name, argument_list, result);
    if (flow != Flow::more) return flow;
    return result.is_nothing() ? Flow::more : context.write_all(to_items(result));
  }

  std::vector<Ref<ScriptBlockObject>> blocks_;
  std::unique_ptr<ParallelRun> run_;
};
CMDLET(ForEachObject);

}  // namespace hvsh::verbs
