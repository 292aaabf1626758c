// Convolutions of bfloat16 without strides, and their gradients, in the processor's tiles. Their inputs are those of
// libtensorflow's ops; padding is what the shapes say it is.
#include <algorithm>

#include "index.h"
#include "tiled_convolution.h"

namespace tf {
namespace {

Dims dimsOf(const Integers& sizes) {
  Dims dims;
  for (size_t i = 0; i < sizes.size(); ++i) dims.push_back(sizes[i]);
  return dims;
}

template <Then kThen>
struct TiledConv2D {
  explicit TiledConv2D(const KernelAttributes& attributes) : same_(attributes.string("padding") == "SAME") {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<Bfloat16>(0, 4), filter = call.input<Bfloat16>(1, 4);
    TileEnding ending;
    if (kThen != Then::kNothing) {
      const auto bias = call.input<Bfloat16>(2, 1);
      if (bias.shape[0] != filter.shape[3]) throw invalidArgument("there must be as many biases as filters");
      ending = {bias.values.data(), kThen == Then::kBiasRelu};
    }
    const Dims shape = convolved(x.shape, filter.shape, same_);
    const Convolution sizes = convolutionOf(x.shape, filter.shape, shape);
    const auto y = call.output<Bfloat16>(0, shape);
    if (!y.empty()) convolveInTiles(sizes, x.values.data(), filterOf(sizes, filter.values.data()), ending, y.data());
  }

  const bool same_;
};

struct TiledConv2DBackpropInput {
  explicit TiledConv2DBackpropInput(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto filter = call.input<Bfloat16>(1, 4), dy = call.input<Bfloat16>(2, 4);
    const Dims shape = dimsOf(call.integers(0));
    const Convolution sizes = convolutionOf(shape, filter.shape, dy.shape);
    const auto dx = call.output<Bfloat16>(0, shape);
    if (dx.empty()) return;
    convolveInTiles(transposed(sizes), dy.values.data(), transposed(sizes, filterOf(sizes, filter.values.data())), {},
                    dx.data());
  }
};

struct TiledConv2DBackpropFilter {
  explicit TiledConv2DBackpropFilter(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<Bfloat16>(0, 4), dy = call.input<Bfloat16>(2, 4);
    const Dims shape = dimsOf(call.integers(1));
    const Convolution sizes = convolutionOf(x.shape, shape, dy.shape);
    const auto d_filter = call.output<Bfloat16>(0, shape);
    std::ranges::fill(d_filter, Bfloat16{0});
    if (!d_filter.empty() && !dy.values.empty())
      convolveInTilesBack(sizes, x.values.data(), dy.values.data(), d_filter.data());
  }
};

}  // namespace

KernelDefinition tiledConv2d() {
  return defineKernel<TiledConv2D<Then::kNothing>>("FedkerasTiledConv2D", {"x: bfloat16", "filter: bfloat16"},
                                                   {"y: bfloat16"}, {"padding: string"}, [](ShapeInference&) {});
}

KernelDefinition tiledConv2dBias() {
  return defineKernel<TiledConv2D<Then::kBias>>("FedkerasTiledConv2DBias",
                                                {"x: bfloat16", "filter: bfloat16", "bias: bfloat16"}, {"y: bfloat16"},
                                                {"padding: string"}, [](ShapeInference&) {});
}

KernelDefinition tiledConv2dBiasRelu() {
  return defineKernel<TiledConv2D<Then::kBiasRelu>>("FedkerasTiledConv2DBiasRelu",
                                                    {"x: bfloat16", "filter: bfloat16", "bias: bfloat16"},
                                                    {"y: bfloat16"}, {"padding: string"}, [](ShapeInference&) {});
}

KernelDefinition tiledConv2dBackpropInput() {
  return defineKernel<TiledConv2DBackpropInput>("FedkerasTiledConv2DBackpropInput",
                                                {"sizes: int32", "filter: bfloat16", "dy: bfloat16"}, {"dx: bfloat16"},
                                                {}, [](ShapeInference&) {});
}

KernelDefinition tiledConv2dBackpropFilter() {
  return defineKernel<TiledConv2DBackpropFilter>("FedkerasTiledConv2DBackpropFilter",
                                                 {"x: bfloat16", "sizes: int32", "dy: bfloat16"},
                                                 {"d_filter: bfloat16"}, {}, [](ShapeInference&) {});
}

}  // namespace tf
