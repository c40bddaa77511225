#pragma once
// A file that appears under its name only when it is complete.
//
// It is made under a hidden temporary name beside its target, flushed, and renamed without ever replacing
// anything; then the folder is flushed. Whatever fails, the target is not there and the temporary file is
// removed. If the process is killed, at most the temporary file (".hvsh-*.tmp") stays behind.
#include <memory>
#include <string>

#include "core/result.h"
#include "engines/vhdx/file.h"

namespace hvsh::vhdx {

class NewFile {
 public:
  // Errors: the target exists, is a folder, its folder does not exist or cannot be written.
  static Result<NewFile> create(const std::string& path);

  NewFile(NewFile&&) noexcept = default;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();

  File& file() { return *file_; }
  std::shared_ptr<File> shared_file() { return file_; }

  // Makes the file durable and gives it its name. Fails with ResourceExists if somebody else took the name.
  Result<void> commit();

 private:
  NewFile(Descriptor folder, std::string name, std::string temporary, std::shared_ptr<File> file);
  Result<void> rename();

  Descriptor folder_;
  std::string name_;
  std::string temporary_;
  std::shared_ptr<File> file_;
};

}  // namespace hvsh::vhdx
