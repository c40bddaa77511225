// System.Uri, System.UriBuilder and what escapes their parts.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "shell/dotnet/enumeration_value.h"
#include "shell/dotnet/groups.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kUriInfo{"System.Uri", "Uri"};
constexpr TypeInfo kUtilityInfo{"System.Web.HttpUtility", "HttpUtility"};
constexpr TypeInfo kWebUtilityInfo{"System.Net.WebUtility", "WebUtility"};

struct Address {
  std::string original, scheme, user, host, path, query, fragment;  // query with '?', fragment with '#'
  int port = -1;
  bool absolute = false, default_port = true;

  std::string authority() const {
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + (default_port ? "" : ":" + std::to_string(port));
  }
  std::string whole() const {
    if (!absolute) return original;
    if (scheme == "mailto" || scheme == "urn") return scheme + ":" + path + query + fragment;
    return scheme + "://" + (user.empty() ? "" : user + "@") + authority() + path + query + fragment;
  }
};
Address& own(const Call& call) { return state_of<Address>(call.self); }

int default_port_of(std::string_view scheme) {
  static constexpr std::pair<std::string_view, int> kPorts[] = {{"http", 80},   {"https", 443}, {"ftp", 21},
                                                                {"ldap", 389},  {"ws", 80},     {"wss", 443},
                                                                {"telnet", 23}, {"ssh", 22}};
  for (const auto& [name, port] : kPorts) {
    if (name == scheme) return port;
  }
  return -1;
}

bool is_scheme(std::string_view text) {
  return text.size() > 1 && std::all_of(text.begin(), text.end(), [](char c) {
           return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                  c == '-' || c == '.';
         });
}

std::string escaped(std::string_view input, std::string_view kept) {
  std::string made;
  for (const char c : input) {
    const bool plain = (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') ||
                       std::string_view("-_.~").find(c) != std::string_view::npos ||
                       kept.find(c) != std::string_view::npos;
    made += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<uint8_t>(c));
  }
  return made;
}
constexpr std::string_view kReserved = ":/?#[]@!$&'()*+,;=%";

std::string unescaped(std::string_view input, bool plus_is_blank) {
  std::string made;
  for (size_t i = 0; i < input.size(); ++i) {
    const auto digit = [&](size_t at) -> size_t {
      return at < input.size() ? std::string_view("0123456789abcdef").find(ascii_lower(input[at]))
                               : std::string_view::npos;
    };
    if (input[i] == '%' && digit(i + 1) != std::string_view::npos && digit(i + 2) != std::string_view::npos) {
      made += static_cast<char>(digit(i + 1) << 4 | digit(i + 2));
      i += 2;
    } else {
      made += input[i] == '+' && plus_is_blank ? ' ' : input[i];
    }
  }
  return made;
}

// "." and ".." taken out.
std::string tidy_path(std::string_view path) {
  std::vector<std::string_view> parts;
  bool folder = false;
  for (std::string_view rest = path.substr(path.starts_with('/') ? 1 : 0); !rest.empty();) {
    const size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    folder = slash != std::string_view::npos || part == "." || part == "..";
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (part != "." && part != "..") parts.push_back(part);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  std::string made;
  for (const std::string_view part : parts) made += "/" + std::string(part);
  return folder || made.empty() ? made + "/" : made;
}

Error bad_uri(std::string_view why) {
  return thrown("UriFormatException", fmt::format("Invalid URI: {}", why));
}

Result<void> read_authority(Address& address, std::string_view authority) {
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    address.user = authority.substr(0, at);
    authority.remove_prefix(at + 1);
  }
  const size_t bracket = authority.rfind(']');
  const size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    auto port = to_integer(Value::string(authority.substr(colon + 1)), IntType::u16);
    if (!port) return bad_uri("Invalid port specified.");
    if (colon + 1 < authority.size()) address.port = static_cast<int>(port->as_int());
    authority = authority.substr(0, colon);
  }
  if (authority.starts_with('[')) authority = authority.substr(1, authority.size() - 2);
  address.host = to_lower(authority);
  return {};
}

