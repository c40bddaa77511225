#pragma once
// A text file line by line, in bounded memory where its encoding has bytes for line ends (all but UTF-16 and
// UTF-32, which are read whole).
#include <string>
#include <string_view>

#include "engines/files.h"
#include "verbs/file/text_files.h"

namespace hvsh::verbs {

class LineReader {
 public:
  // An empty delimiter: lines end with LF or CR LF.
  static Result<LineReader> open(const std::string& path, Encoding encoding, std::string delimiter = {});

  // The next line without its end; false: there is none. An incomplete last line counts as one, unless
  // `complete_only`. It is valid until the next call.
  Result<bool> next(std::string_view& line, bool complete_only = false);
  // Goes to where the last `count` lines begin. Only before the first next().
  Result<void> skip_to_last(int64_t count);

 private:
  LineReader() = default;
  Result<bool> fill();  // false: the end
  std::string_view end_mark() const { return delimiter_.empty() ? "\n" : std::string_view(delimiter_); }
  std::string to_text(std::string_view bytes) const;

  std::string path_, delimiter_, buffer_, line_;
  engines::UniqueFd fd_;
  Encoding encoding_ = Encoding::utf8;
  size_t at_ = 0;        // in buffer_: where the next line begins
  size_t searched_ = 0;  // how far behind at_ no end was found
  bool whole_ = false;   // buffer_ holds the whole text, decoded
};

}  // namespace hvsh::verbs
