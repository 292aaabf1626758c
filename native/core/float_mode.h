// Subnormal floats are taken for 0 while an object of this class lives, on its thread. libtensorflow does so on its own
// threads, and without it a model whose gradients fade runs many times slower.
#pragma once

#include <cstdint>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace tf {

class FlushSubnormals {
 public:
  FlushSubnormals() : before_(mode()) { setMode(before_ | kFlush); }
  ~FlushSubnormals() { setMode(before_); }
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

 private:
#if defined(__x86_64__) || defined(_M_X64)
  static constexpr uint64_t kFlush = 0x8040;  // of results (FTZ) and of operands (DAZ)
  static uint64_t mode() { return _mm_getcsr(); }
  static void setMode(uint64_t mode) { _mm_setcsr(static_cast<unsigned>(mode)); }
#elif defined(__aarch64__)
  static constexpr uint64_t kFlush = uint64_t{1} << 24;
  static uint64_t mode() {
    uint64_t mode;
    asm volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
  }
  static void setMode(uint64_t mode) { asm volatile("msr fpcr, %0" ::"r"(mode)); }
#else
  static constexpr uint64_t kFlush = 0;
  static uint64_t mode() { return 0; }
  static void setMode(uint64_t) {}
#endif

  const uint64_t before_;
};

}  // namespace tf
