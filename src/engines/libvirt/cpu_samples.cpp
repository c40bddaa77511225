#include "engines/libvirt/cpu_samples.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "engines/files.h"

namespace hvsh::engines::libvirt {

namespace {

constexpr int64_t kMinimumNs = 250'000'000;
constexpr int64_t kMaximumNs = 600'000'000'000;
constexpr uint64_t kMaxFileBytes = 4 << 20;

int32_t share(uint64_t cpu_ns, int64_t time_ns, int32_t processors) {
  if (time_ns <= 0) return 0;
  const double part = static_cast<double>(cpu_ns) / (static_cast<double>(time_ns) * processors);
  return static_cast<int32_t>(std::clamp(part * 100 + 0.5, 0.0, 100.0));
}

}  // namespace

void CpuSamples::load() {
  loaded_ = true;
  if (file_.empty()) return;
  auto text = read_file(file_, kMaxFileBytes);
  if (!text) return;
  size_t at = 0;
  while (at < text->size()) {
    const size_t end = std::min(text->find('\n', at), text->size());
    const std::string line = text->substr(at, end - at);
    at = end + 1;
    char id[40] = {};
    Sample sample;
    if (std::sscanf(line.c_str(), "%36s %" SCNu64 " %" SCNd64 " %" SCNu64 " %" SCNd32, id,
                    &sample.start_ticks, &sample.at_ns, &sample.cpu_ns, &sample.percent) != 5) {
      continue;
    }
    sample.percent = std::clamp(sample.percent, 0, 100);
    if (const auto machine = Guid::parse(id)) samples_[*machine] = sample;
  }
}

int32_t CpuSamples::percent(const Guid& machine, const CpuUse& use, int64_t now_ns) {
  if (!loaded_) load();
  Sample& last = samples_[machine];
  const bool is_same = last.start_ticks == use.start_ticks && last.cpu_ns <= use.cpu_ns;
  const int64_t passed_ns = now_ns - last.at_ns;
  if (is_same && passed_ns >= 0 && passed_ns < kMinimumNs) return last.percent;
  const bool is_recent = is_same && passed_ns >= kMinimumNs && passed_ns <= kMaximumNs;
  last.percent = is_recent ? share(use.cpu_ns - last.cpu_ns, passed_ns, use.processors)
                           : share(use.cpu_ns, use.age_ns, use.processors);
  last.start_ticks = use.start_ticks;
  last.at_ns = now_ns;
  last.cpu_ns = use.cpu_ns;
  changed_ = true;
  return last.percent;
}

void CpuSamples::store() const {
  if (file_.empty() || !changed_) return;
  std::string text;
  int64_t newest_ns = 0;
  for (const auto& [machine, sample] : samples_) newest_ns = std::max(newest_ns, sample.at_ns);
  for (const auto& [machine, sample] : samples_) {
    if (newest_ns - sample.at_ns > kMaximumNs) continue;
    text += fmt::format("{} {} {} {} {}\n", machine.to_string(), sample.start_ticks, sample.at_ns,
                        sample.cpu_ns, sample.percent);
  }
  // No flush: what a crash loses is measured again.
  const std::string temporary = fmt::format("{}.{}", file_, getpid());
  mkdir(folder_of(file_).c_str(), 0755);
  {
    const UniqueFd file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!file.valid()) return;
    if (write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
        rename(temporary.c_str(), file_.c_str()) == 0) {
      return;
    }
  }
  unlink(temporary.c_str());
}

}  // namespace hvsh::engines::libvirt
