// Get-Random and Get-SecureRandom.
#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <random>

#include "core/cmdlet.h"
#include "core/number.h"

namespace hvsh::verbs {

namespace {

// Bits from the kernel, for Get-SecureRandom and for seeds.
struct SystemRandom {
  using result_type = uint64_t;
  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return UINT64_MAX; }
  uint64_t operator()() {
    uint64_t bits = 0;
    while (::getrandom(&bits, sizeof bits, 0) != sizeof bits) {
    }
    return bits;
  }
};

// Get-Random's own sequence, which -SetSeed begins anew.
std::mt19937_64& seeded() {
  static thread_local std::mt19937_64 engine{SystemRandom{}()};
  return engine;
}

struct RandomParameters {
  Value maximum, minimum;
  std::vector<Value> input_object;
  int32_t count = 1;
  Switch shuffle;

  enum Set : SetMask { Number = 1, List = 2, Shuffle = 4 };
  static constexpr std::string_view kSets[] = {"RandomNumberParameterSet", "RandomListItemParameterSet",
                                               "ShuffleParameterSet"};
};

template <class Self>
consteval auto random_params() {
  using P = RandomParameters;
  return std::array{
      param<&P::maximum, Self>("Maximum", {.sets = P::Number, .position = 0}, "Numbers below it."),
      param<&P::minimum, Self>("Minimum", {.sets = P::Number}, "Numbers from it on."),
      param<&P::input_object, Self>("InputObject",
                                    {.sets = P::List,
                                     .position = 0,
                                     .mandatory = true,
                                     .also = {{{.sets = P::Shuffle, .position = 0, .mandatory = true}}},
                                     .from_pipeline = true},
                                    "Objects to choose from."),
      param<&P::count, Self>("Count", {.sets = P::Number | P::List, .range = {1, INT32_MAX}}, "How many."),
      param<&P::shuffle, Self>("Shuffle", {.sets = P::Shuffle, .mandatory = true},
                               "All of them, in random order."),
  };
}

// What both cmdlets do, with the one's or the other's source of bits.
class RandomChoice {
 public:
  // A list that cannot hold more is chosen from while it comes in (a reservoir).
  template <class Engine>
  void add(const std::vector<Value>& values, size_t wanted, bool all, Engine& engine) {
    for (const Value& value : values) {
      ++seen_;
      if (all || chosen_.size() < wanted) {
        chosen_.push_back(value);
        continue;
      }
      const size_t place = std::uniform_int_distribution<size_t>(0, seen_ - 1)(engine);
      if (place < wanted) chosen_[place] = value;
    }
  }
  template <class Engine>
  Flow write(Context& context, Engine& engine) {
    std::shuffle(chosen_.begin(), chosen_.end(), engine);
    for (Value& value : chosen_) {
      if (const Flow flow = context.write(std::move(value)); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  std::vector<Value> chosen_;
  size_t seen_ = 0;
};

Error out_of_order(const Value& minimum, const Value& maximum) {
  return {.id = "MinGreaterThanOrEqualMax",
          .category = ErrorCategory::InvalidArgument,
          .message =
              fmt::format("The Minimum value ({}) cannot be greater than or equal to the Maximum value ({}).",
                          to_string(minimum), to_string(maximum)),
          .exception = "System.ArgumentException"};
}

Result<Value> number_of(const Value& value) {
  HVSH_TRY(Value number, as_number(value));
  if (number.is_object(ObjectKind::decimal)) {
    HVSH_TRY(const double real, to_double(number));
    return Value::real(real);
  }
  return number;
}

template <class Engine>
Flow write_numbers(Context& context, const RandomParameters& asked, Engine& engine) {
  Value low = Value::integer(0), high = Value::integer(INT32_MAX);
  for (const auto& [given, bound] : {std::pair{&asked.minimum, &low}, std::pair{&asked.maximum, &high}}) {
    if (given->is_null()) continue;
    auto number = number_of(*given);
    if (!number) return context.terminate(number.take_error(), *given);
    *bound = number.take();
  }
  const bool real = low.kind() == Value::Kind::real || high.kind() == Value::Kind::real;
  if (!real && asked.maximum.is_null() && low.int_type() != IntType::i32) {
    high = Value::integer(INT64_MAX, IntType::i64);
  }
  const auto from = to_double(low), to = to_double(high);
  const bool ordered = real ? *from < *to : low.as_int() < high.as_int();
  if (!ordered) return context.terminate(out_of_order(low, high));
  const bool small = !real && low.int_type() == IntType::i32 && high.int_type() == IntType::i32;
  for (int32_t i = 0; i < asked.count; ++i) {
    Value value;
    if (real) {
      value = Value::real(std::uniform_real_distribution<double>(*from, *to)(engine));
    } else {
      const int64_t number = std::uniform_int_distribution<int64_t>(low.as_int(), high.as_int() - 1)(engine);
      value = Value::integer(number, small ? IntType::i32 : IntType::i64);
    }
    if (const Flow flow = context.write(std::move(value)); flow != Flow::more) return flow;
  }
  return Flow::more;
}

}  // namespace

struct GetRandom : RandomParameters {
  std::optional<int32_t> set_seed;

  static constexpr auto kParams =
      join(std::array{param<&GetRandom::set_seed>("SetSeed", {.sets = Number | List | Shuffle},
                                                  "Begins a sequence that the same seed repeats.")},
           random_params<GetRandom>());
  static constexpr Example kExamples[] = {
      {"Get-Random -Maximum 10", "*", "A number from 0 to 9."},
      {"(1..5 | Get-Random -Shuffle | Sort-Object) -join ' '", "1 2 3 4 5", "All numbers in random order."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Random",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetRandomCommand",
                             .synopsis = "Gives random numbers or some of the objects."};

  Flow begin(Context&) {
    if (set_seed) seeded().seed(static_cast<uint64_t>(static_cast<uint32_t>(*set_seed)));
    return Flow::more;
  }
  Flow process(Context& context) {
    if (context.parameter_set() == Number) return write_numbers(context, *this, seeded());
    choice_.add(input_object, static_cast<size_t>(count), shuffle.on, seeded());
    return Flow::more;
  }
  Flow end(Context& context) { return choice_.write(context, seeded()); }

 private:
  RandomChoice choice_;
};
CMDLET(GetRandom);

struct GetSecureRandom : RandomParameters {
  static constexpr auto kParams = random_params<GetSecureRandom>();
  static constexpr Example kExamples[] = {{"Get-SecureRandom -Maximum 10", "*", "A number from 0 to 9."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "SecureRandom",
                             .module = "Microsoft.PowerShell.Utility",
                             .sets = kSets,
                             .default_set = 0,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetSecureRandomCommand",
                             .synopsis = "Gives random numbers that nobody can foretell."};

  Flow process(Context& context) {
    if (context.parameter_set() == Number) return write_numbers(context, *this, engine_);
    choice_.add(input_object, static_cast<size_t>(count), shuffle.on, engine_);
    return Flow::more;
  }
  Flow end(Context& context) { return choice_.write(context, engine_); }

 private:
  RandomChoice choice_;
  SystemRandom engine_;
};
CMDLET(GetSecureRandom);

}  // namespace hvsh::verbs
