// bfloat16, the upper half of a float: kept as such, and computed with as the float that it is.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace tf {

struct Bfloat16 {
  uint16_t bits;
};

inline float toFloat(float x) { return x; }
inline float toFloat(Bfloat16 x) { return std::bit_cast<float>(static_cast<uint32_t>(x.bits) << 16); }

// `x` as a `T`: the nearest one, the even one of two; what is not a number stays so. Without branches, for vectors.
template <class T>
inline T fromFloat(float x) {
  if constexpr (std::is_same_v<T, float>) {
    return x;
  } else {
    const uint32_t bits = std::bit_cast<uint32_t>(x), upper = bits >> 16;
    const uint32_t nearest = (bits + 0x7fff + (upper & 1)) >> 16, quiet = (upper & 0x8000) | 0x7fc0;
    return {static_cast<uint16_t>((bits & 0x7fffffff) > 0x7f800000 ? quiet : nearest)};
  }
}

}  // namespace tf
