#include "engines/metering.h"

#include "engines/state.h"
#include "engines/state/database.h"

namespace hvsh::engines {
namespace {

SqlValue from(std::optional<int64_t> value) { return value ? SqlValue(*value) : SqlValue(); }
SqlValue from(uint64_t value) { return static_cast<int64_t>(value); }

int64_t number(const SqlValue& value) {
  const auto* found = std::get_if<int64_t>(&value);
  return found == nullptr ? 0 : *found;
}
std::optional<int64_t> optional_number(const SqlValue& value) {
  const auto* found = std::get_if<int64_t>(&value);
  return found == nullptr ? std::nullopt : std::optional(*found);
}
double real(const SqlValue& value) {
  const auto* found = std::get_if<double>(&value);
  return found == nullptr ? static_cast<double>(number(value)) : *found;
}

Result<void> store(Database& database, const Guid& id, const MeteringTotals& totals) {
  const MeteringSample& last = totals.last;
  HVSH_CHECK(
      database.run("INSERT OR REPLACE INTO metering VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                   {id.to_string(), totals.began_ns, last.time_ns, int64_t{last.on}, from(last.cpu_time_ns),
                    last.run_time_ns, last.memory_bytes, from(last.network_in_bytes),
                    from(last.network_out_bytes), totals.cpu_ns, totals.on_ns, totals.memory_byte_ns,
                    from(totals.memory_minimum_bytes), from(totals.memory_maximum_bytes), totals.disk_bytes,
                    totals.network_in_bytes, totals.network_out_bytes}));
  return {};
}

}  // namespace

Result<void> Metering::begin(const Guid& id, const MeteringSample& first) {
  HVSH_TRY(const auto database, state_.database(true));
  return store(*database, id, begin_metering(first));
}

Result<void> Metering::end(const Guid& id) {
  HVSH_TRY(const auto database, state_.database(false));
  if (!database) return {};
  HVSH_CHECK(database->run("DELETE FROM metering WHERE machine = ?", {id.to_string()}));
  return {};
}

Result<void> Metering::add(const Guid& id, const MeteringSample& sample) {
  HVSH_TRY(const auto found, totals(id));
  if (!found) return {};
  HVSH_TRY(const auto database, state_.database(true));
  return store(*database, id, accumulate(*found, sample));
}

Result<std::optional<MeteringTotals>> Metering::totals(const Guid& id) {
  HVSH_TRY(const auto database, state_.database(false));
  std::optional<MeteringTotals> totals;
  if (!database) return totals;
  HVSH_TRY(
      const auto rows,
      database->run("SELECT began_ns, last_time_ns, last_on, last_cpu_ns, last_run_ns, last_memory, "
                    "last_network_in, last_network_out, cpu_ns, on_ns, memory_byte_ns, memory_minimum, "
                    "memory_maximum, disk_bytes, network_in, network_out FROM metering WHERE machine = ?",
                    {id.to_string()}));
  if (rows.empty()) return totals;
  const SqlRow& row = rows[0];
  totals = MeteringTotals{.began_ns = number(row[0]),
                          .last = {.time_ns = number(row[1]),
                                   .on = number(row[2]) != 0,
                                   .cpu_time_ns = static_cast<uint64_t>(number(row[3])),
                                   .run_time_ns = number(row[4]),
                                   .memory_bytes = number(row[5]),
                                   .disk_bytes = number(row[13]),
                                   .network_in_bytes = static_cast<uint64_t>(number(row[6])),
                                   .network_out_bytes = static_cast<uint64_t>(number(row[7]))},
                          .cpu_ns = real(row[8]),
                          .on_ns = real(row[9]),
                          .memory_byte_ns = real(row[10]),
                          .memory_minimum_bytes = optional_number(row[11]),
                          .memory_maximum_bytes = optional_number(row[12]),
                          .disk_bytes = number(row[13]),
                          .network_in_bytes = real(row[14]),
                          .network_out_bytes = real(row[15])};
  return totals;
}

}  // namespace hvsh::engines
