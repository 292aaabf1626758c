// Sums of tensors, element by element, in place.
#pragma once

#include <cstddef>

namespace tf {

// Adds `bytes` bytes of elements at `from` to those at `to`; the two must not overlap. Integers wrap around; 16-bit
// floats are added as float32 and rounded to the nearest, ties to even, as libtensorflow does.
using AddInto = void (*)(std::byte* to, const std::byte* from, size_t bytes);

// The function for a dtype; null for one that has no sum (bool, string, quantised …).
AddInto addInto(int dtype);

}  // namespace tf
