#include "nouns/network.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace hvsh::nouns {

std::string NetAdapter::link_speed() const {
  if (mbits >= 1000 && mbits % 1000 == 0) return fmt::format("{} Gbps", mbits / 1000);
  if (mbits >= 1000) return fmt::format("{:.1f} Gbps", static_cast<double>(mbits) / 1000);
  return mbits == 0 ? "0 bps" : fmt::format("{} Mbps", mbits);
}

std::string NetAdapter::mac_address() const {
  std::string text = to_upper(mac);
  std::replace(text.begin(), text.end(), ':', '-');
  return text;
}

}  // namespace hvsh::nouns
