// Running sums (or stacks) of the clients' tensors. Clients end in any order; their tensors are combined in order of
// position, so that the result does not depend, in any bit, on how many ran at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
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
  // It is `full` while more than `waiting_limit` bytes wait for an earlier, slower position.
  Accumulator(const TfApi& api, std::vector<Reduction> reductions, size_t waiting_limit = size_t{256} << 20);

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
  bool full() const { return waiting_bytes_.load() > waiting_limit_; }

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
  const size_t waiting_limit_;
  std::mutex mutex_;
  std::vector<Slot> slots_;
  bool fixed_ = false;                // whether the slots have their dtypes and shapes
  std::map<int64_t, Given> waiting_;  // by their first position
  // Positions from `next_` on that a thread combines: it alone touches `sum` and `stack`.
  int64_t combining_ = 0;
  std::atomic<int64_t> next_{0};
  std::atomic<size_t> waiting_bytes_{0};
  Counted<&Stats::accumulators> counted_;
};

}  // namespace tf
