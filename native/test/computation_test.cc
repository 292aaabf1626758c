#include "../core/computation.h"

#include "support.h"

namespace tf {
namespace {

using test::Builder;

TEST(Computation, RunsAsOftenAsOneLikes) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{2}});
  const Endpoint y = builder.placeholder(TF_FLOAT, Shape{{2}});
  const Computation computation(builder.graph, std::vector{x, y},
                                std::vector{builder.add("AddV2", {x, y}), builder.add("Sub", {x, y})}, {}, {});
  EXPECT_EQ(computation.feeds(), 2u);
  EXPECT_EQ(computation.fetches(), 2u);
  for (float i = 0; i < 5; ++i) {
    const auto fetched = test::run(computation, {test::tensor<float>({2}, {i, 1}), test::tensor<float>({2}, {2, 3})});
    ASSERT_EQ(fetched.size(), 2u);
    EXPECT_EQ(test::values<float>(fetched[0]), (std::vector<float>{i + 2, 4}));
    EXPECT_EQ(test::values<float>(fetched[1]), (std::vector<float>{i - 2, -2}));
  }
}

TEST(Computation, FeedsAndFetchesEveryKindOfTensor) {
  Builder builder;
  const std::vector<std::string_view> texts{"short", "a string that is much longer than 22 bytes", ""};
  const std::vector<std::pair<int, TensorRef>> cases{
      {TF_DOUBLE, test::tensor<double>({2}, {1e300, -0.5})},
      {TF_INT64, test::tensor<int64_t>({2}, {INT64_MAX, INT64_MIN})},
      {TF_BOOL, test::tensor<uint8_t>({2}, {1, 0}, TF_BOOL)},
      {TF_UINT8, test::tensor<uint8_t>({1, 2}, {255, 0})},
      {TF_STRING,
       std::make_shared<const Tensor>(Tensor::fromStrings(test::library(), std::vector<int64_t>{3}, texts))}};
  for (const auto& [dtype, value] : cases) {
    const Endpoint x = builder.placeholder(dtype, Shape{});
    const Endpoint y = builder.add(
        "Tile", {x, builder.constant(test::tensor<int32_t>({static_cast<int64_t>(value->shape().size())},
                                                           std::vector<int32_t>(value->shape().size(), 2)))});
    // The memory that was fed, and a copy made by libtensorflow.
    const auto fetched = test::evaluate(builder.graph, {builder.add("Identity", {x}), y}, {{x, value}});
    EXPECT_EQ(fetched[0]->dtype(), dtype);
    EXPECT_EQ(fetched[0]->shape(), value->shape());
    if (dtype == TF_STRING) {
      EXPECT_EQ(fetched[0]->strings(), texts);
      EXPECT_EQ(fetched[1]->strings()[4], texts[1]);
    } else {
      EXPECT_EQ(test::values<uint8_t>(fetched[0]), test::values<uint8_t>(value));
      EXPECT_EQ(fetched[1]->dtype(), dtype);
    }
  }
}

TEST(Computation, RunsTargetsBesides) {
  Builder builder;
  const Endpoint variable = builder.add("VarHandleOp", {}, {{"dtype", 1.0}, {"shape", Shape{{2}}}});
  const Endpoint value = builder.placeholder(TF_FLOAT, Shape{{2}});
  const int64_t assign = builder.operation("AssignVariableOp", {variable, value});
  const Endpoint read = builder.graph->add({.type = "ReadVariableOp",
                                            .name = "read",
                                            .inputs = {variable},
                                            .attributes = {{"dtype", 1.0}},
                                            .controls = {assign},
                                            .device = ""}) *
                        kOutputsPerOperation;
  const Computation only_target(builder.graph, std::vector{value}, {}, std::vector{assign}, {});
  EXPECT_TRUE(test::run(only_target, {test::tensor<float>({2}, {1, 2})}).empty());
  const Computation both(builder.graph, std::vector{value}, std::vector{read}, std::vector{assign}, {});
  EXPECT_EQ(test::values<float>(test::run(both, {test::tensor<float>({2}, {3, 4})})[0]), (std::vector<float>{3, 4}));
}

