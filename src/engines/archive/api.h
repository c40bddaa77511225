#pragma once
// libarchive through one table of functions. Nothing else includes <archive.h>.
#include <archive.h>
#include <archive_entry.h>

#include "core/result.h"

namespace hvsh::engines::archive {

// Each member is the function of that name.
struct Api {
  decltype(&::archive_entry_clear) archive_entry_clear;
  decltype(&::archive_entry_filetype) archive_entry_filetype;
  decltype(&::archive_entry_free) archive_entry_free;
  decltype(&::archive_entry_mtime) archive_entry_mtime;
  decltype(&::archive_entry_new) archive_entry_new;
  decltype(&::archive_entry_pathname) archive_entry_pathname;
  decltype(&::archive_entry_pathname_utf8) archive_entry_pathname_utf8;
  decltype(&::archive_entry_perm) archive_entry_perm;
  decltype(&::archive_entry_set_filetype) archive_entry_set_filetype;
  decltype(&::archive_entry_set_mtime) archive_entry_set_mtime;
  decltype(&::archive_entry_set_pathname_utf8) archive_entry_set_pathname_utf8;
  decltype(&::archive_entry_set_perm) archive_entry_set_perm;
  decltype(&::archive_entry_set_size) archive_entry_set_size;
  decltype(&::archive_entry_size) archive_entry_size;
  decltype(&::archive_error_string) archive_error_string;
  decltype(&::archive_read_data) archive_read_data;
  decltype(&::archive_read_free) archive_read_free;
  decltype(&::archive_read_new) archive_read_new;
  decltype(&::archive_read_next_header) archive_read_next_header;
  decltype(&::archive_read_open_fd) archive_read_open_fd;
  decltype(&::archive_read_support_format_zip) archive_read_support_format_zip;
  decltype(&::archive_write_close) archive_write_close;
  decltype(&::archive_write_data) archive_write_data;
  decltype(&::archive_write_free) archive_write_free;
  decltype(&::archive_write_header) archive_write_header;
  decltype(&::archive_write_new) archive_write_new;
  decltype(&::archive_write_open_fd) archive_write_open_fd;
  decltype(&::archive_write_set_format_option) archive_write_set_format_option;
  decltype(&::archive_write_set_format_zip) archive_write_set_format_zip;
};

// Loads libarchive.so.13 once per process. An error names the package when it is missing.
Result<const Api*> load_api();

}  // namespace hvsh::engines::archive
