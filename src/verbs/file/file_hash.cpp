// Get-FileHash.
#include <fmt/format.h>
#include <sys/stat.h>

#include "core/cmdlet.h"
#include "engines/digest.h"
#include "verbs/file/paths.h"

namespace hvsh::verbs {

struct FileHashInfo {
  std::string algorithm, hash, path;

  static constexpr Prop kProps[] = {
      prop<&FileHashInfo::algorithm>("Algorithm", "How it was computed."),
      prop<&FileHashInfo::hash>("Hash", "The digest in hexadecimal digits."),
      prop<&FileHashInfo::path>("Path", "Of which file."),
  };
  static constexpr Column kTable[] = {
      {.property = "Algorithm", .width = 15}, {.property = "Hash", .width = 70}, {.property = "Path"}};
  static constexpr Noun noun{.type = {"Microsoft.PowerShell.Commands.FileHashInfo", "FileHashInfo"},
                             .props = kProps,
                             .table = kTable};
};

struct GetFileHash {
  std::vector<std::string> path, literal_path;
  std::string algorithm = "SHA256";

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath"};
  static constexpr std::string_view kAlgorithms[] = {"SHA1",   "SHA256", "SHA384",
                                                     "SHA512", "MD5",    "RIPEMD160"};
  static constexpr Param kParams[] = {
      param<&GetFileHash::path>("Path",
                                {.sets = Path,
                                 .position = 0,
                                 .mandatory = true,
                                 .from_pipeline = true,
                                 .from_pipeline_property = true,
                                 .wildcards = true},
                                "The files."),
      param<&GetFileHash::literal_path>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = {"PSPath", "LP"}},
          "The files, without wildcards."),
      param<&GetFileHash::algorithm>("Algorithm", {.position = 1, .values = kAlgorithms},
                                     "SHA256 if none is given; RIPEMD160 as in Windows PowerShell."),
  };
  static constexpr Example kExamples[] = {{"(Get-FileHash /dev/null -Algorithm MD5).Hash",
                                           "D41D8CD98F00B204E9800998ECF8427E", "Of no bytes at all."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "FileHash",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Get-FileHash",
                             .synopsis = "Computes digests of files."};

  Flow process(Context& context) {
    std::vector<std::string> found;
    if (Flow flow = each_path(context, path, literal_path, found); flow != Flow::more) return flow;
    std::string name;
    for (char c : algorithm) name += ascii_lower(c);
    for (const std::string& file : found) {
      struct stat info {};
      if (::stat(file.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) continue;  // folders have none
      auto hash = engines::digest_of_file(file, name, [&] { return context.stopping(); });
      if (hash && hash->empty()) return Flow::stopped;
      std::string upper;
      for (char c : algorithm) upper += ascii_upper(c);
      const Flow flow = hash ? context.write(noun_value(FileHashInfo{upper, *hash, file}))
                             : context.error(unreadable(hash.error(), file), Value::string(file));
      if (flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  static Error unreadable(const Error& why, const std::string& file) {
    Error error = why;
    if (error.id == "DigestUnavailable") return error;
    error.id = "FileReadError";
    error.category = ErrorCategory::ReadError;
    error.message = fmt::format("The file '{}' cannot be read: {}", file, why.message);
    return error;
  }
};
CMDLET(GetFileHash);

}  // namespace hvsh::verbs
