#include "gradients.h"

#include <algorithm>
#include <unordered_set>

namespace tf {
namespace {

// The numbers of the operations that `ys` depend on, as far as they may depend on one of `xs` in turn: an operation is
// newer than its inputs, so none older than the oldest of `xs` does.
std::unordered_set<int64_t> dependencies(const Graph& graph, std::span<const Endpoint> ys,
                                         std::span<const Endpoint> xs) {
  std::unordered_set<int64_t> found;
  if (xs.empty()) return found;
  const int64_t oldest = *std::min_element(xs.begin(), xs.end()) / kOutputsPerOperation;
  std::vector<int64_t> stack;
  const auto visit = [&](int64_t number) {
    if (number >= oldest && found.insert(number).second) stack.push_back(number);
  };
  for (const Endpoint y : ys) visit(y / kOutputsPerOperation);
  std::vector<TF_Output> inputs;
  while (!stack.empty()) {
    TF_Operation* operation = graph.operation(stack.back(), "ys");
    stack.pop_back();
    inputs.resize(graph.api().TF_OperationNumInputs(operation));
    graph.api().TF_OperationAllInputs(operation, inputs.data(), static_cast<int>(inputs.size()));
    for (const TF_Output& input : inputs) visit(graph.numberOf(input.oper));
  }
  return found;
}

}  // namespace

std::vector<Endpoint> addGradients(Graph& graph, std::span<const Endpoint> ys, std::span<const Endpoint> xs,
                                   std::span<const Endpoint> dys) {
  if (dys.size() != ys.size()) {
    throw invalidArgument("`dys` must have one gradient for each of the " + std::to_string(ys.size()) +
                          " `ys`, received " + std::to_string(dys.size()));
  }
  std::vector<TF_Output> of = graph.outputs(ys, "ys");
  const std::vector<TF_Output> inputs = graph.outputs(xs, "xs");
  std::vector<TF_Output> initial = graph.outputs(dys, "dys");

  // Libtensorflow fails where one of `xs` has no way to `ys` at all.
  const std::unordered_set<int64_t> reached = dependencies(graph, ys, xs);
  std::vector<Endpoint> gradients(xs.size(), kNoGradient);
  std::vector<size_t> places;
  std::vector<TF_Output> with_respect_to;
  for (size_t i = 0; i < xs.size(); ++i) {
    if (!reached.contains(xs[i] / kOutputsPerOperation)) continue;
    places.push_back(i);
    with_respect_to.push_back(inputs[i]);
  }
  if (places.empty()) return gradients;

  std::vector<TF_Output> found(places.size(), TF_Output{nullptr, -1});
  Status status(graph.api());
  graph.api().TF_AddGradients(graph.get(), of.data(), static_cast<int>(of.size()), with_respect_to.data(),
                              static_cast<int>(with_respect_to.size()), initial.data(), status.get(), found.data());
  // Also a failure may have added operations.
  graph.number();
  status.check("gradients");
  for (size_t i = 0; i < places.size(); ++i) {
    if (found[i].oper != nullptr) gradients[places[i]] = graph.endpointOf(found[i]);
  }
  return gradients;
}

}  // namespace tf
