// Items that run together: their feeds are read where they are, along an axis in front.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <thread>

#include "../core/run.h"
#include "support.h"

namespace tf {
namespace {

using test::Builder;
using test::finished;
using test::tensor;
using test::values;
using namespace std::string_literals;

// An input of which each item has its own, and their values with an axis of items in front.
struct Own {
  Own(Builder& builder, int dtype)
      : places(builder.placeholder(TF_INT64, Shape{})),
        values(builder.add("FedkerasRowsOfClients",
                           {places, builder.constant(tensor<int32_t>({1, 1}, {0})),
                            builder.constant(tensor<int32_t>({1, 1}, {std::numeric_limits<int32_t>::max()}))},
                           {{"T", double(dtype)}})) {}

  Endpoint places, values;
};

// A computation with an axis of items in front, of shared `w` and an item's `x`, `b` and `other`. It gives
// `softmax(x * w + b)`, the sum of the squares of x, the number of items that ran together, as told to each of them,
// and `other`.
struct Together {
  explicit Together(const TfApi& api = test::library())
      : builder(api), own_x(builder, TF_FLOAT), own_b(builder, TF_FLOAT) {
    w = builder.placeholder(TF_FLOAT, Shape{});
    x = own_x.values;
    other = builder.placeholder(TF_INT32, Shape{});
    const Endpoint one = builder.constant(tensor<int32_t>({1}, {1})),
                   zero = builder.constant(tensor<int32_t>({1}, {0}));
    clients = builder.add("Slice", {builder.add("Shape", {x}), zero, one});
    told =
        builder.add("Fill", {clients, builder.add("Reshape", {clients, builder.constant(tensor<int32_t>({0}, {}))})});
    const Endpoint weights = builder.add("ExpandDims", {w, builder.constant(test::scalar<int32_t>(0))});
    logits =
        builder.add("FedkerasBiasAddOfClients", {builder.add("FedkerasMatMulOfClients", {x, weights}), own_b.values});
  }

  std::shared_ptr<const Computation> computation(const std::vector<Endpoint>& fetches) const {
    return std::make_shared<Computation>(builder.graph, std::vector{w, own_x.places, own_b.places, other}, fetches,
                                         std::vector<int64_t>{}, test::callerRuns());
  }
  std::shared_ptr<const Computation> computation() {
    return computation({builder.add("FedkerasSoftmaxOfClients", {logits}),
                        builder.add("FedkerasSumAllOfClients", {builder.add("Square", {x})}), told,
                        builder.add("Fill", {clients, other})});
  }

