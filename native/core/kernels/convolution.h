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

// The shape of such a convolution's outputs.
// @throws `INVALID_ARGUMENT` where an axis of `x` is too short for the filter
Dims convolved(const Dims& x, const Dims& filter, bool same);

// A filter in memory: tap `(u, v)` from channel `c` to filter `f` is
// `values[u * row_stride + v * column_stride + c * channel_stride + f * filter_stride]`.
template <class T>
struct FilterOf {
  const T* values;
  ptrdiff_t row_stride, column_stride, channel_stride, filter_stride;
};
using Filter = FilterOf<float>;

// The filter of a convolution, where it is dense.
template <class T>
FilterOf<T> filterOf(const Convolution& s, const T* values) {
  const auto filters = static_cast<ptrdiff_t>(s.filters), plane = static_cast<ptrdiff_t>(s.channels) * filters;
  return {values, static_cast<ptrdiff_t>(s.columns) * plane, plane, filters, 1};
}

// The transpose: a convolution of gradients, with the filter turned around, its channels and filters exchanged.
Convolution transposed(const Convolution& sizes);
template <class T>
FilterOf<T> transposed(const Convolution& s, const FilterOf<T>& f) {
  const T* last = f.values + (static_cast<ptrdiff_t>(s.rows) - 1) * f.row_stride +
                  (static_cast<ptrdiff_t>(s.columns) - 1) * f.column_stride;
  return {last, -f.row_stride, -f.column_stride, f.filter_stride, f.channel_stride};
}

// Few channels: every tap of every position is a product of its own. Any size of filter.
void convolveDirectly(const Convolution& sizes, const float* x, const float* filter, float* y);
// The filter's gradient, `filter`, from that of `y`.
void convolveDirectlyBack(const Convolution& sizes, const float* x, const float* dy, float* filter);

// Many channels but not too many, in multiples of 16, and a square filter of 3 or 5 taps: Winograd's minimal filtering.
bool isMinimal(const Convolution& sizes);
void convolveMinimally(const Convolution& sizes, const float* x, const Filter& filter, float* y);
void convolveMinimallyBack(const Convolution& sizes, const float* x, const float* dy, float* filter);

}  // namespace tf
