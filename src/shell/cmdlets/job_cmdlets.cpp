// Start-Job, Start-ThreadJob, Get-Job, Wait-Job, Receive-Job, Stop-Job, Remove-Job.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/cmdlet.h"
#include "core/wildcard.h"
#include "shell/eval/interpreter.h"
#include "shell/jobs/job_info.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kCore = "Microsoft.PowerShell.Core";
constexpr auto kPollTime = TimeSpan::milliseconds(15);

// ------------------------------------------------------------------------------------------ starting

struct NewJob {
  Ref<ScriptBlockObject> script_block, initialization_script;
  std::string file_path, literal_path, name, working_directory;
  std::vector<Value> argument_list, input_object;
  int32_t throttle_limit = 5;

  enum Set : SetMask { Block = 1, File = 2, Literal = 4 };
  static constexpr std::string_view kSets[] = {"ComputerName", "FilePathComputerName",
                                               "LiteralFilePathComputerName"};

  Flow collect(const Value& given) {
    if (!given.is_nothing()) input_object.push_back(given);
    return Flow::more;
  }

  Flow start(Context& context, Job::Kind kind) const {
    auto& interpreter = context.get<Interpreter>();
    auto request = make(context, interpreter);
    if (!request) return context.terminate(request.take_error());
    if (initialization_script) request->initialization = initialization_script->text();
    if (!working_directory.empty()) {
      auto folder = context.resolve_path(working_directory);
      if (!folder) return context.terminate(folder.take_error());
      request->location = folder.take();
    }
    const std::string command = script_block ? script_block->text() : request->script;
    auto job = start_job(interpreter, kind, name, command, request.take());
    return job ? context.write(job.take()) : context.terminate(job.take_error());
  }

 private:
  Result<WorkRequest> make(Context& context, Interpreter& interpreter) const {
    if (script_block) {
      return make_request(interpreter, static_cast<const ShellScriptBlock&>(*script_block), argument_list,
                          input_object);
    }
    HVSH_TRY(const std::string path, context.resolve_path(file_path.empty() ? literal_path : file_path));
    HVSH_TRY(const auto source, interpreter.load_file(path));
    const ScriptBlock& tree = *source->parsed.root;
    return make_request(interpreter, std::string(source->parsed.text_of(tree.span)), &tree, argument_list,
                        input_object);
  }
};

template <class Self>
consteval auto new_job_params() {
  return std::array{
      param<&NewJob::script_block, Self>(
          "ScriptBlock", {.sets = NewJob::Block, .position = 0, .mandatory = true, .aliases = "Command"},
          "Code."),
      param<&NewJob::file_path, Self>("FilePath", {.sets = NewJob::File, .position = 0, .mandatory = true},
                                      "A script file."),
      param<&NewJob::initialization_script, Self>("InitializationScript", {.position = 1},
                                                  "Code that runs before."),
      param<&NewJob::name, Self>("Name", {.not_null_or_empty = true}, "The job's name."),
      param<&NewJob::argument_list, Self>("ArgumentList", {.aliases = "Args"}, "Arguments of the code."),
  };
}

struct StartJob : NewJob {
  Value input = Value::nothing();

  static constexpr auto kParams = join(
      new_job_params<StartJob>(),
      std::array{param<&NewJob::literal_path, StartJob>(
                     "LiteralPath", {.sets = Literal, .mandatory = true, .aliases = {"PSPath", "LP"}},
                     "A script file."),
                 param<&NewJob::working_directory, StartJob>("WorkingDirectory", {.not_null_or_empty = true},
                                                             "Where it starts."),
                 param<&StartJob::input>("InputObject", {.from_pipeline = true}, "Objects for $input.")});
  static constexpr std::string_view kAliases[] = {"sajb"};
  static constexpr Example kExamples[] = {
      {"Start-Job { 1 + 1 } | Receive-Job -Wait -AutoRemoveJob", "2", "Adds in a process of its own."}};
  static constexpr Decl decl{.verb = "Start",
                             .noun = "Job",
                             .module = kCore,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.StartJobCommand",
                             .synopsis = "Runs code in a process of its own, in the background."};
  Flow process(Context&) { return collect(input); }
  Flow end(Context& context) { return start(context, Job::Kind::process); }
};
CMDLET(StartJob);