  Builder builder;
  Own own_x, own_b;
  Endpoint w, x, other, clients, told, logits;
};

// Item i has `rows[i]` rows and `others[i]` as its other feed.
RunSpec togetherItems(std::shared_ptr<const Computation> computation, const std::vector<int64_t>& rows,
                      const std::vector<int32_t>& others) {
  RunSpec spec;
  spec.computation = std::move(computation);
  spec.shared = {tensor<float>({5, 3}, test::normals({5, 3}, 1))};
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto seed = static_cast<uint32_t>(2 * i);
    spec.items.push_back(tensor<float>({rows[i], 5}, test::normals({rows[i], 5}, seed + 2)));
    spec.items.push_back(tensor<float>({3}, test::normals({3}, seed + 3)));
    spec.items.push_back(test::scalar(others[i]));
  }
  spec.count = rows.size();
  spec.of_clients = {true, true, false};
  return spec;
}

// Items of 7 rows, and then of 4.
RunSpec manyTogether(std::shared_ptr<const Computation> computation) {
  std::vector<int64_t> rows(30, 7);
  std::fill(rows.begin() + 19, rows.end(), 4);
  return togetherItems(std::move(computation), rows, std::vector<int32_t>(30, 9));
}

// What `finished` gives back is read.
std::vector<std::vector<TensorRef>> resultsOf(const RunSpec& spec, size_t threads) {
  const auto run = std::const_pointer_cast<tf::Run>(finished(spec, threads));
  EXPECT_FALSE(run->failure()) << run->failure()->message;
  return run->results();
}

// What each item was told of the number that ran together.
std::vector<int32_t> toldBy(const std::vector<std::vector<TensorRef>>& results) {
  std::vector<int32_t> told;
  for (const auto& result : results) told.push_back(values<int32_t>(result.at(2)).at(0));
  return told;
}

TEST(Run, ItemsTogetherHaveTheBitsThatTheyHaveAlone) {
  const RunSpec spec = manyTogether(Together().computation());
  std::vector<std::vector<TensorRef>> alone;
  for (size_t i = 0; i < spec.count; ++i) {
    RunSpec one = spec;
    one.items.assign(spec.items.begin() + static_cast<std::ptrdiff_t>(3 * i),
                     spec.items.begin() + static_cast<std::ptrdiff_t>(3 * i + 3));
    one.count = 1;
    alone.push_back(resultsOf(one, 1).at(0));
    ASSERT_EQ(values<int32_t>(alone[i].at(2)), std::vector<int32_t>{1});
  }
  for (const size_t threads : {1, 2, 8}) {
    const auto results = resultsOf(spec, threads);
    ASSERT_EQ(results.size(), spec.count);
    for (size_t i = 0; i < spec.count; ++i) {
      ASSERT_EQ(results[i].size(), 4u);
      for (const size_t fetch : {0, 1, 3}) {
        EXPECT_EQ(results[i][fetch]->shape(), alone[i][fetch]->shape());
        EXPECT_EQ(results[i][fetch]->dtype(), alone[i][fetch]->dtype());
        EXPECT_TRUE(std::ranges::equal(results[i][fetch]->bytes(), alone[i][fetch]->bytes())) << i << ", " << fetch;
      }
      EXPECT_EQ(results[i][0]->shape(), (std::vector<int64_t>{i < 19 ? 7 : 4, 3}));
    }
    EXPECT_GT(toldBy(results)[0], 1) << threads << " threads";
  }
}

TEST(Run, PutsNeighboursTogetherThatAreAlike) {
  const auto computation = Together().computation();
  const auto told = [&](const std::vector<int64_t>& rows, const std::vector<int32_t>& others, size_t threads = 1) {
    return toldBy(resultsOf(togetherItems(computation, rows, others), threads));
  };
  using Told = std::vector<int32_t>;
  EXPECT_EQ(told({2, 2, 3, 3, 3, 2}, {0, 0, 0, 0, 0, 0}), (Told{2, 2, 3, 3, 3, 1})) << "other shapes";
  EXPECT_EQ(told({2, 2, 2, 2}, {1, 1, 2, 1}), (Told{2, 2, 1, 1})) << "other feeds that differ";
  EXPECT_EQ(told(std::vector<int64_t>(20, 1), Told(20)), (Told{16, 16, 16, 16, 16, 16, 16, 16, 16, 16,  //
                                                               16, 16, 16, 16, 16, 16, 4,  4,  4,  4}));
  // For several threads a share of what is left, and not fewer than 4 of them.
  EXPECT_EQ(told({1, 1, 1, 1, 1, 1, 1}, Told(7), 8), (Told{4, 4, 4, 4, 3, 3, 3}));
  EXPECT_EQ(told(std::vector<int64_t>(12, 1), Told(12), 2), (Told{6, 6, 6, 6, 6, 6, 4, 4, 4, 4, 2, 2}));
  // Values that would leave the cache: 1.5 MB each.
  EXPECT_EQ(told({75'000, 75'000, 75'000}, Told(3)), (Told{2, 2, 1}));

  // Nothing is put together where it is not asked for.
  RunSpec apart = togetherItems(computation, {2, 2}, {0, 0});
  Together alone;
  apart.computation = std::make_shared<Computation>(
      alone.builder.graph, std::vector{alone.w, alone.x, alone.own_b.values, alone.other},
      std::vector{alone.logits, alone.logits, alone.told}, std::vector<int64_t>{}, test::callerRuns());
  for (size_t i = 0; i < 2; ++i) {
    apart.items[3 * i] = tensor<float>({1, 2, 5}, test::normals({2, 5}, 1));
    apart.items[3 * i + 1] = tensor<float>({1, 3}, test::normals({3}, 2));
  }
  apart.of_clients.clear();
  EXPECT_EQ(toldBy(resultsOf(apart, 1)), (Told{1, 1}));
}

TEST(Run, LeavesTheFeedsOfItemsAsTheyWere) {
  Builder builder;
  const Own b(builder, TF_FLOAT), dy(builder, TF_FLOAT);
  RunSpec spec;
  spec.computation =
      std::make_shared<Computation>(builder.graph, std::vector{b.places, dy.places},
                                    std::vector{builder.add("FedkerasSubtractSumOfClients", {b.values, dy.values})},
                                    std::vector<int64_t>{}, test::callerRuns());
  spec.of_clients = {true, true};
  // The last one is alone.
  for (const int64_t rows : {2, 2, 5}) {
    spec.items.push_back(tensor<float>({3}, {1, 2, 3}));
    spec.items.push_back(tensor<float>({rows, 3}, std::vector<float>(rows * 3, 0.5f)));
    ++spec.count;
  }
  const auto results = resultsOf(spec, 1);
  EXPECT_EQ(values<float>(results[1][0]), (std::vector<float>{0, 1, 2}));
  EXPECT_EQ(values<float>(results[2][0]), (std::vector<float>{-1.5f, -0.5f, 0.5f}));
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(values<float>(spec.items[2 * i]), (std::vector<float>{1, 2, 3}));
}

TEST(Run, AccumulatesItemsTogetherInOrder) {
  Together together;
  const auto computation = together.computation();
  const RunSpec spec = manyTogether(computation);
  std::vector<float> sum(3), backwards(3), squares;
  std::vector<std::vector<float>> terms;
  for (const auto& result : resultsOf(spec, 1)) squares.push_back(values<float>(result[1])[0]);
  RunSpec accumulated = spec;
  accumulated.computation = together.computation(
      {together.builder.add("FedkerasSumRowsOfClients", {together.builder.add("Exp", {together.logits})}),
       together.builder.add("FedkerasSumAllOfClients", {together.builder.add("Square", {together.x})}), together.told});
  for (const auto& result : resultsOf(accumulated, 1)) terms.push_back(values<float>(result[0]));
  for (size_t i = 0; i < spec.count; ++i) {
    for (size_t k = 0; k < sum.size(); ++k) {
      sum[k] += terms[i][k];
      backwards[k] += terms[spec.count - 1 - i][k];
    }
  }
  ASSERT_NE(sum, backwards) << "the terms would prove nothing";
  for (const size_t threads : {1, 2, 8}) {
    accumulated.accumulator =
        std::make_shared<Accumulator>(test::library(), std::vector{Reduction::kSum, Reduction::kStack});
    accumulated.accumulated = 2;
    const auto results = resultsOf(accumulated, threads);
    ASSERT_EQ(results.at(29).size(), 1u);
    EXPECT_GT(values<int32_t>(results[0][0])[0], 1);
    const auto taken = accumulated.accumulator->take(30);
    EXPECT_EQ(values<float>(taken[0]), sum) << threads << " threads";
    EXPECT_EQ(values<float>(taken[1]), squares) << threads << " threads";
  }
}

// A computation of labels, some of which there are not: the item that has one fails, and those that run with it.
RunSpec labelled(const std::vector<size_t>& bad, size_t count, const TfApi& api = test::library()) {
  Builder builder(api);
  const Own logits(builder, TF_FLOAT), labels(builder, TF_INT32);
  RunSpec spec;
  spec.computation = std::make_shared<Computation>(
      builder.graph, std::vector{logits.places, labels.places},
      std::vector{builder.add("FedkerasCrossEntropyOfClients", {logits.values, labels.values})}, std::vector<int64_t>{},
      test::callerRuns());
  for (size_t i = 0; i < count; ++i) {
    spec.items.push_back(tensor<float>({1, 3}, {static_cast<float>(i), 1, 2}));
    const bool is_bad = std::ranges::find(bad, i) != bad.end();
    spec.items.push_back(tensor<int32_t>({1}, {is_bad ? static_cast<int32_t>(100 + i) : 1}));
  }
  spec.count = count;
  spec.of_clients = {true, true};
  return spec;
}

TEST(Run, TellsTheLowestItemThatFailedAmongThoseTogether) {
  for (const size_t threads : {1, 2, 8}) {
    const auto run = finished(labelled({30, 12, 13, 25}, 40), threads);
    ASSERT_TRUE(run->failure());
    EXPECT_EQ(run->failure()->code, TF_INVALID_ARGUMENT);
    EXPECT_EQ(run->failure()->index, 12u) << threads << " threads";
    EXPECT_NE(run->failure()->message.find("label value of 112"), std::string::npos) << run->failure()->message;
  }
}

TEST(Run, KeepsWhatItemsBeforeAFailureGave) {
  RunSpec spec = labelled({6}, 8);
  spec.accumulator = std::make_shared<Accumulator>(test::library(), std::vector{Reduction::kStack});
  spec.accumulated = 1;
  const auto run = finished(spec, 1);
  ASSERT_TRUE(run->failure());
  EXPECT_EQ(run->failure()->index, 6u);
  EXPECT_EQ(spec.accumulator->next(), 6);
  EXPECT_EQ(spec.accumulator->take(6)[0]->shape(), (std::vector<int64_t>{6, 1}));
}

// Items 0 to 3 and 4 to 7 run together, on a thread each. The first ones go on when item 5 has failed by itself.
TEST(Run, TellsTheLowestItemThoughALaterOneFailedBefore) {
  static std::atomic<bool> later_failed;
  later_failed = false;
  TfApi api = test::library();
  api.TF_SessionRun = [](TF_Session* session, const TF_Buffer* options, const TF_Output* inputs, TF_Tensor* const* fed,
                         int feeds, const TF_Output* outputs, TF_Tensor** fetched, int fetches,
                         const TF_Operation* const* targets, int count, TF_Buffer* metadata, TF_Status* status) {
    const int64_t place = *static_cast<int64_t*>(test::library().TF_TensorData(fed[0]));
    const float first = *reinterpret_cast<const float*>(place);
    const bool together = test::library().TF_Dim(fed[0], 0) > 1;
    while (first == 0.0f && together && !later_failed) std::this_thread::yield();
    // The failure is told right after the call that failed: to be there before, the first ones wait a little more.
    if (first == 0.0f && together) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    test::library().TF_SessionRun(session, options, inputs, fed, feeds, outputs, fetched, fetches, targets, count,
                                  metadata, status);
    if (first == 5.0f && !together) later_failed = true;
  };
  const auto run = finished(labelled({2, 5}, 8, api), 2);
  ASSERT_TRUE(run->failure());
  EXPECT_EQ(run->failure()->index, 2u);
  EXPECT_NE(run->failure()->message.find("label value of 102"), std::string::npos) << run->failure()->message;
}

// A fetched tensor that several items have one of, which is right for one item alone: each result is there once.
TEST(Run, GivesEachResultOnceWhereItemsFailOnlyTogether) {
  Together together;
  Builder& builder = together.builder;
  const Endpoint alike = builder.constant(tensor<float>({1, 2}, {5, 6}));
  RunSpec spec = togetherItems(together.computation({together.told, alike}), {2, 2, 2}, {0, 0, 0});
  for (const bool accumulated : {false, true}) {
    if (accumulated) {
      spec.computation = together.computation({alike, together.told, together.told});
      spec.accumulator = std::make_shared<Accumulator>(test::library(), std::vector{Reduction::kSum});
      spec.accumulated = 1;
    }
    for (const auto& result : resultsOf(spec, 1)) {
      ASSERT_EQ(result.size(), 2u);
      EXPECT_EQ(values<int32_t>(result[0]), std::vector<int32_t>{1});
    }
  }
  EXPECT_EQ(values<float>(spec.accumulator->take(3)[0]), (std::vector<float>{15, 18}));
}

TEST(Run, RefusesAFetchWithoutAnAxisOfItems) {
  Together together;
  const Endpoint scalar = together.builder.constant(test::scalar(1.0f));
  const auto run = finished(togetherItems(together.computation({together.told, scalar}), {2, 2}, {0, 0}), 1);
  ASSERT_TRUE(run->failure());
  EXPECT_EQ(run->failure()->index, 0u);
  EXPECT_NE(run->failure()->message.find("no axis of 1 items"), std::string::npos) << run->failure()->message;
}

// Strings are not compared: items that have some run by themselves.
TEST(Run, MayHaveStringsAmongAnItemsOtherFeeds) {
  Builder builder;
  const Own x(builder, TF_FLOAT);
  const Endpoint text = builder.placeholder(TF_STRING, Shape{});
  const Endpoint length = builder.add("StringLength", {text});
  RunSpec spec;
  spec.computation = std::make_shared<Computation>(
      builder.graph, std::vector{x.places, text},
      std::vector{builder.add("Mul", {x.values, builder.add("Cast", {length}, {{"DstT", double(TF_FLOAT)}})})},
      std::vector<int64_t>{}, test::callerRuns());
  spec.of_clients = {true, false};
  for (const std::string_view word : {"a", "word", "word"}) {
    spec.items.push_back(tensor<float>({2}, {1, 2}));
    spec.items.push_back(std::make_shared<const Tensor>(Tensor::fromStrings(test::library(), {}, std::vector{word})));
    ++spec.count;
  }
  const auto results = resultsOf(spec, 1);
  EXPECT_EQ(values<float>(results.at(0).at(0)), (std::vector<float>{1, 2}));
  EXPECT_EQ(values<float>(results.at(2).at(0)), (std::vector<float>{4, 8}));
}

}  // namespace
}  // namespace tf
