// The functions of libtensorflow's C API that are used, as one table of pointers. Nothing links to libtensorflow: one
// binary serves every build of it, and tests can put their own functions into the table.
#pragma once

#include <functional>
#include <string>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/tf_tstring.h"

namespace tf {

#define TF_API_FUNCTIONS(X)   \
  X(TF_Version)               \
  X(TF_NewStatus)             \
  X(TF_DeleteStatus)          \
  X(TF_GetCode)               \
  X(TF_Message)               \
  X(TF_NewBuffer)             \
  X(TF_DeleteBuffer)          \
  X(TF_GetAllOpList)          \
  X(TF_DataTypeSize)          \
  X(TF_AllocateTensor)        \
  X(TF_DeleteTensor)          \
  X(TF_TensorType)            \
  X(TF_NumDims)               \
  X(TF_Dim)                   \
  X(TF_TensorByteSize)        \
  X(TF_TensorData)            \
  X(TF_StringInit)            \
  X(TF_StringCopy)            \
  X(TF_StringGetDataPointer)  \
  X(TF_StringGetSize)         \
  X(TF_NewGraph)              \
  X(TF_DeleteGraph)           \
  X(TF_NewOperation)          \
  X(TF_FinishOperation)       \
  X(TF_SetDevice)             \
  X(TF_AddInput)              \
  X(TF_AddInputList)          \
  X(TF_AddControlInput)       \
  X(TF_SetAttrString)         \
  X(TF_SetAttrStringList)     \
  X(TF_SetAttrInt)            \
  X(TF_SetAttrIntList)        \
  X(TF_SetAttrFloat)          \
  X(TF_SetAttrFloatList)      \
  X(TF_SetAttrBool)           \
  X(TF_SetAttrBoolList)       \
  X(TF_SetAttrType)           \
  X(TF_SetAttrTypeList)       \
  X(TF_SetAttrFuncName)       \
  X(TF_SetAttrShape)          \
  X(TF_SetAttrShapeList)      \
  X(TF_SetAttrTensor)         \
  X(TF_SetAttrValueProto)     \
  X(TF_OperationNumInputs)    \
  X(TF_OperationAllInputs)    \
  X(TF_OperationNumOutputs)   \
  X(TF_OperationOutputType)   \
  X(TF_GraphNextOperation)    \
  X(TF_GraphGetTensorNumDims) \
  X(TF_GraphGetTensorShape)   \
  X(TF_GraphGetOpDef)         \
  X(TF_GraphToGraphDef)       \
  X(TF_GraphToFunction)       \
  X(TF_GraphCopyFunction)     \
  X(TF_DeleteFunction)        \
  X(TF_AddGradients)          \
  X(TF_NewSessionOptions)     \
  X(TF_SetConfig)             \
  X(TF_DeleteSessionOptions)  \
  X(TF_NewSession)            \
  X(TF_CloseSession)          \
  X(TF_DeleteSession)         \
  X(TF_SessionRun)

struct TfApi {
#define TF_API_MEMBER(name) decltype(&::name) name;
  TF_API_FUNCTIONS(TF_API_MEMBER)
#undef TF_API_MEMBER
};

// Fills a table by name. All functions that `find` does not know are named in one error (`UNIMPLEMENTED`).
TfApi resolveTfApi(const std::function<void*(const char* name)>& find);

// Opens libtensorflow at `path`, once per process, and returns its table. A second call with the same path does
// nothing; with another path it fails with `FAILED_PRECONDITION`, for two TensorFlows in one process disturb each
// other. `log_level` is `TF_CPP_MIN_LOG_LEVEL`: 0 prints everything, 3 only errors.
const TfApi& loadTfApi(const std::string& path, int log_level);

// The table that `loadTfApi` made; `FAILED_PRECONDITION` before.
const TfApi& tfApi();

}  // namespace tf
