#pragma once
// Words and operators of the language, as tables that the compiler lays out: nothing is built at start-up.
#include <cstdint>
#include <string_view>

#include "shell/syntax/ast.h"
#include "shell/syntax/scanner.h"

namespace hvsh::shell {

enum class Keyword : uint8_t {
  none,
  begin_,
  break_,
  catch_,
  class_,
  clean_,
  configuration_,
  continue_,
  data_,
  do_,
  dynamicparam_,
  else_,
  elseif_,
  end_,
  enum_,
  exit_,
  filter_,
  finally_,
  for_,
  foreach_,
  function_,
  if_,
  in_,
  parallel_,
  param_,
  process_,
  return_,
  sequence_,
  switch_,
  throw_,
  trap_,
  try_,
  until_,
  using_,
  while_,
  workflow_,
};

struct KeywordName {
  std::string_view name;
  Keyword keyword;
};
inline constexpr KeywordName kKeywords[] = {
    {"begin", Keyword::begin_},
    {"break", Keyword::break_},
    {"catch", Keyword::catch_},
    {"class", Keyword::class_},
    {"clean", Keyword::clean_},
    {"configuration", Keyword::configuration_},
    {"continue", Keyword::continue_},
    {"data", Keyword::data_},
    {"do", Keyword::do_},
    {"dynamicparam", Keyword::dynamicparam_},
    {"else", Keyword::else_},
    {"elseif", Keyword::elseif_},
    {"end", Keyword::end_},
    {"enum", Keyword::enum_},
    {"exit", Keyword::exit_},
    {"filter", Keyword::filter_},
    {"finally", Keyword::finally_},
    {"for", Keyword::for_},
    {"foreach", Keyword::foreach_},
    {"function", Keyword::function_},
    {"if", Keyword::if_},
    {"in", Keyword::in_},
    {"parallel", Keyword::parallel_},
    {"param", Keyword::param_},
    {"process", Keyword::process_},
    {"return", Keyword::return_},
    {"sequence", Keyword::sequence_},
    {"switch", Keyword::switch_},
    {"throw", Keyword::throw_},
    {"trap", Keyword::trap_},
    {"try", Keyword::try_},
    {"until", Keyword::until_},
    {"using", Keyword::using_},
    {"while", Keyword::while_},
    {"workflow", Keyword::workflow_},
};

constexpr Keyword keyword_of(std::string_view word) {
  if (word.size() < 2) return Keyword::none;
  char first = to_lower(word[0]);
  for (const KeywordName& k : kKeywords)
    if (k.name[0] == first && equals_lower(word, k.name)) return k.keyword;
  return Keyword::none;
}

// Operators from loose to tight. The comma binds tighter than all of them.
enum Precedence : uint8_t {
  kLogical = 1,
  kBitwise,
  kComparison,
  kCoalesce,
  kAdditive,
  kMultiplicative,
  kFormat,
  kRange,
};

// Dash operators; `cased` ones have -c and -i forms.
struct DashOperator {
  std::string_view name;
  BinaryOp op;
  Precedence precedence;
  bool cased;
};
inline constexpr DashOperator kDashOperators[] = {
    {"and", BinaryOp::and_, kLogical, false},
    {"or", BinaryOp::or_, kLogical, false},
    {"xor", BinaryOp::xor_, kLogical, false},
    {"band", BinaryOp::band, kBitwise, false},
    {"bor", BinaryOp::bor, kBitwise, false},
    {"bxor", BinaryOp::bxor, kBitwise, false},
    {"shl", BinaryOp::shl, kComparison, false},
    {"shr", BinaryOp::shr, kComparison, false},
    {"eq", BinaryOp::eq, kComparison, true},
    {"ne", BinaryOp::ne, kComparison, true},
    {"gt", BinaryOp::gt, kComparison, true},
    {"ge", BinaryOp::ge, kComparison, true},
    {"lt", BinaryOp::lt, kComparison, true},
    {"le", BinaryOp::le, kComparison, true},
    {"like", BinaryOp::like, kComparison, true},
    {"notlike", BinaryOp::notlike, kComparison, true},
    {"match", BinaryOp::match, kComparison, true},
    {"notmatch", BinaryOp::notmatch, kComparison, true},
    {"replace", BinaryOp::replace, kComparison, true},
    {"contains", BinaryOp::contains, kComparison, true},
    {"notcontains", BinaryOp::notcontains, kComparison, true},
    {"in", BinaryOp::in, kComparison, true},
    {"notin", BinaryOp::notin, kComparison, true},
    {"split", BinaryOp::split, kComparison, true},
    {"join", BinaryOp::join, kComparison, false},
    {"is", BinaryOp::is, kComparison, false},
    {"isnot", BinaryOp::isnot, kComparison, false},
    {"as", BinaryOp::as, kComparison, false},
    {"f", BinaryOp::format, kFormat, false},
};

struct FoundDashOperator {
  const DashOperator* entry = nullptr;  // null: no such operator
  bool case_sensitive = false;
};

constexpr FoundDashOperator find_dash_operator(std::string_view word) {
  if (word.empty()) return {};
  for (const DashOperator& d : kDashOperators)
    if (equals_lower(word, d.name)) return {&d, false};
  char first = to_lower(word[0]);
  if (first != 'c' && first != 'i') return {};
  for (const DashOperator& d : kDashOperators)
    if (d.cased && equals_lower(word.substr(1), d.name)) return {&d, first == 'c'};
  return {};
}

}  // namespace hvsh::shell
