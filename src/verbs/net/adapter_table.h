#pragma once
// Adapters of this host by the ways in which cmdlets name them.
#include <vector>

#include "core/cmdlet.h"
#include "engines/host_network.h"
#include "nouns/network.h"

namespace hvsh::verbs {

Result<std::vector<nouns::NetAdapter>> all_adapters(Context& context);

// By name (with wildcards), number or object. `cim_class` is the class that messages name: MSFT_NetAdapter.
struct AdapterTarget {
  std::vector<std::string> name, description;
  std::vector<uint32_t> index;
  std::vector<Object<nouns::NetAdapter>> input_object;

  bool is_any() const { return name.empty() && description.empty() && index.empty() && input_object.empty(); }
  // All of them when nothing was named. What is not there is written as an error.
  Flow find(Context& context, std::vector<nouns::NetAdapter>& found) const;
};

Error no_such(std::string_view cim_class, std::string_view property, const std::string& value);
// The one adapter that -InterfaceAlias or -InterfaceIndex names.
Result<nouns::NetAdapter> one_adapter(Context& context, const std::string& alias, int64_t index);

}  // namespace hvsh::verbs
