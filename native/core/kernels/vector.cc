#include "vector.h"

namespace tf {

size_t vectorWidth() {
#if defined(__GNUC__) && defined(__x86_64__)
  static const size_t width = __builtin_cpu_supports("avx512f")                                 ? 16
                              : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 8
                                                                                                : 4;
  return width;
#elif defined(__GNUC__)
  return 4;
#else
  return 1;
#endif
}

bool multipliesBfloat16() {
#if defined(__GNUC__) && defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

}  // namespace tf
