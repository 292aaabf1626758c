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

TF_DataType KernelAttributes::type(const char* name) const {
  const TfApi& api = tfApi();
  Status status(api);
  TF_DataType value = TF_FLOAT;
  api.TF_OpKernelConstruction_GetAttrType(construction_, name, &value, status.get());
  status.check(name);
  return value;
}

Place::Place(const int64_t* place, size_t size) {
  if (size == 0) throw invalidArgument("a place must be an address and a shape");
  data = address(reinterpret_cast<const std::byte*>(place));
  shape = {place + 1, size - 1};
}

size_t Place::rowSize() const {
  size_t size = 1;
  for (size_t axis = 1; axis < shape.size(); ++axis) size *= static_cast<size_t>(shape[axis]);
  return size;
}

KernelCall::KernelCall(TF_OpKernelContext* context, Of of, int at_place)
    : context_(context), status_(tfApi()), of_clients_(of == Of::kClients), inputs_(static_cast<size_t>(inputs())) {
  if (!of_clients_) return;
  const TfApi& api = tfApi();
  for (int i = 0; i < inputs(); ++i) {
    Parts& parts = inputs_[static_cast<size_t>(i)];
    parts.tensor = take(i);
    const bool scalar = api.TF_NumDims(parts.tensor.get()) == 0;
    const auto size = static_cast<size_t>(scalar ? 0 : api.TF_Dim(parts.tensor.get(), 0));
    if (size == 0 || (size > 1 && clients_ > 1 && size != clients_)) {
      throw invalidArgument("input " + std::to_string(i) + " must have an axis of " + std::to_string(clients_) +
                            " clients in front, received " + (scalar ? "a scalar" : std::to_string(size)));
    }
    clients_ = std::max(clients_, size);
    parts.at_places = i == at_place;
    describe(parts);
    if (parts.at_places) describeAtPlaces(parts);
  }
}

int KernelCall::inputs() const { return tfApi().TF_NumInputs(context_); }

TensorPtr KernelCall::take(int index) {
  const TfApi& api = tfApi();
  TF_Tensor* tensor = nullptr;
  api.TF_GetInput(context_, index, &tensor, status_.get());
  status_.check();
  return {tensor, {&api}};
}

void KernelCall::describe(Parts& parts) const {
  const TfApi& api = tfApi();
  const TF_Tensor* tensor = parts.tensor.get();
  parts.dtype = api.TF_TensorType(tensor);
  parts.data = static_cast<std::byte*>(api.TF_TensorData(tensor));
  parts.bytes = api.TF_TensorByteSize(tensor);
  parts.shape = {};
  const int first = of_clients_ ? 1 : 0, rank = api.TF_NumDims(tensor);
  for (int axis = first; axis < rank; ++axis) parts.shape.push_back(api.TF_Dim(tensor, axis));
  parts.described = true;
  if (!of_clients_) return;
  const auto size = static_cast<size_t>(api.TF_Dim(tensor, 0));
  parts.bytes /= size;
  parts.stride = size > 1 ? parts.bytes : 0;
}

void KernelCall::describeAtPlaces(Parts& parts) const {
  const size_t size = parts.bytes / sizeof(int64_t);
  const auto* places = reinterpret_cast<const int64_t*>(parts.data);
  const Place first(places, size);
  const size_t own = parts.stride == 0 ? 1 : static_cast<size_t>(tfApi().TF_Dim(parts.tensor.get(), 0));
  for (size_t client = 1; client < own; ++client) {
    if (!std::ranges::equal(first.shape, Place(places + client * size, size).shape)) {
      throw invalidArgument("all clients' tensors must have the same shape");
    }
  }
  const size_t columns = first.rowSize();
  parts.shape = {first.rows(), static_cast<int64_t>(columns)};
  parts.bytes = static_cast<size_t>(first.rows()) * columns * sizeof(float);
}

KernelCall::Parts& KernelCall::held(int index) {
  Parts& parts = inputs_[static_cast<size_t>(index)];
  if (parts.tensor == nullptr) {
    parts.tensor = take(index);
    describe(parts);
  }
  return parts;
}

Integers KernelCall::integers(int index) {
  const Parts& parts = held(index);
  const size_t size = parts.dtype == TF_INT32 ? sizeof(int32_t) : sizeof(int64_t);
  return {part(parts), parts.bytes / size, parts.dtype};
}

bool KernelCall::boolean(int index) {
  const Parts& parts = held(index);
  if (parts.shape.empty()) return *reinterpret_cast<const bool*>(part(parts));
  throw invalidArgument("input " + std::to_string(index) + " must be a scalar");
}

std::span<const bool> KernelCall::booleans(int index) {
  const Parts& parts = held(index);
  return {reinterpret_cast<const bool*>(part(parts)), parts.bytes / sizeof(bool)};
}

const Dims& KernelCall::shape(int index) {
  Parts& parts = inputs_[static_cast<size_t>(index)];
  if (!parts.described) {
    held(index);
    parts.tensor = nullptr;
  }
  return parts.shape;
}

void KernelCall::checkRank(int index, int rank, size_t received) {
  if (received == static_cast<size_t>(rank)) return;
  throw invalidArgument("input " + std::to_string(index) + " must have " + std::to_string(rank) +
                        " dimensions, received " + std::to_string(received));
}

Dims KernelCall::whole(std::span<const int64_t> shape) const {
  if (!of_clients_) return Dims(shape);
  Dims whole{static_cast<int64_t>(clients_)};
  for (const int64_t size : shape) whole.push_back(size);
  return whole;
}

