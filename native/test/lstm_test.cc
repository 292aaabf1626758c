#include <array>
#include <limits>

#include "counts.h"

namespace tf {
namespace {

using Ints = std::vector<int64_t>;

// Output `index` of an operation.
Endpoint outputOf(int64_t operation, int64_t index) { return operation * kOutputsPerOperation + index; }

struct Recurrence {
  int64_t steps, batch, units;
  bool masked = false;
};

class LongShortTermMemory : public testing::TestWithParam<Recurrence> {};

TEST_P(LongShortTermMemory, IsItsStepsInLibtensorflow) {
  const auto& [steps, batch, units, masked] = GetParam();
  const Ints wide{steps, batch, 4 * units}, state{batch, units};
  test::Builder b;
  const Endpoint projected = b.constant(test::tensor(wide, test::normals({steps * batch * 4 * units}, 1)));
  const Endpoint recurrent = b.constant(test::tensor({units, 4 * units}, test::normals({units * 4 * units}, 2)));
  Endpoint h = b.constant(test::tensor(state, test::normals({batch * units}, 3)));
  Endpoint c = b.constant(test::tensor(state, test::normals({batch * units}, 4)));
  const Endpoint counts = b.constant(masked ? test::someCount(steps, batch) : test::allCount());
  const Endpoint found = b.add("FedkerasLstm", {projected, recurrent, h, c, counts});
  std::vector<Endpoint> outputs, memories;
  const auto all = b.operation("Unpack", {projected}, {{"num", steps}, {"axis", int64_t{0}}});
  const auto beside = [&](int64_t t) {
    const Endpoint column = b.add("ExpandDims", {counts, b.constant(test::scalar(-1))});
    return b.add("GatherV2", {column, b.constant(test::scalar(static_cast<int32_t>(t))), b.constant(test::scalar(0))});
  };
  for (int64_t t = 0; t < steps; ++t) {
    const Endpoint sums = b.add("AddV2", {outputOf(all, t), b.add("MatMul", {h, recurrent})});
    const auto gates = b.operation("Split", {b.constant(test::scalar(1)), sums}, {{"num_split", int64_t{4}}});
    const auto gate = [&](const char* type, int index) { return b.add(type, {outputOf(gates, index)}); };
    const Endpoint next =
        b.add("AddV2", {b.add("Mul", {gate("Sigmoid", 1), c}), b.add("Mul", {gate("Sigmoid", 0), gate("Tanh", 2)})});
    const Endpoint output = b.add("Mul", {gate("Sigmoid", 3), b.add("Tanh", {next})});
    const auto unlessMasked = [&](Endpoint value, Endpoint before) {
      return masked ? b.add("SelectV2", {beside(t), value, before}) : value;
    };
    c = unlessMasked(next, c);
    h = unlessMasked(output, h);
    outputs.push_back(h);
    memories.push_back(c);
  }
  const auto results =
      test::evaluate(b.graph, {found, found + 1, b.add("Pack", {outputs}), b.add("Pack", {memories})}, {});
  test::expectNear(results[0], results[2], 1e-5f);
  test::expectNear(results[1], results[3], 1e-5f);
}

INSTANTIATE_TEST_SUITE_P(Recurrences, LongShortTermMemory,
                         testing::Values(Recurrence{1, 1, 1}, Recurrence{5, 3, 7}, Recurrence{4, 4, 32},
                                         Recurrence{3, 9, 20}, Recurrence{1, 4, 2, true}, Recurrence{6, 4, 7, true},
                                         Recurrence{4, 5, 32, true}));

TEST(LongShortTermMemory, AStepThatDoesNotCountHoldsTheStateWhateverItsInput) {
  const int64_t steps = 5, batch = 4, units = 3;
  const Ints wide{steps, batch, 4 * units}, state{batch, units};
  const TensorRef counts = test::someCount(steps, batch);
  const auto count = test::values<uint8_t>(counts);
  std::vector<float> inputs = test::normals(wide, 1);
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!count[i / (4 * units)]) inputs[i] = std::numeric_limits<float>::quiet_NaN();
  }
  test::Builder b;
  std::vector<std::vector<float>> first{test::normals(state, 3), test::normals(state, 4)};
  const Endpoint recurrent = b.constant(test::tensor({units, 4 * units}, test::normals({units, 4 * units}, 2)));
  const Endpoint h = b.constant(test::tensor(state, first[0])), c = b.constant(test::tensor(state, first[1]));
  const Endpoint found =
      b.add("FedkerasLstm", {b.constant(test::tensor(wide, inputs)), recurrent, h, c, b.constant(counts)});
  const auto results = test::evaluate(b.graph, {found, found + 1}, {});
  for (const size_t which : {0, 1}) {
    std::vector<float> values = first[which];
    const auto after = test::values<float>(results[which]);
    values.insert(values.end(), after.begin(), after.end());
    const size_t states = batch * units;
    for (size_t i = 0; i < after.size(); ++i) EXPECT_EQ(values[states + i] == values[i], !count[i / units]) << i;
  }
}

