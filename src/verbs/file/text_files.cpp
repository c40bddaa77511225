#include "verbs/file/text_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "core/text.h"
#include "engines/files.h"

namespace hvsh::verbs {

namespace {

constexpr uint64_t kMaxTextBytes = uint64_t{1} << 30;

std::string_view mark_of(Encoding encoding) {
  switch (encoding) {
    case Encoding::utf8_bom: return "\xef\xbb\xbf";
    case Encoding::utf16: return "\xff\xfe";
    case Encoding::utf16_big_endian: return "\xfe\xff";
    case Encoding::utf32: return std::string_view("\xff\xfe\0\0", 4);
    default: return {};
  }
}

Result<void> write_bytes(const std::string& path, std::string_view bytes, int flags) {
  const engines::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666));
  if (!fd.valid()) return errno_error("write to", path, errno);
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd.get(), bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return errno_error("write to", path, errno);
    bytes.remove_prefix(static_cast<size_t>(done));
  }
  return {};
}

mode_t mode_of_new_files() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

std::string encode_text(std::string_view text, Encoding encoding) {
  if (encoding == Encoding::utf8 || encoding == Encoding::utf8_bom) return std::string(text);
  std::string bytes;
  if (encoding == Encoding::utf16 || encoding == Encoding::utf16_big_endian) {
    for (const char16_t unit : to_utf16(text)) {
      const char low = static_cast<char>(unit & 0xff), high = static_cast<char>(unit >> 8);
      bytes += encoding == Encoding::utf16 ? low : high;
      bytes += encoding == Encoding::utf16 ? high : low;
    }
    return bytes;
  }
  for (size_t i = 0; i < text.size();) {
    const char32_t c = next_code_point(text, i);
    if (encoding == Encoding::utf32) {
      for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(c >> shift & 0xff);
    } else {
      bytes += c < (encoding == Encoding::ascii ? 0x80u : 0x100u) ? static_cast<char>(c) : '?';
    }
  }
  return bytes;
}

std::string decode_text(std::string bytes, Encoding encoding) {
  const auto starts = [&](Encoding with) { return std::string_view(bytes).starts_with(mark_of(with)); };
  size_t skip = 0;
  for (const Encoding marked :
       {Encoding::utf8_bom, Encoding::utf32, Encoding::utf16, Encoding::utf16_big_endian}) {
    if (!starts(marked)) continue;
    encoding = marked;
    skip = mark_of(marked).size();
    break;
  }
  if (encoding == Encoding::utf8 || encoding == Encoding::utf8_bom) {
    bytes.erase(0, skip);
    return bytes;
  }
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  std::string text;
  if (encoding == Encoding::utf16 || encoding == Encoding::utf16_big_endian) {
    std::u16string units;
    for (size_t i = skip; i + 1 < bytes.size(); i += 2) {
      const int first = byte(i), second = byte(i + 1);
      units += static_cast<char16_t>(encoding == Encoding::utf16 ? first | second << 8 : first << 8 | second);
    }
    return to_utf8(units);
  }
  if (encoding == Encoding::utf32) {
    for (size_t i = skip; i + 3 < bytes.size(); i += 4) {
      const char32_t c =
          byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | static_cast<char32_t>(byte(i + 3)) << 24;
      append_utf8(text, c > 0x10ffff ? 0xfffd : c);
    }
    return text;
  }
  for (size_t i = 0; i < bytes.size(); ++i) {
    append_utf8(text, encoding == Encoding::ascii && byte(i) >= 0x80 ? 0xfffdu : byte(i));
  }
  return text;
}

Result<Encoding> parse_encoding(std::string_view name) {
  static constexpr std::pair<std::string_view, Encoding> kNames[] = {
      {"utf8", Encoding::utf8},   {"utf8NoBOM", Encoding::utf8},
      {"utf-8", Encoding::utf8},  {"default", Encoding::utf8},
      {"oem", Encoding::utf8},    {"utf8BOM", Encoding::utf8_bom},
      {"ascii", Encoding::ascii}, {"latin1", Encoding::latin1},
      {"ansi", Encoding::latin1}, {"unicode", Encoding::utf16},
      {"utf16", Encoding::utf16}, {"bigendianunicode", Encoding::utf16_big_endian},
      {"utf32", Encoding::utf32},
  };
  for (const auto& [known, encoding] : kNames) {
    if (equal_ascii(known, name)) return encoding;
  }
  return Error{.id = "EncodingNotSupported",
               .category = ErrorCategory::InvalidArgument,
               .message = fmt::format("'{}' is not a supported encoding name.", name),
               .hint = "Use utf8, utf8BOM, ascii, latin1, unicode, bigendianunicode or utf32.",
               .target = std::string(name)};
}

Result<std::string> read_bytes(const std::string& path) { return engines::read_file(path, kMaxTextBytes); }

Result<std::string> read_text_file(const std::string& path, Encoding encoding) {
  HVSH_TRY(std::string bytes, engines::read_file(path, kMaxTextBytes));
  return decode_text(std::move(bytes), encoding);
}

Result<void> refuse_existing(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return Error{.id = "NoClobber",
               .category = ErrorCategory::ResourceExists,
               .message = fmt::format("The file '{}' already exists.", path),
               .target = path,
               .exception = "System.IO.IOException"};
}

Result<void> write_text_file(const std::string& path, std::string_view text, Encoding encoding) {
  return replace_file(path, std::string(mark_of(encoding)) + encode_text(text, encoding));
}

namespace {

Error no_folder(const std::string& path) {
  return {.id = "GetContentWriterDirectoryNotFoundError",
          .category = ErrorCategory::ObjectNotFound,
          .message = fmt::format("Could not find a part of the path '{}'.", path),
          .target = path,
          .exception = "System.IO.DirectoryNotFoundException"};
}

}  // namespace

Result<void> replace_file(const std::string& path, std::string_view bytes) {
  if (::access(engines::folder_of(path).c_str(), F_OK) != 0) return no_folder(path);
  std::string target = path;
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0) {
    if (S_ISDIR(info.st_mode)) return errno_error("write to", path, EISDIR);
    if (!S_ISREG(info.st_mode)) return write_bytes(path, bytes, 0);
    if (::access(path.c_str(), W_OK) != 0) return errno_error("write to", path, errno);
    char resolved[PATH_MAX];
    if (::realpath(path.c_str(), resolved) != nullptr) target = resolved;
  }
  return engines::write_file_atomically(target, bytes, mode_of_new_files());
}

Result<void> append_text_file(const std::string& path, std::string_view text, Encoding encoding) {
  struct stat info {};
  const bool begins = ::stat(path.c_str(), &info) != 0 || info.st_size == 0;
  const std::string bytes =
      (begins ? std::string(mark_of(encoding)) : std::string()) + encode_text(text, encoding);
  return append_file(path, bytes);
}

Result<void> append_file(const std::string& path, std::string_view bytes) {
  return write_bytes(path, bytes, O_CREAT | O_APPEND);
}

}  // namespace hvsh::verbs
