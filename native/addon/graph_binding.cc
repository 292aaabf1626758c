#include "../core/gradients.h"
#include "arguments.h"
#include "bindings.h"
#include "environment.h"
#include "handle.h"

namespace addon {
namespace {

std::vector<tf::OperationInput> operationInputs(Napi::Value value) {
  const Napi::Array list = array(value, "inputs");
  const uint32_t length = list.Length();
  std::vector<tf::OperationInput> inputs;
  inputs.reserve(length);
  for (uint32_t i = 0; i < length; ++i) {
    const Napi::Value input = list[i];
    if (input.IsArray()) {
      inputs.emplace_back(integers(input, "inputs"));
    } else {
      inputs.emplace_back(integer(input, "inputs"));
    }
  }
  return inputs;
}

// TF_NewGraph
// graphNew(): NativeGraph
Napi::Value graphNew(const Napi::CallbackInfo& info) {
  return wrap<tf::Graph>(info.Env(), std::make_shared<tf::Graph>(tf::tfApi(), opDefs()));
}

// TF_NewOperation, TF_AddInput, TF_AddInputList, TF_AddControlInput, TF_SetAttr…, TF_SetDevice, TF_FinishOperation
// graphAddOperation(graph, type, name, inputs, attributes, controls, device, shape): OperationResult
Napi::Value graphAddOperation(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto graph = get<tf::Graph>(info[0], "graph");
  const int64_t operation = graph->add({
      .type = text(info[1], "type"),
      .name = text(info[2], "name"),
      .inputs = operationInputs(info[3]),
      .attributes = attributes(info[4], "attributes"),
      .controls = integers(info[5], "controls"),
      .device = text(info[6], "device"),
      .shape = info[7].IsUndefined() ? tf::Shape() : integers(info[7], "shape"),
  });
  const uint32_t outputs = graph->outputs(operation);
  Napi::Array dtypes = Napi::Array::New(env, outputs);
  Napi::Array shapes = Napi::Array::New(env, outputs);
  for (uint32_t i = 0; i < outputs; ++i) {
    const tf::Endpoint endpoint = operation * tf::kOutputsPerOperation + i;
    dtypes[i] = graph->dtype(endpoint);
    shapes[i] = shapeValue(env, graph->shape(endpoint));
  }
  Napi::Object result = Napi::Object::New(env);
  result.Set("op", static_cast<double>(operation));
  result.Set("dtypes", dtypes);
  result.Set("shapes", shapes);
  return result;
}

// TF_AddGradients
// graphAddGradients(graph, ys, xs, dys): EndpointResult[]
Napi::Value graphAddGradients(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto graph = get<tf::Graph>(info[0], "graph");
  const std::vector<tf::Endpoint> gradients =
      tf::addGradients(*graph, integers(info[1], "ys"), integers(info[2], "xs"), integers(info[3], "dys"));
  Napi::Array results = Napi::Array::New(env, gradients.size());
  for (uint32_t i = 0; i < gradients.size(); ++i) {
    const bool some = gradients[i] != tf::kNoGradient;
    Napi::Object result = Napi::Object::New(env);
    result.Set("endpoint", static_cast<double>(gradients[i]));
    result.Set("dtype", some ? graph->dtype(gradients[i]) : 0);
    result.Set("shape", some ? shapeValue(env, graph->shape(gradients[i])) : env.Null());
    results[i] = result;
  }
  return results;
}

// TF_GraphToFunction
// graphToFunction(graph, name, inputs, outputs, outputNames): NativeFunction
Napi::Value graphToFunction(const Napi::CallbackInfo& info) {
  const auto graph = get<tf::Graph>(info[0], "graph");
  std::optional<std::vector<std::string>> names;
  if (!info[4].IsNull()) {
    const Napi::Array list = array(info[4], "outputNames");
    names.emplace();
    for (uint32_t i = 0; i < list.Length(); ++i) names->push_back(text(list[i], "outputNames"));
  }
  return wrap<tf::Function>(info.Env(),
                            std::make_shared<tf::Function>(*graph, text(info[1], "name"), integers(info[2], "inputs"),
                                                           integers(info[3], "outputs"), names));
}

// TF_GraphCopyFunction
// graphCopyFunction(graph, fn): void
Napi::Value graphCopyFunction(const Napi::CallbackInfo& info) {
  const auto graph = get<tf::Graph>(info[0], "graph");
  get<tf::Function>(info[1], "fn")->copyTo(*graph);
  return info.Env().Undefined();
}

// TF_GraphToGraphDef
// graphToProto(graph): ArrayBuffer
Napi::Value graphToProto(const Napi::CallbackInfo& info) {
  const std::string proto = get<tf::Graph>(info[0], "graph")->toProto();
  return bytesValue(info.Env(), std::as_bytes(std::span(proto)));
}

}  // namespace

void defineGraphFunctions(Napi::Object exports) {
  define<graphNew>(exports, "graphNew");
  define<graphAddOperation>(exports, "graphAddOperation");
  define<graphAddGradients>(exports, "graphAddGradients");
  define<graphToFunction>(exports, "graphToFunction");
  define<graphCopyFunction>(exports, "graphCopyFunction");
  define<graphToProto>(exports, "graphToProto");
  define<dispose<tf::Graph>>(exports, "graphDispose");
  define<dispose<tf::Function>>(exports, "functionDispose");
}

}  // namespace addon