template <class Make>
KernelCall::Begun& KernelCall::begun(int index, std::span<const int64_t> shape, Make make) {
  if (outputs_.size() <= static_cast<size_t>(index)) outputs_.resize(static_cast<size_t>(index) + 1);
  Begun& output = outputs_[static_cast<size_t>(index)];
  if (output.tensor == nullptr) {
    const Dims dims = whole(shape);
    output.tensor = {make(dims, output), {&tfApi()}};
    status_.check();
    describe(output);
  } else if (!std::ranges::equal(output.shape, shape)) {
    throw invalidArgument("all clients' results must have the same shape");
  }
  return output;
}

std::byte* KernelCall::output(int index, TF_DataType dtype, std::span<const int64_t> shape, size_t bytes) {
  return part(begun(index, shape, [&](const Dims& dims, Begun&) {
    return tfApi().TF_AllocateOutput(context_, index, dtype, dims.data(), static_cast<int>(dims.size()),
                                     bytes * clients_, status_.get());
  }));
}

std::pair<std::span<std::byte>, const std::byte*> KernelCall::partOver(int input, int index,
                                                                       std::span<const int64_t> shape) {
  // Memory of another shape would be taken, too, if it is as large.
  if (!std::ranges::equal(this->shape(input), shape)) {
    throw invalidArgument("input " + std::to_string(input) + " has another shape than its output");
  }
  const Begun& to = begun(index, shape, [&](const Dims& dims, Begun& begun) {
    // Memory that something else holds is not given away.
    inputs_[static_cast<size_t>(input)].tensor = nullptr;
    return tfApi().TF_ForwardInputOrAllocateOutput(context_, &input, 1, index, dims.data(),
                                                   static_cast<int>(dims.size()), &begun.forwarded, status_.get());
  });
  return {{part(to), to.bytes}, to.forwarded == input ? nullptr : part(held(input))};
}

std::span<std::byte> KernelCall::partFrom(int input, int index, std::span<const int64_t> shape) {
  const auto [part, before] = partOver(input, index, shape);
  if (before != nullptr) std::copy_n(before, part.size(), part.data());
  return part;
}

void KernelCall::pass(int input, int index) {
  if (of_clients_) {
    partFrom(input, index, shape(input));
    return;
  }
  tfApi().TF_SetOutput(context_, index, held(input).tensor.get(), status_.get());
  status_.check();
}

void checkFactors(int64_t columns, int64_t rows) {
  if (columns == rows) return;
  throw invalidArgument("the factors must fit, received " + std::to_string(columns) + " columns and " +
                        std::to_string(rows) + " rows");
}

void registerKernel(const KernelDefinition& definition) {
  const TfApi& api = tfApi();
  Status status(api);
  const auto add = [&](const char* name, const std::vector<const char*>& inputs, const KernelDefinition::Form& form) {
    TF_OpDefinitionBuilder* op = api.TF_NewOpDefinitionBuilder(name);
    for (const char* input : inputs) api.TF_OpDefinitionBuilderAddInput(op, input);
    for (const char* output : definition.outputs) api.TF_OpDefinitionBuilderAddOutput(op, output);
    for (const char* attribute : definition.attributes) api.TF_OpDefinitionBuilderAddAttr(op, attribute);
    api.TF_OpDefinitionBuilderSetShapeInferenceFunction(op, form.infer_shape);
    api.TF_RegisterOpDefinition(op, status.get());
    status.check(name);
    TF_KernelBuilder* kernel =
        api.TF_NewKernelBuilder(name, "CPU", definition.create, form.compute, definition.destroy);
    api.TF_RegisterKernelBuilder(name, kernel, status.get());
    status.check(name);
  };
  add(definition.op, definition.inputs, definition.of_one);
  add((std::string(definition.op) + "OfClients").c_str(), definition.inputs, definition.of_clients);
  if (definition.at_place == kNoInput) return;
  std::vector<const char*> inputs = definition.inputs;
  inputs[static_cast<size_t>(definition.at_place)] = "places: int64";
  add((std::string(definition.op) + "AtPlaces").c_str(), inputs, definition.at_places);
}

bool ShapeInference::ok() const { return tfApi().TF_GetCode(status_) == TF_OK; }

ShapeInference::Shape ShapeInference::empty() const { return {tfApi().TF_NewShapeHandle(), {&tfApi()}}; }

int ShapeInference::inputs() const { return static_cast<int>(tfApi().TF_ShapeInferenceContextNumInputs(context_)); }

ShapeInference::Shape ShapeInference::input(int index) {
  if (index == at_place_) return concatenated(vector(-1), vector(-1));
  Shape shape = empty();
  if (ok()) tfApi().TF_ShapeInferenceContextGetInput(context_, index, shape.get(), status_);
  if (first_axis_ == 0) return shape;
  Shape part = empty();
  if (ok()) {
    tfApi().TF_ShapeInferenceContextSubshape(context_, shape.get(), first_axis_, std::numeric_limits<int64_t>::max(),
                                             part.get(), status_);
  }
  return part;
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
  const auto set = [&](const Shape& whole) {
    if (ok()) tfApi().TF_ShapeInferenceContextSetOutput(context_, output, whole.get(), status_);
  };
  if (first_axis_ == 0) return set(shape);
  // The number of clients is not known before it runs.
  set(concatenated(vector(-1), shape));
}

void reportFailure(TF_OpKernelConstruction* construction) noexcept {
  report(construction, tfApi().TF_OpKernelConstruction_Failure);
}

void reportFailure(TF_OpKernelContext* context) noexcept { report(context, tfApi().TF_OpKernelContext_Failure); }

}  // namespace tf
