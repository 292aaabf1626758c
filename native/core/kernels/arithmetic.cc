// What each client's weights become when training is over, in their own memory: libtensorflow's ops for it first repeat
// what clients share for each of them.
#include "index.h"

namespace tf {
namespace {

FEDKERAS_VECTORIZED void subtractFrom(const float* __restrict x, size_t count, float* __restrict y) {
  for (size_t i = 0; i < count; ++i) y[i] = x[i] - y[i];
}

FEDKERAS_VECTORIZED void scale(float factor, size_t count, float* y) {
  for (size_t i = 0; i < count; ++i) y[i] *= factor;
}

// `x - y`.
struct Difference {
  explicit Difference(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input(0);
    const auto difference = call.outputFrom(1, 0, x.shape);
    subtractFrom(x.values.data(), difference.size(), difference.data());
  }
};

// `x` times a number.
struct Scaled {
  explicit Scaled(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto factor = call.input(1, 0);
    const auto product = call.outputFrom(0, 0, call.shape(0));
    scale(factor.values[0], product.size(), product.data());
  }
};

}  // namespace

KernelDefinition difference() {
  return defineKernel<Difference>("FedkerasDifference", {"x: float", "y: float"}, {"difference: float"}, {},
                                  [](ShapeInference& shapes) { shapes.set(0, shapes.input(1)); });
}

KernelDefinition scaled() {
  return defineKernel<Scaled>("FedkerasScaled", {"x: float", "factor: float"}, {"product: float"}, {},
                              [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
