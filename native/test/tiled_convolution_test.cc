#include "../core/kernels/tiled_convolution.h"

#include <algorithm>
#include <cmath>

#include "support.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;
using Halves = std::vector<Bfloat16>;

struct Case {
  Ints x, filter;
  bool same;
};

Ints outputsOf(const Case& c) {
  const auto size = [&c](size_t axis) { return c.same ? c.x[axis] : c.x[axis] - c.filter[axis - 1] + 1; };
  return {c.x[0], size(1), size(2), c.filter[3]};
}

Halves rounded(const Ints& shape, uint32_t seed) {
  Halves halves;
  for (const float value : test::normals(shape, seed)) halves.push_back(fromFloat<Bfloat16>(value));
  return halves;
}

TensorRef tensor(const Ints& shape, const Halves& halves) { return test::tensor(shape, halves, TF_BFLOAT16); }

// Calls `visit(x, filter, y)` with the places of all products of a convolution.
template <class Visit>
void everyProduct(const Case& c, Visit visit) {
  const Ints y = outputsOf(c);
  const int64_t top = c.same ? (c.filter[0] - 1) / 2 : 0, left = c.same ? (c.filter[1] - 1) / 2 : 0;
  const auto at = [](const Ints& shape, int64_t a, int64_t b, int64_t d, int64_t e) {
    return static_cast<size_t>(((a * shape[1] + b) * shape[2] + d) * shape[3] + e);
  };
  for (int64_t n = 0; n < y[0]; ++n) {
    for (int64_t i = 0; i < y[1]; ++i) {
      for (int64_t j = 0; j < y[2]; ++j) {
        for (int64_t u = std::max<int64_t>(top - i, 0); u < std::min(c.filter[0], c.x[1] + top - i); ++u) {
          for (int64_t v = std::max<int64_t>(left - j, 0); v < std::min(c.filter[1], c.x[2] + left - j); ++v) {
            for (int64_t ch = 0; ch < c.x[3]; ++ch) {
              for (int64_t k = 0; k < y[3]; ++k)
                visit(at(c.x, n, i + u - top, j + v - left, ch), at(c.filter, u, v, ch, k), at(y, n, i, j, k));
            }
          }
        }
      }
    }
  }
}

// Rounded once, from sums whose errors are small beside the size of all values.
void expectClose(const TensorRef& found, const Ints& shape, const std::vector<double>& expected) {
  EXPECT_EQ(found->shape(), shape);
  const auto values = test::values<Bfloat16>(found);
  ASSERT_EQ(values.size(), expected.size());
  double squares = 0;
  for (const double value : expected) squares += value * value;
  const double size = std::sqrt(squares / static_cast<double>(std::max<size_t>(values.size(), 1)));
  for (size_t i = 0; i < values.size(); ++i)
    ASSERT_NEAR(toFloat(values[i]), expected[i], std::abs(expected[i]) * 0x1p-8 + size * 1e-5) << "at " << i;
}

Endpoint sizes(test::Builder& builder, const Ints& shape) {
  return builder.constant(test::tensor<int32_t>({4}, {shape.begin(), shape.end()}));
}

class TiledConvolutions : public testing::TestWithParam<Case> {};

TEST_P(TiledConvolutions, HaveTheRoundedSumsOfProductsAsTheirFiltersGradients) {
  const Case& c = GetParam();
  const Ints y_shape = outputsOf(c);
  const auto x = rounded(c.x, 1), dy = rounded(y_shape, 2);
  std::vector<double> d_filter(c.filter[0] * c.filter[1] * c.filter[2] * c.filter[3]);
  everyProduct(
      c, [&](size_t a, size_t b, size_t out) { d_filter[b] += static_cast<double>(toFloat(x[a])) * toFloat(dy[out]); });
  test::Builder b;
  const Endpoint images = b.constant(tensor(c.x, x)), gradient = b.constant(tensor(y_shape, dy));
  const auto found =
      test::evaluate(b.graph, {b.add("FedkerasTiledConv2DBackpropFilter", {images, sizes(b, c.filter), gradient})}, {});
  expectClose(found[0], c.filter, d_filter);
}

// Tiles have 16 rows and columns and are 32 values deep; where there are fewer channels than a filter's columns, rows
// are taps. Parts of images are of about 512 positions.
INSTANTIATE_TEST_SUITE_P(
    Sizes, TiledConvolutions,
    testing::Values(Case{{1, 14, 14, 32}, {5, 5, 32, 64}, true}, Case{{2, 28, 28, 1}, {5, 5, 1, 32}, true},
                    Case{{3, 9, 7, 40}, {3, 3, 40, 20}, false}, Case{{2, 33, 31, 3}, {3, 3, 3, 18}, true},
                    Case{{1, 6, 5, 2}, {2, 3, 2, 5}, true}, Case{{1, 6, 5, 2}, {4, 2, 2, 17}, false},
                    Case{{1, 1, 30, 1}, {1, 9, 1, 8}, true}, Case{{1, 2, 2, 1}, {5, 3, 1, 4}, true},
                    Case{{1, 1, 1, 16}, {5, 5, 16, 16}, true}, Case{{2, 4, 17, 1}, {3, 18, 1, 1}, true},
                    Case{{1, 3, 40, 33}, {3, 3, 33, 33}, false}, Case{{5, 3, 3, 6}, {3, 3, 6, 7}, false},
                    Case{{1, 60, 40, 16}, {3, 3, 16, 16}, true}, Case{{4, 5, 3, 80}, {1, 1, 80, 48}, true}));
INSTANTIATE_TEST_SUITE_P(Empty, TiledConvolutions,
                         testing::Values(Case{{0, 4, 4, 1}, {3, 3, 1, 4}, true},
                                         Case{{1, 2, 5, 2}, {3, 3, 2, 4}, false},
                                         Case{{1, 4, 4, 0}, {3, 3, 0, 4}, true},
                                         Case{{1, 4, 4, 3}, {3, 3, 3, 0}, true}));

TEST(TiledConvolutions, RefuseWhatIsNotOne) {
  struct Shapes {
    Ints x, filter, dy;
  };
  const Ints x{1, 6, 6, 4}, filter{3, 3, 4, 8}, dy{1, 6, 6, 8};
  for (const auto& [images, taps, gradient] :
       {Shapes{{1, 6, 6, 5}, filter, dy}, Shapes{x, {3, 3, 4, 7}, dy}, Shapes{x, filter, {2, 6, 6, 8}},
        Shapes{x, filter, {1, 5, 6, 8}}, Shapes{x, {0, 3, 4, 8}, dy}, Shapes{{6, 6, 4}, filter, dy},
        Shapes{x, filter, {1, 6, 6}}}) {
    test::Builder b;
    const auto halves = [&b](const Ints& shape) { return b.constant(tensor(shape, rounded(shape, 1))); };
    const Endpoint back =
        b.add("FedkerasTiledConv2DBackpropFilter", {halves(images), sizes(b, taps), halves(gradient)});
    EXPECT_THROW(test::evaluate(b.graph, {back}), Error);
  }
}

}  // namespace
}  // namespace tf
