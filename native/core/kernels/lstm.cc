// All steps of a long short-term memory in one op, and its gradient: gates `i, f, g, o` along the last axis, tanh and
// the logistic function. As ops of their own the steps cost a dozen nodes each, and every product packs the weights
// anew. A step that does not count gives the output and the memory of the one before it, or the first ones.
#include <algorithm>
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

// One example's step. `sums` are what goes into the gates, `memory` and `output` are written, `before` is the memory.
FEDKERAS_VECTORIZED void stepForward(size_t units, const float* __restrict sums, const float* __restrict before,
                                     float* __restrict gates, float* __restrict memory, float* __restrict output) {
  for (size_t u = 0; u < units; ++u) {
    const float in = logistic(sums[u]);
    const float forget = logistic(sums[units + u]);
    const float candidate = hyperbolicTangent(sums[2 * units + u]);
    const float out = logistic(sums[3 * units + u]);
    const float next = forget * before[u] + in * candidate;
    gates[u] = in;
    gates[units + u] = forget;
    gates[2 * units + u] = candidate;
    gates[3 * units + u] = out;
    memory[u] = next;
    output[u] = out * hyperbolicTangent(next);
  }
}

// The gradient of that: `d_memory` is that of the memory after the step, and becomes that of the memory before it.
FEDKERAS_VECTORIZED void stepBackward(size_t units, const float* __restrict gates, const float* __restrict before,
                                      const float* __restrict memory, const float* __restrict d_output,
                                      float* __restrict d_memory, float* __restrict d_sums) {
  for (size_t u = 0; u < units; ++u) {
    const float in = gates[u], forget = gates[units + u], candidate = gates[2 * units + u], out = gates[3 * units + u];
    const float seen = hyperbolicTangent(memory[u]);
    const float d_next = d_memory[u] + d_output[u] * out * (1.0f - seen * seen);
    d_sums[u] = d_next * candidate * in * (1.0f - in);
    d_sums[units + u] = d_next * before[u] * forget * (1.0f - forget);
    d_sums[2 * units + u] = d_next * in * (1.0f - candidate * candidate);
    d_sums[3 * units + u] = d_output[u] * seen * out * (1.0f - out);
    d_memory[u] = d_next * forget;
  }
}

struct Lstm {
  explicit Lstm(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto projected = call.input(0, 3), recurrent = call.input(1, 2), h0 = call.input(2, 2), c0 = call.input(3, 2);
    const Sizes sizes = sizesOf(projected, recurrent, 4);
    const auto& [steps, batch, units] = sizes;
    const size_t width = 4 * units;
    const int64_t rows = projected.shape[1], columns = recurrent.shape[0];
    for (const auto* state : {&h0, &c0}) check("states", *state, {rows, columns});
    const Dims shape{projected.shape[0], rows, columns};
    const auto output = call.output<float>(0, shape), memory = call.output<float>(1, shape);
    const auto gates = call.output<float>(2, projected.shape);
    const Counts counts(call, 4, sizes);

    const PackedMatrix weights(recurrent.values.data(), units, width, From::kRows);
    std::vector<float> sums(batch * width);
    const float *h = h0.values.data(), *c = c0.values.data();
    for (size_t t = 0; t < steps; ++t) {
      std::copy_n(projected.values.data() + t * batch * width, batch * width, sums.data());
      weights.multiply({h, units, 1}, batch, Into::kSum, sums.data());
      float *next_h = output.data() + t * sizes.states(), *next_c = memory.data() + t * sizes.states();
      for (size_t b = 0; b < batch; ++b) {
        const auto gates_of_row = gates.subspan((t * batch + b) * width, width);
        if (counts(t * batch + b)) {
          stepForward(units, &sums[b * width], c + b * units, gates_of_row.data(), next_c + b * units,
                      next_h + b * units);
        } else {
          std::ranges::fill(gates_of_row, 0.0f);
          std::copy_n(c + b * units, units, next_c + b * units);
          std::copy_n(h + b * units, units, next_h + b * units);
        }
      }
      h = next_h;
      c = next_c;
    }
  }
};

// From the gradients of the outputs and of the memories (of no steps where they have none) to those of the projected
// inputs and of the first states. That of the weights is one product of the former, outside: where a step does not
// count, the former is zero.
struct LstmGrad {
  explicit LstmGrad(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto recurrent = call.input(0, 2), c0 = call.input(1, 2), memory = call.input(2, 3), gates = call.input(3, 3);
    const auto d_output = call.input(4, 3), d_memory = call.input(5, 3);
    const Sizes sizes = sizesOf(gates, recurrent, 4);
    const auto& [steps, batch, units] = sizes;
    const size_t width = 4 * units;
    check("first memory", c0, {gates.shape[1], recurrent.shape[0]});
    check("memory", memory, {gates.shape[0], gates.shape[1], recurrent.shape[0]});
    check("gradient of the output", d_output, memory.shape);
    const bool has_d_memory = !d_memory.values.empty();
    if (has_d_memory) check("gradient of the memory", d_memory, memory.shape);
    const auto d_sums = call.output<float>(0, gates.shape);
    const auto d_h0 = call.output<float>(1, c0.shape), d_c0 = call.output<float>(2, c0.shape);
    const Counts counts(call, 6, sizes);

    const PackedMatrix weights(recurrent.values.data(), width, units, From::kColumns);
    std::ranges::fill(d_h0, 0.0f);
    std::ranges::fill(d_c0, 0.0f);
    for (size_t t = steps; t-- > 0;) {
      const float* before = t == 0 ? c0.values.data() : memory.values.data() + (t - 1) * sizes.states();
      for (size_t b = 0; b < batch; ++b) {
        const size_t row = t * batch + b;
        const auto d_h = d_h0.subspan(b * units, units), d_c = d_c0.subspan(b * units, units);
        for (size_t u = 0; u < units; ++u) d_h[u] += d_output.values[row * units + u];
        if (has_d_memory) {
          for (size_t u = 0; u < units; ++u) d_c[u] += d_memory.values[row * units + u];
        }
        if (counts(row)) {
          stepBackward(units, &gates.values[row * width], before + b * units, &memory.values[row * units], d_h.data(),
                       d_c.data(), &d_sums[row * width]);
          std::ranges::fill(d_h, 0.0f);
        } else {
          std::ranges::fill(d_sums.subspan(row * width, width), 0.0f);
        }
      }
      weights.multiply({d_sums.data() + t * batch * width, width, 1}, batch, Into::kSum, d_h0.data());
    }
  }
};

}  // namespace

KernelDefinition lstm() {
  return defineKernel<Lstm>("FedkerasLstm",
                            {"projected: float", "recurrent: float", "h0: float", "c0: float", "counts: bool"},
                            {"output: float", "memory: float", "gates: float"}, {}, [](ShapeInference& shapes) {
                              const auto states = shapes.concatenated(shapes.input(0, 0, 2), shapes.input(2, 1, 2));
                              shapes.set(0, states);
                              shapes.set(1, states);
                              shapes.set(2, shapes.input(0));
                            });
}

KernelDefinition lstmGrad() {
  return defineKernel<LstmGrad>("FedkerasLstmGrad",
                                {"recurrent: float", "c0: float", "memory: float", "gates: float", "d_output: float",
                                 "d_memory: float", "counts: bool"},
                                {"d_projected: float", "d_h0: float", "d_c0: float"}, {}, [](ShapeInference& shapes) {
                                  shapes.set(0, shapes.input(3));
                                  shapes.set(1, shapes.input(1));
                                  shapes.set(2, shapes.input(1));
                                });
}

}  // namespace tf
