#include <limits>
#include <numeric>
#include <random>

#include "../core/kernels/activations.h"
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
                                         Pool{{1, 7, 5, 3}, 2, 2, "SAME"}, Pool{{0, 4, 4, 2}, 2, 2, "VALID"},
                                         // In blocks of channels.
                                         Pool{{2, 6, 6, 32}, 2, 2, "VALID"}, Pool{{1, 7, 5, 16}, 2, 2, "SAME"},
                                         Pool{{1, 7, 7, 48}, 2, 3, "SAME"}, Pool{{1, 5, 5, 16}, 3, 1, "SAME"},
                                         Pool{{1, 24, 24, 16}, 20, 20, "SAME"}));

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

TEST(Activations, AreTheFunctions) {
  for (float x = -100.0f; x <= 100.0f; x += 0.0137f) {
    const double e = std::exp(-static_cast<double>(x));
    EXPECT_NEAR(logistic(x), 1 / (1 + e), std::max(4e-7 / (1 + e), 1e-37)) << x;
    EXPECT_NEAR(hyperbolicTangent(x) / std::tanh(static_cast<double>(x)), 1.0, 4e-7) << x;
  }
  EXPECT_EQ(hyperbolicTangent(0.0f), 0.0f);
  EXPECT_TRUE(std::isnan(logistic(std::nanf(""))));
  EXPECT_TRUE(std::isnan(hyperbolicTangent(std::nanf(""))));
}

TEST(Dims, AreAsManyAsThereAre) {
  Dims dims;
  EXPECT_TRUE(dims.empty());
  Ints expected;
  for (int64_t size = 1; size <= 20; ++size) {
    dims.push_back(size);
    expected.push_back(size);
    EXPECT_EQ(Ints(dims.begin(), dims.end()), expected);
    EXPECT_EQ(dims.size(), expected.size());
    EXPECT_EQ(dims.back(), size);
    EXPECT_EQ(dims, Dims(expected));
  }
  dims[12] = 0;
  EXPECT_FALSE(dims == Dims(expected));
  EXPECT_FALSE((Dims{1, 2} == Dims{1, 2, 3}));
  // Of a tensor, too.
  test::Builder b;
  const Ints many(12, 1);
  const Endpoint x = b.constant(test::tensor(many, test::normals(many, 1))),
                 one = b.constant(test::tensor({1}, test::normals({1}, 2)));
  const auto found = test::evaluate(b.graph, {b.add("FedkerasBiasAdd", {x, one}), b.add("AddV2", {x, one})});
  EXPECT_EQ(found[0]->shape(), many);
  test::expectNear(found[0], found[1], 0.0f);
}

TEST(SubtractProduct, IsLibtensorflowsDifference) {
  for (const auto& [examples, rows, columns] : {std::array<int64_t, 3>{5, 9, 40},
                                                {20, 33, 64},
                                                {1, 3, 2},
                                                {0, 4, 32},
                                                {10, 37, 10},
                                                {4, 16, 9},
                                                // More weights than are copied at once.
                                                {3, 700, 100},
                                                {2, 2, 40000}}) {
    test::Builder b;
    const Endpoint w = b.constant(test::tensor({rows, columns}, test::normals({rows * columns}, 1)));
    const Endpoint x = b.constant(test::tensor({examples, rows}, test::normals({examples * rows}, 2)));
    const Endpoint dy = b.constant(test::tensor({examples, columns}, test::normals({examples * columns}, 3)));
    const Endpoint product = b.add("MatMul", {x, dy}, {{"transpose_a", true}});
    const auto results =
        test::evaluate(b.graph, {b.add("FedkerasSubtractProduct", {w, x, dy}), b.add("Sub", {w, product}), w}, {});
    test::expectNear(results[0], results[1], 1e-5f);
    // Whoever else holds the weights keeps them.
    EXPECT_EQ(test::values<float>(results[2]), test::normals({rows * columns}, 1));
  }
}

// Labels that come again and again, in a class each.
template <class T>
std::vector<T> labelsOf(int64_t rows, int64_t classes) {
  std::vector<T> labels;
  for (int64_t i = 0; i < rows; ++i) labels.push_back(static_cast<T>(7 * i % classes));
  return labels;
}

