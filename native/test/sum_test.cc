#include "../core/sum.h"

#include <bit>
#include <cmath>
#include <random>

#include "../core/float_mode.h"
#include "support.h"

namespace tf {
namespace {

// Libtensorflow's own addition of two tensors, on this thread.
TensorRef addedByLibtensorflow(const TensorRef& a, const TensorRef& b) {
  test::Builder builder;
  const Endpoint x = builder.placeholder(a->dtype(), Shape{}), y = builder.placeholder(b->dtype(), Shape{});
  return test::evaluate(builder.graph, {builder.add("AddV2", {x, y})}, {{x, a}, {y, b}})[0];
}

std::vector<std::byte> added(const TensorRef& a, const TensorRef& b) {
  std::vector<std::byte> sum(a->bytes().begin(), a->bytes().end());
  addInto(a->dtype())(sum.data(), b->bytes().data(), sum.size());
  return sum;
}

class EverySummedDtype : public testing::TestWithParam<TF_DataType> {};

// Random bits: all kinds of numbers, and the overflow of integers.
TEST_P(EverySummedDtype, AddsAsLibtensorflowDoes) {
  const FlushSubnormals flush;
  const TF_DataType dtype = GetParam();
  const size_t size = findDtype(dtype)->size;
  std::mt19937_64 random(1);
  constexpr int64_t kCount = 1 << 17;
  std::vector<uint8_t> bits(2 * kCount * size);
  for (uint8_t& byte : bits) byte = static_cast<uint8_t>(random());
  const std::vector<uint8_t> first(bits.begin(), bits.begin() + kCount * size),
      second(bits.begin() + kCount * size, bits.end());
  const TensorRef a = test::tensor({kCount}, first, dtype), b = test::tensor({kCount}, second, dtype);
  const TensorRef by_libtensorflow = addedByLibtensorflow(a, b);
  const std::span<const std::byte> expected = by_libtensorflow->bytes();
  const auto sum = added(a, b);
  // Which bits a "not a number" has is nobody's promise.
  const auto isNan = [dtype](std::span<const std::byte> element) {
    const auto read = [&element](auto value, size_t at) {
      std::memcpy(&value, element.data() + at * sizeof(value), sizeof(value));
      return value;
    };
    switch (dtype) {
      case TF_HALF:
        return (read(uint16_t{}, 0) & 0x7fff) > 0x7c00;
      case TF_BFLOAT16:
        return (read(uint16_t{}, 0) & 0x7fff) > 0x7f80;
      case TF_FLOAT:
        return std::isnan(read(float{}, 0));
      case TF_DOUBLE:
        return std::isnan(read(double{}, 0));
      case TF_COMPLEX64:
        return std::isnan(read(float{}, 0)) || std::isnan(read(float{}, 1));
      case TF_COMPLEX128:
        return std::isnan(read(double{}, 0)) || std::isnan(read(double{}, 1));
      default:
        return false;
    }
  };
  int numbers = 0;
  for (int64_t i = 0; i < kCount; ++i) {
    const auto want = expected.subspan(i * size, size);
    const auto got = std::span<const std::byte>(sum).subspan(i * size, size);
    ASSERT_EQ(isNan(got), isNan(want)) << i;
    if (isNan(want)) continue;
    ++numbers;
    ASSERT_TRUE(std::equal(want.begin(), want.end(), got.begin())) << i;
  }
  EXPECT_GT(numbers, kCount / 2);
}

INSTANTIATE_TEST_SUITE_P(Sum, EverySummedDtype,
                         testing::Values(TF_FLOAT, TF_DOUBLE, TF_HALF, TF_BFLOAT16, TF_INT8, TF_INT16, TF_INT32,
                                         TF_INT64, TF_UINT8, TF_UINT16, TF_UINT32, TF_UINT64, TF_COMPLEX64,
                                         TF_COMPLEX128),
                         [](const auto& info) { return dtypeName(info.param); });

// Numbers written down from IEEE 754.
TEST(Sum, RoundsHalvesToTheNearestEven) {
  const auto add = [](uint16_t a, uint16_t b) {
    addInto(TF_HALF)(reinterpret_cast<std::byte*>(&a), reinterpret_cast<const std::byte*>(&b), 2);
    return a;
  };
  EXPECT_EQ(add(0x3c00, 0x3c00), 0x4000);  // 1 + 1
  EXPECT_EQ(add(0x6800, 0x3c00), 0x6800);  // 2048 + 1: half-way, down to even
  EXPECT_EQ(add(0x6801, 0x3c00), 0x6802);  // 2050 + 1: half-way, up to even
  EXPECT_EQ(add(0x7bff, 0x7bff), 0x7c00);  // 65504 + 65504: infinite
  EXPECT_EQ(add(0x7bff, 0x4c00), 0x7c00);  // 65504 + 16: half-way, up to infinity
  EXPECT_EQ(add(0x7bff, 0x4b00), 0x7bff);  // 65504 + 14
  EXPECT_EQ(add(0x0001, 0x0001), 0x0002);  // subnormals
  EXPECT_EQ(add(0x03ff, 0x0001), 0x0400);  // up to the least normal number
  EXPECT_EQ(add(0xbc00, 0x3c00), 0x0000);  // -1 + 1
  EXPECT_EQ(add(0xfc00, 0x3c00), 0xfc00);  // minus infinity
}

TEST(Sum, IsNotForStringsAndBooleans) {
  for (const int dtype : {int{TF_STRING}, int{TF_BOOL}, int{TF_RESOURCE}, int{TF_VARIANT}, int{TF_QINT8}, 0, 99}) {
    EXPECT_EQ(addInto(dtype), nullptr) << dtypeName(dtype);
  }
}

TEST(FlushSubnormals, IsForItsLifeOnly) {
  volatile float small = 1e-38f;
  {
    const FlushSubnormals flush;
    const volatile float result = small * 0.01f;
    EXPECT_EQ(std::bit_cast<uint32_t>(float{result}), 0u);
  }
  const volatile float result = small * 0.01f;
  EXPECT_NE(std::bit_cast<uint32_t>(float{result}), 0u);
}

}  // namespace
}  // namespace tf
