// Relu and its gradient in bfloat16, on the bits: whether a number is greater than 0 is said by them.
#include "index.h"

namespace tf {
namespace {

constexpr int16_t kInfinity = 0x7f80;

FEDKERAS_VECTORIZED void rectify(const Bfloat16* __restrict x, size_t count, Bfloat16* __restrict y) {
  for (size_t i = 0; i < count; ++i) {
    // As integers negative numbers are those with a sign; what is not a number stays so.
    const auto bits = static_cast<int16_t>(x[i].bits);
    const bool kept = (bits > 0) | (static_cast<uint16_t>(bits) > 0xff80);
    y[i].bits = kept ? static_cast<uint16_t>(bits) : uint16_t{0};
  }
}

FEDKERAS_VECTORIZED void pass(const Bfloat16* __restrict dy, const Bfloat16* __restrict y, size_t count,
                              Bfloat16* __restrict dx) {
  for (size_t i = 0; i < count; ++i) {
    const auto bits = static_cast<int16_t>(y[i].bits);
    const bool passed = (bits > 0) & (bits <= kInfinity);
    const uint16_t gradient = dy[i].bits;
    dx[i].bits = passed ? gradient : uint16_t{0};
  }
}

struct Relu {
  explicit Relu(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<Bfloat16>(0);
    rectify(x.values.data(), x.values.size(), call.output<Bfloat16>(0, x.shape).data());
  }
};

struct ReluGrad {
  explicit ReluGrad(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto dy = call.input<Bfloat16>(0), y = call.input<Bfloat16>(1);
    if (dy.shape != y.shape) throw invalidArgument("both operands must have the same shape");
    pass(dy.values.data(), y.values.data(), y.values.size(), call.output<Bfloat16>(0, y.shape).data());
  }
};

}  // namespace

KernelDefinition relu() {
  return defineKernel<Relu>("FedkerasRelu", {"x: bfloat16"}, {"y: bfloat16"}, {},
                            [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

KernelDefinition reluGrad() {
  return defineKernel<ReluGrad>("FedkerasReluGrad", {"dy: bfloat16", "y: bfloat16"}, {"dx: bfloat16"}, {},
                                [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
