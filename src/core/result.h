#pragma once
// Result<T>: a value or an Error. Expected failures are returned, never thrown; exceptions of third parties
// are caught at the engine's edge and turned into an Error there.
//
//   Result<Image> open(const std::string& path);
//   HVSH_TRY(Image image, open(path));      // returns the Error to the caller, or declares `image`
//   HVSH_CHECK(image.flush());              // the same for Result<void>
//
// HVSH_TRY and HVSH_CHECK are macros because C++20 has no other way to return from the caller; with CMDLET
// they are the project's only ones.
#include <cassert>
#include <memory>
#include <optional>
#include <utility>

#include "core/error.h"

namespace hvsh {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : error_(std::make_unique<Error>(std::move(error))) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return !error_; }
  bool ok() const { return !error_; }

  T& operator*() & {
    assert(ok());
    return *value_;
  }
  const T& operator*() const& {
    assert(ok());
    return *value_;
  }
  T&& operator*() && {
    assert(ok());
    return std::move(*value_);
  }
  T* operator->() {
    assert(ok());
    return &*value_;
  }
  const T* operator->() const {
    assert(ok());
    return &*value_;
  }
  T take() {
    assert(ok());
    return std::move(*value_);
  }

  Error& error() {
    assert(!ok());
    return *error_;
  }
  const Error& error() const {
    assert(!ok());
    return *error_;
  }
  Error take_error() {
    assert(!ok());
    return std::move(*error_);
  }

 private:
  std::optional<T> value_;
  std::unique_ptr<Error> error_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)
      : error_(std::make_unique<Error>(std::move(error))) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return !error_; }
  bool ok() const { return !error_; }
  Error& error() {
    assert(!ok());
    return *error_;
  }
  const Error& error() const {
    assert(!ok());
    return *error_;
  }
  Error take_error() {
    assert(!ok());
    return std::move(*error_);
  }

 private:
  std::unique_ptr<Error> error_;
};

}  // namespace hvsh

#define HVSH_CONCAT_(a, b) a##b
#define HVSH_CONCAT(a, b) HVSH_CONCAT_(a, b)
#define HVSH_TRY_(declaration, expression, result) \
  auto result = (expression);                      \
  if (!result) return result.take_error();         \
  declaration = result.take()
#define HVSH_TRY(declaration, ...) HVSH_TRY_(declaration, (__VA_ARGS__), HVSH_CONCAT(hvsh_try_, __LINE__))
#define HVSH_CHECK(...)                                                               \
  do {                                                                                \
    if (auto hvsh_check = (__VA_ARGS__); !hvsh_check) return hvsh_check.take_error(); \
  } while (0)
