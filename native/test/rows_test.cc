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

TEST(PlaceOfRows, SaysWhereASliceIs) {
  for (const TensorRef& x : samples()) {
    const TensorRef place = places({x}, false), all = tensor<int32_t>({1}, {std::numeric_limits<int32_t>::max()});
    for (const int32_t begin : {0, 1, 3, 9, -1, -9}) {
      for (const int32_t end : {0, 2, 100, -1}) {
        SCOPED_TRACE(shapeText(x->shape()) + " from " + std::to_string(begin) + " to " + std::to_string(end));
        const TensorRef from = tensor<int32_t>({1}, {begin}), to = tensor<int32_t>({1}, {end});
        Builder b;
        const TensorRef found =
            evaluated(b, b.add("FedkerasPlaceOfRows", {b.constant(place), b.constant(from), b.constant(to)},
                               {{"T", double(x->dtype())}}));
        expectSame(rows(found, tensor<int32_t>({1}, {0}), all, x->dtype()), rows(place, from, to, x->dtype()));
      }
    }
  }
}

// What clients have of their own in an op that reads one of its inputs where it is, against the op that is given it.
struct AtPlaces {
  const char* op;
  size_t at_place;
  std::vector<Ints> shapes;
};

class ReadInPlace : public testing::TestWithParam<AtPlaces> {};

