#include "../core/kernels/tiled_convolution.h"

#include "convolution_case.h"
#include "support.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;
using Case = test::ConvolutionCase;

Endpoint sizes(test::Builder& builder, const Ints& shape) {
  return builder.constant(test::tensor<int32_t>({4}, {shape.begin(), shape.end()}));
}

class TiledConvolutions : public testing::TestWithParam<Case> {};

TEST_P(TiledConvolutions, HaveTheRoundedSumsOfProductsAsTheirFiltersGradients) {
  const Case& c = GetParam();
  const Ints y_shape = test::outputsOf(c);
  const auto x = test::halves(test::normals(c.x, 1)), dy = test::halves(test::normals(y_shape, 2));
  std::vector<double> d_filter(c.filter[0] * c.filter[1] * c.filter[2] * c.filter[3]);
  test::everyProduct(
      c, [&](size_t a, size_t b, size_t out) { d_filter[b] += static_cast<double>(toFloat(x[a])) * toFloat(dy[out]); });
  test::Builder b;
  const Endpoint images = b.constant(test::tensor(c.x, x)), gradient = b.constant(test::tensor(y_shape, dy));
  const auto found =
      test::evaluate(b.graph, {b.add("FedkerasTiledConv2DBackpropFilter", {images, sizes(b, c.filter), gradient})}, {});
  test::expectRounded(found[0], c.filter, d_filter);
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
    const auto halves = [&b](const Ints& shape) {
      return b.constant(test::tensor(shape, test::halves(test::normals(shape, 1))));
    };
    const Endpoint back =
        b.add("FedkerasTiledConv2DBackpropFilter", {halves(images), sizes(b, taps), halves(gradient)});
    EXPECT_THROW(test::evaluate(b.graph, {back}), Error);
  }
}

}  // namespace
}  // namespace tf
