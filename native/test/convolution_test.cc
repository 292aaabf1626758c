#include <algorithm>
#include <cmath>

#include "convolution_case.h"
#include "support.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;
using Case = test::ConvolutionCase;

// Relative to the size of all values: sums cancel.
void expectClose(const TensorRef& found, const Ints& shape, const std::vector<double>& expected) {
  EXPECT_EQ(found->shape(), shape);
  const auto values = test::values<float>(found);
  ASSERT_EQ(values.size(), expected.size());
  double squares = 0, error = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    squares += expected[i] * expected[i];
    error = std::max(error, std::abs(values[i] - expected[i]));
  }
  EXPECT_LE(error, 2e-5 * std::sqrt(squares / static_cast<double>(std::max<size_t>(values.size(), 1))));
}

class Convolutions : public testing::TestWithParam<Case> {};

TEST_P(Convolutions, AndTheirGradientsAreTheSumsOfProducts) {
  const Case& c = GetParam();
  const Ints y_shape = test::outputsOf(c);
  const auto x = test::normals(c.x, 1), filter = test::normals(c.filter, 2), dy = test::normals(y_shape, 3);
  std::vector<double> y(dy.size()), dx(x.size()), d_filter(filter.size());
  test::everyProduct(c, [&](size_t a, size_t b, size_t out) {
    y[out] += static_cast<double>(x[a]) * filter[b];
    dx[a] += static_cast<double>(filter[b]) * dy[out];
    d_filter[b] += static_cast<double>(x[a]) * dy[out];
  });
  test::Builder builder;
  const Endpoint images = builder.constant(test::tensor(c.x, x)),
                 taps = builder.constant(test::tensor(c.filter, filter));
  const Endpoint gradient = builder.constant(test::tensor(y_shape, dy));
  const Attributes padding{{"padding", std::string(c.same ? "SAME" : "VALID")}};
  const auto found = test::evaluate(builder.graph,
                                    {builder.add(c.same ? "FedkerasConv2DSame" : "FedkerasConv2DValid", {images, taps}),
                                     builder.add("FedkerasConv2DBackpropFilter", {images, taps, gradient}, padding)},
                                    {});
  expectClose(found[0], y_shape, y);
  expectClose(found[1], c.filter, d_filter);
  const bool has_own = c.x[3] % 16 == 0;
  const Endpoint back = builder.add("FedkerasConv2DBackpropInput", {images, taps, gradient}, padding);
  if (has_own) {
    expectClose(test::evaluate(builder.graph, {back}, {})[0], c.x, dx);
  } else {
    EXPECT_THROW(test::evaluate(builder.graph, {back}, {}), Error);
  }
}

// Tiles have 4 or 2 outputs a side, and 24 of them are taken together; rows of few channels are taken six at a time.
INSTANTIATE_TEST_SUITE_P(
    Minimal, Convolutions,
    testing::Values(Case{{2, 8, 8, 16}, {3, 3, 16, 32}, true}, Case{{3, 9, 7, 32}, {3, 3, 32, 16}, true},
                    Case{{1, 11, 10, 16}, {3, 3, 16, 48}, false}, Case{{1, 3, 3, 16}, {3, 3, 16, 16}, false},
                    Case{{2, 1, 2, 16}, {3, 3, 16, 16}, true}, Case{{1, 28, 28, 16}, {3, 3, 16, 16}, true},
                    Case{{2, 14, 14, 32}, {5, 5, 32, 64}, true}, Case{{1, 9, 6, 48}, {5, 5, 48, 16}, false},
                    Case{{1, 5, 5, 16}, {5, 5, 16, 16}, false}, Case{{1, 1, 1, 16}, {5, 5, 16, 16}, true},
                    Case{{0, 8, 8, 16}, {3, 3, 16, 16}, true}));
INSTANTIATE_TEST_SUITE_P(
    Direct, Convolutions,
    testing::Values(Case{{2, 28, 28, 1}, {5, 5, 1, 32}, true}, Case{{1, 9, 8, 3}, {3, 3, 3, 16}, false},
                    Case{{2, 7, 6, 3}, {7, 7, 3, 64}, true}, Case{{1, 6, 5, 2}, {2, 3, 2, 5}, true},
                    Case{{1, 6, 5, 2}, {4, 2, 2, 17}, false}, Case{{1, 1, 30, 1}, {1, 9, 1, 8}, true},
                    Case{{1, 2, 2, 1}, {5, 3, 1, 4}, true}, Case{{0, 4, 4, 1}, {3, 3, 1, 4}, true}));

TEST(Convolutions, RefuseWhatIsNotOne) {
  struct Shapes {
    Ints x, filter, dy;
  };
  const Ints x{1, 6, 6, 16}, filter{3, 3, 16, 16}, dy{1, 6, 6, 16};
  for (const auto& [images, taps, gradient] :
       {Shapes{{1, 6, 6, 32}, filter, dy}, Shapes{x, {3, 3, 16, 32}, dy}, Shapes{x, filter, {2, 6, 6, 16}},
        Shapes{x, filter, {1, 5, 6, 16}}, Shapes{x, filter, {1, 6, 3, 16}}, Shapes{x, {3, 3, 16}, dy},
        Shapes{x, filter, {1, 6, 6}}, Shapes{{1, 6, 16}, filter, dy}}) {
    for (const char* op : {"FedkerasConv2DBackpropInput", "FedkerasConv2DBackpropFilter"}) {
      test::Builder builder;
      const auto constant = [&builder](const Ints& shape) {
        return builder.constant(test::tensor(shape, test::normals(shape, 1)));
      };
      const Endpoint back =
          builder.add(op, {constant(images), constant(taps), constant(gradient)}, {{"padding", std::string("SAME")}});
      EXPECT_THROW(test::evaluate(builder.graph, {back}, {}), Error);
    }
  }
  test::Builder builder;
  const auto constant = [&builder](const Ints& shape) {
    return builder.constant(test::tensor(shape, test::normals(shape, 1)));
  };
  EXPECT_THROW(
      test::evaluate(builder.graph, {builder.add("FedkerasConv2DSame", {constant(x), constant({3, 3, 8, 16})})}, {}),
      Error);
  EXPECT_THROW(test::evaluate(builder.graph,
                              {builder.add("FedkerasConv2DValid", {constant({1, 1, 6, 16}), constant(filter)})}, {}),
               Error);
  for (const Ints& taps : {Ints{0, 3, 16, 16}, Ints{3, 0, 16, 16}}) {
    for (const char* op : {"FedkerasConv2DSame", "FedkerasConv2DValid"})
      EXPECT_THROW(test::evaluate(builder.graph, {builder.add(op, {constant(x), constant(taps)})}, {}), Error);
  }
}

}  // namespace
}  // namespace tf
