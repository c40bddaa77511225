// Get-WinEvent and Get-EventLog, over systemd's journal.
#include <fmt/format.h>

#include "engines/host_computer.h"
#include "verbs/system/refusals.h"

namespace hvsh::verbs {

namespace {

constexpr int64_t kMostByDefault = 1000;

// An entry of the journal in the shape of both cmdlets' objects.
struct EventRecord {
  DateTime time_created;
  std::string provider_name, message, machine_name;
  int64_t priority = 6, process_id = 0;

  int32_t id() const { return 0; }
  uint8_t level() const { return priority <= 2 ? 1 : priority == 3 ? 2 : priority == 4 ? 3 : 4; }
  std::string level_name() const {
    static constexpr std::string_view kNames[] = {"", "Critical", "Error", "Warning", "Information"};
    return std::string(kNames[level()]);
  }
  std::string log_name() const { return "journal"; }
  std::string display() const { return "System.Diagnostics.Eventing.Reader.EventLogRecord"; }

  static constexpr Prop kProps[] = {
      prop<&EventRecord::message>("Message", "What happened."),
      prop<&EventRecord::id>("Id", "Events of the journal have no number."),
      prop<&EventRecord::level>("Level", "1 critical, 2 error, 3 warning, 4 information."),
      prop<&EventRecord::provider_name>("ProviderName", "The unit or program."),
      prop<&EventRecord::provider_name>("Source", "The unit or program."),
      prop<&EventRecord::log_name>("LogName", "The journal."),
      prop<&EventRecord::process_id>("ProcessId", "Which process said it."),
      prop<&EventRecord::machine_name>("MachineName", "On which host."),
      prop<&EventRecord::time_created>("TimeCreated", "When."),
      prop<&EventRecord::time_created>("TimeGenerated", "When."),
      prop<&EventRecord::level_name>("LevelDisplayName", "How serious it is."),
      prop<&EventRecord::level_name>("EntryType", "How serious it is."),
  };
  static constexpr Column kTable[] = {{.property = "TimeCreated", .width = 26},
                                      {.property = "Id", .width = 8, .align = Align::right},
                                      {.property = "LevelDisplayName", .width = 16},
                                      {.property = "Message"}};
  static constexpr Noun noun{.type = {"System.Diagnostics.Eventing.Reader.EventLogRecord", "EventLogRecord"},
                             .props = kProps,
                             .table = kTable,
                             .group_by = "ProviderName",
                             .group_label = "ProviderName"};
};

// The units whose messages the logs of Hyper-V hold on Windows.
std::string unit_of(const std::string& log) {
  const auto begins = [&log](std::string_view with) {
    return log.size() >= with.size() && equal_ascii(std::string_view(log).substr(0, with.size()), with);
  };
  if (begins("Microsoft-Windows-Hyper-V")) return "libvirtd";
  if (equal_ascii(log, "System") || equal_ascii(log, "Application") || equal_ascii(log, "journal") ||
      log == "*")
    return {};
  return log;
}

Flow write_entries(Context& context, const engines::HostEventQuery& query) {
  auto entries = context.get<engines::HostComputer>().journal(query);
  if (!entries) {
    Error error = entries.take_error();
    error.hint = "Events are those of systemd's journal; without it see /var/log.";
    return context.terminate(std::move(error));
  }
  if (entries->empty()) {
    return context.error({.id = "NoMatchingEventsFound",
                          .category = ErrorCategory::ObjectNotFound,
                          .message = "No events were found that match the specified selection criteria.",
                          .exception = "System.Exception"});
  }
  for (engines::HostEvent& entry : *entries) {
    EventRecord record{.time_created = entry.time,
                       .provider_name = entry.unit,
                       .message = entry.message,
                       .machine_name = entry.host,
                       .priority = entry.priority,
                       .process_id = entry.process_id};
    if (Flow flow = context.write(noun_value(std::move(record))); flow != Flow::more) return flow;
  }
  return Flow::more;
}

}  // namespace

struct GetWinEvent {
  std::vector<std::string> log_name, provider_name, list_log, list_provider, path;
  std::string computer_name, filter_xpath;
  Value filter_hashtable, filter_xml, credential;
  int64_t max_events = kMostByDefault;
  Switch force, oldest;

