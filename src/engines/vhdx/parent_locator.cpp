#include "engines/vhdx/parent_locator.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "engines/vhdx/errors.h"
#include "engines/vhdx/format.h"
#include "engines/vhdx/source.h"
#include "engines/vhdx/utf16.h"

namespace hvsh::vhdx {

namespace {

constexpr size_t kPrefix = 20;
constexpr size_t kEntry = 12;
constexpr uint16_t kMostKeys = 256;

// The string at [offset, offset + length) of the item.
Result<std::string> text_at(const std::string& path, Bytes item, uint32_t offset, uint16_t length) {
  const bool inside =
      length > 0 && length % 2 == 0 && offset >= kPrefix && within(offset, length, item.size());
  if (!inside) return corrupt(path, "its parent locator has a string outside of its item");
  const std::optional<std::string> text = utf8_from_le(item.subspan(offset, length));
  if (!text) return corrupt(path, "its parent locator has a string that is not UTF-16");
  if (text->find('\0') != std::string::npos)
    return corrupt(path, "its parent locator has a string with a NUL");
  return *text;
}

}  // namespace

const std::string& ParentLocator::value(const std::string& key) const {
  static const std::string kNone;
  const auto found = entries.find(key);
  return found == entries.end() ? kNone : found->second;
}

std::optional<Guid> ParentLocator::linkage() const { return Guid::parse(value("parent_linkage")); }

Result<Buffer> encode_parent_locator(const LocatorSpec& spec) {
  const auto braced = [](const Guid& id) { return "{" + id.to_string() + "}"; };
  const std::pair<std::string, std::string> pairs[] = {
      {"parent_linkage", braced(spec.linkage)},
      {"absolute_win32_path", spec.absolute},
      {"relative_path", spec.relative},
      {"volume_path", spec.volume},
      {"parent_linkage2", spec.also.is_zero() ? "" : braced(spec.also)}};
  std::vector<std::pair<Buffer, Buffer>> encoded;
  for (const auto& [key, value] : pairs) {
    if (value.empty()) continue;
    const std::optional<std::u16string> text = to_utf16(value);
    if (!text || text->size() * 2 > UINT16_MAX) {
      return invalid_parameter(fmt::format(
          "The parent's path '{}' cannot be stored in a VHDX: it is too long or not UTF-8.", value));
    }
    encoded.emplace_back(bytes_le(*to_utf16(key)), bytes_le(*text));
  }
  Buffer item(kPrefix + kEntry * encoded.size());
  store_guid(item.data(), kVhdxParentLocator);
  store_le(item.data() + 18, static_cast<uint16_t>(encoded.size()));
  for (size_t i = 0; i < encoded.size(); ++i) {
    const auto& [key, value] = encoded[i];
    uint8_t* const at = item.data() + kPrefix + kEntry * i;
    store_le(at, static_cast<uint32_t>(item.size()));
    store_le(at + 4, static_cast<uint32_t>(item.size() + key.size()));
    store_le(at + 8, static_cast<uint16_t>(key.size()));
    store_le(at + 10, static_cast<uint16_t>(value.size()));
    item.insert(item.end(), key.begin(), key.end());
    item.insert(item.end(), value.begin(), value.end());
  }
  return item;
}

Result<ParentLocator> decode_parent_locator(const std::string& path, Bytes item) {
  if (item.size() < kPrefix) return corrupt(path, "its parent locator is too short");
  if (load_guid(item.data()) != kVhdxParentLocator) {
    return unsupported(path, "its parent locator is of a type that is not known");
  }
  const uint16_t count = load_le<uint16_t>(item.data() + 18);
  if (count == 0 || count > kMostKeys || kPrefix + kEntry * count > item.size()) {
    return corrupt(path, fmt::format("its parent locator claims {} entries", count));
  }
  ParentLocator locator;
  for (uint16_t i = 0; i < count; ++i) {
    const uint8_t* const at = item.data() + kPrefix + kEntry * i;
    HVSH_TRY(std::string key, text_at(path, item, load_le<uint32_t>(at), load_le<uint16_t>(at + 8)));
    HVSH_TRY(std::string value, text_at(path, item, load_le<uint32_t>(at + 4), load_le<uint16_t>(at + 10)));
    if (!locator.entries.emplace(std::move(key), std::move(value)).second) {
      return corrupt(path, "its parent locator has a key twice");
    }
  }
  if (!locator.linkage()) return corrupt(path, "its parent locator does not identify the parent");
  return locator;
}

}  // namespace hvsh::vhdx
