// Products of matrices of bfloat16 in the processor's tiles: registers of up to 16 rows of 64 bytes (Intel AMX,
// "Architecture Instruction Set Extensions Programming Reference", chapter 3).
//
// A tile of the first factor has up to 16 rows of 32 values. One of the second has 16 rows: in row `p` it has for each
// of 16 columns the values of rows `2 p` and `2 p + 1` side by side. One of sums has as many rows as the first factor's
// and 16 columns of `float`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../bfloat16.h"

// Not under sanitizers, which do not see what instructions by name read and write.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && __GNUC__ >= 11 && !defined(__clang__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define FEDKERAS_HAS_TILES 1
#endif

namespace tf {

inline constexpr size_t kTileRows = 16, kTileColumns = 16, kTileDepth = 32;
// Bytes in a row of any tile.
inline constexpr size_t kTileRow = 64;

// Whether the processor has tiles, and the system lets this process use them: it is asked once.
bool hasTiles();

// Sums have the tiles 0 to 3, first factors 4 and 5, second ones 6 and 7.
inline constexpr int kSums = 0, kFirst = 4, kSecond = 6, kTiles = 8;

#ifdef FEDKERAS_HAS_TILES

// The calling thread's tiles, while it lives: what they were for before is theirs again afterwards, for another
// library's kernels may rely on it.
class Tiles {
 public:
  // `rows` of the first factor, up to 16.
  explicit Tiles(size_t rows) {
    Configuration own;
    for (int tile = 0; tile < kTiles; ++tile) {
      own.bytes[tile] = kTileRow;
      own.rows[tile] = static_cast<uint8_t>(tile < kSecond ? rows : kTileRows);
    }
    asm volatile("sttilecfg %0" : "=m"(before_));
    asm volatile("ldtilecfg %0" ::"m"(own));
  }
  ~Tiles() { asm volatile("ldtilecfg %0" ::"m"(before_)); }
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;

  template <int kTile>
  void clear() {
    asm volatile("tilezero %%tmm%c0" ::"i"(kTile));
  }
  // `stride` bytes from one row to the next.
  template <int kTile>
  void load(const void* from, size_t stride) {
    asm volatile("tileloadd (%1,%2,1), %%tmm%c0" ::"i"(kTile), "r"(from), "r"(stride) : "memory");
  }
  template <int kTile>
  void store(void* to, size_t stride) {
    asm volatile("tilestored %%tmm%c0, (%1,%2,1)" ::"i"(kTile), "r"(to), "r"(stride) : "memory");
  }
  template <int kSum, int kA, int kB>
  void addProduct() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kSum), "i"(kA), "i"(kB));
  }

 private:
  struct alignas(64) Configuration {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t bytes[16] = {};
    uint8_t rows[16] = {};
  };
  static_assert(sizeof(Configuration) == 64);
  Configuration before_;
};

#endif

// The same for every processor, one number at a time.
class EmulatedTiles {
 public:
  explicit EmulatedTiles(size_t rows) : rows_(rows) {}

  template <int kTile>
  void clear() {
    tiles_[kTile] = {};
  }
  template <int kTile>
  void load(const void* from, size_t stride) {
    for (size_t i = 0; i < rowsOf(kTile); ++i)
      std::memcpy(tiles_[kTile][i].data(), static_cast<const std::byte*>(from) + i * stride, kTileRow);
  }
  template <int kTile>
  void store(void* to, size_t stride) {
    for (size_t i = 0; i < rowsOf(kTile); ++i)
      std::memcpy(static_cast<std::byte*>(to) + i * stride, tiles_[kTile][i].data(), kTileRow);
  }
  template <int kSum, int kA, int kB>
  void addProduct() {
    for (size_t i = 0; i < rows_; ++i) {
      for (size_t k = 0; k < kTileDepth; ++k) {
        for (size_t j = 0; j < kTileColumns; ++j) {
          const float sum = value<float>(kSum, i, j) +
                            toFloat(value<Bfloat16>(kA, i, k)) * toFloat(value<Bfloat16>(kB, k / 2, 2 * j + k % 2));
          std::memcpy(tiles_[kSum][i].data() + j * sizeof(float), &sum, sizeof sum);
        }
      }
    }
  }

 private:
  size_t rowsOf(int tile) const { return tile < kSecond ? rows_ : kTileRows; }
  template <class T>
  T value(int tile, size_t row, size_t column) const {
    T value;
    std::memcpy(&value, tiles_[tile][row].data() + column * sizeof(T), sizeof(T));
    return value;
  }

  size_t rows_;
  std::array<std::array<std::array<std::byte, kTileRow>, kTileRows>, kTiles> tiles_{};
};

// Calls `work<T>()` with the kind of tiles that this processor has.
template <class Work>
void withTiles(Work work) {
#ifdef FEDKERAS_HAS_TILES
  if (hasTiles()) return work.template operator()<Tiles>();
#endif
  work.template operator()<EmulatedTiles>();
}

}  // namespace tf
