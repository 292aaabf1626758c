#include <algorithm>
#include <cmath>
#include <limits>

#include "../core/float_mode.h"
#include "support.h"

namespace tf {
namespace {

using std::string_literals::operator""s;
using Limits = std::numeric_limits<float>;

const std::vector<float> kExtremes{0.0f,
                                   -0.0f,
                                   1.0f,
                                   -1.0f,
                                   0.5f,
                                   -3.0f,
                                   1e-30f,
                                   -1e-30f,
                                   Limits::denorm_min(),
                                   -1e-40f,
                                   Limits::min(),
                                   100.0f,
                                   -100.0f,
                                   -200.0f,
                                   1e30f,
                                   -1e30f,
                                   Limits::max(),
                                   Limits::lowest(),
                                   Limits::infinity(),
                                   -Limits::infinity(),
                                   Limits::quiet_NaN()};

// A function of our op, which libtensorflow has an op of the same name for, and where its arguments are.
struct Function {
  std::string name;
  int operands;
  float least = -10, most = 10;
  float size = 1e-3f;       // of results, where they may be small differences
  float negligible = 0.0f;  // arguments below it, other than 0, are another matter at the extremes
};

// How near the two must be, in units in the last place.
constexpr float kUnits = 8;
// libtensorflow computes a small `exp(x) - 1` as such, and loses its digits.
constexpr float kLost = 1e-6f;
// The C library takes the logarithm, and the power, of a subnormal number although it counts as 0.
constexpr float kNormal = Limits::min();

std::vector<TensorRef> both(const Function& function, const std::vector<std::vector<float>>& operands) {
  test::Builder b;
  std::vector<Endpoint> list;
  std::vector<OperationInput> inputs;
  for (const auto& values : operands) {
    list.push_back(b.constant(test::tensor({static_cast<int64_t>(values.size())}, values)));
    inputs.emplace_back(list.back());
  }
  const FlushSubnormals flush;  // as on the threads where computations run
  return test::evaluate(
      b.graph, {b.add("FedkerasElementwise", {list}, {{"function", function.name}}), b.add(function.name, inputs)});
}

std::vector<std::vector<float>> operandsOf(const Function& function, const std::vector<float>& x,
                                           const std::vector<float>& y) {
  if (function.operands == 1) return {x};
  return {x, y};
}

class Elementwise : public testing::TestWithParam<Function> {};

TEST_P(Elementwise, IsLibtensorflowsFunction) {
  const Function& function = GetParam();
  constexpr int kCount = 4001;
  std::vector<float> x(kCount), y(kCount);
  for (int i = 0; i < kCount; ++i) {
    x[i] = function.least + (function.most - function.least) * static_cast<float>(i) / (kCount - 1);
    y[i] = function.least + (function.most - function.least) * static_cast<float>(i * 7 % kCount) / (kCount - 1);
  }
  const auto results = both(function, operandsOf(function, x, y));
  const auto found = test::values<float>(results[0]), expected = test::values<float>(results[1]);
  ASSERT_EQ(results[0]->shape(), results[1]->shape());
  for (int i = 0; i < kCount; ++i) {
    EXPECT_NEAR(found[i], expected[i], kUnits * Limits::epsilon() * std::max(std::abs(expected[i]), function.size))
        << x[i] << ", " << y[i];
  }
}

// What kind of number it is: not one, infinite, zero, subnormal, or another, and of which sign.
std::string kindOf(float x) {
  if (std::isnan(x)) return "NaN";
  const std::string sign = std::signbit(x) ? "-" : "+";
  if (std::isinf(x)) return sign + "infinity";
  return std::abs(x) < Limits::min() ? "0" : sign;
}

TEST_P(Elementwise, IsOfLibtensorflowsKindAtTheExtremes) {
  const Function& function = GetParam();
  const size_t count = kExtremes.size();
  std::vector<float> x, y;
  for (size_t i = 0; i < count * (function.operands == 1 ? 1 : count); ++i) {
    x.push_back(kExtremes[i % count]);
    y.push_back(kExtremes[i / count]);
  }
  const auto results = both(function, operandsOf(function, x, y));
  const auto found = test::values<float>(results[0]), expected = test::values<float>(results[1]);
  const auto isNegligible = [&](float value) { return value != 0 && std::abs(value) < function.negligible; };
  for (size_t i = 0; i < x.size(); ++i) {
    if (isNegligible(x[i]) || (function.operands == 2 && isNegligible(y[i]))) continue;
    EXPECT_EQ(kindOf(found[i]), kindOf(expected[i]))
        << function.name << " of " << x[i] << ", " << y[i] << ": " << found[i] << " for " << expected[i];
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kernels, Elementwise,
    testing::Values(Function{"Exp", 1}, Function{"Expm1", 1}, Function{"Log", 1, 0.01f, 10, 1e-3f, kNormal},
                    Function{"Log1p", 1, -0.9f}, Function{"Tanh", 1}, Function{"Sigmoid", 1},
                    Function{"Rsqrt", 1, 0.01f}, Function{"Reciprocal", 1, 0.01f}, Function{"Erf", 1},
                    Function{"Elu", 1, -10, 10, 1, kLost}, Function{"Selu", 1, -10, 10, 1, kLost},
                    Function{"Softplus", 1}, Function{"Softsign", 1}, Function{"Pow", 2, 0.1f, 5, 1e-3f, kNormal},
                    Function{"TanhGrad", 2, -1, 1}, Function{"SigmoidGrad", 2, 0, 1}, Function{"SqrtGrad", 2, 0.01f},
                    Function{"RsqrtGrad", 2, 0.01f}, Function{"ReciprocalGrad", 2}, Function{"EluGrad", 2, -1},
                    Function{"SeluGrad", 2, -1.7f}, Function{"SoftplusGrad", 2}, Function{"SoftsignGrad", 2}),
    [](const auto& info) { return info.param.name; });

// The last elements of a tensor, too few for a vector, have the bits of the others.
TEST(Elementwise, DoesNotDependOnWhereAnElementIs) {
  for (const auto& function : {Function{"Exp", 1}, Function{"Tanh", 1}, Function{"Sigmoid", 1}, Function{"Erf", 1}}) {
    const auto found = test::values<float>(both(function, {std::vector<float>(37, 0.7f)})[0]);
    EXPECT_EQ(found, std::vector<float>(37, found[0])) << function.name;
  }
}

TEST(Elementwise, TakesOneNumberForAll) {
  test::Builder b;
  const std::vector<Endpoint> list{b.constant(test::tensor<float>({2, 2}, {1, 2, 3, 4})),
                                   b.constant(test::scalar(2.0f))};
  const auto result = test::evaluate(b.graph, {b.add("FedkerasElementwise", {list}, {{"function", "Pow"s}})})[0];
  EXPECT_EQ(result->shape(), (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(test::values<float>(result), (std::vector<float>{1, 4, 9, 16}));
}

TEST(Elementwise, RefusesWhatDoesNotFit) {
  const auto run = [](const std::string& function, const std::vector<std::vector<int64_t>>& shapes) {
    test::Builder b;
    std::vector<Endpoint> list;
    for (const auto& shape : shapes) list.push_back(b.constant(test::tensor(shape, test::normals(shape, 1))));
    test::evaluate(b.graph, {b.add("FedkerasElementwise", {list}, {{"function", function}})});
  };
  EXPECT_NO_THROW(run("Exp", {{0, 3}}));
  EXPECT_ERROR(run("Sinh", {{2}}), TF_INVALID_ARGUMENT, "`function` must be known, received Sinh");
  EXPECT_ERROR(run("Exp", {{2}, {2}}), TF_INVALID_ARGUMENT, "another number of operands");
  EXPECT_ERROR(run("Pow", {{2}}), TF_INVALID_ARGUMENT, "another number of operands");
  EXPECT_ERROR(run("Pow", {{2}, {3}}), TF_INVALID_ARGUMENT, "both operands must have the same shape");
  EXPECT_ERROR(run("Pow", {{}, {1}}), TF_INVALID_ARGUMENT, "both operands must have the same shape");
}

}  // namespace
}  // namespace tf
