// `x · wᵀ` for few rows of `x`, made column by column: `w` is read once, where it is. To turn `w` for a product by rows
// would take as long as the product.
#pragma once

#include <cstddef>

namespace tf {

struct TurnedProduct {
  // `count · depth` values.
  const float* x;
  size_t count, depth;
  // `columns · depth` values.
  const float* w;
  size_t columns;
  // `count · columns` values.
  float* y;
};

void multiplyTurned(const TurnedProduct& product);

}  // namespace tf
