#pragma once
// How deep recursion may go on the running thread. Counts alone cannot tell: a frame of a debug or sanitizer
// build is many times that of a release build, and threads have stacks of their own sizes.
#include <cstdint>

namespace hvsh {

// The lowest address that recursion may reach; what is left below it is for the libraries and for reporting
// the error. Of the main thread the first call counts as the top of its stack, so it has to be an early one.
uintptr_t stack_floor();

inline bool out_of_stack() { return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < stack_floor(); }

}  // namespace hvsh