Result<Address> parse(const std::string& input) {
  Address address{.original = input};
  std::string_view rest = input;
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  const bool unc = rest.starts_with("\\\\"), rooted = rest.starts_with('/');
  if (rest.empty()) return bad_uri("The URI is empty.");
  if (unc || rooted) {
    address.scheme = "file";
    address.absolute = true;
    std::string path(rest);
    std::replace(path.begin(), path.end(), '\\', '/');
    if (unc) {
      const size_t slash = path.find('/', 2);
      address.host = path.substr(2, slash == std::string::npos ? std::string::npos : slash - 2);
      path = slash == std::string::npos ? "/" : path.substr(slash);
    }
    address.path = escaped(path, kReserved);
    return address;
  }
  const size_t colon = rest.find(':');
  if (colon == std::string_view::npos || !is_scheme(rest.substr(0, colon))) {
    return bad_uri("The format of the URI could not be determined.");
  }
  address.absolute = true;
  address.scheme = to_lower(rest.substr(0, colon));
  rest.remove_prefix(colon + 1);
  if (const size_t hash = rest.find('#'); hash != std::string_view::npos) {
    address.fragment = escaped(rest.substr(hash), kReserved);
    rest = rest.substr(0, hash);
  }
  if (const size_t mark = rest.find('?'); mark != std::string_view::npos) {
    address.query = escaped(rest.substr(mark), kReserved);
    rest = rest.substr(0, mark);
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    const size_t slash = rest.find('/');
    HVSH_CHECK(read_authority(address, rest.substr(0, slash)));
    rest = slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
    if (address.host.empty() && address.scheme != "file") return bad_uri("The hostname could not be parsed.");
    address.path = tidy_path(escaped(rest, kReserved));
  } else {
    address.path = rest;
  }
  const int usual = default_port_of(address.scheme);
  address.default_port = address.port < 0 || address.port == usual;
  if (address.port < 0) address.port = usual;
  return address;
}

Result<Value> make_uri(const Call& call) {
  const std::string kind = call.count() > 1 ? to_string(call.at(1)) : "Absolute";
  auto address = parse(call.text(0));
  if (!address && kind != "Absolute") return instance(kUriInfo, Address{.original = call.text(0)});
  if (!address) return address.take_error();
  return instance(kUriInfo, address.take());
}

Result<Value> resolve(const Call& call) {
  const auto* base = state_cast<Address>(call.at(0));
  if (base == nullptr || !base->absolute)
    return thrown("ArgumentOutOfRangeException", "The base URI must be absolute. (Parameter 'baseUri')");
  const std::string relative = call.text(1);
  if (auto whole = parse(relative); whole && !relative.starts_with('/'))
    return instance(kUriInfo, whole.take());
  Address made = *base;
  made.query.clear();
  made.fragment.clear();
  std::string path = relative;
  if (const size_t hash = path.find('#'); hash != std::string::npos) {
    made.fragment = path.substr(hash);
    path.resize(hash);
  }
  if (const size_t mark = path.find('?'); mark != std::string::npos) {
    made.query = path.substr(mark);
    path.resize(mark);
  }
  if (!path.starts_with('/')) path = made.path.substr(0, made.path.rfind('/') + 1) + path;
  made.path = tidy_path(escaped(path, kReserved));
  made.original = made.whole();
  return instance(kUriInfo, std::move(made));
}

// Properties of the parts need an absolute address.
template <class Read>
Result<Value> part(const Call& call, Read read) {
  if (!own(call).absolute) {
    return thrown("InvalidOperationException", "This operation is not supported for a relative URI.");
  }
  return text(read(own(call)));
}

Result<Value> segments(const Call& call) {
  std::vector<std::string> parts;
  std::string_view rest = own(call).path;
  while (!rest.empty()) {
    const size_t slash = std::min(rest.find('/'), rest.size() - 1);
    parts.emplace_back(rest.substr(0, slash + 1));
    rest.remove_prefix(slash + 1);
  }
  return text_array(std::move(parts));
}

bool is_v4(std::string_view host) {
  return !host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::count(host.begin(), host.end(), '.') == 3;
}

