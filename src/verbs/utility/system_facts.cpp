// Small facts about this system, and small things made: New-Guid, New-TemporaryFile, Get-Uptime, Get-Culture,
// Get-UICulture, Unblock-File.
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>

#include "core/cmdlet.h"
#include "nouns/file_system.h"
#include "verbs/file/paths.h"

namespace hvsh::verbs {

struct NewGuid {
  std::string input_object;
  Switch empty;

  enum Set : SetMask { Default = 1, Empty = 2, Input = 4 };
  static constexpr std::string_view kSets[] = {"Default", "Empty", "InputObject"};
  static constexpr Param kParams[] = {
      param<&NewGuid::empty>("Empty", {.sets = Empty}, "The one of zeros."),
      param<&NewGuid::input_object>("InputObject",
                                    {.sets = Input, .position = 0, .mandatory = true, .from_pipeline = true},
                                    "Text of one."),
  };
  static constexpr Example kExamples[] = {
      {"(New-Guid -Empty).ToString()", "00000000-0000-0000-0000-000000000000", "The GUID of zeros."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "Guid",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.NewGuidCommand",
                             .synopsis = "Makes a GUID."};

  Flow process(Context& context) {
    if (context.parameter_set() != Input) return context.write(Value::guid(empty ? Guid{} : Guid::random()));
    const auto guid = Guid::parse(input_object);
    if (guid) return context.write(Value::guid(*guid));
    return context.error({.id = "StringNotRecognizedAsGuid",
                          .category = ErrorCategory::InvalidArgument,
                          .message = "Unrecognized Guid format.",
                          .target = input_object,
                          .exception = "System.FormatException"});
  }
};
CMDLET(NewGuid);

struct NewTemporaryFile {
  static constexpr Example kExamples[] = {{"$f = New-TemporaryFile; $f.Length; Remove-Item $f.FullName", "0",
                                           "Makes an empty file and removes it."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "TemporaryFile",
                             .module = "Microsoft.PowerShell.Utility",
                             .examples = kExamples,
                             .should_process = true,
                             .impact = Impact::low,
                             .error_class = "Microsoft.PowerShell.Commands.NewTemporaryFileCommand",
                             .synopsis = "Makes an empty file in the folder for temporary files."};

  Flow end(Context& context) {
    const char* chosen = std::getenv("TMPDIR");
    std::string folder = chosen != nullptr && *chosen != '\0' ? chosen : "/tmp";
    if (folder.back() != '/') folder += '/';
    const Answer answer = context.should_process(folder, "New-TemporaryFile");
    if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
    std::string path = folder + "tmpXXXXXX.tmp";
    const int file = ::mkstemps(path.data(), 4);
    if (file < 0) {
      return context.terminate(errno_error("make a temporary file", path, errno), Value::string(path));
    }
    ::close(file);
    auto item = nouns::read_item(path);
    return item ? context.write(item.take()) : context.terminate(item.take_error());
  }
};
CMDLET(NewTemporaryFile);

struct GetUptime {
  Switch since;

  enum Set : SetMask { Span = 1, Since = 2 };
  static constexpr std::string_view kSets[] = {"Timespan", "Since"};
  static constexpr Param kParams[] = {
      param<&GetUptime::since>("Since", {.sets = Since}, "When it started, instead of how long ago.")};
  static constexpr Example kExamples[] = {{"Get-Uptime", "*", "How long this host has been up."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Uptime",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetUptimeCommand",
                             .synopsis = "Tells how long this host has been up."};

  Flow process(Context& context) {
    timespec up{};
    if (::clock_gettime(CLOCK_BOOTTIME, &up) != 0) {
      return context.terminate(errno_error("read the clock", "CLOCK_BOOTTIME", errno));
    }
    if (!since) return context.write(Value::time_span(TimeSpan::seconds(up.tv_sec)));
    DateTime start = DateTime::now();
    start.ticks -= up.tv_sec * kTicksPerSecond;
    return context.write(Value::date_time(start));
  }
};
CMDLET(GetUptime);

struct UnblockFile {
  std::vector<std::string> path, literal_path;

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"ByPath", "ByLiteralPath"};
  static constexpr Param kParams[] = {
      param<&UnblockFile::path>("Path", {.sets = Path, .position = 0, .mandatory = true, .wildcards = true},
                                "The files."),
      param<&UnblockFile::literal_path>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The files, without wildcards."),
  };
  static constexpr Example kExamples[] = {
      {"Unblock-File install.ps1", "*", "Does nothing to an existing file."}};
  static constexpr Decl decl{.verb = "Unblock",
                             .noun = "File",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.PowerShell.Commands.UnblockFileCommand",
                             .synopsis = "Marks files as trusted; files carry no such mark here."};

