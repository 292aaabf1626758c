#pragma once

#include <cstddef>

namespace tf {

// As many of `count` as are taken at once where it is done in parts that are as equal as can be, of at most `most`.
inline size_t equalPart(size_t count, size_t most) {
  if (count <= most) return count;
  const size_t parts = (count + most - 1) / most;
  return (count + parts - 1) / parts;
}

}  // namespace tf
