// Convolutions of bfloat16 in the processor's tiles: any channels, filters and sizes, sums in `float`. What is not
// finite in an image may reach outputs beside those whose taps it is under: elsewhere it is multiplied by zeros.
#pragma once

#include "../bfloat16.h"
#include "convolution.h"
#include "tile_product.h"

namespace tf {

void convolveInTiles(const Convolution& sizes, const Bfloat16* x, const FilterOf<Bfloat16>& filter,
                     const TileEnding& ending, Bfloat16* y);
// The filter's gradient, `filter`, from that of `y`.
void convolveInTilesBack(const Convolution& sizes, const Bfloat16* x, const Bfloat16* dy, Bfloat16* filter);

}  // namespace tf
