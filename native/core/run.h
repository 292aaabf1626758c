// One request to run a computation for a number of items: the clients of a round.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "accumulator.h"
#include "computation.h"

namespace tf {

// Stops runs whose items have not all begun.
class Cancellation {
 public:
  void cancel() { cancelled_.store(true); }
  bool cancelled() const { return cancelled_.load(); }

 private:
  std::atomic<bool> cancelled_{false};
};

struct RunSpec {
  std::shared_ptr<const Computation> computation;
  std::vector<TensorRef> shared;  // fed first, to every item
  std::vector<TensorRef> items;   // the other feeds, item after item
  size_t count = 0;               // of items
  // Which of an item's feeds are read where they are, so that several items can run together: what is fed is a place
  // for each, as `FedkerasRows` takes it, the address and the shape. The fetches all have an axis of items in front
  // then. Empty where each item runs by itself.
  std::vector<bool> of_clients;
  // The first `accumulated` fetches of item i go to `accumulator` at position `first + i`.
  std::shared_ptr<Accumulator> accumulator;
  size_t accumulated = 0;
  int64_t first = 0;
  std::shared_ptr<const Cancellation> cancellation;
};

class Run {
 public:
  struct Failure {
    TF_Code code;
    std::string message;
    std::optional<size_t> index;  // of the item that failed; none for a cancellation
  };

  // `INVALID_ARGUMENT` for numbers of feeds, fetches and slots that do not fit. `done` is called once, on any thread,
  // when no item runs any more and none will.
  Run(RunSpec spec, std::function<void()> done);

  // What follows the accumulated fetches, by item. To be read when the run is done, as is `failure`.
  std::vector<std::vector<TensorRef>>& results() { return results_; }
  // Of the lowest item that failed, which is the same for any number of threads: items begin in order.
  const std::optional<Failure>& failure() const { return failure_; }

  // Lets no more items begin, and interrupts those that run.
  void stop();
  // Returns when the run is done.
  void wait();

 private:
  friend class Runner;
  enum class State { kReady, kBlocked, kExhausted };
  // Neighbours that run together, and what is fed to each of them, where there may be several.
  struct Items {
    size_t first, count, bytes = 0;
  };

  // Called by the runner, with its lock held.
  State state() const;
  bool over() const { return running_ == 0 && state() == State::kExhausted; }
  Items begin(size_t threads);
  void end();

  // Called by the runner, without its lock.
  void execute(Items items, Computation::Scratch& scratch) noexcept;
  void finish();

  Items together(size_t threads) const;
  bool alike(size_t a, size_t b) const;
  // Where a feed of the items is. The run holds it until it has run.
  Tensor places(Items items, size_t feed) const;
  // Runs the items and gives the accumulator what belongs there.
  void run(Items items, Computation::Scratch& scratch);
  void keep(Items items, std::vector<TensorRef> fetched);
  // Runs items one by one that have failed together: an error is about one of them.
  void runEach(Items items, Computation::Scratch& scratch) noexcept;
  void fail(size_t item, TF_Code code, const std::string& message);

  RunSpec spec_;
  std::function<void()> done_;
  const size_t feeds_per_item_;
  const size_t shared_bytes_;
  size_t begun_ = 0;
  size_t running_ = 0;
  std::atomic<bool> stopped_{false};
  std::vector<std::vector<TensorRef>> results_;
  std::mutex mutex_;  // of the two below while items run, and of `spec_` at the end
  std::optional<Failure> failure_;
  bool finished_ = false;
  std::condition_variable finished_changed_;
};

}  // namespace tf
