#include <cmath>

#include "counts.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;
using Values = std::vector<double>;

struct Sizes {
  int64_t steps, batch, units;
  bool masked = false;

  TensorRef counts() const { return masked ? test::someCount(steps, batch) : test::allCount(); }
};

const std::vector<Sizes> kSizes{{1, 1, 1}, {5, 3, 7}, {3, 2, 20}, {2, 9, 4}, {0, 2, 3}};
const std::vector<Sizes> kMaskedSizes{{1, 4, 2, true}, {5, 4, 6, true}, {0, 2, 3, true}};

// What a recurrence is given, by the names that its op has for it.
struct Given {
  Values projected, recurrent, bias, h0;
};

Given givenFor(const Sizes& sizes, int64_t gates) {
  const auto& [steps, batch, units, masked] = sizes;
  const auto drawn = [](const Ints& shape, uint32_t seed) {
    const auto values = test::normals(shape, seed);
    return Values(values.begin(), values.end());
  };
  return {drawn({steps, batch, gates * units}, 1), drawn({units, gates * units}, 2), drawn({gates * units}, 3),
          drawn({batch, units}, 4)};
}

Endpoint constant(test::Builder& builder, const Ints& shape, const Values& values) {
  return builder.constant(test::tensor(shape, std::vector<float>(values.begin(), values.end())));
}

// The outputs of all steps: that of one that does not count is the one before. `step` is told the example's sums of
// each gate: what the input adds, what the state adds (with the bias), and the output before.
using Step = double (*)(const Values& projected, const Values& product, double before);
Values outputsOf(const Sizes& sizes, size_t gates, const Given& given, Step step) {
  const auto steps = static_cast<size_t>(sizes.steps), batch = static_cast<size_t>(sizes.batch),
             units = static_cast<size_t>(sizes.units), width = gates * units;
  const auto counts = test::values<uint8_t>(sizes.counts());
  Values outputs(steps * batch * units), h = given.h0;
  for (size_t row = 0; row < steps * batch; ++row) {
    const size_t b = row % batch;
    for (size_t u = 0; u < units; ++u) {
      outputs[row * units + u] = h[b * units + u];
      if (sizes.masked && !counts[row]) continue;
      Values projected, product;
      for (size_t gate = 0; gate < gates; ++gate) {
        const size_t column = gate * units + u;
        double sum = given.bias[column];
        for (size_t k = 0; k < units; ++k) sum += h[b * units + k] * given.recurrent[k * width + column];
        projected.push_back(given.projected[row * width + column]);
        product.push_back(sum);
      }
      outputs[row * units + u] = step(projected, product, h[b * units + u]);
    }
    for (size_t u = 0; u < units; ++u) h[b * units + u] = outputs[row * units + u];
  }
  return outputs;
}

// The gradients of `sum(outputs · d_outputs)` by finite differences.
Given differences(const Sizes& sizes, size_t gates, const Given& given, Step step, const Values& d_outputs) {
  Given found = given;
  for (const auto member : {&Given::projected, &Given::recurrent, &Given::bias, &Given::h0}) {
    for (size_t i = 0; i < (given.*member).size(); ++i) {
      Given other = given;
      double difference = 0.0;
      for (const double by : {1e-5, -1e-5}) {
        (other.*member)[i] = (given.*member)[i] + by;
        const Values outputs = outputsOf(sizes, gates, other, step);
        for (size_t k = 0; k < outputs.size(); ++k) difference += outputs[k] * d_outputs[k] / (2 * by);
      }
      (found.*member)[i] = difference;
    }
  }
  return found;
}

void expectNear(const TensorRef& found, const Ints& shape, const Values& expected, double tolerance) {
  ASSERT_EQ(found->shape(), shape);
  const auto values = test::values<float>(found);
  ASSERT_EQ(values.size(), expected.size());
  for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], tolerance) << "at " << i;
}

