#include "tile_product.h"

#include <algorithm>

#include "kernel.h"
#include "vector.h"

#ifdef FEDKERAS_HAS_TILES
#include <immintrin.h>
#endif

namespace tf {
namespace {

void endOneByOne(const float* sums, size_t rows, size_t columns, const TileEnding& ending, Bfloat16* to,
                 size_t stride) {
  for (size_t r = 0; r < rows; ++r, sums += kTileColumns, to += stride) {
    for (size_t k = 0; k < columns; ++k) {
      const float sum = sums[k] + (ending.bias == nullptr ? 0.0f : toFloat(ending.bias[k]));
      to[k] = fromFloat<Bfloat16>(ending.rectified && sum < 0.0f ? 0.0f : sum);
    }
  }
}

#ifdef FEDKERAS_HAS_TILES
// Rows of sixteen; a processor that has tiles rounds them in one.
__attribute__((target("avx512f,avx512bf16"))) void endInVectors(const float* sums, size_t rows,
                                                                const TileEnding& ending, Bfloat16* to, size_t stride) {
  using V = Vector<kTileColumns>;
  V bias{};
  if (ending.bias != nullptr) {
    for (size_t k = 0; k < kTileColumns; ++k) bias[k] = toFloat(ending.bias[k]);
  }
  for (size_t r = 0; r < rows; ++r, sums += kTileColumns, to += stride) {
    V sum;
    load(sums, sum);
    sum += bias;
    // What is not a number stays so.
    if (ending.rectified) sum = sum < 0.0f ? V{} : sum;
    const __m256bh rounded = _mm512_cvtneps_pbh(sum);
    std::memcpy(to, &rounded, sizeof rounded);
  }
}

typedef int32_t Places __attribute__((vector_size(kTileColumns * sizeof(int32_t))));

// Exchanges the off-diagonal blocks of `size` in each two blocks of rows and of columns, for 8, 4, 2 and 1: what is
// left is the transpose.
__attribute__((target("avx512f,avx512bf16"))) void endTransposedInVectors(const float* sums, Bfloat16* to,
                                                                          size_t stride) {
  Vector<kTileColumns> rows[kTileRows];
  for (size_t i = 0; i < kTileRows; ++i) load(sums + i * kTileColumns, rows[i]);
  FEDKERAS_UNROLL
  for (size_t size = kTileRows / 2; size > 0; size /= 2) {
    Places upper, lower;
    for (size_t j = 0; j < kTileColumns; ++j) {
      const auto own = static_cast<int32_t>(j), other = static_cast<int32_t>(kTileColumns + j);
      const bool second = (j & size) != 0;
      upper[j] = second ? other - static_cast<int32_t>(size) : own;
      lower[j] = second ? other : own + static_cast<int32_t>(size);
    }
    FEDKERAS_UNROLL
    for (size_t i = 0; i < kTileRows; ++i) {
      if ((i & size) != 0) continue;
      const auto a = rows[i], b = rows[i + size];
      rows[i] = __builtin_shuffle(a, b, upper);
      rows[i + size] = __builtin_shuffle(a, b, lower);
    }
  }
  for (size_t i = 0; i < kTileRows; ++i) {
    const __m256bh rounded = _mm512_cvtneps_pbh(rows[i]);
    std::memcpy(to + i * stride, &rounded, sizeof rounded);
  }
}

typedef uint16_t Halves __attribute__((vector_size(kTileColumns * sizeof(uint16_t))));
typedef uint32_t Pairs __attribute__((vector_size(kTileColumns * sizeof(uint32_t))));

__attribute__((target("avx512f,avx512bf16"))) void packPairsInVectors(const float* values, size_t rows, size_t columns,
                                                                      size_t tile, Bfloat16* to) {
  for (size_t k = 0; k + 1 < rows; k += 2, to += 2 * kTileColumns) {
    const float *even = values + k * columns, *odd = even + columns;
    for (size_t j = 0; j + kTileColumns <= columns; j += kTileColumns) {
      Vector<kTileColumns> lower, upper;
      load(even + j, lower);
      load(odd + j, upper);
      const Pairs first = __builtin_convertvector(reinterpret_cast<Halves>(_mm512_cvtneps_pbh(lower)), Pairs),
                  second = __builtin_convertvector(reinterpret_cast<Halves>(_mm512_cvtneps_pbh(upper)), Pairs);
      const Pairs pairs = first | second << 16;
      std::memcpy(to + j / kTileColumns * tile, &pairs, sizeof pairs);
    }
  }
}
#endif

uint16_t bitsOf(Bfloat16 x) { return x.bits; }
uint16_t bitsOf(float x) { return fromFloat<Bfloat16>(x).bits; }

// Two rows fill rows of tiles at once.
template <class T>
FEDKERAS_VECTORIZED void packPairs(const T* values, size_t rows, size_t columns, size_t tile, Bfloat16* to) {
  for (size_t k = 0; k + 1 < rows; k += 2, to += 2 * kTileColumns) {
    const T *even = values + k * columns, *odd = even + columns;
    for (size_t j = 0; j + kTileColumns <= columns; j += kTileColumns) {
      uint32_t pairs[kTileColumns];
      for (size_t i = 0; i < kTileColumns; ++i)
        pairs[i] = bitsOf(even[j + i]) | static_cast<uint32_t>(bitsOf(odd[j + i])) << 16;
      std::memcpy(to + j / kTileColumns * tile, pairs, sizeof pairs);
    }
  }
}

// Where a value is in the second factor's tiles.
size_t placeOf(size_t row, size_t column, size_t tile) {
  return column / kTileColumns * tile + (row / 2 * kTileColumns + column % kTileColumns) * 2 + row % 2;
}

// The values that are not in a pair of rows, or not in sixteen columns.
template <class T>
void packRest(const T* values, size_t rows, size_t columns, size_t tile, Bfloat16* to) {
  for (size_t k = 0; k < rows; ++k) {
    const size_t packed = k < rows / 2 * 2 ? columns / kTileColumns * kTileColumns : 0;
    for (size_t j = packed; j < columns; ++j) to[placeOf(k, j, tile)] = {bitsOf(values[k * columns + j])};
  }
}

}  // namespace

void endTile(const float* sums, size_t rows, size_t columns, const TileEnding& ending, Bfloat16* to, size_t stride) {
#ifdef FEDKERAS_HAS_TILES
  if (columns == kTileColumns && hasTiles()) return endInVectors(sums, rows, ending, to, stride);
#endif
  endOneByOne(sums, rows, columns, ending, to, stride);
}

void endTransposedTile(const float* sums, size_t rows, size_t columns, Bfloat16* to, size_t stride) {
#ifdef FEDKERAS_HAS_TILES
  if (rows == kTileRows && columns == kTileColumns && hasTiles()) return endTransposedInVectors(sums, to, stride);
#endif
  for (size_t j = 0; j < columns; ++j) {
    for (size_t i = 0; i < rows; ++i) to[j * stride + i] = fromFloat<Bfloat16>(sums[i * kTileColumns + j]);
  }
}

void packRows(const Bfloat16* values, size_t rows, size_t columns, size_t tile, Bfloat16* to) {
  packPairs(values, rows, columns, tile, to);
  packRest(values, rows, columns, tile, to);
}

void packRows(const float* values, size_t rows, size_t columns, size_t tile, Bfloat16* to) {
#ifdef FEDKERAS_HAS_TILES
  (hasTiles() ? packPairsInVectors : packPairs<float>)(values, rows, columns, tile, to);
#else
  packPairs(values, rows, columns, tile, to);
#endif
  packRest(values, rows, columns, tile, to);
}

void packColumns(const Bfloat16* values, size_t rows, size_t columns, size_t tile, Bfloat16* to) {
  for (size_t j = 0; j < columns; ++j, values += rows) {
    // Two of a column's values are next to each other in both.
    for (size_t k = 0; k + 1 < rows; k += 2) std::memcpy(to + placeOf(k, j, tile), values + k, 2 * sizeof *values);
    if (rows % 2 != 0) to[placeOf(rows - 1, j, tile)] = values[rows - 1];
  }
}

}  // namespace tf