TEST(LongShortTermMemory, HasTheGradientOfItsDifferences) {
  const int64_t steps = 5, batch = 4, units = 3;
  const Ints state{batch, units}, sequence{steps, batch, units};
  const std::array<Ints, 4> shapes{Ints{steps, batch, 4 * units}, {units, 4 * units}, state, state};
  const std::array<std::vector<float>, 2> dys{test::normals(sequence, 5), test::normals(sequence, 6)};
  for (const bool masked : {false, true}) {
    test::Builder b;
    std::vector<Endpoint> xs;
    std::vector<TensorRef> at;
    for (const Ints& shape : shapes) {
      xs.push_back(b.placeholder(TF_FLOAT, shape));
      at.push_back(test::tensor(shape, test::normals(shape, static_cast<uint32_t>(xs.size()))));
    }
    const Endpoint counts = b.constant(masked ? test::someCount(steps, batch) : test::allCount());
    const Endpoint y = b.add("FedkerasLstm", {xs[0], xs[1], xs[2], xs[3], counts});
    const Endpoint d_output = b.constant(test::tensor(sequence, dys[0])),
                   d_memory = b.constant(test::tensor(sequence, dys[1]));
    const Endpoint dx = b.add("FedkerasLstmGrad", {xs[1], xs[3], y + 1, y + 2, d_output, d_memory, counts});
    const Computation forward(b.graph, xs, std::vector{y, y + 1}, {}, test::callerRuns());
    const auto projection = [&] {
      const auto ys = test::run(forward, at);
      double sum = 0.0;
      for (size_t which = 0; which < 2; ++which) {
        const auto values = test::values<float>(ys[which]);
        for (size_t i = 0; i < values.size(); ++i) sum += double{values[i]} * dys[which][i];
      }
      return sum;
    };
    const auto found = test::run(Computation(b.graph, xs, std::vector{dx, dx + 1, dx + 2}, {}, test::callerRuns()), at);
    for (const auto& [input, gradient] : {std::pair<size_t, size_t>{0, 0}, {2, 1}, {3, 2}}) {
      const TensorRef given = at[input];
      const auto gradients = test::values<float>(found[gradient]);
      ASSERT_EQ(found[gradient]->shape(), shapes[input]);
      for (size_t i = 0; i < gradients.size(); ++i) {
        const auto moved = [&](float by) {
          auto values = test::values<float>(given);
          values[i] += by;
          at[input] = test::tensor(shapes[input], values);
          return projection();
        };
        const float step = 1e-2f;
        EXPECT_NEAR(gradients[i], (moved(step) - moved(-step)) / (2 * step), 2e-3) << "input " << input << " at " << i;
      }
      at[input] = given;
    }
  }
}

TEST(LongShortTermMemory, RefusesShapesThatDoNotFit) {
  const auto run = [](const Ints& projected, const Ints& recurrent, const Ints& h, const Ints& c,
                      const TensorRef& counts = test::allCount()) {
    test::Builder b;
    std::vector<OperationInput> inputs;
    for (const Ints& shape : {projected, recurrent, h, c}) {
      int64_t size = 1;
      for (const int64_t dim : shape) size *= dim;
      inputs.emplace_back(b.constant(test::tensor(shape, test::normals({size}, 1))));
    }
    inputs.emplace_back(b.constant(counts));
    test::evaluate(b.graph, {b.add("FedkerasLstm", inputs)}, {});
  };
  EXPECT_NO_THROW(run({2, 3, 8}, {2, 8}, {3, 2}, {3, 2}));
  EXPECT_ERROR(run({2, 3, 8}, {3, 8}, {3, 2}, {3, 2}), TF_INVALID_ARGUMENT, "`recurrent`");
  EXPECT_ERROR(run({2, 3, 6}, {2, 6}, {3, 2}, {3, 2}), TF_INVALID_ARGUMENT, "4 gates");
  EXPECT_ERROR(run({2, 3, 8}, {2, 8}, {2, 2}, {3, 2}), TF_INVALID_ARGUMENT, "`states`");
  EXPECT_ERROR(run({2, 3, 8}, {2, 8}, {3, 2}, {3, 3}), TF_INVALID_ARGUMENT, "`states`");
  EXPECT_NO_THROW(run({2, 3, 8}, {2, 8}, {3, 2}, {3, 2}, test::someCount(2, 3)));
  EXPECT_ERROR(run({2, 3, 8}, {2, 8}, {3, 2}, {3, 2}, test::someCount(3, 2)), TF_INVALID_ARGUMENT, "`counts`");
}

}  // namespace
}  // namespace tf
