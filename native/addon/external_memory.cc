#include "external_memory.h"

namespace addon {
namespace {

// V8 counts what it is told against the limit of its own heap, which is some megabytes here: told of each tensor as it
// comes, it marked the heap in every second or third round for the 7 MB of weights that a round leaves behind, beside
// the round's threads. A growth of less than what V8 itself takes for worth a collection (kExternalAllocationSoftLimit)
// is kept from it.
constexpr int64_t kPortion = int64_t{64} << 20;

// An environment has a thread of its own.
thread_local int64_t held = 0;
thread_local int64_t told = 0;

}  // namespace

void externalMemoryChanged(Napi::BasicEnv env, int64_t bytes) {
  held += bytes;
  const int64_t untold = held - told;
  if (untold >= 0 && untold < kPortion) return;
  Napi::MemoryManagement::AdjustExternalMemory(env, untold);
  told = held;
}

}  // namespace addon
