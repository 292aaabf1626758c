// Conversions of many numbers.
#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "../bfloat16.h"

namespace tf {

void convert(std::span<const float> from, Bfloat16* to);
void convert(std::span<const Bfloat16> from, float* to);

// Numbers as `float`s: themselves, or a copy.
template <class T>
class Floats {
 public:
  explicit Floats(std::span<const T> values) {
    if constexpr (std::is_same_v<T, float>) {
      values_ = values.data();
    } else {
      copy_.resize(values.size());
      convert(values, copy_.data());
      values_ = copy_.data();
    }
  }
  const float* data() const { return values_; }

 private:
  std::vector<float> copy_;
  const float* values_;
};

}  // namespace tf
