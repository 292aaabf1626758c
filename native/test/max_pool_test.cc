// Pooling in `float` and in bfloat16 against libtensorflow's own.
#include <cmath>
#include <numeric>
#include <random>

#include "../core/bfloat16.h"
#include "support.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
using Elements = std::vector<AttributeElement>;
using std::string_literals::operator""s;

struct Pool {
  TF_DataType dtype;
  Ints x;
  int64_t size, stride;
  std::string padding;
};

Attributes windows(const Pool& pool) {
  return {{"ksize", Elements{int64_t{1}, pool.size, pool.size, int64_t{1}}},
          {"strides", Elements{int64_t{1}, pool.stride, pool.stride, int64_t{1}}},
          {"padding", pool.padding}};
}

// Of the type, which holds the values.
TensorRef tensor(TF_DataType dtype, const Ints& shape, const Floats& values) {
  if (dtype == TF_FLOAT) return test::tensor<float>(shape, values);
  std::vector<uint16_t> bits;
  for (const float value : values) bits.push_back(fromFloat<Bfloat16>(value).bits);
  return test::tensor<uint16_t>(shape, bits, TF_BFLOAT16);
}

Floats floats(const TensorRef& tensor) {
  if (tensor->dtype() == TF_FLOAT) return test::values<float>(tensor);
  Floats values;
  for (const uint16_t bits : test::values<uint16_t>(tensor)) values.push_back(toFloat(Bfloat16{bits}));
  return values;
}

size_t sizeOf(const Ints& shape) {
  return static_cast<size_t>(std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>()));
}

// Whole numbers, whose sums are exact.
Floats wholeNumbers(const Ints& shape, uint32_t seed) {
  Floats values = test::normals(shape, seed);
  for (float& value : values) value = std::round(4 * value);
  return values;
}

class MaxPool : public testing::TestWithParam<Pool> {};

TEST_P(MaxPool, AndItsGradientAreLibtensorflows) {
  const Pool& pool = GetParam();
  // Few distinct values, both zeros among them: most windows hold their greatest more than once.
  std::mt19937 random(1);
  Floats x(sizeOf(pool.x));
  for (float& value : x) value = Floats{0, -0.0f, -1, 1, -2}[random() % 5];
  test::Builder b;
  const Endpoint in = b.constant(tensor(pool.dtype, pool.x, x));
  const Endpoint y = b.add("FedkerasMaxPool", {in}, windows(pool));
  const auto forward = test::evaluate(b.graph, {y, b.add("MaxPool", {in}, windows(pool))});
  ASSERT_EQ(forward[0]->shape(), forward[1]->shape());
  EXPECT_EQ(floats(forward[0]), floats(forward[1]));
  const Ints pooled = forward[0]->shape();
  const Endpoint gradient = b.constant(tensor(pool.dtype, pooled, wholeNumbers(pooled, 2)));
  const auto backward = test::evaluate(b.graph, {b.add("FedkerasMaxPoolGrad", {in, gradient}, windows(pool)),
                                                 b.add("MaxPoolGrad", {in, y, gradient}, windows(pool))});
  EXPECT_EQ(floats(backward[0]), floats(backward[1]));
}

