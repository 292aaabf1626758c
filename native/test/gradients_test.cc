#include "../core/gradients.h"

#include <cmath>

#include "support.h"

namespace tf {
namespace {

using test::Builder;

TEST(Gradients, StartFromInitialGradients) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{3}});
  const Endpoint w = builder.placeholder(TF_FLOAT, Shape{{3}});
  const Endpoint dy = builder.placeholder(TF_FLOAT, Shape{{3}});
  const Endpoint y = builder.add("Mul", {builder.add("Tanh", {x}), w});
  const auto gradients = addGradients(*builder.graph, std::vector{y}, std::vector{x, w}, std::vector{dy});
  ASSERT_EQ(gradients.size(), 2u);
  EXPECT_EQ(builder.graph->dtype(gradients[0]), TF_FLOAT);
  const std::vector<float> xs{0.5f, -1, 2}, ws{3, 1, -2}, dys{1, 10, 0.5f};
  const auto fetched = test::evaluate(
      builder.graph, gradients,
      {{x, test::tensor<float>({3}, xs)}, {w, test::tensor<float>({3}, ws)}, {dy, test::tensor<float>({3}, dys)}});
  for (int i = 0; i < 3; ++i) {
    const double tanh = std::tanh(static_cast<double>(xs[i]));
    EXPECT_NEAR(test::values<float>(fetched[0])[i], dys[i] * ws[i] * (1 - tanh * tanh), 1e-5);
    EXPECT_NEAR(test::values<float>(fetched[1])[i], dys[i] * tanh, 1e-5);
  }
}

// d(a x y + b x) / dx = a y + b, for two outputs with the initial gradients a and b.
TEST(Gradients, AddUpOverSeveralOutputs) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_DOUBLE, Shape{std::vector<int64_t>{}});
  const Endpoint y = builder.placeholder(TF_DOUBLE, Shape{std::vector<int64_t>{}});
  const Endpoint a = builder.constant(test::scalar(5.0)), b = builder.constant(test::scalar(7.0));
  const auto gradients =
      addGradients(*builder.graph, std::vector{builder.add("Mul", {x, y}), builder.add("Identity", {x})},
                   std::vector{x}, std::vector{a, b});
  const auto fetched = test::evaluate(builder.graph, gradients, {{x, test::scalar(2.0)}, {y, test::scalar(3.0)}});
  EXPECT_EQ(test::values<double>(fetched[0]), std::vector{22.0});
}

TEST(Gradients, AreMissingForIntegersAndForWhatIsNotUsed) {
  Builder builder;
  const Endpoint table = builder.placeholder(TF_FLOAT, Shape{{4, 2}});
  const Endpoint rows = builder.placeholder(TF_INT32, Shape{{3}});
  const Endpoint unused = builder.placeholder(TF_FLOAT, Shape{{2}});
  const Endpoint y = builder.add("GatherV2", {table, rows, builder.constant(test::scalar<int32_t>(0))});
  const Endpoint dy = builder.add("OnesLike", {y});
  const Endpoint later = builder.add("Neg", {y});
  const auto gradients =
      addGradients(*builder.graph, std::vector{y}, std::vector{rows, unused, table, later}, std::vector{dy});
  EXPECT_EQ(gradients[0], kNoGradient);
  EXPECT_EQ(gradients[1], kNoGradient);
  EXPECT_EQ(gradients[3], kNoGradient);
  // The row taken twice gets 2, the row not taken 0.
  const auto fetched = test::evaluate(
      builder.graph, {gradients[2]},
      {{rows, test::tensor<int32_t>({3}, {3, 0, 3})}, {table, test::tensor<float>({4, 2}, std::vector<float>(8))}});
  EXPECT_EQ(test::values<float>(fetched[0]), (std::vector<float>{1, 1, 0, 0, 0, 0, 2, 2}));
}

TEST(Gradients, OfOutputsThatDependOnNothingAreMissing) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{2}}), other = builder.placeholder(TF_FLOAT, Shape{{2}});
  const Endpoint y = builder.add("Neg", {x}), unrelated = builder.add("Neg", {other});
  const Endpoint dy = builder.placeholder(TF_FLOAT, Shape{{2}});
  EXPECT_EQ(addGradients(*builder.graph, std::vector{unrelated}, std::vector{x}, std::vector{dy}),
            std::vector{kNoGradient});
  EXPECT_TRUE(addGradients(*builder.graph, std::vector{y}, {}, std::vector{dy}).empty());
  const auto gradients = addGradients(*builder.graph, std::vector{y, unrelated}, std::vector{x}, std::vector{dy, dy});
  const auto fetched = test::evaluate(builder.graph, gradients, {{dy, test::tensor<float>({2}, {1, 2})}});
  EXPECT_EQ(test::values<float>(fetched[0]), (std::vector<float>{-1, -2}));
}

TEST(Gradients, TheirOperationsAreNumberedToo) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{2}});
  const Endpoint y = builder.add("Square", {x});
  const Endpoint dy = builder.constant(test::tensor<float>({2}, {1, 1}));
  const auto first = addGradients(*builder.graph, std::vector{y}, std::vector{x}, std::vector{dy});
  EXPECT_GT(first[0], dy);
  const Endpoint next = builder.add("Neg", {first[0]});
  EXPECT_GT(next, first[0]);
  // Of an operation that gradients made: d(-2x)/dx = -2.
  const auto second = addGradients(*builder.graph, std::vector{next}, std::vector{x}, std::vector{dy});
  const auto fetched = test::evaluate(builder.graph, {next, second[0]}, {{x, test::tensor<float>({2}, {3, -4})}});
  EXPECT_EQ(test::values<float>(fetched[0]), (std::vector<float>{-6, 8}));
  EXPECT_EQ(test::values<float>(fetched[1]), (std::vector<float>{-2, -2}));
}

TEST(Gradients, TheGradientOfAnIdentityIsTheInitialOne) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{2}});
  const Endpoint dx = builder.placeholder(TF_FLOAT, Shape{{2}});
  EXPECT_EQ(addGradients(*builder.graph, std::vector{x}, std::vector{x}, std::vector{dx}), std::vector{dx});
}

TEST(Gradients, AnOpWithoutARuleFailsAndTheGraphStaysUsable) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{2}});
  const Endpoint y = builder.add("Xdivy", {builder.add("Tanh", {x}), x});
  const Endpoint dy = builder.add("OnesLike", {y});
  EXPECT_ERROR(addGradients(*builder.graph, std::vector{y}, std::vector{x}, std::vector{dy}), TF_NOT_FOUND, "Xdivy");
  const Endpoint next = builder.add("Neg", {x});
  const auto fetched = test::evaluate(builder.graph, {next}, {{x, test::tensor<float>({2}, {1, 2})}});
  EXPECT_EQ(test::values<float>(fetched[0]), (std::vector<float>{-1, -2}));
}

TEST(Gradients, RefuseWrongArguments) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{2}});
  EXPECT_ERROR(addGradients(*builder.graph, std::vector{x}, std::vector{x}, {}), TF_INVALID_ARGUMENT,
               "`dys` must have one gradient for each of the 1 `ys`, received 0");
  EXPECT_ERROR(addGradients(*builder.graph, std::vector{x}, std::vector<Endpoint>{65536}, std::vector{x}),
               TF_INVALID_ARGUMENT, "`xs` names operation 1");
}

}  // namespace
}  // namespace tf
