// Products with few columns, where the processor has vectors of sixteen and masks: a row is one vector, however much of
// it there is.
#pragma once

#include "product.h"

namespace tf {

// Whether rows of `columns` values are multiplied so on this processor.
bool isMasked(size_t columns);

struct MaskedProduct {
  Rows x;
  // Rows of `x`, and columns: at most sixteen, and not none.
  size_t count, columns;
  // The other factor, its rows one after another.
  const float* factor;
  Into into;
  // `count · columns` values: `sign` times the product, in place of what is there or added to it.
  float* y;
  float sign = 1.0f;
};

void multiplyMasked(const MaskedProduct& product);

}  // namespace tf
