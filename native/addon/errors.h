// JavaScript errors with a `code`, and the way of the core's errors into them.
#pragma once

#include <exception>
#include <new>
#include <string>

#include "../core/error.h"
#include "napi_setup.h"

namespace addon {

Napi::Error makeError(Napi::Env env, const char* code, const std::string& message);
// An argument that is not the handle or value it should be: "`name` must be `expected`".
Napi::Error wrongArgument(Napi::Env env, const std::string& name, const std::string& expected);
Napi::Error disposed(Napi::Env env, const std::string& name);

// A function of the addon: what the core throws becomes a JavaScript error.
template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
Napi::Value guarded(const Napi::CallbackInfo& info) {
  try {
    return Function(info);
  } catch (const Napi::Error&) {
    throw;
  } catch (const tf::Error& error) {
    throw makeError(info.Env(), tf::statusName(error.code()), error.what());
  } catch (const std::bad_alloc&) {
    throw makeError(info.Env(), tf::statusName(TF_RESOURCE_EXHAUSTED), "out of memory");
  } catch (const std::exception& error) {
    throw makeError(info.Env(), tf::statusName(TF_INTERNAL), error.what());
  }
}

// The functions of one family, set on `exports` by name.
template <Napi::Value (*Function)(const Napi::CallbackInfo&)>
void define(Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New<guarded<Function>>(exports.Env(), name));
}

}  // namespace addon
