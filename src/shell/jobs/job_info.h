#pragma once
// The object that stands for a job.
#include "core/noun.h"
#include "shell/jobs/job.h"

namespace hvsh {

template <>
struct EnumOf<shell::JobState> {
  static constexpr EnumMember kMembers[] = {
      {"NotStarted", 0}, {"Running", 1},   {"Completed", 2},    {"Failed", 3},     {"Stopped", 4},
      {"Blocked", 5},    {"Suspended", 6}, {"Disconnected", 7}, {"Suspending", 8}, {"Stopping", 9}};
  static constexpr EnumInfo info{.type = {"System.Management.Automation.JobState", "JobState"},
                                 .members = kMembers};
};

namespace shell {

struct JobInfo {
  std::shared_ptr<Job> job;
  bool is_child = false;  // the child job of one in a process

  int32_t id() const { return job->about().id + (is_child ? 1 : 0); }
  std::string name() const;
  std::string type_name() const;
  JobState state() const;
  bool has_more_data() const;
  std::string location() const { return job->about().kind == Job::Kind::thread ? "PowerShell" : "localhost"; }
  std::string command() const { return job->about().command; }
  std::string status_message() const { return job->failure(); }
  Value child_jobs() const;
  Guid instance_id() const { return job->instance(); }
  std::optional<DateTime> begun() const { return job->begun(); }
  std::optional<DateTime> ended() const;
  std::vector<Value> output() const { return of(FrameKind::output); }
  std::vector<Value> error() const { return of(FrameKind::error); }
  std::vector<Value> warning() const { return of(FrameKind::warning); }
  std::vector<Value> verbose() const { return of(FrameKind::verbose); }
  std::vector<Value> debug() const { return of(FrameKind::debug); }
  std::vector<Value> information() const { return of(FrameKind::information); }
  std::vector<Value> of(FrameKind kind) const;

  std::string display() const { return "System.Management.Automation.PSRemotingJob"; }
  static constexpr Prop kProps[] = {
      prop<&JobInfo::state>("State", "What it is doing."),
      prop<&JobInfo::has_more_data>("HasMoreData", "Whether Receive-Job would give something."),
      prop<&JobInfo::status_message>("StatusMessage", "Why it failed."),
      prop<&JobInfo::location>("Location", "Where it runs."),
      prop<&JobInfo::command>("Command", "What it runs."),
      prop<&JobInfo::id>("Id", "Its number in this session."),
      prop<&JobInfo::name>("Name", "Its name."),
      prop<&JobInfo::type_name>("PSJobTypeName", "BackgroundJob: a process; ThreadJob: a thread."),
      prop<&JobInfo::child_jobs>("ChildJobs", "The jobs that do the work."),
      prop<&JobInfo::begun>("PSBeginTime", "When it began."),
      prop<&JobInfo::ended>("PSEndTime", "When it was over."),
      prop<&JobInfo::instance_id>("InstanceId", "Its identity."),
      prop<&JobInfo::output>("Output", "What it put out and nobody received."),
      prop<&JobInfo::error>("Error", "Its errors."),
      prop<&JobInfo::warning>("Warning", "Its warnings."),
      prop<&JobInfo::verbose>("Verbose", "Its verbose messages."),
      prop<&JobInfo::debug>("Debug", "Its debug messages."),
      prop<&JobInfo::information>("Information", "Its information records."),
  };
  static constexpr Column kTable[] = {{.property = "Id", .width = 6, .align = Align::left},
                                      {.property = "Name", .width = 15},
                                      {.property = "PSJobTypeName", .width = 15},
                                      {.property = "State", .width = 13},
                                      {.property = "HasMoreData", .width = 15, .align = Align::left},
                                      {.property = "Location", .width = 20},
                                      {.property = "Command"}};
  static constexpr Noun noun{.type = {"System.Management.Automation.PSRemotingJob", "PSRemotingJob"},
                             .props = kProps,
                             .table = kTable};
};

// CliXml of one value, for a frame.
std::string pack_value(const Value& value);

}  // namespace shell
}  // namespace hvsh
