#include "../core/accumulator.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <thread>

#include "support.h"

namespace tf {
namespace {

using test::library;
using test::tensor;
using test::values;

constexpr int kSize = 1000;

// Floats of very different sizes: every order of adding them gives another sum.
std::vector<std::vector<float>> terms(int count) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> exponent(-8, 8);
  std::normal_distribution<float> normal;
  std::vector<std::vector<float>> all(count, std::vector<float>(kSize));
  for (auto& one : all) {
    for (float& value : one) value = normal(random) * std::exp2(exponent(random));
  }
  return all;
}

std::vector<float> sumInOrder(const std::vector<std::vector<float>>& terms, const std::vector<int>& order) {
  std::vector<float> sum = terms[order[0]];
  for (size_t k = 1; k < order.size(); ++k) {
    for (int i = 0; i < kSize; ++i) sum[i] += terms[order[k]][i];
  }
  return sum;
}

TEST(Accumulator, SumsInOrderOfPositionFromAnyNumberOfThreads) {
  constexpr int kCount = 64;
  const auto all = terms(kCount);
  std::vector<int> in_order(kCount);
  std::iota(in_order.begin(), in_order.end(), 0);
  const std::vector<float> expected = sumInOrder(all, in_order);
  std::vector<int> reversed(in_order.rbegin(), in_order.rend()), shuffled = in_order;
  std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(3));
  ASSERT_NE(sumInOrder(all, reversed), expected) << "the terms would prove nothing";
  ASSERT_NE(sumInOrder(all, shuffled), expected) << "the terms would prove nothing";

  for (const int threads : {1, 2, 8}) {
    for (const auto& order : {in_order, reversed, shuffled}) {
      Accumulator accumulator(library(), {Reduction::kSum});
      std::vector<std::thread> running;
      for (int t = 0; t < threads; ++t) {
        running.emplace_back([&, t] {
          for (int k = t; k < kCount; k += threads) accumulator.add(order[k], {tensor<float>({kSize}, all[order[k]])});
        });
      }
      for (std::thread& thread : running) thread.join();
      EXPECT_EQ(values<float>(accumulator.take(kCount)[0]), expected) << threads << " threads";
    }
  }
}