struct StartThreadJob : NewJob {
  Value input = Value::nothing();
  Value streaming_host;

  static constexpr std::string_view kSets[] = {"ScriptBlock", "FilePath"};
  static constexpr auto kParams =
      join(new_job_params<StartThreadJob>(),
           std::array{
               param<&NewJob::throttle_limit, StartThreadJob>(
                   "ThrottleLimit", {.range = {1, 1'000'000}},
                   "Accepted as PowerShell does; each job starts at once."),
               param<&StartThreadJob::streaming_host>("StreamingHost", {}, "Accepted as PowerShell does."),
               param<&StartThreadJob::input>("InputObject", {.from_pipeline = true}, "Objects for $input.")});
  static constexpr Example kExamples[] = {
      {"Start-ThreadJob { 'done' } | Receive-Job -Wait -AutoRemoveJob", "done", "Runs code in a thread."}};
  static constexpr Decl decl{.verb = "Start",
                             .noun = "ThreadJob",
                             .module = "ThreadJob",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "ThreadJob.StartThreadJobCommand",
                             .synopsis = "Runs code in a thread of its own, in the background."};
  Flow process(Context&) { return collect(input); }
  Flow end(Context& context) { return start(context, Job::Kind::thread); }
};
CMDLET(StartThreadJob);

// ------------------------------------------------------------------------------------------ choosing

struct JobChoice {
  std::vector<int32_t> id;
  std::vector<std::string> name;
  std::vector<Guid> instance_id;
  std::vector<Object<JobInfo>> job;
  std::optional<JobState> state;

  enum Set : SetMask { Id = 1, Jobs = 2, Name = 4, Instance = 8, State = 16 };
  static constexpr std::string_view kSets[] = {"SessionIdParameterSet", "JobParameterSet", "NameParameterSet",
                                               "InstanceIdParameterSet", "StateParameterSet"};

  // The chosen jobs; what is not there is an error.
  Flow choose(Context& context, std::vector<std::shared_ptr<Job>>& chosen) const {
    auto& table = context.get<Interpreter>().jobs();
    for (const Object<JobInfo>& one : job) chosen.push_back(one->value.job);
    for (int32_t number : id) {
      const bool found = add(table, chosen, [&](const Job& one) { return one.about().id == number; });
      if (found) continue;
      const Flow flow = missing(context, "SessionId", "ID", std::to_string(number), "Id");
      if (flow != Flow::more) return flow;
    }
    for (const std::string& text : name) {
      const Wildcard pattern(text);
      const bool found =
          add(table, chosen, [&](const Job& one) { return pattern.matches(one.about().name); });
      if (found || is_pattern(text)) continue;
      if (const Flow flow = missing(context, "Name", "name", text, "Name"); flow != Flow::more) return flow;
    }
    for (const Guid& guid : instance_id) {
      const bool found = add(table, chosen, [&](const Job& one) { return one.instance() == guid; });
      if (found) continue;
      const Flow flow = missing(context, "InstanceId", "instance ID", guid.to_string(), "InstanceId");
      if (flow != Flow::more) return flow;
    }
    if (state) {
      (void)add(table, chosen, [&](Job& one) {
        one.collect();
        return one.state() == *state;
      });
    }
    return Flow::more;
  }

