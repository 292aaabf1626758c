#include <cmath>

#include "support.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;

constexpr double kEpsilon = 1e-3;

class LayerNormalizationOp : public testing::TestWithParam<Ints> {};

TEST_P(LayerNormalizationOp, AndItsGradientAreThoseOfTheFormulas) {
  const Ints& shape = GetParam();
  const auto columns = static_cast<size_t>(shape.back());
  auto x = test::normals(shape, 1);
  for (float& value : x) value = 3.0f * value + 5.0f;
  const auto gamma = test::normals({shape.back()}, 2), beta = test::normals({shape.back()}, 3);
  const auto dy = test::normals(shape, 4);
  test::Builder b;
  const auto constant = [&b](const Ints& of, const std::vector<float>& values) {
    return b.constant(test::tensor(of, values));
  };
  const Endpoint given = constant(shape, x), scale = constant({shape.back()}, gamma);
  const Endpoint y = b.add("FedkerasLayerNormalization", {given, scale, constant({shape.back()}, beta),
                                                          b.constant(test::scalar(static_cast<float>(kEpsilon)))});
  const Endpoint back = b.add("FedkerasLayerNormalizationGrad", {given, scale, y + 1, constant(shape, dy)});
  const auto results = test::evaluate(b.graph, {y, y + 1, back, back + 1, back + 2});
  Ints statistics = shape;
  statistics.back() = 2;
  EXPECT_EQ(results[0]->shape(), shape);
  EXPECT_EQ(results[1]->shape(), statistics);
  EXPECT_EQ(results[2]->shape(), shape);

  std::vector<double> d_gamma(columns), d_beta(columns);
  const auto found = test::values<float>(results[0]), d_x = test::values<float>(results[2]);
  for (size_t first = 0; first < x.size(); first += columns) {
    double mean = 0, variance = 0;
    for (size_t i = 0; i < columns; ++i) mean += x[first + i] / static_cast<double>(columns);
    for (size_t i = 0; i < columns; ++i) variance += std::pow(x[first + i] - mean, 2) / static_cast<double>(columns);
    const double factor = 1 / std::sqrt(variance + kEpsilon);
    double shift = 0, slope = 0;
    for (size_t i = 0; i < columns; ++i) {
      const double normal = (x[first + i] - mean) * factor, g = static_cast<double>(dy[first + i]) * gamma[i];
      EXPECT_NEAR(found[first + i], normal * gamma[i] + beta[i], 2e-5);
      shift += g / static_cast<double>(columns);
      slope += g * normal / static_cast<double>(columns);
      d_gamma[i] += dy[first + i] * normal;
      d_beta[i] += dy[first + i];
    }
    for (size_t i = 0; i < columns; ++i) {
      const double normal = (x[first + i] - mean) * factor, g = static_cast<double>(dy[first + i]) * gamma[i];
      EXPECT_NEAR(d_x[first + i], factor * (g - shift - normal * slope), 1e-4 * std::max(1.0, factor));
    }
  }
  const auto for_gamma = test::values<float>(results[3]), for_beta = test::values<float>(results[4]);
  ASSERT_EQ(for_gamma.size(), columns);
  ASSERT_EQ(for_beta.size(), columns);
  for (size_t i = 0; i < columns; ++i) {
    EXPECT_NEAR(for_gamma[i], d_gamma[i], 1e-4);
    EXPECT_NEAR(for_beta[i], d_beta[i], 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(LayerNormalization, LayerNormalizationOp,
                         testing::Values(Ints{5}, Ints{1}, Ints{3, 1}, Ints{2, 16}, Ints{4, 15}, Ints{2, 3, 17},
                                         Ints{130, 33}, Ints{2, 70, 128}, Ints{0, 8}, Ints{3, 0}));

TEST(LayerNormalizationOp, LeavesAGradientThatOthersReadAsItWas) {
  test::Builder b;
  const Ints shape{2, 4};
  const Endpoint x = b.constant(test::tensor(shape, test::normals(shape, 1)));
  const Endpoint gamma = b.constant(test::tensor({4}, test::normals({4}, 2)));
  const Endpoint dy = b.placeholder(TF_FLOAT, Shape{shape});
  const Endpoint y = b.add("FedkerasLayerNormalization", {x, gamma, gamma, b.constant(test::scalar(0.1f))});
  const Endpoint back = b.add("FedkerasLayerNormalizationGrad", {x, gamma, y + 1, dy});
  const auto given = test::normals(shape, 3);
  const auto fed = test::tensor(shape, given);
  test::evaluate(b.graph, {back}, {{dy, fed}});
  EXPECT_EQ(test::values<float>(fed), given);
}

TEST(LayerNormalizationOp, RefusesShapesThatDoNotFit) {
  const auto forward = [](const Ints& x, const Ints& gamma, const Ints& beta, const Ints& epsilon) {
    test::Builder b;
    const auto constant = [&b](const Ints& shape) { return b.constant(test::tensor(shape, test::normals(shape, 1))); };
    test::evaluate(b.graph, {b.add("FedkerasLayerNormalization",
                                   {constant(x), constant(gamma), constant(beta), constant(epsilon)})});
  };
  const std::string weights = "there must be as many weights as values in a row";
  EXPECT_ERROR(forward({2, 3}, {4}, {3}, {}), TF_INVALID_ARGUMENT, weights);
  EXPECT_ERROR(forward({2, 3}, {3}, {4}, {}), TF_INVALID_ARGUMENT, weights);
  EXPECT_THROW(forward({2, 3}, {3, 1}, {3}, {}), Error);
  EXPECT_THROW(forward({2, 3}, {3}, {3}, {1}), Error);
  const auto back = [](const Ints& x, const Ints& gamma, const Ints& statistics, const Ints& dy) {
    test::Builder b;
    const auto fed = [&b](const Ints& shape) { return b.constant(test::tensor(shape, test::normals(shape, 1))); };
    test::evaluate(b.graph, {b.add("FedkerasLayerNormalizationGrad", {fed(x), fed(gamma), fed(statistics), fed(dy)})});
  };
  const std::string shapes = "the shapes of the statistics and of the gradient must be those of what was normalized";
  EXPECT_ERROR(back({2, 3}, {3}, {1, 2}, {2, 3}), TF_INVALID_ARGUMENT, shapes);
  EXPECT_ERROR(back({2, 3}, {3}, {2, 2}, {3, 2}), TF_INVALID_ARGUMENT, shapes);
  EXPECT_ERROR(back({2, 3}, {2}, {2, 2}, {2, 3}), TF_INVALID_ARGUMENT, weights);
}

TEST(LayerNormalizationOp, RefusesAScalar) {
  test::Builder b;
  const Endpoint x = b.placeholder(TF_FLOAT, Shape{}), one = b.constant(test::tensor({1}, std::vector<float>{1.0f}));
  const Endpoint y = b.add("FedkerasLayerNormalization", {x, one, one, b.constant(test::scalar(0.1f))});
  EXPECT_ERROR(test::evaluate(b.graph, {y}, {{x, test::scalar(1.0f)}}), TF_INVALID_ARGUMENT,
               "there must be as many weights as values in a row");
}

}  // namespace
}  // namespace tf
