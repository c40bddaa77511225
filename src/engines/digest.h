#pragma once
// Digests of files by libcrypto, which is loaded at the first use.
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace hvsh::engines {

// Upper-case hexadecimal digits. `algorithm` is libcrypto's name: md5, sha1, sha256, sha384, sha512,
// ripemd160. `stop` is asked between blocks; when it says so, the result is an empty text.
Result<std::string> digest_of_file(const std::string& path, const std::string& algorithm,
                                   const std::function<bool()>& stop = {});

}  // namespace hvsh::engines
