// Invoke-WebRequest, Invoke-RestMethod, Start-BitsTransfer.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "core/cmdlet.h"
#include "core/json.h"
#include "engines/files.h"
#include "engines/http.h"
#include "nouns/web.h"

namespace hvsh::verbs {

namespace {

constexpr std::string_view kUtility = "Microsoft.PowerShell.Utility";
constexpr std::string_view kMethods[] = {"Default", "Get",   "Head",    "Post",  "Put",
                                         "Delete",  "Trace", "Options", "Merge", "Patch"};

bool is_plain(char c) {
  return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.' || c == '~';
}
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (is_plain(c)) {
      result += c;
    } else if (c == ' ') {
      result += '+';
    } else {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return result;
}

// Text of a property of a record, as PSCredential and sessions have them.
std::string text_property(const Value& object, std::string_view name) {
  const auto found = get_property(object, name);
  return found && found->ok() ? to_string(**found) : std::string();
}

// A file that is written beside its place, and put there when it is whole.
class PendingFile {
 public:
  static Result<PendingFile> open(const std::string& path) {
    PendingFile file;
    file.path_ = path;
    file.temporary_ = fmt::format("{}.{}.tmp", path, ::getpid());
    file.fd_.reset(
        ::open(file.temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666));
    if (!file.fd_.valid()) return errno_error("create", path, errno);
    return file;
  }
  PendingFile(PendingFile&& other) noexcept
      : path_(std::move(other.path_)),
        temporary_(std::exchange(other.temporary_, {})),
        fd_(std::move(other.fd_)) {}
  PendingFile& operator=(PendingFile&&) = delete;
  ~PendingFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }
  int fd() const { return fd_.get(); }
  Result<void> keep() {
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return errno_error("create", path_, errno);
    temporary_.clear();
    return {};
  }

 private:
  PendingFile() = default;
  std::string path_, temporary_;
  engines::UniqueFd fd_;
};

Error bad_status(const engines::HttpResponse& response) {
  Error error{.id = "WebCmdletWebResponseException",
              .category = ErrorCategory::InvalidOperation,
              .message = fmt::format("Response status code does not indicate success: {} ({}).",
                                     response.status, response.reason.empty() ? "Error" : response.reason),
              .exception = "Microsoft.PowerShell.Commands.HttpResponseException"};
  // A short text of the server is what PowerShell shows.
  if (!response.content.empty() && response.content.size() < 2000 &&
      response.content.find('<') == std::string::npos)
    error.message = response.content;
  return error;
}

struct WebRequest {
  std::string uri, method = "Get", custom_method, content_type, out_file, in_file, user_agent,
                   transfer_encoding, proxy;
  std::string authentication, session_variable;
  Value headers, body, credential, token, web_session, form, http_version, ssl_protocol, proxy_credential,
      certificate;
  int32_t timeout = 0, redirects = 5, retries = 0, retry_interval = 5;
  Switch use_basic_parsing, skip_certificate, pass_thru, skip_http_error, disable_keep_alive,
      skip_header_validation, use_default_credentials, allow_unencrypted, preserve_authorization, resume,
      proxy_default, no_proxy;

  Result<engines::HttpRequest> request(Context& context) const {
    engines::HttpRequest made;
    made.url = uri.find("://") == std::string::npos ? "http://" + uri : uri;
    const std::string wanted = !custom_method.empty()           ? custom_method
                               : equal_ascii(method, "Default") ? "GET"
                                                                : method;
    made.method.clear();
    for (const char c : wanted) made.method += ascii_upper(c);
    made.timeout_seconds = timeout;
    made.max_redirects = redirects;
    made.check_certificate = !skip_certificate;
    made.proxy = no_proxy ? "" : proxy;
    made.headers.emplace_back("User-Agent",
                              user_agent.empty() ? "Mozilla/5.0 (Linux) hvsh PowerShell/7.4.0" : user_agent);
    if (auto* map = headers.as<MapObject>()) {
      for (const auto& [name, value] : map->entries())
        made.headers.emplace_back(to_string(name), to_string(value));
    }
    if (!credential.is_null()) {
      made.user = text_property(credential, "UserName");
      Value network;
      if (context.call_method(credential, "GetNetworkCredential", {}, network) == Flow::more)
        made.password = text_property(network, "Password");
    }
    if (equal_ascii(authentication, "Bearer") || equal_ascii(authentication, "OAuth"))
      made.headers.emplace_back("Authorization", "Bearer " + to_string(token));
    made.cookies = text_property(web_session, "Cookies");
    HVSH_CHECK(add_body(context, made));
    made.progress = [&context](int64_t, int64_t) { return !context.stopping(); };
    return made;
  }

