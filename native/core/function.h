// A function made of a graph: what loops, branches and calls refer to by name.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "graph.h"

namespace tf {

class Function {
 public:
  // Makes a function named `name` of the whole of `graph`, in which `inputs` (outputs of placeholders) become its
  // arguments.
  Function(const Graph& graph, const std::string& name, std::span<const Endpoint> inputs,
           std::span<const Endpoint> outputs, const std::optional<std::vector<std::string>>& output_names);

  // Adds a copy of it to `graph`, where operations can refer to it then; nothing happens where it is already.
  void copyTo(Graph& graph) const;

 private:
  FunctionPtr function_;
  Counted<&Stats::functions> counted_;
};

}  // namespace tf
