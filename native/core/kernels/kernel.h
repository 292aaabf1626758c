// What our own ops are made of: libtensorflow's interface for kernels (tensorflow/c/kernels.h, tensorflow/c/ops.h),
// with owners for its handles and errors instead of statuses. A kernel runs in the thread of the client that asks for
// it and takes no other.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "../bfloat16.h"
#include "../handles.h"
#include "dims.h"

// One function, compiled for each of these instruction sets and chosen when the addon is loaded: the binary runs on
// every x86-64 machine. Where a machine can, it multiplies and adds at once, so that numbers differ between machines in
// their last digits, as those of libtensorflow's kernels do.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define FEDKERAS_VECTORIZED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FEDKERAS_VECTORIZED
#endif

namespace tf {

inline constexpr int kNoInput = -1;

// What stands for a client's tensor that is read where it is: the address of its elements, and its shape. `Run` feeds
// it, and holds the tensor until all kernels have returned; of its rows an op writes it.
struct Place {
  // Of `size` whole numbers.
  Place(const int64_t* place, size_t size);

  static std::byte* address(const std::byte* place) {
    const auto number = *reinterpret_cast<const intptr_t*>(place);
    return reinterpret_cast<std::byte*>(number);  // NOLINT(performance-no-int-to-ptr)
  }

  // A scalar is one row.
  int64_t rows() const { return shape.empty() ? 1 : shape[0]; }
  size_t rowSize() const;

  std::byte* data;
  std::span<const int64_t> shape;
};

// Whole numbers, `int32` or `int64`, where they are.
class Integers {
 public:
  Integers(const std::byte* values, size_t size, TF_DataType dtype)
      : values_(values), size_(size), narrow_(dtype == TF_INT32) {}
  size_t size() const { return size_; }
  int64_t operator[](size_t i) const {
    if (narrow_) return reinterpret_cast<const int32_t*>(values_)[i];
    return reinterpret_cast<const int64_t*>(values_)[i];
  }

 private:
  const std::byte* values_;
  size_t size_;
  bool narrow_;
};

// What a kernel is told when it is made: the attributes of its node.
class KernelAttributes {
 public:
  explicit KernelAttributes(TF_OpKernelConstruction* construction) : construction_(construction) {}
  std::vector<int64_t> integers(const char* name) const;
  std::string string(const char* name) const;
  TF_DataType type(const char* name) const;

 private:
  TF_OpKernelConstruction* construction_;
};

// The inputs and outputs of one call of a kernel. In an op of several clients all of them have an axis of clients in
// front, of size 1 where clients share a value, and the kernel is called for one client after another: it sees that
// client's part.
class KernelCall {
 public:
  enum class Of { kOne, kClients };

  // Where `at_place` is an input's number, that input says for each client where a matrix of `float` is (`Place`), and
  // the kernel sees the matrix.
  explicit KernelCall(TF_OpKernelContext* context, Of of = Of::kOne, int at_place = kNoInput);

  // 1 for an op that is not one of several clients.
  size_t clients() const { return clients_; }
  // What follows is about this client.
  void turnTo(size_t client) { client_ = client; }

  // What follows is of `float`, or of `Bfloat16`.
  template <class T>
  struct InputOf {
    const Dims& shape;
    std::span<const T> values;
  };
  using Input = InputOf<float>;

  int inputs() const;

  // The call owns its inputs until it ends.
  template <class T = float>
  InputOf<T> input(int index) {
    const Parts& parts = held(index);
    if (!std::is_same_v<T, float> && parts.at_places) throw invalidArgument("a place must be one of float");
    return {parts.shape, {reinterpret_cast<const T*>(part(parts)), parts.bytes / sizeof(T)}};
  }
  // Throws `INVALID_ARGUMENT` unless input `index` has `rank` dimensions.
  template <class T = float>
  InputOf<T> input(int index, int rank) {
    const InputOf<T> input = this->input<T>(index);
    checkRank(index, rank, input.shape.size());
    return input;
  }

  // The call owns them as it owns `input`s.
  Integers integers(int index);

  // A scalar.
  bool boolean(int index);

  // Truth values of any shape: the call owns them as it owns `input`s.
  std::span<const bool> booleans(int index);

  // The shape of an input that the call does not own.
  const Dims& shape(int index);

