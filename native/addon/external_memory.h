// What the garbage collector is told of the memory that handles hold.
#pragma once

#include <cstdint>

#include "napi_setup.h"

namespace addon {

// Notes that handles of this thread's environment hold `bytes` more, or less.
void externalMemoryChanged(Napi::BasicEnv env, int64_t bytes);

}  // namespace addon
