#include "arguments.h"

#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "handle.h"

namespace addon {
namespace {

// By `napi_typedarray_type`.
constexpr std::array<size_t, 12> kElementSizes = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 2};
constexpr int kFloat16Array = 11;
static_assert(napi_uint8_clamped_array == 2 && napi_uint16_array == 4 && napi_float32_array == 7);
static_assert(napi_float64_array == 8 && napi_biguint64_array == 10);

constexpr double kMaxSafeInteger = 9007199254740991.0;

// `{ shape: number[] | null }`
tf::Shape shapeAttribute(Napi::Object value, const char* name) {
  const Napi::Value shape = value.Get("shape");
  if (shape.IsNull()) return std::nullopt;
  return integers(shape, name);
}

tf::AttributeElement attributeElement(Napi::Value value, const char* name) {
  switch (value.Type()) {
    case napi_boolean:
      return value.As<Napi::Boolean>().Value();
    case napi_number:
      return value.As<Napi::Number>().DoubleValue();
    case napi_bigint: {
      bool lossless = false;
      const int64_t number = value.As<Napi::BigInt>().Int64Value(&lossless);
      if (!lossless) throw wrongArgument(value.Env(), name, "a bigint of at most 64 bits");
      return number;
    }
    case napi_string:
      return value.As<Napi::String>().Utf8Value();
    case napi_object:
      return shapeAttribute(value.As<Napi::Object>(), name);
    default:
      throw wrongArgument(value.Env(), name, "a boolean, number, bigint, string, tensor, shape or a list");
  }
}

tf::AttributeValue attributeValue(Napi::Value value, const char* name) {
  if (value.IsExternal()) return get<const tf::Tensor>(value, name);
  if (value.IsArray()) {
    const auto list = value.As<Napi::Array>();
    std::vector<tf::AttributeElement> elements;
    elements.reserve(list.Length());
    for (uint32_t i = 0; i < list.Length(); ++i) {
      const Napi::HandleScope scope(value.Env());
      elements.push_back(attributeElement(list[i], name));
    }
    return elements;
  }
  return attributeElement(value, name);
}

// A tensor of its own, from `[dtype, shape, data]`.
tf::TensorRef copied(Napi::Value value, const char* name) {
  const auto parts = value.As<Napi::Array>();
  const std::vector<int64_t> shape = integers(parts[1u], name);
  return std::make_shared<const tf::Tensor>(
      tf::Tensor::fromBytes(tf::tfApi(), count(parts[0u], name), shape, view(parts[2u], name)));
}

}  // namespace

int64_t integer(Napi::Value value, const char* name) {
  if (value.IsNumber()) {
    const double number = value.As<Napi::Number>().DoubleValue();
    if (std::trunc(number) == number && std::abs(number) <= kMaxSafeInteger) return static_cast<int64_t>(number);
  }
  throw wrongArgument(value.Env(), name, "an integer");
}

int32_t count(Napi::Value value, const char* name) {
  const int64_t number = integer(value, name);
  if (number < 0 || number > INT32_MAX) throw wrongArgument(value.Env(), name, "an integer from 0 to 2^31 - 1");
  return static_cast<int32_t>(number);
}

std::string text(Napi::Value value, const char* name) {
  if (!value.IsString()) throw wrongArgument(value.Env(), name, "a string");
  return value.As<Napi::String>().Utf8Value();
}

Napi::Array array(Napi::Value value, const char* name) {
  if (!value.IsArray()) throw wrongArgument(value.Env(), name, "an array");
  return value.As<Napi::Array>();
}

std::vector<int64_t> integers(Napi::Value value, const char* name) {
  const Napi::Array list = array(value, name);
  const uint32_t length = list.Length();
  std::vector<int64_t> numbers(length);
  for (uint32_t i = 0; i < length; ++i) numbers[i] = integer(list[i], name);
  return numbers;
}

std::vector<bool> booleans(Napi::Value value, const char* name) {
  const Napi::Array list = array(value, name);
  std::vector<bool> flags(list.Length());
  for (uint32_t i = 0; i < flags.size(); ++i) {
    const Napi::Value flag = list[i];
    if (!flag.IsBoolean()) throw wrongArgument(value.Env(), name, "a list of booleans");
    flags[i] = flag.As<Napi::Boolean>().Value();
  }
  return flags;
}

std::span<const std::byte> view(Napi::Value value, const char* name) {
  const Napi::Env env = value.Env();
  void* data = nullptr;
  size_t length = 0;
  if (value.IsTypedArray()) {
    // Older headers, and older Nodes, do not know the last kind: they leave `type` as it is.
    auto type = static_cast<napi_typedarray_type>(kFloat16Array);
    NAPI_THROW_IF_FAILED(env, napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr), {});
    length *= kElementSizes.at(type);
  } else if (value.IsDataView()) {
    NAPI_THROW_IF_FAILED(env, napi_get_dataview_info(env, value, &length, &data, nullptr, nullptr), {});
  } else {
    throw wrongArgument(env, name, "a typed array or a DataView");
  }
  return {static_cast<const std::byte*>(data), length};
}

void appendTensors(Napi::Value value, const char* name, std::vector<tf::TensorRef>& to) {
  const Napi::Array list = array(value, name);
  const uint32_t length = list.Length();
  for (uint32_t i = 0; i < length; ++i) {
    const Napi::Value value = list[i];
    to.push_back(value.IsArray() ? copied(value, name) : get<const tf::Tensor>(value, name));
  }
}

std::vector<tf::TensorRef> tensors(Napi::Value value, const char* name) {
  std::vector<tf::TensorRef> found;
  appendTensors(value, name, found);
  return found;
}

tf::Attributes attributes(Napi::Value value, const char* name) {
  if (!value.IsObject()) throw wrongArgument(value.Env(), name, "an object");
  const auto object = value.As<Napi::Object>();
  const Napi::Array keys = object.GetPropertyNames();
  tf::Attributes found;
  found.reserve(keys.Length());
  for (uint32_t i = 0; i < keys.Length(); ++i) {
    const Napi::Value key = keys[i];
    std::string attribute = key.As<Napi::String>().Utf8Value();
    const std::string where = name + ("." + attribute);
    tf::AttributeValue read = attributeValue(object.Get(key), where.c_str());
    found.emplace_back(std::move(attribute), std::move(read));
  }
  return found;
}

Napi::Value shapeValue(Napi::Env env, const tf::Shape& shape) {
  if (!shape) return env.Null();
  Napi::Array sizes = Napi::Array::New(env, shape->size());
  for (uint32_t i = 0; i < shape->size(); ++i) sizes[i] = static_cast<double>((*shape)[i]);
  return sizes;
}

Napi::Value tensorValues(Napi::Env env, const std::vector<tf::TensorRef>& tensors) {
  Napi::Array values = Napi::Array::New(env, tensors.size());
  for (uint32_t i = 0; i < tensors.size(); ++i) values[i] = wrapTensor(env, tensors[i]);
  return values;
}

Napi::Value bytesValue(Napi::Env env, std::span<const std::byte> bytes) {
  Napi::ArrayBuffer copy = Napi::ArrayBuffer::New(env, bytes.size());
  if (!bytes.empty()) std::memcpy(copy.Data(), bytes.data(), bytes.size());
  return copy;
}

}  // namespace addon
