#include "core/stack.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>

namespace hvsh {

namespace {

constexpr size_t kReserve = size_t{768} << 10;
constexpr size_t kUsual = size_t{8} << 20;

// The main thread's stack grows up to the limit, others have a size of their own.
uintptr_t find_floor() {
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  if (::gettid() == ::getpid()) {
    rlimit limit{};
    const bool bounded = ::getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return here - (bounded ? static_cast<size_t>(limit.rlim_cur) : kUsual) + kReserve;
  }
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return here - kUsual + kReserve;
  void* lowest = nullptr;
  size_t size = 0;
  ::pthread_attr_getstack(&attributes, &lowest, &size);
  ::pthread_attr_destroy(&attributes);
  return reinterpret_cast<uintptr_t>(lowest) + kReserve;
}

}  // namespace

uintptr_t stack_floor() {
  thread_local const uintptr_t kFloor = find_floor();
  return kFloor;
}

}  // namespace hvsh
