// System.Numerics.BigInteger.
#include "core/big_integer.h"

#include "core/convert.h"
#include "core/operators.h"
#include "shell/dotnet/groups.h"

namespace hvsh::shell::dotnet {

namespace {

Result<Value> convert_big_integer(const Value& value, const TypeRef&) { return to_big_integer(value); }

template <int kNumber>
Result<Value> constant(const Call&) {
  return to_big_integer(number(kNumber));
}

template <BigOperation kOperation>
Result<Value> operation(const Call& call) {
  return big_operation(kOperation, call.at(0), call.at(1));
}

Result<Value> parse(const Call& call) {
  auto made = to_big_integer(call.at(0));
  if (made) return made;
  return thrown("FormatException", "The value could not be parsed.");
}

Result<Value> try_parse(const Call& call) {
  auto made = to_big_integer(call.at(0));
  HVSH_TRY(Value zero, to_big_integer(number(0)));
  HVSH_CHECK(set_reference(call.at(1), made ? *made : zero));
  return truth(made.ok());
}

Result<Value> absolute(const Call& call) {
  return big_sign(call.at(0)) < 0 ? negate(call.at(0)) : Result<Value>(call.at(0));
}

constexpr Member kMembers[] = {
    {"static bigint Zero", constant<0>},
    {"static bigint One", constant<1>},
    {"static bigint MinusOne", constant<-1>},
    {"static bigint Parse(string value)", parse},
    {"static bool TryParse(string value, ref bigint result)", try_parse},
    {"static bigint Add(bigint left, bigint right)", operation<BigOperation::add>},
    {"static bigint Subtract(bigint left, bigint right)", operation<BigOperation::subtract>},
    {"static bigint Multiply(bigint left, bigint right)", operation<BigOperation::multiply>},
    {"static bigint Divide(bigint dividend, bigint divisor)", operation<BigOperation::divide>},
    {"static bigint Remainder(bigint dividend, bigint divisor)", operation<BigOperation::remainder>},
    {"static bigint Negate(bigint value)", [](const Call& c) { return negate(c.at(0)); }},
    {"static bigint Abs(bigint value)", absolute},
    {"static bigint Pow(bigint value, int exponent)",
     [](const Call& c) { return big_power(c.at(0), c.integer(1)); }},
    {"static bigint GreatestCommonDivisor(bigint left, bigint right)",
     [](const Call& c) { return big_common_divisor(c.at(0), c.at(1)); }},
    {"bool IsZero", [](const Call& c) -> Result<Value> { return truth(big_sign(c.self) == 0); }},
    {"bool IsEven", [](const Call& c) -> Result<Value> { return truth(big_is_even(c.self)); }},
    {"int Sign", [](const Call& c) -> Result<Value> { return number(big_sign(c.self)); }},
    {"string ToString(string format)", to_text},
    {"int CompareTo(object obj)", compare_to},
};

constexpr Type kTypes[] = {{.info = &types::BigInteger,
                            .names = "bigint",
                            .members = kMembers,
                            .convert = convert_big_integer,
                            .interfaces = "System.IComparable, System.IFormattable",
                            .is_value = true}};

}  // namespace

std::span<const Type> big_integer_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