TEST(Computation, AFailingOpTellsItsStatus) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{});
  const Endpoint y = builder.placeholder(TF_FLOAT, Shape{});
  const Computation computation(builder.graph, std::vector{x, y}, std::vector{builder.add("MatMul", {x, y})}, {},
                                test::callerRuns());
  const auto matrix = [](int64_t rows, int64_t columns) {
    return test::tensor<float>({rows, columns}, std::vector<float>(rows * columns, 1));
  };
  const int64_t before = stats.tensors;
  EXPECT_ERROR(test::run(computation, {matrix(2, 3), matrix(2, 3)}), TF_INVALID_ARGUMENT, "[2,3]");
  EXPECT_ERROR(test::run(computation, {test::tensor<int32_t>({1, 1}, {1}), matrix(1, 1)}), TF_INVALID_ARGUMENT,
               "int32");
  EXPECT_EQ(stats.tensors, before);
  EXPECT_EQ(test::values<float>(test::run(computation, {matrix(1, 3), matrix(3, 1)})[0]), std::vector<float>{3});
}

TEST(Computation, KnowsTheDevicesOfItsSessions) {
  EXPECT_EQ(deviceTypes(test::library(), {}), std::vector<std::string>{"CPU"});
  EXPECT_ERROR(deviceTypes(test::library(), std::vector{std::byte{1}}), TF_INVALID_ARGUMENT, "`config`");
  TfApi broken = test::library();
  broken.TF_DeviceListType = [](const TF_DeviceList*, int, TF_Status* status) -> const char* {
    test::setStatus(status, TF_INTERNAL, "no such device");
    return nullptr;
  };
  EXPECT_ERROR(deviceTypes(broken, {}), TF_INTERNAL, "no such device");
}

TEST(Computation, RefusesWhatIsNotInTheGraph) {
  const int64_t before = stats.computations;
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{});
  const std::vector<Endpoint> good{x}, bad{x + 1};
  EXPECT_ERROR(Computation(builder.graph, bad, good, {}, {}), TF_INVALID_ARGUMENT, "`feeds` names output 1");
  EXPECT_ERROR(Computation(builder.graph, good, bad, {}, {}), TF_INVALID_ARGUMENT, "`fetches` names output 1");
  EXPECT_ERROR(Computation(builder.graph, good, good, std::vector<int64_t>{9}, {}), TF_INVALID_ARGUMENT,
               "`targets` names operation 9");
  EXPECT_ERROR(Computation(builder.graph, good, good, {}, std::vector{std::byte{0xff}}), TF_INVALID_ARGUMENT,
               "`config`");
  EXPECT_EQ(stats.computations, before);
}

TEST(Computation, KeepsItsGraph) {
  std::unique_ptr<Computation> computation;
  {
    Builder builder;
    const Endpoint x = builder.placeholder(TF_FLOAT, Shape{});
    computation = std::make_unique<Computation>(builder.graph, std::vector{x}, std::vector{builder.add("Neg", {x})},
                                                std::vector<int64_t>{}, test::callerRuns());
  }
  EXPECT_EQ(stats.graphs, 1);
  EXPECT_EQ(test::values<float>(test::run(*computation, {test::scalar(2.0f)})[0]), std::vector<float>{-2});
  computation.reset();
  EXPECT_EQ(stats.graphs, 0);
}

TEST(Computation, FailsWhereLibtensorflowFails) {
  TfApi api = test::library();
  api.TF_NewSession = [](TF_Graph*, const TF_SessionOptions*, TF_Status* status) -> TF_Session* {
    test::setStatus(status, TF_UNAVAILABLE, "no session today");
    return nullptr;
  };
  Builder without_session(api);
  EXPECT_ERROR(Computation(without_session.graph, {}, {}, {}, {}), TF_UNAVAILABLE, "no session today");

  // A null tensor among the fetched ones: the others are freed.
  api = test::library();
  api.TF_SessionRun = [](TF_Session* session, const TF_Buffer* options, const TF_Output* inputs, TF_Tensor* const* fed,
                         int feeds, const TF_Output* outputs, TF_Tensor** fetched, int fetches,
                         const TF_Operation* const* targets, int count, TF_Buffer* metadata, TF_Status* status) {
    test::library().TF_SessionRun(session, options, inputs, fed, feeds, outputs, fetched, fetches, targets, count,
                                  metadata, status);
    test::library().TF_DeleteTensor(fetched[1]);
    fetched[1] = nullptr;
  };
  Builder builder(api);
  const Endpoint one = builder.constant(test::scalar(1.0f)), two = builder.constant(test::scalar(2.0f));
  const Computation computation(builder.graph, {}, std::vector{one, two}, {}, {});
  const int64_t before = stats.tensors;
  EXPECT_ERROR(test::run(computation, {}), TF_INTERNAL, "no tensor");
  EXPECT_EQ(stats.tensors, before);
}

}  // namespace
}  // namespace tf
