#include <limits>
#include <random>

#include "../core/kernels/index.h"
#include "support.h"

namespace tf {
namespace {

// Few distinct values: most windows hold their greatest more than once.
std::vector<float> coarse(int64_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> values(static_cast<size_t>(size));
  for (float& value : values) value = static_cast<float>(random() % 5) - 2.0f;
  return values;
}

using Ints = std::vector<int64_t>;
using Elements = std::vector<AttributeElement>;
using std::string_literals::operator""s;

struct Pool {
  Ints x;
  int64_t size, stride;
  std::string padding;
};

class MaxPoolGradient : public testing::TestWithParam<Pool> {};

TEST_P(MaxPoolGradient, IsLibtensorflows) {
  const auto& [shape, size, stride, padding] = GetParam();
  const Attributes attributes{{"ksize", Elements{int64_t{1}, size, size, int64_t{1}}},
                              {"strides", Elements{int64_t{1}, stride, stride, int64_t{1}}},
                              {"padding", padding}};
  const TensorRef x = test::tensor(shape, coarse(shape[0] * shape[1] * shape[2] * shape[3], 1));
  test::Builder forward;
  const TensorRef y = test::evaluate(forward.graph, {forward.add("MaxPool", {forward.constant(x)}, attributes)}, {})[0];
  const TensorRef dy = test::tensor(y->shape(), coarse(static_cast<int64_t>(y->byteLength() / sizeof(float)), 2));
  test::Builder backward;
  const Endpoint in = backward.constant(x), out = backward.constant(y), gradient = backward.constant(dy);
  const auto found = test::evaluate(backward.graph,
                                    {backward.add("FedkerasMaxPoolGrad", {in, gradient}, attributes),
                                     backward.add("MaxPoolGrad", {in, out, gradient}, attributes)},
                                    {});
  EXPECT_EQ(test::values<float>(found[0]), test::values<float>(found[1]));
}

INSTANTIATE_TEST_SUITE_P(Kernels, MaxPoolGradient,
                         testing::Values(Pool{{2, 6, 6, 5}, 2, 2, "VALID"}, Pool{{1, 7, 5, 33}, 2, 2, "VALID"},
                                         Pool{{2, 7, 5, 3}, 3, 2, "SAME"}, Pool{{1, 5, 5, 1}, 3, 1, "SAME"},
                                         Pool{{1, 6, 6, 2}, 3, 1, "VALID"}, Pool{{1, 7, 7, 2}, 2, 3, "SAME"},
                                         Pool{{0, 4, 4, 2}, 2, 2, "VALID"}));

TEST(MaxPoolGradient, RefusesAGradientOfAnotherShape) {
  test::Builder builder;
  const Elements two{int64_t{1}, int64_t{2}, int64_t{2}, int64_t{1}};
  const Attributes attributes{{"ksize", two}, {"strides", two}, {"padding", "VALID"s}};
  const Endpoint x = builder.constant(test::tensor({1, 4, 4, 1}, coarse(16, 1)));
  for (const Ints& shape : {Ints{1, 3, 2, 1}, Ints{1, 2, 2, 2}, Ints{2, 2, 2, 1}, Ints{4}}) {
    int64_t size = 1;
    for (const int64_t dim : shape) size *= dim;
    const Endpoint dy = builder.constant(test::tensor(shape, coarse(size, 2)));
    const Endpoint dx = builder.add("FedkerasMaxPoolGrad", {x, dy}, attributes);
    EXPECT_THROW(test::evaluate(builder.graph, {dx}, {}), Error);
  }
}

TEST(AllFinite, FindsOneElementThatIsNot) {
  const auto finite = [](const std::vector<float>& a, const std::vector<float>& b) {
    test::Builder builder;
    const auto tensor = [&builder](const std::vector<float>& values) {
      return builder.constant(test::tensor({static_cast<int64_t>(values.size())}, values));
    };
    const std::vector<Endpoint> xs{tensor(a), tensor(b)};
    return test::values<uint8_t>(test::evaluate(builder.graph, {builder.add("FedkerasAllFinite", {xs})}, {})[0])[0];
  };
  using Limits = std::numeric_limits<float>;
  EXPECT_EQ(finite({0, -0.0f, Limits::max(), Limits::lowest(), Limits::denorm_min()}, {}), 1);
  for (const float bad : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN(), -Limits::quiet_NaN()}) {
    for (size_t at : {0u, 17u, 99u}) {
      std::vector<float> values(100, 1.0f);
      values[at] = bad;
      EXPECT_EQ(finite({1}, values), 0);
      EXPECT_EQ(finite(values, {1}), 0);
    }
  }
}

}  // namespace
}  // namespace tf