// Channels that fill vectors of 16, 8 and 4 and those that fill none, windows that overlap, end early or leave gaps.
std::vector<Pool> pools() {
  std::vector<Pool> all;
  for (const TF_DataType dtype : {TF_FLOAT, TF_BFLOAT16}) {
    for (const Pool& pool : {Pool{{}, {2, 6, 6, 5}, 2, 2, "VALID"}, Pool{{}, {1, 7, 5, 33}, 2, 2, "VALID"},
                             Pool{{}, {2, 7, 5, 3}, 3, 2, "SAME"}, Pool{{}, {1, 5, 5, 16}, 3, 1, "SAME"},
                             Pool{{}, {1, 6, 6, 2}, 3, 1, "VALID"}, Pool{{}, {1, 7, 7, 2}, 2, 3, "SAME"},
                             Pool{{}, {0, 4, 4, 2}, 2, 2, "VALID"}, Pool{{}, {2, 6, 6, 32}, 2, 2, "VALID"},
                             Pool{{}, {1, 7, 5, 16}, 2, 2, "SAME"}, Pool{{}, {1, 7, 7, 48}, 2, 3, "SAME"},
                             Pool{{}, {2, 6, 5, 24}, 2, 2, "SAME"}, Pool{{}, {1, 6, 6, 12}, 3, 3, "VALID"},
                             Pool{{}, {3, 5, 7, 4}, 3, 2, "VALID"}, Pool{{}, {1, 9, 9, 8}, 4, 1, "SAME"}}) {
      all.push_back(pool);
      all.back().dtype = dtype;
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(OfEither, MaxPool, testing::ValuesIn(pools()));

// Libtensorflow's own takes it for less than all numbers, wherever oneDNN computes it.
TEST(MaxPool, ShowsWhatIsNotANumber) {
  for (const TF_DataType dtype : {TF_FLOAT, TF_BFLOAT16}) {
    for (const int64_t channels : {1, 4, 8, 16}) {
      for (size_t at = 0; at < 4; ++at) {
        Floats four{INFINITY, 1, -1, -INFINITY}, x;
        four[at] = at % 2 == 0 ? NAN : -NAN;
        for (const float value : four) x.insert(x.end(), channels, value);
        const Pool pool{dtype, {1, 2, 2, channels}, 2, 2, "VALID"};
        test::Builder b;
        const Endpoint in = b.constant(tensor(dtype, pool.x, x));
        const auto y = test::evaluate(b.graph, {b.add("FedkerasMaxPool", {in}, windows(pool))});
        for (const float value : floats(y[0])) EXPECT_TRUE(std::isnan(value)) << at << " of " << channels;
      }
    }
  }
}

TEST(MaxPool, RefusesAWindowThatDoesNotFit) {
  for (const TF_DataType dtype : {TF_FLOAT, TF_BFLOAT16}) {
    const Pool pool{dtype, {1, 4, 2, 4}, 3, 1, "VALID"};
    test::Builder b;
    const Endpoint in = b.constant(tensor(dtype, pool.x, Floats(sizeOf(pool.x))));
    EXPECT_ERROR(test::evaluate(b.graph, {b.add("FedkerasMaxPool", {in}, windows(pool))}), TF_INVALID_ARGUMENT,
                 "a window of 3 does not fit into an axis of 2");
    const Endpoint dy = b.constant(tensor(dtype, {1, 2, 0, 4}, {}));
    EXPECT_ERROR(test::evaluate(b.graph, {b.add("FedkerasMaxPoolGrad", {in, dy}, windows(pool))}), TF_INVALID_ARGUMENT,
                 "a window of 3 does not fit into an axis of 2");
  }
}

TEST(MaxPool, OfNothingButInfinitiesIsOne) {
  for (const int64_t channels : {3, 16}) {
    const Pool pool{TF_FLOAT, {1, 2, 2, channels}, 2, 2, "VALID"};
    test::Builder b;
    const Endpoint in = b.constant(test::tensor<float>(pool.x, Floats(sizeOf(pool.x), -INFINITY)));
    const auto y = test::evaluate(b.graph, {b.add("FedkerasMaxPool", {in}, windows(pool))});
    EXPECT_EQ(floats(y[0]), Floats(channels, -INFINITY));
  }
}

TEST(MaxPoolGradOfBfloat16, GoesToWhatIsNotANumber) {
  for (const int64_t channels : {1, 16}) {
    for (size_t at = 0; at < 4; ++at) {
      Floats four{INFINITY, 1, -1, -INFINITY}, x;
      four[at] = NAN;
      for (const float value : four) x.insert(x.end(), channels, value);
      const Pool pool{TF_BFLOAT16, {1, 2, 2, channels}, 2, 2, "VALID"};
      test::Builder b;
      const Endpoint in = b.constant(tensor(pool.dtype, pool.x, x)),
                     dy = b.constant(tensor(pool.dtype, {1, 1, 1, channels}, Floats(channels, 1)));
      const auto dx = test::evaluate(b.graph, {b.add("FedkerasMaxPoolGrad", {in, dy}, windows(pool))});
      for (int64_t c = 0; c < channels; ++c) EXPECT_EQ(floats(dx[0])[at * channels + c], 1);
    }
  }
}

}  // namespace
}  // namespace tf
