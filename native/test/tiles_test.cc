#include "../core/kernels/tiles.h"

#include <gtest/gtest.h>

#include <vector>

namespace tf {
namespace {

// Rows of small whole numbers, whose products and sums are exact.
std::vector<Bfloat16> numbers(size_t count, size_t seed) {
  std::vector<Bfloat16> values;
  for (size_t i = 0; i < count; ++i)
    values.push_back(fromFloat<Bfloat16>(static_cast<float>((i * 7 + seed * 13) % 17) - 8.0f));
  return values;
}

// The product of two factors of `rows x depth` and `depth x 16` values, besides sums that were there.
std::vector<float> expectedProduct(const TileSizes& sizes, const std::vector<Bfloat16>& a,
                                   const std::vector<Bfloat16>& b, float before) {
  std::vector<float> sums;
  const size_t depth = 2 * sizes.pairs;
  for (size_t i = 0; i < sizes.rows; ++i) {
    for (size_t j = 0; j < kTileColumns; ++j) {
      float sum = before;
      for (size_t k = 0; k < depth; ++k)
        sum += toFloat(a[i * depth + k]) * toFloat(b[(k / 2 * kTileColumns + j) * 2 + k % 2]);
      sums.push_back(sum);
    }
  }
  return sums;
}

template <class T>
void expectProducts() {
  for (const TileSizes& sizes : {TileSizes{16, 16}, TileSizes{1, 1}, TileSizes{5, 3}, TileSizes{14, 16}}) {
    const auto a = numbers(sizes.rows * 2 * sizes.pairs, 1), b = numbers(2 * sizes.pairs * kTileColumns, 2);
    std::vector<float> sums(sizes.rows * kTileColumns, 3.0f);
    T tiles(sizes);
    {
      // Another's use of the same registers in between, as by a kernel that another one calls.
      T others({2, 1});
      others.template clear<kSums>();
    }
    tiles.template load<kSums>(sums.data(), kTileColumns * sizeof(float));
    tiles.template load<kFirst>(a.data(), 2 * sizes.pairs * sizeof(Bfloat16));
    tiles.template load<kSecond>(b.data(), 2 * kTileColumns * sizeof(Bfloat16));
    tiles.template addProduct<kSums, kFirst, kSecond>();
    tiles.template clear<kSums + 1>();
    tiles.template addProduct<kSums + 1, kFirst, kSecond>();
    tiles.template store<kSums>(sums.data(), kTileColumns * sizeof(float));
    EXPECT_EQ(sums, expectedProduct(sizes, a, b, 3.0f));
    tiles.template store<kSums + 1>(sums.data(), kTileColumns * sizeof(float));
    EXPECT_EQ(sums, expectedProduct(sizes, a, b, 0.0f));
  }
}

TEST(Tiles, MultiplyOneNumberAtATime) { expectProducts<EmulatedTiles>(); }

#ifdef FEDKERAS_HAS_TILES
TEST(Tiles, OfTheProcessorMultiplyAlike) {
  if (hasTiles()) expectProducts<Tiles>();
}
#endif

}  // namespace
}  // namespace tf
