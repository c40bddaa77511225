// Enumerations of .NET that members take and give.
#include "core/day_of_week.h"
#include "core/error_record.h"
#include "shell/bind/common_parameters.h"
#include "shell/dotnet/groups.h"

namespace hvsh::shell::dotnet {

namespace {

constexpr EnumMember kStringSplitOptionsMembers[] = {
    {"None", 0}, {"RemoveEmptyEntries", 1}, {"TrimEntries", 2}};
constexpr EnumInfo kStringSplitOptions{.type = {"System.StringSplitOptions", "StringSplitOptions"},
                                       .members = kStringSplitOptionsMembers,
                                       .flags = true};

constexpr EnumMember kStringComparisonMembers[] = {{"CurrentCulture", 0},   {"CurrentCultureIgnoreCase", 1},
                                                   {"InvariantCulture", 2}, {"InvariantCultureIgnoreCase", 3},
                                                   {"Ordinal", 4},          {"OrdinalIgnoreCase", 5}};
constexpr EnumInfo kStringComparison{.type = {"System.StringComparison", "StringComparison"},
                                     .members = kStringComparisonMembers};

constexpr EnumMember kNormalizationFormMembers[] = {{"FormC", 1}, {"FormD", 2}, {"FormKC", 5}, {"FormKD", 6}};
constexpr EnumInfo kNormalizationForm{.type = {"System.Text.NormalizationForm", "NormalizationForm"},
                                      .members = kNormalizationFormMembers};

constexpr EnumMember kMidpointRoundingMembers[] = {
    {"ToEven", 0}, {"AwayFromZero", 1}, {"ToZero", 2}, {"ToNegativeInfinity", 3}, {"ToPositiveInfinity", 4}};
constexpr EnumInfo kMidpointRounding{.type = {"System.MidpointRounding", "MidpointRounding"},
                                     .members = kMidpointRoundingMembers};

constexpr EnumMember kBase64FormattingOptionsMembers[] = {{"None", 0}, {"InsertLineBreaks", 1}};
constexpr EnumInfo kBase64FormattingOptions{
    .type = {"System.Base64FormattingOptions", "Base64FormattingOptions"},
    .members = kBase64FormattingOptionsMembers,
    .flags = true};

constexpr EnumMember kNumberStylesMembers[] = {{"None", 0},
                                               {"AllowLeadingWhite", 1},
                                               {"AllowTrailingWhite", 2},
                                               {"AllowLeadingSign", 4},
                                               {"Integer", 7},
                                               {"AllowTrailingSign", 8},
                                               {"AllowParentheses", 16},
                                               {"AllowDecimalPoint", 32},
                                               {"AllowThousands", 64},
                                               {"Number", 111},
                                               {"AllowExponent", 128},
                                               {"Float", 167},
                                               {"AllowCurrencySymbol", 256},
                                               {"Currency", 383},
                                               {"Any", 511},
                                               {"AllowHexSpecifier", 512},
                                               {"HexNumber", 515}};
constexpr EnumInfo kNumberStyles{.type = {"System.Globalization.NumberStyles", "NumberStyles"},
                                 .members = kNumberStylesMembers,
                                 .flags = true};

constexpr EnumMember kDateTimeStylesMembers[] = {{"None", 0},
                                                 {"AllowLeadingWhite", 1},
                                                 {"AllowTrailingWhite", 2},
                                                 {"AllowInnerWhite", 4},
                                                 {"AllowWhiteSpaces", 7},
                                                 {"NoCurrentDateDefault", 8},
                                                 {"AdjustToUniversal", 16},
                                                 {"AssumeLocal", 32},
                                                 {"AssumeUniversal", 64},
                                                 {"RoundtripKind", 128}};
constexpr EnumInfo kDateTimeStyles{.type = {"System.Globalization.DateTimeStyles", "DateTimeStyles"},
                                   .members = kDateTimeStylesMembers,
                                   .flags = true};

constexpr EnumMember kConsoleColorMembers[] = {
    {"Black", 0},      {"DarkBlue", 1}, {"DarkGreen", 2}, {"DarkCyan", 3}, {"DarkRed", 4}, {"DarkMagenta", 5},
    {"DarkYellow", 6}, {"Gray", 7},     {"DarkGray", 8},  {"Blue", 9},     {"Green", 10},  {"Cyan", 11},
    {"Red", 12},       {"Magenta", 13}, {"Yellow", 14},   {"White", 15}};
constexpr EnumInfo kConsoleColor{.type = {"System.ConsoleColor", "ConsoleColor"},
                                 .members = kConsoleColorMembers};

constexpr EnumMember kEnvironmentVariableTargetMembers[] = {{"Process", 0}, {"User", 1}, {"Machine", 2}};
constexpr EnumInfo kEnvironmentVariableTarget{
    .type = {"System.EnvironmentVariableTarget", "EnvironmentVariableTarget"},
    .members = kEnvironmentVariableTargetMembers};

constexpr EnumMember kSpecialFolderMembers[] = {{"Desktop", 0},
                                                {"Programs", 2},
                                                {"MyDocuments", 5},
                                                {"Personal", 5},
                                                {"Favorites", 6},
                                                {"Startup", 7},
                                                {"Recent", 8},
                                                {"SendTo", 9},
                                                {"StartMenu", 11},
                                                {"MyMusic", 13},
                                                {"MyVideos", 14},
                                                {"DesktopDirectory", 16},
                                                {"MyComputer", 17},
                                                {"Fonts", 20},
                                                {"Templates", 21},
                                                {"CommonStartMenu", 22},
                                                {"CommonPrograms", 23},
                                                {"CommonStartup", 24},
                                                {"CommonDesktopDirectory", 25},
                                                {"ApplicationData", 26},
                                                {"LocalApplicationData", 28},
                                                {"InternetCache", 32},
                                                {"Cookies", 33},
                                                {"History", 34},
                                                {"CommonApplicationData", 35},
                                                {"Windows", 36},
                                                {"System", 37},
                                                {"ProgramFiles", 38},
                                                {"MyPictures", 39},
                                                {"UserProfile", 40},
                                                {"SystemX86", 41},
                                                {"ProgramFilesX86", 42},
                                                {"CommonProgramFiles", 43},
                                                {"CommonTemplates", 45},
                                                {"CommonDocuments", 46}};
constexpr EnumInfo kSpecialFolder{.type = {"System.Environment+SpecialFolder", "SpecialFolder"},
                                  .members = kSpecialFolderMembers};

constexpr EnumMember kFileModeMembers[] = {{"CreateNew", 1},    {"Create", 2},   {"Open", 3},
                                           {"OpenOrCreate", 4}, {"Truncate", 5}, {"Append", 6}};
constexpr EnumInfo kFileMode{.type = {"System.IO.FileMode", "FileMode"}, .members = kFileModeMembers};

constexpr EnumMember kFileAccessMembers[] = {{"Read", 1}, {"Write", 2}, {"ReadWrite", 3}};
constexpr EnumInfo kFileAccess{
    .type = {"System.IO.FileAccess", "FileAccess"}, .members = kFileAccessMembers, .flags = true};

constexpr EnumMember kFileShareMembers[] = {
    {"None", 0}, {"Read", 1}, {"Write", 2}, {"ReadWrite", 3}, {"Delete", 4}};
constexpr EnumInfo kFileShare{
    .type = {"System.IO.FileShare", "FileShare"}, .members = kFileShareMembers, .flags = true};

constexpr EnumMember kFileAttributesMembers[] = {{"ReadOnly", 1},
                                                 {"Hidden", 2},
                                                 {"System", 4},
                                                 {"Directory", 16},
                                                 {"Archive", 32},
                                                 {"Device", 64},
                                                 {"Normal", 128},
                                                 {"Temporary", 256},
                                                 {"SparseFile", 512},
                                                 {"ReparsePoint", 1024},
                                                 {"Compressed", 2048},
                                                 {"Offline", 4096},
                                                 {"NotContentIndexed", 8192},
                                                 {"Encrypted", 16384}};
constexpr EnumInfo kFileAttributes{
    .type = {"System.IO.FileAttributes", "FileAttributes"}, .members = kFileAttributesMembers, .flags = true};

constexpr EnumMember kSearchOptionMembers[] = {{"TopDirectoryOnly", 0}, {"AllDirectories", 1}};
constexpr EnumInfo kSearchOption{.type = {"System.IO.SearchOption", "SearchOption"},
                                 .members = kSearchOptionMembers};

constexpr EnumMember kSeekOriginMembers[] = {{"Begin", 0}, {"Current", 1}, {"End", 2}};
constexpr EnumInfo kSeekOrigin{.type = {"System.IO.SeekOrigin", "SeekOrigin"}, .members = kSeekOriginMembers};

constexpr EnumMember kRegexOptionsMembers[] = {{"None", 0},
                                               {"IgnoreCase", 1},
                                               {"Multiline", 2},
                                               {"ExplicitCapture", 4},
                                               {"Compiled", 8},
                                               {"Singleline", 16},
                                               {"IgnorePatternWhitespace", 32},
                                               {"RightToLeft", 64},
                                               {"ECMAScript", 256},
                                               {"CultureInvariant", 512}};
constexpr EnumInfo kRegexOptions{.type = {"System.Text.RegularExpressions.RegexOptions", "RegexOptions"},
                                 .members = kRegexOptionsMembers,
                                 .flags = true};

constexpr EnumMember kSecurityProtocolTypeMembers[] = {
    {"SystemDefault", 0}, {"Ssl3", 48}, {"Tls", 192}, {"Tls11", 768}, {"Tls12", 3072}, {"Tls13", 12288}};
constexpr EnumInfo kSecurityProtocolType{.type = {"System.Net.SecurityProtocolType", "SecurityProtocolType"},
                                         .members = kSecurityProtocolTypeMembers,
                                         .flags = true};

constexpr EnumMember kAddressFamilyMembers[] = {
    {"Unknown", -1}, {"Unspecified", 0}, {"Unix", 1}, {"InterNetwork", 2}, {"InterNetworkV6", 23}};
constexpr EnumInfo kAddressFamily{.type = {"System.Net.Sockets.AddressFamily", "AddressFamily"},
                                  .members = kAddressFamilyMembers};

constexpr EnumMember kUriKindMembers[] = {{"RelativeOrAbsolute", 0}, {"Absolute", 1}, {"Relative", 2}};
constexpr EnumInfo kUriKind{.type = {"System.UriKind", "UriKind"}, .members = kUriKindMembers};

constexpr EnumMember kUriHostNameTypeMembers[] = {
    {"Unknown", 0}, {"Basic", 1}, {"Dns", 2}, {"IPv4", 3}, {"IPv6", 4}};
constexpr EnumInfo kUriHostNameType{.type = {"System.UriHostNameType", "UriHostNameType"},
                                    .members = kUriHostNameTypeMembers};

constexpr EnumMember kUriPartialMembers[] = {{"Scheme", 0}, {"Authority", 1}, {"Path", 2}, {"Query", 3}};
constexpr EnumInfo kUriPartial{.type = {"System.UriPartial", "UriPartial"}, .members = kUriPartialMembers};

constexpr EnumMember kWindowsBuiltInRoleMembers[] = {
    {"Administrator", 544},   {"User", 545},           {"Guest", 546},         {"PowerUser", 547},
    {"AccountOperator", 548}, {"SystemOperator", 549}, {"PrintOperator", 550}, {"BackupOperator", 551},
    {"Replicator", 552}};
constexpr EnumInfo kWindowsBuiltInRole{
    .type = {"System.Security.Principal.WindowsBuiltInRole", "WindowsBuiltInRole"},
    .members = kWindowsBuiltInRoleMembers};

constexpr EnumMember kXmlNodeTypeMembers[] = {
    {"None", 0},    {"Element", 1},         {"Attribute", 2},     {"Text", 3},
    {"CDATA", 4},   {"EntityReference", 5}, {"Entity", 6},        {"ProcessingInstruction", 7},
    {"Comment", 8}, {"Document", 9},        {"DocumentType", 10}, {"XmlDeclaration", 17}};
constexpr EnumInfo kXmlNodeType{.type = {"System.Xml.XmlNodeType", "XmlNodeType"},
                                .members = kXmlNodeTypeMembers};

constexpr EnumMember kProcessWindowStyleMembers[] = {
    {"Normal", 0}, {"Hidden", 1}, {"Minimized", 2}, {"Maximized", 3}};
constexpr EnumInfo kProcessWindowStyle{
    .type = {"System.Diagnostics.ProcessWindowStyle", "ProcessWindowStyle"},
    .members = kProcessWindowStyleMembers};

constexpr EnumMember kCompressionLevelMembers[] = {
    {"Optimal", 0}, {"Fastest", 1}, {"NoCompression", 2}, {"SmallestSize", 3}};
constexpr EnumInfo kCompressionLevel{.type = {"System.IO.Compression.CompressionLevel", "CompressionLevel"},
                                     .members = kCompressionLevelMembers};

constexpr EnumMember kCipherModeMembers[] = {{"CBC", 1}, {"ECB", 2}, {"OFB", 3}, {"CFB", 4}, {"CTS", 5}};
constexpr EnumInfo kCipherMode{.type = {"System.Security.Cryptography.CipherMode", "CipherMode"},
                               .members = kCipherModeMembers};

constexpr EnumMember kPlatformIDMembers[] = {{"Win32S", 0}, {"Win32Windows", 1}, {"Win32NT", 2},
                                             {"WinCE", 3},  {"Unix", 4},         {"Xbox", 5},
                                             {"MacOSX", 6}, {"Other", 7}};
constexpr EnumInfo kPlatformID{.type = {"System.PlatformID", "PlatformID"}, .members = kPlatformIDMembers};

constexpr EnumMember kTypeCodeMembers[] = {
    {"Empty", 0},   {"Object", 1},  {"DBNull", 2},  {"Boolean", 3},  {"Char", 4},      {"SByte", 5},
    {"Byte", 6},    {"Int16", 7},   {"UInt16", 8},  {"Int32", 9},    {"UInt32", 10},   {"Int64", 11},
    {"UInt64", 12}, {"Single", 13}, {"Double", 14}, {"Decimal", 15}, {"DateTime", 16}, {"String", 18}};
constexpr EnumInfo kTypeCode{.type = {"System.TypeCode", "TypeCode"}, .members = kTypeCodeMembers};

constexpr Type enumeration(const EnumInfo& info, std::string_view names = {}) {
  return {.info = &info.type, .names = names, .enumeration = &info, .is_value = true};
}

constexpr Type kTypes[] = {
    enumeration(EnumOf<ActionPreference>::info),
    enumeration(EnumOf<ConfirmImpact>::info),
    enumeration(EnumOf<ErrorCategory>::info),
    enumeration(kStringSplitOptions),
    enumeration(kStringComparison),
    enumeration(kNormalizationForm),
    enumeration(kMidpointRounding),
    enumeration(kBase64FormattingOptions),
    enumeration(kNumberStyles),
    enumeration(kDateTimeStyles),
    enumeration(EnumOf<DayOfWeek>::info),
    enumeration(EnumOf<DateTimeKind>::info),
    enumeration(kConsoleColor),
    enumeration(kEnvironmentVariableTarget),
    enumeration(kSpecialFolder, "SpecialFolder, System.Environment.SpecialFolder"),
    enumeration(kFileMode),
    enumeration(kFileAccess),
    enumeration(kFileShare),
    enumeration(kFileAttributes),
    enumeration(kSearchOption),
    enumeration(kSeekOrigin),
    enumeration(kRegexOptions),
    enumeration(kSecurityProtocolType),
    enumeration(kAddressFamily),
    enumeration(kUriKind),
    enumeration(kUriHostNameType),
    enumeration(kUriPartial),
    enumeration(kWindowsBuiltInRole),
    enumeration(kXmlNodeType),
    enumeration(kProcessWindowStyle),
    enumeration(kCompressionLevel),
    enumeration(kCipherMode),
    enumeration(kPlatformID),
    enumeration(kTypeCode),
};

}  // namespace

std::span<const Type> enumeration_types() { return kTypes; }

}  // namespace hvsh::shell::dotnet
