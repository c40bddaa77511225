// Hashes: MD5, SHA1, SHA256, SHA384, SHA512 and HMAC of them, by libcrypto, which is loaded at the first use.
#include <fmt/format.h>

#include "core/library.h"
#include "shell/dotnet/cipher.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/streams.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

namespace {

// The functions of libcrypto that are used, with the types of OpenSSL 3's headers.
struct Crypto {
  const void* (*digest_by_name)(const char* name) = nullptr;
  int (*digest)(const void* data, size_t count, unsigned char* out, unsigned int* size, const void* type,
                void* engine) = nullptr;
  unsigned char* (*hmac)(const void* type, const void* key, int key_size, const unsigned char* data,
                         size_t count, unsigned char* out, unsigned int* size) = nullptr;
};

const Crypto* crypto() {
  static const Crypto* loaded = []() -> const Crypto* {
    void* library = crypto_library();
    if (library == nullptr) return nullptr;
    static Crypto functions;
    const bool whole = find_function(library, "EVP_get_digestbyname", functions.digest_by_name) &&
                       find_function(library, "EVP_Digest", functions.digest) &&
                       find_function(library, "HMAC", functions.hmac);
    return whole ? &functions : nullptr;
  }();
  return loaded;
}

struct Algorithm {
  std::string_view name;
  TypeInfo base, managed, provider, hmac;
  int bits;
};
constexpr TypeInfo kHashInfo{"System.Security.Cryptography.HashAlgorithm", "HashAlgorithm"};

constexpr Algorithm kAlgorithms[] = {
    {"MD5",
     {"System.Security.Cryptography.MD5", "MD5", &kHashInfo},
     {"System.Security.Cryptography.MD5Cng", "MD5Cng", &kHashInfo},
     {"System.Security.Cryptography.MD5CryptoServiceProvider", "MD5CryptoServiceProvider", &kHashInfo},
     {"System.Security.Cryptography.HMACMD5", "HMACMD5", &kHashInfo},
     128},
    {"SHA1",
     {"System.Security.Cryptography.SHA1", "SHA1", &kHashInfo},
     {"System.Security.Cryptography.SHA1Managed", "SHA1Managed", &kHashInfo},
     {"System.Security.Cryptography.SHA1CryptoServiceProvider", "SHA1CryptoServiceProvider", &kHashInfo},
     {"System.Security.Cryptography.HMACSHA1", "HMACSHA1", &kHashInfo},
     160},
    {"SHA256",
     {"System.Security.Cryptography.SHA256", "SHA256", &kHashInfo},
     {"System.Security.Cryptography.SHA256Managed", "SHA256Managed", &kHashInfo},
     {"System.Security.Cryptography.SHA256CryptoServiceProvider", "SHA256CryptoServiceProvider", &kHashInfo},
     {"System.Security.Cryptography.HMACSHA256", "HMACSHA256", &kHashInfo},
     256},
    {"SHA384",
     {"System.Security.Cryptography.SHA384", "SHA384", &kHashInfo},
     {"System.Security.Cryptography.SHA384Managed", "SHA384Managed", &kHashInfo},
     {"System.Security.Cryptography.SHA384CryptoServiceProvider", "SHA384CryptoServiceProvider", &kHashInfo},
     {"System.Security.Cryptography.HMACSHA384", "HMACSHA384", &kHashInfo},
     384},
    {"SHA512",
     {"System.Security.Cryptography.SHA512", "SHA512", &kHashInfo},
     {"System.Security.Cryptography.SHA512Managed", "SHA512Managed", &kHashInfo},
     {"System.Security.Cryptography.SHA512CryptoServiceProvider", "SHA512CryptoServiceProvider", &kHashInfo},
     {"System.Security.Cryptography.HMACSHA512", "HMACSHA512", &kHashInfo},
     512},
};

struct Hasher {
  const Algorithm* algorithm;
  bool keyed = false;
  std::string key, last;
};
Hasher& own(const Call& call) { return state_of<Hasher>(call.self); }

Result<std::string> digest(const Hasher& hasher, std::string_view bytes) {
  const Crypto* library = crypto();
  if (library == nullptr) return no_crypto_library();
  constexpr size_t kMostBytes = 64;  // EVP_MAX_MD_SIZE
  unsigned char out[kMostBytes];
  unsigned int size = 0;
  const void* type = library->digest_by_name(std::string(hasher.algorithm->name).c_str());
  if (type == nullptr)
    return thrown("PlatformNotSupportedException",
                  fmt::format("{} is switched off on this host.", hasher.algorithm->name));
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const bool ok = hasher.keyed ? library->hmac(type, hasher.key.data(), static_cast<int>(hasher.key.size()),
                                               data, bytes.size(), out, &size) != nullptr
                               : library->digest(data, bytes.size(), out, &size, type, nullptr) == 1;
  if (!ok)
    return thrown("System.Security.Cryptography.CryptographicException", "The hash could not be computed.");
  return std::string(reinterpret_cast<char*>(out), size);
}

// Of byte[], a part of it, or a stream.
Result<Value> compute(const Call& call) {
  std::string bytes;
  if (auto rest = rest_of_stream(call.at(0))) {
    HVSH_TRY(bytes, std::move(*rest));
  } else {
    HVSH_TRY(bytes, bytes_of(call.at(0)));
  }
  if (call.count() == 3) {
    const int64_t from = call.integer(1), count = call.integer(2);
    if (from < 0 || count < 0 || from + count > static_cast<int64_t>(bytes.size())) {
      return thrown("ArgumentException", "Value was invalid. (Parameter 'count')");
    }
    bytes = bytes.substr(static_cast<size_t>(from), static_cast<size_t>(count));
  }
  HVSH_TRY(own(call).last, digest(own(call), bytes));
  return byte_array(own(call).last);
}

const Algorithm* algorithm_of(const TypeInfo& info) {
  for (const Algorithm& algorithm : kAlgorithms) {
    for (const TypeInfo* type : {&algorithm.base, &algorithm.managed, &algorithm.provider, &algorithm.hmac}) {
      if (type == &info) return &algorithm;
    }
  }
  return nullptr;
}

Result<Value> make_plain(const Call& call) {
  return instance(*call.type->info, Hasher{.algorithm = algorithm_of(*call.type->info)});
}
Result<Value> make_keyed(const Call& call) {
  Hasher hasher{.algorithm = algorithm_of(*call.type->info), .keyed = true};
  if (call.count() == 1) {
    HVSH_TRY(hasher.key, bytes_of(call.at(0)));
  } else {
    const Guid random[4] = {Guid::random(), Guid::random(), Guid::random(), Guid::random()};
    hasher.key.assign(reinterpret_cast<const char*>(random), sizeof random);
  }
  return instance(*call.type->info, std::move(hasher));
}

Result<Value> by_name(const Call& call) {
  for (const Algorithm& algorithm : kAlgorithms) {
    std::string name = call.text(0);
    std::erase(name, '-');
    if (equal_names(name, algorithm.name) || equal_names(name, algorithm.base.name)) {
      return instance(algorithm.base, Hasher{.algorithm = &algorithm});
    }
  }
  return Value::null();
}

constexpr Member kHash[] = {
    {"static HashAlgorithm Create(string hashName)", by_name},
    {"byte[] Hash", [](const Call& c) -> Result<Value> { return byte_array(own(c).last); }},
    {"int HashSize", [](const Call& c) -> Result<Value> { return number(own(c).algorithm->bits); }},
    {"byte[] ComputeHash(object source)", compute},
    {"byte[] ComputeHash(byte[] buffer, int offset, int count)", compute},
    {"void Initialize()", [](const Call&) -> Result<Value> { return Value::nothing(); }},
    {"void Clear()", [](const Call&) -> Result<Value> { return Value::nothing(); }},
    {"void Dispose()", [](const Call&) -> Result<Value> { return Value::nothing(); }},
};
constexpr Member kCreate[] = {
    {"static Self Create()", make_plain},
    {"static byte[] HashData(byte[] source)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(const std::string bytes, bytes_of(c.at(0)));
       HVSH_TRY(const std::string made, digest(Hasher{.algorithm = algorithm_of(*c.type->info)}, bytes));
       return byte_array(made);
     }},
};
constexpr Member kNew[] = {{"new()", make_plain}};
constexpr Member kKeyed[] = {
    {"new()", make_keyed},
    {"new(byte[] key)", make_keyed},
    {"byte[] Key", [](const Call& c) -> Result<Value> { return byte_array(own(c).key); },
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(own(c).key, bytes_of(c.at(0)));
       return Value::nothing();
     }},
};

