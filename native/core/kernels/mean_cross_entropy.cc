// The mean cross-entropy between class numbers and logits, and its gradient: what is taught with, in one op each. As
// ops of their own the logits are gone through eight times, and for a small model half of a step's nodes belong to the
// loss. And what they are made of, for clients that are computed together: the softmax, and each row's cross-entropy.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "activations.h"
#include "index.h"
#include "lanes.h"

namespace tf {
namespace {

// The last elements of a row, too few for all lanes; the exponentials of the others are too small to count.
struct Rest {
  float values[kLanes];

  FEDKERAS_INLINE Rest(const float* row, size_t count) {
    for (size_t lane = 0; lane < kLanes; ++lane) {
      values[lane] = lane < count ? row[lane] : -std::numeric_limits<float>::infinity();
    }
  }
};

// The greatest of a row, and the sum of its exponentials relative to that.
FEDKERAS_VECTORIZED void normalizer(const float* __restrict row, size_t count, float* __restrict result) {
  const float greatest = greatestOf(row, count);
  float lanes[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += exponential(row[i + lane] - greatest);
  }
  if (i < count) {
    const Rest rest(row + i, count - i);
    for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += exponential(rest.values[lane] - greatest);
  }
  result[0] = greatest;
  result[1] = sum(lanes);
}

FEDKERAS_VECTORIZED void probabilities(float* row, size_t count, float greatest, float factor) {
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) row[i + lane] = exponential(row[i + lane] - greatest) * factor;
  }
  if (i < count) {
    Rest rest(row + i, count - i);
    for (float& value : rest.values) value = exponential(value - greatest) * factor;
    std::copy_n(rest.values, count - i, row + i);
  }
}

// The rows' classes. Throws `INVALID_ARGUMENT` for another number of them, and for one that there is not: the row
// would be read beyond its end.
Integers classesOf(KernelCall& call, size_t rows, size_t classes) {
  const Integers labels = call.integers(1);
  if (labels.size() != rows) {
    throw invalidArgument("the labels must be as many as the rows of the logits, " + std::to_string(rows) +
                          ", received " + std::to_string(labels.size()));
  }
  for (size_t row = 0; row < rows; ++row) {
    if (labels[row] < 0 || static_cast<size_t>(labels[row]) >= classes) {
      throw invalidArgument("received a label value of " + std::to_string(labels[row]) +
                            ", which is outside the valid range of [0, " + std::to_string(classes) + "), in row " +
                            std::to_string(row));
    }
  }
  return labels;
}

struct MeanCrossEntropy {
  explicit MeanCrossEntropy(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto logits = call.input(0, 2);
    const auto rows = static_cast<size_t>(logits.shape[0]), classes = static_cast<size_t>(logits.shape[1]);
    const auto labels = classesOf(call, rows, classes);
    const auto normalizers = call.output<float>(2, std::array{logits.shape[0], int64_t{2}});
    double total = 0.0;
    for (size_t row = 0; row < rows; ++row) {
      const float* values = logits.values.data() + row * classes;
      float* known = normalizers.data() + 2 * row;
      normalizer(values, classes, known);
      total += std::log(known[1]) - (values[labels[row]] - known[0]);
    }
    call.output<float>(0, {})[0] = static_cast<float>(total / static_cast<double>(rows));
    call.output<float>(1, {})[0] = static_cast<float>(total);
  }
};

// The probabilities of each row's classes, and their logarithms.
struct Softmax {
  explicit Softmax(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto logits = call.input(0);
    const size_t classes = logits.shape.empty() ? 1 : static_cast<size_t>(logits.shape.back());
    const auto p = call.output<float>(0, logits.shape), logs = call.output<float>(1, logits.shape);
    std::ranges::copy(logits.values, p.begin());
    for (size_t from = 0; from < p.size(); from += classes) {
      float known[2];
      normalizer(logits.values.data() + from, classes, known);
      const float log = std::log(known[1]);
      for (size_t i = from; i < from + classes; ++i) logs[i] = logits.values[i] - known[0] - log;
      probabilities(p.data() + from, classes, known[0], 1.0f / known[1]);
    }
  }
};

// Each row's by itself, with its gradient.
struct CrossEntropy {
  explicit CrossEntropy(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto logits = call.input(0, 2);
    const auto rows = static_cast<size_t>(logits.shape[0]), classes = static_cast<size_t>(logits.shape[1]);
    const auto labels = classesOf(call, rows, classes);
    const auto losses = call.output<float>(0, std::array{logits.shape[0]});
    const auto gradient = call.output<float>(1, logits.shape);
    std::ranges::copy(logits.values, gradient.begin());
    for (size_t row = 0; row < rows; ++row) {
      float* values = gradient.data() + row * classes;
      float known[2];
      normalizer(values, classes, known);
      losses[row] = std::log(known[1]) - (values[labels[row]] - known[0]);
      probabilities(values, classes, known[0], 1.0f / known[1]);
      values[labels[row]] -= 1.0f;
    }
  }
};

struct MeanCrossEntropyGrad {
  explicit MeanCrossEntropyGrad(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto normalizers = call.input(2, 2), d_mean = call.input(3, 0);
    const auto rows = static_cast<size_t>(normalizers.shape[0]);
    const auto& shape = call.shape(0);
    if (shape.size() != 2 || shape[0] != normalizers.shape[0] || normalizers.shape[1] != 2)
      throw invalidArgument("the logits and what they were normalized by must have the same rows");
    const auto gradient = call.outputFrom(0, 0, shape);
    const auto classes = static_cast<size_t>(shape[1]);
    const auto labels = classesOf(call, rows, classes);
    const float factor = d_mean.values[0] / static_cast<float>(rows);
    for (size_t row = 0; row < rows; ++row) {
      float* values = gradient.data() + row * classes;
      const float* known = normalizers.values.data() + 2 * row;
      probabilities(values, classes, known[0], factor / known[1]);
      values[labels[row]] -= factor;
    }
  }
};

}  // namespace

KernelDefinition meanCrossEntropy() {
  return defineKernel<MeanCrossEntropy>("FedkerasMeanCrossEntropy", {"logits: float", "labels: Tlabels"},
                                        {"mean: float", "total: float", "normalizers: float"},
                                        {"Tlabels: {int32, int64}"}, [](ShapeInference& shapes) {
                                          shapes.set(0, shapes.scalar());
                                          shapes.set(1, shapes.scalar());
                                          shapes.set(2, shapes.concatenated(shapes.input(1), shapes.vector(2)));
                                        });
}

KernelDefinition softmax() {
  return defineKernel<Softmax>("FedkerasSoftmax", {"logits: float"}, {"probabilities: float", "logarithms: float"}, {},
                               [](ShapeInference& shapes) {
                                 shapes.set(0, shapes.input(0));
                                 shapes.set(1, shapes.input(0));
                               });
}

KernelDefinition crossEntropy() {
  return defineKernel<CrossEntropy>("FedkerasCrossEntropy", {"logits: float", "labels: Tlabels"},
                                    {"losses: float", "gradient: float"}, {"Tlabels: {int32, int64}"},
                                    [](ShapeInference& shapes) {
                                      shapes.set(0, shapes.input(1));
                                      shapes.set(1, shapes.input(0));
                                    });
}

KernelDefinition meanCrossEntropyGrad() {
  return defineKernel<MeanCrossEntropyGrad>(
      "FedkerasMeanCrossEntropyGrad", {"logits: float", "labels: Tlabels", "normalizers: float", "d_mean: float"},
      {"d_logits: float"}, {"Tlabels: {int32, int64}"}, [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

}  // namespace tf
