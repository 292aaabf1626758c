// The threads on which computations run. libuv's few threads are left to the file system and the name service.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "run.h"

namespace tf {

class Runner {
 public:
  // Threads start with the first run.
  explicit Runner(size_t threads) : size_(threads) {}
  // Stops all runs and waits for the threads.
  ~Runner();

  // Threads beyond the new number end with the item that they run.
  void resize(size_t threads);
  // Begins the run's items in order, after those of earlier runs, as threads get free. `RESOURCE_EXHAUSTED` where the
  // system gives no thread.
  void submit(std::shared_ptr<Run> run);
  // Ends the runs that were stopped or cancelled and have no item running; others end by themselves.
  void sweep();

 private:
  struct Worker {
    std::thread thread;
    bool ended = true;
  };
  using Runs = std::vector<std::shared_ptr<Run>>;

  void work(size_t index);
  // The rest is called with the lock held.
  void spawn();
  std::shared_ptr<Run> firstReady() const;
  // Takes the runs that are over off the queue; the caller finishes them without the lock.
  Runs takeOver();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Run>> queue_;
  std::deque<Worker> workers_;
  size_t size_;
  size_t idle_ = 0;
};

}  // namespace tf
