// Owners of the C API's objects. A `TF_*` pointer goes into one of these on the line it is born.
//
// Who may delete what, and where:
//   TF_Status, TF_Buffer, TF_SessionOptions, TF_DeviceList   the thread that made it; never shared
//   TF_Tensor      any thread: its buffer is counted atomically, and nothing of JavaScript hangs on it; strings are
//   freed
//                  with the last tensor that holds their buffer
//   TF_Graph       any thread, after the last use of its operations; libtensorflow keeps it until its sessions are gone
//   TF_Function    any thread; graphs hold copies
//   TF_Session     any thread, when no run is active: `Computation` is shared by its runs and dies with the last
//   TF_OperationDescription   only `TF_FinishOperation` frees it: see `Graph`
#pragma once

#include <memory>
#include <string>

#include "error.h"
#include "tf_api.h"

namespace tf {

// Deletes by the function of the table that `Delete` points to.
template <auto Delete>
struct Deleter {
  const TfApi* api;
  template <class T>
  void operator()(T* object) const {
    (api->*Delete)(object);
  }
};

struct SessionDeleter {
  const TfApi* api;
  void operator()(TF_Session* session) const {
    TF_Status* status = api->TF_NewStatus();
    // "Even if error information is recorded in *status, this call discards all local resources."
    api->TF_DeleteSession(session, status);
    api->TF_DeleteStatus(status);
  }
};

using StatusPtr = std::unique_ptr<TF_Status, Deleter<&TfApi::TF_DeleteStatus>>;
using BufferPtr = std::unique_ptr<TF_Buffer, Deleter<&TfApi::TF_DeleteBuffer>>;
using TensorPtr = std::unique_ptr<TF_Tensor, Deleter<&TfApi::TF_DeleteTensor>>;
using GraphPtr = std::unique_ptr<TF_Graph, Deleter<&TfApi::TF_DeleteGraph>>;
using FunctionPtr = std::unique_ptr<TF_Function, Deleter<&TfApi::TF_DeleteFunction>>;
using SessionOptionsPtr = std::unique_ptr<TF_SessionOptions, Deleter<&TfApi::TF_DeleteSessionOptions>>;
using DeviceListPtr = std::unique_ptr<TF_DeviceList, Deleter<&TfApi::TF_DeleteDeviceList>>;
using SessionPtr = std::unique_ptr<TF_Session, SessionDeleter>;

// The out-parameter of a call, turned into an `Error` where it failed.
class Status {
 public:
  explicit Status(const TfApi& api) : api_(api), status_(api.TF_NewStatus(), {&api}) {}
  TF_Status* get() { return status_.get(); }
  bool ok() const { return api_.TF_GetCode(status_.get()) == TF_OK; }
  // Throws unless the last call succeeded; `context`, if any, comes before libtensorflow's own message.
  void check(const std::string& context = "") const {
    if (ok()) return;
    const std::string message = api_.TF_Message(status_.get());
    throw Error(api_.TF_GetCode(status_.get()), context.empty() ? message : context + ": " + message);
  }

 private:
  const TfApi& api_;
  StatusPtr status_;
};

}  // namespace tf
