// A step of plain gradient descent for a dense layer's weights: `w - xᵀ · dy` in one pass over `w`, in its own memory
// where it can be. As ops of their own the product makes a gradient as large as the weights, and the difference reads
// both.
#include <algorithm>
#include <array>
#include <string>

#include "convert.h"
#include "index.h"
#include "masked_product.h"
#include "narrow_product.h"
#include "packed_matrix.h"

namespace tf {
namespace {

// Weights that the second level of the cache holds besides what else is in use.
constexpr size_t kNear = 1 << 15;

template <class T>
struct SubtractProduct {
  explicit SubtractProduct(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<T>(1, 2), dy = call.input<T>(2, 2);
    if (x.shape[0] != dy.shape[0]) {
      throw invalidArgument("the factors must have the same number of rows, received " + std::to_string(x.shape[0]) +
                            " and " + std::to_string(dy.shape[0]));
    }
    const std::array shape{x.shape[1], dy.shape[1]};
    const auto [w, before] = call.outputOver(0, 0, shape);
    const auto examples = static_cast<size_t>(x.shape[0]), rows = static_cast<size_t>(shape[0]);
    const auto columns = static_cast<size_t>(shape[1]);
    const Floats<T> of_x(x.values), of_dy(dy.values);
    const bool few = isMasked(columns) || isNarrow(columns);
    if (few && before != nullptr) std::copy_n(before, w.size(), w.data());
    if (isMasked(columns)) {
      multiplyMasked({{of_x.data(), 1, rows, examples}, rows, columns, of_dy.data(), Into::kSum, w.data(), -1.0f});
      return;
    }
    if (isNarrow(columns)) {
      addNarrowProduct({of_x.data(), of_dy.data(), examples, rows, columns, -1.0f, w.data()});
      return;
    }
    const PackedMatrix product(of_dy.data(), examples, columns, PackedMatrix::From::kRows, -1.0f);
    // What is copied first is still near when the product is added to it.
    const size_t together = before == nullptr ? rows : std::max(kNear / std::max<size_t>(columns, 1), size_t{1});
    for (size_t row = 0; row < rows; row += together) {
      const size_t some = std::min(together, rows - row);
      float* y = w.data() + row * columns;
      if (before != nullptr) std::copy_n(before + row * columns, some * columns, y);
      product.multiply({of_x.data() + row, 1, rows}, some, Into::kSum, y);
    }
  }
};

}  // namespace

KernelDefinition subtractProduct() {
  return defineKernel<OfEither<SubtractProduct>, 1>("FedkerasSubtractProduct", {"w: float", "x: T", "dy: T"},
                                                    {"y: float"}, {OfEither<SubtractProduct>::kType},
                                                    [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
