// Compress-Archive, Expand-Archive.
#include "engines/archive.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "nouns/file_system.h"
#include "verbs/file/item_paths.h"
#include "verbs/file/paths.h"
#include "verbs/file/tree.h"

namespace hvsh::verbs {

namespace {

constexpr std::string_view kModule = "Microsoft.PowerShell.Archive";

std::string with_extension(std::string path) {
  const std::string_view leaf = leaf_of(path);
  return leaf.find('.') == std::string_view::npos ? path + ".zip" : path;
}

Error not_a_zip(const std::string& path) {
  return {.id = "NotSupportedArchiveFileExtension",
          .category = ErrorCategory::InvalidArgument,
          .message = fmt::format(
              "{} is not a supported archive file format. .zip is the only supported archive file format.",
              path.substr(std::min(path.rfind('.'), path.size()))),
          .target = path,
          .exception = "System.IO.IOException"};
}

bool is_zip(const std::string& path) {
  return path.size() > 4 && equal_ascii(std::string_view(path).substr(path.size() - 4), ".zip");
}

// A folder's files by their names inside; an empty folder as itself.
Result<void> collect(const std::string& path, const std::string& name,
                     std::vector<engines::ArchiveSource>& sources) {
  if (!is_folder(path)) {
    sources.push_back({path, name});
    return {};
  }
  HVSH_TRY(const std::vector<std::string> entries, sorted_entries(path));
  if (entries.empty()) sources.push_back({path, name});
  for (const std::string& entry : entries)
    HVSH_CHECK(collect(below(path, entry), name + "/" + entry, sources));
  return {};
}

}  // namespace

struct CompressArchive {
  std::vector<std::string> path, literal_path;
  std::string destination_path, compression_level;
  Switch update, force, pass_thru;

  enum Set : SetMask {
    Path = 1,
    Literal = 2,
    PathUpdate = 4,
    LiteralUpdate = 8,
    PathForce = 16,
    LiteralForce = 32
  };
  static constexpr std::string_view kSets[] = {"Path",           "LiteralPath",
                                               "PathWithUpdate", "LiteralPathWithUpdate",
                                               "PathWithForce",  "LiteralPathWithForce"};
  static constexpr std::string_view kLevels[] = {"Optimal", "NoCompression", "Fastest", "SmallestSize"};
  static constexpr Param kParams[] = {
      param<&CompressArchive::path>("Path",
                                    {.sets = Path | PathUpdate | PathForce,
                                     .position = 0,
                                     .mandatory = true,
                                     .from_pipeline = true,
                                     .from_pipeline_property = true,
                                     .wildcards = true},
                                    "Files and folders."),
      param<&CompressArchive::literal_path>("LiteralPath",
                                            {.sets = Literal | LiteralUpdate | LiteralForce,
                                             .mandatory = true,
                                             .from_pipeline_property = true,
                                             .aliases = "PSPath"},
                                            "Files and folders, without wildcards."),
      param<&CompressArchive::destination_path>("DestinationPath",
                                                {.position = 1, .mandatory = true, .not_null_or_empty = true},
                                                "The archive; .zip is appended to a name without extension."),
      param<&CompressArchive::compression_level>("CompressionLevel", {.values = kLevels},
                                                 "How hard it tries."),
      param<&CompressArchive::update>("Update", {.sets = PathUpdate | LiteralUpdate, .mandatory = true},
                                      "What is in the archive stays, or is replaced by its newer form."),
      param<&CompressArchive::force>("Force", {.sets = PathForce | LiteralForce, .mandatory = true},
                                     "An archive that is there is replaced."),
      param<&CompressArchive::pass_thru>("PassThru", {}, "Write the archive's file."),
  };
  static constexpr Example kExamples[] = {
      {"Compress-Archive -Path logs -DestinationPath logs.zip", "*", "Packs a folder."}};
  static constexpr Decl decl{.verb = "Compress",
                             .noun = "Archive",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Compress-Archive",
                             .synopsis = "Packs files and folders into a zip archive."};

