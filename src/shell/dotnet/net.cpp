// System.Net: addresses, names, and settings that scripts make before they download.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>

#include <cstring>

#include "core/text.h"
#include "shell/dotnet/enumeration_value.h"
#include "shell/dotnet/groups.h"
#include "shell/eval/environment.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kAddressInfo{"System.Net.IPAddress", "IPAddress"};
constexpr TypeInfo kEndPointInfo{"System.Net.IPEndPoint", "IPEndPoint"};
constexpr TypeInfo kDnsInfo{"System.Net.Dns", "Dns"};
constexpr TypeInfo kHostEntryInfo{"System.Net.IPHostEntry", "IPHostEntry"};
constexpr TypeInfo kPhysicalInfo{"System.Net.NetworkInformation.PhysicalAddress", "PhysicalAddress"};
constexpr TypeInfo kServicePointInfo{"System.Net.ServicePointManager", "ServicePointManager"};

struct Address {
  std::string bytes;  // 4 or 16, as on the wire
  uint32_t scope = 0;
  bool is_v6() const { return bytes.size() == 16; }
  std::string shown() const {
    char buffer[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(is_v6() ? AF_INET6 : AF_INET, bytes.data(), buffer, sizeof buffer);
    return scope == 0 ? buffer : fmt::format("{}%{}", buffer, scope);
  }
};
Address& own(const Call& call) { return state_of<Address>(call.self); }
Value address_value(std::string bytes, uint32_t scope = 0) {
  return instance(kAddressInfo, Address{std::move(bytes), scope});
}

std::optional<Address> read_address(std::string input) {
  if (input.starts_with('[') && input.ends_with(']')) input = input.substr(1, input.size() - 2);
  Address made;
  if (const size_t percent = input.find('%'); percent != std::string::npos) {
    const std::string zone = input.substr(percent + 1);
    made.scope = ::if_nametoindex(zone.c_str());
    if (auto index = to_integer(Value::string(zone), IntType::u32))
      made.scope = static_cast<uint32_t>(index->as_int());
    input.resize(percent);
  }
  char buffer[16];
  if (input.find(':') != std::string::npos) {
    if (::inet_pton(AF_INET6, input.c_str(), buffer) != 1) return std::nullopt;
    made.bytes.assign(buffer, 16);
    return made;
  }
  in_addr v4{};
  // One to four parts, decimal, octal or hexadecimal, as .NET reads them.
  if (input.empty() || input.find(' ') != std::string::npos || ::inet_aton(input.c_str(), &v4) == 0)
    return std::nullopt;
  made.bytes.assign(reinterpret_cast<const char*>(&v4), 4);
  return made;
}

Result<Value> parse_address(const Call& call) {
  auto made = read_address(call.text(0));
  if (!made) return thrown("FormatException", "An invalid IP address was specified.");
  return instance(kAddressInfo, *std::move(made));
}

Result<Value> well_known(std::string_view input) {
  return instance(kAddressInfo, *read_address(std::string(input)));
}

Result<Value> family_of(bool v6) {
  constexpr int32_t kV4 = 2, kV6 = 23;
  return enumeration_value("System.Net.Sockets.AddressFamily", v6 ? kV6 : kV4);
}

uint8_t byte_at(const Address& address, size_t index) { return static_cast<uint8_t>(address.bytes[index]); }

constexpr Member kAddress[] = {
    {"new(byte[] address)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string bytes, bytes_of(c.at(0)));
       if (bytes.size() != 4 && bytes.size() != 16) {
         return thrown("ArgumentException", "An invalid IP address was specified. (Parameter 'address')");
       }
       return address_value(std::move(bytes));
     }},
    {"new(long newAddress)",
     [](const Call& c) -> Result<Value> {
       const auto bits = static_cast<uint32_t>(c.integer(0));
       if (c.integer(0) < 0 || c.integer(0) > UINT32_MAX)
         return out_of_range("newAddress", "Specified argument was out of the range of valid values.");
       std::string bytes(4, '\0');
       std::memcpy(bytes.data(), &bits, 4);
       return address_value(std::move(bytes));
     }},
    {"AddressFamily AddressFamily", [](const Call& c) { return family_of(own(c).is_v6()); }},
    {"string IPAddressToString", [](const Call& c) -> Result<Value> { return text(own(c).shown()); }},
    {"long ScopeId",
     [](const Call& c) -> Result<Value> {
       return own(c).is_v6() ? long_number(own(c).scope) : Value::null();
     }},
    {"bool IsIPv6Multicast",
     [](const Call& c) -> Result<Value> { return truth(own(c).is_v6() && byte_at(own(c), 0) == 0xff); }},
    {"bool IsIPv6LinkLocal",
     [](const Call& c) -> Result<Value> {
       return truth(own(c).is_v6() && byte_at(own(c), 0) == 0xfe && (byte_at(own(c), 1) & 0xc0) == 0x80);
     }},
    {"long Address",
     [](const Call& c) -> Result<Value> {
       if (own(c).is_v6())
         return thrown("System.Net.Sockets.SocketException",
                       "The attempted operation is not supported for the type of object referenced.");
       uint32_t bits = 0;
       std::memcpy(&bits, own(c).bytes.data(), 4);
       return long_number(bits);
     }},
    {"byte[] GetAddressBytes()", [](const Call& c) -> Result<Value> { return byte_array(own(c).bytes); }},
    {"IPAddress MapToIPv6()",
     [](const Call& c) -> Result<Value> {
       if (own(c).is_v6()) return c.self;
       return address_value(std::string(10, '\0') + "\xff\xff" + own(c).bytes);
     }},
    {"IPAddress MapToIPv4()",
     [](const Call& c) -> Result<Value> {
       return own(c).is_v6() ? address_value(own(c).bytes.substr(12)) : Result<Value>(c.self);
     }},
    {"bool Equals(object comparand)",
     [](const Call& c) -> Result<Value> {
       const auto* other = state_cast<Address>(c.at(0));
       return truth(other != nullptr && other->bytes == own(c).bytes);
     }},
    {"string ToString()", [](const Call& c) -> Result<Value> { return text(own(c).shown()); }},
    {"static IPAddress Parse(string ipString)", parse_address},
    {"static bool TryParse(string ipString, ref IPAddress address)",
     [](const Call& c) -> Result<Value> {
       auto made = parse_address(c);
       HVSH_CHECK(set_reference(c.at(1), made ? *made : Value::null()));
       return truth(made.ok());
     }},
    {"static bool IsLoopback(IPAddress address)",
     [](const Call& c) -> Result<Value> {
       const auto* address = state_cast<Address>(c.at(0));
       if (address == nullptr)
         return thrown("ArgumentNullException", "Value cannot be null. (Parameter 'address')");
       return truth(address->is_v6() ? address->shown() == "::1" : byte_at(*address, 0) == 127);
     }},
    {"static IPAddress Any", [](const Call&) { return well_known("0.0.0.0"); }},
    {"static IPAddress Loopback", [](const Call&) { return well_known("127.0.0.1"); }},
    {"static IPAddress Broadcast", [](const Call&) { return well_known("255.255.255.255"); }},
    {"static IPAddress None", [](const Call&) { return well_known("255.255.255.255"); }},
    {"static IPAddress IPv6Any", [](const Call&) { return well_known("::"); }},
    {"static IPAddress IPv6Loopback", [](const Call&) { return well_known("::1"); }},
    {"static int HostToNetworkOrder(int host)",
     [](const Call& c) -> Result<Value> {
       return number(static_cast<int32_t>(htonl(static_cast<uint32_t>(c.integer(0)))));
     }},
    {"static int NetworkToHostOrder(int network)",
     [](const Call& c) -> Result<Value> {
       return number(static_cast<int32_t>(ntohl(static_cast<uint32_t>(c.integer(0)))));
     }},
};

