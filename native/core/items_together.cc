#include "items_together.h"

#include <algorithm>

#include "equal_part.h"

namespace tf {
namespace {

// Runs that are not timed: libtensorflow takes memory in the first ones, and few of them are not worth a choice.
constexpr size_t kFirstRuns = 12;
constexpr size_t kTries = 3;
// Fewer items must take less of the time for each to be tried further: what varies by less varies by itself.
constexpr double kFaster = 0.97;
// Sizes of items that are told apart: each takes its own time to find out.
constexpr size_t kSizes = 64;

}  // namespace

size_t ItemsTogether::next(size_t bytes, size_t most) const {
  std::lock_guard lock(mutex_);
  const auto found = times_.find(bytes);
  if (found == times_.end() || found->second.runs < kFirstRuns) return most;
  const Times& times = found->second;
  size_t best = most;
  if (times.tries[best] < kTries) return best;
  for (size_t limit = most / 2; limit > 0; limit /= 2) {
    const size_t count = equalPart(most, limit);
    // In turn with the best so far, so that both see the same machine.
    if (times.tries[count] < kTries) return times.tries[best] <= kTries + times.tries[count] ? best : count;
    if (times.least[count] > kFaster * times.least[best]) break;
    best = count;
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
