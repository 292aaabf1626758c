#include "support.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>

#include "../core/kernels/index.h"
#include "../core/shared_library.h"

namespace tf::test {
namespace {

// A function that only the tests use. The library is open already: this is another reference to it.
template <class Function>
Function function(const char* name) {
  std::string reason;
  return reinterpret_cast<Function>(
      findSymbol(openLibrary(std::getenv("FEDKERAS_LIBTENSORFLOW"), false, reason), name));
}

}  // namespace

const TfApi& library() {
  const char* path = std::getenv("FEDKERAS_LIBTENSORFLOW");
  if (path == nullptr) throw std::runtime_error("FEDKERAS_LIBTENSORFLOW must be the path of libtensorflow_cc");
  const TfApi& api = loadTfApi(path, 3);
  registerKernels();
  return api;
}

const OpDefs& ops() {
  static const OpDefs definitions(library());
  return definitions;
}

int64_t Builder::operation(const std::string& type, std::vector<OperationInput> inputs, Attributes attributes) {
  return graph->add({.type = type,
                     .name = type + "_" + std::to_string(named_++),
                     .inputs = std::move(inputs),
                     .attributes = std::move(attributes),
                     .controls = {},
                     .device = ""});
}

Endpoint Builder::add(const std::string& type, std::vector<OperationInput> inputs, Attributes attributes) {
  return operation(type, std::move(inputs), std::move(attributes)) * kOutputsPerOperation;
}

Endpoint Builder::placeholder(int dtype, Shape shape) {
  return add("Placeholder", {}, {{"dtype", double(dtype)}, {"shape", std::move(shape)}});
}

Endpoint Builder::constant(const TensorRef& tensor) {
  return add("Const", {}, {{"dtype", double(tensor->dtype())}, {"value", tensor}});
}

std::vector<std::byte> callerRuns() {
  // ConfigProto: field 2 (intra) = 1, field 5 (inter) = -1 as a varint of 64 bits.
  const std::string_view config = "\x10\x01\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  const auto bytes = std::as_bytes(std::span(config));
  return {bytes.begin(), bytes.end()};
}

std::shared_ptr<const Run> finished(const RunSpec& spec, size_t threads) {
  Runner runner(threads);
  auto run = std::make_shared<Run>(spec, [] {});
  runner.submit(run);
  run->wait();
  return run;
}

std::vector<TensorRef> run(const Computation& computation, const std::vector<TensorRef>& feeds) {
  Computation::Scratch scratch;
  for (const TensorRef& feed : feeds) scratch.fed.push_back(feed->get());
  return computation.run(scratch);
}

std::vector<TensorRef> evaluate(const std::shared_ptr<Graph>& graph, const std::vector<Endpoint>& fetches,
                                const std::vector<std::pair<Endpoint, TensorRef>>& feeds) {
  std::vector<Endpoint> endpoints;
  std::vector<TensorRef> fed;
  for (const auto& [endpoint, value] : feeds) {
    endpoints.push_back(endpoint);
    fed.push_back(value);
  }
  return run(Computation(graph, endpoints, fetches, {}, callerRuns()), fed);
}

std::vector<float> normals(const std::vector<int64_t>& shape, uint32_t seed) {
  size_t size = 1;
  for (const int64_t dim : shape) size *= static_cast<size_t>(dim);
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float& value : values) value = normal(random);
  return values;
}

std::vector<Bfloat16> halves(const std::vector<float>& values) {
  std::vector<Bfloat16> halves;
  for (const float value : values) halves.push_back(fromFloat<Bfloat16>(value));
  return halves;
}

TensorRef tensor(const std::vector<int64_t>& shape, const std::vector<Bfloat16>& values) {
  return tensor<Bfloat16>(shape, values, TF_BFLOAT16);
}

void expectRounded(const TensorRef& found, const std::vector<int64_t>& shape, const std::vector<double>& expected) {
  EXPECT_EQ(found->shape(), shape);
  const auto found_values = values<Bfloat16>(found);
  ASSERT_EQ(found_values.size(), expected.size());
  double squares = 0;
  for (const double value : expected) squares += value * value;
  const double size = std::sqrt(squares / static_cast<double>(std::max<size_t>(expected.size(), 1)));
  for (size_t i = 0; i < expected.size(); ++i)
    ASSERT_NEAR(toFloat(found_values[i]), expected[i], std::abs(expected[i]) * 0x1p-8 + size * 1e-5) << "at " << i;
}

void expectNear(const TensorRef& found, const TensorRef& expected, float tolerance) {
  ASSERT_EQ(found->shape(), expected->shape());
  const auto a = values<float>(found), b = values<float>(expected);
  for (size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], tolerance) << "at " << i;
}

std::string attributeProto(const Graph& graph, int64_t operation, const char* name) {
  const auto get = function<decltype(&::TF_OperationGetAttrValueProto)>("TF_OperationGetAttrValueProto");
  const BufferPtr proto(library().TF_NewBuffer(), {&library()});
  Status status(library());
  get(graph.operation(operation, "operation"), name, proto.get(), status.get());
  status.check();
  return {static_cast<const char*>(proto->data), proto->length};
}

void setStatus(TF_Status* status, TF_Code code, const char* message) {
  function<decltype(&::TF_SetStatus)>("TF_SetStatus")(status, code, message);
}

Error thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error was thrown";
  return Error(TF_OK, "");
}

}  // namespace tf::test