  Flow respond(Context& context, bool rest) {
    auto made = request(context);
    if (!made) return context.terminate(made.take_error(), Value::string(uri));
    if (out_file.empty()) return finish(context, *made, rest, nullptr);
    auto path = context.resolve_path(out_file);
    if (!path) return context.terminate(path.take_error());
    auto file = PendingFile::open(*path);
    if (!file) return context.terminate(file.take_error(), Value::string(*path));
    made->output = file->fd();
    return finish(context, *made, rest, &*file);
  }

 private:
  Result<void> add_body(Context& context, engines::HttpRequest& made) const {
    std::string type = content_type;
    if (!in_file.empty()) {
      HVSH_TRY(const std::string path, context.resolve_path(in_file));
      HVSH_TRY(made.body, engines::read_file(path, uint64_t{1} << 30));
      made.has_body = true;
    } else if (!body.is_null()) {
      std::vector<std::pair<std::string, std::string>> fields;
      if (auto* map = body.as<MapObject>()) {
        for (const auto& [name, value] : map->entries())
          fields.emplace_back(to_string(name), to_string(value));
        std::string text;
        for (const auto& [name, value] : fields)
          text += (text.empty() ? "" : "&") + escaped(name) + "=" + escaped(value);
        if (made.method == "GET" || made.method == "HEAD") {
          made.url += (made.url.find('?') == std::string::npos ? "?" : "&") + text;
          return {};
        }
        made.body = std::move(text);
        if (type.empty()) type = "application/x-www-form-urlencoded";
      } else {
        made.body = to_string(body);
        if (type.empty() && made.method == "POST") type = "application/x-www-form-urlencoded";
      }
      made.has_body = true;
    }
    const bool given = std::any_of(made.headers.begin(), made.headers.end(),
                                   [](const auto& one) { return equal_ascii(one.first, "Content-Type"); });
    if (!type.empty() && !given) made.headers.emplace_back("Content-Type", type);
    return {};
  }

  Flow finish(Context& context, const engines::HttpRequest& made, bool rest, PendingFile* file) {
    if (context.is_bound("Form") || context.is_bound("Certificate")) {
      return context.terminate({.id = "NotImplemented",
                                .category = ErrorCategory::NotImplemented,
                                .message = "-Form and -Certificate are not there yet.",
                                .hint = "Use the program curl."});
    }
    auto response = engines::send(made);
    for (int32_t tried = 0; response && response->status >= 500 && tried < retries; ++tried) {
      if (!context.sleep(TimeSpan::seconds(retry_interval))) return Flow::stopped;
      response = engines::send(made);
    }
    if (context.stopping()) return Flow::stopped;
    if (!response) return context.terminate(response.take_error(), Value::string(uri));
    if (response->status >= 400 && !skip_http_error)
      return context.terminate(bad_status(*response), Value::string(uri));
    if (file != nullptr) {
      if (auto kept = file->keep(); !kept) return context.terminate(kept.take_error());
      if (!pass_thru) return Flow::more;
    }
    return rest ? write_rest(context, *response) : write_whole(context, *response);
  }

  static Flow write_whole(Context& context, engines::HttpResponse& response) {
    return context.write(noun_value(nouns::WebResponse{.status = response.status,
                                                       .reason = std::move(response.reason),
                                                       .content = std::move(response.content),
                                                       .final_url = std::move(response.final_url),
                                                       .header_lines = std::move(response.headers)}));
  }

