// The gradient of MaxPool, as MaxPoolGrad computes it: each output's gradient goes to the first greatest element of its
// window. Libtensorflow's own kernel takes one element at a time, a fifth of the time of a small CNN; this one takes
// all channels of a position together.
#include <algorithm>
#include <string>
#include <vector>

#include "index.h"

namespace tf {
namespace {

// The windows along one axis: window `at` covers the elements from `first` to before `last`.
struct Axis {
  int64_t in, out, size, stride, before;
  int64_t first(int64_t at) const { return std::max<int64_t>(at * stride - before, 0); }
  int64_t last(int64_t at) const { return std::min(at * stride - before + size, in); }
};

Axis windows(int64_t in, int64_t out, int64_t size, int64_t stride, bool same) {
  const int64_t expected = same ? (in + stride - 1) / stride : in < size ? 0 : (in - size) / stride + 1;
  if (out != expected) {
    throw invalidArgument("the gradient must have " + std::to_string(expected) + " windows along an axis of " +
                          std::to_string(in) + ", received " + std::to_string(out));
  }
  return {in, out, size, stride, same ? std::max<int64_t>((out - 1) * stride + size - in, 0) / 2 : 0};
}

// Where the greatest element of each channel is, counted through the window by rows; then its share of the gradient.
FEDKERAS_VECTORIZED void poolWindow(const float* x, const float* dy, float* dx, int64_t rows, int64_t columns,
                                    int64_t row_size, int64_t channels, float* best, int32_t* where) {
  for (int64_t c = 0; c < channels; ++c) {
    best[c] = x[c];
    where[c] = 0;
  }
  for (int64_t i = 1; i < rows * columns; ++i) {
    const float* at = x + i / columns * row_size + i % columns * channels;
    const auto index = static_cast<int32_t>(i);
    for (int64_t c = 0; c < channels; ++c) {
      const bool greater = at[c] > best[c];
      best[c] = greater ? at[c] : best[c];
      where[c] = greater ? index : where[c];
    }
  }
  for (int64_t i = 0; i < rows * columns; ++i) {
    float* to = dx + i / columns * row_size + i % columns * channels;
    const auto index = static_cast<int32_t>(i);
    for (int64_t c = 0; c < channels; ++c) to[c] += where[c] == index ? dy[c] : 0.0f;
  }
}

class MaxPoolGrad {
 public:
  explicit MaxPoolGrad(const KernelAttributes& attributes)
      : size_(attributes.integers("ksize")),
        stride_(attributes.integers("strides")),
        same_(attributes.string("padding") == "SAME") {
    for (const auto* four : {&size_, &stride_}) {
      if (four->size() != 4 || four->front() != 1 || four->back() != 1 || (*four)[1] < 1 || (*four)[2] < 1) {
        throw invalidArgument("ksize and strides must be 1, a height, a width and 1");
      }
    }
  }

  void operator()(KernelCall& call) const {
    const auto x = call.input(0, 4), dy = call.input(1, 4);
    const int64_t batch = x.shape[0], channels = x.shape[3], row_size = x.shape[2] * channels;
    if (dy.shape[0] != batch || dy.shape[3] != channels) {
      throw invalidArgument("the gradient must have as many examples and channels as the input");
    }
    const Axis y_axis = windows(x.shape[1], dy.shape[1], size_[1], stride_[1], same_);
    const Axis x_axis = windows(x.shape[2], dy.shape[2], size_[2], stride_[2], same_);
    const auto dx = call.output<float>(0, x.shape);
    std::fill(dx.begin(), dx.end(), 0.0f);
    std::vector<float> best(static_cast<size_t>(channels));
    std::vector<int32_t> where(static_cast<size_t>(channels));
    const float* gradient = dy.values.data();
    for (int64_t n = 0; n < batch; ++n) {
      for (int64_t i = 0; i < y_axis.out; ++i) {
        for (int64_t j = 0; j < x_axis.out; ++j, gradient += channels) {
          const int64_t top = y_axis.first(i), left = x_axis.first(j);
          const int64_t at = ((n * y_axis.in + top) * x_axis.in + left) * channels;
          poolWindow(x.values.data() + at, gradient, dx.data() + at, y_axis.last(i) - top, x_axis.last(j) - left,
                     row_size, channels, best.data(), where.data());
        }
      }
    }
  }

 private:
  std::vector<int64_t> size_, stride_;
  bool same_;
};

}  // namespace

KernelDefinition maxPoolGrad() {
  return defineKernel<MaxPoolGrad>("FedkerasMaxPoolGrad", {"x: float", "dy: float"}, {"dx: float"},
                                   {"ksize: list(int)", "strides: list(int)", "padding: {'SAME', 'VALID'}"},
                                   [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
