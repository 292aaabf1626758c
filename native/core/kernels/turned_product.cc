#include "turned_product.h"

#include <algorithm>

#include "masked_product.h"
#include "packed_matrix.h"

namespace tf {
namespace {

// Columns of the result that are made before they are put in their places: as many stay in the first level of the
// cache, and are whole tiles of rows in vectors of any width.
constexpr size_t kTogether = 48;

// `multiply(w, some, to)` makes `some` of the result's columns, of as many rows at `w`, as rows.
template <class Multiply>
void byColumns(const TurnedProduct& p, const Multiply& multiply) {
  const auto made = alignedFloats(kTogether * p.count);
  for (size_t first = 0; first < p.columns; first += kTogether) {
    const size_t some = std::min(kTogether, p.columns - first);
    multiply(p.w + first * p.depth, some, made.get());
    for (size_t i = 0; i < p.count; ++i) {
      float* to = p.y + i * p.columns + first;
      for (size_t j = 0; j < some; ++j) to[j] = made[j * p.count + i];
    }
  }
}

}  // namespace

void multiplyTurned(const TurnedProduct& p) {
  if (isMasked(p.count)) {
    const auto turned = alignedFloats(p.depth * p.count);
    for (size_t k = 0; k < p.depth; ++k) {
      for (size_t i = 0; i < p.count; ++i) turned[k * p.count + i] = p.x[i * p.depth + k];
    }
    return byColumns(p, [&](const float* w, size_t some, float* to) {
      multiplyMasked({{w, p.depth, 1, p.depth}, some, p.count, turned.get(), Into::kPlace, to});
    });
  }
  const PackedMatrix packed(p.x, p.depth, p.count, PackedMatrix::From::kColumns);
  byColumns(p, [&](const float* w, size_t some, float* to) {
    packed.multiply({w, p.depth, 1}, some, Into::kPlace, to);
  });
}

}  // namespace tf
