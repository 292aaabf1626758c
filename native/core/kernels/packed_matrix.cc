#include "packed_matrix.h"

#include <algorithm>
#include <vector>

#include "product.h"

namespace tf {

PackedMatrix::PackedMatrix(const float* values, size_t rows, size_t columns, From from, float factor)
    : rows_(rows), columns_(columns) {
  const size_t panel = panelWidth();
  values_ = alignedFloats(rows * inWholePanels(columns));
  float* to = values_.get();
  for (size_t column = 0; column < columns; column += panel) {
    const size_t width = std::min(panel, columns - column);
    // The last panel is filled from its end where there are others (see `multiply`), else from its beginning.
    const size_t before = columns < panel ? 0 : panel - width;
    if (width < panel) std::fill_n(to, rows * panel, 0.0f);
    if (from == From::kRows) {
      for (size_t row = 0; row < rows; ++row) {
        const float* given = values + row * columns + column;
        for (size_t i = 0; i < width; ++i) to[row * panel + before + i] = given[i] * factor;
      }
    } else {
      for (size_t i = 0; i < width; ++i) {
        const float* given = values + (column + i) * rows;
        for (size_t row = 0; row < rows; ++row) to[row * panel + before + i] = given[row] * factor;
      }
    }
    to += rows * panel;
  }
}

void PackedMatrix::multiply(const Factor& x, size_t count, Into into, float* y) const {
  if (columns_ == 0) return;
  const Rows rows{x.values, x.row_stride, x.column_stride, rows_};
  const size_t panel = panelWidth();
  const Panels panels{values_.get(), rows_ * panel, panel};
  if (columns_ >= panel) {
    // Where the last panel overlaps there are only sums.
    if (into == Into::kPlace && columns_ % panel != 0) std::fill_n(y, count * columns_, 0.0f);
    return tf::multiply(rows, count, panels, columns_, columns_ % panel == 0 ? into : Into::kSum, y, columns_);
  }
  std::vector<float> wide(count * panel);
  tf::multiply(rows, count, panels, panel, Into::kPlace, wide.data(), panel);
  for (size_t row = 0; row < count; ++row) {
    for (size_t i = 0; i < columns_; ++i) {
      float& to = y[row * columns_ + i];
      to = wide[row * panel + i] + (into == Into::kSum ? to : 0.0f);
    }
  }
}

}  // namespace tf
