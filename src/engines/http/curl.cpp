#include <curl/curl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "core/library.h"
#include "core/text.h"
#include "engines/http.h"

namespace hvsh::engines {

namespace {

// libcurl through one table; each member is the function of that name.
struct Api {
  decltype(&::curl_global_init) curl_global_init;
  decltype(&::curl_easy_init) curl_easy_init;
  decltype(&::curl_easy_setopt) curl_easy_setopt;
  decltype(&::curl_easy_perform) curl_easy_perform;
  decltype(&::curl_easy_getinfo) curl_easy_getinfo;
  decltype(&::curl_easy_cleanup) curl_easy_cleanup;
  decltype(&::curl_easy_strerror) curl_easy_strerror;
  decltype(&::curl_slist_append) curl_slist_append;
  decltype(&::curl_slist_free_all) curl_slist_free_all;
};

struct Loaded {
  Api api{};
  bool ok = false;
  Loaded() {
    void* library = open_library({"libcurl.so.4", "libcurl-gnutls.so.4"});
    ok = library != nullptr && find_function(library, "curl_global_init", api.curl_global_init) &&
         find_function(library, "curl_easy_init", api.curl_easy_init) &&
         find_function(library, "curl_easy_setopt", api.curl_easy_setopt) &&
         find_function(library, "curl_easy_perform", api.curl_easy_perform) &&
         find_function(library, "curl_easy_getinfo", api.curl_easy_getinfo) &&
         find_function(library, "curl_easy_cleanup", api.curl_easy_cleanup) &&
         find_function(library, "curl_easy_strerror", api.curl_easy_strerror) &&
         find_function(library, "curl_slist_append", api.curl_slist_append) &&
         find_function(library, "curl_slist_free_all", api.curl_slist_free_all) &&
         api.curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  }
};

// What the callbacks see.
struct Transfer {
  const HttpRequest& request;
  HttpResponse response = {};
  int64_t received = 0;
  bool too_large = false, stopped = false;
  int write_error = 0;
};

bool write_all(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t done = ::write(fd, data, size);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return false;
    data += done;
    size -= static_cast<size_t>(done);
  }
  return true;
}

size_t on_data(char* data, size_t one, size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const size_t size = one * count;
  transfer.received += static_cast<int64_t>(size);
  // Only a good answer is a file's content; an error's text is the answer's.
  const bool good = transfer.response.status < 400;
  if (transfer.request.output >= 0 && good) {
    if (write_all(transfer.request.output, data, size)) return size;
    transfer.write_error = errno;
    return 0;
  }
  if (transfer.received > transfer.request.max_bytes) {
    transfer.too_large = true;
    return 0;
  }
  transfer.response.content.append(data, size);
  return size;
}

size_t on_header(char* data, size_t one, size_t count, void* self) {
  auto& response = static_cast<Transfer*>(self)->response;
  std::string_view line(data, one * count);
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  const size_t colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    // An answer begins; the ones before were redirections.
    response.headers.clear();
    response.content.clear();
    const size_t space = line.find(' ');
    response.status =
        space == std::string_view::npos ? 0 : std::atoi(std::string(line.substr(space + 1, 3)).c_str());
    response.reason =
        space != std::string_view::npos && line.size() > space + 5 ? line.substr(space + 5) : "";
  } else if (colon != std::string_view::npos && response.headers.size() < 1000) {
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    const std::string_view name = line.substr(0, colon);
    if (equal_ascii(name, "Set-Cookie")) response.cookies.emplace_back(value);
    response.headers.emplace_back(name, value);
  }
  return one * count;
}

int on_progress(void* self, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.request.progress && !transfer.request.progress(now, total)) transfer.stopped = true;
  return transfer.stopped ? 1 : 0;
}

Error failure(const Api& api, const Transfer& transfer, CURLcode code, const char* details) {
  const HttpRequest& request = transfer.request;
  Error error{.id = "WebCmdletWebResponseException",
              .category = ErrorCategory::ConnectionError,
              .message = *details != '\0' ? details : api.curl_easy_strerror(code),
              .hint = {},
              .target = request.url,
              .exception = "System.Net.Http.HttpRequestException"};
  if (transfer.write_error != 0) {
    error = errno_error("write the content of", request.url, transfer.write_error);
  } else if (transfer.too_large) {
    error.category = ErrorCategory::LimitsExceeded;
    error.message = fmt::format("The answer of {} is larger than {} bytes.", request.url, request.max_bytes);
    error.hint = "Use -OutFile.";
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    error.category = ErrorCategory::OperationTimeout;
    error.message = fmt::format(
        "The request was canceled due to the configured HttpClient.Timeout of {} seconds elapsing.",
        request.timeout_seconds);
    error.exception = "System.Threading.Tasks.TaskCanceledException";
  } else if (code == CURLE_TOO_MANY_REDIRECTS) {
    error.message =
        "The maximum redirection count has been exceeded. To increase the number of redirections allowed, "
        "supply a higher value to the -MaximumRedirection parameter.";
    error.category = ErrorCategory::InvalidOperation;
    error.id = "MaximumRedirectExceeded";
  } else if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
    error.message = fmt::format("Invalid URI: '{}' is no address of the Web.", request.url);
    error.category = ErrorCategory::InvalidArgument;
  } else if (code == CURLE_PEER_FAILED_VERIFICATION) {
    error.hint = "If the host shall be trusted anyway, add -SkipCertificateCheck.";
  }
  return error;
}

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;
using List = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

