// Secrets and who is asking: SecureString, PSCredential, NetworkCredential, Marshal, WindowsIdentity and
// WindowsPrincipal.
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "core/text.h"
#include "shell/dotnet/groups.h"
#include "shell/dotnet/secret.h"
#include "shell/eval/environment.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr TypeInfo kSecureInfo{"System.Security.SecureString", "SecureString"};
constexpr TypeInfo kCredentialInfo{"System.Management.Automation.PSCredential", "PSCredential"};
constexpr TypeInfo kNetworkInfo{"System.Net.NetworkCredential", "NetworkCredential"};
constexpr TypeInfo kMarshalInfo{"System.Runtime.InteropServices.Marshal", "Marshal"};
constexpr TypeInfo kIdentityInfo{"System.Security.Principal.WindowsIdentity", "WindowsIdentity"};
constexpr TypeInfo kPrincipalInfo{"System.Security.Principal.WindowsPrincipal", "WindowsPrincipal"};

Secret& own(const Call& call) { return state_of<Secret>(call.self); }

// ----------------------------------------------------------------------------------------- SecureString

Result<Value> change(const Call& call, size_t least, void (*edit)(std::u16string& units, const Call& call)) {
  Secret& secret = own(call);
  if (secret.read_only) return thrown("InvalidOperationException", "Instance is read-only.");
  const bool indexed = least > 0;
  if (indexed && (call.integer(0) < 0 || call.integer(0) >= static_cast<int64_t>(secret.units().size()))) {
    return out_of_range("index",
                        "Index was out of range. Must be non-negative and less than the size of the "
                        "collection.");
  }
  std::u16string units = secret.units();
  edit(units, call);
  secret.set(std::move(units));
  return Value::nothing();
}

constexpr Member kSecure[] = {
    {"new()", [](const Call&) -> Result<Value> { return secure_string(Secret()); }},
    {"int Length",
     [](const Call& c) -> Result<Value> { return number(static_cast<int64_t>(own(c).units().size())); }},
    {"void AppendChar(char c)",
     [](const Call& c) {
       return change(c, 0, [](std::u16string& units, const Call& call) { units += call.character(0); });
     }},
    {"void RemoveAt(int index)",
     [](const Call& c) {
       return change(c, 1, [](std::u16string& units, const Call& call) {
         units.erase(static_cast<size_t>(call.integer(0)), 1);
       });
     }},
    {"void SetAt(int index, char c)",
     [](const Call& c) {
       return change(c, 1, [](std::u16string& units, const Call& call) {
         units[static_cast<size_t>(call.integer(0))] = call.character(1);
       });
     }},
    {"void Clear()",
     [](const Call& c) { return change(c, 0, [](std::u16string& units, const Call&) { units.clear(); }); }},
    {"void MakeReadOnly()",
     [](const Call& c) -> Result<Value> {
       own(c).read_only = true;
       return Value::nothing();
     }},
    {"bool IsReadOnly()", [](const Call& c) -> Result<Value> { return truth(own(c).read_only); }},
    {"SecureString Copy()",
     [](const Call& c) -> Result<Value> { return secure_string(Secret(own(c).units())); }},
    {"void Dispose()",
     [](const Call& c) -> Result<Value> {
       own(c).wipe();
       return Value::nothing();
     }},
};

// ------------------------------------------------------------------------------------------- credentials

struct Credential {
  std::string user;
  Value password;  // a SecureString
};
struct NetworkCredential {
  std::string user, domain;
  Value password;
};

std::string plain_text(const Value& secure) {
  const Secret* secret = secret_of(secure);
  return secret == nullptr ? std::string() : to_utf8(secret->units());
}
Value secured(const std::string& text) { return secure_string(Secret(to_utf16(text))); }

Result<Value> make_credential(const Call& call) {
  if (call.text(0).empty()) {
    return thrown("System.Management.Automation.PSArgumentException",
                  "Cannot process argument because the value of argument \"userName\" is not valid. Change "
                  "the value of "
                  "the \"userName\" argument and run the operation again.");
  }
  if (secret_of(call.at(1)) == nullptr) {
    return thrown(
        "System.Management.Automation.PSArgumentNullException",
        "Cannot process argument because the value of argument \"password\" is null. Change the value of "
        "argument \"password\" to a non-null value.");
  }
  return credential(call.text(0), call.at(1));
}