TEST(MeanCrossEntropy, IsLibtensorflowsMean) {
  for (const auto& [rows, classes] : {std::array<int64_t, 2>{10, 10}, {3, 1000}, {1, 1}, {20, 62}, {4, 16}}) {
    for (const bool wide : {false, true}) {
      test::Builder b;
      std::vector<float> values = test::normals({rows * classes}, 1);
      // Far from zero, and one that is impossible.
      for (float& value : values) value = 30.0f * value + 1000.0f;
      if (classes > 1) values[0] = values[1] - 1e30f;
      const Endpoint logits = b.constant(test::tensor({rows, classes}, values));
      const Endpoint labels = wide ? b.constant(test::tensor({rows}, labelsOf<int64_t>(rows, classes)))
                                   : b.constant(test::tensor({rows}, labelsOf<int32_t>(rows, classes)));
      const Endpoint found = b.add("FedkerasMeanCrossEntropy", {logits, labels}),
                     scale = b.constant(test::scalar(0.3f));
      const Endpoint losses = b.add("SparseSoftmaxCrossEntropyWithLogits", {logits, labels});
      const Endpoint axes = b.constant(test::tensor<int32_t>({1}, {0}));
      const Endpoint share = b.constant(test::scalar(0.3f / static_cast<float>(rows)));
      const auto results = test::evaluate(
          b.graph,
          {found, found + 1, b.add("FedkerasMeanCrossEntropyGrad", {logits, labels, found + 2, scale}),
           b.add("Mean", {losses, axes}), b.add("Sum", {losses, axes}), b.add("Mul", {losses + 1, share})},
          {});
      const auto mean = test::values<float>(results[3])[0], sum = test::values<float>(results[4])[0];
      if (std::isfinite(mean)) {
        EXPECT_NEAR(test::values<float>(results[0])[0], mean, 1e-6f * mean + 1e-7f);
        EXPECT_NEAR(test::values<float>(results[1])[0], sum, 1e-6f * sum + 1e-7f);
      }
      test::expectNear(results[2], results[5], 2e-7f);
    }
  }
}

TEST(MeanCrossEntropy, OfNothingAndOfWhatIsNotFinite) {
  const auto mean = [](const Ints& shape, const std::vector<float>& values, const std::vector<int32_t>& labels) {
    test::Builder b;
    const Endpoint logits = b.constant(test::tensor(shape, values));
    const Endpoint found = b.add("FedkerasMeanCrossEntropy",
                                 {logits, b.constant(test::tensor({static_cast<int64_t>(labels.size())}, labels))});
    return test::values<float>(test::evaluate(b.graph, {found}, {})[0])[0];
  };
  using Limits = std::numeric_limits<float>;
  EXPECT_TRUE(std::isnan(mean({0, 3}, {}, {})));
  EXPECT_TRUE(std::isnan(mean({1, 3}, {0, Limits::quiet_NaN(), 1}, {0})));
  EXPECT_TRUE(std::isnan(mean({1, 3}, {0, Limits::infinity(), 1}, {0})));
  EXPECT_EQ(mean({1, 2}, {-Limits::infinity(), 1}, {0}), Limits::infinity());
  EXPECT_EQ(mean({1, 2}, {-Limits::infinity(), 1}, {1}), 0.0f);
}

TEST(MeanCrossEntropy, RefusesWhatDoesNotFit) {
  const auto run = [](const Ints& shape, const std::vector<int64_t>& labels, const Ints& normalizers) {
    test::Builder b;
    const auto constant = [&b](const Ints& sizes) {
      int64_t size = 1;
      for (const int64_t dim : sizes) size *= dim;
      return b.constant(test::tensor(sizes, test::normals({size}, 1)));
    };
    const Endpoint logits = constant(shape);
    const Endpoint classes = b.constant(test::tensor({static_cast<int64_t>(labels.size())}, labels));
    const Endpoint scale = b.constant(test::scalar(1.0f));
    const auto type = normalizers.empty() ? "FedkerasMeanCrossEntropy"s : "FedkerasMeanCrossEntropyGrad"s;
    const auto inputs = normalizers.empty()
                            ? std::vector<OperationInput>{logits, classes}
                            : std::vector<OperationInput>{logits, classes, constant(normalizers), scale};
    test::evaluate(b.graph, {b.add(type, inputs)}, {});
  };
  EXPECT_NO_THROW(run({2, 3}, {0, 2}, {}));
  EXPECT_NO_THROW(run({2, 3}, {0, 2}, {2, 2}));
  for (const Ints& normalizers : {Ints{}, Ints{2, 2}}) {
    EXPECT_ERROR(run({2, 3}, {0, 3}, normalizers), TF_INVALID_ARGUMENT,
                 "label value of 3, which is outside the valid range of [0, 3), in row 1");
    EXPECT_ERROR(run({2, 3}, {-1, 2}, normalizers), TF_INVALID_ARGUMENT,
                 "label value of -1, which is outside the valid range of [0, 3), in row 0");
    EXPECT_ERROR(run({2, 3}, {0}, normalizers), TF_INVALID_ARGUMENT, "as many as the rows");
  }
  EXPECT_ERROR(run({2, 3}, {0, 2}, {3, 2}), TF_INVALID_ARGUMENT, "the same rows");
  EXPECT_ERROR(run({2, 3}, {0, 2}, {2, 3}), TF_INVALID_ARGUMENT, "the same rows");
  EXPECT_ERROR(run({2, 3, 1}, {0, 2}, {2, 2}), TF_INVALID_ARGUMENT, "the same rows");
  EXPECT_ERROR(run({2, 3, 1}, {0, 2}, {}), TF_INVALID_ARGUMENT, "2 dimensions");
}

