#pragma once
// Shared libraries that are loaded when they are first used, so that a start without them does not pay for
// them. They stay loaded. Thread-safe.
#include <dlfcn.h>

#include <initializer_list>

namespace hvsh {

// The first of these that this host has; nullptr: none, and dlerror() says why.
inline void* open_library(std::initializer_list<const char*> names) {
  void* library = nullptr;
  for (const char* name : names) {
    library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library != nullptr) break;
  }
  return library;
}

// False: the library has no function of that name.
template <class Function>
bool find_function(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

// OpenSSL 3's libcrypto.
inline void* crypto_library() {
  static void* const library = open_library({"libcrypto.so.3"});
  return library;
}

}  // namespace hvsh
