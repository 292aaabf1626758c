// The logistic function and the hyperbolic tangent, in a form that loops over them are vectorized in.
#pragma once

#include <bit>
#include <cstdint>

namespace tf {

// e to the power of `x`, to 2 units in the last place: Cody and Waite's reduction, and the polynomial of Cephes'
// `expf`.
inline float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  constexpr float kRound = 12582912.0f;  // 1.5 · 2²³: added and taken away again, it rounds to an integer
  const float shifted = x * 1.44269504f + kRound;
  const float n = shifted - kRound;
  const float r = x - n * 0.693359375f - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const int32_t power = std::bit_cast<int32_t>(shifted) - std::bit_cast<int32_t>(kRound);
  return p * std::bit_cast<float>((power + 127) << 23);
}

inline float logistic(float x) { return 1.0f / (1.0f + exponential(-x)); }

// The rational approximation that Eigen, and so libtensorflow, has: odd of degree 13 over even of degree 6.
inline float hyperbolicTangent(float given) {
  float x = given < -7.90531110763549805f ? -7.90531110763549805f : given;
  x = x > 7.90531110763549805f ? 7.90531110763549805f : x;
  const float s = x * x;
  float p = -2.76076847742355e-16f;
  p = p * s + 2.00018790482477e-13f;
  p = p * s + -8.60467152213735e-11f;
  p = p * s + 5.12229709037114e-08f;
  p = p * s + 1.48572235717979e-05f;
  p = p * s + 6.37261928875436e-04f;
  p = p * s + 4.89352455891786e-03f;
  float q = 1.19825839466702e-06f;
  q = q * s + 1.18534705686654e-04f;
  q = q * s + 2.26843463243900e-03f;
  q = q * s + 4.89352518554385e-03f;
  const float y = x * p / q;
  return s < 1.6e-7f ? given : y;
}

}  // namespace tf
