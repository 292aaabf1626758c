#include "kernel.h"

#include <algorithm>

namespace tf {
namespace {

// Reports the exception that is being handled by `fail`, one of libtensorflow's two functions for it.
template <class Context>
void report(Context* context, void (*fail)(Context*, TF_Status*)) noexcept {
  const TfApi& api = tfApi();
  Status status(api);
  try {
    throw;
  } catch (const Error& error) {
    api.TF_SetStatus(status.get(), error.code(), error.what());
  } catch (const std::exception& error) {
    api.TF_SetStatus(status.get(), TF_RESOURCE_EXHAUSTED, error.what());
  }
  fail(context, status.get());
}

std::vector<int64_t> shapeOf(const TF_Tensor* tensor) {
  std::vector<int64_t> shape(static_cast<size_t>(tfApi().TF_NumDims(tensor)));
  for (size_t axis = 0; axis < shape.size(); ++axis) shape[axis] = tfApi().TF_Dim(tensor, static_cast<int>(axis));
  return shape;
}

}  // namespace

std::vector<int64_t> KernelAttributes::integers(const char* name) const {
  const TfApi& api = tfApi();
  Status status(api);
  int32_t size = 0, total = 0;
  api.TF_OpKernelConstruction_GetAttrSize(construction_, name, &size, &total, status.get());
  status.check(name);
  std::vector<int64_t> values(static_cast<size_t>(std::max(size, 0)));
  api.TF_OpKernelConstruction_GetAttrInt64List(construction_, name, values.data(), size, status.get());
  status.check(name);
  return values;
}

std::string KernelAttributes::string(const char* name) const {
  const TfApi& api = tfApi();
  Status status(api);
  int32_t size = 0, total = 0;
  api.TF_OpKernelConstruction_GetAttrSize(construction_, name, &size, &total, status.get());
  status.check(name);
  std::string value(static_cast<size_t>(std::max(total, 0)), '\0');
  api.TF_OpKernelConstruction_GetAttrString(construction_, name, value.data(), value.size(), status.get());
  status.check(name);
  return value;
}

int KernelCall::inputs() const { return tfApi().TF_NumInputs(context_); }

TensorPtr KernelCall::take(int index) {
  const TfApi& api = tfApi();
  TF_Tensor* tensor = nullptr;
  api.TF_GetInput(context_, index, &tensor, status_.get());
  status_.check();
  return {tensor, {&api}};
}

KernelCall::Input KernelCall::input(int index) {
  const TfApi& api = tfApi();
  TF_Tensor* tensor = tensors_.emplace_back(take(index)).get();
  return {shapeOf(tensor),
          {static_cast<const float*>(api.TF_TensorData(tensor)), api.TF_TensorByteSize(tensor) / sizeof(float)}};
}

std::vector<int64_t> KernelCall::integers(int index) {
  const TfApi& api = tfApi();
  const TensorPtr tensor = take(index);
  const void* data = api.TF_TensorData(tensor.get());
  const size_t bytes = api.TF_TensorByteSize(tensor.get());
  if (api.TF_TensorType(tensor.get()) == TF_INT32) {
    const auto* values = static_cast<const int32_t*>(data);
    return {values, values + bytes / sizeof(int32_t)};
  }
  const auto* values = static_cast<const int64_t*>(data);
  return {values, values + bytes / sizeof(int64_t)};
}

bool KernelCall::boolean(int index) {
  const TensorPtr tensor = take(index);
  if (tfApi().TF_NumDims(tensor.get()) == 0) return *static_cast<const bool*>(tfApi().TF_TensorData(tensor.get()));
  throw invalidArgument("input " + std::to_string(index) + " must be a scalar");
}

std::span<const bool> KernelCall::booleans(int index) {
  TF_Tensor* tensor = tensors_.emplace_back(take(index)).get();
  return {static_cast<const bool*>(tfApi().TF_TensorData(tensor)), tfApi().TF_TensorByteSize(tensor) / sizeof(bool)};
}

void KernelCall::pass(int input, int index) {
  const TensorPtr tensor = take(input);
  tfApi().TF_SetOutput(context_, index, tensor.get(), status_.get());
  status_.check();
}

std::vector<int64_t> KernelCall::shape(int index) { return shapeOf(take(index).get()); }

KernelCall::Input KernelCall::input(int index, int rank) {
  Input input = this->input(index);
  if (input.shape.size() == static_cast<size_t>(rank)) return input;
  throw invalidArgument("input " + std::to_string(index) + " must have " + std::to_string(rank) +
                        " dimensions, received " + std::to_string(input.shape.size()));
}

void* KernelCall::allocate(int index, TF_DataType dtype, std::span<const int64_t> shape, size_t bytes) {
  const TfApi& api = tfApi();
  TF_Tensor* tensor =
      api.TF_AllocateOutput(context_, index, dtype, shape.data(), static_cast<int>(shape.size()), bytes, status_.get());
  status_.check();
  tensors_.emplace_back(tensor, Deleter<&TfApi::TF_DeleteTensor>{&api});
  return api.TF_TensorData(tensor);
}

std::span<float> KernelCall::outputFrom(int input, int index, std::span<const int64_t> shape) {
  const TfApi& api = tfApi();
  int forwarded = -1;
  TF_Tensor* tensor = api.TF_ForwardInputOrAllocateOutput(context_, &input, 1, index, shape.data(),
                                                          static_cast<int>(shape.size()), &forwarded, status_.get());
  status_.check();
  tensors_.emplace_back(tensor, Deleter<&TfApi::TF_DeleteTensor>{&api});
  const std::span<float> values{static_cast<float*>(api.TF_TensorData(tensor)),
                                api.TF_TensorByteSize(tensor) / sizeof(float)};
  if (forwarded == input) return values;
  const Input given = this->input(input);
  if (!std::ranges::equal(given.shape, shape)) {
    throw invalidArgument("input " + std::to_string(input) + " has another shape than its output");
  }
  std::ranges::copy(given.values, values.begin());
  return values;
}

void registerKernel(const KernelDefinition& definition) {
  const TfApi& api = tfApi();
  Status status(api);
  TF_OpDefinitionBuilder* op = api.TF_NewOpDefinitionBuilder(definition.op);
  for (const char* input : definition.inputs) api.TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* output : definition.outputs) api.TF_OpDefinitionBuilderAddOutput(op, output);
  for (const char* attribute : definition.attributes) api.TF_OpDefinitionBuilderAddAttr(op, attribute);
  api.TF_OpDefinitionBuilderSetShapeInferenceFunction(op, definition.infer_shape);
  api.TF_RegisterOpDefinition(op, status.get());
  status.check(definition.op);
  TF_KernelBuilder* kernel =
      api.TF_NewKernelBuilder(definition.op, "CPU", definition.create, definition.compute, definition.destroy);
  api.TF_RegisterKernelBuilder(definition.op, kernel, status.get());
  status.check(definition.op);
}

