// Math, Random.
#include <fmt/format.h>

#include <cmath>
#include <random>

#include "core/compare.h"
#include "core/decimal.h"
#include "core/operators.h"
#include "shell/dotnet/groups.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kMathInfo{"System.Math", "Math"};
constexpr TypeInfo kRandomInfo{"System.Random", "Random"};

template <double (*kFunction)(double)>
Result<Value> real_function(const Call& call) {
  return Value::real(kFunction(call.real(0)));
}
template <double (*kFunction)(double, double)>
Result<Value> real_function2(const Call& call) {
  return Value::real(kFunction(call.real(0), call.real(1)));
}

const Decimal& decimal_at(const Call& call, size_t index) {
  return static_cast<DecimalObject*>(call.at(index).as_object())->value;
}
Value decimal_value(Decimal value) { return Value::object(make<DecimalObject>(value)); }

// 0: half to even, 1: away from zero, 2: to zero, 3: down, 4: up (System.MidpointRounding).
double rounded(double x, int64_t mode) {
  switch (mode) {
    case 1: return std::round(x);
    case 2: return std::trunc(x);
    case 3: return std::floor(x);
    case 4: return std::ceil(x);
    default: return std::nearbyint(x);
  }
}

Result<Value> round_real(double x, int64_t digits, int64_t mode) {
  if (digits < 0 || digits > 15) {
    return out_of_range("digits", "Rounding digits must be between 0 and 15, inclusive.");
  }
  const double scale = std::pow(10.0, static_cast<double>(digits));
  const double scaled = x * scale;
  if (!std::isfinite(scaled) || std::fabs(x) >= 1e16) return Value::real(x);
  return Value::real(rounded(scaled, mode) / scale);
}

Result<Value> round_decimal(const Decimal& value, int64_t digits, int64_t mode) {
  if (digits < 0 || digits > 28) {
    return out_of_range("decimals", "Decimal can only round to between 0 and 28 digits of precision.");
  }
  if (mode == 1 && value.scale > digits) {
    // Half away from zero: half a unit of the last place more, then cut.
    Decimal half{.magnitude = 5, .scale = static_cast<uint8_t>(digits + 1), .negative = value.negative};
    HVSH_TRY(Decimal sum, add(value, half));
    unsigned __int128 cut = sum.magnitude;
    for (uint8_t scale = sum.scale; scale > digits; --scale) cut /= 10;
    return decimal_value(
        {.magnitude = cut, .scale = static_cast<uint8_t>(digits), .negative = value.negative});
  }
  return decimal_value(round(value, static_cast<int>(digits)));
}

int64_t mode_of(const Value& value) {
  return value.kind() == Value::Kind::enumeration ? value.enum_number() : 0;
}

// Of two numbers the smaller or greater, in the type in which both meet.
template <bool kMax>
Result<Value> extreme(const Call& call) {
  HVSH_TRY(auto order, compare(call.at(0), call.at(1)));
  const bool first = kMax ? order >= 0 : order <= 0;
  HVSH_TRY(Value zero, subtract(call.at(first ? 1 : 0), call.at(first ? 1 : 0)));
  return add(call.at(first ? 0 : 1), zero);
}

Result<Value> absolute(const Call& call) {
  HVSH_TRY(Value value, to_number(call.at(0)));
  HVSH_TRY(auto order, compare(value, Value::integer(0)));
  return order < 0 ? negate(value) : Result<Value>(value);
}

Result<Value> sign(const Call& call) {
  HVSH_TRY(Value value, to_number(call.at(0)));
  HVSH_TRY(auto order, compare(value, Value::integer(0)));
  return number(order < 0 ? -1 : order > 0 ? 1 : 0);
}

Result<Value> whole_part(const Call& call, int64_t mode) {
  if (!call.at(0).is_object(ObjectKind::decimal)) return Value::real(rounded(call.real(0), mode));
  const Decimal& value = decimal_at(call, 0);
  HVSH_TRY(Decimal rest, remainder(value, decimal_from_integer(1)));
  HVSH_TRY(Decimal whole, subtract(value, rest));
  if (rest.magnitude != 0 && mode == (value.negative ? 3 : 4)) {
    HVSH_TRY(whole, add(whole, decimal_from_integer(value.negative ? -1 : 1)));
  }
  return decimal_value(round(whole, 0));
}

Result<Value> clamp(const Call& call) {
  HVSH_TRY(auto low, compare(call.at(0), call.at(1)));
  if (low < 0) return call.at(1);
  HVSH_TRY(auto high, compare(call.at(0), call.at(2)));
  return high > 0 ? call.at(2) : call.at(0);
}

Result<Value> div_rem(const Call& call) {
  if (call.integer(1) == 0) return thrown("DivideByZeroException", "Attempted to divide by zero.");
  const IntType type = call.at(0).int_type();
  HVSH_CHECK(set_reference(call.at(2), Value::integer(call.integer(0) % call.integer(1), type)));
  return Value::integer(call.integer(0) / call.integer(1), type);
}

