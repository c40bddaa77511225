#pragma once
// Processes and services as Windows' cmdlets show them.
#include <optional>
#include <string>
#include <vector>

#include "core/noun.h"

namespace hvsh::nouns {

enum class ServiceControllerStatus : uint8_t {
  Stopped = 1,
  StartPending = 2,
  StopPending = 3,
  Running = 4,
  ContinuePending = 5,
  PausePending = 6,
  Paused = 7
};
enum class ServiceStartMode : uint8_t {
  Boot = 0,
  System = 1,
  Automatic = 2,
  Manual = 3,
  Disabled = 4,
  AutomaticDelayedStart = 10
};

}  // namespace hvsh::nouns

namespace hvsh {

template <>
struct EnumOf<nouns::ServiceControllerStatus> {
  static constexpr EnumMember kMembers[] = {{"Stopped", 1}, {"StartPending", 2},    {"StopPending", 3},
                                            {"Running", 4}, {"ContinuePending", 5}, {"PausePending", 6},
                                            {"Paused", 7}};
  static constexpr EnumInfo info{
      .type = {"System.ServiceProcess.ServiceControllerStatus", "ServiceControllerStatus"},
      .members = kMembers};
};
template <>
struct EnumOf<nouns::ServiceStartMode> {
  static constexpr EnumMember kMembers[] = {{"Boot", 0},   {"System", 1},   {"Automatic", 2},
                                            {"Manual", 3}, {"Disabled", 4}, {"AutomaticDelayedStart", 10}};
  static constexpr EnumInfo info{
      .type = {"Microsoft.PowerShell.Commands.ServiceStartupType", "ServiceStartupType"},
      .members = kMembers};
};

}  // namespace hvsh

namespace hvsh::nouns {

struct Service {
  std::string name, display_name, path;
  ServiceControllerStatus status = ServiceControllerStatus::Stopped;
  ServiceStartMode start_type = ServiceStartMode::Manual;
  std::string unit;  // systemd's name; another one where a Windows name stands for it

  bool can_stop() const { return status == ServiceControllerStatus::Running; }
  bool can_pause() const { return false; }
  std::string machine_name() const { return "."; }
  std::string service_type() const { return "Win32OwnProcess"; }
  std::string display() const { return "System.ServiceProcess.ServiceController"; }

  static constexpr Prop kProps[] = {
      alias_prop("Name", "ServiceName"),
      prop<&Service::path>("BinaryPathName", "Its program."),
      prop<&Service::display_name>("Description", "What it does."),
      prop<&Service::can_pause>("CanPauseAndContinue", "Never here."),
      prop<&Service::can_stop>("CanStop", "Whether it runs."),
      prop<&Service::display_name>("DisplayName", "What it does."),
      prop<&Service::machine_name>("MachineName", "This host."),
      prop<&Service::name>("ServiceName", "Its name."),
      prop<&Service::status>("Status", "Running, Stopped ..."),
      prop<&Service::service_type>("ServiceType", "What Windows calls a service with a program of its own."),
      prop<&Service::start_type>("StartType", "Automatic, Manual or Disabled."),
      prop<&Service::unit>("UnitName", "systemd's unit."),
  };
  static constexpr Column kTable[] = {
      {.property = "Status", .width = 8}, {.property = "Name", .width = 18}, {.property = "DisplayName"}};
  static constexpr std::string_view kList[] = {"Name",    "DisplayName", "Status",   "CanPauseAndContinue",
                                               "CanStop", "ServiceType", "StartType"};
  static constexpr Noun noun{.type = {"System.ServiceProcess.ServiceController", "ServiceController"},
                             .props = kProps,
                             .table = kTable,
                             .list = kList};
};

// A snapshot of /proc, but for HasExited and ExitCode, which are asked when they are read.
struct Process {
  int64_t id = 0, session = 0, threads = 0, parent = 0, handles = 0;
  std::string name, path, command_line, user;
  double cpu_seconds = 0;
  int64_t working_set = 0, virtual_memory = 0, private_memory = 0;
  DateTime started;

