#pragma once
// One piece of work for another interpreter: a script with its arguments and $using: values, and the streams
// that come back, as frames.
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "core/value.h"
#include "shell/remote/frame.h"

namespace hvsh::shell {

class Interpreter;
class ShellScriptBlock;
struct ScriptBlock;
struct Node;
struct Setup;

// What crosses is copied as CliXml this deep.
inline constexpr int kCopyDepth = 6;

struct WorkRequest {
  std::string script;
  std::string initialization;  // runs before it, in the same scope
  std::string location;        // where it starts
  std::string shared;          // CliXml of one hashtable: Arguments, Using, Input, Variables
};

// Reads the values of the block's $using: variables and packs everything that the work needs.
Result<WorkRequest> make_request(Interpreter& interpreter, const ShellScriptBlock& block,
                                 const std::vector<Value>& arguments, const std::vector<Value>& input);
Result<WorkRequest> make_request(Interpreter& interpreter, std::string script, const ScriptBlock* tree,
                                 const std::vector<Value>& arguments, const std::vector<Value>& input);

// `... &`: the statement's text, with the values of the variables that it reads.
Result<WorkRequest> make_background_request(Interpreter& interpreter, const Node& statement);

std::string pack(const WorkRequest& request);
Result<WorkRequest> unpack(std::string_view payload);

// One interpreter of its own that works in the calling thread, with its streams going to `sink`.
class Worker {
 public:
  Worker(const Setup& setup, FrameSink sink, std::atomic<bool>* stop);
  ~Worker();
  // Runs it whole; the last frame is `done`. `underscore`: $_ of the script; nothing: none.
  void run(const WorkRequest& request, const Value& underscore = Value::nothing());
  // The value that CliXml text stands for, in this thread.
  Result<std::vector<Value>> read(std::string_view clixml);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// `hvsh --serve`: work comes on standard input, what it gives goes to standard output. The exit code.
int serve(const Setup& setup);

// Reads frames' objects into this interpreter.
Result<std::vector<Value>> read_objects(Interpreter& interpreter, std::string_view clixml);

}  // namespace hvsh::shell
