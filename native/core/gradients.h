// Gradients by libtensorflow's own rules, for a segment of a graph between `ys` and `xs`.
#pragma once

#include <span>
#include <vector>

#include "graph.h"

namespace tf {

inline constexpr Endpoint kNoGradient = -1;

// Adds the operations of the gradient of `sum(ys * dys)` with respect to each of `xs` and returns its endpoint, or
// `kNoGradient` where `ys` does not depend on it, or not differentiably (integers).
std::vector<Endpoint> addGradients(Graph& graph, std::span<const Endpoint> ys, std::span<const Endpoint> xs,
                                   std::span<const Endpoint> dys);

}  // namespace tf
