// Sums in lanes: in the order of a vector's elements on any processor, so that loops over them are vectorized in and
// give the same numbers.
#pragma once

#include <cstddef>

namespace tf {

constexpr size_t kLanes = 16;

inline float sum(const float (&lanes)[kLanes]) {
  float total = 0.0f;
  for (const float lane : lanes) total += lane;
  return total;
}

}  // namespace tf
