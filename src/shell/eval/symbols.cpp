#include "shell/eval/symbols.h"

#include "core/object.h"

namespace hvsh::shell {

Symbols::Symbols() {
  table_.resize(256);
  names_.emplace_back();
  static constexpr std::string_view kNames[] = {
#define HVSH_SYMBOL_TEXT(id, text) text,
      HVSH_WELL_KNOWN(HVSH_SYMBOL_TEXT)
#undef HVSH_SYMBOL_TEXT
  };
  for (std::string_view name : kNames) intern(name);
}

size_t Symbols::slot_of(std::string_view name) const {
  const size_t mask = table_.size() - 1;
  size_t slot = hash_name(name) & mask;
  while (table_[slot] != 0 && !equal_names(names_[table_[slot]], name)) slot = (slot + 1) & mask;
  return slot;
}

Symbol Symbols::find(std::string_view name) const { return table_[slot_of(name)]; }

Symbol Symbols::intern(std::string_view name) {
  const size_t slot = slot_of(name);
  if (table_[slot] != 0) return table_[slot];
  const auto symbol = static_cast<Symbol>(names_.size());
  names_.emplace_back(name);
  table_[slot] = symbol;
  if (names_.size() * 2 > table_.size()) grow();
  return symbol;
}

void Symbols::grow() {
  const size_t size = table_.size() * 2;
  table_.assign(size, 0);
  for (Symbol symbol = 1; symbol < names_.size(); ++symbol) table_[slot_of(names_[symbol])] = symbol;
}

}  // namespace hvsh::shell