struct EndPoint {
  Value address;
  int64_t port;
};
constexpr Member kEndPoint[] = {
    {"new(IPAddress address, int port)",
     [](const Call& c) -> Result<Value> {
       return instance(kEndPointInfo, EndPoint{c.at(0), c.integer(1)});
     }},
    {"IPAddress Address", [](const Call& c) -> Result<Value> { return state_of<EndPoint>(c.self).address; }},
    {"int Port", [](const Call& c) -> Result<Value> { return number(state_of<EndPoint>(c.self).port); }},
    {"string ToString()",
     [](const Call& c) -> Result<Value> {
       const EndPoint& point = state_of<EndPoint>(c.self);
       const std::string host = to_string(point.address);
       const bool v6 = host.find(':') != std::string::npos;
       return text((v6 ? "[" + host + "]" : host) + ":" + std::to_string(point.port));
     }},
};

// --------------------------------------------------------------------------------------------------- Dns

Result<std::vector<Value>> look_up(const std::string& name, std::string* canonical) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_CANONNAME;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(name.c_str(), nullptr, &hints, &found); code != 0) {
    return thrown("System.Net.Sockets.SocketException", ::gai_strerror(code));
  }
  std::vector<Value> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    if (canonical != nullptr && at->ai_canonname != nullptr) *canonical = at->ai_canonname;
    if (at->ai_family == AF_INET) {
      const auto* v4 = reinterpret_cast<const sockaddr_in*>(at->ai_addr);
      addresses.push_back(address_value(std::string(reinterpret_cast<const char*>(&v4->sin_addr), 4)));
    } else if (at->ai_family == AF_INET6) {
      const auto* v6 = reinterpret_cast<const sockaddr_in6*>(at->ai_addr);
      addresses.push_back(
          address_value(std::string(reinterpret_cast<const char*>(&v6->sin6_addr), 16), v6->sin6_scope_id));
    }
  }
  ::freeaddrinfo(found);
  return addresses;
}

