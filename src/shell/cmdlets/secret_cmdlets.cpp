// ConvertTo-SecureString, ConvertFrom-SecureString, Get-Credential.
#include <fmt/format.h>

#include "core/cmdlet.h"
#include "core/text.h"
#include "shell/dotnet/base64.h"
#include "shell/dotnet/cipher.h"
#include "shell/dotnet/declare.h"
#include "shell/dotnet/encoding.h"
#include "shell/dotnet/secret.h"
#include "shell/eval/interpreter.h"

namespace hvsh::shell {

namespace {

constexpr std::string_view kSecurity = "Microsoft.PowerShell.Security";
constexpr std::string_view kSecureType[] = {"System.Security.SecureString"};
// What PowerShell puts before a text that a key protects.
constexpr std::string_view kHeader = "76492d1116743f0423413b16050a5345";

Error no_key() {
  return {.id = "ImportSecureString_InvalidArgument_CryptographicError",
          .category = ErrorCategory::NotImplemented,
          .message =
              "Cannot protect a secure string without a key: Windows does it with DPAPI, which Linux does "
              "not have.",
          .hint = "Give -Key with 16, 24 or 32 bytes, or -AsPlainText."};
}

Error bad_text() {
  return {.id = "ImportSecureString_InvalidArgument",
          .category = ErrorCategory::InvalidArgument,
          .message =
              "Cannot process argument because the text is not one that ConvertFrom-SecureString -Key made, "
              "or the key "
              "is another.",
          .hint = "For plain text add -AsPlainText -Force."};
}

std::string key_bytes(const std::vector<uint8_t>& key) { return {key.begin(), key.end()}; }

Result<std::string> protect(const std::u16string& units, const std::string& key) {
  const Guid random = Guid::random();
  const std::string vector(reinterpret_cast<const char*>(random.bytes.data()), random.bytes.size());
  const std::string plain(reinterpret_cast<const char*>(units.data()), units.size() * sizeof(char16_t));
  HVSH_TRY(const std::string secret, dotnet::encrypt(plain, key, vector));
  std::string digits;
  for (const char c : secret) digits += fmt::format("{:02x}", static_cast<uint8_t>(c));
  const std::string package = "2|" + dotnet::encode_base64(vector) + "|" + digits;
  return std::string(kHeader) + dotnet::encode_base64(dotnet::encode(package, dotnet::Charset::utf16));
}

Result<std::u16string> unprotect(std::string_view text, const std::string& key) {
  if (!text.starts_with(kHeader)) return bad_text();
  HVSH_TRY(const std::string bytes, dotnet::decode_base64(text.substr(kHeader.size())));
  const std::string package = dotnet::decode(bytes, dotnet::Charset::utf16);
  const size_t second = package.find('|', 2);
  if (!package.starts_with("2|") || second == std::string::npos) return bad_text();
  HVSH_TRY(const std::string vector, dotnet::decode_base64(package.substr(2, second - 2)));
  std::string secret;
  for (size_t i = second + 1; i + 1 < package.size(); i += 2) {
    const size_t high = std::string_view("0123456789abcdef").find(ascii_lower(package[i]));
    const size_t low = std::string_view("0123456789abcdef").find(ascii_lower(package[i + 1]));
    if (high == std::string_view::npos || low == std::string_view::npos) return bad_text();
    secret += static_cast<char>(high << 4 | low);
  }
  auto plain = dotnet::decrypt(secret, key, vector);
  if (!plain || plain->size() % 2 != 0) return bad_text();
  return to_utf16(dotnet::decode(*plain, dotnet::Charset::utf16));
}

struct ConvertToSecureString {
  std::string string;
  Switch as_plain_text, force;
  std::vector<uint8_t> key;

  static constexpr Param kParams[] = {
      param<&ConvertToSecureString::string>(
          "String", {.position = 0, .mandatory = true, .from_pipeline = true}, "The text."),
      param<&ConvertToSecureString::as_plain_text>("AsPlainText", {}, "It is plain text."),
      param<&ConvertToSecureString::force>("Force", {}, "Accepted; Windows PowerShell asked for it."),
      param<&ConvertToSecureString::key>("Key", {}, "The key that protects it: 16, 24 or 32 bytes."),
  };
  static constexpr Example kExamples[] = {{"(ConvertTo-SecureString 'secret' -AsPlainText -Force).Length",
                                           "6", "Makes a secure string of text."}};
  static constexpr Decl decl{
      .verb = "ConvertTo",
      .noun = "SecureString",
      .module = kSecurity,
      .params = kParams,
      .outputs = kSecureType,
      .examples = kExamples,
      .error_class = "Microsoft.PowerShell.Commands.ConvertToSecureStringCommand",
      .synopsis = "Makes a secure string of plain text, or of one that a key protects."};