  // An output with the values of input `input`, which has this shape: in its memory where nothing else needs them. The
  // input must not have been asked for.
  template <class T = float>
  std::span<T> outputFrom(int input, int index, std::span<const int64_t> shape) {
    const std::span<std::byte> part = partFrom(input, index, shape);
    return {reinterpret_cast<T*>(part.data()), part.size() / sizeof(T)};
  }

  // The same, but where it is in other memory its values are still to be copied, from `before`.
  struct Over {
    std::span<float> values;
    const float* before;
  };
  Over outputOver(int input, int index, std::span<const int64_t> shape) {
    const auto [part, before] = partOver(input, index, shape);
    return {{reinterpret_cast<float*>(part.data()), part.size() / sizeof(float)},
            reinterpret_cast<const float*>(before)};
  }

  // Gives an input on as an output, in the same memory where it can be.
  void pass(int input, int index);

  // A new, uninitialized output.
  std::byte* output(int index, TF_DataType dtype, std::span<const int64_t> shape, size_t bytes);
  template <class T>
  std::span<T> output(int index, std::span<const int64_t> shape) {
    constexpr TF_DataType dtype = std::is_same_v<T, bool>       ? TF_BOOL
                                  : std::is_same_v<T, int64_t>  ? TF_INT64
                                  : std::is_same_v<T, Bfloat16> ? TF_BFLOAT16
                                                                : TF_FLOAT;
    static_assert(dtype != TF_FLOAT || std::is_same_v<T, float>);
    size_t size = 1;
    for (const int64_t dim : shape) size *= static_cast<size_t>(dim);
    return {reinterpret_cast<T*>(output(index, dtype, shape, size * sizeof(T))), size};
  }

 private:
  // A tensor, and what its clients' parts are: asked of libtensorflow once, and not for each client.
  struct Parts {
    TensorPtr tensor;
    TF_DataType dtype = TF_FLOAT;
    Dims shape;
    std::byte* data = nullptr;
    size_t bytes = 0;
    // From one client's to the next; 0 where they share it.
    size_t stride = 0;
    // Whether `data` are places, one for each client, of parts of the shape and the bytes above.
    bool at_places = false;
    bool described = false;
  };
  // An output that has been begun, and the input whose memory it has.
  struct Begun : Parts {
    int forwarded = -1;
  };

  static void checkRank(int index, int rank, size_t received);
  TensorPtr take(int index);
  void describe(Parts& parts) const;
  void describeAtPlaces(Parts& parts) const;
  // An input that the call owns from here on.
  Parts& held(int index);
  std::byte* part(const Parts& parts) const {
    std::byte* const own = parts.data + client_ * parts.stride;
    return parts.at_places ? Place::address(own) : own;
  }
  // The shape of what all clients have, from that of a part.
  Dims whole(std::span<const int64_t> shape) const;
  // The memory of output `index`, with the values of an input.
  std::span<std::byte> partFrom(int input, int index, std::span<const int64_t> shape);
  // And where the values are that it does not have yet.
  std::pair<std::span<std::byte>, const std::byte*> partOver(int input, int index, std::span<const int64_t> shape);
  // Output `index`, which `make` makes where it has not been begun.
  template <class Make>
  Begun& begun(int index, std::span<const int64_t> shape, Make make);

  TF_OpKernelContext* context_;
  Status status_;
  const bool of_clients_;
  size_t clients_ = 1, client_ = 0;
  // By number; those that the call does not own have no tensor.
  std::vector<Parts> inputs_;
  std::vector<Begun> outputs_;
};

// A kernel that knows both types of numbers: the one that its node's attribute `T` names.
template <template <class> class Kernel>
class OfEither {
 public:
  // As an input's or an output's type it is `T`, and this is the attribute.
  static constexpr const char* kType = "T: {float, bfloat16}";

  explicit OfEither(const KernelAttributes& attributes) : kernel_(Kernel<float>(attributes)) {
    if (attributes.type("T") == TF_BFLOAT16) kernel_ = Kernel<Bfloat16>(attributes);
  }
  void operator()(KernelCall& call) const {
    std::visit([&](const auto& kernel) { kernel(call); }, kernel_);
  }

