#include "packed_matrix.h"

#include <algorithm>
#include <cstring>
#include <new>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("fp-contract=fast")
#endif

namespace tf {
namespace {

constexpr std::align_val_t kAlignment{64};
// Rows of `x` that are multiplied together: with two vectors of columns for each the sums stay in registers.
constexpr size_t kTogether = 4;

#if defined(__GNUC__)
#define FEDKERAS_INLINE inline __attribute__((always_inline))
template <size_t kWidth>
struct VectorOf {
  typedef float Type __attribute__((vector_size(kWidth * sizeof(float))));
};
#else
#define FEDKERAS_INLINE inline
template <size_t kWidth>
struct VectorOf;
template <>
struct VectorOf<1> {
  using Type = float;
};
#endif

// By reference: a vector that is returned has another calling convention on each processor.
template <class Vector>
FEDKERAS_INLINE void load(const float* from, Vector& vector) {
  std::memcpy(&vector, from, sizeof vector);
}

template <class Vector>
FEDKERAS_INLINE void store(const Vector& vector, float* to) {
  std::memcpy(to, &vector, sizeof vector);
}

struct Product {
  const float* matrix;
  size_t rows, columns;
  PackedMatrix::Factor x;
  size_t count;
  float* y;
};

// Some rows of a product in one panel; `y` is where they begin, its rows `y_stride` apart.
template <size_t kWidth, size_t kRows>
FEDKERAS_INLINE void tile(const Product& p, size_t row, const float* panel, float* y, size_t y_stride) {
  using Vector = typename VectorOf<kWidth>::Type;
  // One by one, and vector by vector below: arrays as a whole would be kept in memory.
  Vector sums[kRows][2];
  for (size_t r = 0; r < kRows; ++r) sums[r][0] = sums[r][1] = Vector{};
  const float* x = p.x.values + row * p.x.row_stride;
  for (size_t k = 0; k < p.rows; ++k, panel += 2 * kWidth, x += p.x.column_stride) {
    Vector left, right;
    load(panel, left);
    load(panel + kWidth, right);
    for (size_t r = 0; r < kRows; ++r) {
      const float factor = x[r * p.x.row_stride];
      sums[r][0] += factor * left;
      sums[r][1] += factor * right;
    }
  }
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t i = 0; i < 2; ++i) {
      float* to = y + r * y_stride + i * kWidth;
      Vector before;
      load(to, before);
      before += sums[r][i];
      store(before, to);
    }
  }
}

// The panel that would begin at `column` ends with the last one: where it overlaps the panel before it holds zeros.
template <size_t kWidth, size_t kRows>
FEDKERAS_INLINE void block(const Product& p, size_t row, size_t column) {
  constexpr size_t kPanel = 2 * kWidth;
  const float* panel = p.matrix + column * p.rows;
  float* y = p.y + row * p.columns;
  if (p.columns >= kPanel)
    return tile<kWidth, kRows>(p, row, panel, y + std::min(column, p.columns - kPanel), p.columns);
  float part[kRows * kPanel] = {};
  tile<kWidth, kRows>(p, row, panel, part, kPanel);
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t i = 0; i < p.columns; ++i) y[r * p.columns + i] += part[r * kPanel + i];
  }
}

template <size_t kWidth>
FEDKERAS_INLINE void rowsInPanel(const Product& p, size_t row, size_t column) {
  if (row + kTogether <= p.count) return block<kWidth, kTogether>(p, row, column);
  for (; row < p.count; ++row) block<kWidth, 1>(p, row, column);
}

// What is larger of the two is gone through once: the matrix, or the result.
template <size_t kWidth>
FEDKERAS_INLINE void multiply(const Product& p) {
  constexpr size_t kPanel = 2 * kWidth;
  if (p.rows > p.count) {
    for (size_t column = 0; column < p.columns; column += kPanel) {
      for (size_t row = 0; row < p.count; row += kTogether) rowsInPanel<kWidth>(p, row, column);
    }
  } else {
    for (size_t row = 0; row < p.count; row += kTogether) {
      for (size_t column = 0; column < p.columns; column += kPanel) rowsInPanel<kWidth>(p, row, column);
    }
  }
}

// How wide a vector is on this processor, and the product for it.
struct Variant {
  size_t width;
  void (*multiply)(const Product&);
};

#if defined(__GNUC__)
void multiplyBy4(const Product& p) { multiply<4>(p); }
#else
void multiplyBy1(const Product& p) { multiply<1>(p); }
#endif
#if defined(__GNUC__) && defined(__x86_64__)
__attribute__((target("avx2,fma"))) void multiplyBy8(const Product& p) { multiply<8>(p); }
__attribute__((target("avx512f"))) void multiplyBy16(const Product& p) { multiply<16>(p); }
#endif

Variant variant() {
#if defined(__GNUC__) && defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return {16, multiplyBy16};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {8, multiplyBy8};
#endif
#if defined(__GNUC__)
  return {4, multiplyBy4};
#else
  return {1, multiplyBy1};
#endif
}

const Variant& chosen() {
  static const Variant found = variant();
  return found;
}

}  // namespace

void PackedMatrix::Free::operator()(float* values) const { ::operator delete[](values, kAlignment); }

PackedMatrix::PackedMatrix(const float* values, size_t rows, size_t columns, From from, float factor)
    : rows_(rows), columns_(columns) {
  const size_t panel = 2 * chosen().width;
  const size_t padded = (columns + panel - 1) / panel * panel;
  values_.reset(static_cast<float*>(::operator new[](rows* padded * sizeof(float), kAlignment)));
  const size_t row_stride = from == From::kRows ? columns : 1, column_stride = from == From::kRows ? 1 : rows;
  float* to = values_.get();
  for (size_t column = 0; column < columns; column += panel) {
    const size_t width = std::min(panel, columns - column);
    // The last panel is filled from its end where there are others (see `block`), else from its beginning.
    const size_t before = columns < panel ? 0 : panel - width;
    for (size_t row = 0; row < rows; ++row, to += panel) {
      const float* given = values + row * row_stride + column * column_stride;
      std::fill_n(to, panel, 0.0f);
      for (size_t i = 0; i < width; ++i) to[before + i] = given[i * column_stride] * factor;
    }
  }
}

void PackedMatrix::addProduct(const Factor& x, size_t count, float* y) const {
  chosen().multiply({values_.get(), rows_, columns_, x, count, y});
}

}  // namespace tf