bool ShapeInference::ok() const { return tfApi().TF_GetCode(status_) == TF_OK; }

ShapeInference::Shape ShapeInference::empty() const { return {tfApi().TF_NewShapeHandle(), {&tfApi()}}; }

int ShapeInference::inputs() const { return static_cast<int>(tfApi().TF_ShapeInferenceContextNumInputs(context_)); }

ShapeInference::Shape ShapeInference::input(int index) {
  Shape shape = empty();
  if (ok()) tfApi().TF_ShapeInferenceContextGetInput(context_, index, shape.get(), status_);
  return shape;
}

ShapeInference::Shape ShapeInference::input(int index, int64_t start, int64_t end) {
  const Shape whole = input(index);
  Shape shape = empty();
  if (ok()) tfApi().TF_ShapeInferenceContextSubshape(context_, whole.get(), start, end, shape.get(), status_);
  return shape;
}

ShapeInference::Shape ShapeInference::concatenated(const Shape& first, const Shape& second) {
  Shape shape = empty();
  if (ok())
    tfApi().TF_ShapeInferenceContextConcatenateShapes(context_, first.get(), second.get(), shape.get(), status_);
  return shape;
}

std::optional<int64_t> ShapeInference::size(const Shape& axis) {
  const TfApi& api = tfApi();
  if (!ok() || api.TF_ShapeInferenceContextRank(context_, axis.get()) != 1) return std::nullopt;
  const std::unique_ptr<TF_DimensionHandle, Deleter<&TfApi::TF_DeleteDimensionHandle>> dim(api.TF_NewDimensionHandle(),
                                                                                           {&api});
  api.TF_ShapeInferenceContextDim(context_, axis.get(), 0, dim.get());
  if (!api.TF_DimensionHandleValueKnown(dim.get())) return std::nullopt;
  return api.TF_DimensionHandleValue(dim.get());
}

ShapeInference::Shape ShapeInference::vector(int64_t size) {
  return {tfApi().TF_ShapeInferenceContextVectorFromSize(context_, static_cast<size_t>(size)), {&tfApi()}};
}

ShapeInference::Shape ShapeInference::scalar() {
  return {tfApi().TF_ShapeInferenceContextScalar(context_), {&tfApi()}};
}

void ShapeInference::set(int output, const Shape& shape) {
  if (ok()) tfApi().TF_ShapeInferenceContextSetOutput(context_, output, shape.get(), status_);
}

void reportFailure(TF_OpKernelConstruction* construction) noexcept {
  report(construction, tfApi().TF_OpKernelConstruction_Failure);
}

void reportFailure(TF_OpKernelContext* context) noexcept { report(context, tfApi().TF_OpKernelContext_Failure); }

}  // namespace tf
