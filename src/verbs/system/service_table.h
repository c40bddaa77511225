#pragma once
// Services by the names that scripts use: systemd's, and those of Windows that a unit here stands for.
#include <vector>

#include "core/cmdlet.h"
#include "nouns/host.h"

namespace hvsh::verbs {

Result<std::vector<nouns::Service>> all_services(Context& context);

// Which services a cmdlet is about.
struct ServiceTarget {
  std::vector<std::string> name, display_name, include, exclude;
  std::vector<Object<nouns::Service>> input_object;

  // What is not there is written as an error.
  Flow find(Context& context, std::vector<nouns::Service>& found) const;
};

Error no_such_service(const std::string& name);

}  // namespace hvsh::verbs