// The gradients of the kernel of the state and of the bias, which follow from that of the products with the state.
void expectGradientsOfWeights(const TensorRef& found, const Sizes& sizes, int64_t gates, const Given& given,
                              const Values& outputs, const Given& expected) {
  ASSERT_EQ(found->shape(), (Ints{sizes.steps, sizes.batch, gates * sizes.units}));
  const auto d_product = test::values<float>(found);
  const auto units = static_cast<size_t>(sizes.units), batch = static_cast<size_t>(sizes.batch),
             width = static_cast<size_t>(gates) * units;
  Values d_bias(width), d_recurrent(units * width);
  for (size_t i = 0; i < d_product.size(); ++i) {
    const size_t row = i / width, column = i % width;
    d_bias[column] += d_product[i];
    for (size_t u = 0; u < units; ++u) {
      const double before = row < batch ? given.h0[row * units + u] : outputs[(row - batch) * units + u];
      d_recurrent[u * width + column] += before * d_product[i];
    }
  }
  for (size_t i = 0; i < d_bias.size(); ++i) EXPECT_NEAR(d_bias[i], expected.bias[i], 1e-4);
  for (size_t i = 0; i < d_recurrent.size(); ++i) EXPECT_NEAR(d_recurrent[i], expected.recurrent[i], 1e-4);
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

double gatedUnit(const Values& projected, const Values& product, double before) {
  const double update = logistic(projected[0] + product[0]), reset = logistic(projected[1] + product[1]);
  return update * before + (1 - update) * std::tanh(projected[2] + reset * product[2]);
}

class GatedRecurrentUnits : public testing::TestWithParam<Sizes> {};

TEST_P(GatedRecurrentUnits, AreTheirStepsAndHaveTheirGradients) {
  const auto& [steps, batch, units, masked] = GetParam();
  const Ints wide{steps, batch, 3 * units}, sequence{steps, batch, units}, state{batch, units};
  const Given given = givenFor(GetParam(), 3);
  const Values outputs = outputsOf(GetParam(), 3, given, gatedUnit);
  const auto drawn = test::normals(sequence, 5);
  const Values d_outputs(drawn.begin(), drawn.end());

  test::Builder b;
  const Endpoint recurrent = constant(b, {units, 3 * units}, given.recurrent), h0 = constant(b, state, given.h0);
  const Endpoint counts = b.constant(GetParam().counts());
  const Endpoint output = b.add(
      "FedkerasGru", {constant(b, wide, given.projected), recurrent, constant(b, {3 * units}, given.bias), h0, counts});
  const Endpoint d_projected = b.add(
      "FedkerasGruGrad", {recurrent, h0, output, output + 1, output + 2, constant(b, sequence, d_outputs), counts});
  const auto found = test::evaluate(b.graph, {output, d_projected, d_projected + 1, d_projected + 2}, {});
  expectNear(found[0], sequence, outputs, 1e-5);

  const Given expected = differences(GetParam(), 3, given, gatedUnit, d_outputs);
  expectNear(found[1], wide, expected.projected, 1e-4);
  expectNear(found[3], state, expected.h0, 1e-4);
  expectGradientsOfWeights(found[2], GetParam(), 3, given, outputs, expected);
}

INSTANTIATE_TEST_SUITE_P(Recurrences, GatedRecurrentUnits, testing::ValuesIn(kSizes));
INSTANTIATE_TEST_SUITE_P(MaskedRecurrences, GatedRecurrentUnits, testing::ValuesIn(kMaskedSizes));

// An op of inputs of these shapes, and of which steps count.
void run(const char* op, const std::vector<Ints>& shapes, const TensorRef& counts = test::allCount(),
         const Attributes& attributes = {}) {
  test::Builder builder;
  std::vector<OperationInput> inputs;
  for (const Ints& shape : shapes) inputs.emplace_back(builder.constant(test::tensor(shape, test::normals(shape, 1))));
  inputs.emplace_back(builder.constant(counts));
  test::evaluate(builder.graph, {builder.add(op, inputs, attributes)}, {});
}

TEST(GatedRecurrentUnits, RefuseShapesThatDoNotFit) {
  const Ints wide{2, 3, 6}, sequence{2, 3, 2}, recurrent{2, 6}, state{3, 2};
  EXPECT_NO_THROW(run("FedkerasGru", {wide, recurrent, {6}, state}));
  EXPECT_ERROR(run("FedkerasGru", {wide, {3, 6}, {6}, state}), TF_INVALID_ARGUMENT, "`recurrent`");
  EXPECT_ERROR(run("FedkerasGru", {{2, 3, 8}, {2, 8}, {8}, state}), TF_INVALID_ARGUMENT, "3 gates, received 8");
  EXPECT_ERROR(run("FedkerasGru", {wide, recurrent, {3}, state}), TF_INVALID_ARGUMENT, "`bias`");
  EXPECT_ERROR(run("FedkerasGru", {wide, recurrent, {6}, {2, 2}}), TF_INVALID_ARGUMENT, "`state`");
  EXPECT_NO_THROW(run("FedkerasGru", {wide, recurrent, {6}, state}, test::someCount(2, 3)));
  EXPECT_ERROR(run("FedkerasGru", {wide, recurrent, {6}, state}, test::someCount(3, 2)), TF_INVALID_ARGUMENT,
               "`counts`");
  EXPECT_THROW(run("FedkerasGru", {{2, 6}, recurrent, {6}, state}), Error);
  const auto back = [](const Ints& h0, const Ints& output, const Ints& seen, const Ints& d_output) {
    run("FedkerasGruGrad", {{2, 6}, h0, output, {2, 3, 6}, seen, d_output});
  };
  EXPECT_NO_THROW(back(state, sequence, sequence, sequence));
  EXPECT_ERROR(back({3, 3}, sequence, sequence, sequence), TF_INVALID_ARGUMENT, "`first state`");
  EXPECT_ERROR(back(state, {1, 3, 2}, sequence, sequence), TF_INVALID_ARGUMENT, "`output`");
  EXPECT_ERROR(back(state, sequence, {2, 3, 3}, sequence), TF_INVALID_ARGUMENT, "`product with the state`");
  EXPECT_ERROR(back(state, sequence, sequence, {2, 2, 2}), TF_INVALID_ARGUMENT, "`gradient of the output`");
}

class SimpleRecurrence : public testing::TestWithParam<std::tuple<Sizes, const char*>> {};

TEST_P(SimpleRecurrence, IsItsStepsAndHasTheirGradients) {
  const auto& [sizes, activation] = GetParam();
  const auto& [steps, batch, units, masked] = sizes;
  const Ints sequence{steps, batch, units}, state{batch, units};
  const Attributes attributes{{"activation", std::string(activation)}};
  const Step step =
      activation == std::string("tanh")
          ? [](const Values& x, const Values& product, double) { return std::tanh(x[0] + product[0]); }
          : [](const Values& x, const Values& product, double) { return std::max(x[0] + product[0], 0.0); };
  // The op has no bias of its own: that of the input's part serves.
  Given given = givenFor(sizes, 1);
  std::ranges::fill(given.bias, 0.0);
  const Values outputs = outputsOf(sizes, 1, given, step);
  const auto drawn = test::normals(sequence, 5);
  const Values d_outputs(drawn.begin(), drawn.end());

  test::Builder b;
  const Endpoint recurrent = constant(b, {units, units}, given.recurrent), counts = b.constant(sizes.counts());
  const Endpoint output =
      b.add("FedkerasSimpleRnn",
            {constant(b, sequence, given.projected), recurrent, constant(b, state, given.h0), counts}, attributes);
  const Endpoint d_projected =
      b.add("FedkerasSimpleRnnGrad", {recurrent, output, constant(b, sequence, d_outputs), counts}, attributes);
  const auto found = test::evaluate(b.graph, {output, d_projected, d_projected + 1}, {});
  double greatest = 1.0;
  for (const double value : outputs) greatest = std::max(greatest, value);
  expectNear(found[0], sequence, outputs, 2e-6 * greatest);

  const Given expected = differences(sizes, 1, given, step, d_outputs);
  expectNear(found[1], sequence, expected.projected, 1e-4 * greatest);
  expectNear(found[2], state, expected.h0, 1e-4 * greatest);
  expectGradientsOfWeights(found[1], sizes, 1, given, outputs, expected);
}

INSTANTIATE_TEST_SUITE_P(Recurrences, SimpleRecurrence,
                         testing::Combine(testing::ValuesIn(kSizes), testing::Values("tanh", "relu")));
INSTANTIATE_TEST_SUITE_P(MaskedRecurrences, SimpleRecurrence,
                         testing::Combine(testing::ValuesIn(kMaskedSizes), testing::Values("tanh", "relu")));

TEST(SimpleRecurrence, RefusesWhatDoesNotFit) {
  const Attributes tanh{{"activation", std::string("tanh")}};
  const TensorRef all = test::allCount();
  const Ints sequence{2, 3, 4}, recurrent{4, 4}, state{3, 4};
  EXPECT_NO_THROW(run("FedkerasSimpleRnn", {sequence, recurrent, state}, all, tanh));
  EXPECT_ERROR(run("FedkerasSimpleRnn", {sequence, {4, 5}, state}, all, tanh), TF_INVALID_ARGUMENT, "`recurrent`");
  EXPECT_ERROR(run("FedkerasSimpleRnn", {sequence, recurrent, {4, 4}}, all, tanh), TF_INVALID_ARGUMENT, "`state`");
  EXPECT_ERROR(run("FedkerasSimpleRnn", {sequence, recurrent, state}, test::someCount(3, 2), tanh), TF_INVALID_ARGUMENT,
               "`counts`");
  EXPECT_ERROR(run("FedkerasSimpleRnn", {sequence, recurrent, state}, all, {{"activation", std::string("gelu")}}),
               TF_INVALID_ARGUMENT, "must be tanh or relu, received gelu");
  EXPECT_NO_THROW(run("FedkerasSimpleRnnGrad", {recurrent, sequence, sequence}, all, tanh));
  EXPECT_ERROR(run("FedkerasSimpleRnnGrad", {recurrent, sequence, {2, 3, 3}}, all, tanh), TF_INVALID_ARGUMENT,
               "`gradient of the output`");
}

}  // namespace
}  // namespace tf
