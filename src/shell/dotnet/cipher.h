#pragma once
// AES in CBC mode with PKCS #7 padding, by libcrypto, which is loaded at the first use.
#include <string>
#include <string_view>

#include "core/result.h"

namespace hvsh::shell::dotnet {

Error no_crypto_library();

// `key` has 16, 24 or 32 bytes, `vector` 16. A wrong key shows as broken padding.
Result<std::string> encrypt(std::string_view plain, std::string_view key, std::string_view vector);
Result<std::string> decrypt(std::string_view secret, std::string_view key, std::string_view vector);

}  // namespace hvsh::shell::dotnet
