#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <set>

#include "engines/archive.h"
#include "engines/archive/api.h"
#include "engines/files.h"

namespace hvsh::engines {

namespace {

using archive::Api;

constexpr size_t kBlock = size_t{1} << 20;
constexpr size_t kMaxEntries = 1'000'000;
constexpr int64_t kMaxBytes = int64_t{16} << 40;

Error broken(const Api& api, ::archive* handle, std::string_view what, const std::string& path) {
  const char* why = api.archive_error_string(handle);
  return {.id = "ArchiveError",
          .category = ErrorCategory::InvalidData,
          .message =
              fmt::format("Cannot {} '{}': {}.", what, path, why != nullptr ? why : "the archive is damaged"),
          .target = path,
          .exception = "System.IO.InvalidDataException"};
}

using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

// ----------------------------------------------------------------------------------------------- writing

class Writer {
 public:
  Writer(const Api& api, std::string path)
      : api_(api), path_(std::move(path)), handle_(api.archive_write_new()) {}
  ~Writer() { api_.archive_write_free(handle_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  Result<void> open(int fd, CompressionLevel level) {
    static constexpr const char* kLevels[] = {"6", "1", "0", "9"};
    bool ok = api_.archive_write_set_format_zip(handle_) == ARCHIVE_OK;
    if (level == CompressionLevel::none) {
      ok &= api_.archive_write_set_format_option(handle_, "zip", "compression", "store") >= ARCHIVE_WARN;
    } else {
      ok &= api_.archive_write_set_format_option(handle_, "zip", "compression-level",
                                                 kLevels[static_cast<size_t>(level)]) >= ARCHIVE_WARN;
    }
    if (!ok || api_.archive_write_open_fd(handle_, fd) != ARCHIVE_OK)
      return broken(api_, handle_, "write", path_);
    return {};
  }
  Result<void> header(archive_entry* entry) {
    if (api_.archive_write_header(handle_, entry) < ARCHIVE_WARN)
      return broken(api_, handle_, "write", path_);
    return {};
  }
  Result<void> data(const void* bytes, size_t size) {
    if (api_.archive_write_data(handle_, bytes, size) < 0) return broken(api_, handle_, "write", path_);
    return {};
  }
  Result<void> close() {
    if (api_.archive_write_close(handle_) != ARCHIVE_OK) return broken(api_, handle_, "write", path_);
    return {};
  }

 private:
  const Api& api_;
  std::string path_;
  ::archive* handle_;
};

Result<void> add_source(const Api& api, Writer& writer, const ArchiveSource& source) {
  const UniqueFd fd(::open(source.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return errno_error("read", source.path, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return errno_error("read", source.path, errno);
  const Entry entry(api.archive_entry_new(), api.archive_entry_free);
  const bool folder = S_ISDIR(info.st_mode);
  if (!folder && !S_ISREG(info.st_mode)) {
    return Error{
        .id = "ArchiveError",
        .category = ErrorCategory::InvalidData,
        .message = fmt::format("Cannot compress '{}': it is neither a file nor a folder.", source.path)};
  }
  api.archive_entry_set_pathname_utf8(entry.get(), (folder ? source.name + "/" : source.name).c_str());
  api.archive_entry_set_filetype(entry.get(), folder ? AE_IFDIR : AE_IFREG);
  api.archive_entry_set_perm(entry.get(), info.st_mode & 0777);
  api.archive_entry_set_mtime(entry.get(), info.st_mtim.tv_sec, 0);
  api.archive_entry_set_size(entry.get(), folder ? 0 : info.st_size);
  HVSH_CHECK(writer.header(entry.get()));
  if (folder) return {};
  std::vector<char> block(kBlock);
  for (int64_t left = info.st_size; left > 0;) {
    const ssize_t got =
        ::read(fd.get(), block.data(), std::min<size_t>(block.size(), static_cast<size_t>(left)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error("read", source.path, errno);
    if (got == 0) break;
    HVSH_CHECK(writer.data(block.data(), static_cast<size_t>(got)));
    left -= got;
  }
  return {};
}

class Reader {
 public:
  explicit Reader(const Api& api, std::string path)
      : api_(api), path_(std::move(path)), handle_(api.archive_read_new()) {}
  ~Reader() { api_.archive_read_free(handle_); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Result<void> open() {
    fd_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd_.valid()) return errno_error("open", path_, errno);
    api_.archive_read_support_format_zip(handle_);
    if (api_.archive_read_open_fd(handle_, fd_.get(), kBlock) != ARCHIVE_OK)
      return broken(api_, handle_, "read", path_);
    return {};
  }
  // nullptr: there are no more.
  Result<archive_entry*> next() {
    archive_entry* entry = nullptr;
    const int code = api_.archive_read_next_header(handle_, &entry);
    if (code == ARCHIVE_EOF) return static_cast<archive_entry*>(nullptr);
    if (code < ARCHIVE_WARN) return broken(api_, handle_, "read", path_);
    if (++count_ > kMaxEntries) {
      return Error{
          .id = "ArchiveTooLarge",
          .category = ErrorCategory::LimitsExceeded,
          .message = fmt::format("Cannot read '{}': it has more than {} entries.", path_, kMaxEntries)};
    }
    return entry;
  }
  std::string name(archive_entry* entry) const {
    const char* text = api_.archive_entry_pathname_utf8(entry);
    if (text == nullptr) text = api_.archive_entry_pathname(entry);
    return text != nullptr ? text : "";
  }
  // 0: the end of the entry.
  Result<size_t> data(std::vector<char>& block) {
    const la_ssize_t got = api_.archive_read_data(handle_, block.data(), block.size());
    if (got < 0) return broken(api_, handle_, "read", path_);
    total_ += got;
    if (total_ > kMaxBytes) {
      return Error{.id = "ArchiveTooLarge",
                   .category = ErrorCategory::LimitsExceeded,
                   .message = fmt::format("Cannot unpack '{}': it holds more than 16 TiB.", path_)};
    }
    return static_cast<size_t>(got);
  }

 private:
  const Api& api_;
  std::string path_;
  ::archive* handle_;
  UniqueFd fd_;
  size_t count_ = 0;
  int64_t total_ = 0;
};

// Entries of the old archive that no source replaces.
Result<void> copy_old(const Api& api, const std::string& path, const std::set<std::string>& replaced,
                      Writer& writer) {
  Reader reader(api, path);
  HVSH_CHECK(reader.open());
  std::vector<char> block(kBlock);
  for (;;) {
    HVSH_TRY(archive_entry* const entry, reader.next());
    if (entry == nullptr) return {};
    std::string name = reader.name(entry);
    if (name.ends_with('/')) name.pop_back();
    if (replaced.contains(name)) continue;
    HVSH_CHECK(writer.header(entry));
    for (;;) {
      HVSH_TRY(const size_t got, reader.data(block));
      if (got == 0) break;
      HVSH_CHECK(writer.data(block.data(), got));
    }
  }
}

// ---------------------------------------------------------------------------------------------- unpacking

Error leads_out(const std::string& archive, const std::string& name) {
  return {.id = "ArchiveEntryOutside",
          .category = ErrorCategory::SecurityError,
          .message = fmt::format("Cannot unpack '{}': its entry '{}' would lead out of the destination.",
                                 archive, name),
          .hint = "The archive is damaged or malicious.",
          .target = name,
          .exception = "System.IO.IOException"};
}

// The parts of a name inside; empty: it leads out.
std::vector<std::string> safe_parts(const std::string& name) {
  std::vector<std::string> parts;
  std::string part;
  for (size_t i = 0; i <= name.size(); ++i) {
    const char c = i < name.size() ? name[i] : '/';
    if (c != '/' && c != '\\') {
      part += c;
      continue;
    }
    if (part == ".." || (i == 0 && !name.empty())) return {};
    if (!part.empty() && part != ".") parts.push_back(std::move(part));
    part.clear();
  }
  return parts;
}

// Opens folder after folder without following links, so that no link in the destination leads out either.
Result<UniqueFd> open_folder(const UniqueFd& root, const std::vector<std::string>& parts, size_t count,
                             std::vector<std::string>& made, const std::string& base) {
  UniqueFd folder(::fcntl(root.get(), F_DUPFD_CLOEXEC, 0));
  std::string path = base;
  for (size_t i = 0; i < count; ++i) {
    path += "/" + parts[i];
    if (::mkdirat(folder.get(), parts[i].c_str(), 0777) == 0) {
      made.push_back(path);
    } else if (errno != EEXIST) {
      return errno_error("create folder", path, errno);
    }
    UniqueFd next(::openat(folder.get(), parts[i].c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid()) return errno_error("open folder", path, errno);
    folder = std::move(next);
  }
  return folder;
}

Result<void> write_entry(Reader& reader, int folder, const std::string& name, const std::string& path,
                         bool overwrite, mode_t mode, std::vector<char>& block) {
  struct stat info {};
  if (!overwrite && ::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
    return Error{.id = "ExpandArchiveFileExists",
                 .category = ErrorCategory::InvalidOperation,
                 .message = fmt::format(
                     "Failed to create file '{0}' while expanding the archive file contents as the file "
                     "'{0}' already exists. Use the -Force parameter if you want to overwrite the "
                     "existing directory '{0}' contents when expanding the archive file.",
                     path),
                 .target = path,
                 .exception = "System.IO.IOException"};
  }
  const std::string temporary = fmt::format(".{}.{}.tmp", name, ::getpid());
  const UniqueFd file(
      ::openat(folder, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.valid()) return errno_error("create", path, errno);
  Result<void> done;
  while (done) {
    auto got = reader.data(block);
    if (!got) done = got.take_error();
    if (!done || *got == 0) break;
    for (size_t at = 0; at < *got && done;) {
      const ssize_t written = ::write(file.get(), block.data() + at, *got - at);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) done = errno_error("write", path, errno);
      at += static_cast<size_t>(std::max<ssize_t>(written, 0));
    }
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (done && ::fchmod(file.get(), (mode == 0 ? 0666 : mode & 0777) & ~mask) != 0)
    done = errno_error("write", path, errno);
  if (done && ::renameat(folder, temporary.c_str(), folder, name.c_str()) != 0)
    done = errno_error("create", path, errno);
  if (!done) ::unlinkat(folder, temporary.c_str(), 0);
  return done;
}

}  // namespace

Result<void> write_zip(const std::string& path, const std::vector<ArchiveSource>& sources,
                       CompressionLevel level, bool update) {
  HVSH_TRY(const Api* const api, archive::load_api());
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!fd.valid()) return errno_error("create", path, errno);
  const auto write = [&]() -> Result<void> {
    Writer writer(*api, path);
    HVSH_CHECK(writer.open(fd.get(), level));
    std::set<std::string> names;
    for (const ArchiveSource& source : sources) names.insert(source.name);
    if (update) HVSH_CHECK(copy_old(*api, path, names, writer));
    for (const ArchiveSource& source : sources) HVSH_CHECK(add_source(*api, writer, source));
    return writer.close();
  };
  Result<void> done = write();
  if (done && ::rename(temporary.c_str(), path.c_str()) != 0) done = errno_error("create", path, errno);
  if (!done) ::unlink(temporary.c_str());
  return done;
}

Result<std::vector<std::string>> unpack_zip(const std::string& path, const std::string& folder,
                                            bool overwrite, const std::function<bool()>& stop) {
  HVSH_TRY(const Api* const api, archive::load_api());
  Reader reader(*api, path);
  HVSH_CHECK(reader.open());
  const UniqueFd root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root.valid()) return errno_error("open folder", folder, errno);
  std::vector<std::string> made;
  std::vector<char> block(kBlock);
  for (;;) {
    if (stop && stop()) return made;
    HVSH_TRY(archive_entry* const entry, reader.next());
    if (entry == nullptr) return made;
    const std::string name = reader.name(entry);
    const std::vector<std::string> parts = safe_parts(name);
    if (parts.empty() || name.find('\0') != std::string::npos) return leads_out(path, name);
    const auto type = api->archive_entry_filetype(entry);
    const bool is_folder = type == AE_IFDIR || name.back() == '/';
    // Links and devices of other systems' archives are not made: a link could lead out.
    if (!is_folder && type != AE_IFREG && type != 0) continue;
    HVSH_TRY(const UniqueFd parent,
             open_folder(root, parts, parts.size() - (is_folder ? 0 : 1), made, folder));
    if (is_folder) continue;
    std::string target = folder;
    for (const std::string& part : parts) target += "/" + part;
    HVSH_CHECK(write_entry(reader, parent.get(), parts.back(), target, overwrite,
                           api->archive_entry_perm(entry), block));
    made.push_back(target);
  }
}

}  // namespace hvsh::engines
