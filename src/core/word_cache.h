#pragma once
// Words of a table: the same few again and again (a state, a host), so that one object for each saves a fifth
// of the table's memory. Only the words met last are known; strings are immutable, so nobody can tell.
#include <array>
#include <string_view>

#include "core/value.h"

namespace hvsh {

class WordCache {
 public:
  Value string(std::string_view text) {
    if (text.empty() || text.size() > kLongest) return Value::string(text);
    const auto byte = [text](size_t at) { return static_cast<unsigned char>(text[at]); };
    const size_t hash = text.size() * 31u + byte(text.size() - 1) * 7u + byte(text.size() / 2) * 3u + byte(0);
    Value& known = words_[hash % words_.size()];
    if (!known.is_string() || known.as_string() != text) known = Value::string(text);
    return known;
  }

 private:
  static constexpr size_t kLongest = 24;
  std::array<Value, 256> words_;
};

}  // namespace hvsh
