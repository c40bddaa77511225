#pragma once
// The parameters by which a cmdlet is sent to another host. Declared once; the pipeline acts on them for
// every cmdlet.
#include "core/cmdlet.h"

namespace hvsh::verbs {

// A session with another host, as New-CimSession makes it, or the host's name.
struct CimSessionArgument {
  Value session;
};
// User name and password for another host.
struct CredentialArgument {
  Value credential;
};

struct Remoting {
  std::vector<CimSessionArgument> cim_session;
  std::vector<std::string> computer_name;
  std::vector<CredentialArgument> credential;
};

inline constexpr TypeInfo kCimSessionType{"Microsoft.Management.Infrastructure.CimSession", "CimSession"};
inline constexpr TypeInfo kCredentialType{"System.Management.Automation.PSCredential", "PSCredential"};

}  // namespace hvsh::verbs

namespace hvsh {

template <>
struct Traits<verbs::CimSessionArgument> : ScalarTraits {
  static constexpr const TypeInfo& type = verbs::kCimSessionType;
  static Result<verbs::CimSessionArgument> from(const Value& value, Coercion) {
    return verbs::CimSessionArgument{value};
  }
};
template <>
struct Traits<verbs::CredentialArgument> : ScalarTraits {
  static constexpr const TypeInfo& type = verbs::kCredentialType;
  static Result<verbs::CredentialArgument> from(const Value& value, Coercion) {
    return verbs::CredentialArgument{value};
  }
};

namespace verbs {

struct RemotingOptions {
  SetMask sets = kAllSets;
  bool session_from_property = false;  // -CimSession also binds from a property of the piped object
  bool computer_wildcards = false;
  Names computer_aliases = {};
  bool host_from_property = false;  // -ComputerName and -Credential bind so too
};

template <class Self>
consteval auto remoting_params(RemotingOptions options = {}) {
  return std::array{
      param<&Remoting::cim_session, Self>(
          "CimSession", {.sets = options.sets, .from_pipeline_property = options.session_from_property},
          "Sessions with the hosts to run it on."),
      param<&Remoting::computer_name, Self>("ComputerName",
                                            {.sets = options.sets,
                                             .from_pipeline_property = options.host_from_property,
                                             .wildcards = options.computer_wildcards,
                                             .aliases = options.computer_aliases},
                                            "Hosts to run it on; this host when it is left out."),
      param<&Remoting::credential, Self>(
          "Credential", {.sets = options.sets, .from_pipeline_property = options.host_from_property},
          "Who to be on those hosts."),
  };
}

}  // namespace verbs
}  // namespace hvsh
