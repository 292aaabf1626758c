// Convolutions by minimal filtering: tiles of 6 x 6 inputs are transformed so that the sums over taps become products
// of single numbers. 3 x 3 filters take a quarter of the multiplications for 4 x 4 outputs, 5 x 5 filters 36 of 100 for
// 2 x 2.
//
// Winograd, "Arithmetic complexity of computations", SIAM 1980; Lavin and Gray, "Fast algorithms for convolutional
// neural networks", CVPR 2016, https://arxiv.org/abs/1509.09308. With the points 0, 1, -1, 1/2, -2 and infinity the
// errors are two to three times those of plain sums (Barabasz et al., "Error analysis and improving the accuracy of
// Winograd convolution for deep neural networks", TOMS 2020, https://arxiv.org/abs/1803.10986): one point and its
// negative inverse cancel best.
#include <algorithm>
#include <array>
#include <vector>

#include "convolution.h"
#include "product.h"

FEDKERAS_FUSED

namespace tf {
namespace {

constexpr size_t kTile = 6, kPlanes = kTile * kTile;
constexpr std::array<float, kTile - 1> kPoints{0.0f, 1.0f, -1.0f, 0.5f, -2.0f};
// Tiles that are transformed and multiplied together: what they take stays in the second level of the cache, which
// holds a megabyte or more where vectors are of sixteen. For sums over tiles more of them, where they stay there.
template <size_t kWidth>
constexpr size_t kTilesTogether = kWidth == 16 ? 24 : 12;
template <size_t kWidth>
constexpr size_t kSumsTogether = kWidth == 16 ? 36 : 12;
// As many sums stay there too; where there are more they are gone through less often, for more tiles.
constexpr size_t kFewSums = 1 << 18, kTilesForManySums = 48;
// Numbers from the end of a plane to the next: planes of a power of two would share few places in the first level.
constexpr size_t kGap = 16;
// Transformed filters are four or one and a half times as large: from here on reading them takes longer than plain
// sums.
constexpr size_t kMostTaps = 1 << 16;

template <size_t kRows, size_t kColumns>
using Matrix = std::array<std::array<float, kColumns>, kRows>;

// The powers of each point, from the zeroth; infinity has the highest alone.
template <size_t kColumns>
constexpr Matrix<kTile, kColumns> powers() {
  Matrix<kTile, kColumns> matrix{};
  for (size_t i = 0; i + 1 < kTile; ++i) {
    float power = 1.0f;
    for (size_t j = 0; j < kColumns; ++j, power *= kPoints[i]) matrix[i][j] = power;
  }
  matrix[kTile - 1][kColumns - 1] = 1.0f;
  return matrix;
}

// The same, divided by the products of the differences from each point to the others.
template <size_t kColumns>
constexpr Matrix<kTile, kColumns> interpolation() {
  Matrix<kTile, kColumns> matrix = powers<kColumns>();
  for (size_t i = 0; i + 1 < kTile; ++i) {
    double divisor = 1.0;
    for (size_t k = 0; k + 1 < kTile; ++k) {
      if (k != i) divisor *= kPoints[i] - kPoints[k];
    }
    for (auto& value : matrix[i]) value = static_cast<float>(value / divisor);
  }
  return matrix;
}

template <size_t kColumns>
constexpr Matrix<kColumns, kTile> transposed(const Matrix<kTile, kColumns>& matrix) {
  Matrix<kColumns, kTile> result{};
  for (size_t i = 0; i < kTile; ++i) {
    for (size_t j = 0; j < kColumns; ++j) result[j][i] = matrix[i][j];
  }
  return result;
}

template <size_t kColumns>
constexpr auto kPowers = powers<kColumns>();
template <size_t kColumns>
constexpr auto kPowersTransposed = transposed(powers<kColumns>());
template <size_t kColumns>
constexpr auto kInterpolation = interpolation<kColumns>();
template <size_t kColumns>
constexpr auto kInterpolationTransposed = transposed(interpolation<kColumns>());

// `matrix · from`; zeros are left out when this is compiled.
template <const auto& kMatrix, class V>
FEDKERAS_INLINE void apply(const V* from, size_t from_stride, V* to, size_t to_stride) {
  constexpr size_t kRows = kMatrix.size(), kColumns = kMatrix[0].size();
  FEDKERAS_UNROLL
  for (size_t i = 0; i < kRows; ++i) {
    V sum{};
    FEDKERAS_UNROLL
    for (size_t j = 0; j < kColumns; ++j) {
      if (kMatrix[i][j] != 0.0f) sum += kMatrix[i][j] * from[j * from_stride];
    }
    to[i * to_stride] = sum;
  }
}

// `matrix · square · matrixᵀ`.
template <const auto& kMatrix, class V>
FEDKERAS_INLINE void applyToSquare(const V* from, V* to) {
  constexpr size_t kRows = kMatrix.size(), kColumns = kMatrix[0].size();
  V half[kRows * kColumns];
  FEDKERAS_UNROLL
  for (size_t j = 0; j < kColumns; ++j) apply<kMatrix>(from + j, kColumns, half + j, kColumns);
  FEDKERAS_UNROLL
  for (size_t i = 0; i < kRows; ++i) apply<kMatrix>(half + i * kColumns, 1, to + i * kRows, 1);
}

// Six inputs in a line: the coefficients of the polynomials that vanish at all points but one.
template <class V>
FEDKERAS_INLINE void transformLine(const V* d, size_t stride, V* to, size_t to_stride) {
  const V s0 = d[3 * stride] - d[stride], s1 = d[4 * stride] - d[2 * stride];
  const V q0 = s0 + 1.5f * d[2 * stride], q1 = s1 + 1.5f * d[3 * stride];
  to[0] = s1 + 1.5f * s0 - (d[2 * stride] - d[0]);
  to[to_stride] = q1 + q0;
  to[2 * to_stride] = q1 - q0;
  to[3 * to_stride] = s1 + 2.0f * s0;
  to[4 * to_stride] = s1 - 0.5f * s0;
  to[5 * to_stride] = d[5 * stride] - d[3 * stride] + 1.5f * s1 - s0;
}

// What is added up when it is used: as a stride that is known the compiler would keep a tile's 36 addresses in memory,
// made anew for each tile.
FEDKERAS_INLINE size_t unknown(size_t stride) {
#if defined(__GNUC__)
  asm("" : "+r"(stride));
#endif
  return stride;
}

// The tiles of a convolution whose filters have `kTaps` rows and columns, one after another through all images.
template <size_t kTaps>
struct Tiles {
  static constexpr size_t kOutputs = kTile + 1 - kTaps;

