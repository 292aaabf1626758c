// The product of rows of bfloat16 and a matrix of `float`, in the processor's tiles: what libtensorflow's product with
// the matrix as bfloat16 computes, without that one in memory.
#include "index.h"
#include "tiled_product.h"

namespace tf {
namespace {

size_t size(int64_t dim) { return static_cast<size_t>(dim); }

template <Then kThen>
struct TiledMatMul {
  explicit TiledMatMul(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<Bfloat16>(0, 2);
    const auto w = call.input(1, 2);
    checkFactors(x.shape[1], w.shape[0]);
    TileEnding ending;
    if (kThen != Then::kNothing) {
      const auto bias = call.input<Bfloat16>(2, 1);
      if (bias.shape[0] != w.shape[1]) throw invalidArgument("there must be as many biases as columns");
      ending = {bias.values.data(), kThen == Then::kBiasRelu};
    }
    const Dims shape{x.shape[0], w.shape[1]};
    const auto y = call.output<Bfloat16>(0, shape);
    if (y.empty()) return;
    multiplyInTiles(x.values.data(), size(x.shape[0]), w.values.data(), size(w.shape[0]), size(w.shape[1]), ending,
                    y.data());
  }
};

struct TiledMatMulTransposedB {
  explicit TiledMatMulTransposedB(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<Bfloat16>(0, 2);
    const auto w = call.input(1, 2);
    checkFactors(x.shape[1], w.shape[1]);
    const Dims shape{x.shape[0], w.shape[0]};
    const auto y = call.output<Bfloat16>(0, shape);
    if (y.empty()) return;
    multiplyInTilesTransposed(x.values.data(), size(x.shape[0]), w.values.data(), size(w.shape[1]), size(w.shape[0]),
                              y.data());
  }
};

// Axis `axis` of the matrix is that of the product's columns.
template <int kAxis>
void inferShape(ShapeInference& shapes) {
  shapes.set(0, shapes.concatenated(shapes.input(0, 0, 1), shapes.input(1, kAxis, kAxis + 1)));
}

}  // namespace

KernelDefinition tiledMatMul() {
  return defineKernel<TiledMatMul<Then::kNothing>>("FedkerasTiledMatMul", {"x: bfloat16", "w: float"}, {"y: bfloat16"},
                                                   {}, [](ShapeInference& shapes) { inferShape<1>(shapes); });
}

KernelDefinition tiledMatMulBias() {
  return defineKernel<TiledMatMul<Then::kBias>>("FedkerasTiledMatMulBias",
                                                {"x: bfloat16", "w: float", "bias: bfloat16"}, {"y: bfloat16"}, {},
                                                [](ShapeInference& shapes) { inferShape<1>(shapes); });
}

KernelDefinition tiledMatMulBiasRelu() {
  return defineKernel<TiledMatMul<Then::kBiasRelu>>("FedkerasTiledMatMulBiasRelu",
                                                    {"x: bfloat16", "w: float", "bias: bfloat16"}, {"y: bfloat16"}, {},
                                                    [](ShapeInference& shapes) { inferShape<1>(shapes); });
}

KernelDefinition tiledMatMulTransposedB() {
  return defineKernel<TiledMatMulTransposedB>("FedkerasTiledMatMulTransposedB", {"x: bfloat16", "w: float"},
                                              {"y: bfloat16"}, {},
                                              [](ShapeInference& shapes) { inferShape<0>(shapes); });
}

}  // namespace tf
