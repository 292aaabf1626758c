// All steps of the fully connected recurrence in one op, and its gradient: the activation of the input's part and of
// the product with the output before it. A step that does not count gives the output of the one before it, or the first
// state.
#include <algorithm>
#include <string>
#include <vector>

#include "activations.h"
#include "index.h"
#include "packed_matrix.h"
#include "recurrence.h"

namespace tf {
namespace {

using From = PackedMatrix::From;
using recurrence::check;
using recurrence::Counts;
using recurrence::Sizes;
using recurrence::sizesOf;

FEDKERAS_VECTORIZED void tanhForward(size_t count, float* values) {
  for (size_t i = 0; i < count; ++i) values[i] = hyperbolicTangent(values[i]);
}

FEDKERAS_VECTORIZED void tanhBackward(size_t count, const float* __restrict output, const float* __restrict d_output,
                                      float* __restrict d_sums) {
  for (size_t i = 0; i < count; ++i) d_sums[i] = d_output[i] * (1.0f - output[i] * output[i]);
}

FEDKERAS_VECTORIZED void reluForward(size_t count, float* values) {
  for (size_t i = 0; i < count; ++i) values[i] = values[i] < 0.0f ? 0.0f : values[i];
}

FEDKERAS_VECTORIZED void reluBackward(size_t count, const float* __restrict output, const float* __restrict d_output,
                                      float* __restrict d_sums) {
  for (size_t i = 0; i < count; ++i) d_sums[i] = output[i] > 0.0f ? d_output[i] : 0.0f;
}

// An activation whose gradient follows from its value.
struct Activation {
  explicit Activation(const KernelAttributes& attributes) {
    const std::string name = attributes.string("activation");
    if (name == "relu") {
      forward = reluForward;
      backward = reluBackward;
    } else if (name != "tanh") {
      throw invalidArgument("`activation` must be tanh or relu, received " + name);
    }
  }

  void (*forward)(size_t count, float* values) = tanhForward;
  void (*backward)(size_t count, const float* output, const float* d_output, float* d_sums) = tanhBackward;
};

struct SimpleRnn {
  explicit SimpleRnn(const KernelAttributes& attributes) : activation(attributes) {}

  void operator()(KernelCall& call) const {
    const auto projected = call.input(0, 3), recurrent = call.input(1, 2), h0 = call.input(2, 2);
    const Sizes sizes = sizesOf(projected, recurrent, 1);
    const auto& [steps, batch, units] = sizes;
    check("state", h0, {projected.shape[1], projected.shape[2]});
    const auto output = call.output<float>(0, projected.shape);
    const Counts counts(call, 3, sizes);

    const PackedMatrix weights(recurrent.values.data(), units, units, From::kRows);
    const float* h = h0.values.data();
    std::ranges::copy(projected.values, output.data());
    for (size_t t = 0; t < steps; ++t) {
      float* next = output.data() + t * sizes.states();
      weights.multiply({h, units, 1}, batch, Into::kSum, next);
      activation.forward(sizes.states(), next);
      for (size_t b = 0; b < batch; ++b) {
        if (!counts(t * batch + b)) std::copy_n(h + b * units, units, next + b * units);
      }
      h = next;
    }
  }

  Activation activation;
};

// From the gradient of the outputs to those of the projected inputs and of the first state. That of the weights is one
// product of the former, outside: where a step does not count, the former is zero.
struct SimpleRnnGrad {
  explicit SimpleRnnGrad(const KernelAttributes& attributes) : activation(attributes) {}

  void operator()(KernelCall& call) const {
    const auto recurrent = call.input(0, 2), output = call.input(1, 3), d_output = call.input(2, 3);
    const Sizes sizes = sizesOf(output, recurrent, 1);
    const auto& [steps, batch, units] = sizes;
    check("gradient of the output", d_output, output.shape);
    const auto d_projected = call.output<float>(0, output.shape);
    const auto d_h0 = call.output<float>(1, Dims{output.shape[1], output.shape[2]});
    const Counts counts(call, 3, sizes);

    const PackedMatrix weights(recurrent.values.data(), units, units, From::kColumns);
    std::ranges::fill(d_h0, 0.0f);
    for (size_t t = steps; t-- > 0;) {
      for (size_t b = 0; b < batch; ++b) {
        const size_t row = t * batch + b;
        const auto d_h = d_h0.subspan(b * units, units), d_sums = d_projected.subspan(row * units, units);
        for (size_t u = 0; u < units; ++u) d_h[u] += d_output.values[row * units + u];
        if (counts(row)) activation.backward(units, output.values.data() + row * units, d_h.data(), d_sums.data());
        std::ranges::fill(counts(row) ? d_h : d_sums, 0.0f);
      }
      weights.multiply({d_projected.data() + t * sizes.states(), units, 1}, batch, Into::kSum, d_h0.data());
    }
  }

  Activation activation;
};

}  // namespace

KernelDefinition simpleRnn() {
  return defineKernel<SimpleRnn>(
      "FedkerasSimpleRnn", {"projected: float", "recurrent: float", "h0: float", "counts: bool"}, {"output: float"},
      {"activation: string"}, [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

KernelDefinition simpleRnnGrad() {
  return defineKernel<SimpleRnnGrad>(
      "FedkerasSimpleRnnGrad", {"recurrent: float", "output: float", "d_output: float", "counts: bool"},
      {"d_projected: float", "d_h0: float"}, {"activation: string"}, [](ShapeInference& shapes) {
        shapes.set(0, shapes.input(1));
        shapes.set(1, shapes.input(1, 1, 3));
      });
}

}  // namespace tf
