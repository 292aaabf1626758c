// The product under everything here that multiplies matrices: some rows of one factor times panels of the other.
#pragma once

#include "../equal_part.h"
#include "vector.h"

namespace tf {

// The first factor: in row `i`, element `s * depth + k` is
// `values[i * row_stride + s * segment_stride + k * column_stride]`.
struct Rows {
  const float* values;
  size_t row_stride, column_stride, depth;
  size_t segments = 1, segment_stride = 0;
};

// The other, in panels of columns, `stride` values from one panel to the next and `step` from one of its rows to the
// next. The second vector of a row begins `second` values after the first: where it is another number than a vector's
// they overlap, and both have the numbers. Vectors are `width` values wide: 4, 8 or 16, as far as the processor has
// them.
struct Panels {
  const float* values;
  size_t stride, step;
  size_t width = vectorWidth();
  size_t second = width;
};

// Columns in a panel: two of the processor's widest vectors.
inline size_t panelWidth() { return 2 * vectorWidth(); }

inline size_t inWholePanels(size_t columns, size_t panel = panelWidth()) {
  return (columns + panel - 1) / panel * panel;
}

// With few rows of the first factor what is read of the other is not used often enough to be packed first.
inline bool isOfFewRows(size_t rows) { return rows <= 64; }

enum class Into { kPlace, kSum };

// `count` rows and `columns` columns of the product, at `y` with rows `y_stride` apart: in place of what is there, or
// added to it. There are at least as many columns as in a vector. Where they are not whole panels the last one ends
// with them, and holds zeros where it overlaps the one before it; one alone has both its vectors so. Then only sums are
// possible.
void multiply(const Rows& x, size_t count, const Panels& panels, size_t columns, Into into, float* y, size_t y_stride);

}  // namespace tf
