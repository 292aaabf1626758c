// MaxPool, and its gradient as MaxPoolGrad computes it: each output's gradient goes to the first greatest element of
// its window. Libtensorflow's kernels for the gradient and for bfloat16 take one element at a time, the first a fifth
// of the time of a small CNN; these take all channels of a position together. Its kernel for float is as fast, but
// describes tensors to oneDNN anew in each call, which takes 40 us.
#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "index.h"
#include "vector.h"

namespace tf {
namespace {

// What numbers are compared by: as wide as they are, so that a vector holds as many.
inline float order(float x) { return x; }
// Zero has no sign here, and what is not a number is greater than all others.
inline int16_t order(Bfloat16 x) {
  const auto magnitude = static_cast<int16_t>(x.bits & 0x7fff);
  const bool negative = (x.bits >= 0x8000) & (magnitude <= 0x7f80);
  return static_cast<int16_t>(negative ? -magnitude : magnitude);
}
template <class T>
using Order = decltype(order(T{}));
// Of an element in its window.
template <class T>
using Index = std::conditional_t<std::is_same_v<T, float>, int32_t, int16_t>;

// Read whether or not it is taken: a loop with a branch is none of vectors.
inline float ifTaken(bool taken, float x, float otherwise = 0) { return taken ? x : otherwise; }
inline Bfloat16 ifTaken(bool taken, Bfloat16 x, Bfloat16 otherwise = {}) {
  return {static_cast<uint16_t>(taken ? x.bits : otherwise.bits)};
}

inline float sum(float a, float b) { return a + b; }
inline Bfloat16 sum(Bfloat16 a, Bfloat16 b) { return fromFloat<Bfloat16>(toFloat(a) + toFloat(b)); }

// A window's place in the input, and its elements: `rows` times `columns` of `channels`.
struct Window {
  int64_t at, rows, columns, row_size, channels;
  int64_t place(int64_t row, int64_t column) const { return at + row * row_size + column * channels; }
};

// All windows over an input.
struct Windows {
  // Window `at` covers the elements from `first` to before `last`.
  struct Axis {
    int64_t in, out, size, stride, before;
    FEDKERAS_INLINE int64_t first(int64_t at) const { return std::max<int64_t>(at * stride - before, 0); }
    FEDKERAS_INLINE int64_t last(int64_t at) const { return std::min(at * stride - before + size, in); }
  };

  // Calls `visit` for each of them in order. In a function for one processor it must be inlined, as `visit` must be.
  template <class Visit>
  FEDKERAS_INLINE void forEach(const Visit& visit) const {
    for (int64_t n = 0; n < examples; ++n) {
      for (int64_t i = 0; i < y_axis.out; ++i) {
        const int64_t top = y_axis.first(i), rows = y_axis.last(i) - top;
        for (int64_t j = 0; j < x_axis.out; ++j) {
          const int64_t left = x_axis.first(j);
          visit(
              Window{(n * height + top) * row_size + left * channels, rows, x_axis.last(j) - left, row_size, channels});
        }
      }
    }
  }

  int64_t examples, height, row_size, channels;
  Axis y_axis, x_axis;
};

// What windows there are: the ops' attributes.
class Pooling {
 public:
  explicit Pooling(const KernelAttributes& attributes)
      : size_(attributes.integers("ksize")),
        stride_(attributes.integers("strides")),
        same_(attributes.string("padding") == "SAME") {
    for (const auto* four : {&size_, &stride_}) {
      if (four->size() != 4 || four->front() != 1 || four->back() != 1 || (*four)[1] < 1 || (*four)[2] < 1) {
        throw invalidArgument("ksize and strides must be 1, a height, a width and 1");
      }
    }
    if (size_[1] * size_[2] > std::numeric_limits<int16_t>::max()) {
      throw invalidArgument("a window must have at most 32767 places");
    }
  }

