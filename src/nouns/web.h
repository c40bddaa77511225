#pragma once
// What Invoke-WebRequest writes.
#include <string>
#include <vector>

#include "core/noun.h"

namespace hvsh::nouns {

struct WebResponse {
  int32_t status = 0;
  std::string reason, content, final_url;
  std::vector<std::pair<std::string, std::string>> header_lines;

  Value headers() const;  // a table: name, and its values
  std::string raw_content() const;
  int64_t raw_length() const { return static_cast<int64_t>(content.size()); }
  Value links() const;   // of <a> elements: href, outerHTML
  Value images() const;  // of <img> elements
  std::string display() const { return content; }

  static constexpr Prop kProps[] = {
      prop<&WebResponse::status>("StatusCode", "200 if all is well."),
      prop<&WebResponse::reason>("StatusDescription", "What the server says about it."),
      prop<&WebResponse::content>("Content", "The text."),
      prop<&WebResponse::raw_content>("RawContent", "The status, the headers and the text."),
      prop<&WebResponse::headers>("Headers", "The headers."),
      prop<&WebResponse::images>("Images", "<img> elements."),
      prop<&WebResponse::links>("Links", "<a> elements."),
      prop<&WebResponse::raw_length>("RawContentLength", "Bytes of the text."),
      prop<&WebResponse::final_url>("ResponseUri", "Where the answer came from in the end."),
  };
  static constexpr std::string_view kList[] = {"StatusCode", "StatusDescription", "Content",
                                               "RawContent", "Headers",           "Images",
                                               "Links",      "RawContentLength"};
  static constexpr Noun noun{
      .type = {"Microsoft.PowerShell.Commands.BasicHtmlWebResponseObject", "BasicHtmlWebResponseObject"},
      .props = kProps,
      .list = kList};
};

}  // namespace hvsh::nouns
