// Rows of a client's tensor that is read where it is: what is fed says where. Put together with the others', a batch
// would be cut out of a copy.
#include <algorithm>
#include <cstring>
#include <string>

#include "index.h"

namespace tf {
namespace {

// What `place` says of a tensor: the address of its elements, and its shape.
struct Place {
  explicit Place(const std::vector<int64_t>& place) {
    if (place.empty()) throw invalidArgument("a place must be an address and a shape");
    // `Run` wrote it, and holds the tensor until the kernel has returned.
    address = reinterpret_cast<const std::byte*>(place[0]);  // NOLINT(performance-no-int-to-ptr)
    shape.assign(place.begin() + 1, place.end());
  }

  // A scalar is one row.
  int64_t rows() const { return shape.empty() ? 1 : shape[0]; }
  size_t rowBytes(size_t element) const {
    size_t bytes = element;
    for (size_t axis = 1; axis < shape.size(); ++axis) bytes *= static_cast<size_t>(shape[axis]);
    return bytes;
  }

  const std::byte* address;
  std::vector<int64_t> shape;
};

class OfPlace {
 public:
  explicit OfPlace(const KernelAttributes& attributes)
      : dtype_(attributes.type("T")), element_(tfApi().TF_DataTypeSize(dtype_)) {}

 protected:
  // The output for so many rows.
  std::byte* rows(KernelCall& call, const Place& place, int64_t count) const {
    std::vector<int64_t> shape = place.shape;
    if (!shape.empty()) shape[0] = count;
    return call.output(0, dtype_, shape, static_cast<size_t>(count) * place.rowBytes(element_));
  }

  TF_DataType dtype_;
  size_t element_;
};

// From `begin` to before `end`, which count from the end where they are negative and stop at the ends, as those of a
// strided slice.
struct Rows : OfPlace {
  using OfPlace::OfPlace;

  void operator()(KernelCall& call) const {
    const Place place(call.integers(0));
    const int64_t rows = place.rows();
    const auto bound = [&](int input) {
      const std::vector<int64_t> given = call.integers(input);
      if (given.size() != 1) throw invalidArgument("a bound must be one number");
      return std::clamp<int64_t>(given[0] < 0 ? given[0] + rows : given[0], 0, rows);
    };
    const int64_t begin = bound(1), count = std::max<int64_t>(bound(2) - begin, 0);
    const size_t size = place.rowBytes(element_), bytes = static_cast<size_t>(count) * size;
    std::byte* to = this->rows(call, place, count);
    if (bytes > 0) std::memcpy(to, place.address + static_cast<size_t>(begin) * size, bytes);
  }
};

// The rows with the given numbers.
struct RowsAt : OfPlace {
  using OfPlace::OfPlace;

  void operator()(KernelCall& call) const {
    const Place place(call.integers(0));
    const std::vector<int64_t> numbers = call.integers(1);
    const size_t size = place.rowBytes(element_);
    std::byte* to = rows(call, place, static_cast<int64_t>(numbers.size()));
    for (const int64_t number : numbers) {
      if (number < 0 || number >= place.rows()) {
        throw invalidArgument("row " + std::to_string(number) + " is not in [0, " + std::to_string(place.rows()) + ")");
      }
      if (size > 0) std::memcpy(to, place.address + static_cast<size_t>(number) * size, size);
      to += size;
    }
  }
};

}  // namespace

KernelDefinition rows() {
  return defineKernel<Rows>("FedkerasRows", {"place: int64", "begin: int32", "end: int32"}, {"y: T"}, {"T: type"},
                            [](ShapeInference&) {});
}

KernelDefinition rowsAt() {
  return defineKernel<RowsAt>("FedkerasRowsAt", {"place: int64", "numbers: Tindices"}, {"y: T"},
                              {"T: type", "Tindices: {int32, int64}"}, [](ShapeInference&) {});
}

}  // namespace tf