constexpr Member kUri[] = {
    {"new(string uriString)", make_uri},
    {"new(string uriString, UriKind uriKind)", make_uri},
    {"new(uri baseUri, string relativeUri)", resolve},
    {"string AbsolutePath", [](const Call& c) { return part(c, [](const Address& a) { return a.path; }); }},
    {"string AbsoluteUri", [](const Call& c) { return part(c, [](const Address& a) { return a.whole(); }); }},
    {"string LocalPath",
     [](const Call& c) {
       return part(c, [](const Address& a) {
         const std::string path = unescaped(a.path, false);
         return a.scheme == "file" && !a.host.empty() ? "//" + a.host + path : path;
       });
     }},
    {"string Authority",
     [](const Call& c) { return part(c, [](const Address& a) { return a.authority(); }); }},
    {"bool IsDefaultPort", [](const Call& c) -> Result<Value> { return truth(own(c).default_port); }},
    {"bool IsFile", [](const Call& c) -> Result<Value> { return truth(own(c).scheme == "file"); }},
    {"bool IsLoopback",
     [](const Call& c) -> Result<Value> {
       const std::string& host = own(c).host;
       return truth(host.empty() || host == "localhost" || host == "127.0.0.1" || host == "::1");
     }},
    {"string PathAndQuery",
     [](const Call& c) { return part(c, [](const Address& a) { return a.path + a.query; }); }},
    {"string[] Segments", segments},
    {"bool IsUnc",
     [](const Call& c) -> Result<Value> { return truth(own(c).scheme == "file" && !own(c).host.empty()); }},
    {"string Host", [](const Call& c) { return part(c, [](const Address& a) { return a.host; }); }},
    {"int Port", [](const Call& c) -> Result<Value> { return number(own(c).port); }},
    {"string Query", [](const Call& c) { return part(c, [](const Address& a) { return a.query; }); }},
    {"string Fragment", [](const Call& c) { return part(c, [](const Address& a) { return a.fragment; }); }},
    {"string Scheme", [](const Call& c) { return part(c, [](const Address& a) { return a.scheme; }); }},
    {"string OriginalString", [](const Call& c) -> Result<Value> { return text(own(c).original); }},
    {"string DnsSafeHost", [](const Call& c) { return part(c, [](const Address& a) { return a.host; }); }},
    {"string IdnHost", [](const Call& c) { return part(c, [](const Address& a) { return a.host; }); }},
    {"bool IsAbsoluteUri", [](const Call& c) -> Result<Value> { return truth(own(c).absolute); }},
    {"bool UserEscaped", [](const Call&) -> Result<Value> { return truth(false); }},
    {"string UserInfo", [](const Call& c) { return part(c, [](const Address& a) { return a.user; }); }},
    {"UriHostNameType HostNameType",
     [](const Call& c) -> Result<Value> {
       const std::string& host = own(c).host;
       const int32_t kind = host.empty() ? 1 : is_v4(host) ? 3 : host.find(':') != std::string::npos ? 4 : 2;
       return enumeration_value("System.UriHostNameType", kind);
     }},
    {"string GetLeftPart(UriPartial part)",
     [](const Call& c) -> Result<Value> {
       const Address& a = own(c);
       std::string made = a.scheme + "://";
       const int32_t upto = c.at(0).enum_number();
       if (upto >= 1) made += (a.user.empty() ? "" : a.user + "@") + a.authority();
       if (upto >= 2) made += a.path;
       if (upto >= 3) made += a.query;
       return text(std::move(made));
     }},
    {"bool IsBaseOf(uri uri)",
     [](const Call& c) -> Result<Value> {
       const auto* other = state_cast<Address>(c.at(0));
       const std::string base = own(c).whole();
       return truth(other != nullptr && other->whole().starts_with(base.substr(0, base.rfind('/') + 1)));
     }},
    {"bool Equals(object comparand)",
     [](const Call& c) -> Result<Value> {
       const auto* other = state_cast<Address>(c.at(0));
       return truth(other != nullptr && other->whole() == own(c).whole());
     }},
    {"string ToString()",
     [](const Call& c) -> Result<Value> { return text(unescaped(own(c).whole(), false)); }},
    {"static string EscapeDataString(string stringToEscape)",
     [](const Call& c) -> Result<Value> { return text(escaped(c.text(0), "")); }},
    {"static string EscapeUriString(string stringToEscape)",
     [](const Call& c) -> Result<Value> { return text(escaped(c.text(0), kReserved)); }},
    {"static string UnescapeDataString(string stringToUnescape)",
     [](const Call& c) -> Result<Value> { return text(unescaped(c.text(0), false)); }},
    {"static bool IsWellFormedUriString(string uriString, UriKind uriKind)",
     [](const Call& c) -> Result<Value> {
       auto address = parse(c.text(0));
       const bool blank = c.text(0).find(' ') != std::string::npos;
       return truth(!blank &&
                    (address.ok() ? !c.text(0).starts_with('/') : to_string(c.at(1)) != "Absolute"));
     }},
    {"static bool TryCreate(string uriString, UriKind uriKind, ref uri result)",
     [](const Call& c) -> Result<Value> {
       auto made = make_uri({c.interpreter, c.self, c.arguments.first(2), c.type});
       HVSH_CHECK(set_reference(c.at(2), made ? *made : Value::null()));
       return truth(made.ok());
     }},
    {"static bool CheckSchemeName(string schemeName)",
     [](const Call& c) -> Result<Value> { return truth(is_scheme(c.text(0))); }},
    {"static string UriSchemeHttp", [](const Call&) -> Result<Value> { return text("http"); }},
    {"static string UriSchemeHttps", [](const Call&) -> Result<Value> { return text("https"); }},
    {"static string UriSchemeFile", [](const Call&) -> Result<Value> { return text("file"); }},
};

