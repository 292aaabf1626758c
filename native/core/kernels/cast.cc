// Conversions between float and bfloat16. Libtensorflow's kernel takes several times as long as reading and writing
// the numbers does.
#include "convert.h"
#include "index.h"
#include "kernel.h"

namespace tf {
namespace {

// `To` is the type of the results.
template <class To>
struct Cast {
  using From = std::conditional_t<std::is_same_v<To, float>, Bfloat16, float>;
  explicit Cast(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<From>(0);
    const auto y = call.output<To>(0, x.shape);
    convert(x.values, y.data());
  }
};

template <class To>
KernelDefinition definition(const char* op, const char* from, const char* to) {
  return defineKernel<Cast<To>>(op, {from}, {to}, {}, [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace

KernelDefinition castToBfloat16() { return definition<Bfloat16>("FedkerasCastToBfloat16", "x: float", "y: bfloat16"); }
KernelDefinition castToFloat() { return definition<float>("FedkerasCastToFloat", "x: bfloat16", "y: float"); }

}  // namespace tf
