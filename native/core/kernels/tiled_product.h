// Products of rows of bfloat16 with a large matrix of `float` in the processor's tiles. The matrix is rounded to
// bfloat16 on the way: it is read once, and no copy of it is made in memory.
#pragma once

#include "tile_product.h"

namespace tf {

// `y = x w`, with `x` of `rows x depth` values and `w` of `depth x columns`.
void multiplyInTiles(const Bfloat16* x, size_t rows, const float* w, size_t depth, size_t columns,
                     const TileEnding& ending, Bfloat16* y);
// `y = x wᵀ`, with `x` of `rows x depth` values and `w` of `columns x depth`.
void multiplyInTilesTransposed(const Bfloat16* x, size_t rows, const float* w, size_t depth, size_t columns,
                               Bfloat16* y);

}  // namespace tf