  Flow process(Context& context) {
    if (as_plain_text) return context.write(dotnet::secure_string(dotnet::Secret(to_utf16(string))));
    if (key.empty()) return context.error(no_key());
    auto units = unprotect(string, key_bytes(key));
    if (!units) return context.error(units.take_error());
    return context.write(dotnet::secure_string(dotnet::Secret(units.take())));
  }
};
CMDLET(ConvertToSecureString);

struct ConvertFromSecureString {
  Value secure_string;
  Switch as_plain_text;
  std::vector<uint8_t> key;

  static constexpr Param kParams[] = {
      param<&ConvertFromSecureString::secure_string>(
          "SecureString", {.position = 0, .mandatory = true, .from_pipeline = true}, "The secure string."),
      param<&ConvertFromSecureString::as_plain_text>("AsPlainText", {}, "Gives the text itself."),
      param<&ConvertFromSecureString::key>("Key", {}, "The key that protects it: 16, 24 or 32 bytes."),
  };
  static constexpr Example kExamples[] = {
      {"ConvertTo-SecureString 'secret' -AsPlainText -Force | ConvertFrom-SecureString -AsPlainText",
       "secret", "Shows what a secure string holds."}};
  static constexpr Decl decl{.verb = "ConvertFrom",
                             .noun = "SecureString",
                             .module = kSecurity,
                             .params = kParams,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.ConvertFromSecureStringCommand",
                             .synopsis = "Makes text of a secure string: protected by a key, or plain."};

  Flow process(Context& context) {
    const dotnet::Secret* secret = dotnet::secret_of(secure_string);
    if (secret == nullptr)
      return context.error(conversion_error(secure_string, kSecureType[0]), secure_string);
    if (as_plain_text) return context.write(Value::string(to_utf8(secret->units())));
    if (key.empty()) return context.error(no_key());
    auto text = protect(secret->units(), key_bytes(key));
    if (!text) return context.error(text.take_error());
    return context.write(Value::string(text.take()));
  }
};
CMDLET(ConvertFromSecureString);

struct GetCredential {
  Value credential;
  std::string user_name, message, title;

  static constexpr Param kParams[] = {
      param<&GetCredential::credential>("Credential", {.position = 0},
                                        "A user's name, or a credential that goes on."),
      param<&GetCredential::user_name>("UserName", {}, "The user's name."),
      param<&GetCredential::message>("Message", {}, "What the prompt says."),
      param<&GetCredential::title>("Title", {}, "The prompt's heading."),
  };
  static constexpr std::string_view kOutputs[] = {"System.Management.Automation.PSCredential"};
  static constexpr Example kExamples[] = {
      {"Get-Credential -UserName admin", "*", "Asks for admin's password."}};
  static constexpr Decl decl{.verb = "Get",
                             .noun = "Credential",
                             .module = kSecurity,
                             .params = kParams,
                             .outputs = kOutputs,
                             .examples = kExamples,
                             .error_class = "Microsoft.PowerShell.Commands.GetCredentialCommand",
                             .synopsis = "Asks for a user's name and password."};

  Flow process(Context& context) {
    if (credential.is_object(ObjectKind::declared)) return context.write(credential);
    Host& host = context.get<Interpreter>().host();
    std::string user = user_name.empty() ? to_string(credential) : user_name;
    if (!host.can_prompt()) {
      return context.terminate({.id = "InvalidOperation",
                                .category = ErrorCategory::InvalidOperation,
                                .message = "Cannot ask for a credential: hvsh is in non-interactive mode.",
                                .hint = "Make one with [pscredential]::new(user, secure string)."});
    }
    (void)host.write_text("\n" + (title.empty() ? "PowerShell credential request" : title), true);
    (void)host.write_text(message.empty() ? "Enter your credentials." : message, true);
    if (user.empty()) user = host.read_line("User: ").value_or("");
    const auto password = host.read_secret(fmt::format("Password for user {}: ", user), true);
    if (user.empty() || !password) return Flow::more;
    return context.write(
        dotnet::credential(user, dotnet::secure_string(dotnet::Secret(to_utf16(*password)))));
  }
};
CMDLET(GetCredential);

}  // namespace

std::span<const CmdletEntry> secret_cmdlets() {
  static constexpr CmdletEntry kEntries[] = {{"ConvertFrom-SecureString", &cmdlet_ConvertFromSecureString},
                                             {"ConvertTo-SecureString", &cmdlet_ConvertToSecureString},
                                             {"Get-Credential", &cmdlet_GetCredential}};
  return kEntries;
}

}  // namespace hvsh::shell
