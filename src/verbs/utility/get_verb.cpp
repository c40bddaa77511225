#include <algorithm>

#include "core/cmdlet.h"
#include "core/wildcard.h"

namespace hvsh::verbs {

struct VerbInfo {
  std::string_view verb, prefix, group;

  std::string verb_text() const { return std::string(verb); }
  std::string prefix_text() const { return std::string(prefix); }
  std::string group_text() const { return std::string(group); }
  std::string display() const { return std::string(verb); }
  static constexpr Prop kProps[] = {
      prop<&VerbInfo::verb_text>("Verb", "The verb."),
      prop<&VerbInfo::prefix_text>("AliasPrefix", "How aliases of such commands begin."),
      prop<&VerbInfo::group_text>("Group", "What it is about."),
  };
  static constexpr Column kTable[] = {
      {.property = "Verb", .width = 11}, {.property = "AliasPrefix", .width = 11}, {"Group"}};
  static constexpr Noun noun{
      .type = {"System.Management.Automation.VerbInfo", "VerbInfo"}, .props = kProps, .table = kTable};
};

namespace {

constexpr std::string_view kCommon = "Common", kData = "Data", kLife = "Lifecycle",
                           kDiagnostic = "Diagnostic", kTalk = "Communications", kSecurity = "Security",
                           kOther = "Other";

// In Get-Verb's order.
constexpr VerbInfo kVerbs[] = {
    {"Add", "a", kCommon},          {"Clear", "cl", kCommon},
    {"Close", "cs", kCommon},       {"Copy", "cp", kCommon},
    {"Enter", "et", kCommon},       {"Exit", "ex", kCommon},
    {"Find", "fd", kCommon},        {"Format", "f", kCommon},
    {"Get", "g", kCommon},          {"Hide", "h", kCommon},
    {"Join", "j", kCommon},         {"Lock", "lk", kCommon},
    {"Move", "m", kCommon},         {"New", "n", kCommon},
    {"Open", "op", kCommon},        {"Optimize", "om", kCommon},
    {"Pop", "pop", kCommon},        {"Push", "pu", kCommon},
    {"Redo", "re", kCommon},        {"Remove", "r", kCommon},
    {"Rename", "rn", kCommon},      {"Reset", "rs", kCommon},
    {"Resize", "rz", kCommon},      {"Search", "sr", kCommon},
    {"Select", "sc", kCommon},      {"Set", "s", kCommon},
    {"Show", "sh", kCommon},        {"Skip", "sk", kCommon},
    {"Split", "sl", kCommon},       {"Step", "st", kCommon},
    {"Switch", "sw", kCommon},      {"Undo", "un", kCommon},
    {"Unlock", "uk", kCommon},      {"Watch", "wc", kCommon},
    {"Backup", "ba", kData},        {"Checkpoint", "ch", kData},
    {"Compare", "cr", kData},       {"Compress", "cm", kData},
    {"Convert", "cv", kData},       {"ConvertFrom", "cf", kData},
    {"ConvertTo", "ct", kData},     {"Dismount", "dm", kData},
    {"Edit", "ed", kData},          {"Expand", "en", kData},
    {"Export", "ep", kData},        {"Group", "gp", kData},
    {"Import", "ip", kData},        {"Initialize", "in", kData},
    {"Limit", "l", kData},          {"Merge", "mg", kData},
    {"Mount", "mt", kData},         {"Out", "o", kData},
    {"Publish", "pb", kData},       {"Restore", "rr", kData},
    {"Save", "sv", kData},          {"Sync", "sy", kData},
    {"Unpublish", "ub", kData},     {"Update", "ud", kData},
    {"Approve", "ap", kLife},       {"Assert", "as", kLife},
    {"Build", "bd", kLife},         {"Complete", "cmp", kLife},
    {"Confirm", "cn", kLife},       {"Deny", "dn", kLife},
    {"Deploy", "dp", kLife},        {"Disable", "d", kLife},
    {"Enable", "e", kLife},         {"Install", "is", kLife},
    {"Invoke", "i", kLife},         {"Register", "rg", kLife},
    {"Request", "rq", kLife},       {"Restart", "rt", kLife},
    {"Resume", "ru", kLife},        {"Start", "sa", kLife},
    {"Stop", "sp", kLife},          {"Submit", "sb", kLife},
    {"Suspend", "ss", kLife},       {"Uninstall", "us", kLife},
    {"Unregister", "ur", kLife},    {"Wait", "w", kLife},
    {"Debug", "db", kDiagnostic},   {"Measure", "ms", kDiagnostic},
    {"Ping", "pi", kDiagnostic},    {"Repair", "rp", kDiagnostic},
    {"Resolve", "rv", kDiagnostic}, {"Test", "t", kDiagnostic},
    {"Trace", "tr", kDiagnostic},   {"Connect", "cc", kTalk},
    {"Disconnect", "dc", kTalk},    {"Read", "rd", kTalk},
    {"Receive", "rc", kTalk},       {"Send", "sd", kTalk},
    {"Write", "wr", kTalk},         {"Block", "bl", kSecurity},
    {"Grant", "gr", kSecurity},     {"Protect", "pt", kSecurity},
    {"Revoke", "rk", kSecurity},    {"Unblock", "ul", kSecurity},
    {"Unprotect", "up", kSecurity}, {"Use", "u", kOther},
};

constexpr std::string_view kGroups[] = {kCommon, kTalk, kData, kDiagnostic, kLife, kOther, kSecurity};

}  // namespace

struct GetVerb {
  std::vector<std::string> verb, group;

  static constexpr Param kParams[] = {
      param<&GetVerb::verb>("Verb", {.position = 0, .from_pipeline = true, .wildcards = true},
                            "These verbs."),
      param<&GetVerb::group>("Group", {.position = 1, .values = kGroups}, "Verbs of these groups."),
  };
  static constexpr Example kExamples[] = {{"(Get-Verb Get).Group", "Common", "Tells about one verb."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Verb",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetVerbCommand",
                             .synopsis = "Lists the verbs that commands' names begin with."};

  Flow process(Context& context) {
    for (const VerbInfo& info : kVerbs) {
      const bool named =
          verb.empty() || std::any_of(verb.begin(), verb.end(), [&](const std::string& pattern) {
            return Wildcard(pattern).matches(info.verb);
          });
      const bool grouped =
          group.empty() || std::any_of(group.begin(), group.end(), [&](const std::string& name) {
            return equal_ascii(name, info.group);
          });
      if (!named || !grouped) continue;
      if (const Flow flow = context.write(noun_value(info)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetVerb);

}  // namespace hvsh::verbs
