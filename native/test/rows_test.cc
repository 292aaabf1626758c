// Rows of tensors that are read where they are, against libtensorflow's slices of them.
#include <limits>

#include "support.h"

namespace tf {
namespace {

using test::Builder;
using test::tensor;
using Ints = std::vector<int64_t>;

// What the ops take instead of tensors of one shape.
TensorRef places(const std::vector<TensorRef>& tensors, bool of_clients) {
  Ints all;
  for (const TensorRef& one : tensors) {
    all.push_back(reinterpret_cast<int64_t>(one->bytes().data()));
    for (const int64_t size : one->shape()) all.push_back(size);
  }
  const auto clients = static_cast<int64_t>(tensors.size()), size = static_cast<int64_t>(all.size()) / clients;
  return tensor<int64_t>(of_clients ? Ints{clients, size} : Ints{size}, all);
}

TensorRef evaluated(Builder& b, Endpoint endpoint) { return test::evaluate(b.graph, {endpoint}, {})[0]; }

TensorRef rows(const TensorRef& place, const TensorRef& begin, const TensorRef& end, int dtype,
               bool of_clients = false) {
  Builder b;
  return evaluated(b, b.add(of_clients ? "FedkerasRowsOfClients" : "FedkerasRows",
                            {b.constant(place), b.constant(begin), b.constant(end)}, {{"T", double(dtype)}}));
}

TensorRef rowsAt(const TensorRef& place, const TensorRef& numbers, int dtype, bool of_clients = false) {
  Builder b;
  return evaluated(b, b.add(of_clients ? "FedkerasRowsAtOfClients" : "FedkerasRowsAt",
                            {b.constant(place), b.constant(numbers)}, {{"T", double(dtype)}}));
}

void expectSame(const TensorRef& found, const TensorRef& expected) {
  EXPECT_EQ(found->dtype(), expected->dtype());
  EXPECT_EQ(found->shape(), expected->shape());
  EXPECT_TRUE(std::ranges::equal(found->bytes(), expected->bytes()));
}

std::vector<TensorRef> samples() {
  return {tensor<float>({5, 2, 3}, test::normals({5, 2, 3}, 1)),
          tensor<int32_t>({4}, {7, -8, 9, 10}),
          tensor<uint8_t>({3, 3}, {1, 0, 1, 0, 0, 1, 1, 1, 0}, TF_BOOL),
          tensor<int64_t>({2, 1}, {int64_t{1} << 40, -1}),
          tensor<float>({0, 2}, {}),
          tensor<float>({3, 0}, {})};
}

TEST(Rows, AreThoseOfAStridedSlice) {
  for (const TensorRef& x : samples()) {
    const TensorRef place = places({x}, false);
    for (const int32_t begin : {0, 1, 2, 4, 9, -1, -3, -9}) {
      for (const int32_t end : {0, 1, 3, 5, 100, std::numeric_limits<int32_t>::max(), -1, -4, -100}) {
        SCOPED_TRACE(shapeText(x->shape()) + " from " + std::to_string(begin) + " to " + std::to_string(end));
        const TensorRef from = tensor<int32_t>({1}, {begin}), to = tensor<int32_t>({1}, {end});
        Builder b;
        const Endpoint slice = b.add(
            "StridedSlice", {b.constant(x), b.constant(from), b.constant(to), b.constant(tensor<int32_t>({1}, {1}))});
        expectSame(rows(place, from, to, x->dtype()), evaluated(b, slice));
      }
    }
  }
}

TEST(Rows, OfAScalarAreTheScalar) {
  const TensorRef x = test::scalar(3.5f);
  expectSame(rows(places({x}, false), tensor<int32_t>({1}, {0}), tensor<int32_t>({1}, {1}), TF_FLOAT), x);
}

TEST(Rows, AtNumbersAreThoseOfAGather) {
  for (const TensorRef& x : samples()) {
    for (const Ints& numbers : {Ints{}, Ints{1, 0, 1}, Ints{0, 0, 0, 0, 0, 0}}) {
      if (x->shape()[0] == 0 && !numbers.empty()) continue;
      SCOPED_TRACE(shapeText(x->shape()) + " at " + std::to_string(numbers.size()));
      const TensorRef wide = tensor<int64_t>({static_cast<int64_t>(numbers.size())}, numbers);
      const TensorRef narrow =
          tensor<int32_t>({static_cast<int64_t>(numbers.size())}, std::vector<int32_t>(numbers.begin(), numbers.end()));
      Builder b;
      const Endpoint gathered =
          b.add("GatherV2", {b.constant(x), b.constant(wide), b.constant(test::scalar<int32_t>(0))});
      const TensorRef expected = evaluated(b, gathered);
      expectSame(rowsAt(places({x}, false), wide, x->dtype()), expected);
      expectSame(rowsAt(places({x}, false), narrow, x->dtype()), expected);
    }
  }
}

TEST(Rows, OfSeveralClientsAreEachClients) {
  std::vector<TensorRef> own;
  for (uint32_t i = 0; i < 3; ++i) own.push_back(tensor<float>({4, 2}, test::normals({4, 2}, i)));
  const TensorRef all = places(own, true);
  // Bounds that clients share, and of each; rows that differ are as many.
  const auto shared = rows(all, tensor<int32_t>({1, 1}, {1}), tensor<int32_t>({1, 1}, {3}), TF_FLOAT, true);
  const auto each = rows(all, tensor<int32_t>({3, 1}, {0, 1, 2}), tensor<int32_t>({3, 1}, {2, 3, 4}), TF_FLOAT, true);
  const auto picked = rowsAt(all, tensor<int32_t>({3, 2}, {3, 0, 2, 2, 1, 3}), TF_FLOAT, true);
  EXPECT_EQ(shared->shape(), (Ints{3, 2, 2}));
  const auto row = [&](size_t client, size_t number) {
    const auto values = test::values<float>(own[client]);
    return std::vector<float>(values.begin() + 2 * number, values.begin() + 2 * number + 2);
  };
  const auto expectRows = [&](const TensorRef& found, const std::vector<size_t>& numbers) {
    std::vector<float> expected;
    for (size_t i = 0; i < numbers.size(); ++i) {
      const auto one = row(i / 2, numbers[i]);
      expected.insert(expected.end(), one.begin(), one.end());
    }
    EXPECT_EQ(test::values<float>(found), expected);
  };
  expectRows(shared, {1, 2, 1, 2, 1, 2});
  expectRows(each, {0, 1, 1, 2, 2, 3});
  expectRows(picked, {3, 0, 2, 2, 1, 3});
  EXPECT_ERROR(rows(all, tensor<int32_t>({3, 1}, {0, 1, 2}), tensor<int32_t>({1, 1}, {4}), TF_FLOAT, true),
               TF_INVALID_ARGUMENT, "the same shape");
}

TEST(Rows, RefuseWhatIsNoPlaceAndNoRow) {
  const TensorRef x = tensor<float>({2, 2}, {1, 2, 3, 4}), place = places({x}, false);
  const TensorRef one = tensor<int32_t>({1}, {1}), two = tensor<int32_t>({2}, {0, 1});
  EXPECT_ERROR(rows(tensor<int64_t>({0}, {}), one, one, TF_FLOAT), TF_INVALID_ARGUMENT, "an address and a shape");
  EXPECT_ERROR(rows(place, two, one, TF_FLOAT), TF_INVALID_ARGUMENT, "one number");
  for (const int32_t number : {2, -1, std::numeric_limits<int32_t>::min()}) {
    EXPECT_ERROR(rowsAt(place, tensor<int32_t>({2}, {0, number}), TF_FLOAT), TF_INVALID_ARGUMENT,
                 "row " + std::to_string(number) + " is not in [0, 2)");
  }
}

}  // namespace
}  // namespace tf