  // Goes on with `body` for each chosen job whose change ShouldProcess lets through.
  template <class Body>
  Flow change_each(Context& context, std::string_view action, const Body& body) const {
    std::vector<std::shared_ptr<Job>> chosen;
    if (const Flow flow = choose(context, chosen); flow != Flow::more) return flow;
    for (const auto& one : chosen) {
      const Answer answer =
          context.should_process(fmt::format("{} ({})", one->about().name, one->about().id), action);
      if (answer == Answer::stopped) return Flow::stopped;
      if (answer == Answer::no) continue;
      if (const Flow flow = body(one); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  template <class Wanted>
  static bool add(const JobTable& table, std::vector<std::shared_ptr<Job>>& chosen, const Wanted& wanted) {
    bool found = false;
    for (const auto& one : table.jobs()) {
      if (!wanted(*one)) continue;
      found = true;
      chosen.push_back(one);
    }
    return found;
  }

  static Flow missing(Context& context, std::string_view id, std::string_view what, const std::string& text,
                      std::string_view parameter) {
    return context.error(
        {.id = fmt::format("JobWithSpecified{}NotFound", id),
         .category = ErrorCategory::ObjectNotFound,
         .message = fmt::format("The command cannot find a job with the {} {}. Verify the value of the {} "
                                "parameter, and then try the command again.",
                                what == "name" ? "job name" : "job " + std::string(what), text, parameter),
         .target = text,
         .exception = "System.Management.Automation.PSArgumentException"});
  }
};

// `must`: one of them has to be given, as for all but Get-Job.
template <class Self, bool must>
consteval auto job_params() {
  using C = JobChoice;
  return std::array{
      param<&C::id, Self>("Id",
                          {.sets = C::Id, .position = 0, .mandatory = must, .from_pipeline_property = true},
                          "Jobs of these numbers."),
      param<&C::name, Self>("Name",
                            {.sets = C::Name,
                             .position = 0,
                             .mandatory = true,
                             .from_pipeline_property = true,
                             .wildcards = true},
                            "Jobs of these names."),
      param<&C::instance_id, Self>(
          "InstanceId",
          {.sets = C::Instance, .position = 0, .mandatory = true, .from_pipeline_property = true},
          "Jobs of these identities."),
      param<&C::state, Self>(
          "State", {.sets = C::State, .position = 0, .mandatory = true, .from_pipeline_property = true},
          "Jobs in this state."),
  };
}
template <class Self>
consteval auto job_object_params() {
  return std::array{param<&JobChoice::job, Self>(
      "Job", {.sets = JobChoice::Jobs, .position = 0, .mandatory = true, .from_pipeline = true},
      "The jobs.")};
}

struct GetJob : JobChoice {
  Switch include_child_job;
  std::optional<bool> has_more_data;
  int32_t newest = 0;

  static constexpr auto kParams =
      join(job_params<GetJob, false>(),
           std::array{param<&GetJob::include_child_job>("IncludeChildJob", {}, "Their child jobs as well."),
                      param<&GetJob::has_more_data>("HasMoreData", {}, "Only those with output, or without."),
                      param<&GetJob::newest>("Newest", {.range = {1, INT32_MAX}}, "So many of the last.")});
  static constexpr std::string_view kAliases[] = {"gjb"};
  static constexpr Example kExamples[] = {{"Get-Job", "", "Lists the session's jobs."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Job",
                             .module = kCore,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetJobCommand",
                             .synopsis = "Lists the session's jobs."};

  Flow process(Context& context) {
    std::vector<std::shared_ptr<Job>> chosen;
    if (const Flow flow = choose(context, chosen); flow != Flow::more) return flow;
    const bool all = id.empty() && name.empty() && instance_id.empty() && !state;
    if (all) chosen = context.get<Interpreter>().jobs().jobs();
    if (newest > 0 && chosen.size() > static_cast<size_t>(newest))
      chosen.erase(chosen.begin(), chosen.end() - newest);
    for (const auto& one : chosen) {
      const JobInfo info{one};
      if (has_more_data && info.has_more_data() != *has_more_data) continue;
      if (const Flow flow = context.write(noun_value(info)); flow != Flow::more) return flow;
      if (!include_child_job || one->about().kind != Job::Kind::process) continue;
      if (const Flow flow = context.write(noun_value(JobInfo{one, true})); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetJob);

struct WaitJob : JobChoice {
  Switch any, force;
  int32_t timeout = -1;

  static constexpr auto kParams =
      join(job_params<WaitJob, true>(), job_object_params<WaitJob>(),
           std::array{param<&WaitJob::any>("Any", {}, "Until one of them is over."),
                      param<&WaitJob::timeout>("Timeout", {.aliases = "TimeoutSec", .range = {-1, INT32_MAX}},
                                               "Seconds at most."),
                      param<&WaitJob::force>("Force", {}, "Accepted as PowerShell does.")});
  static constexpr std::string_view kAliases[] = {"wjb"};
  static constexpr Example kExamples[] = {
      {"(Start-Job { 1 } | Wait-Job).State", "Completed", "Waits until a job is over."}};
  static constexpr Decl decl{.verb = "Wait",
                             .noun = "Job",
                             .module = kCore,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.WaitJobCommand",
                             .synopsis = "Waits until jobs are over."};

  Flow process(Context& context) { return choose(context, jobs_); }

  Flow end(Context& context) {
    const int64_t until =
        timeout < 0 ? INT64_MAX : DateTime::utc_now().ticks + TimeSpan::seconds(timeout).ticks;
    std::vector<std::shared_ptr<Job>> over;
    for (;;) {
      over.clear();
      for (const auto& one : jobs_) {
        one->collect();
        if (one->is_over()) over.push_back(one);
      }
      if (over.size() == jobs_.size() || (any && !over.empty())) break;
      if (DateTime::utc_now().ticks >= until) {
        // As PowerShell: a wait that ended early gives nothing, unless any one was asked for.
        if (!any) over.clear();
        break;
      }
      if (!context.sleep(kPollTime)) return Flow::stopped;
    }
    if (any && over.size() > 1) over.resize(1);
    for (const auto& one : over) {
      if (const Flow flow = context.write(noun_value(JobInfo{one})); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  std::vector<std::shared_ptr<Job>> jobs_;
};
CMDLET(WaitJob);

struct ReceiveJob : JobChoice {
  Switch keep, no_recurse, force, wait, auto_remove_job, write_events, write_job_in_results;

  static constexpr auto kParams =
      join(job_params<ReceiveJob, true>(), job_object_params<ReceiveJob>(),
           std::array{
               param<&ReceiveJob::keep>("Keep", {}, "What is received can be received again."),
               param<&ReceiveJob::no_recurse>("NoRecurse", {}, "Without the child jobs."),
               param<&ReceiveJob::force>("Force", {}, "Accepted as PowerShell does."),
               param<&ReceiveJob::wait>("Wait", {}, "Until the jobs are over."),
               param<&ReceiveJob::auto_remove_job>("AutoRemoveJob", {}, "Removes them afterwards."),
               param<&ReceiveJob::write_events>("WriteEvents", {}, "Accepted as PowerShell does."),
               param<&ReceiveJob::write_job_in_results>("WriteJobInResults", {}, "The job goes out first.")});
  static constexpr std::string_view kAliases[] = {"rcjb"};
  static constexpr Example kExamples[] = {
      {"Start-Job { 'a' } | Wait-Job | Receive-Job", "a", "Takes what a job put out."}};
  static constexpr Decl decl{.verb = "Receive",
                             .noun = "Job",
                             .module = kCore,
                             .sets = kSets,
                             .default_set = 1,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ReceiveJobCommand",
                             .synopsis = "Takes what jobs put out."};

  Flow begin(Context& context) {
    if (!auto_remove_job || wait) return Flow::more;
    return context.terminate(
        {.id = "AutoRemoveCannotBeUsedWithoutWait",
         .category = ErrorCategory::InvalidOperation,
         .message = "The AutoRemoveJob parameter cannot be used without the Wait parameter."});
  }

  Flow process(Context& context) {
    std::vector<std::shared_ptr<Job>> chosen;
    if (const Flow flow = choose(context, chosen); flow != Flow::more) return flow;
    for (const auto& one : chosen) {
      if (write_job_in_results) {
        if (const Flow flow = context.write(noun_value(JobInfo{one})); flow != Flow::more) return flow;
      }
      if (const Flow flow = receive(context, *one); flow != Flow::more) return flow;
      if (auto_remove_job) context.get<Interpreter>().jobs().remove(*one);
    }
    return Flow::more;
  }

 private:
  Flow receive(Context& context, Job& one) const {
    size_t given = 0;
    for (;;) {
      one.collect();
      const bool over = one.is_over();
      // By index and copy: what takes the objects may receive of the same job.
      while (given < one.items().size()) {
        const JobItem item = one.items()[given++];
        if (const Flow flow = give(context, item); flow != Flow::more) return flow;
      }
      if (!keep) {
        one.forget_items();
        given = 0;
      }
      if (over || !wait) return Flow::more;
      if (!context.sleep(kPollTime)) return Flow::stopped;
    }
  }

  static Flow give(Context& context, const JobItem& item) {
    switch (item.kind) {
      case FrameKind::output: return context.write(item.value);
      case FrameKind::error:
      case FrameKind::failed: {
        const auto* record = item.value.as<ErrorRecordObject>();
        if (record == nullptr) return context.error({.id = "JobError", .message = to_string(item.value)});
        return context.error(record->error, record->target);
      }
      case FrameKind::warning: return context.warning(to_string(item.value));
      case FrameKind::verbose: return context.verbose(to_string(item.value));
      case FrameKind::debug: return context.debug(to_string(item.value));
      case FrameKind::information: return context.information(item.value, false, true);
      case FrameKind::host: return context.information(item.value, true, false);
      default: return Flow::more;
    }
  }
};
CMDLET(ReceiveJob);

struct StopJob : JobChoice {
  Switch pass_thru;

  static constexpr auto kParams =
      join(job_params<StopJob, true>(), job_object_params<StopJob>(),
           std::array{param<&StopJob::pass_thru>("PassThru", {}, "The jobs go on.")});
  static constexpr std::string_view kAliases[] = {"spjb"};
  static constexpr Example kExamples[] = {
      {"(Start-Job { Start-Sleep 60 } | Stop-Job -PassThru).State", "Stopped", "Ends a job."}};
  static constexpr Decl decl{.verb = "Stop",
                             .noun = "Job",
                             .module = kCore,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.StopJobCommand",
                             .synopsis = "Ends jobs that run."};

  Flow process(Context& context) {
    return change_each(context, "Stop-Job", [&](const std::shared_ptr<Job>& one) {
      one->stop();
      return pass_thru ? context.write(noun_value(JobInfo{one})) : Flow::more;
    });
  }
};
CMDLET(StopJob);

struct RemoveJob : JobChoice {
  Switch force;

  static constexpr auto kParams =
      join(job_params<RemoveJob, true>(), job_object_params<RemoveJob>(),
           std::array{param<&RemoveJob::force>("Force", {.aliases = "F"}, "Those too that run.")});
  static constexpr std::string_view kAliases[] = {"rjb"};
  static constexpr Example kExamples[] = {
      {"Start-Job { 1 } | Wait-Job | Remove-Job; @(Get-Job).Count", "0", "Forgets a job that is over."}};
  static constexpr Decl decl{.verb = "Remove",
                             .noun = "Job",
                             .module = kCore,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.RemoveJobCommand",
                             .synopsis = "Forgets jobs that are over."};

  Flow process(Context& context) {
    return change_each(context, "Remove-Job", [&](const std::shared_ptr<Job>& one) {
      one->collect();
      if (!one->is_over() && !force) {
        return context.error(
            {.id = "JobObjectNotFinishedCannotBeRemoved",
             .category = ErrorCategory::InvalidOperation,
             .message =
                 fmt::format("The command cannot remove the job with the job ID {} because the job is not "
                             "finished. To remove the job, first stop the job, or use the Force parameter.",
                             one->about().id),
             .exception = "System.ArgumentException"},
            noun_value(JobInfo{one}));
      }
      one->stop();
      context.get<Interpreter>().jobs().remove(*one);
      return Flow::more;
    });
  }
};
CMDLET(RemoveJob);

}  // namespace

Flow Interpreter::run_in_background(const Node& statement, Sink& out) {
  auto request = make_background_request(*this, statement);
  if (!request) return raise(request.take_error(), statement.span);
  std::string command = request->script;
  auto job = start_job(*this, Job::Kind::process, {}, std::move(command), request.take());
  return job ? out.write(job.take()) : raise(job.take_error(), statement.span);
}

std::span<const CmdletEntry> job_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"Get-Job", &cmdlet_GetJob},
                                             {"Receive-Job", &cmdlet_ReceiveJob},
                                             {"Remove-Job", &cmdlet_RemoveJob},
                                             {"Start-Job", &cmdlet_StartJob},
                                             {"Start-ThreadJob", &cmdlet_StartThreadJob},
                                             {"Stop-Job", &cmdlet_StopJob},
                                             {"Wait-Job", &cmdlet_WaitJob}};
  return kEntries;
}

}  // namespace hvsh::shell
