#include "tiled_convolution.h"

#include <algorithm>
#include <vector>

#include "kernel.h"
#include "vector.h"

namespace tf {
namespace {

// A tile of the first factor is some positions of a row of outputs: its rows are what lies under a row of taps, one run
// of the image with zeros around it. The second factor is the filter, a segment for each of its rows.
struct Plan {
  explicit Plan(const Convolution& s);

  TileDepth depth;
  size_t positions;  // In a tile.
  size_t row;        // Of the image, in values.
  size_t rows;       // Of outputs, in a part.
  size_t filters;    // In tiles.
  size_t tile;       // Of the second factor, for all segments.
  size_t run;
};

// Of the image as much as stays in the first level of the cache beside the filter's tiles that go past.
constexpr size_t kImagePart = 12 * 1024;

Plan::Plan(const Convolution& s) {
  run = s.columns * s.channels;
  depth.segments = s.rows;
  depth.steps = std::max<size_t>(inParts(run, kTileDepth), 1);
  depth.pairs = std::max<size_t>(inParts(run, 2 * depth.steps), 1);
  positions = equalParts(s.out_width, kTileRows);
  row = (s.out_width + s.columns - 1) * s.channels;
  const size_t fitting = kImagePart / std::max<size_t>(row, 1);
  rows = equalParts(s.out_height, fitting > s.rows ? fitting - s.rows + 1 : 2);
  filters = inParts(s.filters, kTileColumns);
  depth.row_stride = s.channels;
  depth.first_segment = row;
  depth.second_segment = depth.steps * depth.pairs * kPairSize;
  tile = s.rows * depth.second_segment;
}

// Rows of an image from that of the outputs' first tap on.
void padImage(const Convolution& s, size_t row, const Bfloat16* image, size_t first, size_t rows, Bfloat16* to) {
  for (size_t i = 0; i < rows; ++i, to += row) {
    const bool inside = first + i >= s.top && first + i - s.top < s.height;
    const size_t width = inside ? s.width * s.channels : 0, left = inside ? s.left * s.channels : 0;
    std::fill_n(to, left, Bfloat16{0});
    if (inside) std::copy_n(image + (first + i - s.top) * width, width, to + left);
    std::fill_n(to + left + width, row - left - width, Bfloat16{0});
  }
}

template <class T>
void convolve(const Convolution& s, const Bfloat16* x, const FilterOf<Bfloat16>& filter, const TileEnding& ending,
              Bfloat16* y) {
  const Plan plan(s);
  const size_t packed = plan.filters * plan.tile;
  const auto taps = aligned<Bfloat16>(packed);
  std::fill_n(taps.get(), packed, Bfloat16{0});
  for (size_t u = 0; u < s.rows; ++u) {
    for (size_t v = 0; v < s.columns; ++v) {
      const Bfloat16* values = filter.values + static_cast<ptrdiff_t>(u) * filter.row_stride +
                               static_cast<ptrdiff_t>(v) * filter.column_stride;
      packTiles({values, s.channels, s.filters, filter.channel_stride, filter.filter_stride}, v * s.channels, plan.tile,
                taps.get() + u * plan.depth.second_segment);
    }
  }
  // Beyond the last row a tile reads as far as the others' rows go.
  const size_t beyond = kTileRows * s.channels + plan.depth.steps * kTileDepth,
               part = (plan.rows + s.rows - 1) * plan.row;
  const auto image = aligned<Bfloat16>(part + beyond);
  std::fill_n(image.get() + part, beyond, Bfloat16{0});
  const auto sums = alignedFloats(4 * kSumSize);
  float* const blocks[4]{sums.get(), sums.get() + kSumSize, sums.get() + 2 * kSumSize, sums.get() + 3 * kSumSize};
  struct Place {
    size_t output, count;
  };
  std::vector<const Bfloat16*> firsts, seconds;
  std::vector<Place> places;
  for (size_t i = 0; i < plan.rows; ++i) {
    for (size_t j = 0; j < s.out_width; j += plan.positions) {
      firsts.push_back(image.get() + i * plan.row + j * s.channels);
      places.push_back({i * s.out_width + j, std::min(plan.positions, s.out_width - j)});
    }
  }
  const size_t tiles_in_row = firsts.size() / plan.rows;
  for (size_t b = 0; b < plan.filters; ++b) seconds.push_back(taps.get() + b * plan.tile);
  T tiles({plan.positions, plan.depth.pairs});
  for (size_t n = 0; n < s.batch; ++n) {
    for (size_t i = 0; i < s.out_height; i += plan.rows) {
      const size_t rows = std::min(plan.rows, s.out_height - i), count = rows * tiles_in_row;
      padImage(s, plan.row, x + n * s.height * s.width * s.channels, i, rows + s.rows - 1, image.get());
      Bfloat16* to = y + (n * s.out_height + i) * s.out_width * s.filters;
      for (size_t b = 0; b < seconds.size(); b += 2) {
        const TilePair second{&seconds[b], std::min<size_t>(seconds.size() - b, 2)};
        for (size_t a = 0; a < count; a += 2) {
          const TilePair first{&firsts[a], std::min<size_t>(count - a, 2)};
          multiplyTiles(tiles, plan.depth, first, second, TileSums::kNew, blocks);
          for (size_t k = 0; k < 2 * first.count; ++k) {
            if (k % 2 >= second.count) continue;
            const Place& place = places[a + k / 2];
            const size_t column = (b + k % 2) * kTileColumns;
            endTile(blocks[k], place.count, std::min(s.filters - column, kTileColumns),
                    {ending.bias == nullptr ? nullptr : ending.bias + column, ending.rectified},
                    to + place.output * s.filters + column, s.filters);
          }
        }
      }
    }
  }
}

}  // namespace

void convolveInTiles(const Convolution& sizes, const Bfloat16* x, const FilterOf<Bfloat16>& filter,
                     const TileEnding& ending, Bfloat16* y) {
#ifdef FEDKERAS_HAS_TILES
  if (hasTiles()) return convolve<Tiles>(sizes, x, filter, ending, y);
#endif
  convolve<EmulatedTiles>(sizes, x, filter, ending, y);
}

}  // namespace tf
