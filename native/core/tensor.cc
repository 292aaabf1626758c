#include "tensor.h"

#include <cstring>
#include <utility>

#include "dtype.h"

namespace tf {
namespace {

// The number of elements of `shape` of `size` bytes each is checked not to overflow.
size_t byteCount(std::span<const int64_t> shape, size_t size) {
  int64_t bytes = static_cast<int64_t>(size);
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0) {
      throw invalidArgument("`shape[" + std::to_string(i) + "]` must be 0 or more, received " +
                            std::to_string(shape[i]));
    }
    if (shape[i] != 0 && bytes > INT64_MAX / shape[i]) {
      throw invalidArgument("`shape` " + shapeText(shape) + " has too many elements");
    }
    bytes *= shape[i];
  }
  return static_cast<size_t>(bytes);
}

TensorPtr allocateTensor(const TfApi& api, TF_DataType dtype, std::span<const int64_t> shape, size_t bytes) {
  TensorPtr tensor(api.TF_AllocateTensor(dtype, shape.data(), static_cast<int>(shape.size()), bytes), {&api});
  if (tensor == nullptr || (bytes > 0 && api.TF_TensorData(tensor.get()) == nullptr)) {
    throw Error(TF_RESOURCE_EXHAUSTED, "no memory for a tensor of " + std::to_string(bytes) + " bytes");
  }
  return tensor;
}

}  // namespace

std::string shapeText(std::span<const int64_t> shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += shape[i] < 0 ? "?" : std::to_string(shape[i]);
  }
  return text + "]";
}

size_t totalBytes(std::span<const TensorRef> tensors) {
  size_t bytes = 0;
  for (const TensorRef& tensor : tensors) bytes += tensor->byteLength();
  return bytes;
}

Tensor Tensor::allocate(const TfApi& api, int dtype, std::span<const int64_t> shape) {
  const Dtype* known = findDtype(dtype);
  if (known == nullptr || known->size == 0) {
    throw invalidArgument("`dtype` must be one whose elements are plain bytes, received " + dtypeName(dtype));
  }
  return Tensor(allocateTensor(api, known->number, shape, byteCount(shape, known->size)));
}

Tensor Tensor::fromBytes(const TfApi& api, int dtype, std::span<const int64_t> shape,
                         std::span<const std::byte> bytes) {
  const Dtype* known = findDtype(dtype);
  if (known != nullptr && known->size > 0) {
    const size_t expected = byteCount(shape, known->size);
    if (bytes.size() != expected) {
      throw invalidArgument("`data` must have the " + std::to_string(expected) + " bytes of " + shapeText(shape) + " " +
                            known->name + ", received " + std::to_string(bytes.size()));
    }
  }
  Tensor tensor = allocate(api, dtype, shape);
  if (!bytes.empty()) std::memcpy(tensor.mutableBytes().data(), bytes.data(), bytes.size());
  return tensor;
}

Tensor Tensor::fromStrings(const TfApi& api, std::span<const int64_t> shape, std::span<const std::string_view> values) {
  const size_t count = byteCount(shape, sizeof(TF_TString)) / sizeof(TF_TString);
  if (values.size() != count) {
    throw invalidArgument("`values` must have the " + std::to_string(count) + " elements of " + shapeText(shape) +
                          ", received " + std::to_string(values.size()));
  }
  TensorPtr memory = allocateTensor(api, TF_STRING, shape, count * sizeof(TF_TString));
  auto* strings = static_cast<TF_TString*>(api.TF_TensorData(memory.get()));
  for (size_t i = 0; i < count; ++i) api.TF_StringInit(&strings[i]);
  Tensor tensor(std::move(memory));
  for (size_t i = 0; i < count; ++i) api.TF_StringCopy(&strings[i], values[i].data(), values[i].size());
  return tensor;
}

Tensor Tensor::reshaped(const Tensor& tensor, std::span<const int64_t> shape) {
  const TfApi& api = *tensor.api_;
  const TF_DataType dtype = api.TF_TensorType(tensor.get());
  const int64_t none = 0;
  TensorPtr other = allocateTensor(api, dtype, {&none, 1}, 0);
  Status status(api);
  api.TF_TensorBitcastFrom(tensor.get(), dtype, other.get(), shape.data(), static_cast<int>(shape.size()),
                           status.get());
  status.check("`shape`");
  return Tensor(std::move(other));
}

Tensor Tensor::adopt(TensorPtr tensor) {
  if (tensor == nullptr) throw Error(TF_INTERNAL, "libtensorflow returned no tensor");
  return Tensor(std::move(tensor));
}

Tensor::Tensor(TensorPtr tensor)
    : api_(tensor.get_deleter().api), tensor_(std::move(tensor)), bytes_(api_->TF_TensorByteSize(tensor_.get())) {
  stats.tensors.fetch_add(1, std::memory_order_relaxed);
  stats.tensor_bytes.fetch_add(static_cast<int64_t>(bytes_), std::memory_order_relaxed);
}

Tensor::~Tensor() {
  if (tensor_ == nullptr) return;  // moved away
  stats.tensors.fetch_sub(1, std::memory_order_relaxed);
  stats.tensor_bytes.fetch_sub(static_cast<int64_t>(bytes_), std::memory_order_relaxed);
}

bool Tensor::hasShapeOf(const Tensor& other) const {
  const int rank = api_->TF_NumDims(tensor_.get());
  if (api_->TF_NumDims(other.get()) != rank) return false;
  for (int i = 0; i < rank; ++i) {
    if (api_->TF_Dim(tensor_.get(), i) != api_->TF_Dim(other.get(), i)) return false;
  }
  return true;
}

std::vector<int64_t> Tensor::shape() const {
  std::vector<int64_t> shape(api_->TF_NumDims(tensor_.get()));
  for (size_t i = 0; i < shape.size(); ++i) shape[i] = api_->TF_Dim(tensor_.get(), static_cast<int>(i));
  return shape;
}

std::span<const std::byte> Tensor::bytes() const {
  const Dtype* known = findDtype(dtype());
  if (known == nullptr || known->size == 0) {
    throw invalidArgument("the elements of a tensor of " + dtypeName(dtype()) + " are not plain bytes");
  }
  return {static_cast<const std::byte*>(api_->TF_TensorData(tensor_.get())), bytes_};
}

std::span<std::byte> Tensor::mutableBytes() {
  const auto readable = bytes();
  return {const_cast<std::byte*>(readable.data()), readable.size()};
}

std::vector<std::string_view> Tensor::strings() const {
  if (dtype() != TF_STRING) throw invalidArgument("the tensor must be of strings, it is of " + dtypeName(dtype()));
  const auto* strings = static_cast<const TF_TString*>(api_->TF_TensorData(tensor_.get()));
  std::vector<std::string_view> values(bytes_ / sizeof(TF_TString));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = {api_->TF_StringGetDataPointer(&strings[i]), api_->TF_StringGetSize(&strings[i])};
  }
  return values;
}

}  // namespace tf
