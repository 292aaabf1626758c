#include "../core/kernels/tiled_product.h"

#include <algorithm>

#include "support.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;
using Halves = std::vector<Bfloat16>;

struct Case {
  int64_t rows, depth, columns;
};

class TiledProducts : public testing::TestWithParam<Case> {};

TEST_P(TiledProducts, AreTheRoundedSumsOfProductsWithRoundedWeights) {
  const auto [rows, depth, columns] = GetParam();
  const Ints x_shape{rows, depth}, w_shape{depth, columns}, y_shape{rows, columns};
  const auto w = test::normals(w_shape, 1);
  const Halves x = test::halves(test::normals(x_shape, 2)), dy = test::halves(test::normals(y_shape, 3)),
               w_rounded = test::halves(w), bias = test::halves(test::normals({columns}, 4));
  std::vector<double> y(dy.size()), dx(x.size());
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t j = 0; j < columns; ++j) {
        const double weight = toFloat(w_rounded[k * columns + j]);
        y[i * columns + j] += toFloat(x[i * depth + k]) * weight;
        dx[i * depth + k] += toFloat(dy[i * columns + j]) * weight;
      }
    }
  }
  test::Builder b;
  const Endpoint in = b.constant(test::tensor(x_shape, x)), weights = b.constant(test::tensor<float>(w_shape, w)),
                 gradient = b.constant(test::tensor(y_shape, dy)), biases = b.constant(test::tensor({columns}, bias));
  const auto found = test::evaluate(
      b.graph, {b.add("FedkerasTiledMatMul", {in, weights}), b.add("FedkerasTiledMatMulBias", {in, weights, biases}),
                b.add("FedkerasTiledMatMulBiasRelu", {in, weights, biases}),
                b.add("FedkerasTiledMatMulTransposedB", {gradient, weights})});
  test::expectRounded(found[0], y_shape, y);
  test::expectRounded(found[3], x_shape, dx);
  for (size_t i = 0; i < y.size(); ++i) y[i] += toFloat(bias[i % bias.size()]);
  test::expectRounded(found[1], y_shape, y);
  for (double& value : y) value = std::max(value, 0.0);
  test::expectRounded(found[2], y_shape, y);
}

// Tiles have 16 rows and columns and are 32 values deep; the weights are taken in parts of 65,536, and up to 256 rows
// go together.
INSTANTIATE_TEST_SUITE_P(Sizes, TiledProducts,
                         testing::Values(Case{20, 200, 512}, Case{1, 1, 1}, Case{16, 32, 16}, Case{17, 33, 15},
                                         Case{33, 65, 40}, Case{7, 100, 62}, Case{300, 20, 33}, Case{3, 5, 2100},
                                         Case{2, 2100, 31}));
INSTANTIATE_TEST_SUITE_P(Empty, TiledProducts, testing::Values(Case{0, 4, 3}, Case{2, 0, 3}, Case{2, 4, 0}));

TEST(TiledProducts, RefuseFactorsThatDoNotFit) {
  test::Builder b;
  const auto halves = [&b](const Ints& shape) {
    return b.constant(test::tensor(shape, test::halves(test::normals(shape, 1))));
  };
  const Endpoint w = b.constant(test::tensor<float>({3, 4}, test::normals({3, 4}, 1)));
  const auto refused = [&b](const Endpoint& y, const char* part) {
    EXPECT_ERROR(test::evaluate(b.graph, {y}), TF_INVALID_ARGUMENT, part);
  };
  refused(b.add("FedkerasTiledMatMul", {halves({2, 4}), w}), "4 columns and 3 rows");
  refused(b.add("FedkerasTiledMatMulTransposedB", {halves({2, 3}), w}), "3 columns and 4 rows");
  refused(b.add("FedkerasTiledMatMul", {halves({2, 1, 3}), w}), "2 dimensions");
  refused(b.add("FedkerasTiledMatMulBias", {halves({2, 3}), w, halves({3})}), "as many biases as columns");
}

}  // namespace
}  // namespace tf