void set_method(const Api& api, CURL* handle, const HttpRequest& request) {
  const auto set = api.curl_easy_setopt;
  if (equal_ascii(request.method, "HEAD")) {
    set(handle, CURLOPT_NOBODY, 1L);
  } else if (request.has_body) {
    set(handle, CURLOPT_POSTFIELDS, request.body.data());
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    // POST alone becomes GET when it is redirected.
    if (!equal_ascii(request.method, "POST")) set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  } else if (equal_ascii(request.method, "POST")) {
    set(handle, CURLOPT_POSTFIELDS, "");
  } else if (!equal_ascii(request.method, "GET")) {
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void set_options(const Api& api, CURL* handle, Transfer& transfer, curl_slist* headers, char* details) {
  const auto set = api.curl_easy_setopt;
  const HttpRequest& request = transfer.request;
  set(handle, CURLOPT_URL, request.url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_ERRORBUFFER, details);
  set(handle, CURLOPT_ACCEPT_ENCODING, "");
  set(handle, CURLOPT_FOLLOWLOCATION, request.max_redirects > 0 ? 1L : 0L);
  set(handle, CURLOPT_MAXREDIRS, static_cast<long>(request.max_redirects));
  set(handle, CURLOPT_CONNECTTIMEOUT, 100L);
  if (request.timeout_seconds > 0) set(handle, CURLOPT_TIMEOUT, static_cast<long>(request.timeout_seconds));
  if (!request.check_certificate) {
    set(handle, CURLOPT_SSL_VERIFYPEER, 0L);
    set(handle, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!request.user.empty()) {
    set(handle, CURLOPT_USERNAME, request.user.c_str());
    set(handle, CURLOPT_PASSWORD, request.password.c_str());
    set(handle, CURLOPT_HTTPAUTH, CURLAUTH_ANY);
  }
  if (!request.proxy.empty()) set(handle, CURLOPT_PROXY, request.proxy.c_str());
  // Cookies that an answer sets are sent to where it redirects.
  set(handle, CURLOPT_COOKIEFILE, "");
  if (!request.cookies.empty()) set(handle, CURLOPT_COOKIE, request.cookies.c_str());
  if (request.resume_from > 0)
    set(handle, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(request.resume_from));
  set(handle, CURLOPT_HTTPHEADER, headers);
  set(handle, CURLOPT_WRITEFUNCTION, on_data);
  set(handle, CURLOPT_WRITEDATA, &transfer);
  set(handle, CURLOPT_HEADERFUNCTION, on_header);
  set(handle, CURLOPT_HEADERDATA, &transfer);
  set(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  set(handle, CURLOPT_XFERINFODATA, &transfer);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set_method(api, handle, request);
}

}  // namespace

Result<HttpResponse> send(const HttpRequest& request) {
  static const Loaded loaded;
  if (!loaded.ok) {
    return Error{.id = "HttpUnavailable",
                 .category = ErrorCategory::NotInstalled,
                 .message = "Cannot load libcurl.so.4.",
                 .hint = "Install it (on Debian: apt install libcurl4)."};
  }
  const Api& api = loaded.api;
  const Handle handle(api.curl_easy_init(), api.curl_easy_cleanup);
  if (!handle) return Error{.id = "HttpUnavailable", .message = "libcurl does not initialize."};
  List headers(nullptr, api.curl_slist_free_all);
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of("\r\n") != std::string::npos) {
      return Error{.id = "InvalidHeader",
                   .category = ErrorCategory::InvalidArgument,
                   .message = fmt::format("The header '{}' has a line end in it.", name)};
    }
    const std::string line = value.empty() ? name + ";" : name + ": " + value;
    if (curl_slist* longer = api.curl_slist_append(headers.get(), line.c_str())) {
      (void)headers.release();
      headers.reset(longer);
    }
  }
  Transfer transfer{.request = request};
  char details[CURL_ERROR_SIZE] = "";
  set_options(api, handle.get(), transfer, headers.get(), details);
  const CURLcode code = api.curl_easy_perform(handle.get());
  if (code != CURLE_OK) return failure(api, transfer, code, details);
  const char* url = nullptr;
  if (api.curl_easy_getinfo(handle.get(), CURLINFO_EFFECTIVE_URL, &url) == CURLE_OK && url != nullptr)
    transfer.response.final_url = url;
  return std::move(transfer.response);
}

}  // namespace hvsh::engines