  // How many windows there are along axis 1 or 2 of the input, at least one but for an empty one with padding.
  int64_t count(const Dims& x, size_t axis) const {
    const int64_t in = x[axis], size = size_[axis], stride = stride_[axis];
    if (same_) return (in + stride - 1) / stride;
    if (in < size) {
      throw invalidArgument("a window of " + std::to_string(size) + " does not fit into an axis of " +
                            std::to_string(in));
    }
    return (in - size) / stride + 1;
  }

  // Whether an element may lie in several windows.
  bool overlap() const { return stride_[1] < size_[1] || stride_[2] < size_[2]; }

  // Whether each element lies in one window.
  bool covers(const Dims& x) const {
    const auto isWhole = [&](size_t axis) { return same_ || x[axis] % size_[axis] == 0; };
    return stride_ == size_ && isWhole(1) && isWhole(2);
  }

  Windows windows(const Dims& x) const { return {x[0], x[1], x[2] * x[3], x[3], axis(x, 1), axis(x, 2)}; }

 private:
  Windows::Axis axis(const Dims& x, size_t axis) const {
    const int64_t in = x[axis], out = count(x, axis), size = size_[axis], stride = stride_[axis];
    return {in, out, size, stride, same_ ? std::max<int64_t>((out - 1) * stride + size - in, 0) / 2 : 0};
  }

