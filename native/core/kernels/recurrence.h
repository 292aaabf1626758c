// What the recurrences share, each of which takes all of its steps in one op.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "kernel.h"

namespace tf::recurrence {

// Rows of a sequence: step after step, example after example.
struct Sizes {
  size_t steps, batch, units;
  size_t states() const { return batch * units; }
};

inline void check(const char* name, const KernelCall::Input& input, const Dims& shape) {
  if (input.shape != shape) throw invalidArgument(std::string("the shape of `") + name + "` does not fit the others");
}

// Of sums for `gates` gates, `[steps, batch, gates * units]`, and the kernel of the state, `[units, gates * units]`.
inline Sizes sizesOf(const KernelCall::Input& sums, const KernelCall::Input& recurrent, int64_t gates) {
  const int64_t width = sums.shape[2];
  if (width % gates != 0)
    throw invalidArgument("the last axis must be " + std::to_string(gates) + " gates, received " +
                          std::to_string(width));
  check("recurrent", recurrent, {width / gates, width});
  return {static_cast<size_t>(sums.shape[0]), static_cast<size_t>(sums.shape[1]), static_cast<size_t>(width / gates)};
}

// Which steps count, from an input `bool [steps, batch]`, or `[0, 0]` where all do: one that does not leaves the states
// as they are.
class Counts {
 public:
  Counts(KernelCall& call, int input, const Sizes& sizes) : values_(call.booleans(input)) {
    const Dims shape = call.shape(input), none{0, 0},
               rows{static_cast<int64_t>(sizes.steps), static_cast<int64_t>(sizes.batch)};
    if (shape != none && shape != rows) throw invalidArgument("the shape of `counts` does not fit the others");
  }

  // Row `t * batch + b` is step `t` of example `b`.
  bool operator()(size_t row) const { return values_.empty() || values_[row]; }

 private:
  std::span<const bool> values_;
};

}  // namespace tf::recurrence
