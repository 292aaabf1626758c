// Layer normalization over the last axis in one op, and its gradient. As ops of their own the values are gone through
// eight times, and twenty times in the gradient.
#include <algorithm>
#include <cmath>
#include <vector>

#include "index.h"
#include "lanes.h"

namespace tf {
namespace {

// Rows whose gradients of `gamma` and `beta` are summed before they are added to those of others: a long sum of single
// numbers would lose digits.
constexpr size_t kTogether = 64;

// Mean of a row and the factor that makes its variance 1.
struct Statistics {
  float mean, factor;
};

FEDKERAS_VECTORIZED void normalize(const float* __restrict x, const float* __restrict gamma,
                                   const float* __restrict beta, size_t count, float epsilon, float* __restrict y,
                                   Statistics* __restrict statistics) {
  float lanes[kLanes] = {}, squares[kLanes] = {};
  const auto whole = count / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += x[i + lane];
  }
  for (size_t i = whole; i < count; ++i) lanes[i - whole] += x[i];
  const auto size = static_cast<float>(count);
  const float mean = sum(lanes) / size;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const float distance = x[i + lane] - mean;
      squares[lane] += distance * distance;
    }
  }
  for (size_t i = whole; i < count; ++i) squares[i - whole] += (x[i] - mean) * (x[i] - mean);
  const float factor = 1.0f / std::sqrt(sum(squares) / size + epsilon);
  for (size_t i = 0; i < count; ++i) y[i] = (x[i] - mean) * factor * gamma[i] + beta[i];
  *statistics = {mean, factor};
}

// From a row's gradient to that of what was normalized, in its place, and what the row adds to those of `gamma` and
// `beta`.
FEDKERAS_VECTORIZED void normalizeBack(const float* __restrict x, const float* __restrict gamma, size_t count,
                                       const Statistics& statistics, float* __restrict gradient,
                                       float* __restrict d_gamma, float* __restrict d_beta) {
  const auto [mean, factor] = statistics;
  float lanes[kLanes] = {}, products[kLanes] = {};
  const auto whole = count / kLanes * kLanes;
  // One after the other: both at once are not made vectors of.
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += gradient[i + lane] * gamma[i + lane];
  }
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane)
      products[lane] += gradient[i + lane] * gamma[i + lane] * (x[i + lane] - mean);
  }
  for (size_t i = whole; i < count; ++i) {
    const float scaled = gradient[i] * gamma[i];
    lanes[i - whole] += scaled;
    products[i - whole] += scaled * (x[i] - mean);
  }
  const auto size = static_cast<float>(count);
  const float shift = sum(lanes) / size, slope = sum(products) * factor * factor / size;
  for (size_t i = 0; i < count; ++i) {
    const float distance = x[i] - mean, given = gradient[i];
    d_gamma[i] += given * distance * factor;
    d_beta[i] += given;
    gradient[i] = factor * (given * gamma[i] - shift - distance * slope);
  }
}

size_t columnsOf(const Dims& shape, const KernelCall::Input& weights) {
  if (shape.empty() || weights.shape[0] != shape.back())
    throw invalidArgument("there must be as many weights as values in a row");
  return static_cast<size_t>(shape.back());
}

Dims statisticsShape(Dims shape) {
  shape.back() = 2;
  return shape;
}

struct LayerNormalization {
  explicit LayerNormalization(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input(0), gamma = call.input(1, 1), beta = call.input(2, 1), epsilon = call.input(3, 0);
    const size_t columns = columnsOf(x.shape, gamma);
    columnsOf(x.shape, beta);
    const auto y = call.output<float>(0, x.shape);
    const auto statistics = call.output<float>(1, statisticsShape(x.shape));
    for (size_t row = 0; row < statistics.size() / 2; ++row) {
      Statistics own;
      normalize(x.values.data() + row * columns, gamma.values.data(), beta.values.data(), columns, epsilon.values[0],
                y.data() + row * columns, &own);
      statistics[2 * row] = own.mean;
      statistics[2 * row + 1] = own.factor;
    }
  }
};

struct LayerNormalizationGrad {
  explicit LayerNormalizationGrad(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto x = call.input(0), gamma = call.input(1, 1), statistics = call.input(2);
    const size_t columns = columnsOf(x.shape, gamma);
    if (statistics.shape != statisticsShape(x.shape) || call.shape(3) != x.shape)
      throw invalidArgument("the shapes of the statistics and of the gradient must be those of what was normalized");
    const auto gradient = call.outputFrom(3, 0, x.shape);
    const auto d_gamma = call.output<float>(1, gamma.shape), d_beta = call.output<float>(2, gamma.shape);
    std::ranges::fill(d_gamma, 0.0f);
    std::ranges::fill(d_beta, 0.0f);
    const size_t rows = statistics.values.size() / 2;
    std::vector<float> some(2 * columns);
    for (size_t first = 0; first < rows; first += kTogether) {
      std::ranges::fill(some, 0.0f);
      for (size_t row = first; row < std::min(first + kTogether, rows); ++row) {
        const float* known = statistics.values.data() + 2 * row;
        normalizeBack(x.values.data() + row * columns, gamma.values.data(), columns, {known[0], known[1]},
                      gradient.data() + row * columns, some.data(), some.data() + columns);
      }
      for (size_t i = 0; i < columns; ++i) {
        d_gamma[i] += some[i];
        d_beta[i] += some[columns + i];
      }
    }
  }
};

}  // namespace

KernelDefinition layerNormalization() {
  return defineKernel<LayerNormalization>(
      "FedkerasLayerNormalization", {"x: float", "gamma: float", "beta: float", "epsilon: float"},
      {"y: float", "statistics: float"}, {}, [](ShapeInference& shapes) {
        shapes.set(0, shapes.input(0));
        shapes.set(1, shapes.concatenated(shapes.input(0, 0, -1), shapes.vector(2)));
      });
}

KernelDefinition layerNormalizationGrad() {
  return defineKernel<LayerNormalizationGrad>(
      "FedkerasLayerNormalizationGrad", {"x: float", "gamma: float", "statistics: float", "dy: float"},
      {"d_x: float", "d_gamma: float", "d_beta: float"}, {}, [](ShapeInference& shapes) {
        shapes.set(0, shapes.input(0));
        shapes.set(1, shapes.input(1));
        shapes.set(2, shapes.input(1));
      });
}

}  // namespace tf
