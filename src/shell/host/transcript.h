#pragma once
// Files that get what the console shows (Start-Transcript). Several may be open; each gets everything,
// without escape sequences. What is written waits until flush(), which the console calls when it hands over
// its own.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace hvsh::shell {

class Transcripts {
 public:
  struct Options {
    std::string path;  // absolute
    bool append = false;
    bool command_times = false;  // a heading with the time above each command line
  };
  Transcripts() = default;
  ~Transcripts();
  Transcripts(const Transcripts&) = delete;
  Transcripts& operator=(const Transcripts&) = delete;

  // Makes the file, and folders above it, and writes `header` into it.
  Result<void> start(Options options, std::string_view header);
  // Ends the one that was started last; its path.
  Result<std::string> stop();
  bool active() const { return !files_.empty(); }

  void write(std::string_view text);
  // A command line as it was typed behind `prompt`.
  void write_command(std::string_view prompt, std::string_view text);
  // An error where a file could not be written; it is closed then.
  std::optional<Error> flush();

 private:
  struct File {
    Options options;
    int fd = -1;
    std::string waiting = {};
  };
  static Result<void> hand_over(File& file);
  std::vector<File> files_;
  std::optional<Error> failure_;  // not told yet
};

// What stands around a block of a transcript's own lines.
std::string transcript_block(std::string_view lines);
// The local time as transcripts write it: 20261122101530.
std::string transcript_time();

}  // namespace hvsh::shell
