#include "../core/function.h"

#include "support.h"

namespace tf {
namespace {

using test::Builder;
using Elements = std::vector<AttributeElement>;
using namespace std::string_literals;

Function twice(const std::string& name, const std::optional<std::vector<std::string>>& output_names = std::nullopt) {
  Builder body;
  const Endpoint x = body.placeholder(TF_FLOAT, Shape{{2}});
  const Endpoint sum = body.add("AddV2", {x, x});
  return Function(*body.graph, name, std::vector{x}, std::vector{sum}, output_names);
}

TEST(Function, IsCalledByItsName) {
  const Function function = twice("Twice");
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{2}});
  EXPECT_ERROR(builder.add("Twice", {x}), TF_NOT_FOUND, "Twice");
  function.copyTo(*builder.graph);
  function.copyTo(*builder.graph);
  // As an op of its own, as an argument of another, and with a hidden attribute.
  const Endpoint direct = builder.add("Twice", {x});
  const Endpoint call =
      builder.add("PartitionedCall", {std::vector{direct}}, {{"Tout", Elements{1.0}}, {"f", "Twice"s}});
  const Endpoint marked = builder.add("Twice", {call}, {{"_noinline", true}});
  const auto fetched = test::evaluate(builder.graph, {marked}, {{x, test::tensor<float>({2}, {1, -3})}});
  EXPECT_EQ(test::values<float>(fetched[0]), (std::vector<float>{8, -24}));
}

// Adds up i for i = 1 … n in a loop: n (n + 1) / 2.
TEST(Function, IsTheBodyOfALoop) {
  Builder condition;
  const Endpoint at = condition.placeholder(TF_INT64, Shape{std::vector<int64_t>{}});
  const Endpoint unused = condition.placeholder(TF_INT64, Shape{std::vector<int64_t>{}});
  const Endpoint end = condition.placeholder(TF_INT64, Shape{std::vector<int64_t>{}});
  const Function loop_condition(*condition.graph, "Condition", std::vector{at, unused, end},
                                std::vector{condition.add("LessEqual", {at, end})}, std::nullopt);
  Builder body;
  const Endpoint i = body.placeholder(TF_INT64, Shape{std::vector<int64_t>{}});
  const Endpoint sum = body.placeholder(TF_INT64, Shape{std::vector<int64_t>{}});
  const Endpoint n = body.placeholder(TF_INT64, Shape{std::vector<int64_t>{}});
  const Endpoint next = body.add("AddV2", {i, body.constant(test::scalar<int64_t>(1))});
  const Function loop_body(*body.graph, "Body", std::vector{i, sum, n},
                           std::vector{next, body.add("AddV2", {sum, i}), n}, std::nullopt);
  for (const bool lowered : {false, true}) {
    Builder builder;
    loop_condition.copyTo(*builder.graph);
    loop_body.copyTo(*builder.graph);
    const Endpoint last = builder.placeholder(TF_INT64, Shape{std::vector<int64_t>{}});
    const Endpoint first = builder.constant(test::scalar<int64_t>(1));
    const Endpoint zero = builder.constant(test::scalar<int64_t>(0));
    const int64_t loop = builder.operation("StatelessWhile", {std::vector{first, zero, last}},
                                           {{"T", Elements{9.0, 9.0, 9.0}},
                                            {"cond", "Condition"s},
                                            {"body", "Body"s},
                                            {"_lower_using_switch_merge", lowered}});
    const Endpoint result = builder.add("Identity", {loop * kOutputsPerOperation + 1});
    const auto fetched = test::evaluate(builder.graph, {result}, {{last, test::scalar<int64_t>(100000)}});
    EXPECT_EQ(test::values<int64_t>(fetched[0]), std::vector<int64_t>{5000050000}) << "lowered: " << lowered;
  }
}

TEST(Function, NamesItsOutputs) {
  const Function function = twice("Named", std::vector{"doubled"s});
  Builder builder;
  function.copyTo(*builder.graph);
  EXPECT_NE(builder.graph->toProto().find("doubled"), std::string::npos);
  EXPECT_ERROR(twice("Named", std::vector{"a"s, "b"s}), TF_INVALID_ARGUMENT,
               "`outputNames` must have one name for each of the 1 outputs, received 2");
}

TEST(Function, RefusesWhatIsNotInTheGraph) {
  const int64_t before = stats.functions;
  Builder body;
  const Endpoint x = body.placeholder(TF_FLOAT, Shape{{2}});
  EXPECT_ERROR(Function(*body.graph, "F", std::vector<Endpoint>{65536}, std::vector{x}, std::nullopt),
               TF_INVALID_ARGUMENT, "`inputs` names operation 1");
  EXPECT_ERROR(Function(*body.graph, "F", std::vector{x}, std::vector<Endpoint>{1}, std::nullopt), TF_INVALID_ARGUMENT,
               "`outputs` names output 1");
  EXPECT_ERROR(Function(*body.graph, "F", std::vector{x, x}, std::vector{x}, std::nullopt), TF_INVALID_ARGUMENT,
               "function `F`");
  EXPECT_EQ(stats.functions, before);
}

TEST(Function, OfOneNameAndAnotherContentIsRefused) {
  Builder builder;
  twice("Same").copyTo(*builder.graph);
  Builder body;
  const Endpoint x = body.placeholder(TF_FLOAT, Shape{{2}});
  const Function other(*body.graph, "Same", std::vector{x}, std::vector{body.add("Neg", {x})}, std::nullopt);
  EXPECT_ERROR(other.copyTo(*builder.graph), TF_INVALID_ARGUMENT, "Same");
}

}  // namespace
}  // namespace tf
