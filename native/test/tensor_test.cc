#include "../core/tensor.h"

#include <numeric>

#include "support.h"

namespace tf {
namespace {

using test::library;

std::vector<std::byte> countingBytes(size_t size) {
  std::vector<std::byte> bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 37 + 1);
  return bytes;
}

class EveryDtype : public testing::TestWithParam<Dtype> {};

TEST_P(EveryDtype, HasTheSizeThatLibtensorflowSays) {
  EXPECT_EQ(GetParam().size, library().TF_DataTypeSize(GetParam().number));
}

TEST_P(EveryDtype, RoundTripsItsBytes) {
  const auto [number, name, size] = GetParam();
  const std::vector<int64_t> shape{2, 3};
  if (size == 0) {
    EXPECT_ERROR(Tensor::allocate(library(), number, shape), TF_INVALID_ARGUMENT, name);
    return;
  }
  const auto bytes = countingBytes(6 * size);
  const Tensor tensor = Tensor::fromBytes(library(), number, shape, bytes);
  EXPECT_EQ(tensor.dtype(), number);
  EXPECT_EQ(tensor.shape(), shape);
  EXPECT_EQ(tensor.byteLength(), bytes.size());
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), tensor.bytes().begin(), tensor.bytes().end()));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.bytes().data()) % 64, 0u) << "libtensorflow would copy it";
}

INSTANTIATE_TEST_SUITE_P(Tensor, EveryDtype, testing::ValuesIn(kDtypes),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Tensor, MayBeAScalarOrEmpty) {
  EXPECT_EQ(test::values<int64_t>(test::scalar<int64_t>(-5)), std::vector<int64_t>{-5});
  const Tensor empty = Tensor::fromBytes(library(), TF_FLOAT, std::vector<int64_t>{3, 0}, {});
  EXPECT_EQ(empty.shape(), (std::vector<int64_t>{3, 0}));
  EXPECT_EQ(empty.byteLength(), 0u);
  EXPECT_TRUE(empty.bytes().empty());
}

TEST(Tensor, ComparesShapes) {
  const auto ofShape = [](const std::vector<int64_t>& shape) {
    return Tensor::fromBytes(library(), TF_UINT8, shape, countingBytes(6));
  };
  const Tensor tensor = ofShape({2, 3});
  EXPECT_TRUE(tensor.hasShapeOf(ofShape({2, 3})));
  for (const auto& other : {std::vector<int64_t>{3, 2}, {6}, {2, 3, 1}})
    EXPECT_FALSE(tensor.hasShapeOf(ofShape(other)));
}

TEST(Tensor, RefusesWrongDtypesShapesAndSizes) {
  const std::vector<int64_t> shape{2, 3};
  EXPECT_ERROR(Tensor::fromBytes(library(), TF_FLOAT, shape, countingBytes(20)), TF_INVALID_ARGUMENT,
               "`data` must have the 24 bytes of [2, 3] float32, received 20");
  EXPECT_ERROR(Tensor::fromBytes(library(), 99, shape, countingBytes(24)), TF_INVALID_ARGUMENT, "dtype 99");
  EXPECT_ERROR(Tensor::fromBytes(library(), 0, shape, countingBytes(24)), TF_INVALID_ARGUMENT, "dtype 0");
  EXPECT_ERROR(Tensor::allocate(library(), TF_FLOAT, std::vector<int64_t>{2, -1}), TF_INVALID_ARGUMENT,
               "`shape[1]` must be 0 or more, received -1");
  EXPECT_ERROR(Tensor::allocate(library(), TF_FLOAT, std::vector<int64_t>{int64_t{1} << 31, int64_t{1} << 31}),
               TF_INVALID_ARGUMENT, "too many elements");
}

