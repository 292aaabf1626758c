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

using Lanes = VectorOf<kTileColumns>::Type;
typedef int32_t Places __attribute__((vector_size(kTileColumns * sizeof(int32_t))));

// Exchanges the off-diagonal blocks of `size` in each two blocks of rows and of columns, for 8, 4, 2 and 1: what is
// left is the transpose.
__attribute__((target("avx512f,avx512bf16"))) void endTransposedInVectors(const float* sums, Bfloat16* to,
                                                                          size_t stride) {
  Lanes rows[kTileRows];
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
      const Lanes a = rows[i], b = rows[i + size];
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

__attribute__((target("avx512f,avx512bf16"))) void packPairsOfFloats(const float* values, size_t rows, size_t columns,
                                                                     size_t tile, Bfloat16* to) {
  for (size_t k = 0; k + 1 < rows; k += 2, to += kPairSize) {
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

// Two rows whose columns are next to each other, and pairs whose rows are, fill a tile's row at once.
FEDKERAS_VECTORIZED void packPairsOfRows(const TileRowsOf& m, size_t tile, Bfloat16* to) {
  for (size_t k = 0; k + 1 < m.rows; k += 2, to += kPairSize) {
    const Bfloat16 *even = m.values + static_cast<ptrdiff_t>(k) * m.row_stride, *odd = even + m.row_stride;
    for (size_t j = 0; j + kTileColumns <= m.columns; j += kTileColumns) {
      uint32_t pairs[kTileColumns];
      for (size_t i = 0; i < kTileColumns; ++i)
        pairs[i] = even[j + i].bits | static_cast<uint32_t>(odd[j + i].bits) << 16;
      std::memcpy(to + j / kTileColumns * tile, pairs, sizeof pairs);
    }
  }
}

void packColumnsOfPairs(const TileRowsOf& m, size_t tile, Bfloat16* to) {
  for (size_t j = 0; j < m.columns / kTileColumns * kTileColumns; ++j) {
    const Bfloat16* from = m.values + static_cast<ptrdiff_t>(j) * m.column_stride;
    Bfloat16* pair = to + j / kTileColumns * tile + j % kTileColumns * 2;
    for (size_t k = 0; k + 1 < m.rows; k += 2, pair += kPairSize) std::memcpy(pair, from + k, 2 * sizeof *pair);
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

void packTiles(const TileRowsOf& m, size_t at, size_t tile, Bfloat16* to) {
  size_t packed_rows = 0;
  if (at % 2 == 0 && (m.column_stride == 1 || m.row_stride == 1)) {
    (m.column_stride == 1 ? packPairsOfRows : packColumnsOfPairs)(m, tile, to + at / 2 * kPairSize);
    packed_rows = m.rows / 2 * 2;
  }
  const size_t packed_columns = m.columns / kTileColumns * kTileColumns;
  for (size_t k = 0; k < m.rows; ++k) {
    const size_t row = (at + k) / 2 * kPairSize + (at + k) % 2;
    for (size_t j = k < packed_rows ? packed_columns : 0; j < m.columns; ++j) {
      to[j / kTileColumns * tile + row + j % kTileColumns * 2] =
          m.values[static_cast<ptrdiff_t>(k) * m.row_stride + static_cast<ptrdiff_t>(j) * m.column_stride];
    }
  }
}

void packFloats(const float* values, size_t rows, size_t columns, size_t tile, Bfloat16* to) {
  size_t packed_rows = 0;
#ifdef FEDKERAS_HAS_TILES
  if (hasTiles()) {
    packPairsOfFloats(values, rows, columns, tile, to);
    packed_rows = rows / 2 * 2;
  }
#endif
  const size_t packed_columns = columns / kTileColumns * kTileColumns;
  for (size_t k = 0; k < rows; ++k) {
    const size_t row = k / 2 * kPairSize + k % 2;
    for (size_t j = k < packed_rows ? packed_columns : 0; j < columns; ++j)
      to[j / kTileColumns * tile + row + j % kTileColumns * 2] = fromFloat<Bfloat16>(values[k * columns + j]);
  }
}

}  // namespace tf