struct HostEntry {
  std::string name;
  std::vector<Value> addresses;
};
Result<Value> host_entry(const Call& call) {
  std::string canonical = call.text(0);
  HVSH_TRY(auto addresses, look_up(call.text(0), &canonical));
  return instance(kHostEntryInfo, HostEntry{canonical, std::move(addresses)});
}

constexpr Member kDns[] = {
    {"static string GetHostName()", [](const Call&) -> Result<Value> { return text(host_name()); }},
    {"static IPAddress[] GetHostAddresses(string hostNameOrAddress)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(auto addresses, look_up(c.text(0), nullptr));
       return typed_array(std::move(addresses), kAddressInfo);
     }},
    {"static IPHostEntry GetHostEntry(string hostNameOrAddress)", host_entry},
    {"static IPHostEntry GetHostByName(string hostName)", host_entry},
};
constexpr Member kHostEntry[] = {
    {"string HostName",
     [](const Call& c) -> Result<Value> { return text(state_of<HostEntry>(c.self).name); }},
    {"string[] Aliases", [](const Call&) -> Result<Value> { return text_array({}); }},
    {"IPAddress[] AddressList",
     [](const Call& c) -> Result<Value> {
       return typed_array(state_of<HostEntry>(c.self).addresses, kAddressInfo);
     }},
};

// --------------------------------------------------------------------------------------- PhysicalAddress

struct Physical {
  std::string bytes;
};
Result<Value> parse_physical(const Call& call) {
  std::string digits;
  for (const char c : call.text(0)) {
    if (c == '-' || c == ':' || c == '.') continue;
    digits += ascii_lower(c);
  }
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    const size_t high = std::string_view("0123456789abcdef").find(digits[i]);
    const size_t low = std::string_view("0123456789abcdef").find(digits[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) break;
    bytes += static_cast<char>(high << 4 | low);
  }
  if (bytes.size() * 2 != digits.size()) {
    return thrown("FormatException",
                  fmt::format("An invalid physical address was specified: '{}'.", call.text(0)));
  }
  return instance(kPhysicalInfo, Physical{std::move(bytes)});
}
constexpr Member kPhysical[] = {
    {"new(byte[] address)",
     [](const Call& c) -> Result<Value> {
       HVSH_TRY(std::string bytes, bytes_of(c.at(0)));
       return instance(kPhysicalInfo, Physical{std::move(bytes)});
     }},
    {"byte[] GetAddressBytes()",
     [](const Call& c) -> Result<Value> { return byte_array(state_of<Physical>(c.self).bytes); }},
    {"string ToString()",
     [](const Call& c) -> Result<Value> {
       std::string made;
       for (const char b : state_of<Physical>(c.self).bytes)
         made += fmt::format("{:02X}", static_cast<uint8_t>(b));
       return text(std::move(made));
     }},
    {"static PhysicalAddress Parse(string address)", parse_physical},
    {"static PhysicalAddress None",
     [](const Call&) -> Result<Value> { return instance(kPhysicalInfo, Physical{}); }},
};

// libcurl chooses TLS by itself, so what scripts set here is accepted and means nothing.
Result<Value> accept(const Call&) { return Value::nothing(); }
Result<Value> nothing(const Call&) { return Value::null(); }
constexpr Member kServicePoint[] = {
    {"static object SecurityProtocol", [](const Call&) -> Result<Value> { return text("SystemDefault"); },
     accept},
    {"static object ServerCertificateValidationCallback", nothing, accept},
    {"static object CertificatePolicy", nothing, accept},
    {"static bool Expect100Continue", [](const Call&) -> Result<Value> { return truth(true); }, accept},
    {"static int DefaultConnectionLimit", [](const Call&) -> Result<Value> { return number(2); }, accept},
    {"static int MaxServicePointIdleTime", [](const Call&) -> Result<Value> { return number(100'000); },
     accept},
};

constexpr Type kTypes[] = {
    {.info = &kAddressInfo, .names = "ipaddress", .members = kAddress},
    {.info = &kEndPointInfo, .names = "ipendpoint", .members = kEndPoint},
    {.info = &kDnsInfo, .members = kDns},
    {.info = &kHostEntryInfo, .members = kHostEntry},
    {.info = &kPhysicalInfo, .names = "physicaladdress", .members = kPhysical},
    {.info = &kServicePointInfo, .members = kServicePoint},
};

}  // namespace

std::span<const Type> net_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
