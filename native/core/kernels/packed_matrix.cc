#include "packed_matrix.h"

#include <algorithm>
#include <vector>

#include "kernel.h"
#include "product.h"

namespace tf {

namespace {

// Rows of a result narrower than a vector that are made at once, in full width.
constexpr size_t kRowsTogether = 48;

// Every panel is some of these where there are vectors.
constexpr size_t kNarrowest = 8;

// Rows of a panel that is whole, `stride` values apart.
FEDKERAS_VECTORIZED void packRows(const float* __restrict given, size_t rows, size_t stride, size_t panel, float factor,
                                  float* __restrict to) {
  for (size_t row = 0; row < rows; ++row, given += stride, to += panel) {
    for (size_t i = 0; i < panel; i += kNarrowest) {
      for (size_t k = 0; k < kNarrowest; ++k) to[i + k] = given[i + k] * factor;
    }
  }
}

#if defined(__GNUC__)
// A block of eight rows and columns, turned: pairs of rows are interleaved three times.
FEDKERAS_INLINE void turn(const Vector<kNarrowest> (&rows)[kNarrowest], Vector<kNarrowest> (&columns)[kNarrowest]) {
  constexpr size_t kHalf = kNarrowest / 2;
  Vector<kNarrowest> twice[kNarrowest], four[kNarrowest];
  const auto interleave = [](const Vector<kNarrowest>(&from)[kNarrowest], Vector<kNarrowest>(&to)[kNarrowest]) {
    FEDKERAS_UNROLL
    for (size_t i = 0; i < kHalf; ++i) {
      to[2 * i] = __builtin_shufflevector(from[i], from[i + kHalf], 0, 8, 1, 9, 2, 10, 3, 11);
      to[2 * i + 1] = __builtin_shufflevector(from[i], from[i + kHalf], 4, 12, 5, 13, 6, 14, 7, 15);
    }
  };
  interleave(rows, twice);
  interleave(twice, four);
  interleave(four, columns);
}
#endif

// Eight columns that are given one after another, `rows` values each: blocks are turned in registers. To read one
// value of each column after the other would be five times as slow.
FEDKERAS_VECTORIZED void packColumns(const float* __restrict given, size_t rows, size_t panel, float factor,
                                     float* __restrict to) {
  size_t row = 0;
#if defined(__GNUC__)
  for (; row + kNarrowest <= rows; row += kNarrowest) {
    Vector<kNarrowest> block[kNarrowest], turned[kNarrowest];
    FEDKERAS_UNROLL
    for (size_t i = 0; i < kNarrowest; ++i) load(given + i * rows + row, block[i]);
    turn(block, turned);
    FEDKERAS_UNROLL
    for (size_t i = 0; i < kNarrowest; ++i) store(turned[i] * factor, to + (row + i) * panel);
  }
#endif
  for (; row < rows; ++row) {
    for (size_t i = 0; i < kNarrowest; ++i) to[row * panel + i] = given[i * rows + row] * factor;
  }
}

}  // namespace

PackedMatrix::PackedMatrix(const float* values, size_t rows, size_t columns, From from, float factor)
    : rows_(rows), columns_(columns), width_(vectorWidth(columns)) {
  const size_t vector = width_, panel = 2 * vector;
  values_ = alignedFloats(rows * inWholePanels(columns, panel));
  float* to = values_.get();
  for (size_t column = 0; column < columns; column += panel) {
    const size_t width = std::min(panel, columns - column);
    // The last panel is filled from its end where there are others (see `multiply`); one alone has its first vector
    // full where it can, and the second filled from its end.
    const bool alone = columns < panel;
    const size_t full = alone ? std::min(width, vector) : 0;
    const size_t before = alone && width <= vector ? 0 : panel - width;
    const auto place = [&](size_t i) { return i < full ? i : before + i; };
    if (width < panel) std::fill_n(to, rows * panel, 0.0f);
    if (from == From::kRows && width == panel && panel % kNarrowest == 0) {
      packRows(values + column, rows, columns, panel, factor, to);
    } else if (from == From::kRows) {
      for (size_t row = 0; row < rows; ++row) {
        const float* given = values + row * columns + column;
        for (size_t i = 0; i < width; ++i) to[row * panel + place(i)] = given[i] * factor;
      }
    } else {
      size_t i = 0;
      if (width == panel) {
        for (; i + kNarrowest <= width; i += kNarrowest)
          packColumns(values + (column + i) * rows, rows, panel, factor, to + i);
      }
      for (; i < width; ++i) {
        const float* given = values + (column + i) * rows;
        for (size_t row = 0; row < rows; ++row) to[row * panel + place(i)] = given[row] * factor;
      }
    }
    to += rows * panel;
  }
}

void PackedMatrix::multiply(const Factor& x, size_t count, Into into, float* y) const {
  if (columns_ == 0) return;
  const Rows rows{x.values, x.row_stride, x.column_stride, rows_};
  const size_t panel = 2 * width_;
  const Panels panels{values_.get(), rows_ * panel, panel, width_};
  if (columns_ >= width_) {
    // Where panels overlap there are only sums.
    const bool overlap = columns_ > panel && columns_ % panel != 0;
    if (into == Into::kPlace && overlap) std::fill_n(y, count * columns_, 0.0f);
    return tf::multiply(rows, count, panels, columns_, overlap ? Into::kSum : into, y, columns_);
  }
  const auto wide = alignedFloats(std::min(count, kRowsTogether) * panel);
  for (size_t first = 0; first < count; first += kRowsTogether) {
    const size_t some = std::min(kRowsTogether, count - first);
    Rows part = rows;
    part.values += first * x.row_stride;
    tf::multiply(part, some, panels, panel, Into::kPlace, wide.get(), panel);
    for (size_t row = 0; row < some; ++row) {
      for (size_t i = 0; i < columns_; ++i) {
        float& to = y[(first + row) * columns_ + i];
        to = wide[row * panel + i] + (into == Into::kSum ? to : 0.0f);
      }
    }
  }
}

}  // namespace tf
