#pragma once
// What $FormatEnumerationLimit, $ErrorView and $PSStyle say, read when something is about to be shown. The
// interpreter has the variables; formatter and console only see this.
#include <cstdint>
#include <string>

#include "core/type_info.h"

namespace hvsh::shell {

enum class ErrorView : uint8_t { NormalView, CategoryView, ConciseView, DetailedView };
enum class OutputRendering : uint8_t { Host, PlainText, Ansi };

// The parts of $PSStyle.Formatting that are used: what stands before text of that kind.
struct Styles {
  std::string accent = "\x1b[32;1m";        // labels of a list
  std::string table_header = "\x1b[32;1m";  // and the line of dashes
  std::string error = "\x1b[31;1m";
  std::string error_accent = "\x1b[36;1m";
  std::string warning = "\x1b[33;1m";
  std::string verbose = "\x1b[33;1m";
  std::string debug = "\x1b[33;1m";
};

struct FormatPreferences {
  int enumeration_limit = 4;  // items of a collection that a cell shows; -1: all
  ErrorView error_view = ErrorView::ConciseView;
  OutputRendering rendering = OutputRendering::Host;
  Styles styles = {};

  // Whether escape sequences reach a place that is a terminal, or is none.
  bool colors(bool terminal) const {
    return rendering == OutputRendering::Ansi || (rendering == OutputRendering::Host && terminal);
  }
};

}  // namespace hvsh::shell

namespace hvsh {

template <>
struct EnumOf<shell::ErrorView> {
  static constexpr EnumMember kMembers[] = {
      {"NormalView", 0}, {"CategoryView", 1}, {"ConciseView", 2}, {"DetailedView", 3}};
  static constexpr EnumInfo info{.type = {"System.Management.Automation.ErrorView", "ErrorView"},
                                 .members = kMembers};
};
template <>
struct EnumOf<shell::OutputRendering> {
  static constexpr EnumMember kMembers[] = {{"Host", 0}, {"PlainText", 1}, {"Ansi", 2}};
  static constexpr EnumInfo info{.type = {"System.Management.Automation.OutputRendering", "OutputRendering"},
                                 .members = kMembers};
};

}  // namespace hvsh