TEST(Tensor, HoldsStringsOfAnyLengthAndContent) {
  const std::vector<std::string> texts{
      "", "short", std::string("a\0b", 3), std::string(22, 'x'), std::string(23, 'y'), std::string(100000, 'z')};
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const Tensor tensor = Tensor::fromStrings(library(), std::vector<int64_t>{2, 3}, views);
  EXPECT_EQ(tensor.dtype(), TF_STRING);
  EXPECT_EQ(tensor.shape(), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(tensor.strings(), views);
  EXPECT_ERROR(tensor.bytes(), TF_INVALID_ARGUMENT, "string");
  EXPECT_ERROR(Tensor::fromStrings(library(), std::vector<int64_t>{4}, views), TF_INVALID_ARGUMENT,
               "`values` must have the 4 elements of [4], received 6");
  EXPECT_ERROR(test::scalar(1.0f)->strings(), TF_INVALID_ARGUMENT, "float32");
}

TEST(Tensor, MovesWithoutCopying) {
  const int64_t before = stats.tensors;
  Tensor first = Tensor::fromBytes(library(), TF_UINT8, std::vector<int64_t>{4}, countingBytes(4));
  const void* memory = first.bytes().data();
  Tensor second = std::move(first);
  EXPECT_EQ(second.bytes().data(), memory);
  EXPECT_EQ(stats.tensors, before + 1);
}

TEST(Tensor, IsReshapedInTheSameMemory) {
  const int64_t before = stats.tensors;
  {
    TensorRef tensor = test::tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
    const Tensor same = Tensor::reshaped(*tensor, std::vector<int64_t>{1, 3, 2});
    EXPECT_EQ(stats.tensors, before + 2);
    EXPECT_EQ(same.shape(), (std::vector<int64_t>{1, 3, 2}));
    EXPECT_EQ(same.dtype(), TF_FLOAT);
    EXPECT_EQ(same.bytes().data(), tensor->bytes().data());
    EXPECT_EQ(tensor->shape(), (std::vector<int64_t>{2, 3}));
    // It lives as long as one of them.
    tensor.reset();
    EXPECT_EQ(reinterpret_cast<const float*>(same.bytes().data())[5], 6.0f);
  }
  EXPECT_EQ(stats.tensors, before);
  EXPECT_EQ(Tensor::reshaped(*test::scalar(1.0f), std::vector<int64_t>{1}).shape(), std::vector<int64_t>{1});
  const TensorRef empty = test::tensor<int32_t>({3, 0}, {});
  EXPECT_EQ(Tensor::reshaped(*empty, std::vector<int64_t>{1, 3, 0}).shape(), (std::vector<int64_t>{1, 3, 0}));
}

TEST(Tensor, IsNotReshapedToAnotherNumberOfElements) {
  const TensorRef tensor = test::tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  for (const auto& shape : std::vector<std::vector<int64_t>>{{7}, {5}, {}, {2, 3, 2}, {0}}) {
    EXPECT_ERROR(Tensor::reshaped(*tensor, shape), TF_INVALID_ARGUMENT, "`shape`");
  }
  EXPECT_EQ(tensor->shape(), (std::vector<int64_t>{2, 3}));
}

TEST(Tensor, IsCounted) {
  const int64_t tensors = stats.tensors, bytes = stats.tensor_bytes;
  {
    const TensorRef tensor = test::tensor<float>({5}, {1, 2, 3, 4, 5});
    EXPECT_EQ(stats.tensors, tensors + 1);
    EXPECT_EQ(stats.tensor_bytes, bytes + 20);
  }
  EXPECT_EQ(stats.tensors, tensors);
  EXPECT_EQ(stats.tensor_bytes, bytes);
}

TEST(Tensor, FailsWhereLibtensorflowGivesNone) {
  const int64_t before = stats.tensors;
  TfApi api = library();
  api.TF_AllocateTensor = [](TF_DataType, const int64_t*, int, size_t) -> TF_Tensor* { return nullptr; };
  EXPECT_ERROR(Tensor::allocate(api, TF_FLOAT, std::vector<int64_t>{256}), TF_RESOURCE_EXHAUSTED, "1024 bytes");
  EXPECT_ERROR(Tensor::fromStrings(api, {}, std::vector<std::string_view>{"a"}), TF_RESOURCE_EXHAUSTED, "no memory");
  EXPECT_ERROR(Tensor::adopt(TensorPtr(nullptr, {&api})), TF_INTERNAL, "no tensor");
  EXPECT_EQ(stats.tensors, before);
}

TEST(Tensor, ShapesAreWrittenAsLists) {
  EXPECT_EQ(shapeText({}), "[]");
  EXPECT_EQ(shapeText(std::vector<int64_t>{-1, 28, 1}), "[?, 28, 1]");
}

}  // namespace
}  // namespace tf