// DOMAIN\user and user@domain taken apart, as GetNetworkCredential does.
Result<Value> network_of(const Call& call) {
  const Credential& own_credential = state_of<Credential>(call.self);
  NetworkCredential made{.user = own_credential.user, .password = own_credential.password};
  if (const size_t slash = made.user.find('\\'); slash != std::string::npos) {
    made.domain = made.user.substr(0, slash);
    made.user.erase(0, slash + 1);
  }
  return instance(kNetworkInfo, std::move(made));
}

constexpr Member kCredential[] = {
    {"new(string userName, SecureString password)", make_credential},
    {"static PSCredential Empty", [](const Call&) -> Result<Value> { return credential("", secured("")); }},
    {"string UserName",
     [](const Call& c) -> Result<Value> { return text(state_of<Credential>(c.self).user); }},
    {"SecureString Password",
     [](const Call& c) -> Result<Value> { return state_of<Credential>(c.self).password; }},
    {"NetworkCredential GetNetworkCredential()", network_of},
};

NetworkCredential& network(const Call& call) { return state_of<NetworkCredential>(call.self); }

Result<Value> make_network(const Call& call) {
  NetworkCredential made{.user = call.count() > 0 ? call.text(0) : ""};
  if (call.count() > 1) made.password = secret_of(call.at(1)) != nullptr ? call.at(1) : secured(call.text(1));
  if (call.count() > 2) made.domain = call.text(2);
  return instance(kNetworkInfo, std::move(made));
}

constexpr Member kNetwork[] = {
    {"new()", make_network},
    {"new(string userName, SecureString password)", make_network},
    {"new(string userName, string password)", make_network},
    {"new(string userName, SecureString password, string domain)", make_network},
    {"new(string userName, string password, string domain)", make_network},
    {"string UserName", [](const Call& c) -> Result<Value> { return text(network(c).user); },
     [](const Call& c) -> Result<Value> {
       network(c).user = to_string(c.at(0));
       return Value::nothing();
     }},
    {"string Password", [](const Call& c) -> Result<Value> { return text(plain_text(network(c).password)); },
     [](const Call& c) -> Result<Value> {
       network(c).password = secured(to_string(c.at(0)));
       return Value::nothing();
     }},
    {"SecureString SecurePassword", [](const Call& c) -> Result<Value> { return network(c).password; },
     [](const Call& c) -> Result<Value> {
       network(c).password = c.at(0);
       return Value::nothing();
     }},
    {"string Domain", [](const Call& c) -> Result<Value> { return text(network(c).domain); },
     [](const Call& c) -> Result<Value> {
       network(c).domain = to_string(c.at(0));
       return Value::nothing();
     }},
};

// ---------------------------------------------------------------------------------------------- Marshal
// The usual way to read a SecureString hands a pointer around; here it is a number that stands for the copy.

struct Copies {
  std::unordered_map<int64_t, Secret> kept;
  int64_t next = 0x10000;
};
Copies& copies() {
  static thread_local Copies all;
  return all;
}

Result<Value> to_pointer(const Call& call) {
  const Secret* secret = secret_of(call.at(0));
  if (secret == nullptr) return thrown("ArgumentNullException", "Value cannot be null. (Parameter 's')");
  const int64_t handle = copies().next += 16;
  copies().kept.emplace(handle, *secret);
  return long_number(handle);
}
Result<Value> from_pointer(const Call& call) {
  const auto found = copies().kept.find(call.integer(0));
  return found == copies().kept.end() ? Value::null() : text(to_utf8(found->second.units()));
}
Result<Value> free_pointer(const Call& call) {
  copies().kept.erase(call.integer(0));
  return Value::nothing();
}

constexpr Member kMarshal[] = {
    {"static long SecureStringToBSTR(SecureString s)", to_pointer},
    {"static long SecureStringToGlobalAllocUnicode(SecureString s)", to_pointer},
    {"static long SecureStringToCoTaskMemUnicode(SecureString s)", to_pointer},
    {"static string PtrToStringAuto(long ptr)", from_pointer},
    {"static string PtrToStringBSTR(long ptr)", from_pointer},
    {"static string PtrToStringUni(long ptr)", from_pointer},
    {"static void ZeroFreeBSTR(long s)", free_pointer},
    {"static void FreeBSTR(long s)", free_pointer},
    {"static void ZeroFreeGlobalAllocUnicode(long s)", free_pointer},
    {"static void ZeroFreeCoTaskMemUnicode(long s)", free_pointer},
    {"static int ReleaseComObject(object o)", [](const Call&) -> Result<Value> { return number(0); }},
};

// ------------------------------------------------------------------------------ identity and principal

struct Identity {
  uid_t user = 0;
};

