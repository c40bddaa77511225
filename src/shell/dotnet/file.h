#pragma once
// Whole files and folders, for System.IO. Errors are .NET's exceptions.
#include <string>
#include <string_view>

#include "shell/dotnet/declare.h"

namespace hvsh::shell::dotnet {

Result<std::string> path_argument(const Call& call, size_t index);  // a path of this host; empty is an error
Result<std::string> read_bytes(const std::string& path);
Result<void> write_bytes(const std::string& path, std::string_view bytes, bool append);
Result<void> copy_bytes(const std::string& from, const std::string& to, bool overwrite);
Result<void> make_folders(const std::string& path);
bool is_file(const std::string& path);
bool is_folder(const std::string& path);
std::vector<std::string> lines_of(std::string_view text);  // without their ends

// A file that is open: the descriptor is closed with the last reference.
class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  OpenFile(OpenFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() { close(); }
  int fd() const { return fd_; }
  void close();

 private:
  int fd_;
};

}  // namespace hvsh::shell::dotnet
