// A step of plain gradient descent for a bias: `b` less the sum of `dy` over all axes but the last.
#include "index.h"
#include "sums.h"

namespace tf {
namespace {

template <class T>
struct SubtractSum {
  explicit SubtractSum(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto dy = call.input<T>(1);
    const auto& shape = call.shape(0);
    if (shape.size() != 1 || dy.shape.empty() || dy.shape.back() != shape[0])
      throw invalidArgument("the gradient must have as many columns as there are biases");
    const auto b = call.outputFrom(0, 0, shape);
    const size_t columns = b.size(), rows = columns == 0 ? 0 : dy.values.size() / columns;
    std::vector<float> total(columns);
    sumRows(dy.values.data(), rows, columns, total.data());
    for (size_t i = 0; i < columns; ++i) b[i] -= total[i];
  }
};

}  // namespace

KernelDefinition subtractSum() {
  return defineKernel<OfEither<SubtractSum>>("FedkerasSubtractSum", {"b: float", "dy: T"}, {"y: float"},
                                             {OfEither<SubtractSum>::kType},
                                             [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
