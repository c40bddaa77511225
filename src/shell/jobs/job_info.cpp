#include "shell/jobs/job_info.h"

#include <fmt/format.h>

#include "core/clixml.h"

namespace hvsh::shell {

std::string JobInfo::name() const { return is_child ? fmt::format("Job{}", id()) : job->about().name; }

std::string JobInfo::type_name() const {
  if (is_child) return {};
  return job->about().kind == Job::Kind::process ? "BackgroundJob" : "ThreadJob";
}

JobState JobInfo::state() const {
  job->collect();
  return job->state();
}

// As in PowerShell, a job that still runs may have more at any time.
bool JobInfo::has_more_data() const {
  job->collect();
  return !job->is_over() || !job->items().empty();
}

std::optional<DateTime> JobInfo::ended() const {
  job->collect();
  return job->ended();
}

Value JobInfo::child_jobs() const {
  std::vector<Value> children;
  if (!is_child && job->about().kind == Job::Kind::process)
    children.push_back(noun_value(JobInfo{job, true}));
  return Value::array(std::move(children));
}

std::vector<Value> JobInfo::of(FrameKind kind) const {
  std::vector<Value> values;
  // A job's own streams are those of its children.
  if (!is_child && job->about().kind == Job::Kind::process) return values;
  job->collect();
  for (const JobItem& item : job->items()) {
    if (item.kind == kind) values.push_back(item.value);
  }
  return values;
}

std::string pack_value(const Value& value) {
  auto text = to_clixml(std::span<const Value>(&value, 1), {.depth = kCopyDepth, .indent = false});
  return text ? text.take() : std::string();
}

}  // namespace hvsh::shell
