#include "tiled_product.h"

#include <algorithm>
#include <vector>

#include "../equal_part.h"
#include "convert.h"
#include "vector.h"

namespace tf {
namespace {

// Of the matrix as much as stays in the second level of the cache, in tiles; and rows that go together at most, since
// their sums stay there, too.
constexpr size_t kPart = 64 * 1024, kRowsTogether = 256;

// At least one, of zeros.
size_t stepsOf(size_t depth) { return std::max<size_t>(inParts(depth, kTileDepth), 1); }

// A row of tiles in values: an odd number of cache lines, so that rows do not share their places in the first level.
size_t strideOf(size_t steps) { return (steps | 1) * kTileDepth; }

template <class T>
void multiplySome(const Bfloat16* x, size_t rows, const float* w, size_t depth, size_t columns,
                  const TileEnding& ending, Bfloat16* y) {
  const size_t tile_rows = equalPart(rows, kTileRows), steps = stepsOf(depth), stride = strideOf(steps);
  const size_t row_tiles = inParts(rows, tile_rows), column_tiles = inParts(columns, kTileColumns);
  const auto first = aligned<Bfloat16>(row_tiles * tile_rows * stride);
  std::fill_n(first.get(), row_tiles * tile_rows * stride, Bfloat16{0});
  for (size_t i = 0; i < rows; ++i) std::copy_n(x + i * depth, depth, first.get() + i * stride);

  const size_t together = std::clamp<size_t>(kPart / (column_tiles * kTileColumns * kTileDepth), 1, steps);
  const size_t tile = together * kSecondSize;
  const auto second = aligned<Bfloat16>(column_tiles * tile);
  std::fill_n(second.get(), column_tiles * tile, Bfloat16{0});
  const auto sums = alignedFloats(row_tiles * column_tiles * kSumSize);
  const auto sumOf = [&](size_t a, size_t b) { return sums.get() + (a * column_tiles + b) * kSumSize; };
  T tiles(tile_rows);
  for (size_t step = 0; step < steps; step += together) {
    const size_t some = std::min(together, steps - step), row = step * kTileDepth,
                 count = std::min(some * kTileDepth, depth - row);
    if (count < some * kTileDepth) std::fill_n(second.get(), column_tiles * tile, Bfloat16{0});
    packRows(w + row * columns, count, columns, tile, second.get());
    for (size_t b = 0; b < column_tiles; b += 2) {
      const Bfloat16* const seconds[]{second.get() + b * tile, second.get() + (b + 1) * tile};
      for (size_t a = 0; a < row_tiles; a += 2) {
        const Bfloat16* const firsts[]{first.get() + a * tile_rows * stride + row,
                                       first.get() + (a + 1) * tile_rows * stride + row};
        float* const of[]{sumOf(a, b), sumOf(a, b + 1), sumOf(a + 1, b), sumOf(a + 1, b + 1)};
        multiplyTiles(tiles, {1, some, stride, 0, 0}, {firsts, std::min<size_t>(row_tiles - a, 2)},
                      {seconds, std::min<size_t>(column_tiles - b, 2)},
                      step == 0 ? TileSums::kNew : TileSums::kContinued, of);
      }
    }
  }
  for (size_t a = 0; a < row_tiles; ++a) {
    for (size_t b = 0; b < column_tiles; ++b) {
      const size_t row = a * tile_rows, column = b * kTileColumns;
      endTile(sumOf(a, b), std::min(tile_rows, rows - row), std::min(kTileColumns, columns - column),
              {ending.bias == nullptr ? nullptr : ending.bias + column, ending.rectified}, y + row * columns + column,
              columns);
    }
  }
}

// As the transpose of `w xᵀ`: rows of `w` are rows of tiles as they are.
template <class T>
void multiplyTransposed(const Bfloat16* x, size_t rows, const float* w, size_t depth, size_t columns, Bfloat16* y) {
  const size_t steps = stepsOf(depth), stride = strideOf(steps), column_tiles = inParts(rows, kTileColumns);
  const size_t tile = steps * kSecondSize;
  const auto second = aligned<Bfloat16>(column_tiles * tile);
  std::fill_n(second.get(), column_tiles * tile, Bfloat16{0});
  packColumns(x, depth, rows, tile, second.get());
  const auto first = aligned<Bfloat16>(2 * kTileRows * stride);
  std::fill_n(first.get(), 2 * kTileRows * stride, Bfloat16{0});
  const Bfloat16* const firsts[]{first.get(), first.get() + kTileRows * stride};
  const auto sums = alignedFloats(4 * kSumSize);
  float* const of[]{sums.get(), sums.get() + kSumSize, sums.get() + 2 * kSumSize, sums.get() + 3 * kSumSize};
  T tiles(kTileRows);
  for (size_t row = 0; row < columns; row += 2 * kTileRows) {
    const size_t some = std::min(2 * kTileRows, columns - row), count = inParts(some, kTileRows);
    for (size_t i = 0; i < some; ++i) convert({w + (row + i) * depth, depth}, first.get() + i * stride);
    for (size_t b = 0; b < column_tiles; b += 2) {
      const Bfloat16* const seconds[]{second.get() + b * tile, second.get() + (b + 1) * tile};
      const size_t two = std::min<size_t>(column_tiles - b, 2);
      multiplyTiles(tiles, {1, steps, stride, 0, 0}, {firsts, count}, {seconds, two}, TileSums::kNew, of);
      for (size_t k = 0; k < 2 * count; ++k) {
        if (k % 2 >= two) continue;
        const size_t at = row + k / 2 * kTileRows, column = (b + k % 2) * kTileColumns;
        endTransposedTile(of[k], std::min(kTileRows, columns - at), std::min(kTileColumns, rows - column),
                          y + column * columns + at, columns);
      }
    }
  }
}

}  // namespace

void multiplyInTiles(const Bfloat16* x, size_t rows, const float* w, size_t depth, size_t columns,
                     const TileEnding& ending, Bfloat16* y) {
  withTiles([&]<class T>() {
    for (size_t row = 0; row < rows; row += kRowsTogether)
      multiplySome<T>(x + row * depth, std::min(kRowsTogether, rows - row), w, depth, columns, ending,
                      y + row * columns);
  });
}

void multiplyInTilesTransposed(const Bfloat16* x, size_t rows, const float* w, size_t depth, size_t columns,
                               Bfloat16* y) {
  withTiles([&]<class T>() { multiplyTransposed<T>(x, rows, w, depth, columns, y); });
}

}  // namespace tf
