#pragma once
// HTTP by libcurl, which is loaded at the first use. Bounded in time and size. Thread-safe: a request has a
// handle of its own.
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"

namespace hvsh::engines {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string url, method = "GET";
  HttpHeaders headers = {};
  std::string body = {};
  bool has_body = false;
  std::string user = {}, password = {};  // Basic
  std::string proxy = {};
  int64_t timeout_seconds = 0;  // 0: none
  int64_t max_redirects = 5;
  bool check_certificate = true;
  std::string cookies = {};              // name=value; name=value
  int64_t max_bytes = int64_t{1} << 30;  // of an answer that is kept in memory
  int output = -1;                       // a descriptor that gets the content instead; not bounded
  int64_t resume_from = 0;
  std::function<bool(int64_t done, int64_t total)> progress = {};  // false: stop
};

struct HttpResponse {
  int status = 0;
  std::string reason, final_url, content;
  HttpHeaders headers;               // of the last answer
  std::vector<std::string> cookies;  // Set-Cookie values
};

// An answer of any status. An error is one of the connection, of the limits, or of the URL.
Result<HttpResponse> send(const HttpRequest& request);

}  // namespace hvsh::engines