  explicit Tiles(const Convolution& sizes)
      : sizes(sizes),
        down((sizes.out_height + kOutputs - 1) / kOutputs),
        across((sizes.out_width + kOutputs - 1) / kOutputs) {}

  struct Place {
    size_t image, row, column;
  };

  size_t count() const { return sizes.batch * down * across; }
  // The first output of a tile.
  Place operator[](size_t tile) const {
    return {tile / (down * across), tile / across % down * kOutputs, tile % across * kOutputs};
  }

  const Convolution& sizes;
  size_t down, across;
};

// Where a tile's inputs are, of which the first is at `(top, left)` of an image: those that it does not have are zeros.
using Places = std::array<const float*, kPlanes>;

Places placesOf(const Convolution& s, const float* image, ptrdiff_t top, ptrdiff_t left, const float* zeros) {
  const ptrdiff_t height = static_cast<ptrdiff_t>(s.height), width = static_cast<ptrdiff_t>(s.width);
  Places places;
  for (ptrdiff_t k = 0; k < static_cast<ptrdiff_t>(kPlanes); ++k) {
    const ptrdiff_t row = top + k / static_cast<ptrdiff_t>(kTile), column = left + k % static_cast<ptrdiff_t>(kTile);
    const bool inside = row >= 0 && row < height && column >= 0 && column < width;
    places[k] = inside ? image + (row * width + column) * static_cast<ptrdiff_t>(s.channels) : zeros;
  }
  return places;
}

// Transformed inputs of some tiles: `[plane][tile][channel]`, the planes `plane` values apart. `zeros` are as many as
// channels.
template <size_t kWidth, size_t kTaps>
FEDKERAS_INLINE void transformInputs(const Tiles<kTaps>& tiles, size_t first, size_t last, const float* x,
                                     const std::vector<float>& zeros, float* to, size_t plane) {
  const auto& s = tiles.sizes;
  const ptrdiff_t width = static_cast<ptrdiff_t>(s.width), channels = static_cast<ptrdiff_t>(s.channels);
  for (size_t tile = first; tile < last; ++tile, to += channels) {
    const auto place = tiles[tile];
    const float* image = x + place.image * s.height * s.width * s.channels;
    const ptrdiff_t top = static_cast<ptrdiff_t>(place.row) - static_cast<ptrdiff_t>(s.top);
    const ptrdiff_t left = static_cast<ptrdiff_t>(place.column) - static_cast<ptrdiff_t>(s.left);
    const bool inside =
        top >= 0 && left >= 0 && place.row + kTile <= s.height + s.top && place.column + kTile <= s.width + s.left;
    Places places;
    if (!inside) places = placesOf(s, image, top, left, zeros.data());
    for (size_t c = 0; c < s.channels; c += kWidth) {
      Vector<kWidth> half[kPlanes], line[kTile];
      if (inside) {
        const float* row = image + (top * width + left) * channels + c;
        const size_t below = unknown(s.width * s.channels), beside = unknown(s.channels);
        FEDKERAS_UNROLL
        for (size_t i = 0; i < kTile; ++i, row += below) {
          const float* from = row;
          FEDKERAS_UNROLL
          for (size_t j = 0; j < kTile; ++j, from += beside) load(from, line[j]);
          transformLine(line, 1, half + i * kTile, 1);
        }
      } else {
        FEDKERAS_UNROLL
        for (size_t i = 0; i < kTile; ++i) {
          FEDKERAS_UNROLL
          for (size_t j = 0; j < kTile; ++j) load(places[i * kTile + j] + c, line[j]);
          transformLine(line, 1, half + i * kTile, 1);
        }
      }
      const size_t apart = unknown(plane);
      float* column = to + c;
      FEDKERAS_UNROLL
      for (size_t j = 0; j < kTile; ++j, column += apart) {
        transformLine(half + j, kTile, line, 1);
        float* at = column;
        FEDKERAS_UNROLL
        for (size_t i = 0; i < kTile; ++i, at += kTile * apart) store(line[i], at);
      }
    }
  }
}

struct Forward {
  Convolution sizes;
  const float* x;
  Filter filter;
  float* y;
};

// The transformed filters in panels: `[plane][panel][channel][2 * kWidth]`; the last panel may have columns that are
// not used.
template <size_t kWidth, size_t kTaps>
FEDKERAS_INLINE void transformFilters(const Convolution& s, const Filter& filter, float* to) {
  constexpr size_t kPanel = 2 * kWidth;
  const size_t plane = s.channels * inWholePanels(s.filters);
  for (size_t c = 0; c < s.channels; ++c) {
    for (size_t f = 0; f < s.filters; f += kWidth) {
      Vector<kWidth> taps[kTaps * kTaps], planes[kPlanes];
      for (size_t u = 0; u < kTaps; ++u) {
        for (size_t v = 0; v < kTaps; ++v) {
          const auto [i, j, in, out] = std::array{u, v, c, f};
          const float* from = filter.values + static_cast<ptrdiff_t>(i) * filter.row_stride +
                              static_cast<ptrdiff_t>(j) * filter.column_stride +
                              static_cast<ptrdiff_t>(in) * filter.channel_stride +
                              static_cast<ptrdiff_t>(out) * filter.filter_stride;
          if (filter.filter_stride == 1) {
            load(from, taps[u * kTaps + v]);
            continue;
          }
          float lanes[kWidth];
          for (size_t lane = 0; lane < kWidth; ++lane)
            lanes[lane] = from[static_cast<ptrdiff_t>(lane) * filter.filter_stride];
          load(lanes, taps[u * kTaps + v]);
        }
      }
      applyToSquare<kInterpolation<kTaps>>(taps, planes);
      float* at = to + f / kPanel * s.channels * kPanel + c * kPanel + f % kPanel;
      for (size_t k = 0; k < kPlanes; ++k) store(planes[k], at + k * plane);
    }
  }
}

template <size_t kWidth, size_t kTaps>
FEDKERAS_INLINE void forward(const Forward& call) {
  constexpr size_t kPanel = 2 * kWidth;
  const auto& s = call.sizes;
  const Tiles<kTaps> tiles(s);
  constexpr size_t kOutputs = Tiles<kTaps>::kOutputs;
  const size_t columns = inWholePanels(s.filters);
  const auto filters = alignedFloats(kPlanes * s.channels * columns);
  transformFilters<kWidth, kTaps>(s, call.filter, filters.get());
  constexpr size_t kTogether = kTilesTogether<kWidth>;
  const size_t plane = kTogether * s.channels + kGap, product = kTogether * columns + kGap;
  const auto inputs = alignedFloats(kPlanes * plane), products = alignedFloats(kPlanes * product);
  const std::vector<float> zeros(s.channels);
  for (size_t first = 0; first < tiles.count(); first += kTogether) {
    const size_t last = std::min(first + kTogether, tiles.count());
    transformInputs<kWidth>(tiles, first, last, call.x, zeros, inputs.get(), plane);
    for (size_t k = 0; k < kPlanes; ++k) {
      const Rows rows{inputs.get() + k * plane, s.channels, 1, s.channels};
      const Panels panels{filters.get() + k * s.channels * columns, s.channels * kPanel, kPanel};
      multiply(rows, last - first, panels, columns, Into::kPlace, products.get() + k * product, columns);
    }
    for (size_t tile = first; tile < last; ++tile) {
      const auto place = tiles[tile];
      const size_t down = std::min(kOutputs, s.out_height - place.row),
                   across = std::min(kOutputs, s.out_width - place.column);
      float* y = call.y + ((place.image * s.out_height + place.row) * s.out_width + place.column) * s.filters;
      const float* from = products.get() + (tile - first) * columns;
      for (size_t f = 0; f < s.filters; f += kWidth) {
        Vector<kWidth> planes[kPlanes], outputs[kOutputs * kOutputs];
        const size_t apart = unknown(product);
        const float* at = from + f;
        FEDKERAS_UNROLL
        for (size_t k = 0; k < kPlanes; ++k, at += apart) load(at, planes[k]);
        applyToSquare<kPowersTransposed<kOutputs>>(planes, outputs);
        for (size_t i = 0; i < down; ++i) {
          for (size_t j = 0; j < across; ++j)
            store(outputs[i * kOutputs + j], y + (i * s.out_width + j) * s.filters + f);
        }
      }
    }
  }
}

struct Backward {
  Convolution sizes;
  const float *x, *dy;
  float* filter;
};

// The transpose of `forward` with respect to the filter, step by step.
template <size_t kWidth, size_t kTaps>
FEDKERAS_INLINE void backward(const Backward& call) {
  constexpr size_t kPanel = 2 * kWidth;
  const auto& s = call.sizes;
  const Tiles<kTaps> tiles(s);
  constexpr size_t kOutputs = Tiles<kTaps>::kOutputs;
  const size_t columns = inWholePanels(s.filters);
  const size_t together = kPlanes * s.channels * columns <= kFewSums ? kSumsTogether<kWidth> : kTilesForManySums;
  const size_t plane = together * s.channels + kGap, gradient = together * columns + kGap;
  const auto inputs = alignedFloats(kPlanes * plane), gradients = alignedFloats(kPlanes * gradient);
  const auto sums = alignedFloats(kPlanes * s.channels * columns);
  std::fill_n(sums.get(), kPlanes * s.channels * columns, 0.0f);
  std::fill_n(gradients.get(), kPlanes * gradient, 0.0f);
  const std::vector<float> zeros(s.channels);
  for (size_t first = 0; first < tiles.count(); first += together) {
    const size_t last = std::min(first + together, tiles.count());
    transformInputs<kWidth>(tiles, first, last, call.x, zeros, inputs.get(), plane);
    for (size_t tile = first; tile < last; ++tile) {
      const auto place = tiles[tile];
      const size_t down = std::min(kOutputs, s.out_height - place.row),
                   across = std::min(kOutputs, s.out_width - place.column);
      const float* dy = call.dy + ((place.image * s.out_height + place.row) * s.out_width + place.column) * s.filters;
      for (size_t f = 0; f < s.filters; f += kWidth) {
        Vector<kWidth> outputs[kOutputs * kOutputs], planes[kPlanes];
        for (size_t i = 0; i < kOutputs; ++i) {
          for (size_t j = 0; j < kOutputs; ++j) {
            if (i < down && j < across)
              load(dy + (i * s.out_width + j) * s.filters + f, outputs[i * kOutputs + j]);
            else
              outputs[i * kOutputs + j] = Vector<kWidth>{};
          }
        }
        applyToSquare<kPowers<kOutputs>>(outputs, planes);
        float* to = gradients.get() + f / kPanel * together * kPanel + (tile - first) * kPanel + f % kPanel;
        const size_t apart = unknown(gradient);
        FEDKERAS_UNROLL
        for (size_t k = 0; k < kPlanes; ++k, to += apart) store(planes[k], to);
      }
    }
    for (size_t k = 0; k < kPlanes; ++k) {
      const Rows rows{inputs.get() + k * plane, 1, s.channels, last - first};
      const Panels panels{gradients.get() + k * gradient, together * kPanel, kPanel};
      multiply(rows, s.channels, panels, columns, Into::kSum, sums.get() + k * s.channels * columns, columns);
    }
  }
  for (size_t c = 0; c < s.channels; ++c) {
    for (size_t f = 0; f < s.filters; f += kWidth) {
      Vector<kWidth> planes[kPlanes], taps[kTaps * kTaps];
      for (size_t k = 0; k < kPlanes; ++k) load(sums.get() + (k * s.channels + c) * columns + f, planes[k]);
      applyToSquare<kInterpolationTransposed<kTaps>>(planes, taps);
      for (size_t i = 0; i < kTaps * kTaps; ++i) store(taps[i], call.filter + (i * s.channels + c) * s.filters + f);
    }
  }
}

template <size_t kWidth>
FEDKERAS_INLINE void convolve(const Forward& call) {
  call.sizes.rows == 3 ? forward<kWidth, 3>(call) : forward<kWidth, 5>(call);
}

template <size_t kWidth>
FEDKERAS_INLINE void convolveBack(const Backward& call) {
  call.sizes.rows == 3 ? backward<kWidth, 3>(call) : backward<kWidth, 5>(call);
}

FEDKERAS_FOR_EACH_WIDTH(convolve, Forward)
FEDKERAS_FOR_EACH_WIDTH(convolveBack, Backward)

}  // namespace

bool isMinimal(const Convolution& s) {
  return s.rows == s.columns && (s.rows == 3 || s.rows == 5) && s.channels % 16 == 0 && s.filters % 16 == 0 &&
         s.channels * s.filters <= kMostTaps;
}

void convolveMinimally(const Convolution& sizes, const float* x, const Filter& filter, float* y) {
  convolveOf(vectorWidth(), {sizes, x, filter, y});
}

void convolveMinimallyBack(const Convolution& sizes, const float* x, const float* dy, float* filter) {
  convolveBackOf(vectorWidth(), {sizes, x, dy, filter});
}

}  // namespace tf
