#include "arguments.h"
#include "bindings.h"
#include "handle.h"

namespace addon {
namespace {

// TF_AllocateTensor
// tensorNew(dtype, shape, data): NativeTensor
Napi::Value tensorNew(const Napi::CallbackInfo& info) {
  const int dtype = count(info[0], "dtype");
  const std::vector<int64_t> shape = integers(info[1], "shape");
  const std::span<const std::byte> data = view(info[2], "data");
  return wrapTensor(info.Env(),
                    std::make_shared<const tf::Tensor>(tf::Tensor::fromBytes(tf::tfApi(), dtype, shape, data)));
}

// TF_AllocateTensor, TF_StringInit, TF_StringCopy
// tensorFromStrings(shape, values): NativeTensor
Napi::Value tensorFromStrings(const Napi::CallbackInfo& info) {
  const std::vector<int64_t> shape = integers(info[0], "shape");
  const Napi::Array list = array(info[1], "values");
  const uint32_t length = list.Length();
  std::vector<std::string> owned;
  owned.reserve(length);
  for (uint32_t i = 0; i < length; ++i) {
    const Napi::Value value = list[i];
    if (value.IsString()) {
      owned.push_back(value.As<Napi::String>().Utf8Value());
    } else {
      const std::span<const std::byte> bytes = view(value, "values");
      owned.emplace_back(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }
  }
  const std::vector<std::string_view> values(owned.begin(), owned.end());
  return wrapTensor(info.Env(),
                    std::make_shared<const tf::Tensor>(tf::Tensor::fromStrings(tf::tfApi(), shape, values)));
}

// tensorShare(tensor): NativeTensor
Napi::Value tensorShare(const Napi::CallbackInfo& info) {
  return wrapTensor(info.Env(), get<const tf::Tensor>(info[0], "tensor"));
}

// TF_TensorType, TF_NumDims, TF_Dim, TF_TensorByteSize
// tensorInfo(tensor): TensorInfo
Napi::Value tensorInfo(const Napi::CallbackInfo& info) {
  const tf::TensorRef tensor = get<const tf::Tensor>(info[0], "tensor");
  Napi::Object described = Napi::Object::New(info.Env());
  described.Set("dtype", tensor->dtype());
  described.Set("shape", shapeValue(info.Env(), tensor->shape()));
  described.Set("byteLength", static_cast<double>(tensor->byteLength()));
  return described;
}

// TF_TensorData
// tensorData(tensor): ArrayBuffer
Napi::Value tensorData(const Napi::CallbackInfo& info) {
  const tf::TensorRef tensor = get<const tf::Tensor>(info[0], "tensor");
  return bytesValue(info.Env(), tensor->bytes());
}

// TF_TensorData, TF_StringGetDataPointer, TF_StringGetSize
// tensorStrings(tensor): Uint8Array[]
Napi::Value tensorStrings(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const tf::TensorRef tensor = get<const tf::Tensor>(info[0], "tensor");
  const std::vector<std::string_view> strings = tensor->strings();
  Napi::Array values = Napi::Array::New(env, strings.size());
  for (uint32_t i = 0; i < strings.size(); ++i) {
    const Napi::HandleScope scope(env);
    const auto bytes = bytesValue(env, std::as_bytes(std::span(strings[i]))).As<Napi::ArrayBuffer>();
    values[i] = Napi::Uint8Array::New(env, strings[i].size(), bytes, 0);
  }
  return values;
}

}  // namespace

void defineTensorFunctions(Napi::Object exports) {
  define<tensorNew>(exports, "tensorNew");
  define<tensorFromStrings>(exports, "tensorFromStrings");
  define<tensorShare>(exports, "tensorShare");
  define<tensorInfo>(exports, "tensorInfo");
  define<tensorData>(exports, "tensorData");
  define<tensorStrings>(exports, "tensorStrings");
  define<dispose<const tf::Tensor>>(exports, "tensorDispose");
}

}  // namespace addon
