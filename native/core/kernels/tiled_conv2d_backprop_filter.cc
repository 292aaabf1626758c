// The gradient of a convolution's filter in bfloat16, without strides, in the processor's tiles: what libtensorflow's
// op computes from the same inputs. Padding is what the shapes say it is.
#include <algorithm>

#include "index.h"
#include "tiled_convolution.h"

namespace tf {
namespace {

struct TiledConv2DBackpropFilter {
  explicit TiledConv2DBackpropFilter(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<Bfloat16>(0, 4), dy = call.input<Bfloat16>(2, 4);
    const Integers sizes = call.integers(1);
    Dims shape;
    for (size_t i = 0; i < sizes.size(); ++i) shape.push_back(sizes[i]);
    const Convolution convolution = convolutionOf(x.shape, shape, dy.shape);
    const auto d_filter = call.output<Bfloat16>(0, shape);
    std::ranges::fill(d_filter, Bfloat16{0});
    if (!d_filter.empty() && !dy.values.empty())
      convolveInTilesBack(convolution, x.values.data(), dy.values.data(), d_filter.data());
  }
};

}  // namespace

KernelDefinition tiledConv2dBackpropFilter() {
  return defineKernel<TiledConv2DBackpropFilter>("FedkerasTiledConv2DBackpropFilter",
                                                 {"x: bfloat16", "sizes: int32", "dy: bfloat16"},
                                                 {"d_filter: bfloat16"}, {}, [](ShapeInference&) {});
}

}  // namespace tf
