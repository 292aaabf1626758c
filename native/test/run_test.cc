#include "../core/run.h"

#include <atomic>
#include <cmath>
#include <functional>
#include <random>
#include <thread>

#include "support.h"

namespace tf {
namespace {

using test::Builder;
using test::finished;
using test::tensor;
using test::values;
using namespace std::string_literals;

// `x + y` and `x * y` of scalars, fed as shared x and an item's y.
std::shared_ptr<const Computation> sumAndProduct(const TfApi& api = test::library()) {
  Builder builder(api);
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{});
  const Endpoint y = builder.placeholder(TF_FLOAT, Shape{});
  return std::make_shared<Computation>(builder.graph, std::vector{x, y},
                                       std::vector{builder.add("AddV2", {x, y}), builder.add("Mul", {x, y})},
                                       std::vector<int64_t>{}, test::callerRuns());
}

RunSpec items(std::shared_ptr<const Computation> computation, int count) {
  RunSpec spec;
  spec.computation = std::move(computation);
  spec.shared = {test::scalar(10.0f)};
  for (int i = 0; i < count; ++i) spec.items.push_back(test::scalar(static_cast<float>(i)));
  spec.count = count;
  return spec;
}

TEST(Run, GivesTheResultsOfEachItem) {
  for (const size_t threads : {1, 2, 8}) {
    auto run = std::const_pointer_cast<tf::Run>(finished(items(sumAndProduct(), 20), threads));
    ASSERT_FALSE(run->failure());
    ASSERT_EQ(run->results().size(), 20u);
    for (int i = 0; i < 20; ++i) {
      ASSERT_EQ(run->results()[i].size(), 2u);
      EXPECT_EQ(values<float>(run->results()[i][0]), std::vector{10.0f + i});
      EXPECT_EQ(values<float>(run->results()[i][1]), std::vector{10.0f * i});
    }
  }
}

TEST(Run, AccumulatesTheFirstFetches) {
  RunSpec spec = items(sumAndProduct(), 4);
  spec.accumulator = std::make_shared<Accumulator>(test::library(), std::vector{Reduction::kStack});
  spec.accumulated = 1;
  auto first = std::const_pointer_cast<tf::Run>(finished(spec, 2));
  ASSERT_EQ(first->results().size(), 4u);
  ASSERT_EQ(first->results()[3].size(), 1u);
  EXPECT_EQ(values<float>(first->results()[3][0]), std::vector{30.0f});
  spec.first = 4;
  finished(spec, 2);
  EXPECT_EQ(values<float>(spec.accumulator->take(8)[0]), (std::vector<float>{10, 11, 12, 13, 10, 11, 12, 13}));
}

// Item i takes the longer the lower i is, so that items end in the wrong order; the sum is of floats of very different
// sizes, whose order of addition shows in the last bits.
TEST(Run, SumsAreBitIdenticalForAnyNumberOfThreads) {
  Builder condition, body;
  const Shape scalar_shape{std::vector<int64_t>{}};
  const Endpoint left = condition.placeholder(TF_INT32, scalar_shape);
  condition.placeholder(TF_FLOAT, Shape{{64}});
  const Function again(*condition.graph, "Again", std::vector<Endpoint>{left, left + 65536},
                       std::vector{condition.add("Greater", {left, condition.constant(test::scalar<int32_t>(0))})},
                       std::nullopt);
  const Endpoint count = body.placeholder(TF_INT32, scalar_shape);
  const Endpoint value = body.placeholder(TF_FLOAT, Shape{{64}});
  const Function step(
      *body.graph, "Step", std::vector{count, value},
      std::vector{body.add("Sub", {count, body.constant(test::scalar<int32_t>(1))}), body.add("Neg", {value})},
      std::nullopt);
  Builder builder;
  again.copyTo(*builder.graph);
  step.copyTo(*builder.graph);
  const Endpoint steps = builder.placeholder(TF_INT32, scalar_shape);
  const Endpoint start = builder.placeholder(TF_FLOAT, Shape{{64}});
  using Elements = std::vector<AttributeElement>;
  const int64_t loop = builder.operation(
      "StatelessWhile", {std::vector{steps, start}},
      {{"T", Elements{3.0, 1.0}}, {"cond", "Again"s}, {"body", "Step"s}, {"_lower_using_switch_merge", true}});
  const auto computation = std::make_shared<Computation>(builder.graph, std::vector{steps, start},
                                                         std::vector{loop * kOutputsPerOperation + 1},
                                                         std::vector<int64_t>{}, test::callerRuns());
  constexpr int kCount = 24;
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  std::uniform_real_distribution<float> exponent(-8, 8);
  RunSpec spec;
  spec.computation = computation;
  spec.count = kCount;
  std::vector<float> expected(64), backwards(64);
  std::vector<std::vector<float>> terms;
  for (int i = 0; i < kCount; ++i) {
    terms.emplace_back(64);
    for (float& term : terms.back()) term = normal(random) * std::exp2(exponent(random));
    // An even number of sign changes: the loop gives back what it is given.
    spec.items.push_back(test::scalar<int32_t>(i % 3 == 0 ? 20 * (kCount - i) : 2));
    spec.items.push_back(tensor<float>({64}, terms.back()));
  }
  for (int i = 0; i < kCount; ++i) {
    for (int k = 0; k < 64; ++k) {
      expected[k] += terms[i][k];
      backwards[k] += terms[kCount - 1 - i][k];
    }
  }
  ASSERT_NE(expected, backwards) << "the terms would prove nothing";
  for (const size_t threads : {1, 2, 8}) {
    spec.accumulator = std::make_shared<Accumulator>(test::library(), std::vector{Reduction::kSum});
    spec.accumulated = 1;
    const auto run = finished(spec, threads);
    ASSERT_FALSE(run->failure()) << run->failure()->message;
    EXPECT_EQ(values<float>(spec.accumulator->take(kCount)[0]), expected) << threads << " threads";
  }
}

TEST(Run, TellsTheLowestItemThatFailed) {
  for (const size_t threads : {1, 2, 8}) {
    RunSpec spec = items(sumAndProduct(), 40);
    spec.shared = {tensor<float>({2}, {1, 2})};
    for (const int bad : {30, 12, 13, 25}) spec.items[bad] = tensor<float>({3}, {1, 2, 3});
    auto run = std::const_pointer_cast<tf::Run>(finished(spec, threads));
    ASSERT_TRUE(run->failure());
    EXPECT_EQ(run->failure()->code, TF_INVALID_ARGUMENT);
    EXPECT_EQ(run->failure()->index, 12u) << threads << " threads";
    EXPECT_NE(run->failure()->message.find("Incompatible shapes"), std::string::npos) << run->failure()->message;
    EXPECT_TRUE(run->results().empty());
  }
}

TEST(Run, AnAccumulatorThatRefusesAnItemFailsTheRun) {
  RunSpec spec = items(sumAndProduct(), 4);
  spec.items[2] = tensor<float>({2}, {1, 2});
  spec.accumulator = std::make_shared<Accumulator>(test::library(), std::vector{Reduction::kSum, Reduction::kSum});
  spec.accumulated = 2;
  const auto run = finished(spec, 1);
  ASSERT_TRUE(run->failure());
  EXPECT_EQ(run->failure()->index, 2u);
  EXPECT_NE(run->failure()->message.find("slot 0, position 2"), std::string::npos) << run->failure()->message;
}

// What a test's own TF_SessionRun does before the library's, given the item's number.
std::function<void(int item)> before_run;
std::atomic<int> runs_begun;

TfApi observed() {
  runs_begun = 0;
  TfApi api = test::library();
  api.TF_SessionRun = [](TF_Session* session, const TF_Buffer* options, const TF_Output* inputs, TF_Tensor* const* fed,
                         int feeds, const TF_Output* outputs, TF_Tensor** fetched, int fetches,
                         const TF_Operation* const* targets, int count, TF_Buffer* metadata, TF_Status* status) {
    ++runs_begun;
    before_run(static_cast<int>(*static_cast<float*>(test::library().TF_TensorData(fed[1]))));
    test::library().TF_SessionRun(session, options, inputs, fed, feeds, outputs, fetched, fetches, targets, count,
                                  metadata, status);
  };
  return api;
}

TEST(Run, ACancellationLetsNoMoreItemsBegin) {
  const TfApi api = observed();
  const auto cancellation = std::make_shared<Cancellation>();
  before_run = [&](int item) {
    if (item == 2) cancellation->cancel();
  };
  RunSpec spec = items(sumAndProduct(api), 10);
  spec.cancellation = cancellation;
  const auto run = finished(spec, 1);
  ASSERT_TRUE(run->failure());
  EXPECT_EQ(run->failure()->code, TF_CANCELLED);
  EXPECT_FALSE(run->failure()->index);
  EXPECT_EQ(runs_begun, 3);

  // One that comes when all items have begun comes too late.
  runs_begun = 0;
  const auto late = std::make_shared<Cancellation>();
  before_run = [&](int item) {
    if (item == 9) late->cancel();
  };
  spec.cancellation = late;
  EXPECT_FALSE(finished(spec, 1)->failure());

  // One that came before lets none begin.
  runs_begun = 0;
  EXPECT_EQ(finished(spec, 2)->failure()->code, TF_CANCELLED);
  EXPECT_EQ(runs_begun, 0);
}

// Item 0 waits until others have ended. The first of them fills the accumulator, so that no further one may begin.
TEST(Run, BeginsNoItemWhileTooMuchWaitsForAnEarlierOne) {
  const TfApi api = observed();
  const auto accumulator = std::make_shared<Accumulator>(test::library(), std::vector{Reduction::kSum, Reduction::kSum},
                                                         Accumulator::Limits{.waiting_bytes = 0});
  std::atomic<int> begun_meanwhile{0};
  before_run = [&](int item) {
    if (item != 0) return;
    while (!accumulator->full()) std::this_thread::yield();
    for (int i = 0; i < 10000; ++i) std::this_thread::yield();
    begun_meanwhile = runs_begun.load();
  };
  RunSpec spec = items(sumAndProduct(api), 10);
  spec.accumulator = accumulator;
  spec.accumulated = 2;
  EXPECT_FALSE(finished(spec, 2)->failure());
  EXPECT_EQ(begun_meanwhile, 2);
  EXPECT_EQ(runs_begun, 10);
  EXPECT_EQ(values<float>(accumulator->take(10)[0]), std::vector<float>{145});
}

TEST(Run, WithoutItemsEndsAtOnce) {
  Runner runner(1);
  bool done = false;
  auto run = std::make_shared<tf::Run>(items(sumAndProduct(), 0), [&] { done = true; });
  runner.submit(run);
  EXPECT_TRUE(done);
  EXPECT_FALSE(run->failure());
  EXPECT_TRUE(run->results().empty());
}

TEST(Run, HoldsNothingWhenItIsDone) {
  RunSpec spec = items(sumAndProduct(), 3);
  const std::weak_ptr<const Computation> computation = spec.computation;
  const std::weak_ptr<const Tensor> feed = spec.items[1];
  bool held = true;
  {
    Runner runner(1);
    runner.submit(
        std::make_shared<tf::Run>(std::move(spec), [&] { held = !computation.expired() || !feed.expired(); }));
  }
  EXPECT_FALSE(held);
}

TEST(Run, RefusesNumbersThatDoNotFit) {
  const auto make = [](const std::function<void(RunSpec&)>& change) {
    RunSpec spec = items(sumAndProduct(), 3);
    change(spec);
    tf::Run(std::move(spec), [] {});
  };
  EXPECT_ERROR(make([](RunSpec& spec) { spec.items.pop_back(); }), TF_INVALID_ARGUMENT,
               "the computation has 2 feeds, received 1 shared tensors and 2 for 3 items");
  EXPECT_ERROR(make([](RunSpec& spec) { spec.shared.assign(3, test::scalar(1.0f)); }), TF_INVALID_ARGUMENT,
               "received 3 shared");
  EXPECT_ERROR(make([](RunSpec& spec) { spec.accumulated = 3; }), TF_INVALID_ARGUMENT,
               "at most the 2 fetches, received 3");
  EXPECT_ERROR(make([](RunSpec& spec) { spec.accumulated = 1; }), TF_INVALID_ARGUMENT,
               "0 slots of the accumulator, received 1");
  EXPECT_ERROR(make([](RunSpec& spec) { spec.first = -1; }), TF_INVALID_ARGUMENT,
               "`first` must be 0 or more, received -1");
  EXPECT_ERROR(make([](RunSpec& spec) {
                 spec.of_clients = {true, false};
               }),
               TF_INVALID_ARGUMENT, "`of_clients` must be about the 1 feeds of an item, received 2");
}

}  // namespace
}  // namespace tf
