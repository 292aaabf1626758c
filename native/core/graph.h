// A graph under construction. Its operations are numbers: the order in which they were added, also those that gradients
// add. An endpoint, "output i of operation o", is the number `o * 65536 + i`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "attribute.h"
#include "handles.h"
#include "op_def.h"
#include "stats.h"

namespace tf {

using Endpoint = int64_t;
inline constexpr Endpoint kOutputsPerOperation = 65536;
// An input of an op is one endpoint, or a list of them where the op takes a list.
using OperationInput = std::variant<Endpoint, std::vector<Endpoint>>;

struct OperationSpec {
  std::string type;
  std::string name;
  std::vector<OperationInput> inputs;
  Attributes attributes;
  std::vector<int64_t> controls;
  std::string device;
  // Of the first output of an op that cannot say it itself.
  Shape shape = {};
};

class Graph {
 public:
  // `ops` must outlive the graph.
  Graph(const TfApi& api, const OpDefs& ops);

  // Adds an operation and returns its number. A failure leaves the graph as it was.
  int64_t add(const OperationSpec& spec);
  int outputs(int64_t operation) const;
  int dtype(Endpoint endpoint) const;
  Shape shape(Endpoint endpoint) const;
  // The serialized `GraphDef`.
  std::string toProto() const;

  // For the core's other parts. `INVALID_ARGUMENT` for a number that is no operation or output of this graph; `what`
  // names the argument that it came from.
  const TfApi& api() const { return *api_; }
  TF_Graph* get() const { return graph_.get(); }
  TF_Operation* operation(int64_t number, const char* what) const;
  TF_Output output(Endpoint endpoint, const char* what) const;
  std::vector<TF_Output> outputs(std::span<const Endpoint> endpoints, const char* what) const;
  // The numbers of what libtensorflow returned.
  int64_t numberOf(TF_Operation* operation) const { return numbers_.at(operation); }
  Endpoint endpointOf(TF_Output output) const { return numberOf(output.oper) * kOutputsPerOperation + output.index; }
  // Numbers the operations that were added since the last call.
  void number();

 private:
  const OpDef& definition(const std::string& type);

  const TfApi* api_;
  const OpDefs* ops_;
  GraphPtr graph_;
  std::vector<TF_Operation*> operations_;
  size_t position_ = 0;  // of the last one in libtensorflow's iteration
  std::unordered_map<TF_Operation*, int64_t> numbers_;
  std::unordered_map<std::string, OpDef> functions_;  // definitions of functions that were copied into the graph
  Counted<&Stats::graphs> counted_;
};

}  // namespace tf
