#include "items_together.h"

#include <algorithm>

#include "equal_part.h"

namespace tf {
namespace {

// Runs that are not timed: libtensorflow takes memory in the first ones, and few of them are not worth a choice.
constexpr size_t kFirstRuns = 12;
constexpr size_t kTries = 3;
// Sizes of items that are told apart: each takes its own time to find out.
constexpr size_t kSizes = 64;

}  // namespace

size_t ItemsTogether::next(size_t bytes, size_t most) const {
  std::lock_guard lock(mutex_);
  const auto found = times_.find(bytes);
  if (found == times_.end() || found->second.runs < kFirstRuns) return most;
  const Times& times = found->second;
  size_t best = most;
  for (size_t limit = most; limit > 0; limit /= 2) {
    const size_t count = equalPart(most, limit);
    const bool later = times.tries[best] >= kTries && times.tries[count] >= kTries;
    if (later ? times.least[count] < times.least[best] : times.tries[count] < times.tries[best]) best = count;
  }
  return best;
}

void ItemsTogether::took(size_t bytes, size_t count, double seconds) {
  std::lock_guard lock(mutex_);
  if (times_.size() == kSizes && !times_.contains(bytes)) return;
  Times& times = times_[bytes];
  if (times.runs < kFirstRuns) {
    ++times.runs;
    return;
  }
  ++times.tries[count];
  times.least[count] = std::min(times.least[count], seconds / static_cast<double>(count));
}

}  // namespace tf
