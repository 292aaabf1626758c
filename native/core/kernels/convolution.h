// Convolutions of images with filters, one position after another: channels last, no strides, no dilation.
#pragma once

#include <cstddef>

#include "dims.h"

namespace tf {

// `x` is `[batch, height, width, channels]`, `y` is `[batch, out_height, out_width, filters]`, and the filter
// `[rows, columns, channels, filters]`. `top` and `left` are the zeros before the image.
struct Convolution {
  size_t batch, height, width, channels, out_height, out_width, filters, rows, columns, top, left;
};

// The convolution without strides of these shapes: its padding is what they say it is.
// @throws `INVALID_ARGUMENT` for shapes that are not those of one
Convolution convolutionOf(const Dims& x, const Dims& filter, const Dims& y);

// A filter in memory: tap `(u, v)` from channel `c` to filter `f` is
// `values[u * row_stride + v * column_stride + c * channel_stride + f * filter_stride]`.
struct Filter {
  const float* values;
  ptrdiff_t row_stride, column_stride, channel_stride, filter_stride;
};

// Few channels: every tap of every position is a product of its own. Any size of filter.
void convolveDirectly(const Convolution& sizes, const float* x, const float* filter, float* y);
// The filter's gradient, `filter`, from that of `y`.
void convolveDirectlyBack(const Convolution& sizes, const float* x, const float* dy, float* filter);

// Many channels but not too many, in multiples of 16, and a square filter of 3 or 5 taps: Winograd's minimal filtering.
bool isMinimal(const Convolution& sizes);
void convolveMinimally(const Convolution& sizes, const float* x, const Filter& filter, float* y);
void convolveMinimallyBack(const Convolution& sizes, const float* x, const float* dy, float* filter);

}  // namespace tf
