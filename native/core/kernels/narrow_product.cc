#include "narrow_product.h"

#include <algorithm>
#include <utility>

#include "vector.h"

FEDKERAS_FUSED

namespace tf {

#if defined(__GNUC__)

namespace {

// Columns that there may be besides a vector.
constexpr size_t kRest = 2;
// Rows that are made together: with what the rest takes the sums stay in sixteen registers.
constexpr size_t kTogether = 8;
// As many examples stay in the first level of the cache, packed.
constexpr size_t kDepth = 256;

// Each of the values as often as there may be columns in the rest.
template <size_t kWidth, size_t... kLane>
FEDKERAS_INLINE void loadRepeated(const float* from, Vector<kWidth>& to, std::index_sequence<kLane...>) {
  Vector<kWidth / kRest> values;
  load(from, values);
  to = __builtin_shufflevector(values, values, kLane / kRest...);
}

// Of each example a vector of columns, and the rest as often as rows share a vector of it.
template <size_t kWidth>
FEDKERAS_INLINE void pack(const NarrowProduct& p, size_t first, size_t count, float* to) {
  const size_t rest = p.columns - kWidth;
  for (size_t example = first; example < first + count; ++example, to += 2 * kWidth) {
    const float* dy = p.dy + example * p.columns;
    for (size_t i = 0; i < kWidth; ++i) to[i] = p.factor * dy[i];
    for (size_t i = 0; i < kWidth; ++i) to[kWidth + i] = i % kRest < rest ? p.factor * dy[kWidth + i % kRest] : 0.0f;
  }
}

// The last rows one by one, in the same order.
template <size_t kWidth>
FEDKERAS_INLINE void oneByOne(const NarrowProduct& p, size_t first, size_t count, const float* packed) {
  for (size_t row = p.rows / kTogether * kTogether; row < p.rows; ++row) {
    for (size_t column = 0; column < p.columns; ++column) {
      float sum = 0.0f;
      for (size_t k = 0; k < count; ++k) sum += p.x[(first + k) * p.rows + row] * packed[k * 2 * kWidth + column];
      p.w[row * p.columns + column] += sum;
    }
  }
}

template <size_t kWidth>
FEDKERAS_INLINE void addExamples(const NarrowProduct& p, size_t first, size_t count, const float* packed) {
  // Rows that share a vector of the rest.
  constexpr size_t kSharing = kWidth / kRest, kShared = kTogether / kSharing;
  const size_t rest = p.columns - kWidth;
  for (size_t row = 0; row + kTogether <= p.rows; row += kTogether) {
    Vector<kWidth> sums[kTogether], rests[kShared];
    FEDKERAS_UNROLL
    for (size_t r = 0; r < kTogether; ++r) sums[r] = Vector<kWidth>{};
    FEDKERAS_UNROLL
    for (size_t s = 0; s < kShared; ++s) rests[s] = Vector<kWidth>{};
    const float *x = p.x + first * p.rows + row, *from = packed;
    for (size_t k = 0; k < count; ++k, x += p.rows, from += 2 * kWidth) {
      Vector<kWidth> columns, others, factors;
      load(from, columns);
      load(from + kWidth, others);
      FEDKERAS_UNROLL
      for (size_t r = 0; r < kTogether; ++r) sums[r] += x[r] * columns;
      FEDKERAS_UNROLL
      for (size_t s = 0; s < kShared; ++s) {
        loadRepeated<kWidth>(x + s * kSharing, factors, std::make_index_sequence<kWidth>());
        rests[s] += factors * others;
      }
    }
    float* w = p.w + row * p.columns;
    FEDKERAS_UNROLL
    for (size_t r = 0; r < kTogether; ++r, w += p.columns) {
      Vector<kWidth> before;
      load(w, before);
      store(before + sums[r], w);
      for (size_t i = 0; i < rest; ++i) w[kWidth + i] += rests[r / kSharing][r % kSharing * kRest + i];
    }
  }
}

template <size_t kWidth>
FEDKERAS_INLINE void addAll(const NarrowProduct& p) {
  const auto packed = alignedFloats(std::min(p.examples, kDepth) * 2 * kWidth);
  for (size_t first = 0; first < p.examples; first += kDepth) {
    const size_t count = std::min(kDepth, p.examples - first);
    pack<kWidth>(p, first, count, packed.get());
    addExamples<kWidth>(p, first, count, packed.get());
    oneByOne<kWidth>(p, first, count, packed.get());
  }
}

FEDKERAS_FOR_EACH_WIDTH(addAll, NarrowProduct)

}  // namespace

bool isNarrow(size_t columns) {
  const size_t width = vectorWidth(columns);
  return columns > width && columns <= width + kRest;
}

void addNarrowProduct(const NarrowProduct& product) { addAllOf(product.width, product); }

#else

bool isNarrow(size_t) { return false; }

void addNarrowProduct(const NarrowProduct&) {}

#endif

}  // namespace tf