TEST(Softmax, IsLibtensorflows) {
  for (const Ints& shape :
       {Ints{10, 10}, Ints{3, 1000}, Ints{1, 1}, Ints{2, 3, 17}, Ints{4, 16}, Ints{62}, Ints{0, 5}, Ints{5, 0}}) {
    for (const float scale : {1.0f, 30.0f}) {
      test::Builder b;
      std::vector<float> values = test::normals(shape, 1);
      // Far from zero, and one that is impossible.
      for (float& value : values) value = scale * value + 1000.0f;
      if (values.size() > 1) values[0] = values[1] - 1e30f;
      const Endpoint logits = b.constant(test::tensor(shape, values));
      const Endpoint found = b.add("FedkerasSoftmax", {logits});
      const auto results = test::evaluate(
          b.graph, {found, found + 1, b.add("Softmax", {logits}), b.add("LogSoftmax", {logits}), logits}, {});
      test::expectNear(results[0], results[2], 4e-7f);
      ASSERT_EQ(results[1]->shape(), results[3]->shape());
      const auto logs = test::values<float>(results[1]), expected = test::values<float>(results[3]);
      for (size_t i = 0; i < logs.size(); ++i)
        EXPECT_NEAR(logs[i], expected[i], 4e-7f * std::max(1.0f, std::abs(expected[i]))) << "at " << i;
      EXPECT_EQ(test::values<float>(results[4]), values);
    }
  }
}

TEST(Softmax, OfWhatIsNotFinite) {
  using Limits = std::numeric_limits<float>;
  const float infinity = Limits::infinity();
  for (const auto& row : {std::vector{0.0f, Limits::quiet_NaN(), 1.0f}, std::vector{Limits::quiet_NaN(), 0.0f},
                          std::vector{0.0f, infinity, 1.0f}, std::vector{-infinity, -infinity},
                          std::vector{-infinity, 1.0f}, std::vector<float>(16, 0.0f)}) {
    test::Builder b;
    const Endpoint logits = b.constant(test::tensor({1, static_cast<int64_t>(row.size())}, row));
    const Endpoint found = b.add("FedkerasSoftmax", {logits});
    const auto results =
        test::evaluate(b.graph, {found, found + 1, b.add("Softmax", {logits}), b.add("LogSoftmax", {logits})}, {});
    for (const size_t output : {0, 1}) {
      const auto values = test::values<float>(results[output]), expected = test::values<float>(results[output + 2]);
      for (size_t i = 0; i < values.size(); ++i) {
        const bool near = values[i] == expected[i] || std::abs(values[i] - expected[i]) < 1e-6f;
        EXPECT_TRUE(near || (std::isnan(values[i]) && std::isnan(expected[i])))
            << "output " << output << " at " << i << ": " << values[i] << " for " << expected[i];
      }
    }
  }
}