// A cast of any text gives a Uri, a relative one where it is no whole address.
Result<Value> convert_uri(const Value& value, const TypeRef& type) {
  if (value.is_null() || state_cast<Address>(value) != nullptr) return value;
  if (!value.is_string()) return conversion_error(value, type.info->name);
  auto address = parse(std::string(value.as_string()));
  return instance(kUriInfo, address ? address.take() : Address{.original = std::string(value.as_string())});
}

// ---------------------------------------------------------------------------------------- HTML and forms

std::string form_escaped(std::string_view input) {
  std::string made = escaped(input, " !*()");
  for (size_t i = 0; i < made.size(); ++i) {
    if (made[i] == ' ') made[i] = '+';
    if (made[i] == '%') {
      made[i + 1] = ascii_lower(made[i + 1]);
      made[i + 2] = ascii_lower(made[i + 2]);
    }
  }
  return made;
}

constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
    {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}};

std::string html_escaped(std::string_view input) {
  std::string made;
  for (const char c : input) {
    std::string_view shown(&c, 1);
    for (const auto& [entity, character] : kEntities) {
      if (character[0] == c) shown = entity;
    }
    made += shown;
  }
  return made;
}

std::string html_unescaped(std::string_view input) {
  std::string made;
  for (size_t i = 0; i < input.size();) {
    bool found = false;
    for (const auto& [entity, character] : kEntities) {
      if (input.substr(i, entity.size()) != entity) continue;
      made += character;
      i += entity.size();
      found = true;
      break;
    }
    if (!found && input.substr(i, 6) == "&nbsp;") {
      made += "\xc2\xa0";
      i += 6;
      found = true;
    }
    if (!found) made += input[i++];
  }
  return made;
}

constexpr Member kUtility[] = {
    {"static string UrlEncode(string str)",
     [](const Call& c) -> Result<Value> { return text(form_escaped(c.text(0))); }},
    {"static string UrlDecode(string str)",
     [](const Call& c) -> Result<Value> { return text(unescaped(c.text(0), true)); }},
    {"static string HtmlEncode(string s)",
     [](const Call& c) -> Result<Value> { return text(html_escaped(c.text(0))); }},
    {"static string HtmlDecode(string s)",
     [](const Call& c) -> Result<Value> { return text(html_unescaped(c.text(0))); }},
};

constexpr Type kTypes[] = {
    {.info = &kUriInfo, .names = "uri", .members = kUri, .convert = convert_uri},
    {.info = &kUtilityInfo, .members = kUtility},
    {.info = &kWebUtilityInfo, .members = kUtility},
};

}  // namespace

std::span<const Type> uri_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
