// Adds a vector to the last axis.
#include "index.h"

namespace tf {
namespace {

template <class T>
FEDKERAS_VECTORIZED void addToRows(const T* __restrict bias, size_t columns, size_t count, T* __restrict values) {
  for (size_t row = 0; row < count; ++row, values += columns) {
    for (size_t i = 0; i < columns; ++i) values[i] = fromFloat<T>(toFloat(values[i]) + toFloat(bias[i]));
  }
}

template <class T>
struct BiasAdd {
  explicit BiasAdd(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto& shape = call.shape(0);
    const auto bias = call.input<T>(1, 1);
    if (shape.empty() || shape.back() != bias.shape[0])
      throw invalidArgument("there must be as many biases as columns");
    const auto y = call.outputFrom<T>(0, 0, shape);
    const size_t columns = bias.values.size();
    if (columns > 0) addToRows(bias.values.data(), columns, y.size() / columns, y.data());
  }
};

}  // namespace

KernelDefinition biasAdd() {
  return defineKernel<OfEither<BiasAdd>>("FedkerasBiasAdd", {"x: T", "bias: T"}, {"y: T"}, {OfEither<BiasAdd>::kType},
                                         [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
