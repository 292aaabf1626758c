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
  Accumulator accumulator(library(), {Reduction::kSum}, {.waiting_bytes = 8});
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

TEST(Accumulator, BeginsInMemoryThatNobodyElseHas) {
  const auto addressOf = [](const TensorRef& t) { return t->bytes().data(); };
  Accumulator accumulator(library(), {Reduction::kSum, Reduction::kSum, Reduction::kSum});
  TensorRef ours = test::scalar(1.0f);
  const TensorRef held = test::scalar(2.0f), other = test::scalar(3.0f);
  TensorRef shared = std::make_shared<const Tensor>(Tensor::reshaped(*other, other->shape()));
  const auto address = addressOf(ours);
  std::vector<TensorRef> first;
  first.push_back(std::move(ours));
  first.push_back(held);
  first.push_back(std::move(shared));
  accumulator.add(0, std::move(first));
  accumulator.add(1, {test::scalar(10.0f), test::scalar(10.0f), test::scalar(10.0f)});
  const auto taken = accumulator.take(2);
  EXPECT_EQ(addressOf(taken[0]), address);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(values<float>(taken[i]), std::vector{11.0f + static_cast<float>(i)});
  EXPECT_EQ(values<float>(held), std::vector{2.0f});
  EXPECT_EQ(values<float>(other), std::vector{3.0f});
}

// The elements of one position that come with an axis of positions are its own as well.
TEST(Accumulator, BeginsInTheMemoryOfOnePositionThatIsGivenTogether) {
  Accumulator accumulator(library(), {Reduction::kSum});
  TensorRef one = tensor<float>({1, 2}, {1, 2});
  const auto address = one->bytes().data();
  std::vector<TensorRef> given;
  given.push_back(std::move(one));
  accumulator.addTogether(0, 1, std::move(given));
  const auto taken = accumulator.take(1);
  EXPECT_EQ(taken[0]->bytes().data(), address);
  EXPECT_EQ(taken[0]->shape(), std::vector<int64_t>{2});
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
    const TensorRef one = test::scalar(1.0f);
    EXPECT_ERROR(accumulator.add(0, {one}), TF_RESOURCE_EXHAUSTED, "no memory");
    EXPECT_ERROR(accumulator.take(1), TF_FAILED_PRECONDITION, "has 0 of them");
    memory = true;
    accumulator.add(0, {test::scalar(2.0f)});
    EXPECT_EQ(values<float>(accumulator.take(1)[0]), std::vector<float>{2});
    EXPECT_EQ(stats.accumulators, before + 1);
  }
  EXPECT_EQ(stats.accumulators, before);
}

// What was given when there was no memory is given again: nothing of it may have been added before.
TEST(Accumulator, WithoutMemoryForOneSlotHasAddedToNone) {
  static int left;
  left = 1;
  TfApi api = library();
  api.TF_AllocateTensor = [](TF_DataType dtype, const int64_t* shape, int rank, size_t bytes) {
    return left-- > 0 ? library().TF_AllocateTensor(dtype, shape, rank, bytes) : nullptr;
  };
  Accumulator accumulator(api, {Reduction::kStack, Reduction::kSum, Reduction::kSum});
  const std::vector<TensorRef> two(3, tensor<float>({2, 1}, {1, 2})), one(3, tensor<float>({1}, {1}));
  EXPECT_ERROR(accumulator.addTogether(0, 2, two), TF_RESOURCE_EXHAUSTED, "no memory");
  left = 10;
  accumulator.add(0, one);
  accumulator.addTogether(1, 2, two);
  const auto taken = accumulator.take(3);
  EXPECT_EQ(values<float>(taken[0]), (std::vector<float>{1, 1, 2}));
  EXPECT_EQ(values<float>(taken[1]), std::vector<float>{4});
  EXPECT_EQ(values<float>(taken[2]), std::vector<float>{4});
}

// Some positions at once, and others by themselves.
TEST(Accumulator, SumsWhatIsGivenTogetherAsOneByOne) {
  constexpr int kCount = 24;
  const auto all = terms(kCount);
  std::vector<int> in_order(kCount);
  std::iota(in_order.begin(), in_order.end(), 0);
  const std::vector<float> expected = sumInOrder(all, in_order);
  std::vector<float> stacked;
  for (const auto& one : all) stacked.push_back(one[0]);
  // First positions and numbers of them; 1 of them comes by itself.
  std::vector<std::pair<int, int>> parts{{0, 4}, {4, 1}, {5, 7}, {12, 2}, {14, 1}, {15, 1}, {16, 8}};
  const auto together = [&](int first, int count, int columns) {
    std::vector<float> values;
    for (int i = first; i < first + count; ++i) values.insert(values.end(), all[i].begin(), all[i].begin() + columns);
    return values;
  };
  std::mt19937 random(3);
  for (int attempt = 0; attempt < 20; ++attempt) {
    for (const int threads : {1, 3}) {
      Accumulator accumulator(library(), {Reduction::kSum, Reduction::kStack});
      std::vector<std::thread> running;
      for (int t = 0; t < threads; ++t) {
        running.emplace_back([&, t] {
          for (size_t k = t; k < parts.size(); k += threads) {
            const auto [first, count] = parts[k];
            if (count == 1 && first != 14) {
              accumulator.add(first, {tensor<float>({kSize}, all[first]), test::scalar(all[first][0])});
            } else {
              accumulator.addTogether(first, count,
                                      {tensor<float>({count, kSize}, together(first, count, kSize)),
                                       tensor<float>({count}, together(first, count, 1))});
            }
          }
        });
      }
      for (std::thread& thread : running) thread.join();
      EXPECT_EQ(accumulator.next(), kCount);
      const auto taken = accumulator.take(kCount);
      EXPECT_EQ(values<float>(taken[0]), expected) << threads << " threads";
      EXPECT_EQ(taken[0]->shape(), std::vector<int64_t>{kSize});
      EXPECT_EQ(values<float>(taken[1]), stacked);
      EXPECT_EQ(taken[1]->shape(), std::vector<int64_t>{kCount});
    }
    std::shuffle(parts.begin(), parts.end(), random);
  }
}