TEST(CrossEntropy, IsLibtensorflows) {
  for (const auto& [rows, classes] : {std::array<int64_t, 2>{10, 10}, {3, 1000}, {1, 1}, {20, 62}, {4, 16}, {0, 3}}) {
    for (const bool wide : {false, true}) {
      test::Builder b;
      std::vector<float> values = test::normals({rows * classes}, 1);
      for (float& value : values) value = 30.0f * value + 1000.0f;
      const Endpoint logits = b.constant(test::tensor({rows, classes}, values));
      const Endpoint labels = wide ? b.constant(test::tensor({rows}, labelsOf<int64_t>(rows, classes)))
                                   : b.constant(test::tensor({rows}, labelsOf<int32_t>(rows, classes)));
      const Endpoint found = b.add("FedkerasCrossEntropy", {logits, labels});
      const Endpoint expected = b.add("SparseSoftmaxCrossEntropyWithLogits", {logits, labels});
      const auto results = test::evaluate(b.graph, {found, found + 1, expected, expected + 1, logits}, {});
      ASSERT_EQ(results[0]->shape(), results[2]->shape());
      const auto losses = test::values<float>(results[0]), wanted = test::values<float>(results[2]);
      for (size_t i = 0; i < losses.size(); ++i) EXPECT_NEAR(losses[i], wanted[i], 1e-6f * wanted[i] + 1e-6f);
      test::expectNear(results[1], results[3], 4e-7f);
      EXPECT_EQ(test::values<float>(results[4]), values);
    }
  }
}

TEST(CrossEntropy, RefusesWhatDoesNotFit) {
  const auto run = [](const Ints& shape, const std::vector<int64_t>& labels) {
    test::Builder b;
    const Endpoint logits = b.constant(test::tensor(shape, test::normals(shape, 1)));
    const Endpoint classes = b.constant(test::tensor({static_cast<int64_t>(labels.size())}, labels));
    test::evaluate(b.graph, {b.add("FedkerasCrossEntropy", {logits, classes})}, {});
  };
  EXPECT_NO_THROW(run({2, 3}, {0, 2}));
  EXPECT_ERROR(run({2, 3}, {0, 3}), TF_INVALID_ARGUMENT,
               "label value of 3, which is outside the valid range of [0, 3)");
  EXPECT_ERROR(run({2, 3}, {-1, 2}), TF_INVALID_ARGUMENT, "label value of -1");
  EXPECT_ERROR(run({1, 0}, {0}), TF_INVALID_ARGUMENT, "outside the valid range of [0, 0)");
  EXPECT_ERROR(run({2, 3}, {0}), TF_INVALID_ARGUMENT, "as many as the rows");
  EXPECT_ERROR(run({2, 3, 1}, {0, 2}), TF_INVALID_ARGUMENT, "2 dimensions");
}

TEST(SubtractSum, IsLibtensorflowsDifference) {
  for (const Ints& shape : {Ints{10, 10}, Ints{3, 5, 7}, Ints{1, 33}, Ints{0, 4}, Ints{20, 7, 2}, Ints{6}}) {
    int64_t size = 1;
    for (const int64_t dim : shape) size *= dim;
    test::Builder b;
    const Endpoint bias = b.constant(test::tensor({shape.back()}, test::normals({shape.back()}, 1)));
    const Endpoint dy = b.constant(test::tensor(shape, test::normals({size}, 2)));
    std::vector<int32_t> axes(shape.size() - 1);
    std::iota(axes.begin(), axes.end(), 0);
    const Endpoint others = b.constant(test::tensor({static_cast<int64_t>(axes.size())}, axes));
    const auto results = test::evaluate(
        b.graph, {b.add("FedkerasSubtractSum", {bias, dy}), b.add("Sub", {bias, b.add("Sum", {dy, others})}), bias},
        {});
    test::expectNear(results[0], results[1], 2e-5f);
    EXPECT_EQ(test::values<float>(results[2]), test::normals({shape.back()}, 1));
  }
}

