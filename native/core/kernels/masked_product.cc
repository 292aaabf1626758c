#include "masked_product.h"

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>

FEDKERAS_FUSED

namespace tf {
namespace {

#define FEDKERAS_MASKED __attribute__((target("avx512f")))

constexpr size_t kWidth = 16;
// Rows that are multiplied together: as many sums, of thirty-two registers, keep the processor busy.
constexpr size_t kTogether = 12;

// Where the rows of the first factor are beside each other, their places are known when this is compiled.
template <size_t kRows, bool kBeside>
FEDKERAS_MASKED void tile(const MaskedProduct& p, size_t row) {
  const auto mask = static_cast<__mmask16>((1u << p.columns) - 1);
  const size_t stride = kBeside ? 1 : p.x.row_stride, depth = p.x.depth;
  Vector<kWidth> sums[kRows];
  FEDKERAS_UNROLL
  for (size_t r = 0; r < kRows; ++r) sums[r] = Vector<kWidth>{};
  const float *from = p.x.values + row * stride, *factor = p.factor;
  for (size_t k = 0; k < depth; ++k, from += p.x.column_stride, factor += p.columns) {
    const Vector<kWidth> columns = _mm512_maskz_loadu_ps(mask, factor);
    FEDKERAS_UNROLL
    for (size_t r = 0; r < kRows; ++r) sums[r] += from[r * stride] * columns;
  }
  float* y = p.y + row * p.columns;
  // All are read before any is written: to read a row waits for what was written to its vector's other elements, which
  // are the rows before and after it.
  FEDKERAS_UNROLL
  for (size_t r = 0; r < kRows; ++r) {
    const Vector<kWidth> before =
        p.into == Into::kSum ? Vector<kWidth>(_mm512_maskz_loadu_ps(mask, y + r * p.columns)) : Vector<kWidth>{};
    sums[r] = before + p.sign * sums[r];
  }
  FEDKERAS_UNROLL
  for (size_t r = 0; r < kRows; ++r) _mm512_mask_storeu_ps(y + r * p.columns, mask, sums[r]);
}

template <bool kBeside, size_t kMost = kTogether>
FEDKERAS_MASKED void tileOf(size_t rows, const MaskedProduct& p, size_t row) {
  if constexpr (kMost > 1) {
    if (rows < kMost) return tileOf<kBeside, kMost - 1>(rows, p, row);
  }
  tile<kMost, kBeside>(p, row);
}

}  // namespace

bool isMasked(size_t columns) { return vectorWidth() == kWidth && columns > 0 && columns <= kWidth; }

void multiplyMasked(const MaskedProduct& p) {
  for (size_t row = 0, rows; row < p.count; row += rows) {
    rows = equalPart(p.count - row, kTogether);
    p.x.row_stride == 1 ? tileOf<true>(rows, p, row) : tileOf<false>(rows, p, row);
  }
}

}  // namespace tf

#else

namespace tf {

bool isMasked(size_t) { return false; }

void multiplyMasked(const MaskedProduct&) {}

}  // namespace tf

#endif