  std::vector<int64_t> size_, stride_;
  bool same_;
};

// The greatest element of each channel, or one that is not a number.
template <class T>
FEDKERAS_VECTORIZED void pool(const Window& window, const T* __restrict x, T* __restrict y) {
  const int64_t channels = window.channels;
  for (int64_t c = 0; c < channels; ++c) y[c] = x[window.at + c];
  for (int64_t i = 0; i < window.rows; ++i) {
    for (int64_t j = 0; j < window.columns; ++j) {
      const T* from = x + window.place(i, j);
      for (int64_t c = 0; c < channels; ++c) {
        const T value = from[c], best = y[c];
        const bool greater = (order(value) > order(best)) | (order(value) != order(value));
        y[c] = ifTaken(greater, value, best);
      }
    }
  }
}

// What is read and written; of the gradient `dy` to that of the input.
template <class T>
struct Forward {
  const Windows& windows;
  const T* __restrict x;
  T* __restrict y;
};
template <class T>
struct Backward {
  const Windows& windows;
  const T* __restrict x;
  const T* __restrict dy;
  T* __restrict dx;
};

#if defined(__GNUC__)
// Channels that are taken at once: of numbers of 16 bits at least as many as the narrowest vectors hold. In vectors as
// wide as the processor's, for GCC takes wider ones number by number, eight times as long.
template <class T>
constexpr size_t blockOf(size_t width) {
  return std::is_same_v<T, float> ? width : std::max<size_t>(width, 8);
}
template <class T, size_t kWidth>
constexpr int64_t kBlock = blockOf<T>(kWidth);

template <class T, size_t kWidth>
struct BlockOf {
  template <class U>
  struct Of {
    typedef U Vector __attribute__((vector_size(kBlock<T, kWidth> * sizeof(U))));
  };
  using Value = typename Of<std::conditional_t<std::is_same_v<T, float>, float, uint16_t>>::Vector;
  using Order = typename Of<tf::Order<T>>::Vector;
  using Index = typename Of<tf::Index<T>>::Vector;
};

template <class Value, class Order>
FEDKERAS_INLINE void orderAll(const Value& x, Order& order) {
  if constexpr (std::is_same_v<Value, Order>) {
    order = x;
  } else {
    const auto bits = reinterpret_cast<Order>(x), magnitude = bits & 0x7fff;
    order = (bits < 0) & (magnitude <= 0x7f80) ? -magnitude : magnitude;
  }
}

// The widest vectors for which there are whole blocks, 0 where there are none.
template <class T>
size_t widthFor(int64_t channels) {
  for (size_t width = vectorWidth(); width >= 4; width /= 2) {
    if (channels % static_cast<int64_t>(blockOf<T>(width)) == 0) return width;
  }
  return 0;
}

// What `pool` does, with all that it compares in registers.
template <size_t kWidth, class T>
FEDKERAS_INLINE void poolInBlocks(const Forward<T>& of) {
  using Block = BlockOf<T, kWidth>;
  T* to = of.y;
  of.windows.forEach([&](const Window& window) FEDKERAS_INLINED {
    for (int64_t c = 0; c < window.channels; c += kBlock<T, kWidth>, to += kBlock<T, kWidth>) {
      typename Block::Value value, greatest, strange{};
      std::memcpy(&greatest, of.x + window.at + c, sizeof greatest);
      for (int64_t i = 0; i < window.rows; ++i) {
        const T* from = of.x + window.place(i, 0) + c;
        for (int64_t j = 0; j < window.columns; ++j, from += window.channels) {
          std::memcpy(&value, from, sizeof value);
          if constexpr (std::is_same_v<T, float>) {
            // Kept apart: of two comparisons for one number GCC makes one, and takes number by number for it.
            greatest = value > greatest ? value : greatest;
            strange = value == value ? strange : value;
          } else {
            typename Block::Order order, best;
            orderAll(value, order);
            orderAll(greatest, best);
            greatest = order > best ? value : greatest;
          }
        }
      }
      if constexpr (std::is_same_v<T, float>) greatest = strange == strange ? greatest : strange;
      std::memcpy(to, &greatest, sizeof greatest);
    }
  });
}

// What `poolBack` does where windows do not overlap, likewise.
template <size_t kWidth, class T>
FEDKERAS_INLINE void poolBackInBlocks(const Backward<T>& of) {
  using Block = BlockOf<T, kWidth>;
  const T* dy = of.dy;
  of.windows.forEach([&](const Window& window) FEDKERAS_INLINED {
    for (int64_t c = 0; c < window.channels; c += kBlock<T, kWidth>, dy += kBlock<T, kWidth>) {
      typename Block::Value value;
      typename Block::Order best, order;
      typename Block::Index where{}, index{};
      std::memcpy(&value, of.x + window.at + c, sizeof value);
      orderAll(value, best);
      for (int64_t i = 0; i < window.rows; ++i) {
        const T* from = of.x + window.place(i, 0) + c;
        for (int64_t j = 0; j < window.columns; ++j, from += window.channels, index += 1) {
          std::memcpy(&value, from, sizeof value);
          orderAll(value, order);
          const auto greater = order > best;
          best = greater ? order : best;
          where = greater ? index : where;
        }
      }
      typename Block::Value gradient;
      std::memcpy(&gradient, dy, sizeof gradient);
      index = typename Block::Index{};
      for (int64_t i = 0; i < window.rows; ++i) {
        T* to = of.dx + window.place(i, 0) + c;
        for (int64_t j = 0; j < window.columns; ++j, to += window.channels, index += 1) {
          value = where == index ? gradient : typename Block::Value{};
          std::memcpy(to, &value, sizeof value);
        }
      }
    }
  });
}
#else
template <class T>
size_t widthFor(int64_t) {
  return 0;
}

template <size_t, class T>
void poolInBlocks(const Forward<T>&) {}

template <size_t, class T>
void poolBackInBlocks(const Backward<T>&) {}
#endif

FEDKERAS_FOR_EACH_WIDTH(poolInBlocks, Forward<float>)
FEDKERAS_FOR_EACH_WIDTH(poolInBlocks, Forward<Bfloat16>)
FEDKERAS_FOR_EACH_WIDTH(poolBackInBlocks, Backward<float>)
FEDKERAS_FOR_EACH_WIDTH(poolBackInBlocks, Backward<Bfloat16>)

// Where the greatest element of each channel is, counted through the window by rows; then its share of the gradient,
// which is added to what other windows gave where they overlap.
template <class T>
FEDKERAS_VECTORIZED void poolBack(const Window& window, const T* __restrict x, const T* __restrict dy, bool overlap,
                                  T* __restrict dx, Order<T>* __restrict best, Index<T>* __restrict where) {
  const int64_t channels = window.channels;
  for (int64_t c = 0; c < channels; ++c) {
    best[c] = order(x[window.at + c]);
    where[c] = 0;
  }
  Index<T> index = 0;
  for (int64_t i = 0; i < window.rows; ++i) {
    for (int64_t j = 0; j < window.columns; ++j, ++index) {
      const T* from = x + window.place(i, j);
      for (int64_t c = 0; c < channels; ++c) {
        const Order<T> value = order(from[c]);
        const bool greater = value > best[c];
        best[c] = greater ? value : best[c];
        where[c] = greater ? index : where[c];
      }
    }
  }
  index = 0;
  for (int64_t i = 0; i < window.rows; ++i) {
    for (int64_t j = 0; j < window.columns; ++j, ++index) {
      T* to = dx + window.place(i, j);
      if (overlap) {
        for (int64_t c = 0; c < channels; ++c) to[c] = sum(to[c], ifTaken(where[c] == index, dy[c]));
      } else {
        for (int64_t c = 0; c < channels; ++c) to[c] = ifTaken(where[c] == index, dy[c]);
      }
    }
  }
}

template <class T>
class MaxPool {
 public:
  explicit MaxPool(const KernelAttributes& attributes) : pooling_(attributes) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<T>(0, 4);
    const Dims shape{x.shape[0], pooling_.count(x.shape, 1), pooling_.count(x.shape, 2), x.shape[3]};
    T* y = call.output<T>(0, shape).data();
    const Windows windows = pooling_.windows(x.shape);
    const size_t width = widthFor<T>(x.shape[3]);
    if (width > 0) return poolInBlocksOf(width, Forward<T>{windows, x.values.data(), y});
    windows.forEach([&](const Window& window) {
      pool(window, x.values.data(), y);
      y += window.channels;
    });
  }

