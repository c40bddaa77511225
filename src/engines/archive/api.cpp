#include "engines/archive/api.h"

#include "core/library.h"

namespace hvsh::engines::archive {

namespace {

bool fill(void* library, Api& api) {
  return find_function(library, "archive_entry_clear", api.archive_entry_clear) &&
         find_function(library, "archive_entry_filetype", api.archive_entry_filetype) &&
         find_function(library, "archive_entry_free", api.archive_entry_free) &&
         find_function(library, "archive_entry_mtime", api.archive_entry_mtime) &&
         find_function(library, "archive_entry_new", api.archive_entry_new) &&
         find_function(library, "archive_entry_pathname", api.archive_entry_pathname) &&
         find_function(library, "archive_entry_pathname_utf8", api.archive_entry_pathname_utf8) &&
         find_function(library, "archive_entry_perm", api.archive_entry_perm) &&
         find_function(library, "archive_entry_set_filetype", api.archive_entry_set_filetype) &&
         find_function(library, "archive_entry_set_mtime", api.archive_entry_set_mtime) &&
         find_function(library, "archive_entry_set_pathname_utf8", api.archive_entry_set_pathname_utf8) &&
         find_function(library, "archive_entry_set_perm", api.archive_entry_set_perm) &&
         find_function(library, "archive_entry_set_size", api.archive_entry_set_size) &&
         find_function(library, "archive_entry_size", api.archive_entry_size) &&
         find_function(library, "archive_error_string", api.archive_error_string) &&
         find_function(library, "archive_read_data", api.archive_read_data) &&
         find_function(library, "archive_read_free", api.archive_read_free) &&
         find_function(library, "archive_read_new", api.archive_read_new) &&
         find_function(library, "archive_read_next_header", api.archive_read_next_header) &&
         find_function(library, "archive_read_open_fd", api.archive_read_open_fd) &&
         find_function(library, "archive_read_support_format_zip", api.archive_read_support_format_zip) &&
         find_function(library, "archive_write_close", api.archive_write_close) &&
         find_function(library, "archive_write_data", api.archive_write_data) &&
         find_function(library, "archive_write_free", api.archive_write_free) &&
         find_function(library, "archive_write_header", api.archive_write_header) &&
         find_function(library, "archive_write_new", api.archive_write_new) &&
         find_function(library, "archive_write_open_fd", api.archive_write_open_fd) &&
         find_function(library, "archive_write_set_format_option", api.archive_write_set_format_option) &&
         find_function(library, "archive_write_set_format_zip", api.archive_write_set_format_zip);
}

struct Loaded {
  Api api{};
  bool ok = false;
  Loaded() {
    void* library = open_library({"libarchive.so.13"});
    ok = library != nullptr && fill(library, api);
  }
};

}  // namespace

Result<const Api*> load_api() {
  static const Loaded loaded;
  if (loaded.ok) return &loaded.api;
  return Error{.id = "ArchiveUnavailable",
               .category = ErrorCategory::NotInstalled,
               .message = "Cannot load libarchive.so.13.",
               .hint = "Install it (on Debian: apt install libarchive13)."};
}

}  // namespace hvsh::engines::archive
