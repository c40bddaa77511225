#include "shell/dotnet/groups.h"

namespace hvsh::shell::dotnet {

std::span<const std::span<const Type>> groups() {
  static const std::span<const Type> all[] = {
      object_types(),     interface_types(),  number_types(),      big_integer_types(), math_types(),
      conversion_types(), text_types(),       character_types(),   encoding_types(),    regex_types(),
      array_types(),      collection_types(), dictionary_types(),  time_types(),        culture_types(),
      file_types(),       file_info_types(),  path_types(),        stream_types(),      environment_types(),
      automation_types(), cmdlet_types(),     enumeration_types(), net_types(),         uri_types(),
      xml_types(),        security_types(),   diagnostics_types(), management_types(),  hash_types(),
      host_types(),       key_types(),
  };
  return all;
}

}  // namespace hvsh::shell::dotnet
