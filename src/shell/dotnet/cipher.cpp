#include "shell/dotnet/cipher.h"

#include "core/library.h"
#include "shell/dotnet/declare.h"

namespace hvsh::shell::dotnet {

Error no_crypto_library() {
  Error error = thrown("DllNotFoundException", "libcrypto.so.3 is not there.");
  error.hint = "Install the package libssl3.";
  return error;
}

namespace {

// libcrypto's functions that are used, with the types of OpenSSL 3's headers.
struct Functions {
  void* (*make)() = nullptr;
  void (*drop)(void* context) = nullptr;
  int (*begin)(void* context, const void* type, void* engine, const unsigned char* key,
               const unsigned char* vector, int encrypts) = nullptr;
  int (*update)(void* context, unsigned char* out, int* size, const unsigned char* in, int count) = nullptr;
  int (*finish)(void* context, unsigned char* out, int* size) = nullptr;
  const void* (*by_name)(const char* name) = nullptr;

  Functions() {
    void* library = crypto_library();
    find_function(library, "EVP_CIPHER_CTX_new", make);
    find_function(library, "EVP_CIPHER_CTX_free", drop);
    find_function(library, "EVP_CipherInit_ex", begin);
    find_function(library, "EVP_CipherUpdate", update);
    find_function(library, "EVP_CipherFinal_ex", finish);
    find_function(library, "EVP_get_cipherbyname", by_name);
  }
};

Result<std::string> run(std::string_view input, std::string_view key, std::string_view vector,
                        bool encrypts) {
  if (crypto_library() == nullptr) return no_crypto_library();
  const std::string name = "AES-" + std::to_string(key.size() * 8) + "-CBC";
  static const Functions functions;
  const void* type = functions.by_name(name.c_str());
  if (type == nullptr || vector.size() != 16) {
    return thrown("System.Security.Cryptography.CryptographicException",
                  "Specified key is not a valid size for this algorithm.");
  }
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  constexpr size_t kBlock = 16;
  std::string out(input.size() + 2 * kBlock, '\0');
  auto* target = reinterpret_cast<unsigned char*>(out.data());
  void* context = functions.make();
  int first = 0, rest = 0;
  const bool ok =
      functions.begin(context, type, nullptr, bytes(key), bytes(vector), encrypts ? 1 : 0) == 1 &&
      functions.update(context, target, &first, bytes(input), static_cast<int>(input.size())) == 1 &&
      functions.finish(context, target + first, &rest) == 1;
  functions.drop(context);
  if (!ok) {
    return thrown("System.Security.Cryptography.CryptographicException",
                  "Padding is invalid and cannot be removed.");
  }
  out.resize(static_cast<size_t>(first + rest));
  return out;
}

}  // namespace

Result<std::string> encrypt(std::string_view plain, std::string_view key, std::string_view vector) {
  return run(plain, key, vector, true);
}
Result<std::string> decrypt(std::string_view secret, std::string_view key, std::string_view vector) {
  return run(secret, key, vector, false);
}

}  // namespace hvsh::shell::dotnet
