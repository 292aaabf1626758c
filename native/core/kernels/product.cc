#include "product.h"

#include <algorithm>

FEDKERAS_FUSED

namespace tf {
namespace {

// Rows that are multiplied together at most: with two vectors of columns for each the sums stay in registers, of which
// there are thirty-two where vectors are that wide, and sixteen elsewhere. They are in equal parts: few have too few
// sums at once to keep the processor busy.
template <size_t kWidth>
constexpr size_t kTogether = kWidth == 16 ? 12 : 6;
// As much of the inner dimension as is multiplied at once: a panel of it stays in the first level of the cache. Where
// panels are parts of longer rows, and used for few rows, less of it: so many numbers of them are read from front to
// back.
constexpr size_t kDepth = 256, kLeastDepth = 32, kBeside = 1 << 15;
// Numbers that the first and the second level hold besides what else is in use.
constexpr size_t kNear = 1 << 14, kFar = 3 << 14;

// Where the products of a panel go: its second vector `second` values after its first.
struct Target {
  float* values;
  size_t stride, second;
};

template <size_t kWidth, size_t kRows, Into kInto>
FEDKERAS_INLINE void tile(const Rows& x, size_t row, const float* panel, const Panels& panels, const Target& y) {
  // One by one, and vector by vector below: arrays as a whole would be kept in memory.
  Vector<kWidth> sums[kRows][2];
  FEDKERAS_UNROLL
  for (size_t r = 0; r < kRows; ++r) sums[r][0] = sums[r][1] = Vector<kWidth>{};
  for (size_t s = 0; s < x.segments; ++s) {
    const float* from = x.values + row * x.row_stride + s * x.segment_stride;
    for (size_t k = 0; k < x.depth; ++k, panel += panels.step, from += x.column_stride) {
      Vector<kWidth> left, right;
      load(panel, left);
      load(panel + panels.second, right);
      FEDKERAS_UNROLL
      for (size_t r = 0; r < kRows; ++r) {
        const float factor = from[r * x.row_stride];
        sums[r][0] += factor * left;
        sums[r][1] += factor * right;
      }
    }
  }
  FEDKERAS_UNROLL
  for (size_t r = 0; r < kRows; ++r) {
    float *first = y.values + (row + r) * y.stride, *second = first + y.second;
    if constexpr (kInto == Into::kSum) {
      Vector<kWidth> left, right;
      load(first, left);
      load(second, right);
      sums[r][0] += left;
      sums[r][1] += right;
    }
    // Where they overlap the second has zeros, or what was there before: the first has the numbers.
    store(sums[r][1], second);
    store(sums[r][0], first);
  }
}

// One of `kMost` numbers of rows, each with a loop of its own.
template <size_t kWidth, size_t kMost, Into kInto>
FEDKERAS_INLINE void tileOf(size_t rows, const Rows& x, size_t row, const float* panel, const Panels& panels,
                            const Target& y) {
  if constexpr (kMost > 1) {
    if (rows < kMost) return tileOf<kWidth, kMost - 1, kInto>(rows, x, row, panel, panels, y);
  }
  tile<kWidth, kMost, kInto>(x, row, panel, panels, y);
}

// Rows `[row, count)` times one panel.
template <size_t kWidth, Into kInto>
FEDKERAS_INLINE void timesPanel(const Rows& x, size_t row, size_t count, const float* panel, const Panels& panels,
                                const Target& y) {
  constexpr size_t kMost = kTogether<kWidth>;
  for (size_t rows; row < count; row += rows) {
    rows = equalPart(count - row, kMost);
    tileOf<kWidth, kMost, kInto>(rows, x, row, panel, panels, y);
  }
}

struct Product {
  const Rows& x;
  size_t count;
  const Panels& panels;
  size_t columns;
  Into into;
  float* y;
  size_t y_stride;
};

// One block of the inner dimension. Panels that fit the first level of the cache together, or almost, are gone through
// for every few rows, so that the result is written from front to back; others for as many rows as fit the second.
template <size_t kWidth, Into kInto>
FEDKERAS_INLINE void multiplyBlock(const Product& p, const Rows& x, const Panels& panels) {
  constexpr size_t kPanel = 2 * kWidth, kMost = kTogether<kWidth>;
  const size_t depth = std::max<size_t>(x.segments * x.depth, 1);
  const size_t most = depth * p.columns <= kNear ? kMost : std::max(kFar / depth / kMost, size_t{1}) * kMost;
  const size_t together = equalPart(p.count, most);
  for (size_t row = 0; row < p.count; row += together) {
    const float* panel = panels.values;
    for (size_t column = 0; column < p.columns; column += kPanel, panel += panels.stride) {
      const bool wide = p.columns >= kPanel;
      const Target y{p.y + (wide ? std::min(column, p.columns - kPanel) : 0), p.y_stride,
                     wide ? kWidth : p.columns - kWidth};
      timesPanel<kWidth, kInto>(x, row, std::min(row + together, p.count), panel, panels, y);
    }
  }
}

template <size_t kWidth>
FEDKERAS_INLINE void multiplyAll(const Product& p) {
  const bool beside = p.panels.step > 2 * kWidth && isOfFewRows(p.count);
  const size_t most = beside ? std::clamp(kBeside / p.panels.step, kLeastDepth, kDepth) : kDepth;
  const size_t inner = p.x.segments > 1 ? std::max<size_t>(p.x.depth, 1) : most;
  Rows x = p.x;
  Panels panels = p.panels;
  for (size_t k = 0; k == 0 || k < p.x.depth; k += inner) {
    x.values = p.x.values + k * p.x.column_stride;
    x.depth = std::min(inner, p.x.depth - k);
    panels.values = p.panels.values + k * p.panels.step;
    if (k == 0 && p.into == Into::kPlace) {
      multiplyBlock<kWidth, Into::kPlace>(p, x, panels);
    } else {
      multiplyBlock<kWidth, Into::kSum>(p, x, panels);
    }
  }
}

FEDKERAS_FOR_EACH_WIDTH(multiplyAll, Product)

}  // namespace

void multiply(const Rows& x, size_t count, const Panels& panels, size_t columns, Into into, float* y, size_t y_stride) {
  multiplyAllOf(panels.width, {x, count, panels, columns, into, y, y_stride});
}

}  // namespace tf
