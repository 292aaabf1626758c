// Convolutions without strides, and their gradients, for the sizes for which ours are faster than libtensorflow's: see
// convolution.h for how. Padding is what the shapes say it is; gradients are told it for their own gradients.
#include <algorithm>
#include <string>

#include "convolution.h"
#include "index.h"

namespace tf {

namespace {

size_t size(int64_t dim) { return static_cast<size_t>(dim); }

}  // namespace

Convolution convolutionOf(const Dims& x, const Dims& filter, const Dims& y) {
  const bool fits = x.size() == 4 && filter.size() == 4 && y.size() == 4 && x[0] == y[0] && x[3] == filter[2] &&
                    filter[3] == y[3] && filter[0] > 0 && filter[1] > 0;
  if (!fits) throw invalidArgument("the images, the filter and the outputs must be those of one convolution");
  Convolution sizes{size(x[0]), size(x[1]),      size(x[2]),      size(x[3]), size(y[1]), size(y[2]),
                    size(y[3]), size(filter[0]), size(filter[1]), 0,          0};
  for (const int axis : {1, 2}) {
    const int64_t padding = y[axis] + filter[axis - 1] - 1 - x[axis];
    if (padding != 0 && padding != filter[axis - 1] - 1) {
      throw invalidArgument("an axis of " + std::to_string(x[axis]) + " must have " + std::to_string(x[axis]) + " or " +
                            std::to_string(x[axis] - filter[axis - 1] + 1) + " outputs, received " +
                            std::to_string(y[axis]));
    }
    (axis == 1 ? sizes.top : sizes.left) = size(padding / 2);
  }
  return sizes;
}

namespace {

template <bool kSame>
struct Conv2D {
  explicit Conv2D(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input(0, 4), filter = call.input(1, 4);
    Dims shape{x.shape[0], x.shape[1], x.shape[2], filter.shape[3]};
    for (const size_t axis : {1, 2}) {
      if (!kSame) shape[axis] -= filter.shape[axis - 1] - 1;
      if (shape[axis] < 0) {
        throw invalidArgument("an axis of " + std::to_string(x.shape[axis]) + " is too short for a filter of " +
                              std::to_string(filter.shape[axis - 1]));
      }
    }
    const Convolution sizes = convolutionOf(x.shape, filter.shape, shape);
    const auto y = call.output<float>(0, shape);
    if (y.empty()) return;
    const float* values = filter.values.data();
    if (!isMinimal(sizes)) return convolveDirectly(sizes, x.values.data(), values, y.data());
    const auto filters = filter.shape[3], plane = filter.shape[2] * filters;
    convolveMinimally(sizes, x.values.data(), {values, filter.shape[1] * plane, plane, filters, 1}, y.data());
  }
};

struct Conv2DBackpropInput {
  explicit Conv2DBackpropInput(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input(0, 4), filter = call.input(1, 4), dy = call.input(2, 4);
    const Convolution sizes = convolutionOf(x.shape, filter.shape, dy.shape);
    if (!isMinimal(sizes)) throw invalidArgument("the gradient of such a convolution is libtensorflow's");
    const auto dx = call.output<float>(0, x.shape);
    if (dx.empty()) return;
    // The transpose: a convolution of the gradients with the filter turned around, its channels and filters exchanged.
    const Convolution turned{sizes.batch,
                             sizes.out_height,
                             sizes.out_width,
                             sizes.filters,
                             sizes.height,
                             sizes.width,
                             sizes.channels,
                             sizes.rows,
                             sizes.columns,
                             sizes.rows - 1 - sizes.top,
                             sizes.columns - 1 - sizes.left};
    const auto filters = filter.shape[3], plane = filter.shape[2] * filters, row = filter.shape[1] * plane;
    const float* last = filter.values.data() + (filter.shape[0] - 1) * row + (filter.shape[1] - 1) * plane;
    convolveMinimally(turned, dy.values.data(), {last, -row, -plane, 1, filters}, dx.data());
  }
};

struct Conv2DBackpropFilter {
  explicit Conv2DBackpropFilter(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input(0, 4), filter = call.input(1, 4), dy = call.input(2, 4);
    const Convolution sizes = convolutionOf(x.shape, filter.shape, dy.shape);
    const auto d_filter = call.output<float>(0, filter.shape);
    (isMinimal(sizes) ? convolveMinimallyBack : convolveDirectlyBack)(sizes, x.values.data(), dy.values.data(),
                                                                      d_filter.data());
  }
};

}  // namespace

KernelDefinition conv2dSame() {
  return defineKernel<Conv2D<true>>(
      "FedkerasConv2DSame", {"x: float", "filter: float"}, {"y: float"}, {},
      [](ShapeInference& shapes) { shapes.set(0, shapes.concatenated(shapes.input(0, 0, 3), shapes.input(1, 3, 4))); });
}

KernelDefinition conv2dValid() {
  return defineKernel<Conv2D<false>>(
      "FedkerasConv2DValid", {"x: float", "filter: float"}, {"y: float"}, {}, [](ShapeInference& shapes) {
        auto y = shapes.input(0, 0, 1);
        for (const int axis : {1, 2}) {
          auto outputs = shapes.input(0, axis, axis + 1);
          const auto size = shapes.size(outputs), taps = shapes.size(shapes.input(1, axis - 1, axis));
          if (size && taps) outputs = shapes.vector(std::max<int64_t>(*size - *taps + 1, 0));
          y = shapes.concatenated(y, outputs);
        }
        shapes.set(0, shapes.concatenated(y, shapes.input(1, 3, 4)));
      });
}

KernelDefinition conv2dBackpropInput() {
  return defineKernel<Conv2DBackpropInput>("FedkerasConv2DBackpropInput", {"x: float", "filter: float", "dy: float"},
                                           {"dx: float"}, {"padding: string"},
                                           [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

KernelDefinition conv2dBackpropFilter() {
  return defineKernel<Conv2DBackpropFilter>("FedkerasConv2DBackpropFilter", {"x: float", "filter: float", "dy: float"},
                                            {"d_filter: float"}, {"padding: string"},
                                            [](ShapeInference& shapes) { shapes.set(0, shapes.input(1)); });
}

}  // namespace tf
