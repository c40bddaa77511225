#pragma once
// Streams that other types hand out.
#include "shell/dotnet/declare.h"

namespace hvsh::shell::dotnet {

// open()'s flags of a System.IO.FileMode and FileAccess (null: as the mode needs).
int open_flags(const Value& mode, const Value& access);
Result<Value> file_stream(int fd, const std::string& path);
Result<Value> text_reader(int fd, const std::string& path);
Result<Value> text_writer(int fd, const std::string& path);
Result<Value> string_reader(std::string text);  // a StringReader
// A stream's bytes from where it stands to its end; nullopt: not a stream.
std::optional<Result<std::string>> rest_of_stream(const Value& stream);

}  // namespace hvsh::shell::dotnet
