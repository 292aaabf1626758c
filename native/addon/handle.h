// Objects of the core in the hands of JavaScript: externals with a type tag each, so that a wrong one is an error and
// not a crash. A handle owns a share of its object until it is disposed or collected.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "../core/accumulator.h"
#include "../core/computation.h"
#include "../core/function.h"
#include "../core/run.h"
#include "errors.h"
#include "external_memory.h"

namespace addon {

template <class T>
struct HandleType;

#define FEDKERAS_HANDLE(type, text, number)                                                 \
  template <>                                                                               \
  struct HandleType<type> {                                                                 \
    static constexpr const char* name = text;                                               \
    static constexpr napi_type_tag tag = {0x6665646b65726173, 0x8c1d4f0be0a37200 + number}; \
  };
FEDKERAS_HANDLE(const tf::Tensor, "a tensor", 1)
FEDKERAS_HANDLE(tf::Graph, "a graph", 2)
FEDKERAS_HANDLE(tf::Function, "a function", 3)
FEDKERAS_HANDLE(tf::Computation, "a computation", 4)
FEDKERAS_HANDLE(tf::Accumulator, "an accumulator", 5)
FEDKERAS_HANDLE(tf::Cancellation, "a cancellation", 6)
#undef FEDKERAS_HANDLE

template <class T>
struct Handle {
  std::shared_ptr<T> object;  // null when disposed
  int64_t bytes;              // told to the garbage collector
};

template <class T>
void release(Napi::BasicEnv env, Handle<T>& handle) {
  handle.object.reset();
  if (handle.bytes != 0) externalMemoryChanged(env, -std::exchange(handle.bytes, 0));
}

// `bytes` is what the object holds outside of JavaScript's heap, so that it is collected in time.
template <class T>
Napi::Value wrap(Napi::Env env, std::shared_ptr<T> object, size_t bytes = 0) {
  auto handle = std::make_unique<Handle<T>>(std::move(object), 0);
  auto external =
      Napi::External<Handle<T>>::New(env, handle.get(), [](Napi::BasicEnv finalizing, Handle<T>* collected) {
        release(finalizing, *collected);
        delete collected;
      });
  Handle<T>& owned = *handle.release();
  external.TypeTag(&HandleType<T>::tag);
  if (bytes > 0) {
    owned.bytes = static_cast<int64_t>(bytes);
    externalMemoryChanged(env, owned.bytes);
  }
  return external;
}

// The handle that argument `name` is; a `TypeError` where it is something else.
template <class T>
Handle<T>& unwrap(Napi::Value value, const char* name) {
  if (value.IsExternal()) {
    auto external = value.As<Napi::External<Handle<T>>>();
    if (external.CheckTypeTag(&HandleType<T>::tag)) return *external.Data();
  }
  throw wrongArgument(value.Env(), name, HandleType<T>::name);
}

// The object of a handle; `ERR_DISPOSED` for a disposed one. It is shared with the caller, because reading further
// arguments can run JavaScript (a getter), which may dispose the handle.
template <class T>
std::shared_ptr<T> get(Napi::Value value, const char* name) {
  Handle<T>& handle = unwrap<T>(value, name);
  if (handle.object == nullptr) throw disposed(value.Env(), name);
  return handle.object;
}

inline Napi::Value wrapTensor(Napi::Env env, tf::TensorRef tensor) {
  const size_t bytes = tensor->byteLength();
  return wrap<const tf::Tensor>(env, std::move(tensor), bytes);
}

// `xDispose(handle)`: a second call does nothing.
template <class T>
Napi::Value dispose(const Napi::CallbackInfo& info) {
  release(info.Env(), unwrap<T>(info[0], "handle"));
  return info.Env().Undefined();
}

}  // namespace addon
