// A matrix of weights, packed for products with a few rows at a time: what a recurrence does in each of its steps.
#pragma once

#include <cstddef>
#include <memory>

namespace tf {

// Columns are kept in panels as wide as two of the processor's vectors, each panel's rows one after another, so that a
// product reads them front to back.
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

  // Adds `x · matrix` to `count` rows of `y`, which are as long as the matrix's and one after another.
  //
  // The sums multiply and add in one where the processor can: like libtensorflow's, the numbers are a processor's own.
  void addProduct(const Factor& x, size_t count, float* y) const;

 private:
  struct Free {
    void operator()(float* values) const;
  };

  size_t rows_, columns_;
  std::unique_ptr<float[], Free> values_;
};

}  // namespace tf
