#include "errors.h"

namespace addon {

Napi::Error makeError(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error error = Napi::Error::New(env, message);
  error.Set("code", code);
  return error;
}

Napi::Error wrongArgument(Napi::Env env, const std::string& name, const std::string& expected) {
  Napi::TypeError error = Napi::TypeError::New(env, "`" + name + "` must be " + expected);
  error.Set("code", "ERR_INVALID_ARG_TYPE");
  return error;
}

Napi::Error disposed(Napi::Env env, const std::string& name) {
  return makeError(env, "ERR_DISPOSED", "`" + name + "` is disposed");
}

}  // namespace addon