constexpr Member kMath[] = {
    {"static double PI", [](const Call&) -> Result<Value> { return Value::real(M_PI); }},
    {"static double E", [](const Call&) -> Result<Value> { return Value::real(M_E); }},
    {"static double Tau", [](const Call&) -> Result<Value> { return Value::real(2 * M_PI); }},
    {"static object Abs(object value)", absolute},
    {"static int Sign(object value)", sign},
    {"static double Ceiling(double a)", [](const Call& c) { return whole_part(c, 4); }},
    {"static decimal Ceiling(decimal d)", [](const Call& c) { return whole_part(c, 4); }},
    {"static double Floor(double d)", [](const Call& c) { return whole_part(c, 3); }},
    {"static decimal Floor(decimal d)", [](const Call& c) { return whole_part(c, 3); }},
    {"static double Truncate(double d)", [](const Call& c) { return whole_part(c, 2); }},
    {"static decimal Truncate(decimal d)", [](const Call& c) { return whole_part(c, 2); }},
    {"static double Round(double a)", [](const Call& c) { return round_real(c.real(0), 0, 0); }},
    {"static double Round(double value, int digits)",
     [](const Call& c) { return round_real(c.real(0), c.integer(1), 0); }},
    {"static double Round(double value, MidpointRounding mode)",
     [](const Call& c) { return round_real(c.real(0), 0, mode_of(c.at(1))); }},
    {"static double Round(double value, int digits, MidpointRounding mode)",
     [](const Call& c) { return round_real(c.real(0), c.integer(1), mode_of(c.at(2))); }},
    {"static decimal Round(decimal d)", [](const Call& c) { return round_decimal(decimal_at(c, 0), 0, 0); }},
    {"static decimal Round(decimal d, int decimals)",
     [](const Call& c) { return round_decimal(decimal_at(c, 0), c.integer(1), 0); }},
    {"static decimal Round(decimal d, MidpointRounding mode)",
     [](const Call& c) { return round_decimal(decimal_at(c, 0), 0, mode_of(c.at(1))); }},
    {"static decimal Round(decimal d, int decimals, MidpointRounding mode)",
     [](const Call& c) { return round_decimal(decimal_at(c, 0), c.integer(1), mode_of(c.at(2))); }},
    {"static object Max(object val1, object val2)", extreme<true>},
    {"static object Min(object val1, object val2)", extreme<false>},
    {"static object Clamp(object value, object min, object max)", clamp},
    {"static int DivRem(int a, int b, ref int result)", div_rem},
    {"static long DivRem(long a, long b, ref long result)", div_rem},
    {"static long BigMul(int a, int b)",
     [](const Call& c) -> Result<Value> { return long_number(c.integer(0) * c.integer(1)); }},
    {"static double Sqrt(double d)", real_function<std::sqrt>},
    {"static double Cbrt(double d)", real_function<std::cbrt>},
    {"static double Exp(double d)", real_function<std::exp>},
    {"static double Pow(double x, double y)", real_function2<std::pow>},
    {"static double IEEERemainder(double x, double y)", real_function2<std::remainder>},
    {"static double Log(double d)", real_function<std::log>},
    {"static double Log(double a, double newBase)",
     [](const Call& c) -> Result<Value> { return Value::real(std::log(c.real(0)) / std::log(c.real(1))); }},
    {"static double Log10(double d)", real_function<std::log10>},
    {"static double Log2(double d)", real_function<std::log2>},
    {"static double Sin(double a)", real_function<std::sin>},
    {"static double Cos(double d)", real_function<std::cos>},
    {"static double Tan(double a)", real_function<std::tan>},
    {"static double Asin(double d)", real_function<std::asin>},
    {"static double Acos(double d)", real_function<std::acos>},
    {"static double Atan(double d)", real_function<std::atan>},
    {"static double Atan2(double y, double x)", real_function2<std::atan2>},
    {"static double Sinh(double value)", real_function<std::sinh>},
    {"static double Cosh(double value)", real_function<std::cosh>},
    {"static double Tanh(double value)", real_function<std::tanh>},
};

// ------------------------------------------------------------------------------------------- System.Random

using Generator = std::mt19937_64;
Generator& generator_of(const Call& call) { return state_of<Generator>(call.self); }

Result<Value> next_between(const Call& call, int64_t low, int64_t high) {
  if (low > high) {
    return out_of_range("minValue", fmt::format("'{}' cannot be greater than {}.", "minValue", "maxValue"));
  }
  if (low == high) return number(low);
  return number(std::uniform_int_distribution<int64_t>(low, high - 1)(generator_of(call)));
}

Result<Value> fill_bytes(const Call& call) {
  auto* array = call.at(0).as<ArrayObject>();
  if (array == nullptr) return Value::nothing();
  std::uniform_int_distribution<int> byte(0, 255);
  for (Value& item : array->items) item = Value::integer(byte(generator_of(call)), IntType::u8);
  return Value::nothing();
}

constexpr Member kRandom[] = {
    {"new()",
     [](const Call&) -> Result<Value> { return instance(kRandomInfo, Generator(std::random_device{}())); }},
    {"new(int Seed)",
     [](const Call& c) -> Result<Value> {
       return instance(kRandomInfo, Generator(static_cast<uint64_t>(c.integer(0))));
     }},
    {"static Random Shared",
     [](const Call&) -> Result<Value> { return instance(kRandomInfo, Generator(std::random_device{}())); }},
    {"int Next()", [](const Call& c) { return next_between(c, 0, INT32_MAX); }},
    {"int Next(int maxValue)", [](const Call& c) { return next_between(c, 0, c.integer(0)); }},
    {"int Next(int minValue, int maxValue)",
     [](const Call& c) { return next_between(c, c.integer(0), c.integer(1)); }},
    {"double NextDouble()",
     [](const Call& c) -> Result<Value> {
       return Value::real(std::uniform_real_distribution<double>(0, 1)(generator_of(c)));
     }},
    {"void NextBytes(object buffer)", fill_bytes},
};

constexpr Type kTypes[] = {
    {.info = &kMathInfo, .names = "math", .members = kMath},
    {.info = &kRandomInfo, .members = kRandom},
};

}  // namespace

std::span<const Type> math_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
