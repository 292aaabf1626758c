// Running sums (or stacks) of the clients' tensors. Clients end in any order; their tensors are combined in order of
// position, so that the result does not depend, in any bit, on how many ran at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "stats.h"
#include "sum.h"
#include "tensor.h"

namespace tf {

enum class Reduction { kSum, kStack };

class Accumulator {
 public:
  struct Limits {
    // It is `full` while more bytes than these wait for an earlier, slower position.
    size_t waiting_bytes = size_t{256} << 20;
    // Positions that may be worked on, those that wait among them.
    int64_t positions = std::numeric_limits<int64_t>::max();
  };
  Accumulator(const TfApi& api, std::vector<Reduction> reductions)
      : Accumulator(api, std::move(reductions), Limits{}) {}
  Accumulator(const TfApi& api, std::vector<Reduction> reductions, Limits limits);

  size_t slots() const { return reductions_.size(); }
  // Gives the tensors of `position`, one for each slot. The first that come fix every slot's dtype and shape.
  // `INVALID_ARGUMENT` for others, for a position given before, and for a dtype that cannot be combined; nothing
  // changes then. The thread that brings what is next combines it, and what waited for it, outside of the lock.
  void add(int64_t position, std::vector<TensorRef> tensors) { add(position, 1, Form::kOne, std::move(tensors)); }
  // Gives those of the positions `first` to `first + count - 1` at once, one after another along a first axis.
  void addTogether(int64_t first, int64_t count, std::vector<TensorRef> tensors) {
    add(first, count, Form::kTogether, std::move(tensors));
  }
  // The combination of positions 0 to `count - 1`, taken out of the accumulator, which is as new afterwards.
  // `FAILED_PRECONDITION` if one of them is missing, or there are others; `INVALID_ARGUMENT` for a count below 1.
  std::vector<TensorRef> take(int64_t count);

  // The lowest position that has not been combined yet.
  int64_t next() const { return next_.load(); }
  bool full() const { return waiting_bytes_.load() > limits_.waiting_bytes; }
  // Whether `position` may be worked on besides those before it. Whoever does says when it begins and ends: where
  // nobody works, nothing will come of waiting.
  bool admits(int64_t position) const { return working_.load() == 0 || position - next_.load() < limits_.positions; }
  void begin() { ++working_; }
  void end() { --working_; }

 private:
  struct Slot {
    int dtype = 0;  // of the clients' tensors, as are shape and bytes
    std::vector<int64_t> shape;
    AddInto add = nullptr;
    std::optional<Tensor> sum;
    std::vector<std::byte> stack;
  };

  // Whether tensors have a first axis of positions.
  enum class Form { kOne, kTogether };
  struct Given {
    int64_t count;
    Form form;
    std::vector<TensorRef> tensors;
  };

  void add(int64_t first, int64_t count, Form form, std::vector<TensorRef> tensors);
  void check(int64_t first, const Given& given) const;
  void combine(const Given& given);

  const TfApi& api_;
  const std::vector<Reduction> reductions_;
  const Limits limits_;
  std::mutex mutex_;
  std::vector<Slot> slots_;
  bool fixed_ = false;                // whether the slots have their dtypes and shapes
  std::map<int64_t, Given> waiting_;  // by their first position
  // Positions from `next_` on that a thread combines: it alone touches `sum` and `stack`.
  int64_t combining_ = 0;
  std::atomic<int64_t> next_{0};
  std::atomic<size_t> waiting_bytes_{0};
  std::atomic<int64_t> working_{0};
  Counted<&Stats::accumulators> counted_;
};

}  // namespace tf
