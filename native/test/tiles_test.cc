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

// The product of two factors of `rows x 32` and `32 x 16` values, besides sums that were there.
std::vector<float> expectedProduct(size_t rows, const std::vector<Bfloat16>& a, const std::vector<Bfloat16>& b,
                                   float before) {
  std::vector<float> sums;
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < kTileColumns; ++j) {
      float sum = before;
      for (size_t k = 0; k < kTileDepth; ++k)
        sum += toFloat(a[i * kTileDepth + k]) * toFloat(b[(k / 2 * kTileColumns + j) * 2 + k % 2]);
      sums.push_back(sum);
    }
  }
  return sums;
}

template <class T>
void expectProducts() {
  for (const size_t rows : {16, 1, 5, 14}) {
    const auto a = numbers(rows * kTileDepth, 1), b = numbers(kTileDepth * kTileColumns, 2);
    std::vector<float> sums(rows * kTileColumns, 3.0f);
    T tiles(rows);
    {
      // Another's use of the same registers in between, as by a kernel that another one calls.
      T others(2);
      others.template clear<kSums>();
    }
    tiles.template load<kSums>(sums.data(), kTileRow);
    tiles.template load<kFirst>(a.data(), kTileRow);
    tiles.template load<kSecond>(b.data(), kTileRow);
    tiles.template addProduct<kSums, kFirst, kSecond>();
    tiles.template clear<kSums + 1>();
    tiles.template addProduct<kSums + 1, kFirst, kSecond>();
    tiles.template store<kSums>(sums.data(), kTileRow);
    EXPECT_EQ(sums, expectedProduct(rows, a, b, 3.0f));
    tiles.template store<kSums + 1>(sums.data(), kTileRow);
    EXPECT_EQ(sums, expectedProduct(rows, a, b, 0.0f));
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