 private:
  std::variant<Kernel<float>, Kernel<Bfloat16>> kernel_;
};

// What an op can say of its outputs' shapes before it runs.
class ShapeInference {
 public:
  using Shape = std::unique_ptr<TF_ShapeHandle, Deleter<&TfApi::TF_DeleteShapeHandle>>;
  using Of = KernelCall::Of;

  // In an op of several clients shapes are those of one client's parts. That of a matrix at a place is not known.
  ShapeInference(TF_ShapeInferenceContext* context, TF_Status* status, Of of, int at_place)
      : context_(context), status_(status), first_axis_(of == Of::kClients ? 1 : 0), at_place_(at_place) {}

  int inputs() const;
  Shape input(int index);
  // The dimensions `[start, end)` of it; a negative start counts from the end.
  Shape input(int index, int64_t start, int64_t end = std::numeric_limits<int64_t>::max());
  Shape concatenated(const Shape& first, const Shape& second);
  // The size of one axis, where it is known and is one axis.
  std::optional<int64_t> size(const Shape& axis);
  Shape scalar();
  Shape vector(int64_t size);
  void set(int output, const Shape& shape);

 private:
  Shape empty() const;
  // After a failure nothing more is asked, so that its status stays.
  bool ok() const;

  TF_ShapeInferenceContext* context_;
  TF_Status* status_;
  const int64_t first_axis_;
  const int at_place_;
};

// An op of our own and its kernel for the CPU; and the op `…OfClients` that does the same for each of several clients;
// and, for some, the op `…AtPlaces` that is told where one of its inputs is, for each of them.
struct KernelDefinition {
  struct Form {
    void (*infer_shape)(TF_ShapeInferenceContext*, TF_Status*);
    void (*compute)(void*, TF_OpKernelContext*);
  };
  const char* op;
  std::vector<const char*> inputs, outputs, attributes;
  void* (*create)(TF_OpKernelConstruction*);
  void (*destroy)(void*);
  Form of_one, of_clients, at_places;
  int at_place;
};

// Throws `INVALID_ARGUMENT` unless a matrix with so many columns can be multiplied by one with so many rows.
void checkFactors(int64_t columns, int64_t rows);

// Makes the ops known to libtensorflow, for the life of the process.
void registerKernel(const KernelDefinition& definition);

void reportFailure(TF_OpKernelConstruction* construction) noexcept;
void reportFailure(TF_OpKernelContext* context) noexcept;

template <class Kernel, class InferShapes, KernelCall::Of kOf, int kAtPlace = kNoInput>
constexpr KernelDefinition::Form kernelForm() {
  return {
      [](TF_ShapeInferenceContext* context, TF_Status* status) {
        ShapeInference shapes(context, status, kOf, kAtPlace);
        InferShapes{}(shapes);
      },
      [](void* kernel, TF_OpKernelContext* context) {
        try {
          KernelCall call(context, kOf, kAtPlace);
          for (size_t client = 0; client < call.clients(); ++client) {
            call.turnTo(client);
            (*static_cast<const Kernel*>(kernel))(call);
          }
        } catch (...) {
          reportFailure(context);
        }
      },
  };
}

// The definition of an op whose kernel is the class `Kernel`, made of the node's attributes and called with each call.
// Both may throw: the run that asked for it then fails with that error.
// `InferShapes` is a function of a `ShapeInference` without captures: libtensorflow gives its callback no data.
// `kAtPlace` is an input of two dimensions that the kernel can read where clients have it.
template <class Kernel, int kAtPlace = kNoInput, class InferShapes>
KernelDefinition defineKernel(const char* op, std::vector<const char*> inputs, std::vector<const char*> outputs,
                              std::vector<const char*> attributes, InferShapes) {
  return {
      op,
      std::move(inputs),
      std::move(outputs),
      std::move(attributes),
      [](TF_OpKernelConstruction* construction) -> void* {
        try {
          return new Kernel(KernelAttributes(construction));
        } catch (...) {
          reportFailure(construction);
          return nullptr;
        }
      },
      [](void* kernel) { delete static_cast<Kernel*>(kernel); },
      kernelForm<Kernel, InferShapes, KernelCall::Of::kOne>(),
      kernelForm<Kernel, InferShapes, KernelCall::Of::kClients>(),
      kernelForm<Kernel, InferShapes, KernelCall::Of::kClients, kAtPlace>(),
      kAtPlace,
  };
}

}  // namespace tf