  // JSON and XML as objects, the rest as text.
  static Flow write_rest(Context& context, engines::HttpResponse& response) {
    std::string type;
    for (const auto& [name, value] : response.headers) {
      if (equal_ascii(name, "Content-Type")) type = to_lower(value);
    }
    const size_t first = response.content.find_first_not_of(" \t\r\n");
    if (first == std::string::npos) return Flow::more;
    const char begin = response.content[first];
    if (type.find("json") != std::string::npos || begin == '{' || begin == '[') {
      if (auto value = from_json(response.content, {})) {
        // An array of JSON is written item by item.
        if (auto* array = value->as<ArrayObject>()) return context.write_all(array->items);
        return context.write(*value);
      }
    }
    if (type.find("xml") != std::string::npos && begin == '<') {
      const Value text[] = {Value::string(response.content)};
      if (auto document = context.construct("System.Xml.XmlDocument", {})) {
        Value nothing;
        if (context.call_method(*document, "LoadXml", text, nothing) == Flow::more)
          return context.write(*document);
        return Flow::stopped;
      }
    }
    return context.write(Value::string(std::move(response.content)));
  }
};

template <class Self>
consteval auto web_params() {
  return std::array{
      param<&WebRequest::uri, Self>("Uri", {.position = 0, .mandatory = true, .not_null_or_empty = true},
                                    "The address."),
      param<&WebRequest::method, Self>("Method", {.values = kMethods}, "Get, Post, Put ..."),
      param<&WebRequest::custom_method, Self>("CustomMethod", {.aliases = "CM"}, "Any other method."),
      param<&WebRequest::headers, Self>("Headers", {}, "Headers, as a table."),
      param<&WebRequest::body, Self>("Body", {.from_pipeline = true},
                                     "What is sent: text, or a table of fields."),
      param<&WebRequest::form, Self>("Form", {}, "Not there yet."),
      param<&WebRequest::content_type, Self>("ContentType", {}, "What the body is."),
      param<&WebRequest::in_file, Self>("InFile", {}, "A file that is sent."),
      param<&WebRequest::out_file, Self>("OutFile", {},
                                         "A file that gets the answer, as a whole or not at all."),
      param<&WebRequest::pass_thru, Self>("PassThru", {}, "Write the answer too."),
      param<&WebRequest::resume, Self>("Resume", {}, "Accepted; the whole is fetched again."),
      param<&WebRequest::credential, Self>("Credential", {}, "Who you are."),
      param<&WebRequest::authentication, Self>("Authentication", {}, "None, Basic, Bearer or OAuth."),
      param<&WebRequest::token, Self>("Token", {}, "Of Bearer and OAuth."),
      param<&WebRequest::use_default_credentials, Self>("UseDefaultCredentials", {}, "Accepted."),
      param<&WebRequest::allow_unencrypted, Self>("AllowUnencryptedAuthentication", {}, "Accepted."),
      param<&WebRequest::certificate, Self>("Certificate", {}, "Not there yet."),
      param<&WebRequest::skip_certificate, Self>("SkipCertificateCheck", {}, "Trust every server."),
      param<&WebRequest::ssl_protocol, Self>("SslProtocol", {}, "Accepted."),
      param<&WebRequest::user_agent, Self>("UserAgent", {}, "What the shell calls itself."),
      param<&WebRequest::disable_keep_alive, Self>("DisableKeepAlive", {}, "Accepted."),
      param<&WebRequest::timeout, Self>(
          "TimeoutSec", {.aliases = "ConnectionTimeoutSeconds", .range = {0, INT32_MAX}}, "Seconds at most."),
      param<&WebRequest::redirects, Self>("MaximumRedirection", {.range = {0, INT32_MAX}},
                                          "So many redirections; 5."),
      param<&WebRequest::retries, Self>("MaximumRetryCount", {.range = {0, INT32_MAX}},
                                        "So many tries more when the server fails."),
      param<&WebRequest::retry_interval, Self>("RetryIntervalSec", {.range = {1, INT32_MAX}},
                                               "Seconds between them."),
      param<&WebRequest::proxy, Self>("Proxy", {}, "A proxy's address."),
      param<&WebRequest::no_proxy, Self>("NoProxy", {}, "No proxy."),
      param<&WebRequest::use_basic_parsing, Self>("UseBasicParsing", {},
                                                  "Accepted; it is how pages are parsed."),
      param<&WebRequest::web_session, Self>("WebSession", {},
                                            "An object with Cookies: name=value; name=value."),
      param<&WebRequest::skip_http_error, Self>("SkipHttpErrorCheck", {},
                                                "An answer of any status is written."),
      param<&WebRequest::skip_header_validation, Self>("SkipHeaderValidation", {}, "Accepted."),
      param<&WebRequest::preserve_authorization, Self>("PreserveAuthorizationOnRedirect", {}, "Accepted."),
      param<&WebRequest::transfer_encoding, Self>("TransferEncoding", {}, "Accepted."),
      param<&WebRequest::http_version, Self>("HttpVersion", {}, "Accepted."),
  };
}

}  // namespace

struct InvokeWebRequest : WebRequest {
  static constexpr auto kParams = web_params<InvokeWebRequest>();
  static constexpr std::string_view kAliases[] = {"iwr"};
  static constexpr Example kExamples[] = {
      {"Invoke-WebRequest https://example.org/base.iso -OutFile base.iso", "*", "Fetches a file."}};
  static constexpr Decl decl{.verb = "Invoke",
                             .noun = "WebRequest",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.InvokeWebRequestCommand",
                             .synopsis = "Asks a Web server, and writes its answer."};
  Flow process(Context& context) { return respond(context, false); }
};
CMDLET(InvokeWebRequest);

struct InvokeRestMethod : WebRequest {
  static constexpr auto kParams = web_params<InvokeRestMethod>();
  static constexpr std::string_view kAliases[] = {"irm"};
  static constexpr Example kExamples[] = {
      {"Invoke-RestMethod https://example.org/api/machines", "*", "Reads JSON."}};
  static constexpr Decl decl{.verb = "Invoke",
                             .noun = "RestMethod",
                             .module = kUtility,
                             .params = kParams,
                             .aliases = kAliases,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.InvokeRestMethodCommand",
                             .synopsis = "Asks a Web server, and makes objects of JSON and XML."};
  Flow process(Context& context) { return respond(context, true); }
};
CMDLET(InvokeRestMethod);

