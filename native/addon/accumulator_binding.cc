#include "arguments.h"
#include "bindings.h"
#include "handle.h"

namespace addon {
namespace {

// accumulatorNew(reductions, atOnce): NativeAccumulator
Napi::Value accumulatorNew(const Napi::CallbackInfo& info) {
  const Napi::Array list = array(info[0], "reductions");
  std::vector<tf::Reduction> reductions;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    const std::string name = text(list[i], "reductions");
    if (name != "sum" && name != "stack") throw wrongArgument(info.Env(), "reductions", "of 'sum' and 'stack'");
    reductions.push_back(name == "sum" ? tf::Reduction::kSum : tf::Reduction::kStack);
  }
  tf::Accumulator::Limits limits;
  if (!info[1].IsNull()) limits.positions = count(info[1], "atOnce");
  return wrap<tf::Accumulator>(info.Env(), std::make_shared<tf::Accumulator>(tf::tfApi(), reductions, limits));
}

// accumulatorAdd(accumulator, position, tensors): void
Napi::Value accumulatorAdd(const Napi::CallbackInfo& info) {
  const auto accumulator = get<tf::Accumulator>(info[0], "accumulator");
  accumulator->add(integer(info[1], "position"), tensors(info[2], "tensors"));
  return info.Env().Undefined();
}

// accumulatorTake(accumulator, count): NativeTensor[]
Napi::Value accumulatorTake(const Napi::CallbackInfo& info) {
  const auto accumulator = get<tf::Accumulator>(info[0], "accumulator");
  return tensorValues(info.Env(), accumulator->take(integer(info[1], "count")));
}

}  // namespace

void defineAccumulatorFunctions(Napi::Object exports) {
  define<accumulatorNew>(exports, "accumulatorNew");
  define<accumulatorAdd>(exports, "accumulatorAdd");
  define<accumulatorTake>(exports, "accumulatorTake");
  define<dispose<tf::Accumulator>>(exports, "accumulatorDispose");
}

}  // namespace addon
