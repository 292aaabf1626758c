// The families of functions that make up the addon: src/native/binding.ts describes each of them.
#pragma once

#include "napi_setup.h"

namespace addon {

void defineTensorFunctions(Napi::Object exports);
void defineGraphFunctions(Napi::Object exports);
void defineComputationFunctions(Napi::Object exports);
void defineAccumulatorFunctions(Napi::Object exports);

}  // namespace addon
