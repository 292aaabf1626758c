#include "gradients.h"

#include <algorithm>
#include <iterator>

namespace tf {

std::vector<Endpoint> addGradients(Graph& graph, std::span<const Endpoint> ys, std::span<const Endpoint> xs,
                                   std::span<const Endpoint> dys) {
  if (dys.size() != ys.size()) {
    throw invalidArgument("`dys` must have one gradient for each of the " + std::to_string(ys.size()) +
                          " `ys`, received " + std::to_string(dys.size()));
  }
  std::vector<TF_Output> of = graph.outputs(ys, "ys");
  std::vector<TF_Output> with_respect_to = graph.outputs(xs, "xs");
  std::vector<TF_Output> initial = graph.outputs(dys, "dys");
  std::vector<TF_Output> found(xs.size(), TF_Output{nullptr, -1});
  Status status(graph.api());
  graph.api().TF_AddGradients(graph.get(), of.data(), static_cast<int>(of.size()), with_respect_to.data(),
                              static_cast<int>(with_respect_to.size()), initial.data(), status.get(), found.data());
  // Also a failure may have added operations.
  graph.number();
  status.check("gradients");
  std::vector<Endpoint> gradients;
  std::transform(found.begin(), found.end(), std::back_inserter(gradients),
                 [&](TF_Output output) { return output.oper == nullptr ? kNoGradient : graph.endpointOf(output); });
  return gradients;
}

}  // namespace tf
