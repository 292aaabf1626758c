// What the tests share: the library, tensors of plain values, and short ways to build and run graphs.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "../core/bfloat16.h"
#include "../core/computation.h"
#include "../core/dtype.h"
#include "../core/function.h"
#include "../core/run.h"
#include "../core/runner.h"

namespace tf::test {

// The table of the library that FEDKERAS_LIBTENSORFLOW names. A test that needs a failure copies it and puts a function
// of its own into the copy.
const TfApi& library();
const OpDefs& ops();

template <class T>
constexpr int dtypeOf();
template <>
constexpr int dtypeOf<float>() {
  return TF_FLOAT;
}
template <>
constexpr int dtypeOf<double>() {
  return TF_DOUBLE;
}
template <>
constexpr int dtypeOf<int32_t>() {
  return TF_INT32;
}
template <>
constexpr int dtypeOf<int64_t>() {
  return TF_INT64;
}
template <>
constexpr int dtypeOf<uint8_t>() {
  return TF_UINT8;
}

template <class T>
TensorRef tensor(const std::vector<int64_t>& shape, const std::vector<T>& values, int dtype = dtypeOf<T>(),
                 const TfApi& api = library()) {
  return std::make_shared<const Tensor>(Tensor::fromBytes(api, dtype, shape, std::as_bytes(std::span(values))));
}

// Values of about 1 in size, the same for the same seed.
std::vector<float> normals(const std::vector<int64_t>& shape, uint32_t seed);

// The nearest numbers in bfloat16.
std::vector<Bfloat16> halves(const std::vector<float>& values);
TensorRef tensor(const std::vector<int64_t>& shape, const std::vector<Bfloat16>& values);

template <class T>
TensorRef scalar(T value) {
  return tensor<T>({}, {value});
}

// The elements of a tensor of plain bytes.
template <class T>
std::vector<T> values(const TensorRef& tensor) {
  std::vector<T> elements(tensor->byteLength() / sizeof(T));
  if (!elements.empty()) std::memcpy(elements.data(), tensor->bytes().data(), tensor->byteLength());
  return elements;
}

// A graph with operations named by number.
class Builder {
 public:
  explicit Builder(const TfApi& api = library(), const OpDefs& definitions = ops())
      : graph(std::make_shared<Graph>(api, definitions)) {}

  int64_t operation(const std::string& type, std::vector<OperationInput> inputs = {}, Attributes attributes = {});
  // The first output.
  Endpoint add(const std::string& type, std::vector<OperationInput> inputs = {}, Attributes attributes = {});
  Endpoint placeholder(int dtype, Shape shape);
  Endpoint constant(const TensorRef& tensor);

  const std::shared_ptr<Graph> graph;

 private:
  int named_ = 0;
};

// `inter_op_parallelism_threads = -1, intra_op_parallelism_threads = 1`: all in the caller's thread.
std::vector<std::byte> callerRuns();

// A run of the items on so many threads of its own, when it is done.
std::shared_ptr<const Run> finished(const RunSpec& spec, size_t threads);

std::vector<TensorRef> run(const Computation& computation, const std::vector<TensorRef>& feeds);
// Builds a session for one run.
std::vector<TensorRef> evaluate(const std::shared_ptr<Graph>& graph, const std::vector<Endpoint>& fetches,
                                const std::vector<std::pair<Endpoint, TensorRef>>& feeds = {});

// Expects a tensor of bfloat16 with sums that were rounded once, whose errors were small beside the size of all values.
void expectRounded(const TensorRef& found, const std::vector<int64_t>& shape, const std::vector<double>& expected);

// Expects a tensor of `float`s of the same shape as another, each as near.
void expectNear(const TensorRef& found, const TensorRef& expected, float tolerance);

// The serialized `AttrValue` of an attribute of an operation, as libtensorflow holds it.
std::string attributeProto(const Graph& graph, int64_t operation, const char* name);

// Makes `status` a failure, as libtensorflow does.
void setStatus(TF_Status* status, TF_Code code, const char* message);

// The error that `action` throws; the test fails where it throws none.
Error thrown(const std::function<void()>& action);

}  // namespace tf::test

// Expects an error with a code and a part of its message.
#define EXPECT_ERROR(action, expected_code, part)                                                            \
  do {                                                                                                       \
    const ::tf::Error error_ = ::tf::test::thrown([&] { action; });                                          \
    EXPECT_STREQ(::tf::statusName(error_.code()), ::tf::statusName(expected_code)) << error_.what();         \
    EXPECT_NE(std::string(error_.what()).find(part), std::string::npos) << "the message: " << error_.what(); \
  } while (false)
