// Convolutions from few channels, such as those of an image: each output is a product of the taps' inputs, which lie in
// a few runs of memory, with the filter as a matrix. Nothing but the image with its padding is copied.
#include <algorithm>

#include "convolution.h"
#include "product.h"

namespace tf {
namespace {

// Products that are summed up one after another at most: sums of sums err less.
constexpr size_t kSummed = 256;

// One image at a time with the zeros around it, as far as the outputs reach.
class PaddedImage {
 public:
  explicit PaddedImage(const Convolution& sizes)
      : sizes_(sizes),
        row_((sizes.out_width + sizes.columns - 1) * sizes.channels),
        values_(alignedFloats((sizes.out_height + sizes.rows - 1) * row_)) {
    std::fill_n(values_.get(), (sizes.out_height + sizes.rows - 1) * row_, 0.0f);
  }

  size_t rowStride() const { return row_; }
  const float* row(size_t row) const { return values_.get() + row * row_; }

  void fill(const float* image) {
    const size_t width = sizes_.width * sizes_.channels;
    float* to = values_.get() + sizes_.top * row_ + sizes_.left * sizes_.channels;
    for (size_t i = 0; i < sizes_.height; ++i) std::copy_n(image + i * width, width, to + i * row_);
  }

 private:
  const Convolution& sizes_;
  size_t row_;
  AlignedFloats values_;
};

// Rows of `from` values with zeros after them, up to `to`.
void widen(const float* values, size_t rows, size_t from, size_t to, float* wide) {
  for (size_t i = 0; i < rows; ++i, values += from, wide += to) {
    std::copy_n(values, from, wide);
    std::fill_n(wide + from, to - from, 0.0f);
  }
}

// The first of every row's values.
void narrow(const float* wide, size_t rows, size_t from, size_t to, float* values) {
  for (size_t i = 0; i < rows; ++i) std::copy_n(wide + i * from, to, values + i * to);
}

}  // namespace

void convolveDirectly(const Convolution& s, const float* x, const float* filter, float* y) {
  const size_t taps = s.rows * s.columns * s.channels, columns = inWholePanels(s.filters);
  const auto wide = alignedFloats(taps * columns), line = alignedFloats(s.out_width * columns);
  widen(filter, taps, s.filters, columns, wide.get());
  PaddedImage image(s);
  for (size_t n = 0; n < s.batch; ++n) {
    image.fill(x + n * s.height * s.width * s.channels);
    for (size_t i = 0; i < s.out_height; ++i, y += s.out_width * s.filters) {
      const Rows rows{image.row(i), s.channels, 1, s.columns * s.channels, s.rows, image.rowStride()};
      float* to = columns == s.filters ? y : line.get();
      multiply(rows, s.out_width, {wide.get(), panelWidth(), columns}, columns, Into::kPlace, to, columns);
      if (to != y) narrow(to, s.out_width, columns, s.filters, y);
    }
  }
}

void convolveDirectlyBack(const Convolution& s, const float* x, const float* dy, float* filter) {
  const size_t run = s.columns * s.channels, columns = inWholePanels(s.filters);
  // Rows of outputs that one product sums over: one row is too short to be worth its beginning and end.
  const size_t together = std::min(std::max<size_t>(kSummed / std::max<size_t>(s.out_width, 1), 1), s.out_height);
  const auto sums = alignedFloats(s.rows * run * columns), lines = alignedFloats(together * s.out_width * columns);
  std::fill_n(sums.get(), s.rows * run * columns, 0.0f);
  PaddedImage image(s);
  for (size_t n = 0; n < s.batch; ++n) {
    image.fill(x + n * s.height * s.width * s.channels);
    for (size_t i = 0, some; i < s.out_height; i += some, dy += some * s.out_width * s.filters) {
      some = equalPart(s.out_height - i, together);
      if (columns != s.filters) widen(dy, some * s.out_width, s.filters, columns, lines.get());
      const Panels panels{columns == s.filters ? dy : lines.get(), panelWidth(), columns};
      for (size_t u = 0; u < s.rows; ++u) {
        const Rows rows{image.row(i + u), 1, s.channels, s.out_width, some, image.rowStride()};
        multiply(rows, run, panels, columns, Into::kSum, sums.get() + u * run * columns, columns);
      }
    }
  }
  narrow(sums.get(), s.rows * run, columns, s.filters, filter);
}

}  // namespace tf
