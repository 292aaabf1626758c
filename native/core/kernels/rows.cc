// Rows of a client's tensor that is read where it is: what is fed says where. Put together with the others', a batch
// would be cut out of a copy.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "index.h"

namespace tf {
namespace {

class OfPlace {
 public:
  explicit OfPlace(const KernelAttributes& attributes)
      : dtype_(attributes.type("T")), element_(tfApi().TF_DataTypeSize(dtype_)) {}

 protected:
  static Place place(KernelCall& call) {
    const auto given = call.input<int64_t>(0).values;
    return {given.data(), given.size()};
  }

  size_t rowBytes(const Place& place) const { return place.rowSize() * element_; }

  // The output for so many rows.
  std::byte* rows(KernelCall& call, const Place& place, int64_t count) const {
    Dims shape(place.shape);
    if (!shape.empty()) shape[0] = count;
    return call.output(0, dtype_, shape, static_cast<size_t>(count) * rowBytes(place));
  }

  TF_DataType dtype_;
  size_t element_;
};

// Rows from a first one to before another, which count from the end where they are negative and stop at the ends, as
// those of a strided slice.
struct Bounds {
  Bounds(KernelCall& call, const Place& place) {
    const auto bound = [&](int input) {
      const Integers given = call.integers(input);
      if (given.size() != 1) throw invalidArgument("a bound must be one number");
      return std::clamp<int64_t>(given[0] < 0 ? given[0] + place.rows() : given[0], 0, place.rows());
    };
    const int64_t first = bound(1);
    begin = static_cast<size_t>(first);
    count = static_cast<size_t>(std::max<int64_t>(bound(2) - first, 0));
  }

  size_t begin, count;
};

struct Rows : OfPlace {
  using OfPlace::OfPlace;

  void operator()(KernelCall& call) const {
    const Place place = this->place(call);
    const Bounds bounds(call, place);
    const size_t size = rowBytes(place), bytes = bounds.count * size;
    std::byte* to = rows(call, place, static_cast<int64_t>(bounds.count));
    if (bytes > 0) std::memcpy(to, place.data + bounds.begin * size, bytes);
  }
};

// Where the rows are.
struct PlaceOfRows : OfPlace {
  using OfPlace::OfPlace;

  void operator()(KernelCall& call) const {
    const Place place = this->place(call);
    const Bounds bounds(call, place);
    const std::array shape{static_cast<int64_t>(place.shape.size() + 1)};
    const auto to = call.output<int64_t>(0, shape);
    to[0] = reinterpret_cast<intptr_t>(place.data + bounds.begin * rowBytes(place));
    std::ranges::copy(place.shape, to.begin() + 1);
    if (!place.shape.empty()) to[1] = static_cast<int64_t>(bounds.count);
  }
};

// The rows with the given numbers.
struct RowsAt : OfPlace {
  using OfPlace::OfPlace;

  void operator()(KernelCall& call) const {
    const Place place = this->place(call);
    const Integers numbers = call.integers(1);
    const size_t size = rowBytes(place);
    std::byte* to = rows(call, place, static_cast<int64_t>(numbers.size()));
    for (size_t i = 0; i < numbers.size(); ++i) {
      const int64_t number = numbers[i];
      if (number < 0 || number >= place.rows()) {
        throw invalidArgument("row " + std::to_string(number) + " is not in [0, " + std::to_string(place.rows()) + ")");
      }
      if (size > 0) std::memcpy(to, place.data + static_cast<size_t>(number) * size, size);
      to += size;
    }
  }
};

// As many axes as the place has sizes; none of the sizes is known.
void inferRows(ShapeInference& shapes) {
  const std::optional<int64_t> place = shapes.size(shapes.input(0));
  if (!place) return;
  ShapeInference::Shape shape = shapes.scalar();
  for (int64_t axis = 1; axis < *place; ++axis) shape = shapes.concatenated(shape, shapes.vector(-1));
  shapes.set(0, shape);
}

}  // namespace

KernelDefinition rows() {
  return defineKernel<Rows>("FedkerasRows", {"place: int64", "begin: int32", "end: int32"}, {"y: T"}, {"T: type"},
                            [](ShapeInference& shapes) { inferRows(shapes); });
}

KernelDefinition placeOfRows() {
  return defineKernel<PlaceOfRows>("FedkerasPlaceOfRows", {"place: int64", "begin: int32", "end: int32"}, {"y: int64"},
                                   {"T: type"}, [](ShapeInference& shapes) { shapes.set(0, shapes.input(0)); });
}

KernelDefinition rowsAt() {
  return defineKernel<RowsAt>("FedkerasRowsAt", {"place: int64", "numbers: Tindices"}, {"y: T"},
                              {"T: type", "Tindices: {int32, int64}"},
                              [](ShapeInference& shapes) { inferRows(shapes); });
}

}  // namespace tf
