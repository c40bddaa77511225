#include "engines/libvirt/worker.h"

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace hvsh::engines::libvirt {

Worker::~Worker() {
  if (!shared_) return;
  const std::lock_guard lock(shared_->mutex);
  shared_->end = true;
  shared_->changed.notify_all();
}

void Worker::serve(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (true) {
    shared->changed.wait(lock, [&] { return shared->end || shared->task; });
    if (!shared->task) return;
    const std::function<void()> task = std::exchange(shared->task, {});
    lock.unlock();
    task();
    lock.lock();
    shared->done = true;
    shared->changed.notify_all();
  }
}

bool Worker::run_task(std::chrono::milliseconds deadline, std::function<void()> task) {
  if (hung_) return false;
  if (!shared_) {
    shared_ = std::make_shared<Shared>();
    // Signals belong to the shell's own thread.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::thread(serve, shared_).detach();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  std::unique_lock lock(shared_->mutex);
  shared_->task = std::move(task);
  shared_->done = false;
  shared_->changed.notify_all();
  hung_ = !shared_->changed.wait_for(lock, deadline, [&] { return shared_->done; });
  return !hung_;
}

}  // namespace hvsh::engines::libvirt
