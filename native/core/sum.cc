#include "sum.h"

#include <bit>
#include <cstdint>

#include "bfloat16.h"
#include "tensorflow/c/tf_datatype.h"

#ifdef _MSC_VER
#define FEDKERAS_RESTRICT __restrict
#else
#define FEDKERAS_RESTRICT __restrict__
#endif

namespace tf {
namespace {

// IEEE 754 binary16. Subnormals are read by a float subtraction, which normalises them.
float fromHalf(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  const uint32_t rest = static_cast<uint32_t>(half & 0x7fff) << 13;
  const uint32_t exponent = rest & 0x0f800000;
  uint32_t bits = rest + (112u << 23);  // the bias is 127 instead of 15
  if (exponent == 0x0f800000) bits += 112u << 23;
  if (exponent == 0) bits = std::bit_cast<uint32_t>(std::bit_cast<float>(bits + (1u << 23)) - 0x1p-14f);
  return std::bit_cast<float>(bits | sign);
}

uint16_t toHalf(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;   // not a number
  if (magnitude >= 0x47800000) return sign | 0x7c00;  // 2^16 and more
  if (magnitude < 0x38800000) {                       // a subnormal: adding 0.5 makes the float unit round it
    const float rounded = std::bit_cast<float>(magnitude) + 0.5f;
    return sign | static_cast<uint16_t>(std::bit_cast<uint32_t>(rounded) - 0x3f000000);
  }
  const uint32_t odd = magnitude >> 13 & 1;
  return sign | static_cast<uint16_t>((magnitude - (112u << 23) + 0xfff + odd) >> 13);
}

uint16_t addHalf(uint16_t a, uint16_t b) { return toHalf(fromHalf(a) + fromHalf(b)); }
uint16_t addBfloat16(uint16_t a, uint16_t b) {
  return fromFloat<Bfloat16>(toFloat(Bfloat16{a}) + toFloat(Bfloat16{b})).bits;
}

template <class T>
void add(std::byte* FEDKERAS_RESTRICT to, const std::byte* FEDKERAS_RESTRICT from, size_t bytes) {
  auto* FEDKERAS_RESTRICT sum = reinterpret_cast<T*>(to);
  const auto* FEDKERAS_RESTRICT term = reinterpret_cast<const T*>(from);
  const size_t count = bytes / sizeof(T);
  for (size_t i = 0; i < count; ++i) sum[i] = static_cast<T>(sum[i] + term[i]);
}

template <uint16_t (*Add)(uint16_t, uint16_t)>
void add16(std::byte* FEDKERAS_RESTRICT to, const std::byte* FEDKERAS_RESTRICT from, size_t bytes) {
  auto* FEDKERAS_RESTRICT sum = reinterpret_cast<uint16_t*>(to);
  const auto* FEDKERAS_RESTRICT term = reinterpret_cast<const uint16_t*>(from);
  const size_t count = bytes / sizeof(uint16_t);
  for (size_t i = 0; i < count; ++i) sum[i] = Add(sum[i], term[i]);
}

}  // namespace

AddInto addInto(int dtype) {
  switch (dtype) {
    case TF_FLOAT:
    case TF_COMPLEX64:
      return add<float>;
    case TF_DOUBLE:
    case TF_COMPLEX128:
      return add<double>;
    case TF_HALF:
      return add16<addHalf>;
    case TF_BFLOAT16:
      return add16<addBfloat16>;
    // Two's complement: signed and unsigned sums are the same bits, and unsigned ones may wrap around.
    case TF_INT8:
    case TF_UINT8:
      return add<uint8_t>;
    case TF_INT16:
    case TF_UINT16:
      return add<uint16_t>;
    case TF_INT32:
    case TF_UINT32:
      return add<uint32_t>;
    case TF_INT64:
    case TF_UINT64:
      return add<uint64_t>;
    default:
      return nullptr;
  }
}

}  // namespace tf
