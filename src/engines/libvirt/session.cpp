#include "engines/libvirt/session.h"

#include <cstdlib>

#include "engines/libvirt/uri.h"
#include "engines/machine_errors.h"

namespace hvsh::engines::libvirt {

namespace {

constexpr double kDefaultTimeoutSeconds = 30;
constexpr double kMaxTimeoutSeconds = 24 * 3600;
constexpr int kPatientFactor = 20;

}  // namespace

Result<void> Session::open() {
  if (handle_ != nullptr && api.virConnectIsAlive(handle_) == 1) return {};
  close();
  handle_ = api.virConnectOpen(uri_.c_str());
  if (handle_ == nullptr) return connect_error(last_failure(api), uri_);
  return {};
}

void Session::close() {
  if (handle_ != nullptr) api.virConnectClose(handle_);
  handle_ = nullptr;
}

Error Session::fail(std::string_view action, std::string_view name) {
  const Failure failure = last_failure(api);
  lost_ |= is_lost_connection(failure);
  return failure_error(failure, action, name);
}

Result<DomainHandle> Session::found(virDomain* domain) {
  if (domain != nullptr || is_no_machine(last_failure(api))) return DomainHandle(domain);
  return fail("look for a virtual machine", {});
}

Result<DomainHandle> Session::find_or_null(const Guid& id) {
  return found(api.virDomainLookupByUUID(handle_, id.bytes.data()));
}

Result<DomainHandle> Session::find_or_null(const std::string& name) {
  return found(api.virDomainLookupByName(handle_, name.c_str()));
}

Result<DomainHandle> Session::find(const Guid& id) {
  HVSH_TRY(DomainHandle domain, find_or_null(id));
  if (!domain) return no_such_machine(id);
  return domain;
}

std::chrono::milliseconds Connection::deadline(Patience patience) {
  double seconds = kDefaultTimeoutSeconds;
  if (const char* text = std::getenv("HVSH_LIBVIRT_TIMEOUT")) {
    char* end = nullptr;
    const double given = std::strtod(text, &end);
    if (end != text && *end == '\0' && given > 0 && given <= kMaxTimeoutSeconds) seconds = given;
  }
  if (patience == Patience::patient) seconds *= kPatientFactor;
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

Result<std::shared_ptr<Session>> Connection::prepare() {
  if (uri_.empty()) {
    HVSH_TRY(uri_, choose_uri(uri_sources()));
  }
  HVSH_TRY(const Api* api, load_api());
  if (worker_ && worker_->hung()) {
    if (std::chrono::steady_clock::now() - hung_at_ < deadline(Patience::ordinary)) return hung_error(uri_);
    worker_.reset();
    session_.reset();
  }
  if (!worker_) worker_ = std::make_unique<Worker>();
  if (!session_) session_ = std::make_shared<Session>(*api, uri_);
  return session_;
}

Error Connection::give_up(std::string_view action, std::chrono::milliseconds waited) {
  hung_at_ = std::chrono::steady_clock::now();
  return timeout_error(action, waited, uri_);
}

}  // namespace hvsh::engines::libvirt
