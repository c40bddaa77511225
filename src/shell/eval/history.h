#pragma once
// The command lines of a session, oldest first; what Get-History shows.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/noun.h"

namespace hvsh {

namespace shell {
enum class PipelineState : uint8_t {
  NotStarted,
  Running,
  Stopping,
  Stopped,
  Completed,
  Failed,
  Disconnected
};
}

template <>
struct EnumOf<shell::PipelineState> {
  static constexpr EnumMember kMembers[] = {{"NotStarted", 0},  {"Running", 1},   {"Stopping", 2},
                                            {"Stopped", 3},     {"Completed", 4}, {"Failed", 5},
                                            {"Disconnected", 6}};
  static constexpr EnumInfo info{
      .type = {"System.Management.Automation.Runspaces.PipelineState", "PipelineState"}, .members = kMembers};
};

namespace shell {

struct HistoryInfo {
  int64_t id = 0;
  std::string command;
  PipelineState state = PipelineState::Completed;
  DateTime started, ended;

  TimeSpan duration() const { return {ended.ticks - started.ticks}; }
  std::string display() const { return command; }

  static constexpr Prop kProps[] = {
      prop<&HistoryInfo::id>("Id", "Its number."),
      prop<&HistoryInfo::command>("CommandLine", "The command line."),
      prop<&HistoryInfo::state>("ExecutionStatus", "How it ended."),
      prop<&HistoryInfo::started>("StartExecutionTime", "When it began."),
      prop<&HistoryInfo::ended>("EndExecutionTime", "When it was over."),
      prop<&HistoryInfo::duration>("Duration", "How long it took."),
  };
  static constexpr Column kTable[] = {{.property = "Id", .width = 4, .align = Align::right},
                                      {.property = "Duration", .width = 12, .align = Align::right},
                                      {.property = "CommandLine"}};
  static constexpr Noun noun{
      .type = {"Microsoft.PowerShell.Commands.HistoryInfo", "HistoryInfo"}, .props = kProps, .table = kTable};
};

class History {
 public:
  // Gives it the next number. Beyond `kMost` the oldest go.
  int64_t add(HistoryInfo entry);
  // The line that was typed; one that Invoke-History ran stands in its place.
  void add_line(HistoryInfo entry);
  void stands_for(std::string command) { instead_ = std::move(command); }
  const std::deque<HistoryInfo>& entries() const { return entries_; }
  const HistoryInfo* find(int64_t id) const;
  void remove(int64_t id);

 private:
  static constexpr size_t kMost = 4096;
  std::deque<HistoryInfo> entries_;
  int64_t last_ = 0;
  std::optional<std::string> instead_;
};

}  // namespace shell
}  // namespace hvsh
