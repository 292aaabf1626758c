// Gradients of weights whose columns are one or two more than a vector's: those of ten classes, mostly.
#pragma once

#include <cstddef>

#include "vector.h"

namespace tf {

// Whether there are so many columns.
bool isNarrow(size_t columns);

struct NarrowProduct {
  // `examples · rows` and `examples · columns` values.
  const float *x, *dy;
  size_t examples, rows, columns;
  float factor;
  // `rows · columns` values.
  float* w;
  // Of the vector: 4, 8 or 16, as far as the processor has it.
  size_t width = vectorWidth(columns);
};

// Adds `factor · xᵀ · dy` to `w`.
void addNarrowProduct(const NarrowProduct& product);

}  // namespace tf
