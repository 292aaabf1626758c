#include "../core/bfloat16.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "support.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;
using Elements = std::vector<AttributeElement>;
using Bits = std::vector<uint16_t>;
using std::string_literals::operator""s;
using Limits = std::numeric_limits<float>;

constexpr uint16_t kNan = 0x7fc0;

TensorRef tensor(const Ints& shape, const Bits& bits) { return test::tensor<uint16_t>(shape, bits, TF_BFLOAT16); }

bool isNan(uint16_t bits) { return (bits & 0x7fff) > 0x7f80; }

// What is not a number has one form.
Bits bitsOf(const TensorRef& tensor) {
  Bits bits = test::values<uint16_t>(tensor);
  for (uint16_t& value : bits) value = isNan(value) ? kNan : value;
  return bits;
}

Bits rounded(const std::vector<float>& values) {
  Bits bits;
  for (const float value : values) bits.push_back(fromFloat<Bfloat16>(value).bits);
  return bits;
}

int64_t sizeOf(const Ints& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

// All 65536 numbers in another order: zeros with signs, subnormal numbers, infinities, and what is not a number.
Bits all() {
  Bits bits(1 << 16);
  std::iota(bits.begin(), bits.end(), uint16_t{0});
  std::shuffle(bits.begin(), bits.end(), std::mt19937(1));
  return bits;
}

Bits normals(const Ints& shape, uint32_t seed) { return rounded(test::normals(shape, seed)); }

// The results of our op and of libtensorflow's for the same inputs.
std::pair<Bits, Bits> both(const char* ours, const char* theirs, const std::vector<TensorRef>& inputs,
                           const Attributes& attributes = {}) {
  test::Builder b;
  std::vector<OperationInput> list;
  for (const TensorRef& input : inputs) list.emplace_back(b.constant(input));
  const auto found = test::evaluate(b.graph, {b.add(ours, list, attributes), b.add(theirs, list, attributes)});
  EXPECT_EQ(found[0]->shape(), found[1]->shape());
  return {bitsOf(found[0]), bitsOf(found[1])};
}

TEST(Bfloat16, RoundsToTheNearestEvenOne) {
  const float tie = 1.0f + 0x1p-8f, above = std::nextafter(tie, 2.0f), odd = 1.0f + 3 * 0x1p-8f;
  EXPECT_EQ(rounded({1.0f, tie, above, odd, -tie, 0.0f, -0.0f}),
            (Bits{0x3f80, 0x3f80, 0x3f81, 0x3f82, 0xbf80, 0x0000, 0x8000}));
  EXPECT_EQ(rounded({Limits::max(), -Limits::infinity(), 1e-45f}), (Bits{0x7f80, 0xff80, 0x0000}));
  EXPECT_TRUE(isNan(rounded({Limits::quiet_NaN()})[0]));
  // All bits of the fraction set: rounding up would give -0.
  EXPECT_TRUE(isNan(rounded({std::bit_cast<float>(0xffffffffu)})[0]));
  for (const uint16_t bits : all()) {
    EXPECT_EQ(isNan(bits) ? bits : fromFloat<Bfloat16>(toFloat(Bfloat16{bits})).bits, bits);
  }
}

class OfSize : public testing::TestWithParam<int64_t> {};

TEST_P(OfSize, CastsAreThoseOfOneNumber) {
  const auto count = GetParam();
  std::vector<float> x = test::normals({count}, 1);
  if (count > 2) x[1] = Limits::quiet_NaN(), x[2] = -Limits::infinity();
  test::Builder b;
  const Endpoint narrow = b.add("FedkerasCastToBfloat16", {b.constant(test::tensor<float>({count}, x))});
  const auto found = test::evaluate(b.graph, {narrow, b.add("FedkerasCastToFloat", {narrow})});
  const Bits bits = rounded(x);
  EXPECT_EQ(test::values<uint16_t>(found[0]), bits);
  const auto wide = test::values<float>(found[1]);
  for (size_t i = 0; i < bits.size(); ++i)
    EXPECT_EQ(std::bit_cast<uint32_t>(wide[i]), static_cast<uint32_t>(bits[i]) << 16);
}

TEST_P(OfSize, ReluAndItsGradientAreLibtensorflows) {
  const auto count = GetParam();
  const auto [y, expected] = both("FedkerasRelu", "Relu", {tensor({count}, normals({count}, 1))});
  EXPECT_EQ(y, expected);
  const auto [dx, gradient] =
      both("FedkerasReluGrad", "ReluGrad", {tensor({count}, normals({count}, 2)), tensor({count}, y)});
  // It multiplies, which gives zeros a sign.
  for (size_t i = 0; i < dx.size(); ++i) EXPECT_EQ(toFloat(Bfloat16{dx[i]}), toFloat(Bfloat16{gradient[i]}));
}

TEST_P(OfSize, BiasesAreAddedAsByLibtensorflow) {
  const auto count = GetParam();
  const auto [y, expected] = both("FedkerasBiasAdd", "BiasAdd",
                                  {tensor({3, count}, normals({3, count}, 1)), tensor({count}, normals({count}, 2))});
  EXPECT_EQ(y, expected);
  test::Builder b;
  const Endpoint x = b.constant(tensor({3, count}, normals({3, count}, 1))),
                 bias = b.constant(tensor({count}, normals({count}, 2)));
  const auto rectified = test::evaluate(
      b.graph, {b.add("FedkerasBiasRelu", {x, bias}), b.add("FedkerasRelu", {b.add("FedkerasBiasAdd", {x, bias})})});
  EXPECT_EQ(bitsOf(rectified[0]), bitsOf(rectified[1]));
}

TEST_P(OfSize, SumsOfRowsAreRoundedOnce) {
  const auto count = GetParam(), rows = int64_t{201};
  const Bits x = normals({rows, count}, 1);
  test::Builder b;
  const Endpoint in = b.constant(tensor({rows, count}, x));
  const Endpoint w = b.constant(test::tensor<float>({count}, test::normals({count}, 2)));
  const auto found = test::evaluate(b.graph, {b.add("FedkerasSumRows", {in}), b.add("FedkerasSubtractSum", {w, in})});
  const auto sums = test::values<uint16_t>(found[0]);
  const auto after = test::values<float>(found[1]), before = test::normals({count}, 2);
  for (int64_t i = 0; i < count; ++i) {
    double sum = 0;
    for (int64_t row = 0; row < rows; ++row) sum += toFloat(Bfloat16{x[row * count + i]});
    EXPECT_NEAR(toFloat(Bfloat16{sums[i]}), sum, std::abs(sum) * 0x1p-8 + 1e-4);
    EXPECT_NEAR(after[i], before[i] - sum, 1e-4);
  }
}

TEST_P(OfSize, AProductIsSubtractedAsTheOneOfFloats) {
  const auto count = GetParam();
  const Bits x = normals({5, 7}, 1), dy = normals({5, count}, 2);
  const auto wide = [](const Bits& bits) {
    std::vector<float> values;
    for (const uint16_t value : bits) values.push_back(toFloat(Bfloat16{value}));
    return values;
  };
  test::Builder b;
  const auto w = [&] { return b.constant(test::tensor<float>({7, count}, test::normals({7, count}, 3))); };
  const auto found = test::evaluate(
      b.graph,
      {b.add("FedkerasSubtractProduct", {w(), b.constant(tensor({5, 7}, x)), b.constant(tensor({5, count}, dy))}),
       b.add("FedkerasSubtractProduct", {w(), b.constant(test::tensor<float>({5, 7}, wide(x))),
                                         b.constant(test::tensor<float>({5, count}, wide(dy)))})});
  EXPECT_EQ(test::values<float>(found[0]), test::values<float>(found[1]));
}

INSTANTIATE_TEST_SUITE_P(Bfloat16, OfSize, testing::Values(0, 1, 7, 16, 33, 100));

TEST(Bfloat16, ReluOfAllNumbersIsLibtensorflows) {
  const auto [y, expected] = both("FedkerasRelu", "Relu", {tensor({1 << 16}, all())});
  for (size_t i = 0; i < y.size(); ++i) {
    // Subnormal numbers are zeros to libtensorflow, and a zero's sign is nobody's business.
    const bool is_subnormal = y[i] < 0x0080 && (expected[i] & 0x7fff) < 0x0080;
    EXPECT_TRUE(y[i] == expected[i] || is_subnormal) << y[i] << ", " << expected[i];
  }
}

TEST(Bfloat16, RefusesShapesThatDoNotFit) {
  const Elements four{int64_t{1}, int64_t{2}, int64_t{2}, int64_t{1}};
  const Elements huge{int64_t{1}, int64_t{200}, int64_t{200}, int64_t{1}};
  const auto run = [](const char* op, const std::vector<Ints>& shapes, const Attributes& attributes) {
    test::Builder b;
    std::vector<OperationInput> inputs;
    for (const Ints& shape : shapes) inputs.emplace_back(b.constant(tensor(shape, Bits(sizeOf(shape)))));
    test::evaluate(b.graph, {b.add(op, inputs, attributes)});
  };
  EXPECT_ERROR(run("FedkerasReluGrad", {{2}, {3}}, {}), TF_INVALID_ARGUMENT, "the same shape");
  EXPECT_ERROR(run("FedkerasBiasAdd", {{2, 3}, {2}}, {}), TF_INVALID_ARGUMENT, "as many biases");
  EXPECT_ERROR(run("FedkerasSumRows", {{}}, {}), TF_INVALID_ARGUMENT, "out of bounds");
  EXPECT_ERROR(run("FedkerasMaxPool", {{2, 3}}, {{"ksize", four}, {"strides", four}, {"padding", "SAME"s}}),
               TF_INVALID_ARGUMENT, "4 dimensions");
  EXPECT_ERROR(run("FedkerasMaxPool", {{1, 1, 1, 1}}, {{"ksize", huge}, {"strides", four}, {"padding", "SAME"s}}),
               TF_INVALID_ARGUMENT, "32767 places");
}

}  // namespace
}  // namespace tf
