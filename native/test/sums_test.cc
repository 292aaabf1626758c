#include <cmath>
#include <functional>
#include <numeric>

#include "support.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;
using Elements = std::vector<AttributeElement>;

int64_t sizeOf(const Ints& shape) { return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies()); }

// An op's result and that of libtensorflow's sum over the same axes.
std::vector<TensorRef> sums(const std::string& op, const Ints& shape, const Ints& axes) {
  test::Builder b;
  const Endpoint x = b.constant(test::tensor(shape, test::normals(shape, 1)));
  const Endpoint over = b.constant(test::tensor({static_cast<int64_t>(axes.size())}, axes));
  const Attributes attributes =
      op == "FedkerasSum" ? Attributes{{"axes", Elements(axes.begin(), axes.end())}} : Attributes{};
  return test::evaluate(b.graph, {b.add(op, {x}, attributes), b.add("Sum", {x, over})});
}

void expectSum(const std::string& op, const Ints& shape, const Ints& axes) {
  SCOPED_TRACE(op + " of " + shapeText(shape) + " over " + shapeText(axes));
  const auto results = sums(op, shape, axes);
  // libtensorflow adds one after another: what is rounded away grows with their number.
  test::expectNear(results[0], results[1], 1e-6f + 1e-7f * static_cast<float>(sizeOf(shape)));
}

TEST(Sum, IsLibtensorflowsOverAnyAxes) {
  for (const Ints& shape : {Ints{2, 3, 4, 5}, Ints{1, 70, 1, 9}, Ints{3, 0, 2, 1}, Ints{130, 2, 33, 1}}) {
    for (int mask = 0; mask < 16; ++mask) {
      Ints axes;
      for (int64_t axis = 3; axis >= 0; --axis) {
        if ((mask >> axis & 1) != 0) axes.push_back(axis);
      }
      expectSum("FedkerasSum", shape, axes);
    }
  }
  expectSum("FedkerasSum", {}, {});
}

TEST(Sum, IsLibtensorflowsOfAllAndOfRows) {
  for (const Ints& shape : {Ints{}, Ints{0}, Ints{1}, Ints{15}, Ints{16}, Ints{17}, Ints{1025}, Ints{10, 10},
                            Ints{3, 70, 7}, Ints{0, 4}, Ints{4, 0}, Ints{200, 1}}) {
    Ints axes(shape.size());
    std::iota(axes.begin(), axes.end(), 0);
    expectSum("FedkerasSumAll", shape, axes);
    if (shape.empty()) continue;
    axes.pop_back();
    expectSum("FedkerasSumRows", shape, axes);
  }
}

TEST(Sum, KeepsTheDigitsOfAMillionNumbers) {
  test::Builder b;
  const Endpoint x = b.constant(test::tensor({1'000'000, 1}, std::vector<float>(1'000'000, 0.1f)));
  const auto results = test::evaluate(b.graph, {b.add("FedkerasSumAll", {x}), b.add("FedkerasSumRows", {x}),
                                                b.add("FedkerasSum", {x}, {{"axes", Elements{int64_t{0}}}})});
  // One after another they would be 100,958.
  for (const TensorRef& result : results) EXPECT_NEAR(test::values<float>(result)[0], 100'000.0f, 20.0f);
}

TEST(Sum, RefusesAxesThatThereAreNot) {
  const auto run = [](const Ints& shape, int64_t axis) {
    test::Builder b;
    const Endpoint x = b.constant(test::tensor(shape, test::normals(shape, 1)));
    test::evaluate(b.graph, {b.add("FedkerasSum", {x}, {{"axes", Elements{axis}}})});
  };
  EXPECT_ERROR(run({2, 3}, 2), TF_INVALID_ARGUMENT, "axis 2 is none of 2");
  EXPECT_ERROR(run({2, 3}, -1), TF_INVALID_ARGUMENT, "axis -1 is none of 2");
  EXPECT_ERROR(run({}, 0), TF_INVALID_ARGUMENT, "axis 0 is none of 0");
  test::Builder b;
  const Endpoint x = b.placeholder(TF_FLOAT, Shape{});
  EXPECT_ERROR(test::evaluate(b.graph, {b.add("FedkerasSumRows", {x})}, {{x, test::scalar(1.0f)}}), TF_INVALID_ARGUMENT,
               "a scalar has no rows");
}

TEST(BiasAdd, IsLibtensorflowsToTheBit) {
  for (const Ints& shape : {Ints{10, 10}, Ints{3, 5, 7}, Ints{1, 33}, Ints{0, 4}, Ints{4, 0}, Ints{2, 3, 4, 16}}) {
    test::Builder b;
    const Ints columns{shape.back()};
    const Endpoint x = b.constant(test::tensor(shape, test::normals(shape, 1)));
    const Endpoint bias = b.constant(test::tensor(columns, test::normals(columns, 2)));
    const Endpoint sum = b.add("BiasAdd", {x, bias});
    const auto results = test::evaluate(b.graph, {b.add("FedkerasBiasAdd", {x, bias}), sum, x});
    EXPECT_EQ(results[0]->shape(), shape);
    EXPECT_EQ(test::values<float>(results[0]), test::values<float>(results[1]));
    EXPECT_EQ(test::values<float>(results[2]), test::normals(shape, 1));
    const auto rectified = test::evaluate(b.graph, {b.add("FedkerasBiasRelu", {x, bias}), b.add("Relu", {sum})});
    EXPECT_EQ(rectified[0]->shape(), shape);
    EXPECT_EQ(test::values<float>(rectified[0]), test::values<float>(rectified[1]));
  }
}

TEST(BiasRelu, ShowsWhatIsNotANumber) {
  test::Builder b;
  const Endpoint x = b.constant(test::tensor<float>({5}, {NAN, -NAN, INFINITY, -INFINITY, -1}));
  const Endpoint bias = b.constant(test::tensor<float>({5}, {1, 1, 1, 1, 1}));
  const auto y = test::values<float>(test::evaluate(b.graph, {b.add("FedkerasBiasRelu", {x, bias})})[0]);
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]));
  EXPECT_EQ(std::vector(y.begin() + 2, y.end()), (std::vector<float>{INFINITY, 0, 0}));
}

TEST(BiasAdd, RefusesShapesThatDoNotFit) {
  const auto run = [](const Ints& shape, const Ints& bias) {
    test::Builder b;
    const Endpoint x = b.constant(test::tensor(shape, test::normals(shape, 1)));
    const Endpoint y = b.constant(test::tensor(bias, test::normals(bias, 2)));
    test::evaluate(b.graph, {b.add("FedkerasBiasAdd", {x, y})});
  };
  EXPECT_ERROR(run({2, 3}, {2}), TF_INVALID_ARGUMENT, "as many biases as columns");
  EXPECT_ERROR(run({}, {1}), TF_INVALID_ARGUMENT, "as many biases as columns");
  EXPECT_ERROR(run({2, 3}, {1, 3}), TF_INVALID_ARGUMENT, "input 1 must have 1 dimensions, received 2");
}

}  // namespace
}  // namespace tf
