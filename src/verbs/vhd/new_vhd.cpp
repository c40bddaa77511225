#include <fmt/format.h>

#include "verbs/vhd/common.h"

namespace hvsh::verbs {

struct NewVHD : Remoting {
  std::vector<std::string> path;
  std::optional<std::string> parent_path;
  std::optional<uint64_t> size;
  std::optional<uint32_t> block_size, logical_sector_size, physical_sector_size, source_disk;
  Switch dynamic, fixed, differencing, as_job;

  enum Set : SetMask { Dynamic = 1, Differencing = 2, Fixed = 4, FixedSource = 8, DynamicSource = 16 };
  static constexpr std::string_view kSets[] = {"DynamicWithoutSource", "Differencing", "FixedWithoutSource",
                                               "FixedWithSource", "DynamicWithSource"};
  static constexpr std::string_view kSectorSizes[] = {"512", "4096"};
  static constexpr auto kParams = join(
      std::array{
          param<&NewVHD::path>(
              "Path",
              {.position = 0, .mandatory = true, .from_pipeline = true, .from_pipeline_property = true},
              "Where the disk is made; the extension, .vhdx or .vhd, chooses the format."),
          param<&NewVHD::parent_path>("ParentPath", {.sets = Differencing, .position = 1, .mandatory = true},
                                      "The disk that the new one builds on."),
          param<&NewVHD::size>("SizeBytes",
                               {.sets = Dynamic | Fixed,
                                .position = 1,
                                .mandatory = true,
                                .also = {SetUse{.sets = Differencing, .position = 2}}},
                               "The disk's size; of a differencing disk its parent's when it is left out."),
          param<&NewVHD::dynamic>(
              "Dynamic", {.sets = Dynamic, .also = {SetUse{.sets = DynamicSource, .mandatory = true}}},
              "A file that grows as the disk is written. The default."),
          param<&NewVHD::fixed>("Fixed", {.sets = Fixed | FixedSource, .mandatory = true},
                                "A file that has all its space from the start."),
          param<&NewVHD::differencing>("Differencing", {.sets = Differencing},
                                       "A file with the changes to its parent."),
          param<&NewVHD::source_disk>("SourceDisk",
                                      {.sets = FixedSource | DynamicSource,
                                       .mandatory = true,
                                       .from_pipeline_property = true,
                                       .aliases = {"Number"}},
                                      "Number of a disk of the host that is copied."),
          param<&NewVHD::block_size>("BlockSizeBytes", {}, "Bytes by which the file grows."),
          param<&NewVHD::logical_sector_size>("LogicalSectorSizeBytes",
                                              {.sets = Dynamic | Fixed, .values = kSectorSizes},
                                              "The sector size that the guest addresses."),
          param<&NewVHD::physical_sector_size>(
              "PhysicalSectorSizeBytes", {.sets = Dynamic | Differencing | Fixed, .values = kSectorSizes},
              "The sector size that the guest is told to align to."),
          param<&NewVHD::as_job>("AsJob", {}, "Run as a background job."),
      },
      remoting_params<NewVHD>());
  static constexpr Example kExamples[] = {
      {"New-VHD -Path web01.vhdx -SizeBytes 4GB -Dynamic", "*", "Makes a dynamic disk of 4 GB."},
      {"New-VHD -Path test.vhdx -ParentPath base.vhdx", "*",
       "Makes a disk that holds the changes to base.vhdx."}};
  static constexpr Decl decl{.verb = "New",
                             .noun = "VHD",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kVirtualHardDiskType,
                             .examples = kExamples,
                             .should_process = true,
                             .error_class = "Microsoft.Vhd.PowerShell.Cmdlets.NewVhd",
                             .synopsis = "Makes virtual hard disks."};

  Flow process(Context& context) {
    if ((context.parameter_set() & (FixedSource | DynamicSource)) != 0) {
      return context.terminate({.id = "NotSupported",
                                .category = ErrorCategory::NotImplemented,
                                .message = "New-VHD cannot copy a disk of the host yet (-SourceDisk).",
                                .hint = "Make the disk with -SizeBytes and copy into it from a guest.",
                                .target = "SourceDisk"});
    }
    for (const std::string& one : path) {
      if (const Flow flow = make(context, one); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow make(Context& context, const std::string& given) const {
    auto spec = plan(context, given);
    if (!spec) return report_disk(context, spec.take_error(), given);
    const Answer answer = context.should_process(
        fmt::format("New-VHD will create a new virtual hard disk with the path \"{}\".", spec->path));
    if (answer == Answer::stopped) return Flow::stopped;
    if (answer == Answer::no) return Flow::more;
    if (auto made = engines::create(*spec); !made) return report_disk(context, made.take_error(), spec->path);
    return write_disk(context, spec->path);
  }

  Result<engines::ImageSpec> plan(Context& context, const std::string& given) const {
    using vhdx::DiskType;
    engines::ImageSpec spec;
    HVSH_TRY(spec.path, context.resolve_path(given));
    HVSH_CHECK(engines::format_by_extension(spec.path));
    const uint32_t set = context.parameter_set();
    spec.type = set == Fixed          ? DiskType::Fixed
                : set == Differencing ? DiskType::Differencing
                                      : DiskType::Dynamic;
    spec.size = size.value_or(0);
    spec.block_size = block_size.value_or(0);
    spec.logical_sector = logical_sector_size.value_or(0);
    spec.physical_sector = physical_sector_size.value_or(0);
    if (parent_path) {
      HVSH_TRY(spec.parent, context.resolve_path(*parent_path));
    }
    return spec;
  }
};
CMDLET(NewVHD);

}  // namespace hvsh::verbs