TEST(Accumulator, RefusesTogetherWhatDoesNotFitAndStaysAsItWas) {
  Accumulator accumulator(library(), {Reduction::kSum, Reduction::kStack}, {.waiting_bytes = 0});
  const auto give = [&](int64_t first, int64_t count, int64_t size, int64_t second, int64_t columns = 2) {
    accumulator.addTogether(first, count,
                            {tensor<float>({size, columns}, std::vector<float>(size * columns, 1.0f)),
                             tensor<int32_t>({second}, std::vector<int32_t>(second, 7))});
  };
  EXPECT_ERROR(give(0, 3, 2, 3), TF_INVALID_ARGUMENT,
               "slot 0, position 0 of the accumulator must have the values of 3 positions, received [2, 2]");
  EXPECT_ERROR(give(0, 3, 3, 4), TF_INVALID_ARGUMENT,
               "slot 1, position 0 of the accumulator must have the values of 3 positions, received [4]");
  EXPECT_ERROR(accumulator.addTogether(0, 1, {test::scalar(1.0f), test::scalar(1.0f)}), TF_INVALID_ARGUMENT,
               "the values of 1 positions, received []");
  EXPECT_ERROR(give(0, 0, 0, 0), TF_INVALID_ARGUMENT, "`count` must be 1 or more, received 0");
  EXPECT_ERROR(give(0, -1, 1, 1), TF_INVALID_ARGUMENT, "`count` must be 1 or more, received -1");
  EXPECT_ERROR(give(-1, 2, 2, 2), TF_INVALID_ARGUMENT, "`position` must be 0 or more, received -1");
  EXPECT_ERROR(accumulator.addTogether(0, 2, {tensor<float>({2}, {1, 2})}), TF_INVALID_ARGUMENT, "received 1");

  give(0, 2, 2, 2);
  give(5, 3, 3, 3);
  // 0 and 1 are combined, 5 to 7 wait.
  for (const auto& [first, count] : std::vector<std::pair<int, int>>{
           {0, 1}, {1, 1}, {1, 3}, {0, 9}, {2, 4}, {2, 6}, {2, 9}, {4, 2}, {5, 1}, {5, 3}, {6, 1}, {7, 1}, {7, 4}}) {
    EXPECT_ERROR(give(first, count, count, count), TF_INVALID_ARGUMENT, "was given before");
  }
  EXPECT_ERROR(accumulator.add(6, {tensor<float>({2}, {1, 2}), test::scalar<int32_t>(1)}), TF_INVALID_ARGUMENT,
               "position 6 of the accumulator was given before");
  EXPECT_ERROR(give(2, 3, 3, 3, 4), TF_INVALID_ARGUMENT,
               "slot 0, position 2 of the accumulator must be float32 [2] as the ones before, received float32 [4]");
  EXPECT_ERROR(accumulator.take(2), TF_FAILED_PRECONDITION, "has 2 of them in a row and 1 after a gap");
  EXPECT_TRUE(accumulator.full());

  // What remains fits between, and after.
  give(8, 1, 1, 1);
  give(2, 3, 3, 3);
  EXPECT_FALSE(accumulator.full());
  const auto taken = accumulator.take(9);
  EXPECT_EQ(values<float>(taken[0]), (std::vector<float>{9, 9}));
  EXPECT_EQ(values<int32_t>(taken[1]), std::vector<int32_t>(9, 7));
}

TEST(Accumulator, DoesNotWriteToWhatIsGivenTogether) {
  Accumulator accumulator(library(), {Reduction::kSum});
  const TensorRef first = tensor<float>({1, 2}, {1, 2}), others = tensor<float>({2, 2}, {3, 4, 5, 6});
  accumulator.addTogether(0, 1, {first});
  accumulator.addTogether(1, 2, {others});
  EXPECT_EQ(values<float>(accumulator.take(3)[0]), (std::vector<float>{9, 12}));
  EXPECT_EQ(values<float>(first), (std::vector<float>{1, 2}));
  EXPECT_EQ(values<float>(others), (std::vector<float>{3, 4, 5, 6}));
}

}  // namespace
}  // namespace tf
