#include <fmt/format.h>

#include "engines/machine.h"
#include "verbs/vhd/common.h"

namespace hvsh::verbs {

struct GetVHD : Remoting {
  std::vector<std::string> path;
  std::vector<Guid> vm_id;
  uint32_t disk_number = 0;

  enum Set : SetMask { Path = 1, Disk = 2, VMId = 4 };
  static constexpr std::string_view kSets[] = {"Path", "Disk", "VMId"};
  static constexpr auto kParams = join(
      std::array{
          param<&GetVHD::path>("Path",
                               {.sets = Path,
                                .position = 0,
                                .mandatory = true,
                                .from_pipeline = true,
                                .from_pipeline_property = true,
                                .wildcards = true,
                                .aliases = {"FullName"}},
                               "Files of the disks."),
          param<&GetVHD::disk_number>("DiskNumber",
                                      {.sets = Disk,
                                       .position = 0,
                                       .mandatory = true,
                                       .from_pipeline_property = true,
                                       .aliases = {"Number"}},
                                      "Number of the host's disk that the image is mounted as."),
          param<&GetVHD::vm_id>("VMId",
                                {.sets = VMId,
                                 .position = 0,
                                 .mandatory = true,
                                 .from_pipeline = true,
                                 .from_pipeline_property = true,
                                 .aliases = {"Id"}},
                                "Ids of machines whose disks are wanted."),
      },
      remoting_params<GetVHD>());
  static constexpr Example kExamples[] = {
      {"Get-VHD -Path *.vhdx", "*", "Shows the disks of the current folder."},
      {"Get-VM web01 | Get-VMHardDiskDrive | Get-VHD", "*", "Shows the disks of web01."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "VHD",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .outputs = kVirtualHardDiskType,
                             .examples = kExamples,
                             .error_class = "Microsoft.Vhd.PowerShell.Cmdlets.GetVhd",
                             .synopsis = "Gets virtual hard disks."};

  Flow process(Context& context) {
    switch (context.parameter_set()) {
      case Disk: return by_number(context);
      case VMId: return by_machine(context);
      default: return by_path(context);
    }
  }

 private:
  Flow by_path(Context& context) const {
    for (const std::string& one : path) {
      auto absolute = context.resolve_path(one);
      if (!absolute) {
        if (const Flow flow = report_disk(context, absolute.take_error(), one); flow != Flow::more)
          return flow;
        continue;
      }
      for (const std::string& file : expand_path(*absolute)) {
        if (const Flow flow = write_disk(context, file); flow != Flow::more) return flow;
      }
    }
    return Flow::more;
  }

  Flow by_machine(Context& context) const {
    for (const Guid& id : vm_id) {
      auto config = context.get<engines::Machines>().config(id);
      if (!config) {
        const Flow flow = report_disk(context, config.take_error(), id.to_string());
        if (flow != Flow::more) return flow;
        continue;
      }
      for (const nouns::DiskConfig& disk : config->disks) {
        if (const Flow flow = write_disk(context, disk.image); flow != Flow::more) return flow;
      }
    }
    return Flow::more;
  }

  Flow by_number(Context& context) const {
    return report_disk(
        context,
        {.id = "ObjectNotFound",
         .category = ErrorCategory::ObjectNotFound,
         .message = fmt::format("Disk {} of this host is not a mounted virtual hard disk: images "
                                "cannot be mounted yet.",
                                disk_number),
         .hint = "Give the path of the image with -Path."},
        std::to_string(disk_number));
  }
};
CMDLET(GetVHD);

}  // namespace hvsh::verbs