  Flow process(Context& context) {
    std::vector<std::string> found;
    if (Flow flow = each_path(context, path, literal_path, found); flow != Flow::more) return flow;
    for (const std::string& one : found) {
      auto collected = collect(one, std::string(leaf_of(one)), sources_);
      if (collected) continue;
      if (Flow flow = context.error(collected.take_error(), Value::string(one)); flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }

  Flow end(Context& context) {
    if (sources_.empty()) return Flow::more;
    auto target = context.resolve_path(with_extension(destination_path));
    if (!target) return context.terminate(target.take_error());
    if (!is_zip(*target)) return context.terminate(not_a_zip(*target), Value::string(*target));
    const bool there = is_there(*target);
    if (there && !update && !force) {
      return context.terminate(
          {.id = "ArchiveFileExists",
           .category = ErrorCategory::InvalidOperation,
           .message = fmt::format(
               "The archive file {} already exists. Use the -Update parameter to update the existing "
               "archive file or use the -Force parameter to overwrite the existing archive file.",
               *target),
           .exception = "System.IO.IOException"},
          Value::string(*target));
    }
    if (const Answer answer = context.should_process(*target, "Compress-Archive"); answer != Answer::yes)
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    const auto level = equal_ascii(compression_level, "NoCompression")  ? engines::CompressionLevel::none
                       : equal_ascii(compression_level, "Fastest")      ? engines::CompressionLevel::fastest
                       : equal_ascii(compression_level, "SmallestSize") ? engines::CompressionLevel::smallest
                                                                        : engines::CompressionLevel::optimal;
    std::erase_if(sources_, [&](const engines::ArchiveSource& source) { return source.path == *target; });
    if (auto done = engines::write_zip(*target, sources_, level, update && there); !done)
      return context.terminate(done.take_error(), Value::string(*target));
    if (!pass_thru) return Flow::more;
    auto item = nouns::read_item(*target);
    return item ? context.write(*item) : context.error(item.take_error());
  }

 private:
  std::vector<engines::ArchiveSource> sources_;
};
CMDLET(CompressArchive);

struct ExpandArchive {
  std::string path, literal_path, destination_path;
  Switch force, pass_thru;

  enum Set : SetMask { Path = 1, Literal = 2 };
  static constexpr std::string_view kSets[] = {"Path", "LiteralPath"};
  static constexpr Param kParams[] = {
      param<&ExpandArchive::path>("Path",
                                  {.sets = Path,
                                   .position = 0,
                                   .mandatory = true,
                                   .from_pipeline = true,
                                   .from_pipeline_property = true},
                                  "The archive."),
      param<&ExpandArchive::literal_path>(
          "LiteralPath",
          {.sets = Literal, .mandatory = true, .from_pipeline_property = true, .aliases = "PSPath"},
          "The archive."),
      param<&ExpandArchive::destination_path>(
          "DestinationPath", {.position = 1},
          "The folder; without it one of the archive's name in the current folder."),
      param<&ExpandArchive::force>("Force", {}, "Files that are there are replaced."),
      param<&ExpandArchive::pass_thru>("PassThru", {}, "Write what was unpacked."),
  };
  static constexpr Example kExamples[] = {
      {"Expand-Archive logs.zip -DestinationPath logs", "*", "Unpacks an archive."}};
  static constexpr Decl decl{.verb = "Expand",
                             .noun = "Archive",
                             .module = kModule,
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Expand-Archive",
                             .synopsis = "Unpacks a zip archive."};

  Flow process(Context& context) {
    const bool literal = context.parameter_set() == Literal;
    auto found = expand_path(context, literal ? literal_path : path, literal);
    if (!found) return context.terminate(found.take_error(), Value::string(literal ? literal_path : path));
    if (found->size() != 1) return context.terminate(path_not_found(path), Value::string(path));
    const std::string& archive = found->front();
    if (!is_zip(archive)) return context.terminate(not_a_zip(archive), Value::string(archive));
    const std::string_view leaf = leaf_of(archive);
    auto folder = context.resolve_path(destination_path.empty() ? std::string(leaf.substr(0, leaf.size() - 4))
                                                                : destination_path);
    if (!folder) return context.terminate(folder.take_error());
    if (const Answer answer = context.should_process(archive, "Expand-Archive"); answer != Answer::yes)
      return answer == Answer::stopped ? Flow::stopped : Flow::more;
    if (auto made = make_folders(*folder); !made)
      return context.terminate(made.take_error(), Value::string(*folder));
    auto unpacked = engines::unpack_zip(archive, *folder, force.on, [&] { return context.stopping(); });
    if (!unpacked) return context.terminate(unpacked.take_error(), Value::string(archive));
    for (size_t i = 0; pass_thru && i < unpacked->size(); ++i) {
      auto item = nouns::read_item((*unpacked)[i]);
      if (Flow flow = item ? context.write(*item) : context.error(item.take_error()); flow != Flow::more)
        return flow;
    }
    return Flow::more;
  }
};
CMDLET(ExpandArchive);

}  // namespace hvsh::verbs
