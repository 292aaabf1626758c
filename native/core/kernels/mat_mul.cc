// The product of two matrices, whose bits do not depend on what else is multiplied at the same time.
#include <algorithm>
#include <array>

#include "index.h"
#include "masked_product.h"
#include "narrow_product.h"
#include "packed_matrix.h"
#include "turned_product.h"

namespace tf {
namespace {

bool isReadInPlace(size_t rows, size_t columns) {
  const size_t vector = vectorWidth(columns), panel = 2 * vector;
  return columns >= vector && (columns <= panel || columns % panel == 0 || isOfFewRows(rows));
}

// Reads the rows of `factor` where they are: whole panels of them, then the columns that are left, with some of those
// before where they do not fill a vector.
void multiplyInPlace(const Rows& x, size_t count, const float* factor, size_t columns, float* y) {
  const size_t panel = 2 * vectorWidth(columns), whole = columns / panel * panel;
  if (whole > 0) multiply(x, count, {factor, panel, columns, panel / 2}, whole, Into::kPlace, y, columns);
  if (whole == columns) return;
  const size_t vector = vectorWidth(columns - whole), left = std::max(columns - whole, vector);
  const size_t first = columns - left;
  multiply(x, count, {factor + first, 2 * vector, columns, vector, std::min(left - vector, vector)}, left, Into::kPlace,
           y + first, columns);
}

template <bool kTransposedA, bool kTransposedB>
struct MatMul {
  explicit MatMul(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto a = call.input(0, 2), b = call.input(1, 2);
    const auto size = [](const KernelCall::Input& x, bool last) { return static_cast<size_t>(x.shape[last ? 1 : 0]); };
    const size_t rows = size(a, kTransposedA), depth = size(a, !kTransposedA), columns = size(b, !kTransposedB);
    checkFactors(a.shape[kTransposedA ? 0 : 1], b.shape[kTransposedB ? 1 : 0]);
    const std::array shape{static_cast<int64_t>(rows), static_cast<int64_t>(columns)};
    const auto y = call.output<float>(0, shape);
    const size_t row_stride = kTransposedA ? 1 : depth, column_stride = kTransposedA ? rows : 1;
    if (!kTransposedB && isMasked(columns)) {
      return multiplyMasked({{a.values.data(), row_stride, column_stride, depth},
                             rows,
                             columns,
                             b.values.data(),
                             Into::kPlace,
                             y.data()});
    }
    if (kTransposedA && isNarrow(columns)) {
      std::ranges::fill(y, 0.0f);
      addNarrowProduct({a.values.data(), b.values.data(), depth, rows, columns, 1.0f, y.data()});
      return;
    }
    if (!kTransposedA && kTransposedB && isOfFewRows(rows)) {
      return multiplyTurned({a.values.data(), rows, depth, b.values.data(), columns, y.data()});
    }
    const Rows factor{a.values.data(), row_stride, column_stride, depth};
    if (!kTransposedB && isReadInPlace(rows, columns))
      return multiplyInPlace(factor, rows, b.values.data(), columns, y.data());
    const PackedMatrix product(b.values.data(), depth, columns,
                               kTransposedB ? PackedMatrix::From::kColumns : PackedMatrix::From::kRows);
    product.multiply({a.values.data(), row_stride, column_stride}, rows, Into::kPlace, y.data());
  }
};

template <bool kTransposedA, bool kTransposedB>
KernelDefinition definition(const char* op) {
  return defineKernel<MatMul<kTransposedA, kTransposedB>, 0>(
      op, {"a: float", "b: float"}, {"y: float"}, {}, [](ShapeInference& shapes) {
        const auto axis = [&](int input, bool last) { return shapes.input(input, last ? 1 : 0, last ? 2 : 1); };
        shapes.set(0, shapes.concatenated(axis(0, kTransposedA), axis(1, !kTransposedB)));
      });
}

}  // namespace

KernelDefinition matMul() { return definition<false, false>("FedkerasMatMul"); }
KernelDefinition matMulTransposedA() { return definition<true, false>("FedkerasMatMulTransposedA"); }
KernelDefinition matMulTransposedB() { return definition<false, true>("FedkerasMatMulTransposedB"); }

}  // namespace tf
