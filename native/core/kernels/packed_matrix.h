// A matrix of weights, packed for products with a few rows at a time: what a recurrence does in each of its steps.
#pragma once

#include <cstddef>

#include "product.h"

namespace tf {

// Columns are kept in panels as wide as two vectors, each panel's rows one after another, so that a product reads them
// front to back.
class PackedMatrix {
 public:
  enum class From { kRows, kColumns };

  // Of `rows · columns` values times `factor`: given row after row, or column after column.
  PackedMatrix(const float* values, size_t rows, size_t columns, From from, float factor = 1.0f);

  // The first factor of a product: element `(i, k)` is `values[i * row_stride + k * column_stride]`.
  struct Factor {
    const float* values;
    size_t row_stride, column_stride;
  };

  // `count` rows of `x · matrix`, in `y` one after another: in place of what is there, or added to it.
  void multiply(const Factor& x, size_t count, Into into, float* y) const;

 private:
  size_t rows_, columns_;
  // Of a vector.
  size_t width_;
  AlignedFloats values_;
};

}  // namespace tf
