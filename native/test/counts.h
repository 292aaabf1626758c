// Which steps of a recurrence count, as its op is told.
#pragma once

#include "support.h"

namespace tf::test {

// All of them.
inline TensorRef allCount() { return tensor<uint8_t>({0, 0}, {}, TF_BOOL); }

// Those of the first example that are neither first nor last, those of the second but for one in the middle, none of
// the third, and all of the others.
inline TensorRef someCount(int64_t steps, int64_t batch) {
  std::vector<uint8_t> counts;
  for (int64_t t = 0; t < steps; ++t) {
    for (int64_t b = 0; b < batch; ++b)
      counts.push_back(b == 0 ? t > 0 && t < steps - 1 : b == 1 ? t != steps / 2 : b > 2);
  }
  return tensor({steps, batch}, counts, TF_BOOL);
}

}  // namespace tf::test
