#include "graph.h"

#include <utility>

namespace tf {
namespace {

// An operation that is being built. `TF_FinishOperation` is the only function that frees it, so one that is given up is
// made invalid first, by more inputs than its op has, and finished then.
class OperationBuilder {
 public:
  OperationBuilder(const TfApi& api, TF_Graph* graph, const OpDef& op, const std::string& name)
      : api_(api), op_(op), description_(api.TF_NewOperation(graph, op.name.c_str(), name.c_str())) {
    if (description_ == nullptr) throw Error(TF_INTERNAL, "libtensorflow made no operation of " + op.name);
  }
  ~OperationBuilder() {
    if (description_ == nullptr) return;
    for (size_t i = 0; i <= op_.inputs; ++i) api_.TF_AddInputList(description_, nullptr, 0);
    Status ignored(api_);
    api_.TF_FinishOperation(description_, ignored.get());
  }
  OperationBuilder(const OperationBuilder&) = delete;
  OperationBuilder& operator=(const OperationBuilder&) = delete;

  TF_OperationDescription* get() const { return description_; }
  void finish(const std::string& context) {
    Status status(api_);
    api_.TF_FinishOperation(std::exchange(description_, nullptr), status.get());
    status.check(context);
  }

 private:
  const TfApi& api_;
  const OpDef& op_;
  TF_OperationDescription* description_;
};

}  // namespace

Graph::Graph(const TfApi& api, const OpDefs& ops) : api_(&api), ops_(&ops), graph_(api.TF_NewGraph(), {&api}) {
  if (graph_ == nullptr) throw Error(TF_INTERNAL, "libtensorflow made no graph");
}

int64_t Graph::add(const OperationSpec& spec) {
  const OpDef& op = definition(spec.type);
  // All operations are looked up before one is begun.
  std::vector<std::vector<TF_Output>> inputs;
  inputs.reserve(spec.inputs.size());
  for (const OperationInput& input : spec.inputs) {
    const auto* list = std::get_if<std::vector<Endpoint>>(&input);
    inputs.push_back(list != nullptr ? outputs(*list, "inputs")
                                     : std::vector{output(std::get<Endpoint>(input), "inputs")});
  }
  std::vector<TF_Operation*> controls;
  for (const int64_t control : spec.controls) controls.push_back(operation(control, "controls"));

  OperationBuilder builder(*api_, graph_.get(), op, spec.name);
  if (!spec.device.empty()) api_->TF_SetDevice(builder.get(), spec.device.c_str());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (std::holds_alternative<Endpoint>(spec.inputs[i])) {
      api_->TF_AddInput(builder.get(), inputs[i][0]);
    } else {
      api_->TF_AddInputList(builder.get(), inputs[i].data(), static_cast<int>(inputs[i].size()));
    }
  }
  for (TF_Operation* control : controls) api_->TF_AddControlInput(builder.get(), control);
  for (const auto& [name, value] : spec.attributes) setAttribute(*api_, builder.get(), op, name, value);
  builder.finish("op " + spec.type + " `" + spec.name + "`");
  number();
  const int64_t added = static_cast<int64_t>(operations_.size()) - 1;
  if (spec.shape) {
    Status status(*api_);
    api_->TF_GraphSetTensorShape(graph_.get(), {operations_.back(), 0}, spec.shape->data(),
                                 static_cast<int>(spec.shape->size()), status.get());
    status.check("op " + spec.type + " `" + spec.name + "`");
  }
  return added;
}

void Graph::number() {
  // The position is that of the last operation returned: at the end it would be past the next one.
  size_t position = position_;
  while (TF_Operation* operation = api_->TF_GraphNextOperation(graph_.get(), &position)) {
    position_ = position;
    numbers_.emplace(operation, static_cast<int64_t>(operations_.size()));
    operations_.push_back(operation);
  }
}

const OpDef& Graph::definition(const std::string& type) {
  if (const OpDef* op = ops_->find(type)) return *op;
  if (const auto known = functions_.find(type); known != functions_.end()) return known->second;
  const BufferPtr proto(api_->TF_NewBuffer(), {api_});
  Status status(*api_);
  api_->TF_GraphGetOpDef(graph_.get(), type.c_str(), proto.get(), status.get());
  status.check();
  return functions_.emplace(type, parseOpDef({static_cast<const char*>(proto->data), proto->length})).first->second;
}

int Graph::outputs(int64_t number) const { return api_->TF_OperationNumOutputs(operation(number, "operation")); }

int Graph::dtype(Endpoint endpoint) const { return api_->TF_OperationOutputType(output(endpoint, "endpoint")); }

Shape Graph::shape(Endpoint endpoint) const {
  const TF_Output at = output(endpoint, "endpoint");
  Status status(*api_);
  const int rank = api_->TF_GraphGetTensorNumDims(graph_.get(), at, status.get());
  status.check();
  if (rank < 0) return std::nullopt;
  std::vector<int64_t> sizes(rank);
  api_->TF_GraphGetTensorShape(graph_.get(), at, sizes.data(), rank, status.get());
  status.check();
  return sizes;
}

std::string Graph::toProto() const {
  const BufferPtr proto(api_->TF_NewBuffer(), {api_});
  Status status(*api_);
  api_->TF_GraphToGraphDef(graph_.get(), proto.get(), status.get());
  status.check();
  return {static_cast<const char*>(proto->data), proto->length};
}

TF_Operation* Graph::operation(int64_t number, const char* what) const {
  if (number < 0 || number >= static_cast<int64_t>(operations_.size())) {
    throw invalidArgument("`" + std::string(what) + "` names operation " + std::to_string(number) +
                          " of a graph with " + std::to_string(operations_.size()));
  }
  return operations_[number];
}

TF_Output Graph::output(Endpoint endpoint, const char* what) const {
  const int64_t number = endpoint < 0 ? -1 : endpoint / kOutputsPerOperation;
  TF_Operation* producer = operation(number, what);
  const int index = static_cast<int>(endpoint % kOutputsPerOperation);
  const int count = api_->TF_OperationNumOutputs(producer);
  if (index >= count) {
    throw invalidArgument("`" + std::string(what) + "` names output " + std::to_string(index) + " of operation " +
                          std::to_string(number) + ", which has " + std::to_string(count));
  }
  return {producer, index};
}

std::vector<TF_Output> Graph::outputs(std::span<const Endpoint> endpoints, const char* what) const {
  std::vector<TF_Output> found;
  found.reserve(endpoints.size());
  for (const Endpoint endpoint : endpoints) found.push_back(output(endpoint, what));
  return found;
}

}  // namespace tf
