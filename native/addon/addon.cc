#include "../core/kernels/index.h"
#include "../core/tf_api.h"
#include "arguments.h"
#include "bindings.h"
#include "environment.h"
#include "errors.h"

namespace addon {
namespace {

// TF_Version
// loadLibrary(path, logLevel): string
Napi::Value loadLibrary(const Napi::CallbackInfo& info) {
  const std::string path = text(info[0], "path");
  const int level = count(info[1], "logLevel");
  return Napi::String::New(info.Env(), tf::loadTfApi(path, level).TF_Version());
}

// registerOps(): void
Napi::Value registerOps(const Napi::CallbackInfo& info) {
  tf::registerKernels();
  return info.Env().Undefined();
}

// setConcurrency(threads): void
Napi::Value setConcurrency(const Napi::CallbackInfo& info) {
  constexpr int kMost = 1024;
  const int threads = count(info[0], "threads");
  if (threads < 1 || threads > kMost) throw wrongArgument(info.Env(), "threads", "from 1 to 1024");
  runner().resize(threads);
  return info.Env().Undefined();
}

// stats(): NativeStats
Napi::Value stats(const Napi::CallbackInfo& info) {
  Napi::Object counts = Napi::Object::New(info.Env());
  const auto set = [&counts](const char* name, const std::atomic<int64_t>& count) {
    counts.Set(name, static_cast<double>(count.load()));
  };
  set("tensors", tf::stats.tensors);
  set("graphs", tf::stats.graphs);
  set("functions", tf::stats.functions);
  set("computations", tf::stats.computations);
  set("accumulators", tf::stats.accumulators);
  set("tensorBytes", tf::stats.tensor_bytes);
  set("threads", tf::stats.threads);
  return counts;
}

}  // namespace
}  // namespace addon

static Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  using namespace addon;
  Environment::attach(env);
  define<loadLibrary>(exports, "loadLibrary");
  define<registerOps>(exports, "registerOps");
  define<setConcurrency>(exports, "setConcurrency");
  define<stats>(exports, "stats");
  defineTensorFunctions(exports);
  defineGraphFunctions(exports);
  defineComputationFunctions(exports);
  defineAccumulatorFunctions(exports);
  return exports;
}

NODE_API_MODULE(fedkeras, initialize)
