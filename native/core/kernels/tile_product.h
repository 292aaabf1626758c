// Products of matrices of bfloat16, up to 2 x 2 tiles of sums at a time; what goes into tiles, and what becomes of
// sums.
#pragma once

#include "tiles.h"

namespace tf {

// Values of a tile of sums in memory, and of one of the second factor.
inline constexpr size_t kSumSize = kTileRows * kTileColumns, kSecondSize = kTileDepth * kTileColumns;

// Parts of a size that a whole takes.
inline size_t inParts(size_t size, size_t part) { return (size + part - 1) / part; }

// What is summed over: segments of steps, each a tile of both factors. A segment's steps are next to each other.
struct TileDepth {
  size_t segments, steps;
  // In values: from one row of the first factor's tile to the next, and from one segment to the next.
  size_t row_stride, first_segment, second_segment;
};

// Tiles of one factor that are taken together: one or two.
struct TilePair {
  const Bfloat16* const* tiles;
  size_t count;
};

enum class TileSums { kNew, kContinued };

template <class T, int kFirsts, int kSeconds>
void multiplyTilesOf(T& tiles, const TileDepth& depth, const Bfloat16* const* first, const Bfloat16* const* second,
                     TileSums which, float* const* sums) {
  const auto each = [&](auto visit) {
    visit.template operator()<0, 0>();
    if constexpr (kSeconds == 2) visit.template operator()<0, 1>();
    if constexpr (kFirsts == 2) visit.template operator()<1, 0>();
    if constexpr (kFirsts == 2 && kSeconds == 2) visit.template operator()<1, 1>();
  };
  each([&]<int kA, int kB>() {
    constexpr int kSum = kSums + 2 * kA + kB;
    if (which == TileSums::kNew) {
      tiles.template clear<kSum>();
    } else {
      tiles.template load<kSum>(sums[2 * kA + kB], kTileRow);
    }
  });
  const size_t row = depth.row_stride * sizeof(Bfloat16);
  for (size_t segment = 0; segment < depth.segments; ++segment) {
    size_t a = segment * depth.first_segment, b = segment * depth.second_segment;
    for (size_t step = 0; step < depth.steps; ++step, a += kTileDepth, b += kSecondSize) {
      tiles.template load<kFirst>(first[0] + a, row);
      tiles.template load<kSecond>(second[0] + b, kTileRow);
      if constexpr (kSeconds == 2) tiles.template load<kSecond + 1>(second[1] + b, kTileRow);
      if constexpr (kFirsts == 2) tiles.template load<kFirst + 1>(first[1] + a, row);
      each([&]<int kA, int kB>() { tiles.template addProduct<kSums + 2 * kA + kB, kFirst + kA, kSecond + kB>(); });
    }
  }
  each([&]<int kA, int kB>() { tiles.template store<kSums + 2 * kA + kB>(sums[2 * kA + kB], kTileRow); });
}

// `sums[2 a + b]`, a tile in memory, becomes the product of tile `a` of the first factor and tile `b` of the second, or
// it is added.
template <class T>
void multiplyTiles(T& tiles, const TileDepth& depth, const TilePair& first, const TilePair& second, TileSums which,
                   float* const* sums) {
  const auto product = first.count == 2 ? (second.count == 2 ? multiplyTilesOf<T, 2, 2> : multiplyTilesOf<T, 2, 1>)
                                        : (second.count == 2 ? multiplyTilesOf<T, 1, 2> : multiplyTilesOf<T, 1, 1>);
  product(tiles, depth, first.tiles, second.tiles, which, sums);
}

// What follows a product in the same op.
enum class Then { kNothing, kBias, kBiasRelu };

// What becomes of sums: the biases of their columns are added, if there are any, then `Relu` is taken, if it is to be.
// They are rounded last.
struct TileEnding {
  const Bfloat16* bias = nullptr;
  bool rectified = false;
};

// A tile of sums in memory, or the first rows and columns of it, as results in rows `stride` values apart.
void endTile(const float* sums, size_t rows, size_t columns, const TileEnding& ending, Bfloat16* to, size_t stride);

// The same for the transpose of the sums, of which there are `rows` and `columns`, without biases.
void endTransposedTile(const float* sums, size_t rows, size_t columns, Bfloat16* to, size_t stride);

// Dense rows as those of the second factor's tiles: from the first row of the tiles at `to` on, which are those of
// columns 0 to 15; the tiles of the next columns are `tile` values further on. Other rows and columns stay what they
// were.
void packRows(const Bfloat16* values, size_t rows, size_t columns, size_t tile, Bfloat16* to);
// The same, rounded.
void packRows(const float* values, size_t rows, size_t columns, size_t tile, Bfloat16* to);
// The same for the transpose of dense rows: `values` has `columns` rows of `rows` values.
void packColumns(const Bfloat16* values, size_t rows, size_t columns, size_t tile, Bfloat16* to);

}  // namespace tf