 private:
  Pooling pooling_;
};

template <class T>
class MaxPoolGrad {
 public:
  explicit MaxPoolGrad(const KernelAttributes& attributes) : pooling_(attributes) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input<T>(0, 4), dy = call.input<T>(1, 4);
    if (dy.shape[0] != x.shape[0] || dy.shape[3] != x.shape[3]) {
      throw invalidArgument("the gradient must have as many examples and channels as the input");
    }
    for (const size_t axis : {1, 2}) {
      if (dy.shape[axis] == pooling_.count(x.shape, axis)) continue;
      throw invalidArgument("the gradient must have " + std::to_string(pooling_.count(x.shape, axis)) +
                            " windows along an axis of " + std::to_string(x.shape[axis]) + ", received " +
                            std::to_string(dy.shape[axis]));
    }
    const auto dx = call.output<T>(0, x.shape);
    if (!pooling_.covers(x.shape)) std::ranges::fill(dx, T{});
    const bool overlap = pooling_.overlap();
    const T* gradient = dy.values.data();
    const Windows windows = pooling_.windows(x.shape);
    const size_t width = widthFor<T>(x.shape[3]);
    if (!overlap && width > 0) {
      return poolBackInBlocksOf(width, Backward<T>{windows, x.values.data(), gradient, dx.data()});
    }
    std::vector<Order<T>> best(static_cast<size_t>(x.shape[3]));
    std::vector<Index<T>> where(best.size());
    windows.forEach([&](const Window& window) {
      poolBack(window, x.values.data(), gradient, overlap, dx.data(), best.data(), where.data());
      gradient += window.channels;
    });
  }

 private:
  Pooling pooling_;
};

}  // namespace

KernelDefinition maxPool() {
  return defineKernel<OfEither<MaxPool>>(
      "FedkerasMaxPool", {"x: T"}, {"y: T"},
      {"ksize: list(int)", "strides: list(int)", "padding: {'SAME', 'VALID'}", OfEither<MaxPool>::kType},
      [](ShapeInference&) {});
}

KernelDefinition maxPoolGrad() {
  return defineKernel<OfEither<MaxPoolGrad>>(
      "FedkerasMaxPoolGrad", {"x: T", "dy: T"}, {"dx: T"},
      {"ksize: list(int)", "strides: list(int)", "padding: {'SAME', 'VALID'}", OfEither<MaxPoolGrad>::kType},
      [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
