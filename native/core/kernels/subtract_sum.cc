// A step of plain gradient descent for a bias: `b` less the sum of `dy` over all axes but the last.
#include <algorithm>
#include <string>

#include "index.h"

namespace tf {
namespace {

// Rows that are summed before they are added to the others: a long sum of single numbers would lose digits.
constexpr size_t kTogether = 64;

FEDKERAS_VECTORIZED void addRows(const float* __restrict values, size_t rows, size_t columns, float* __restrict sums) {
  for (size_t row = 0; row < rows; ++row, values += columns) {
    for (size_t i = 0; i < columns; ++i) sums[i] += values[i];
  }
}

struct SubtractSum {
  explicit SubtractSum(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto dy = call.input(1);
    const auto shape = call.shape(0);
    if (shape.size() != 1 || dy.shape.empty() || dy.shape.back() != shape[0])
      throw invalidArgument("the gradient must have as many columns as there are biases");
    const auto b = call.outputFrom(0, 0, shape);
    const size_t columns = b.size(), rows = columns == 0 ? 0 : dy.values.size() / columns;
    std::vector<float> total(columns), some(columns);
    for (size_t row = 0; row < rows; row += kTogether) {
      std::ranges::fill(some, 0.0f);
      addRows(dy.values.data() + row * columns, std::min(kTogether, rows - row), columns, some.data());
      addRows(some.data(), 1, columns, total.data());
    }
    for (size_t i = 0; i < columns; ++i) b[i] -= total[i];
  }
};

}  // namespace

KernelDefinition subtractSum() {
  return defineKernel<SubtractSum>("FedkerasSubtractSum", {"b: float", "dy: float"}, {"y: float"}, {},
                                   [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