constexpr Type base_type(const Algorithm& a) { return {.info = &a.base, .members = kCreate}; }
constexpr Type managed_type(const Algorithm& a) { return {.info = &a.managed, .members = kNew}; }
constexpr Type provider_type(const Algorithm& a) { return {.info = &a.provider, .members = kNew}; }
constexpr Type hmac_type(const Algorithm& a) { return {.info = &a.hmac, .members = kKeyed}; }

constexpr Type kTypes[] = {
    {.info = &kHashInfo, .members = kHash, .interfaces = "System.IDisposable"},
    base_type(kAlgorithms[0]),
    managed_type(kAlgorithms[0]),
    provider_type(kAlgorithms[0]),
    hmac_type(kAlgorithms[0]),
    base_type(kAlgorithms[1]),
    managed_type(kAlgorithms[1]),
    provider_type(kAlgorithms[1]),
    hmac_type(kAlgorithms[1]),
    base_type(kAlgorithms[2]),
    managed_type(kAlgorithms[2]),
    provider_type(kAlgorithms[2]),
    hmac_type(kAlgorithms[2]),
    base_type(kAlgorithms[3]),
    managed_type(kAlgorithms[3]),
    provider_type(kAlgorithms[3]),
    hmac_type(kAlgorithms[3]),
    base_type(kAlgorithms[4]),
    managed_type(kAlgorithms[4]),
    provider_type(kAlgorithms[4]),
    hmac_type(kAlgorithms[4]),
};

}  // namespace

std::span<const Type> hash_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