TEST(SubtractSum, KeepsTheDigitsOfAMillionNumbers) {
  test::Builder b;
  const Endpoint bias = b.constant(test::tensor<float>({1}, {0.0f}));
  const Endpoint dy = b.constant(test::tensor({1'000'000, 1}, std::vector<float>(1'000'000, 0.1f)));
  const auto result = test::evaluate(b.graph, {b.add("FedkerasSubtractSum", {bias, dy})}, {})[0];
  // One after another they would be 100,958.
  EXPECT_NEAR(test::values<float>(result)[0], -100'000.0f, 20.0f);
}

TEST(SubtractSum, RefusesShapesThatDoNotFit) {
  const auto run = [](const Ints& bias, const Ints& dy) {
    test::Builder b;
    const auto constant = [&b](const Ints& shape) {
      int64_t size = 1;
      for (const int64_t dim : shape) size *= dim;
      return b.constant(test::tensor(shape, test::normals({size}, 1)));
    };
    test::evaluate(b.graph, {b.add("FedkerasSubtractSum", {constant(bias), constant(dy)})}, {});
  };
  EXPECT_NO_THROW(run({3}, {4, 3}));
  for (const auto& [bias, dy] : std::vector<std::pair<Ints, Ints>>{{{3}, {4, 2}}, {{3, 1}, {4, 1}}, {{1}, {}}})
    EXPECT_ERROR(run(bias, dy), TF_INVALID_ARGUMENT, "as many columns");
}

TEST(Guarded, PassesOnWhatItIsGivenOrZeros) {
  for (const bool passed : {true, false}) {
    test::Builder b;
    const std::vector<float> first{1, std::numeric_limits<float>::infinity()}, second{};
    const std::vector<Endpoint> xs{b.constant(test::tensor({2}, first)), b.constant(test::tensor({3, 0}, second))};
    const Endpoint condition = b.constant(test::tensor<uint8_t>({}, {passed}, TF_BOOL));
    const Endpoint found = b.add("FedkerasGuarded", {condition, xs});
    const auto results = test::evaluate(b.graph, {found, found + 1, xs[0]}, {});
    EXPECT_EQ(test::values<float>(results[0]), passed ? first : (std::vector<float>{0, 0}));
    EXPECT_EQ(results[1]->shape(), (Ints{3, 0}));
    EXPECT_EQ(test::values<float>(results[2]), first);
  }
  test::Builder b;
  const std::vector<Endpoint> x{b.constant(test::scalar(1.0f))};
  const Endpoint condition = b.constant(test::tensor<uint8_t>({1}, {1}, TF_BOOL));
  EXPECT_ERROR(test::evaluate(b.graph, {b.add("FedkerasGuarded", {condition, x})}, {}), TF_INVALID_ARGUMENT, "scalar");
}

TEST(Arithmetic, IsLibtensorflows) {
  test::Builder b;
  const Endpoint x = b.constant(test::tensor({5, 37}, test::normals({5 * 37}, 1))),
                 y = b.constant(test::tensor({5, 37}, test::normals({5 * 37}, 2))),
                 number = b.constant(test::scalar(-0.3f));
  const auto found = test::evaluate(b.graph, {b.add("FedkerasDifference", {x, y}), b.add("Sub", {x, y}),
                                              b.add("FedkerasScaled", {x, number}), b.add("Mul", {x, number}), x, y});
  EXPECT_EQ(test::values<float>(found[0]), test::values<float>(found[1]));
  EXPECT_EQ(test::values<float>(found[2]), test::values<float>(found[3]));
  // Whoever else holds the operands keeps them.
  EXPECT_EQ(test::values<float>(found[4]), test::normals({5 * 37}, 1));
  EXPECT_EQ(test::values<float>(found[5]), test::normals({5 * 37}, 2));
}

TEST(Arithmetic, RefusesShapesThatDoNotFit) {
  const auto run = [](const std::string& op, const Ints& first, const Ints& second) {
    test::Builder b;
    const auto constant = [&b](const Ints& shape) { return b.constant(test::tensor(shape, test::normals(shape, 1))); };
    test::evaluate(b.graph, {b.add(op, {constant(first), constant(second)})});
  };
  EXPECT_ERROR(run("FedkerasDifference", {2, 3}, {3, 2}), TF_INVALID_ARGUMENT, "input 1 has another shape");
  EXPECT_ERROR(run("FedkerasScaled", {2, 3}, {3}), TF_INVALID_ARGUMENT, "input 1 must have 0 dimensions");
}

TEST(SubtractProduct, RefusesShapesThatDoNotFit) {
  const auto run = [](const Ints& w, const Ints& x, const Ints& dy) {
    test::Builder b;
    const auto constant = [&b](const Ints& shape) {
      int64_t size = 1;
      for (const int64_t dim : shape) size *= dim;
      return b.constant(test::tensor(shape, test::normals({size}, 1)));
    };
    test::evaluate(b.graph, {b.add("FedkerasSubtractProduct", {constant(w), constant(x), constant(dy)})}, {});
  };
  EXPECT_ERROR(run({2, 3}, {4, 2}, {5, 3}), TF_INVALID_ARGUMENT, "number of rows");
  EXPECT_ERROR(run({3, 2}, {4, 2}, {4, 3}), TF_INVALID_ARGUMENT, "another shape");
  EXPECT_ERROR(run({2, 3}, {4, 2, 1}, {4, 3}), TF_INVALID_ARGUMENT, "2 dimensions");
}

}  // namespace
}  // namespace tf
