#pragma once
#include "core/noun.h"

namespace hvsh {

// One key and its value: what a hashtable is made of when it is enumerated or shown.
struct DictionaryEntry {
  Value key;
  Value value;

  static constexpr Prop kProps[] = {
      alias_prop("Name", "Key"),
      prop<&DictionaryEntry::key>("Key", "The key."),
      prop<&DictionaryEntry::value>("Value", "What stands under the key."),
  };
  static constexpr Column kTable[] = {{.property = "Name", .width = 30}, {.property = "Value"}};
  static constexpr std::string_view kList[] = {"Name", "Value"};
  static constexpr Noun noun{.type = {"System.Collections.DictionaryEntry", "DictionaryEntry"},
                             .props = kProps,
                             .table = kTable,
                             .list = kList};
};

}  // namespace hvsh
