#include "function.h"

namespace tf {

Function::Function(const Graph& graph, const std::string& name, std::span<const Endpoint> inputs,
                   std::span<const Endpoint> outputs, const std::optional<std::vector<std::string>>& output_names) {
  const TfApi& api = graph.api();
  const std::vector<TF_Output> from = graph.outputs(inputs, "inputs");
  const std::vector<TF_Output> to = graph.outputs(outputs, "outputs");
  std::vector<const char*> names;
  if (output_names) {
    if (output_names->size() != to.size()) {
      throw invalidArgument("`outputNames` must have one name for each of the " + std::to_string(to.size()) +
                            " outputs, received " + std::to_string(output_names->size()));
    }
    for (const std::string& output_name : *output_names) names.push_back(output_name.c_str());
  }
  constexpr unsigned char kNameAsGiven = 0;
  constexpr int kWholeGraph = -1;
  Status status(api);
  function_ =
      FunctionPtr(api.TF_GraphToFunction(graph.get(), name.c_str(), kNameAsGiven, kWholeGraph, nullptr,
                                         static_cast<int>(from.size()), from.data(), static_cast<int>(to.size()),
                                         to.data(), output_names ? names.data() : nullptr, nullptr, "", status.get()),
                  {&api});
  status.check("function `" + name + "`");
}

void Function::copyTo(Graph& graph) const {
  Status status(graph.api());
  graph.api().TF_GraphCopyFunction(graph.get(), function_.get(), nullptr, status.get());
  status.check();
}

}  // namespace tf
