// The gradient of a convolution's filter in bfloat16, in the processor's tiles: any channels, filters and sizes, sums
// in `float`. What is not finite in an image may reach gradients of taps that it is not under: there it is multiplied
// by zeros.
#pragma once

#include "../bfloat16.h"
#include "convolution.h"

namespace tf {

// The filter's gradient, `filter`, from that of `y`.
void convolveInTilesBack(const Convolution& sizes, const Bfloat16* x, const Bfloat16* dy, Bfloat16* filter);

}  // namespace tf
