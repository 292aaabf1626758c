// Counts of what lives in this process, so that tests can prove that nothing leaks.
#pragma once

#include <atomic>
#include <cstdint>

namespace tf {

struct Stats {
  std::atomic<int64_t> tensors{0};
  std::atomic<int64_t> graphs{0};
  std::atomic<int64_t> functions{0};
  std::atomic<int64_t> computations{0};
  std::atomic<int64_t> accumulators{0};
  std::atomic<int64_t> tensor_bytes{0};
  std::atomic<int64_t> threads{0};
};

inline Stats stats;

// Counts the life of the object whose member it is.
template <std::atomic<int64_t> Stats::*Counter>
class Counted {
 public:
  Counted() { (stats.*Counter).fetch_add(1, std::memory_order_relaxed); }
  ~Counted() { (stats.*Counter).fetch_sub(1, std::memory_order_relaxed); }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
};

}  // namespace tf
