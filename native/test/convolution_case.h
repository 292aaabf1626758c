// A convolution as the sum of products that it is.
#pragma once

#include <cstdint>
#include <vector>

namespace tf::test {

// A convolution without strides, by the shapes of its images and its filter.
struct ConvolutionCase {
  std::vector<int64_t> x, filter;
  bool same;
};

inline std::vector<int64_t> outputsOf(const ConvolutionCase& c) {
  const auto size = [&c](size_t axis) { return c.same ? c.x[axis] : c.x[axis] - c.filter[axis - 1] + 1; };
  return {c.x[0], size(1), size(2), c.filter[3]};
}

// Calls `visit(x, filter, y)` with the places of all products of a convolution.
template <class Visit>
void everyProduct(const ConvolutionCase& c, Visit visit) {
  const std::vector<int64_t> y = outputsOf(c);
  const int64_t top = c.same ? (c.filter[0] - 1) / 2 : 0, left = c.same ? (c.filter[1] - 1) / 2 : 0;
  for (int64_t n = 0; n < y[0]; ++n) {
    for (int64_t i = 0; i < y[1]; ++i) {
      for (int64_t j = 0; j < y[2]; ++j) {
        for (int64_t u = 0; u < c.filter[0]; ++u) {
          for (int64_t v = 0; v < c.filter[1]; ++v) {
            const int64_t row = i + u - top, column = j + v - left;
            if (row < 0 || row >= c.x[1] || column < 0 || column >= c.x[2]) continue;
            for (int64_t k = 0; k < y[3]; ++k) {
              for (int64_t ch = 0; ch < c.x[3]; ++ch) {
                visit(static_cast<size_t>(((n * c.x[1] + row) * c.x[2] + column) * c.x[3] + ch),
                      static_cast<size_t>(((u * c.filter[1] + v) * c.x[3] + ch) * y[3] + k),
                      static_cast<size_t>(((n * y[1] + i) * y[2] + j) * y[3] + k));
              }
            }
          }
        }
      }
    }
  }
}

}  // namespace tf::test
