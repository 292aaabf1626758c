#include <cmath>

#include "support.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;

struct Case {
  int64_t batch, steps, places, heads, depth, width;
  Ints added;
};

class AttentionOp : public testing::TestWithParam<Case> {};

TEST_P(AttentionOp, MixesByTheSoftmaxOfTheScores) {
  const auto& [batch, steps, places, heads, depth, width, added_shape] = GetParam();
  const Ints q_shape{batch, steps, heads, depth}, k_shape{batch, places, heads, depth},
      v_shape{batch, places, heads, width};
  const auto q = test::normals(q_shape, 1), k = test::normals(k_shape, 2), v = test::normals(v_shape, 3);
  auto added = test::normals(added_shape, 4);
  if (added.size() > 1) added[1] = -3e38f;
  test::Builder builder;
  const auto constant = [&builder](const Ints& shape, const std::vector<float>& values) {
    return builder.constant(test::tensor(shape, values));
  };
  const Endpoint mixed = builder.add("FedkerasAttention", {constant(q_shape, q), constant(k_shape, k),
                                                           constant(v_shape, v), constant(added_shape, added)});
  const auto found = test::evaluate(builder.graph, {mixed, mixed + 1}, {});
  EXPECT_EQ(found[0]->shape(), (Ints{batch, steps, heads, width}));
  EXPECT_EQ(found[1]->shape(), (Ints{batch, heads, steps, places}));
  const auto result = test::values<float>(found[0]), weights = test::values<float>(found[1]);

  const auto at = [](const Ints& shape, int64_t a, int64_t b, int64_t c, int64_t d) {
    const auto along = [&shape](size_t axis, int64_t i) { return shape[axis] == 1 ? 0 : i; };
    return static_cast<size_t>(((along(0, a) * shape[1] + along(1, b)) * shape[2] + along(2, c)) * shape[3] +
                               along(3, d));
  };
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t h = 0; h < heads; ++h) {
      for (int64_t t = 0; t < steps; ++t) {
        std::vector<double> powers;
        double total = 0;
        for (int64_t p = 0; p < places; ++p) {
          double score = added[at(added_shape, b, h, t, p)];
          for (int64_t d = 0; d < depth; ++d)
            score += static_cast<double>(q[at(q_shape, b, t, h, d)]) * k[at(k_shape, b, p, h, d)];
          powers.push_back(std::exp(score));
          total += powers.back();
        }
        for (int64_t p = 0; p < places; ++p) {
          EXPECT_NEAR(weights[at(found[1]->shape(), b, h, t, p)], powers[static_cast<size_t>(p)] / total, 1e-5);
        }
        for (int64_t e = 0; e < width; ++e) {
          double sum = 0;
          for (int64_t p = 0; p < places; ++p)
            sum += powers[static_cast<size_t>(p)] / total * v[at(v_shape, b, p, h, e)];
          EXPECT_NEAR(result[at(found[0]->shape(), b, t, h, e)], sum, 2e-5);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Attention, AttentionOp,
                         testing::Values(Case{2, 5, 7, 3, 4, 6, {1, 1, 1, 1}}, Case{2, 9, 40, 2, 16, 32, {1, 1, 9, 40}},
                                         Case{1, 1, 3, 1, 1, 1, {1, 1, 1, 3}}, Case{3, 4, 16, 2, 33, 17, {3, 1, 1, 16}},
                                         Case{2, 3, 4, 2, 2, 2, {2, 2, 3, 4}}, Case{0, 3, 4, 2, 2, 2, {1, 1, 1, 4}}));

TEST(AttentionOp, RefusesShapesThatDoNotFit) {
  const Ints q{2, 3, 2, 4}, k{2, 5, 2, 4}, v{2, 5, 2, 6}, one{1, 1, 1, 1};
  struct Shapes {
    Ints q, k, v, added;
  };
  for (const auto& [queries, keys, values, added] :
       {Shapes{{1, 3, 2, 4}, k, v, one}, Shapes{q, {2, 5, 1, 4}, v, one}, Shapes{q, {2, 5, 2, 3}, v, one},
        Shapes{q, k, {2, 4, 2, 6}, one}, Shapes{q, k, v, {1, 1, 1, 4}}, Shapes{q, k, v, {1, 3, 1, 1}},
        Shapes{{2, 3, 4}, k, v, one}, Shapes{q, k, v, {1}}}) {
    test::Builder builder;
    const auto constant = [&builder](const Ints& shape) {
      return builder.constant(test::tensor(shape, test::normals(shape, 1)));
    };
    const Endpoint mixed =
        builder.add("FedkerasAttention", {constant(queries), constant(keys), constant(values), constant(added)});
    EXPECT_THROW(test::evaluate(builder.graph, {mixed}, {}), Error);
  }
  test::Builder builder;
  const auto constant = [&builder](const Ints& shape) {
    return builder.constant(test::tensor(shape, test::normals(shape, 1)));
  };
  const Endpoint back = builder.add(
      "FedkerasAttentionGrad", {constant(q), constant(k), constant(v), constant({2, 2, 3, 4}), constant({2, 3, 2, 6})});
  EXPECT_THROW(test::evaluate(builder.graph, {back}, {}), Error);
}

}  // namespace
}  // namespace tf
