#pragma once
// One connection to libvirt, and calls over it that cannot hang the shell.
//
// Connection::call runs a task on the connection's worker thread with a deadline: $HVSH_LIBVIRT_TIMEOUT
// seconds (30 by default), and twenty times that for calls that move a guest's memory (start, save, restore).
// A task that is too late becomes HypervisorTimeout; calls that follow within another such time fail at once,
// then a new connection is tried.
//
// A connection that broke (the daemon was restarted) is opened anew and the task runs again, unless the task
// had said that it began to change something.
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/guid.h"
#include "core/result.h"
#include "engines/libvirt/api.h"
#include "engines/libvirt/errors.h"
#include "engines/libvirt/network_xml.h"
#include "engines/libvirt/worker.h"

namespace hvsh::engines::libvirt {

// What a task works with; lives on the worker's side.
class Session {
 public:
  Session(const Api& api_table, std::string uri) : api(api_table), uri_(std::move(uri)) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  // The handle is not closed here: that is a call which may hang, and the socket goes with the process.

  const Api& api;
  virConnect* handle() const { return handle_; }
  const std::string& uri() const { return uri_; }

  // The machine with that id, or InvalidParameter.
  Result<DomainHandle> find(const Guid& id);
  // nullptr when there is none; other problems are errors.
  Result<DomainHandle> find_or_null(const Guid& id);
  Result<DomainHandle> find_or_null(const std::string& name);
  // libvirt's last error, as ours. Notes a connection that broke.
  Error fail(std::string_view action, std::string_view name);
  // known_networks() keeps its answer here.
  std::vector<Network> networks = {};
  std::chrono::steady_clock::time_point networks_read = {};
  // From here on the task must not be repeated.
  void begin_change() { changing_ = true; }

 private:
  friend class Connection;
  Result<void> open();
  void close();
  Result<DomainHandle> found(virDomain* domain);

  std::string uri_;
  virConnect* handle_ = nullptr;
  bool lost_ = false;
  bool changing_ = false;
};

enum class Patience { ordinary, patient };

class Connection {
 public:
  explicit Connection(std::string uri) : uri_(std::move(uri)) {}  // empty: choose_uri() at the first call

  const std::string& uri() const { return uri_; }  // empty before the first call if it was then

  // `task` is copied to the worker; capture by value. `action` completes "Cannot ...".
  template <class T>
  Result<T> call(std::string_view action, Patience patience, std::function<Result<T>(Session&)> task) {
    HVSH_TRY(const std::shared_ptr<Session> session, prepare());
    auto answer = worker_->run<Result<T>>(
        deadline(patience), [session, task = std::move(task)] { return attempt<T>(*session, task); });
    if (!answer) return give_up(action, deadline(patience));
    return std::move(*answer);
  }

 private:
  template <class T>
  static Result<T> attempt(Session& session, const std::function<Result<T>(Session&)>& task) {
    for (int tries_left = 1;; --tries_left) {
      session.lost_ = session.changing_ = false;
      HVSH_CHECK(session.open());
      Result<T> answer = task(session);
      if (!session.lost_) return answer;
      session.close();
      if (session.changing_ || tries_left == 0) return answer;
    }
  }
  Result<std::shared_ptr<Session>> prepare();
  Error give_up(std::string_view action, std::chrono::milliseconds waited);
  static std::chrono::milliseconds deadline(Patience patience);

  std::string uri_;
  std::unique_ptr<Worker> worker_;
  std::shared_ptr<Session> session_;
  std::chrono::steady_clock::time_point hung_at_ = {};
};

}  // namespace hvsh::engines::libvirt