  enum Set : SetMask { Log = 1, Provider = 2, Hash = 4, Xml = 8, ListLog = 16, ListProvider = 32, File = 64 };
  static constexpr std::string_view kSets[] = {"GetLogSet",  "GetProviderSet",  "HashQuerySet", "XmlQuerySet",
                                               "ListLogSet", "ListProviderSet", "FileSet"};
  static constexpr Param kParams[] = {
      param<&GetWinEvent::list_log>("ListLog", {.sets = ListLog, .position = 0, .mandatory = true},
                                    "Not on Linux."),
      param<&GetWinEvent::log_name>("LogName", {.sets = Log, .position = 0, .from_pipeline = true},
                                    "System, Application, Microsoft-Windows-Hyper-V-*, or a unit's name."),
      param<&GetWinEvent::list_provider>(
          "ListProvider", {.sets = ListProvider, .position = 0, .mandatory = true}, "Not on Linux."),
      param<&GetWinEvent::provider_name>("ProviderName", {.sets = Provider, .position = 0, .mandatory = true},
                                         "A unit's name."),
      param<&GetWinEvent::path>("Path", {.sets = File, .position = 0, .mandatory = true}, "Not on Linux."),
      param<&GetWinEvent::max_events>("MaxEvents", {.range = {1, 1'000'000}},
                                      "So many at most; 1000 if it is not given."),
      param<&GetWinEvent::computer_name>("ComputerName", {.aliases = "Cn"}, "This host."),
      param<&GetWinEvent::credential>("Credential", {}, "Accepted."),
      param<&GetWinEvent::filter_xpath>("FilterXPath", {.sets = Log | Provider | File}, "Not on Linux."),
      param<&GetWinEvent::filter_xml>("FilterXml", {.sets = Xml, .position = 0, .mandatory = true},
                                      "Not on Linux."),
      param<&GetWinEvent::filter_hashtable>("FilterHashtable",
                                            {.sets = Hash, .position = 0, .mandatory = true},
                                            "LogName, ProviderName, Level, StartTime, EndTime."),
      param<&GetWinEvent::force>("Force", {.sets = Log}, "Accepted."),
      param<&GetWinEvent::oldest>("Oldest", {}, "The oldest first."),
  };
  static constexpr Example kExamples[] = {
      {"Get-WinEvent -LogName System -MaxEvents 5", "*", "Shows the newest events."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "WinEvent",
                             .module = "Microsoft.PowerShell.Diagnostics",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetWinEventCommand",
                             .synopsis = "Reads events: systemd's journal."};

  Flow process(Context& context) {
    if (const std::string other = other_host({computer_name}); !other.empty())
      return context.terminate(only_this_host("Get-WinEvent", other));
    if ((context.parameter_set() & (Xml | ListLog | ListProvider | File)) != 0 || !filter_xpath.empty()) {
      return context.terminate(
          not_on_linux("Get-WinEvent reads systemd's journal, which knows no XPath, no XML queries, "
                       "no lists of logs and no .evtx files.",
                       "Use -LogName, -ProviderName or -FilterHashtable."));
    }
    engines::HostEventQuery query{.most = max_events, .oldest_first = oldest.on};
    if (!log_name.empty()) query.unit = unit_of(log_name.front());
    if (!provider_name.empty()) query.unit = unit_of(provider_name.front());
    if (auto wrong = add_table(query)) return context.terminate(std::move(*wrong));
    return write_entries(context, query);
  }

 private:
  std::optional<Error> add_table(engines::HostEventQuery& query) const {
    auto* table = filter_hashtable.as<MapObject>();
    if (table == nullptr) return std::nullopt;
    for (const auto& [key, value] : table->entries()) {
      const std::string name = to_string(key);
      const std::vector<Value> items = to_items(value);
      const std::string text = items.empty() ? std::string() : to_string(items.front());
      if (equal_ascii(name, "LogName") || equal_ascii(name, "ProviderName")) {
        if (query.unit.empty()) query.unit = unit_of(text);
      } else if (equal_ascii(name, "StartTime") || equal_ascii(name, "EndTime")) {
        auto time = to_date_time(value);
        if (!time) return time.take_error();
        (equal_ascii(name, "StartTime") ? query.from : query.to) = *time;
      } else if (equal_ascii(name, "Level")) {
        int64_t worst = 0;
        for (const Value& item : items) {
          if (auto level = to_integer(item, IntType::i64)) worst = std::max(worst, level->as_int());
        }
        query.max_priority = worst <= 1 ? 2 : worst + 1 > 4 ? 6 : worst + 1;
      } else if (!equal_ascii(name, "Id")) {
        return not_on_linux(
            fmt::format("Get-WinEvent cannot filter by {}.", name),
            "Use LogName, ProviderName, Level, StartTime and EndTime, and Where-Object for the rest.");
      }
    }
    return std::nullopt;
  }
};
CMDLET(GetWinEvent);

struct GetEventLog {
  std::string log_name;
  std::vector<std::string> source, entry_type, computer_name;
  int64_t newest = kMostByDefault;
  std::optional<DateTime> after, before;
  Switch list;

