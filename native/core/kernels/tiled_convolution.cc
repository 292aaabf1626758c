#include "tiled_convolution.h"

#include <algorithm>
#include <vector>

#include "../equal_part.h"
#include "tile_product.h"
#include "vector.h"

namespace tf {
namespace {

// What is summed over are the positions of outputs, which for `x` are in rows as long as those of its image with zeros
// around it. In such a row a tap's inputs are as far from the outputs as in any other: the first factor is the image
// with the channels apart, from another beginning for each tap. Outputs that there are not are zeros.
struct Plan {
  explicit Plan(const Convolution& s);

  size_t width;       // Of a row of positions.
  size_t rows;        // Of outputs, in a part.
  size_t steps;       // Of a part.
  bool taps_in_tile;  // A tile's rows are a row of taps, otherwise channels.
  size_t tile_rows;
  size_t channels;  // With those of zeros that fill tiles.
  size_t plane;     // Of a channel, in values.
  size_t filters;   // In tiles.
  size_t tile;      // Of the second factor, for a part.
  size_t parts;     // That go together.
};

// As many stay in the first level of the cache for all taps of some channels; with fewer, the sums are read and written
// too often.
constexpr size_t kPositions = 512;

Plan::Plan(const Convolution& s) {
  // Even, so that no pair is of two rows.
  width = inParts(s.out_width + s.columns - 1, 2) * 2;
  rows = equalPart(s.out_height, std::max<size_t>(kPositions / width, 1));
  steps = inParts(rows * width, kTileDepth);
  taps_in_tile = s.channels < s.columns && s.columns <= kTileRows;
  tile_rows = taps_in_tile ? s.columns : equalPart(s.channels, kTileRows);
  channels = taps_in_tile ? s.channels : inParts(s.channels, tile_rows) * tile_rows;
  // To the last position's last tap, and an odd number of cache lines: a tile's rows must not share their places in the
  // first level.
  const size_t values = (s.rows - 1) * width + s.columns + steps * kTileDepth;
  plane = (inParts(values, kTileDepth) | 1) * kTileDepth;
  filters = inParts(s.filters, kTileColumns);
  tile = steps * kSecondSize;
  parts = std::max<size_t>(kPositions / (steps * kTileDepth), 1);
}

// Rows of an image from that of the outputs' first tap on, with its channels apart, and zeros around it.
void packImage(const Convolution& s, const Plan& plan, const Bfloat16* image, size_t first, size_t rows, Bfloat16* to) {
  std::fill_n(to, plan.channels * plan.plane, Bfloat16{0});
  for (size_t i = 0; i < rows; ++i) {
    if (first + i < s.top || first + i - s.top >= s.height) continue;
    const Bfloat16* from = image + (first + i - s.top) * s.width * s.channels;
    Bfloat16* at = to + i * plan.width + s.left;
    for (size_t j = 0; j < s.width; j += 2, from += 2 * s.channels) {
      const bool two = j + 1 < s.width;
      for (size_t c = 0; c < s.channels; ++c) {
        at[c * plan.plane + j] = from[c];
        if (two) at[c * plan.plane + j + 1] = from[s.channels + c];
      }
    }
  }
}

// Rows of outputs' gradients as tiles of the second factor.
void packGradients(const Convolution& s, const Plan& plan, const Bfloat16* dy, size_t rows, Bfloat16* to) {
  std::fill_n(to, plan.filters * plan.tile, Bfloat16{0});
  for (size_t i = 0; i < rows; ++i) {
    packRows(dy + i * s.out_width * s.filters, s.out_width, s.filters, plan.tile, to + i * plan.width * kTileColumns);
  }
}

template <class T>
void convolveBack(const Convolution& s, const Bfloat16* x, const Bfloat16* dy, Bfloat16* filter) {
  const Plan plan(s);
  const size_t image = plan.channels * plan.plane, gradients = plan.filters * plan.tile;
  const auto images = aligned<Bfloat16>(plan.parts * image), pairs = aligned<Bfloat16>(plan.parts * gradients);
  // Where a tile's rows are in the gradient: the number of its first row there, and of rows.
  struct Place {
    size_t row, stride, count;
  };
  std::vector<Place> places;
  std::vector<const Bfloat16*> firsts, seconds;
  // Taps of the same channels one after another: they read the same part of the image.
  for (size_t c = 0; c < s.channels; c += plan.taps_in_tile ? 1 : plan.tile_rows) {
    for (size_t u = 0; u < s.rows; ++u) {
      for (size_t v = 0; v < s.columns; v += plan.taps_in_tile ? s.columns : 1) {
        firsts.push_back(images.get() + c * plan.plane + u * plan.width + v);
        const size_t row = (u * s.columns + v) * s.channels + c;
        places.push_back(plan.taps_in_tile ? Place{row, s.channels, s.columns}
                                           : Place{row, 1, std::min(plan.tile_rows, s.channels - c)});
      }
    }
  }
  for (size_t b = 0; b < plan.filters; ++b) seconds.push_back(pairs.get() + b * plan.tile);

  const auto sums = alignedFloats(firsts.size() * seconds.size() * kSumSize);
  const auto sumOf = [&](size_t a, size_t b) { return sums.get() + (a * seconds.size() + b) * kSumSize; };
  T tiles(plan.tile_rows);
  TileSums which = TileSums::kNew;
  TileDepth depth{0, plan.steps, plan.taps_in_tile ? 1 : plan.plane, image, gradients};
  const auto multiply = [&] {
    for (size_t b = 0; b < seconds.size(); b += 2) {
      for (size_t a = 0; a < firsts.size(); a += 2) {
        float* const of[4]{sumOf(a, b), sumOf(a, b + 1), sumOf(a + 1, b), sumOf(a + 1, b + 1)};
        multiplyTiles(tiles, depth, {&firsts[a], std::min<size_t>(firsts.size() - a, 2)},
                      {&seconds[b], std::min<size_t>(seconds.size() - b, 2)}, which, of);
      }
    }
    which = TileSums::kContinued;
    depth.segments = 0;
  };
  for (size_t n = 0; n < s.batch; ++n) {
    for (size_t i = 0; i < s.out_height; i += plan.rows) {
      const size_t rows = std::min(plan.rows, s.out_height - i);
      packImage(s, plan, x + n * s.height * s.width * s.channels, i, rows + s.rows - 1,
                images.get() + depth.segments * image);
      packGradients(s, plan, dy + (n * s.out_height + i) * s.out_width * s.filters, rows,
                    pairs.get() + depth.segments * gradients);
      if (++depth.segments == plan.parts) multiply();
    }
  }
  if (depth.segments > 0 || which == TileSums::kNew) multiply();
  for (size_t a = 0; a < places.size(); ++a) {
    const Place& place = places[a];
    for (size_t b = 0; b < seconds.size(); ++b) {
      const size_t column = b * kTileColumns;
      endTile(sumOf(a, b), place.count, std::min(s.filters - column, kTileColumns), {},
              filter + place.row * s.filters + column, place.stride * s.filters);
    }
  }
}

}  // namespace

void convolveInTilesBack(const Convolution& sizes, const Bfloat16* x, const Bfloat16* dy, Bfloat16* filter) {
  withTiles([&]<class T>() { convolveBack<T>(sizes, x, dy, filter); });
}

}  // namespace tf
