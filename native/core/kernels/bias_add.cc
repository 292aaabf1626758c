// Adds a vector to the last axis; and `Relu` of that sum, in one pass.
#include "index.h"

namespace tf {
namespace {

template <class T, bool kRectified>
FEDKERAS_VECTORIZED void addToRows(const T* __restrict bias, size_t columns, size_t count, T* __restrict values) {
  for (size_t row = 0; row < count; ++row, values += columns) {
    for (size_t i = 0; i < columns; ++i) {
      const float sum = toFloat(values[i]) + toFloat(bias[i]);
      // What is not a number stays so.
      values[i] = fromFloat<T>(kRectified && sum <= 0 ? 0 : sum);
    }
  }
}

template <class T, bool kRectified>
struct Biased {
  explicit Biased(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto& shape = call.shape(0);
    const auto bias = call.input<T>(1, 1);
    if (shape.empty() || shape.back() != bias.shape[0])
      throw invalidArgument("there must be as many biases as columns");
    const auto y = call.outputFrom<T>(0, 0, shape);
    const size_t columns = bias.values.size();
    if (columns > 0) addToRows<T, kRectified>(bias.values.data(), columns, y.size() / columns, y.data());
  }
};

template <class T>
using BiasAdd = Biased<T, false>;
template <class T>
using BiasRelu = Biased<T, true>;

}  // namespace

KernelDefinition biasAdd() {
  return defineKernel<OfEither<BiasAdd>>("FedkerasBiasAdd", {"x: T", "bias: T"}, {"y: T"}, {OfEither<BiasAdd>::kType},
                                         [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

KernelDefinition biasRelu() {
  return defineKernel<OfEither<BiasRelu>>("FedkerasBiasRelu", {"x: T", "bias: T"}, {"y: T"},
                                          {OfEither<BiasRelu>::kType},
                                          [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
