// Sums over axes, whose bits do not depend on what else is summed at the same time.
#include <algorithm>

#include "convert.h"
#include "index.h"
#include "sums.h"

namespace tf {
namespace {

// Sums over the middle one of three axes.
void sumMiddle(const float* values, size_t outer, size_t count, size_t inner, float* sums) {
  for (size_t i = 0; i < outer; ++i, values += count * inner, sums += inner) {
    if (inner == 1) {
      *sums = sumOf(values, count);
    } else {
      sumRows(values, count, inner, sums);
    }
  }
}

struct SumAll {
  explicit SumAll(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input(0);
    call.output<float>(0, {})[0] = sumOf(x.values.data(), x.values.size());
  }
};

// All rows of the last axis.
template <class T>
struct SumRows {
  explicit SumRows(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<T>(0);
    if (x.shape.empty()) throw invalidArgument("a scalar has no rows");
    const auto sums = call.output<T>(0, std::vector{x.shape.back()});
    const size_t columns = sums.size(), rows = columns == 0 ? 0 : x.values.size() / columns;
    if constexpr (std::is_same_v<T, float>) {
      sumRows(x.values.data(), rows, columns, sums.data());
    } else {
      std::vector<float> wide(columns);
      sumRows(x.values.data(), rows, columns, wide.data());
      convert(wide, sums.data());
    }
  }
};

struct Sum {
  explicit Sum(const KernelAttributes& attributes) : axes_(attributes.integers("axes")) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input(0);
    const auto rank = static_cast<int64_t>(x.shape.size());
    std::vector<bool> reduced(x.shape.size());
    for (const int64_t axis : axes_) {
      if (axis < 0 || axis >= rank) {
        throw invalidArgument("axis " + std::to_string(axis) + " is none of " + std::to_string(rank));
      }
      reduced[static_cast<size_t>(axis)] = true;
    }
    Dims shape;
    for (size_t axis = 0; axis < x.shape.size(); ++axis) {
      if (!reduced[axis]) shape.push_back(x.shape[axis]);
    }
    const auto result = call.output<float>(0, shape);
    // Neighbouring axes are summed at once, the last ones first.
    std::vector<float> current(x.values.begin(), x.values.end());
    size_t inner = 1;
    for (size_t axis = x.shape.size(); axis > 0;) {
      const auto size = static_cast<size_t>(x.shape[--axis]);
      if (!reduced[axis]) {
        inner *= size;
        continue;
      }
      size_t count = size;
      while (axis > 0 && reduced[axis - 1]) count *= static_cast<size_t>(x.shape[--axis]);
      size_t outer = 1;
      for (size_t i = 0; i < axis; ++i) outer *= static_cast<size_t>(x.shape[i]);
      std::vector<float> sums(outer * inner);
      sumMiddle(current.data(), outer, count, inner, sums.data());
      current = std::move(sums);
    }
    std::ranges::copy(current, result.begin());
  }

 private:
  std::vector<int64_t> axes_;
};

}  // namespace

KernelDefinition sumOverAxes() {
  return defineKernel<Sum>("FedkerasSum", {"x: float"}, {"y: float"}, {"axes: list(int)"}, [](ShapeInference&) {});
}

KernelDefinition sumAll() {
  return defineKernel<SumAll>("FedkerasSumAll", {"x: float"}, {"y: float"}, {},
                              [](ShapeInference& shapes) { shapes.set(0, shapes.scalar()); });
}

KernelDefinition sumRowsOf() {
  return defineKernel<OfEither<SumRows>>("FedkerasSumRows", {"x: T"}, {"y: T"}, {OfEither<SumRows>::kType},
                                         [](ShapeInference& shapes) { shapes.set(0, shapes.input(0, -1)); });
}

}  // namespace tf