TEST_P(ReadInPlace, GivesTheBitsOfWhatIsGiven) {
  const auto& [op, at_place, shapes] = GetParam();
  for (const size_t own : {3, 1}) {
    std::vector<TensorRef> inputs;
    for (size_t i = 0; i < shapes.size(); ++i) {
      Ints shape = shapes[i];
      shape.insert(shape.begin(), i == at_place ? static_cast<int64_t>(own) : 3);
      inputs.push_back(tensor<float>(shape, test::normals(shape, static_cast<uint32_t>(i))));
    }
    const auto all = test::values<float>(inputs[at_place]);
    const size_t size = all.size() / own;
    // In memory of each one's own, not at the beginning of it; a matrix may have more axes.
    std::vector<std::vector<float>> memory;
    for (size_t i = 0; i < own; ++i) {
      memory.emplace_back(i + 1, 0.0f);
      memory.back().insert(memory.back().end(), all.begin() + i * size, all.begin() + (i + 1) * size);
    }
    const Ints& shape = shapes[at_place];
    for (const Ints& sizes : {shape, Ints{shape[0], 1, shape[1]}}) {
      Ints places;
      for (size_t i = 0; i < own; ++i) {
        places.push_back(reinterpret_cast<int64_t>(memory[i].data() + i + 1));
        places.insert(places.end(), sizes.begin(), sizes.end());
      }
      const auto result = [&](const std::string& type, const TensorRef& given) {
        Builder b;
        std::vector<OperationInput> with;
        for (size_t i = 0; i < inputs.size(); ++i) with.emplace_back(b.constant(i == at_place ? given : inputs[i]));
        return evaluated(b, b.add(op + type, with));
      };
      const auto rank = static_cast<int64_t>(sizes.size() + 1);
      expectSame(result("AtPlaces", tensor<int64_t>({static_cast<int64_t>(own), rank}, places)),
                 result("OfClients", inputs[at_place]));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kernels, ReadInPlace,
                         testing::Values(AtPlaces{"FedkerasMatMul", 0, {{4, 9}, {9, 10}}},
                                         AtPlaces{"FedkerasMatMulTransposedA", 0, {{4, 9}, {4, 33}}},
                                         AtPlaces{"FedkerasMatMulTransposedB", 0, {{4, 9}, {3, 9}}},
                                         AtPlaces{"FedkerasSubtractProduct", 1, {{9, 10}, {4, 9}, {4, 10}}}),
                         [](const auto& info) { return std::string(info.param.op); });

TEST(ReadInPlace, RefusesWhatDiffersAndWhatIsNotOfFloat) {
  const TensorRef x = tensor<float>({2, 3}, test::normals({2, 3}, 1)),
                  y = tensor<float>({3, 2}, test::normals({3, 2}, 2));
  const auto product = [&](const TensorRef& places) {
    Builder b;
    return evaluated(b, b.add("FedkerasMatMulAtPlaces",
                              {b.constant(places), b.constant(tensor<float>({1, 3, 2}, test::normals({6}, 3)))}));
  };
  EXPECT_ERROR(product(places({x, y}, true)), TF_INVALID_ARGUMENT, "all clients' tensors must have the same shape");
  EXPECT_ERROR(product(tensor<int64_t>({1, 0}, {})), TF_INVALID_ARGUMENT, "an address and a shape");
  Builder b;
  const Endpoint dy = b.add("Cast", {b.constant(tensor<float>({1, 2, 2}, test::normals({4}, 3)))},
                            {{"DstT", double(TF_BFLOAT16)}}),
                 w = b.constant(tensor<float>({1, 3, 2}, test::normals({6}, 3)));
  EXPECT_ERROR(evaluated(b, b.add("FedkerasSubtractProductAtPlaces", {w, b.constant(places({x}, true)), dy})),
               TF_INVALID_ARGUMENT, "a place must be one of float");
}

TEST(Rows, TellTheirRank) {
  Builder b;
  const Endpoint bound = b.constant(tensor<int32_t>({1}, {1})), number = b.constant(tensor<int32_t>({1, 1}, {1}));
  const auto shape = [&](const std::string& type, Shape place, const std::vector<Endpoint>& others) {
    std::vector<OperationInput> inputs{b.placeholder(TF_INT64, std::move(place))};
    inputs.insert(inputs.end(), others.begin(), others.end());
    return b.graph->shape(b.add(type, inputs, {{"T", double(TF_FLOAT)}}));
  };
  EXPECT_EQ(shape("FedkerasRows", Shape{{3}}, {bound, bound}), (Shape{{-1, -1}}));
  EXPECT_EQ(shape("FedkerasRowsOfClients", Shape{{-1, 4}}, {bound, bound}), (Shape{{-1, -1, -1, -1}}));
  EXPECT_EQ(shape("FedkerasRowsAtOfClients", Shape{{-1, 2}}, {number}), (Shape{{-1, -1}}));
  EXPECT_EQ(shape("FedkerasRowsOfClients", Shape{{-1, -1}}, {bound, bound}), Shape{});
  EXPECT_EQ(shape("FedkerasPlaceOfRowsOfClients", Shape{{-1, 4}}, {bound, bound}), (Shape{{-1, 4}}));
}

// A vector of one is a number of all clients.
TEST(Rows, TakeABoundWithoutAnAxisOfClients) {
  const TensorRef x = tensor<float>({4, 2}, test::normals({4, 2}, 1)),
                  y = tensor<float>({4, 2}, test::normals({4, 2}, 2));
  const TensorRef all = places({x, y}, true), one = tensor<int32_t>({1}, {1}), three = tensor<int32_t>({1}, {3});
  expectSame(rows(all, one, three, TF_FLOAT, true),
             rows(all, tensor<int32_t>({1, 1}, {1}), tensor<int32_t>({1, 1}, {3}), TF_FLOAT, true));
}

TEST(ReadInPlace, KnowsItsShape) {
  Builder b;
  const Endpoint x = b.placeholder(TF_INT64, Shape{{4, 3}}), w = b.placeholder(TF_FLOAT, Shape{{1, 5, 3}});
  EXPECT_EQ(b.graph->shape(b.add("FedkerasMatMulAtPlaces", {x, w})), (Shape{{-1, -1, 3}}));
  EXPECT_EQ(b.graph->shape(b.add("FedkerasMatMulTransposedAAtPlaces", {x, w})), (Shape{{-1, -1, 3}}));
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
