// Vectors of `float` as wide as the processor's, and functions compiled for each width. Like libtensorflow's, their
// numbers are a processor's own.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>

// The second one is for lambdas.
#if defined(__GNUC__)
#define FEDKERAS_INLINE inline __attribute__((always_inline))
#define FEDKERAS_INLINED __attribute__((always_inline))
#else
#define FEDKERAS_INLINE inline
#define FEDKERAS_INLINED
#endif

// A file that begins with this multiplies and adds in one where the processor can.
#if defined(__GNUC__) && !defined(__clang__)
#define FEDKERAS_FUSED _Pragma("GCC optimize(\"fp-contract=fast\")")
#else
#define FEDKERAS_FUSED
#endif

// Before a loop of a few iterations whose number is known: they are written out, and what indexes them is a constant.
// Not under sanitizers, whose checks would be written out, too: that takes the compiler minutes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FEDKERAS_UNROLL
#elif defined(__clang__)
#define FEDKERAS_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define FEDKERAS_UNROLL _Pragma("GCC unroll 36")
#else
#define FEDKERAS_UNROLL
#endif

namespace tf {

#if defined(__GNUC__)
template <size_t kWidth>
struct VectorOf {
  typedef float Type __attribute__((vector_size(kWidth * sizeof(float))));
};
#else
template <size_t kWidth>
struct VectorOf;
template <>
struct VectorOf<1> {
  using Type = float;
};
#endif

template <size_t kWidth>
using Vector = typename VectorOf<kWidth>::Type;

// By reference: a vector that is returned has another calling convention on each processor.
template <class V>
FEDKERAS_INLINE void load(const float* from, V& vector) {
  std::memcpy(&vector, from, sizeof vector);
}

template <class V>
FEDKERAS_INLINE void store(const V& vector, float* to) {
  std::memcpy(to, &vector, sizeof vector);
}

// The number of a vector's elements on this processor: 16, 8, 4 or, for other compilers than GCC and Clang, 1.
size_t vectorWidth();

// The number for rows of `columns` values: eight where they do not fill the widest vector, so that those of ten classes
// need not be made wider. Vectors of four took longer than that on a processor with eight: there is no product and sum
// in one for them.
inline size_t vectorWidth(size_t columns) {
  const size_t width = vectorWidth();
  return width > 8 && columns < width ? 8 : width;
}

// Whether the processor has instructions for products in bfloat16.
bool multipliesBfloat16();

// `name##Of(width, argument)` calls `name<width>(argument)` compiled for this processor.
#if defined(__GNUC__) && defined(__x86_64__)
#define FEDKERAS_FOR_EACH_WIDTH(name, Argument)                                                        \
  void name##By4(const Argument& argument) { name<4>(argument); }                                      \
  __attribute__((target("avx2,fma"))) void name##By8(const Argument& argument) { name<8>(argument); }  \
  __attribute__((target("avx512f"))) void name##By16(const Argument& argument) { name<16>(argument); } \
  void name##Of(size_t width, const Argument& argument) {                                              \
    width == 16 ? name##By16(argument) : width == 8 ? name##By8(argument) : name##By4(argument);       \
  }
#elif defined(__GNUC__)
#define FEDKERAS_FOR_EACH_WIDTH(name, Argument) \
  void name##Of(size_t, const Argument& argument) { name<4>(argument); }
#else
#define FEDKERAS_FOR_EACH_WIDTH(name, Argument) \
  void name##Of(size_t, const Argument& argument) { name<1>(argument); }
#endif

// Memory at the beginning of a cache line.
struct FreeAligned {
  void operator()(void* values) const { ::operator delete[](values, std::align_val_t{64}); }
};
template <class T>
using Aligned = std::unique_ptr<T[], FreeAligned>;
using AlignedFloats = Aligned<float>;

template <class T>
Aligned<T> aligned(size_t count) {
  return Aligned<T>(static_cast<T*>(::operator new[](count * sizeof(T), std::align_val_t{64})));
}
inline AlignedFloats alignedFloats(size_t count) { return aligned<float>(count); }

}  // namespace tf
