#pragma once
// What Get-Content, Set-Content, Add-Content and Clear-Content share.
#include <optional>
#include <string>

#include "verbs/file/item_paths.h"
#include "verbs/file/text_files.h"

namespace hvsh::verbs {

struct ContentTarget : ItemPaths {
  std::string encoding = "utf8";
  Switch as_byte_stream;
  std::string stream;

  // Whether bytes are meant: -AsByteStream, or Windows PowerShell's -Encoding Byte.
  bool bytes() const { return as_byte_stream.on || equal_ascii(encoding, "Byte"); }
  Result<Encoding> text_encoding() const {
    return bytes() ? Result<Encoding>(Encoding::utf8) : parse_encoding(encoding);
  }
};

template <class Self>
consteval auto content_target_params() {
  return std::array{
      param<&ItemPaths::path, Self>("Path",
                                    {.sets = ItemPaths::Path,
                                     .position = 0,
                                     .mandatory = true,
                                     .from_pipeline_property = true,
                                     .wildcards = true},
                                    "The files."),
      param<&ItemPaths::literal_path, Self>("LiteralPath",
                                            {.sets = ItemPaths::Literal,
                                             .mandatory = true,
                                             .from_pipeline_property = true,
                                             .aliases = {"PSPath", "LP"}},
                                            "The files, without wildcards."),
      param<&ItemPaths::filter, Self>("Filter", {}, "Only names like this."),
      param<&ItemPaths::include, Self>("Include", {}, "Only names like these."),
      param<&ItemPaths::exclude, Self>("Exclude", {}, "No names like these."),
      param<&ItemPaths::force, Self>("Force", {}, "Hidden and read-only files too."),
      param<&ContentTarget::stream, Self>("Stream", {},
                                          "A Windows file's further streams, which Linux has not."),
  };
}
template <class Self>
consteval auto encoding_params() {
  return std::array{
      param<&ContentTarget::encoding, Self>("Encoding", {}, "How the text is encoded."),
      param<&ContentTarget::as_byte_stream, Self>("AsByteStream", {}, "Bytes instead of text."),
  };
}

Error no_streams();
Error is_a_folder(const std::string& path);

}  // namespace hvsh::verbs
