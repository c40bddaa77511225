#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "engines/metering.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>

#include "engines/state.h"

using namespace hvsh;
using namespace hvsh::engines;

namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kMebi = 1 << 20;

// A machine that has run for `run` s at time `time`, used `cpu` s of a processor and has `memory` MB.
MeteringSample sample(int64_t time, int64_t run, double cpu, int64_t memory) {
  return {.time_ns = time * kSecond,
          .on = run >= 0,
          .cpu_time_ns = run < 0 ? 0 : static_cast<uint64_t>(cpu * kSecond),
          .run_time_ns = run < 0 ? 0 : run * kSecond,
          .memory_bytes = run < 0 ? 0 : memory * kMebi,
          .disk_bytes = 4096 * kMebi};
}
MeteringSample off(int64_t time) { return sample(time, -1, 0, 0); }

MeteringReport report(const MeteringTotals& totals) { return report_of({}, totals, 2000); }

}  // namespace

TEST_CASE("the first sample alone gives no use and the memory that is there") {
  const MeteringReport first = report(begin_metering(sample(100, 50, 20, 512)));
  CHECK(first.duration.ticks == 0);
  CHECK(first.average_processor_mhz == 0);
  CHECK(first.average_memory_mb == 512);
  CHECK(first.minimum_memory_mb == 512);
  CHECK(first.total_disk_mb == 4096);
  CHECK(!first.network_in_mb);
  CHECK(report(begin_metering(off(100))).average_memory_mb == 0);
}

TEST_CASE("within one run counters count from where metering began") {
  auto totals = begin_metering(sample(100, 50, 20, 512));
  totals = accumulate(totals, sample(110, 60, 25, 512));
  totals = accumulate(totals, sample(120, 70, 25, 1024));
  const MeteringReport result = report(totals);
  CHECK(result.duration == TimeSpan::seconds(20));
  CHECK(result.average_processor_mhz == 500);  // 5 s of 20 s, of 2000 MHz
  CHECK(result.average_memory_mb == 640);      // 10 s at 512, 10 s between 512 and 1024
  CHECK(result.minimum_memory_mb == 512);
  CHECK(result.maximum_memory_mb == 1024);
}

TEST_CASE("a restart begins a new segment, seen or not") {
  auto seen = begin_metering(sample(0, 0, 0, 512));
  seen = accumulate(seen, sample(10, 10, 8, 512));
  seen = accumulate(seen, off(10));
  seen = accumulate(seen, off(30));
  seen = accumulate(seen, sample(40, 10, 2, 512));
  CHECK(seen.cpu_ns == doctest::Approx(10.0 * kSecond));
  CHECK(seen.on_ns == doctest::Approx(20.0 * kSecond));
  CHECK(report(seen).average_processor_mhz == 500);
  CHECK(report(seen).average_memory_mb == 512);  // of the time that it was on

  // The same without samples at its end and its new beginning: less processor time, then more.
  for (const double cpu : {2.0, 9.0}) {
    auto unseen = begin_metering(sample(0, 0, 0, 512));
    unseen = accumulate(unseen, sample(10, 10, 8, 512));
    unseen = accumulate(unseen, sample(40, 12, cpu, 512));
    CHECK(unseen.cpu_ns == doctest::Approx((8.0 + cpu) * kSecond));
    CHECK(unseen.on_ns == doctest::Approx(22.0 * kSecond));
  }
}

TEST_CASE("a clock that goes back adds nothing") {
  auto totals = begin_metering(sample(100, 10, 1, 512));
  totals = accumulate(totals, sample(90, 11, 2, 512));
  CHECK(totals.cpu_ns == 0);
  CHECK(totals.last.time_ns == 100 * kSecond);
  CHECK(report(totals).duration.ticks == 0);
}

TEST_CASE("splitting an interval changes nothing") {
  const auto begin = begin_metering(sample(0, 5, 1, 512));
  const auto once = accumulate(begin, sample(30, 35, 13, 512));
  auto often = begin;
  for (int i = 1; i <= 30; ++i) often = accumulate(often, sample(i, 5 + i, 1 + i * 0.4, 512));
  CHECK(often.cpu_ns == doctest::Approx(once.cpu_ns));
  CHECK(often.memory_byte_ns == doctest::Approx(once.memory_byte_ns));
}

TEST_CASE("figures survive the process") {
  char name[] = "/tmp/hvsh-metering-XXXXXX";
  const std::string folder = mkdtemp(name);
  const StateConfig config{.state_folder = folder, .run_folder = folder};
  const Guid id = Guid::random();
  {
    State state(config);
    Metering metering(state);
    CHECK(!*metering.totals(id));
    REQUIRE(metering.add(id, sample(0, 1, 1, 1)));
    CHECK(!*metering.totals(id));
    REQUIRE(metering.begin(id, sample(0, 5, 1, 512)));
    REQUIRE(metering.add(id, sample(10, 15, 6, 256)));
  }
  State state(config);
  Metering metering(state);
  auto totals = metering.totals(id);
  REQUIRE(*totals);
  const auto expected = accumulate(begin_metering(sample(0, 5, 1, 512)), sample(10, 15, 6, 256));
  CHECK((*totals)->cpu_ns == expected.cpu_ns);
  CHECK((*totals)->memory_byte_ns == expected.memory_byte_ns);
  CHECK((*totals)->memory_minimum_bytes == 256 * kMebi);
  CHECK((*totals)->last.run_time_ns == 15 * kSecond);
  REQUIRE(metering.end(id));
  CHECK(!*metering.totals(id));
  std::filesystem::remove_all(folder);
}
