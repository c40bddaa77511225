#include "shell/eval/exceptions.h"

#include "core/error_record.h"

namespace hvsh::shell {

namespace {

struct Derivation {
  std::string_view type;
  std::string_view base;
};

constexpr std::string_view kRoot = "System.Exception";

constexpr Derivation kDerivations[] = {
    {"System.SystemException", kRoot},
    {"System.ApplicationException", kRoot},
    {"System.ArgumentException", "System.SystemException"},
    {"System.ArgumentNullException", "System.ArgumentException"},
    {"System.ArgumentOutOfRangeException", "System.ArgumentException"},
    {"System.ArithmeticException", "System.SystemException"},
    {"System.DivideByZeroException", "System.ArithmeticException"},
    {"System.OverflowException", "System.ArithmeticException"},
    {"System.FormatException", "System.SystemException"},
    {"System.IndexOutOfRangeException", "System.SystemException"},
    {"System.InvalidCastException", "System.SystemException"},
    {"System.InvalidOperationException", "System.SystemException"},
    {"System.NotImplementedException", "System.SystemException"},
    {"System.NotSupportedException", "System.SystemException"},
    {"System.NullReferenceException", "System.SystemException"},
    {"System.OperationCanceledException", "System.SystemException"},
    {"System.TimeoutException", "System.SystemException"},
    {"System.UnauthorizedAccessException", "System.SystemException"},
    {"System.Collections.Generic.KeyNotFoundException", "System.SystemException"},
    {"System.ObjectDisposedException", "System.InvalidOperationException"},
    {"System.PlatformNotSupportedException", "System.NotSupportedException"},
    {"System.UriFormatException", "System.FormatException"},
    {"System.TimeZoneNotFoundException", kRoot},
    {"System.DllNotFoundException", "System.SystemException"},
    {"System.AccessViolationException", "System.SystemException"},
    {"System.RankException", "System.SystemException"},
    {"System.ArrayTypeMismatchException", "System.SystemException"},
    {"System.OutOfMemoryException", "System.SystemException"},
    {"System.StackOverflowException", "System.SystemException"},
    {"System.TypeLoadException", "System.SystemException"},
    {"System.AggregateException", kRoot},
    {"System.ComponentModel.Win32Exception", "System.SystemException"},
    {"System.Data.DataException", "System.SystemException"},
    {"System.Threading.ThreadAbortException", "System.SystemException"},
    {"System.Threading.AbandonedMutexException", "System.SystemException"},
    {"System.Runtime.InteropServices.COMException", "System.SystemException"},
    {"System.Security.SecurityException", "System.SystemException"},
    {"System.Security.Cryptography.CryptographicException", "System.SystemException"},
    {"System.Security.Authentication.AuthenticationException", "System.SystemException"},
    {"System.Net.WebException", "System.InvalidOperationException"},
    {"System.Net.Http.HttpRequestException", kRoot},
    {"System.Net.Sockets.SocketException", "System.ComponentModel.Win32Exception"},
    {"System.Net.NetworkInformation.PingException", "System.InvalidOperationException"},
    {"System.Xml.XmlException", "System.SystemException"},
    {"System.Xml.XPath.XPathException", "System.SystemException"},
    {"System.Text.RegularExpressions.RegexParseException", "System.ArgumentException"},
    {"System.Text.RegularExpressions.RegexMatchTimeoutException", "System.TimeoutException"},
    {"System.IO.DriveNotFoundException", "System.IO.DirectoryNotFoundException"},
    {"System.IO.InvalidDataException", "System.SystemException"},
    {"System.Management.ManagementException", "System.SystemException"},
    {"Microsoft.Management.Infrastructure.CimException", kRoot},
    {"System.IO.IOException", "System.SystemException"},
    {"System.IO.FileNotFoundException", "System.IO.IOException"},
    {"System.IO.DirectoryNotFoundException", "System.IO.IOException"},
    {"System.IO.PathTooLongException", "System.IO.IOException"},
    {"System.IO.EndOfStreamException", "System.IO.IOException"},
    {"System.Management.Automation.RuntimeException", "System.SystemException"},
    {"System.Management.Automation.ActionPreferenceStopException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.CmdletInvocationException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.CommandNotFoundException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.MethodInvocationException",
     "System.Management.Automation.MethodException"},
    {"System.Management.Automation.ParameterBindingException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.ParameterBindingValidationException",
     "System.Management.Automation.ParameterBindingException"},
    {"System.Management.Automation.ParameterBindingArgumentTransformationException",
     "System.Management.Automation.ParameterBindingException"},
    {"System.Management.Automation.ParseException", "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.ExtendedTypeSystemException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.MethodException",
     "System.Management.Automation.ExtendedTypeSystemException"},
    {"System.Management.Automation.PipelineStoppedException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.RemoteException", "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.MetadataException", "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.ValidationMetadataException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.ParsingMetadataException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.HostException", "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.ApplicationFailedException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.CmdletProviderInvocationException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.ProviderInvocationException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.ProviderNotFoundException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.ScriptCallDepthException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.WildcardPatternException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.IncompleteParseException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.GetValueException",
     "System.Management.Automation.ExtendedTypeSystemException"},
    {"System.Management.Automation.GetValueInvocationException",
     "System.Management.Automation.GetValueException"},
    {"System.Management.Automation.SetValueException",
     "System.Management.Automation.ExtendedTypeSystemException"},
    {"System.Management.Automation.SetValueInvocationException",
     "System.Management.Automation.SetValueException"},
    {"System.Management.Automation.PropertyNotFoundException",
     "System.Management.Automation.ExtendedTypeSystemException"},
    {"System.Management.Automation.PSArgumentNullException", "System.ArgumentNullException"},
    {"System.Management.Automation.PSArgumentOutOfRangeException", "System.ArgumentOutOfRangeException"},
    {"System.Management.Automation.PSNotImplementedException", "System.NotImplementedException"},
    {"System.Management.Automation.PSObjectDisposedException", "System.ObjectDisposedException"},
    {"System.Management.Automation.PSSecurityException", "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.ArgumentTransformationMetadataException",
     "System.Management.Automation.MetadataException"},
    {"System.Management.Automation.ScriptRequiresException", "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.NativeCommandExitException",
     "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.Host.HostException", "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.PSInvalidCastException", "System.InvalidCastException"},
    {"System.Management.Automation.PSInvalidOperationException", "System.InvalidOperationException"},
    {"System.Management.Automation.PSArgumentException", "System.ArgumentException"},
    {"System.Management.Automation.PSNotSupportedException", "System.NotSupportedException"},
    {"System.Management.Automation.SessionStateException", "System.Management.Automation.RuntimeException"},
    {"System.Management.Automation.ItemNotFoundException",
     "System.Management.Automation.SessionStateException"},
    {"System.Management.Automation.DriveNotFoundException",
     "System.Management.Automation.SessionStateException"},
    {"System.Management.Automation.SessionStateUnauthorizedAccessException",
     "System.Management.Automation.SessionStateException"},
    {"Microsoft.PowerShell.Commands.WriteErrorException", kRoot},
    {"Microsoft.PowerShell.Commands.ProcessCommandException", "System.SystemException"},
    {"Microsoft.PowerShell.Commands.ServiceCommandException", "System.SystemException"},
    {"Microsoft.Management.Infrastructure.CimException", kRoot},
    {"System.Net.Http.HttpRequestException", kRoot},
    {"Microsoft.PowerShell.Commands.HttpResponseException", "System.Net.Http.HttpRequestException"},
    {"Microsoft.HyperV.PowerShell.VirtualizationException", kRoot},
    {"Microsoft.HyperV.PowerShell.VirtualizationInvalidArgumentException",
     "Microsoft.HyperV.PowerShell.VirtualizationException"},
    {"Microsoft.HyperV.PowerShell.VirtualizationOperationFailedException",
     "Microsoft.HyperV.PowerShell.VirtualizationException"},
    {"Microsoft.HyperV.PowerShell.ObjectNotFoundException",
     "Microsoft.HyperV.PowerShell.VirtualizationException"},
};

// Without "System.", as scripts may leave it out.
std::string_view plain(std::string_view name) {
  constexpr std::string_view kSystem = "System.";
  return name.size() > kSystem.size() && equal_names(name.substr(0, kSystem.size()), kSystem)
             ? name.substr(kSystem.size())
             : name;
}

bool same_type(std::string_view a, std::string_view b) { return equal_names(plain(a), plain(b)); }

}  // namespace

std::string_view known_exception(std::string_view name) {
  if (same_type(name, kRoot)) return kRoot;
  for (const Derivation& derivation : kDerivations) {
    if (same_type(name, derivation.type)) return derivation.type;
  }
  return {};
}

bool exception_is(std::string_view type, std::string_view type_name) {
  if (same_type(type_name, kRoot)) return true;
  for (size_t steps = 0; steps < std::size(kDerivations); ++steps) {
    if (same_type(type, type_name)) return true;
    std::string_view base;
    for (const Derivation& derivation : kDerivations) {
      if (same_type(type, derivation.type)) base = derivation.base;
    }
    if (base.empty()) return false;
    type = base;
  }
  return false;
}

std::vector<std::string_view> exception_names() {
  std::vector<std::string_view> names = {kRoot};
  for (const Derivation& derivation : kDerivations) names.push_back(derivation.type);
  return names;
}

Ref<ErrorRecordObject> with_inner_exception(const ErrorRecordObject& record) {
  auto inner = make<ErrorRecordObject>(record.error, record.target);
  inner->error.exception = std::exchange(inner->error.inner_exception, {});
  inner->error.message = std::exchange(inner->error.inner_message, {});
  inner->invocation = record.invocation;
  inner->script_stack_trace = record.script_stack_trace;
  return inner;
}

void describe_exception(const Value& thrown, Error& error) {
  const auto* exception = noun_cast<ExceptionInfo>(thrown);
  if (exception == nullptr) return;
  error.exception = exception->type_name;
  error.message = exception->message;
  error.id = exception->message;
}

}  // namespace hvsh::shell
