#pragma once
// A SecureString's text: in memory only, overwritten when it goes.
#include <string>

#include "core/value.h"

namespace hvsh::shell::dotnet {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::u16string units) : units_(std::move(units)) {}
  Secret(const Secret& other) = default;
  Secret(Secret&& other) noexcept : units_(other.units_), read_only(other.read_only) { other.wipe(); }
  Secret& operator=(const Secret&) = delete;
  Secret& operator=(Secret&&) = delete;
  ~Secret() { wipe(); }

  const std::u16string& units() const { return units_; }
  void set(std::u16string units) {
    wipe();
    units_ = std::move(units);
  }
  void wipe();

 private:
  std::u16string units_;

 public:
  bool read_only = false;
};

Value secure_string(Secret secret);
Secret* secret_of(const Value& value);  // nullptr: no SecureString
Value credential(const std::string& user, const Value& secure_string);

}  // namespace hvsh::shell::dotnet
