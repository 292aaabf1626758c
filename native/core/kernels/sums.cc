#include "sums.h"

#include <algorithm>
#include <vector>

#include "kernel.h"
#include "lanes.h"

namespace tf {
namespace {

// Rows that are summed before they are added to the others: a long sum of single numbers would lose digits.
constexpr size_t kTogether = 64;

template <class T>
FEDKERAS_VECTORIZED void addRows(const T* __restrict values, size_t rows, size_t columns, float* __restrict sums) {
  for (size_t row = 0; row < rows; ++row, values += columns) {
    for (size_t i = 0; i < columns; ++i) sums[i] += toFloat(values[i]);
  }
}

template <class T>
void sumRowsOf(const T* values, size_t rows, size_t columns, float* sums) {
  std::fill_n(sums, columns, 0.0f);
  std::vector<float> some(columns);
  for (size_t row = 0; row < rows; row += kTogether) {
    std::ranges::fill(some, 0.0f);
    addRows(values + row * columns, std::min(kTogether, rows - row), columns, some.data());
    addRows(some.data(), 1, columns, sums);
  }
}

}  // namespace

void sumRows(const float* values, size_t rows, size_t columns, float* sums) { sumRowsOf(values, rows, columns, sums); }

void sumRows(const Bfloat16* values, size_t rows, size_t columns, float* sums) {
  sumRowsOf(values, rows, columns, sums);
}

float sumOf(const float* values, size_t count) {
  float lanes[kLanes] = {};
  const size_t whole = count / kLanes;
  sumRows(values, whole, kLanes, lanes);
  float rest = 0.0f;
  for (size_t i = whole * kLanes; i < count; ++i) rest += values[i];
  return sum(lanes) + rest;
}

}  // namespace tf
