// Whether every element of every input is finite, in one pass that makes nothing: IsFinite and All write and read a
// mask of the size of the weights.
#include <bit>

#include "index.h"

namespace tf {
namespace {

// The greatest exponent is infinity's and NaN's. As integers, so that no compiler may assume that there is no NaN.
FEDKERAS_VECTORIZED bool allFinite(const float* values, size_t count) {
  constexpr uint32_t kExponent = 0x7f800000;
  uint32_t greatest = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t exponent = std::bit_cast<uint32_t>(values[i]) & kExponent;
    greatest = exponent > greatest ? exponent : greatest;
  }
  return greatest != kExponent;
}

struct AllFinite {
  explicit AllFinite(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    bool finite = true;
    for (int i = 0; i < call.inputs() && finite; ++i) {
      const auto x = call.input(i);
      finite = allFinite(x.values.data(), x.values.size());
    }
    call.output<bool>(0, {})[0] = finite;
  }
};

}  // namespace

KernelDefinition allFinite() {
  return defineKernel<AllFinite>("FedkerasAllFinite", {"xs: N * float"}, {"finite: bool"}, {"N: int >= 1"},
                                 [](ShapeInference& shapes) { shapes.set(0, shapes.scalar()); });
}

}  // namespace tf
