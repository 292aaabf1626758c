// How many items a run computes at once, where several can be: together they share what libtensorflow's ops cost
// besides their arithmetic, and each has less of the processor's cache. Which of both counts depends on the model, its
// data and the machine, so it is found out by timing, and remembered. It changes no bit of the results.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <mutex>
#include <unordered_map>

namespace tf {

class ItemsTogether {
 public:
  static constexpr size_t kMost = 16;

  // The number of items to compute next, of which each is fed `bytes`: `most`, which is at most `kMost`, or fewer.
  size_t next(size_t bytes, size_t most) const;
  // What `count` of them took.
  void took(size_t bytes, size_t count, double seconds);

 private:
  // Of each number of items: how often it has been timed, and the least that one of them took. Whatever else a machine
  // does adds to a time.
  struct Times {
    size_t runs = 0;
    std::array<size_t, kMost + 1> tries{};
    std::array<double, kMost + 1> least;
    Times() { least.fill(std::numeric_limits<double>::infinity()); }
  };

  mutable std::mutex mutex_;
  std::unordered_map<size_t, Times> times_;
};

}  // namespace tf
