#include "../core/kernels/tiles.h"
#include "../core/kernels/vector.h"
#include "arguments.h"
#include "bindings.h"
#include "environment.h"
#include "handle.h"

namespace addon {
namespace {

// TF_SetConfig, TF_NewSession, TF_SessionListDevices
// deviceTypes(config): string[]
Napi::Value deviceTypes(const Napi::CallbackInfo& info) {
  const std::vector<std::string> types = tf::deviceTypes(tf::tfApi(), view(info[0], "config"));
  Napi::Array result = Napi::Array::New(info.Env(), types.size());
  for (uint32_t i = 0; i < types.size(); ++i) result[i] = Napi::String::New(info.Env(), types[i]);
  return result;
}

// multipliesBfloat16(): boolean
Napi::Value multipliesBfloat16(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), tf::multipliesBfloat16());
}

// hasTiles(): boolean
Napi::Value hasTiles(const Napi::CallbackInfo& info) { return Napi::Boolean::New(info.Env(), tf::hasTiles()); }

// TF_SetConfig, TF_NewSession
// computationNew(graph, feeds, fetches, targets, config): NativeComputation
Napi::Value computationNew(const Napi::CallbackInfo& info) {
  const auto graph = get<tf::Graph>(info[0], "graph");
  const std::vector<tf::Endpoint> feeds = integers(info[1], "feeds");
  const std::vector<tf::Endpoint> fetches = integers(info[2], "fetches");
  const std::vector<int64_t> targets = integers(info[3], "targets");
  const std::span<const std::byte> config = view(info[4], "config");
  return wrap<tf::Computation>(info.Env(), std::make_shared<tf::Computation>(graph, feeds, fetches, targets, config));
}

// TF_SessionRun
// computationRun(computation, feeds): Promise<NativeTensor[]>
Napi::Value computationRun(const Napi::CallbackInfo& info) {
  tf::RunSpec spec;
  spec.computation = get<tf::Computation>(info[0], "computation");
  spec.items = tensors(info[1], "feeds");
  spec.count = 1;
  return Environment::of(info.Env()).run(info.Env(), std::move(spec), [](Napi::Env env, tf::Run& run) {
    return tensorValues(env, run.results().front());
  });
}

// TF_SessionRun
// computationRunMany(computation, shared, items, accumulator, accumulated, first, cancellation, ofClients):
// Promise<NativeTensor[][]>
Napi::Value computationRunMany(const Napi::CallbackInfo& info) {
  tf::RunSpec spec;
  spec.computation = get<tf::Computation>(info[0], "computation");
  spec.shared = tensors(info[1], "shared");
  const Napi::Array items = array(info[2], "items");
  spec.count = items.Length();
  const size_t feeds = spec.computation->feeds() - std::min(spec.computation->feeds(), spec.shared.size());
  spec.items.reserve(spec.count * feeds);
  for (uint32_t i = 0; i < spec.count; ++i) {
    const Napi::HandleScope scope(info.Env());
    appendTensors(items[i], "items", spec.items);
    if (spec.items.size() != (i + 1) * feeds) {
      throw tf::invalidArgument("`items[" + std::to_string(i) + "]` must have " + std::to_string(feeds) +
                                " tensors, received " + std::to_string(spec.items.size() - i * feeds));
    }
  }
  if (!info[3].IsNull()) spec.accumulator = get<tf::Accumulator>(info[3], "accumulator");
  spec.accumulated = count(info[4], "accumulated");
  spec.first = integer(info[5], "first");
  if (!info[6].IsNull()) spec.cancellation = get<tf::Cancellation>(info[6], "cancellation");
  if (!info[7].IsNull()) spec.of_clients = booleans(info[7], "ofClients");
  return Environment::of(info.Env()).run(info.Env(), std::move(spec), [](Napi::Env env, tf::Run& run) -> Napi::Value {
    Napi::Array results = Napi::Array::New(env, run.results().size());
    for (uint32_t i = 0; i < run.results().size(); ++i) {
      const Napi::HandleScope scope(env);
      results[i] = tensorValues(env, run.results()[i]);
    }
    return results;
  });
}

// cancellationNew(): NativeCancellation
Napi::Value cancellationNew(const Napi::CallbackInfo& info) {
  return wrap<tf::Cancellation>(info.Env(), std::make_shared<tf::Cancellation>());
}

// cancellationCancel(cancellation): void
Napi::Value cancellationCancel(const Napi::CallbackInfo& info) {
  get<tf::Cancellation>(info[0], "cancellation")->cancel();
  runner().sweep();
  return info.Env().Undefined();
}

}  // namespace

void defineComputationFunctions(Napi::Object exports) {
  define<deviceTypes>(exports, "deviceTypes");
  define<multipliesBfloat16>(exports, "multipliesBfloat16");
  define<hasTiles>(exports, "hasTiles");
  define<computationNew>(exports, "computationNew");
  define<computationRun>(exports, "computationRun");
  define<computationRunMany>(exports, "computationRunMany");
  define<dispose<tf::Computation>>(exports, "computationDispose");
  define<cancellationNew>(exports, "cancellationNew");
  define<cancellationCancel>(exports, "cancellationCancel");
}

}  // namespace addon