  bool has_exited() const;
  std::optional<int32_t> exit_code() const;
  bool responding() const { return !has_exited(); }
  std::string machine_name() const { return "."; }
  std::string main_window_title() const { return ""; }
  std::string priority_class() const { return "Normal"; }
  TimeSpan total_processor_time() const { return {static_cast<int64_t>(cpu_seconds * kTicksPerSecond)}; }
  int64_t npm_kib() const { return 0; }
  std::string pm_mib() const;
  std::string ws_mib() const;
  std::string cpu_text() const;
  std::string display() const;

  static constexpr Prop kProps[] = {
      alias_prop("Name", "ProcessName"),
      prop<&Process::session>("SI", "Its session."),
      prop<&Process::handles>("Handles", "Descriptors that it has open."),
      prop<&Process::virtual_memory>("VM", "Bytes of address space."),
      prop<&Process::working_set>("WS", "Bytes in memory."),
      prop<&Process::private_memory>("PM", "Bytes that are its own."),
      prop<&Process::npm_kib>("NPM", "Nothing on Linux."),
      prop<&Process::path>("Path", "Its program."),
      prop<&Process::command_line>("CommandLine", "How it was started."),
      prop<&Process::cpu_seconds>("CPU", "Seconds of processor time."),
      prop<&Process::user>("UserName", "Who runs it."),
      prop<&Process::parent>("ParentId", "The process that started it."),
      prop<&Process::id>("Id", "Its number."),
      prop<&Process::name>("ProcessName", "Its program's name."),
      prop<&Process::priority_class>("PriorityClass", "Always Normal here."),
      prop<&Process::has_exited>("HasExited", "Whether it has ended."),
      prop<&Process::exit_code>("ExitCode", "Of a process that this session started, when it has ended."),
      prop<&Process::responding>("Responding", "Whether it is there."),
      prop<&Process::session>("SessionId", "Its session."),
      prop<&Process::started>("StartTime", "When it was started."),
      prop<&Process::threads>("ThreadCount", "How many threads it has."),
      prop<&Process::total_processor_time>("TotalProcessorTime", "Processor time."),
      prop<&Process::working_set>("WorkingSet64", "Bytes in memory."),
      prop<&Process::working_set>("WorkingSet", "Bytes in memory."),
      prop<&Process::virtual_memory>("VirtualMemorySize64", "Bytes of address space."),
      prop<&Process::private_memory>("PrivateMemorySize64", "Bytes that are its own."),
      prop<&Process::private_memory>("PagedMemorySize64", "Bytes that are its own."),
      prop<&Process::machine_name>("MachineName", "This host."),
      prop<&Process::main_window_title>("MainWindowTitle", "Nothing: there are no windows."),
      prop<&Process::pm_mib>("PM(M)", "PM in MiB."),
      prop<&Process::ws_mib>("WS(M)", "WS in MiB."),
      prop<&Process::cpu_text>("CPU(s)", "CPU, rounded."),
  };
  static constexpr Column kTable[] = {
      {.property = "NPM", .label = "NPM(K)", .width = 7, .align = Align::right},
      {.property = "PM(M)", .width = 8, .align = Align::right},
      {.property = "WS(M)", .width = 10, .align = Align::right},
      {.property = "CPU(s)", .width = 10, .align = Align::right},
      {.property = "Id", .width = 7, .align = Align::right},
      {.property = "SI", .width = 3, .align = Align::right},
      {.property = "ProcessName"}};
  static constexpr std::string_view kList[] = {"Id", "Handles", "CPU", "SI", "Name"};
  static constexpr Noun noun{
      .type = {"System.Diagnostics.Process", "Process"}, .props = kProps, .table = kTable, .list = kList};
};

}  // namespace hvsh::nouns