std::string name_of(uid_t user) {
  const passwd* entry = ::getpwuid(user);
  return entry != nullptr ? entry->pw_name : std::to_string(user);
}

// A built-in role by its name or number, or a group of this host.
Result<Value> is_in_role(const Call& call) {
  constexpr int32_t kAdministrator = 544, kUser = 545;
  std::string role = to_string(call.at(0));
  if (const size_t slash = role.find('\\'); slash != std::string::npos) role.erase(0, slash + 1);
  const auto number = to_integer(call.at(0), IntType::i32);
  const int32_t rid = number ? static_cast<int32_t>(number->as_int()) : 0;
  if (rid == kAdministrator || equal_ascii(role, "Administrator") || equal_ascii(role, "Administrators") ||
      role.ends_with("-544") || equal_ascii(role, "Hyper-V Administrators")) {
    return truth(manages_machines());
  }
  if (rid == kUser || equal_ascii(role, "User") || equal_ascii(role, "Users")) return truth(true);
  return truth(in_group(role));
}

uid_t user_of(const Call& call) { return state_of<Identity>(call.self).user; }

constexpr Member kIdentity[] = {
    {"static WindowsIdentity GetCurrent()",
     [](const Call&) -> Result<Value> { return instance(kIdentityInfo, Identity{::geteuid()}); }},
    {"string AuthenticationType", [](const Call&) -> Result<Value> { return text("Unix"); }},
    {"bool IsAuthenticated", [](const Call&) -> Result<Value> { return truth(true); }},
    {"bool IsSystem", [](const Call& c) -> Result<Value> { return truth(user_of(c) == 0); }},
    {"bool IsGuest", [](const Call&) -> Result<Value> { return truth(false); }},
    {"bool IsAnonymous", [](const Call&) -> Result<Value> { return truth(false); }},
    {"string Name",
     [](const Call& c) -> Result<Value> {
       return text(fmt::format("{}\\{}", host_name(), name_of(user_of(c))));
     }},
    {"string User",
     [](const Call& c) -> Result<Value> { return text(fmt::format("S-1-22-1-{}", user_of(c))); }},
    {"void Dispose()", [](const Call&) -> Result<Value> { return Value::nothing(); }},
};

struct Principal {
  Value identity;
};
constexpr Member kPrincipal[] = {
    {"new(WindowsIdentity ntIdentity)",
     [](const Call& c) -> Result<Value> { return instance(kPrincipalInfo, Principal{c.at(0)}); }},
    {"WindowsIdentity Identity",
     [](const Call& c) -> Result<Value> { return state_of<Principal>(c.self).identity; }},
    {"bool IsInRole(WindowsBuiltInRole role)", is_in_role},
    {"bool IsInRole(string role)", is_in_role},
    {"bool IsInRole(int rid)", is_in_role},
};

Result<Value> convert_credential(const Value& value, const TypeRef& type) {
  if (value.is_null() || state_cast<Credential>(value) != nullptr) return value;
  Error error = conversion_error(value, type.info->name);
  error.hint = "Get-Credential asks for one; [pscredential]::new(user, secure string) makes one.";
  return error;
}

Result<Value> convert_secret(const Value& value, const TypeRef& type) {
  if (value.is_null() || secret_of(value) != nullptr) return value;
  Error error = conversion_error(value, type.info->name);
  error.hint = "ConvertTo-SecureString -AsPlainText -Force makes one of text.";
  return error;
}

constexpr Type kTypes[] = {
    {.info = &kSecureInfo,
     .names = "securestring",
     .members = kSecure,
     .convert = convert_secret,
     .interfaces = "System.IDisposable"},
    {.info = &kCredentialInfo,
     .names = "pscredential",
     .members = kCredential,
     .convert = convert_credential},
    {.info = &kNetworkInfo, .members = kNetwork},
    {.info = &kMarshalInfo, .members = kMarshal},
    {.info = &kIdentityInfo, .members = kIdentity, .interfaces = "System.Security.Principal.IIdentity"},
    {.info = &kPrincipalInfo, .members = kPrincipal, .interfaces = "System.Security.Principal.IPrincipal"},
};

}  // namespace

void Secret::wipe() {
  ::explicit_bzero(units_.data(), units_.size() * sizeof(char16_t));
  units_.clear();
}

Value secure_string(Secret secret) { return instance(kSecureInfo, std::move(secret)); }
Secret* secret_of(const Value& value) { return state_cast<Secret>(value); }
Value credential(const std::string& user, const Value& secure_string) {
  return instance(kCredentialInfo, Credential{user, secure_string});
}

std::span<const Type> security_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
