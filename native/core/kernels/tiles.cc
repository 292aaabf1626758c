#include "tiles.h"

#ifdef FEDKERAS_HAS_TILES
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace tf {

#ifdef FEDKERAS_HAS_TILES

namespace {

// Of <asm/prctl.h> and the processor's state components, which older headers lack.
constexpr int kRequestPermission = 0x1023, kTileData = 18;

}  // namespace

bool hasTiles() {
  static const bool has = __builtin_cpu_supports("amx-bf16") && __builtin_cpu_supports("amx-tile") &&
                          __builtin_cpu_supports("avx512bf16") &&
                          syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  return has;
}

#else

bool hasTiles() { return false; }

#endif

}  // namespace tf