  Flow process(Context& context) {
    std::vector<std::string> files;
    return each_path(context, path, literal_path, files);
  }
};
CMDLET(UnblockFile);

struct Culture {
  int32_t lcid = 127;
  std::string name, display_name = "Invariant Language (Invariant Country)";

  std::string display() const { return name; }
  std::string two_letters() const { return name.empty() ? "iv" : name.substr(0, 2); }
  std::string native() const { return display_name; }
  static constexpr Prop kProps[] = {
      prop<&Culture::lcid>("LCID", "Its number."),
      prop<&Culture::name>("Name", "Its name, as en-US."),
      prop<&Culture::display_name>("DisplayName", "Its name in words."),
      prop<&Culture::display_name>("EnglishName", "Its name in English."),
      prop<&Culture::native>("NativeName", "Its name in its own language."),
      prop<&Culture::two_letters>("TwoLetterISOLanguageName", "Its language."),
      prop<&Culture::display>("IetfLanguageTag", "Its name, as RFC 5646 writes it."),
  };
  static constexpr Column kTable[] = {{.property = "LCID", .width = 16, .align = Align::left},
                                      {.property = "Name", .width = 16},
                                      {"DisplayName"}};
  static constexpr Noun noun{
      .type = {"System.Globalization.CultureInfo", "CultureInfo"}, .props = kProps, .table = kTable};
};

namespace {

// Text and dates are written the same on every host: as en-US does.
Value this_culture() {
  return noun_value(Culture{.lcid = 1033, .name = "en-US", .display_name = "English (United States)"});
}

}  // namespace

struct GetCulture {
  std::vector<std::string> name;
  Switch no_user_overrides, list_available;

  static constexpr Param kParams[] = {
      param<&GetCulture::no_user_overrides>("NoUserOverrides", {}, "Accepted as PowerShell does."),
      param<&GetCulture::name>("Name", {.position = 0, .from_pipeline = true}, "These ones; en-US is there."),
      param<&GetCulture::list_available>("ListAvailable", {}, "All that are there."),
  };
  static constexpr Example kExamples[] = {
      {"(Get-Culture).Name", "en-US", "The culture that texts are written in."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Culture",
                             .module = "Microsoft.PowerShell.Utility",
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetCultureCommand",
                             .synopsis = "Tells the culture that numbers and dates are written in."};

  Flow process(Context& context) {
    if (name.empty()) return context.write(this_culture());
    for (const std::string& one : name) {
      Flow flow = Flow::more;
      if (equal_ascii(one, "en-US")) {
        flow = context.write(this_culture());
      } else if (one.empty()) {
        flow = context.write(noun_value(Culture{}));
      } else {
        flow = context.error(
            {.id = "ItemNotFoundException",
             .category = ErrorCategory::ObjectNotFound,
             .message = fmt::format("Culture is not supported. (Parameter 'name') {} is an invalid "
                                    "culture identifier; en-US is the one that is there.",
                                    one),
             .target = one,
             .exception = "System.Globalization.CultureNotFoundException"});
      }
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }
};
CMDLET(GetCulture);

struct GetUICulture {
  static constexpr Example kExamples[] = {{"(Get-UICulture).Name", "en-US", "The language of messages."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "UICulture",
                             .module = "Microsoft.PowerShell.Utility",
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetUICultureCommand",
                             .synopsis = "Tells the language of messages."};
  Flow end(Context& context) { return context.write(this_culture()); }
};
CMDLET(GetUICulture);

}  // namespace hvsh::verbs
