#include "convert.h"

#include "kernel.h"

namespace tf {
namespace {

template <class From, class To>
FEDKERAS_VECTORIZED void convertAll(const From* __restrict from, size_t count, To* __restrict to) {
  for (size_t i = 0; i < count; ++i) to[i] = fromFloat<To>(toFloat(from[i]));
}

}  // namespace

void convert(std::span<const float> from, Bfloat16* to) { convertAll(from.data(), from.size(), to); }
void convert(std::span<const Bfloat16> from, float* to) { convertAll(from.data(), from.size(), to); }

}  // namespace tf