struct StartBitsTransfer {
  std::vector<std::string> source, destination;
  std::string display_name, description, priority, transfer_type;
  Value credential, proxy_usage;
  Switch asynchronous, suspended, dynamic;

  static constexpr Param kParams[] = {
      param<&StartBitsTransfer::source>(
          "Source", {.position = 0, .mandatory = true, .from_pipeline_property = true}, "Addresses."),
      param<&StartBitsTransfer::destination>("Destination", {.position = 1, .from_pipeline_property = true},
                                             "Files, or a folder; the current one if none is given."),
      param<&StartBitsTransfer::display_name>("DisplayName", {}, "Shown while it goes on."),
      param<&StartBitsTransfer::description>("Description", {}, "Accepted."),
      param<&StartBitsTransfer::priority>("Priority", {}, "Accepted."),
      param<&StartBitsTransfer::transfer_type>("TransferType", {}, "Download."),
      param<&StartBitsTransfer::credential>("Credential", {}, "Accepted."),
      param<&StartBitsTransfer::proxy_usage>("ProxyUsage", {}, "Accepted."),
      param<&StartBitsTransfer::asynchronous>("Asynchronous", {}, "Not here."),
      param<&StartBitsTransfer::suspended>("Suspended", {}, "Not here."),
      param<&StartBitsTransfer::dynamic>("Dynamic", {}, "Accepted."),
  };
  static constexpr Example kExamples[] = {
      {"Start-BitsTransfer https://example.org/base.iso /srv/iso", "*", "Fetches a file."}};
  static constexpr Decl decl{
      .verb = "Start",
      .noun = "BitsTransfer",
      .module = "BitsTransfer",
      .params = kParams,
      .examples = kExamples,
      .should_process = true,
      .error_class = "Microsoft.BackgroundIntelligentTransfer.Management.NewBitsTransferCommand",
      .synopsis = "Fetches files from Web servers, and waits until they are there."};

  Flow process(Context& context) {
    if (asynchronous || suspended || (!transfer_type.empty() && !equal_ascii(transfer_type, "Download"))) {
      return context.terminate(
          {.id = "NotSupported",
           .category = ErrorCategory::NotImplemented,
           .message = "Start-BitsTransfer fetches files at once; there is no background service.",
           .hint = "Leave -Asynchronous, -Suspended and -TransferType Upload out; use Start-Job to go on "
                   "meanwhile."});
    }
    for (size_t i = 0; i < source.size(); ++i) {
      const std::string wanted = i < destination.size() ? destination[i]
                                 : destination.empty()  ? "."
                                                        : destination.back();
      if (Flow flow = fetch(context, source[i], wanted); flow != Flow::more) return flow;
    }
    return Flow::more;
  }

 private:
  Flow fetch(Context& context, const std::string& from, const std::string& to) const {
    auto path = context.resolve_path(to);
    if (!path) return context.terminate(path.take_error());
    struct stat info {};
    if (::stat(path->c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
      const std::string_view bare = std::string_view(from).substr(0, from.find('?'));
      *path += "/" + std::string(bare.substr(bare.rfind('/') + 1));
    }
    const Answer answer = context.should_process(from, "Start-BitsTransfer");
    if (answer != Answer::yes) return answer == Answer::stopped ? Flow::stopped : Flow::more;
    auto file = PendingFile::open(*path);
    if (!file) return context.terminate(file.take_error(), Value::string(*path));
    engines::HttpRequest request{.url = from, .max_redirects = 10, .output = file->fd()};
    const std::string activity = display_name.empty() ? "BITS Transfer" : display_name;
    request.progress = [&context, &activity](int64_t done, int64_t total) {
      context.progress({.activity = activity,
                        .status = fmt::format("{} bytes", done),
                        .percent = total > 0 ? static_cast<int>(done * 100 / total) : -1});
      return !context.stopping();
    };
    auto response = engines::send(request);
    context.progress({.activity = activity, .status = {}, .completed = true});
    if (context.stopping()) return Flow::stopped;
    if (!response) return context.terminate(response.take_error(), Value::string(from));
    if (response->status >= 400) {
      return context.terminate(
          {.id = "StartBitsTransferCOMException",
           .category = ErrorCategory::InvalidOperation,
           .message = fmt::format("HTTP status {}: {}", response->status, response->reason),
           .exception = "System.Exception"},
          Value::string(from));
    }
    auto kept = file->keep();
    return kept ? Flow::more : context.terminate(kept.take_error());
  }
};
CMDLET(StartBitsTransfer);

}  // namespace hvsh::verbs