TEST(Accumulator, StacksOnANewFirstAxis) {
  Accumulator accumulator(library(), {Reduction::kStack, Reduction::kSum, Reduction::kStack});
  for (const int32_t position : {2, 0, 1}) {
    accumulator.add(position, {tensor<int32_t>({2}, {position, 10 * position}), test::scalar<int64_t>(position + 1),
                               tensor<uint8_t>({}, {uint8_t(position == 1)}, TF_BOOL)});
  }
  const auto taken = accumulator.take(3);
  ASSERT_EQ(taken.size(), 3u);
  EXPECT_EQ(taken[0]->shape(), (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(values<int32_t>(taken[0]), (std::vector<int32_t>{0, 0, 1, 10, 2, 20}));
  EXPECT_EQ(taken[1]->shape(), std::vector<int64_t>{});
  EXPECT_EQ(values<int64_t>(taken[1]), std::vector<int64_t>{6});
  EXPECT_EQ(taken[2]->dtype(), TF_BOOL);
  EXPECT_EQ(values<uint8_t>(taken[2]), (std::vector<uint8_t>{0, 1, 0}));
}

TEST(Accumulator, DoesNotWriteToTheTensorsItIsGiven) {
  Accumulator accumulator(library(), {Reduction::kSum});
  const TensorRef first = tensor<float>({2}, {1, 2}), second = tensor<float>({2}, {3, 4});
  accumulator.add(0, {first});
  accumulator.add(1, {second});
  EXPECT_EQ(values<float>(accumulator.take(2)[0]), (std::vector<float>{4, 6}));
  EXPECT_EQ(values<float>(first), (std::vector<float>{1, 2}));
  EXPECT_EQ(values<float>(second), (std::vector<float>{3, 4}));
}

TEST(Accumulator, IsAsNewAfterBeingTaken) {
  Accumulator accumulator(library(), {Reduction::kSum});
  accumulator.add(0, {test::scalar(1.5f)});
  EXPECT_EQ(values<float>(accumulator.take(1)[0]), std::vector<float>{1.5f});
  EXPECT_ERROR(accumulator.take(1), TF_FAILED_PRECONDITION, "positions 0 to 0, and has 0 of them");
  // Another dtype and shape are fine now.
  accumulator.add(0, {tensor<int32_t>({2}, {1, 2})});
  EXPECT_EQ(values<int32_t>(accumulator.take(1)[0]), (std::vector<int32_t>{1, 2}));
}

TEST(Accumulator, IsTakenWhenItIsComplete) {
  Accumulator accumulator(library(), {Reduction::kSum});
  EXPECT_ERROR(accumulator.take(0), TF_INVALID_ARGUMENT, "`count` must be 1 or more, received 0");
  EXPECT_ERROR(accumulator.take(1), TF_FAILED_PRECONDITION, "has 0 of them in a row");
  accumulator.add(0, {test::scalar(1.0f)});
  accumulator.add(2, {test::scalar(2.0f)});
  EXPECT_ERROR(accumulator.take(3), TF_FAILED_PRECONDITION,
               "positions 0 to 2, and has 1 of them in a row and 1 after a gap");
  EXPECT_ERROR(accumulator.take(1), TF_FAILED_PRECONDITION, "1 after a gap");
  accumulator.add(1, {test::scalar(4.0f)});
  EXPECT_ERROR(accumulator.take(2), TF_FAILED_PRECONDITION, "has 3 of them in a row");
  EXPECT_EQ(values<float>(accumulator.take(3)[0]), std::vector<float>{7});
}

TEST(Accumulator, RefusesWhatDoesNotFitAndStaysAsItWas) {
  Accumulator accumulator(library(), {Reduction::kStack, Reduction::kSum});
  const auto pair = [](TensorRef second) { return std::vector{test::scalar<int32_t>(1), std::move(second)}; };
  const std::vector<std::string_view> texts{"a"};
  const auto text = std::make_shared<const Tensor>(Tensor::fromStrings(library(), {}, texts));
  EXPECT_ERROR(accumulator.add(0, pair(text)), TF_INVALID_ARGUMENT,
               "slot 1, position 0 of the accumulator: tensors of string cannot be summed");
  EXPECT_ERROR(accumulator.add(0, {text, test::scalar(1.0f)}), TF_INVALID_ARGUMENT, "slot 0, position 0");
  EXPECT_ERROR(accumulator.add(-1, pair(test::scalar(1.0f))), TF_INVALID_ARGUMENT,
               "`position` must be 0 or more, received -1");
  EXPECT_ERROR(accumulator.add(0, {test::scalar(1.0f)}), TF_INVALID_ARGUMENT, "must have 2 tensors, received 1");
  accumulator.add(0, pair(tensor<float>({2}, {1, 2})));
  EXPECT_ERROR(accumulator.add(3, pair(tensor<float>({3}, {1, 2, 3}))), TF_INVALID_ARGUMENT,
               "slot 1, position 3 of the accumulator must be float32 [2] as the ones before, received float32 [3]");
  EXPECT_ERROR(accumulator.add(1, pair(tensor<double>({2}, {1, 2}))), TF_INVALID_ARGUMENT, "received float64 [2]");
  EXPECT_ERROR(accumulator.add(0, pair(tensor<float>({2}, {1, 2}))), TF_INVALID_ARGUMENT,
               "position 0 of the accumulator was given before");
  accumulator.add(2, pair(tensor<float>({2}, {1, 2})));
  EXPECT_ERROR(accumulator.add(2, pair(tensor<float>({2}, {1, 2}))), TF_INVALID_ARGUMENT,
               "position 2 of the accumulator was given before");
  accumulator.add(1, pair(tensor<float>({2}, {1, 2})));
  EXPECT_EQ(values<float>(accumulator.take(3)[1]), (std::vector<float>{3, 6}));
}

TEST(Accumulator, TellsWhatWaits) {
  Accumulator accumulator(library(), {Reduction::kSum}, 8);
  EXPECT_FALSE(accumulator.full());
  accumulator.add(1, {tensor<float>({2}, {1, 2})});
  EXPECT_FALSE(accumulator.full());
  accumulator.add(2, {tensor<float>({2}, {1, 2})});
  EXPECT_TRUE(accumulator.full());
  EXPECT_EQ(accumulator.next(), 0);
  accumulator.add(0, {tensor<float>({2}, {1, 2})});
  EXPECT_FALSE(accumulator.full());
  EXPECT_EQ(accumulator.next(), 3);
}

TEST(Accumulator, WithoutMemoryFailsAndLetsNobodyWait) {
  static bool memory;
  memory = false;
  TfApi api = library();
  api.TF_AllocateTensor = [](TF_DataType dtype, const int64_t* shape, int rank, size_t bytes) {
    return memory ? library().TF_AllocateTensor(dtype, shape, rank, bytes) : nullptr;
  };
  const int64_t before = stats.accumulators;
  {
    Accumulator accumulator(api, {Reduction::kSum});
    EXPECT_ERROR(accumulator.add(0, {test::scalar(1.0f)}), TF_RESOURCE_EXHAUSTED, "no memory");
    EXPECT_ERROR(accumulator.take(1), TF_FAILED_PRECONDITION, "has 0 of them");
    memory = true;
    accumulator.add(0, {test::scalar(2.0f)});
    EXPECT_EQ(values<float>(accumulator.take(1)[0]), std::vector<float>{2});
    EXPECT_EQ(stats.accumulators, before + 1);
  }
  EXPECT_EQ(stats.accumulators, before);
}

}  // namespace
}  // namespace tf
