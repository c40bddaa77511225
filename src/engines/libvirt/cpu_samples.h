#pragma once
// How busy machines are, from two looks at their processor time.
//
// The earlier look is this process' own, or that of another one, which left it in a small file of the run
// folder; when there is none, or it is older than ten minutes, the figure is the average since the machine
// started. Two looks within a quarter of a second give the figure of the first: the kernel counts in steps of
// 10 ms. The file is a cache: a missing, broken or unwritable one is no error.
#include <cstdint>
#include <map>
#include <string>

#include "core/guid.h"

namespace hvsh::engines::libvirt {

// What is known of a machine's process now.
struct CpuUse {
  uint64_t start_ticks = 0;  // tells two processes of one machine apart; 0: not known
  int64_t age_ns = 0;        // 0: not known
  uint64_t cpu_ns = 0;
  int32_t processors = 1;
};

class CpuSamples {
 public:
  explicit CpuSamples(std::string file) : file_(std::move(file)) {}  // empty: memory only

  // 0..100 of all virtual processors together, at `now_ns` of the clock that runs since boot.
  int32_t percent(const Guid& machine, const CpuUse& use, int64_t now_ns);
  // Leaves what was seen to the next process.
  void store() const;

 private:
  struct Sample {
    uint64_t start_ticks = 0;
    int64_t at_ns = 0;
    uint64_t cpu_ns = 0;
    int32_t percent = 0;
  };
  void load();

  std::string file_;
  bool loaded_ = false;
  bool changed_ = false;
  std::map<Guid, Sample> samples_;
};

}  // namespace hvsh::engines::libvirt
