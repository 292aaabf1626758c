// Adds a vector to the last axis.
#include "index.h"

namespace tf {
namespace {

FEDKERAS_VECTORIZED void addToRow(const float* __restrict bias, size_t count, float* __restrict row) {
  for (size_t i = 0; i < count; ++i) row[i] += bias[i];
}

struct BiasAdd {
  explicit BiasAdd(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto shape = call.shape(0);
    const auto bias = call.input(1, 1);
    if (shape.empty() || shape.back() != bias.shape[0])
      throw invalidArgument("there must be as many biases as columns");
    const auto y = call.outputFrom(0, 0, shape);
    const size_t columns = bias.values.size();
    for (size_t i = 0; i < y.size(); i += columns) addToRow(bias.values.data(), columns, y.data() + i);
  }
};

}  // namespace

KernelDefinition biasAdd() {
  return defineKernel<BiasAdd>("FedkerasBiasAdd", {"x: float", "bias: float"}, {"y: float"}, {},
                               [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
