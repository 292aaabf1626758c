// Sums and maxima in lanes: in the order of a vector's elements on any processor, so that loops over them are
// vectorized in and give the same numbers.
#pragma once

#include <algorithm>
#include <cstddef>

#include "vector.h"

namespace tf {

constexpr size_t kLanes = 16;

inline float sum(const float (&lanes)[kLanes]) {
  float total = 0.0f;
  for (const float lane : lanes) total += lane;
  return total;
}

// The greatest of at least one value; a first one that is no number is.
FEDKERAS_INLINE float greatestOf(const float* row, size_t count) {
  float lanes[kLanes];
  std::fill_n(lanes, kLanes, row[0]);
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] = row[i + lane] > lanes[lane] ? row[i + lane] : lanes[lane];
    }
  }
  for (; i < count; ++i) lanes[0] = row[i] > lanes[0] ? row[i] : lanes[0];
  float greatest = lanes[0];
  for (const float lane : lanes) greatest = lane > greatest ? lane : greatest;
  return greatest;
}

}  // namespace tf
