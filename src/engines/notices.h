#pragma once
// How an engine speaks while it works: to whoever called it, never to a stream. Empty functions are not
// called. The texts are whole sentences.
#include <functional>
#include <string>

namespace hvsh::engines {

struct Notices {
  std::function<void(const std::string& text)> warning = {};
  std::function<void(const std::string& text)> verbose = {};
  // Percent of an activity ("Merging disk sda of 'web01'"), -1: not known, 100: over.
  std::function<void(const std::string& activity, int percent)> progress = {};
  // True when the user gave up (Ctrl-C). Waits and merges look at it and end with OperationStopped.
  std::function<bool()> stopping = {};

  void warn(const std::string& text) const {
    if (warning) warning(text);
  }
  void tell(const std::string& text) const {
    if (verbose) verbose(text);
  }
  void show(const std::string& activity, int percent) const {
    if (progress) progress(activity, percent);
  }
  bool is_stopping() const { return stopping && stopping(); }
};

}  // namespace hvsh::engines