  enum Set : SetMask { Log = 1, List = 2 };
  static constexpr std::string_view kSets[] = {"LogName", "List"};
  static constexpr Param kParams[] = {
      param<&GetEventLog::log_name>("LogName",
                                    {.sets = Log, .position = 0, .mandatory = true, .aliases = "LN"},
                                    "System, Application, or a unit's name."),
      param<&GetEventLog::computer_name>("ComputerName", {.aliases = "Cn"}, "This host."),
      param<&GetEventLog::newest>("Newest", {.sets = Log, .range = {0, 1'000'000}}, "So many."),
      param<&GetEventLog::after>("After", {.sets = Log}, "From then on."),
      param<&GetEventLog::before>("Before", {.sets = Log}, "Until then."),
      param<&GetEventLog::source>("Source", {.sets = Log, .aliases = "ABO"}, "Of this unit."),
      param<&GetEventLog::entry_type>("EntryType", {.sets = Log, .aliases = "ET"},
                                      "Error, Warning, Information."),
      param<&GetEventLog::list>("List", {.sets = List}, "Not on Linux."),
  };
  static constexpr Example kExamples[] = {{"Get-EventLog System -Newest 5", "*", "Shows the newest events."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "EventLog",
                             .module = "Microsoft.PowerShell.Management",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetEventLogCommand",
                             .synopsis = "Reads events as Windows PowerShell does: systemd's journal."};

  Flow process(Context& context) {
    if (const std::string other = other_host(computer_name); !other.empty())
      return context.terminate(only_this_host("Get-EventLog", other));
    if (list)
      return context.terminate(
          not_on_linux("Get-EventLog cannot list logs: there is one journal.", "Give -LogName System."));
    engines::HostEventQuery query{.unit = unit_of(source.empty() ? log_name : source.front()),
                                  .from = after,
                                  .to = before,
                                  .most = newest};
    if (!entry_type.empty()) query.max_priority = 3;
    for (const std::string& type : entry_type) {
      if (equal_ascii(type, "Warning")) query.max_priority = std::max<int64_t>(query.max_priority, 4);
      if (equal_ascii(type, "Information")) query.max_priority = 6;
    }
    return write_entries(context, query);
  }
};
CMDLET(GetEventLog);

}  // namespace hvsh::verbs
