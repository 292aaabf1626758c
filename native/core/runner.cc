#include "runner.h"

#include <system_error>
#include <utility>

#include "float_mode.h"

namespace tf {

Runner::~Runner() {
  {
    std::lock_guard lock(mutex_);
    for (const auto& run : queue_) run->stop();
    size_ = 0;
  }
  changed_.notify_all();
  for (Worker& worker : workers_) {
    if (worker.thread.joinable()) worker.thread.join();
  }
  sweep();
}

void Runner::resize(size_t threads) {
  {
    std::lock_guard lock(mutex_);
    size_ = threads;
    if (!queue_.empty()) spawn();
  }
  changed_.notify_all();
}

void Runner::submit(std::shared_ptr<Run> run) {
  Runs over;
  {
    std::lock_guard lock(mutex_);
    spawn();
    queue_.push_back(std::move(run));
    over = takeOver();  // a run of no items
  }
  changed_.notify_all();
  for (const auto& ended : over) ended->finish();
}

void Runner::sweep() {
  Runs over;
  {
    std::lock_guard lock(mutex_);
    over = takeOver();
  }
  for (const auto& ended : over) ended->finish();
}

void Runner::spawn() {
  while (workers_.size() < size_) workers_.emplace_back();
  for (size_t i = 0; i < size_; ++i) {
    Worker& worker = workers_[i];
    if (!worker.ended) continue;
    if (worker.thread.joinable()) worker.thread.join();
    try {
      worker.thread = std::thread(&Runner::work, this, i);
    } catch (const std::system_error& error) {
      throw Error(TF_RESOURCE_EXHAUSTED, std::string("cannot start a thread: ") + error.what());
    }
    worker.ended = false;
    ++stats.threads;
  }
}

std::shared_ptr<Run> Runner::firstReady() const {
  for (const auto& run : queue_) {
    if (run->state() == Run::State::kReady) return run;
  }
  return nullptr;
}

Runner::Runs Runner::takeOver() {
  Runs over;
  std::erase_if(queue_, [&over](const std::shared_ptr<Run>& run) {
    if (!run->over()) return false;
    over.push_back(run);
    return true;
  });
  return over;
}

void Runner::work(size_t index) {
  const FlushSubnormals flush;
  Computation::Scratch scratch;
  std::unique_lock lock(mutex_);
  while (index < size_) {
    const std::shared_ptr<Run> run = firstReady();
    if (run == nullptr) {
      ++idle_;
      changed_.wait(lock);
      --idle_;
      continue;
    }
    // Where other runs wait, threads are busy with those.
    const Run::Items items = run->begin(queue_.size() > 1 ? 1 : size_);
    lock.unlock();
    run->execute(items, scratch);
    lock.lock();
    run->end();
    const Runs over = takeOver();
    // The end of an item may have unblocked a run on which other threads wait.
    if (idle_ > 0 && firstReady() != nullptr) changed_.notify_all();
    if (over.empty()) continue;
    lock.unlock();
    for (const auto& ended : over) ended->finish();
    lock.lock();
  }
  workers_[index].ended = true;
  --stats.threads;
}

}  // namespace tf
