// Sums that lose few digits however long they are.
#pragma once

#include <cstddef>

#include "../bfloat16.h"

namespace tf {

// The sum of `rows` rows of `columns` values, one after another.
void sumRows(const float* values, size_t rows, size_t columns, float* sums);
void sumRows(const Bfloat16* values, size_t rows, size_t columns, float* sums);

// The sum of `count` values.
float sumOf(const float* values, size_t count);

}  // namespace tf
