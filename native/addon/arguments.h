// Arguments read from JavaScript. Each function names the argument in its error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../core/graph.h"
#include "napi_setup.h"

namespace addon {

// A number without fraction of at most 2^53 in size.
int64_t integer(Napi::Value value, const char* name);
// The same from 0 up to 2^31 - 1.
int32_t count(Napi::Value value, const char* name);
std::string text(Napi::Value value, const char* name);
Napi::Array array(Napi::Value value, const char* name);
// A list of integers: a shape, endpoints, operations.
std::vector<int64_t> integers(Napi::Value value, const char* name);
std::vector<bool> booleans(Napi::Value value, const char* name);
// The bytes that a typed array or a data view shows. They are JavaScript's, and valid until it runs again.
std::span<const std::byte> view(Napi::Value value, const char* name);
std::vector<tf::TensorRef> tensors(Napi::Value value, const char* name);
// Appends instead.
void appendTensors(Napi::Value value, const char* name, std::vector<tf::TensorRef>& to);
tf::Attributes attributes(Napi::Value value, const char* name);

// Into JavaScript.
Napi::Value shapeValue(Napi::Env env, const tf::Shape& shape);
Napi::Value tensorValues(Napi::Env env, const std::vector<tf::TensorRef>& tensors);
Napi::Value bytesValue(Napi::Env env, std::span<const std::byte> bytes);

}  // namespace addon
