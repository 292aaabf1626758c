// Sums and maxima in lanes: in the order of a vector's elements on any processor, so that loops over them are
// vectorized in and give the same numbers.
#pragma once

#include <algorithm>
#include <cstddef>

#include "vector.h"

namespace tf {

constexpr size_t kLanes = 16;

// By halves: one after another each would wait for the one before.
FEDKERAS_INLINE float sum(float (&lanes)[kLanes]) {
  FEDKERAS_UNROLL
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
    for (size_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
  }
  return lanes[0];
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
  if (i < count) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float value = lane < count - i ? row[i + lane] : lanes[lane];
      lanes[lane] = value > lanes[lane] ? value : lanes[lane];
    }
  }
  FEDKERAS_UNROLL
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
    for (size_t lane = 0; lane < half; ++lane) {
      lanes[lane] = lanes[lane + half] > lanes[lane] ? lanes[lane + half] : lanes[lane];
    }
  }
  return lanes[0];
}

}  // namespace tf
