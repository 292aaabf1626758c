// An owned tensor: its bytes are libtensorflow's, aligned as it likes them, and are shared with it without copies.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "handles.h"
#include "stats.h"

namespace tf {

class Tensor {
 public:
  // Memory for `shape`, not initialised. `INVALID_ARGUMENT` for a dtype whose elements are not plain bytes, for a
  // negative size, and for more than 2^63 - 1 bytes; `RESOURCE_EXHAUSTED` where there is no memory for it.
  static Tensor allocate(const TfApi& api, int dtype, std::span<const int64_t> shape);
  // A copy of `bytes`, which must be as many as `shape` holds.
  static Tensor fromBytes(const TfApi& api, int dtype, std::span<const int64_t> shape,
                          std::span<const std::byte> bytes);
  static Tensor fromStrings(const TfApi& api, std::span<const int64_t> shape, std::span<const std::string_view> values);
  // The elements of `tensor` in another shape, which must hold as many; they share the memory.
  static Tensor reshaped(const Tensor& tensor, std::span<const int64_t> shape);
  // Takes over what libtensorflow handed out; `INTERNAL` for null.
  static Tensor adopt(TensorPtr tensor);

  Tensor(Tensor&& other) noexcept = default;
  ~Tensor();

  TF_Tensor* get() const { return tensor_.get(); }
  int dtype() const { return api_->TF_TensorType(tensor_.get()); }
  std::vector<int64_t> shape() const;
  bool hasShapeOf(const Tensor& other) const;
  size_t byteLength() const { return bytes_; }
  // The elements; `INVALID_ARGUMENT` for strings, resources and variants, which are not plain bytes.
  std::span<const std::byte> bytes() const;
  std::span<std::byte> mutableBytes();
  // Whether no other tensor, here or in libtensorflow, has the memory.
  bool isAlone() const { return api_->TF_TensorMaybeMove(get()) != nullptr; }
  // The elements of a string tensor, in row-major order; `INVALID_ARGUMENT` for another dtype.
  std::vector<std::string_view> strings() const;

 private:
  explicit Tensor(TensorPtr tensor);

  const TfApi* api_;
  TensorPtr tensor_;
  size_t bytes_;
};

// Tensors that JavaScript, runs and graphs share; nobody writes to them.
using TensorRef = std::shared_ptr<const Tensor>;

// The memory of all of them.
size_t totalBytes(std::span<const TensorRef> tensors);

// `[2, 3]`, with `?` for an unknown size.
std::string shapeText(std::span<const int64_t> shape);

}  // namespace tf
