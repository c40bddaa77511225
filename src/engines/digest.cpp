#include "engines/digest.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "core/library.h"
#include "engines/files.h"

namespace hvsh::engines {

namespace {

constexpr size_t kBlock = size_t{1} << 20;

// The few functions of libcrypto 3 that a digest needs; its types stay unknown here.
struct Crypto {
  void* (*new_context)() = nullptr;
  void (*free_context)(void*) = nullptr;
  const void* (*digest_by_name)(const char*) = nullptr;
  int (*init)(void*, const void*, void*) = nullptr;
  int (*update)(void*, const void*, size_t) = nullptr;
  int (*finish)(void*, unsigned char*, unsigned*) = nullptr;
  bool loaded = false;

  Crypto() {
    void* library = crypto_library();
    if (library == nullptr) return;
    const auto find = [library](const char* name, auto& function) {
      return find_function(library, name, function);
    };
    loaded = find("EVP_MD_CTX_new", new_context) && find("EVP_MD_CTX_free", free_context) &&
             find("EVP_get_digestbyname", digest_by_name) && find("EVP_DigestInit_ex", init) &&
             find("EVP_DigestUpdate", update) && find("EVP_DigestFinal_ex", finish);
  }
};

Error no_digest(std::string_view why) {
  return {.id = "DigestUnavailable",
          .category = ErrorCategory::NotInstalled,
          .message = fmt::format("Cannot compute digests: {}.", why),
          .hint = "Install OpenSSL 3 (on Debian: apt install libssl3)."};
}

}  // namespace

Result<std::string> digest_of_file(const std::string& path, const std::string& algorithm,
                                   const std::function<bool()>& stop) {
  static const Crypto crypto;
  if (!crypto.loaded) return no_digest("libcrypto.so.3 is missing");
  const void* kind = crypto.digest_by_name(algorithm.c_str());
  if (kind == nullptr) return no_digest(fmt::format("libcrypto has no {}", algorithm));
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return errno_error("open", path, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) == 0 && S_ISDIR(info.st_mode)) return errno_error("read", path, EISDIR);
  const std::unique_ptr<void, void (*)(void*)> context(crypto.new_context(), crypto.free_context);
  if (!context || crypto.init(context.get(), kind, nullptr) != 1) return no_digest("libcrypto failed");
  std::vector<char> block(kBlock);
  for (;;) {
    if (stop && stop()) return std::string();
    const ssize_t got = ::read(fd.get(), block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error("read", path, errno);
    if (got == 0) break;
    if (crypto.update(context.get(), block.data(), static_cast<size_t>(got)) != 1)
      return no_digest("libcrypto failed");
  }
  unsigned char bytes[64];
  unsigned length = sizeof bytes;
  if (crypto.finish(context.get(), bytes, &length) != 1) return no_digest("libcrypto failed");
  std::string text;
  for (unsigned i = 0; i < length; ++i) fmt::format_to(std::back_inserter(text), "{:02X}", bytes[i]);
  return text;
}

}  // namespace hvsh::engines
