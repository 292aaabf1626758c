// All steps of gated recurrent units in one op, and its gradient: gates `z, r, h` along the last axis, the reset gate
// applied after the product with the state, tanh and the logistic function. A step that does not count gives the output
// of the one before it, or the first state.
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

// One example's step. `projected` and `product` are what the input and the state add to the gates; `gates`, `seen` (the
// product that the reset gate is applied to) and `output` are written, `before` is the output before.
FEDKERAS_VECTORIZED void stepForward(size_t units, const float* __restrict projected, const float* __restrict product,
                                     const float* __restrict before, float* __restrict gates, float* __restrict seen,
                                     float* __restrict output) {
  for (size_t u = 0; u < units; ++u) {
    const float update = logistic(projected[u] + product[u]);
    const float reset = logistic(projected[units + u] + product[units + u]);
    const float part = product[2 * units + u];
    const float candidate = hyperbolicTangent(projected[2 * units + u] + reset * part);
    gates[u] = update;
    gates[units + u] = reset;
    gates[2 * units + u] = candidate;
    seen[u] = part;
    output[u] = update * before[u] + (1.0f - update) * candidate;
  }
}

// The gradient of that: `d_state` is that of the output, and becomes that of the output before it but for what goes
// through the product.
FEDKERAS_VECTORIZED void stepBackward(size_t units, const float* __restrict gates, const float* __restrict seen,
                                      const float* __restrict before, float* __restrict d_state,
                                      float* __restrict d_projected, float* __restrict d_product) {
  for (size_t u = 0; u < units; ++u) {
    const float update = gates[u], reset = gates[units + u], candidate = gates[2 * units + u];
    const float d_update = d_state[u] * (before[u] - candidate) * update * (1.0f - update);
    const float d_candidate = d_state[u] * (1.0f - update) * (1.0f - candidate * candidate);
    const float d_reset = d_candidate * seen[u] * reset * (1.0f - reset);
    d_projected[u] = d_update;
    d_projected[units + u] = d_reset;
    d_projected[2 * units + u] = d_candidate;
    d_product[u] = d_update;
    d_product[units + u] = d_reset;
    d_product[2 * units + u] = d_candidate * reset;
    d_state[u] *= update;
  }
}

struct Gru {
  explicit Gru(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto projected = call.input(0, 3), recurrent = call.input(1, 2), bias = call.input(2, 1),
               h0 = call.input(3, 2);
    const Sizes sizes = sizesOf(projected, recurrent, 3);
    const auto& [steps, batch, units] = sizes;
    const size_t width = 3 * units;
    check("bias", bias, {projected.shape[2]});
    check("state", h0, {projected.shape[1], recurrent.shape[0]});
    const Dims shape{projected.shape[0], projected.shape[1], recurrent.shape[0]};
    const auto output = call.output<float>(0, shape), gates = call.output<float>(1, projected.shape),
               seen = call.output<float>(2, shape);
    const Counts counts(call, 4, sizes);

    const PackedMatrix weights(recurrent.values.data(), units, width, From::kRows);
    std::vector<float> product(batch * width);
    const float* h = h0.values.data();
    for (size_t t = 0; t < steps; ++t) {
      for (size_t b = 0; b < batch; ++b) std::ranges::copy(bias.values, product.data() + b * width);
      weights.multiply({h, units, 1}, batch, Into::kSum, product.data());
      for (size_t b = 0; b < batch; ++b) {
        const size_t row = t * batch + b;
        if (counts(row)) {
          stepForward(units, projected.values.data() + row * width, product.data() + b * width, h + b * units,
                      gates.data() + row * width, seen.data() + row * units, output.data() + row * units);
        } else {
          std::ranges::fill(gates.subspan(row * width, width), 0.0f);
          std::ranges::fill(seen.subspan(row * units, units), 0.0f);
          std::copy_n(h + b * units, units, output.data() + row * units);
        }
      }
      h = output.data() + t * sizes.states();
    }
  }
};

// From the gradient of the outputs to those of the projected inputs, of the products with the state, and of the first
// state. Those of the weights and of the bias follow from that of the products, outside: where a step does not count,
// it is zero.
struct GruGrad {
  explicit GruGrad(const KernelAttributes&) {}

  void operator()(KernelCall& call) const {
    const auto recurrent = call.input(0, 2), h0 = call.input(1, 2), output = call.input(2, 3), gates = call.input(3, 3);
    const auto seen = call.input(4, 3), d_output = call.input(5, 3);
    const Sizes sizes = sizesOf(gates, recurrent, 3);
    const auto& [steps, batch, units] = sizes;
    const size_t width = 3 * units;
    check("first state", h0, {gates.shape[1], recurrent.shape[0]});
    check("output", output, {gates.shape[0], gates.shape[1], recurrent.shape[0]});
    check("product with the state", seen, output.shape);
    check("gradient of the output", d_output, output.shape);
    const auto d_projected = call.output<float>(0, gates.shape), d_product = call.output<float>(1, gates.shape);
    const auto d_h0 = call.output<float>(2, h0.shape);
    const Counts counts(call, 6, sizes);

    const PackedMatrix weights(recurrent.values.data(), width, units, From::kColumns);
    std::ranges::fill(d_h0, 0.0f);
    for (size_t t = steps; t-- > 0;) {
      const float* before = t == 0 ? h0.values.data() : output.values.data() + (t - 1) * sizes.states();
      for (size_t b = 0; b < batch; ++b) {
        const size_t row = t * batch + b;
        float* d_state = d_h0.data() + b * units;
        for (size_t u = 0; u < units; ++u) d_state[u] += d_output.values[row * units + u];
        if (counts(row)) {
          stepBackward(units, gates.values.data() + row * width, seen.values.data() + row * units, before + b * units,
                       d_state, d_projected.data() + row * width, d_product.data() + row * width);
        } else {
          for (const auto& d_sums : {d_projected, d_product})
            std::ranges::fill(d_sums.subspan(row * width, width), 0.0f);
        }
      }
      weights.multiply({d_product.data() + t * batch * width, width, 1}, batch, Into::kSum, d_h0.data());
    }
  }
};

}  // namespace

KernelDefinition gru() {
  return defineKernel<Gru>("FedkerasGru",
                           {"projected: float", "recurrent: float", "bias: float", "h0: float", "counts: bool"},
                           {"output: float", "gates: float", "seen: float"}, {}, [](ShapeInference& shapes) {
                             const auto states = shapes.concatenated(shapes.input(0, 0, 2), shapes.input(3, 1, 2));
                             shapes.set(0, states);
                             shapes.set(1, shapes.input(0));
                             shapes.set(2, states);
                           });
}

KernelDefinition gruGrad() {
  return defineKernel<GruGrad>("FedkerasGruGrad",
                               {"recurrent: float", "h0: float", "output: float", "gates: float", "seen: float",
                                "d_output: float", "counts: bool"},
                               {"d_projected: float", "d_product: float", "d_h0: float"}, {},
                               [](ShapeInference& shapes) {
                                 shapes.set(0, shapes.input(3));
                                 shapes.set(1, shapes.input(3));
                                 shapes.set(2, shapes.input(1));
                               });
}

}  // namespace tf
