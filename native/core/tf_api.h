// The functions of libtensorflow's C API that are used, as one table of pointers. Nothing links to libtensorflow: one
// binary serves every build of it, and tests can put their own functions into the table.
#pragma once

#include <functional>
#include <string>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tstring.h"

// The kernel API, of `tensorflow/c/kernels.h`: that header asks for C++ headers of the runtime, which are not C and not
// needed.
extern "C" {
struct TF_KernelBuilder;
struct TF_OpKernelConstruction;
struct TF_OpKernelContext;
TF_KernelBuilder* TF_NewKernelBuilder(const char* op_name, const char* device_name,
                                      void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*));
void TF_RegisterKernelBuilder(const char* kernel_name, TF_KernelBuilder* builder, TF_Status* status);
int TF_NumInputs(TF_OpKernelContext* context);
void TF_GetInput(TF_OpKernelContext* context, int i, TF_Tensor** tensor, TF_Status* status);
TF_Tensor* TF_ForwardInputOrAllocateOutput(TF_OpKernelContext* context, const int* candidate_input_indices,
                                           int num_candidate_input_indices, int output_index,
                                           const int64_t* output_dims, int output_num_dims, int* forwarded_input,
                                           TF_Status* status);
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext* context, int index, TF_DataType dtype, const int64_t* dims,
                             int num_dims, size_t len, TF_Status* status);
void TF_SetOutput(TF_OpKernelContext* context, int i, const TF_Tensor* tensor, TF_Status* status);
void TF_OpKernelConstruction_Failure(TF_OpKernelConstruction* construction, TF_Status* status);
void TF_OpKernelContext_Failure(TF_OpKernelContext* context, TF_Status* status);
void TF_OpKernelConstruction_GetAttrSize(TF_OpKernelConstruction* construction, const char* attr_name,
                                         int32_t* list_size, int32_t* total_size, TF_Status* status);
void TF_OpKernelConstruction_GetAttrString(TF_OpKernelConstruction* construction, const char* attr_name, char* val,
                                           size_t max_length, TF_Status* status);
void TF_OpKernelConstruction_GetAttrInt64List(TF_OpKernelConstruction* construction, const char* attr_name,
                                              int64_t* vals, int max_vals, TF_Status* status);
void TF_OpKernelConstruction_GetAttrType(TF_OpKernelConstruction* construction, const char* attr_name, TF_DataType* val,
                                         TF_Status* status);
}

namespace tf {

#define TF_API_FUNCTIONS(X)                          \
  X(TF_Version)                                      \
  X(TF_NewStatus)                                    \
  X(TF_DeleteStatus)                                 \
  X(TF_GetCode)                                      \
  X(TF_Message)                                      \
  X(TF_SetStatus)                                    \
  X(TF_NewBuffer)                                    \
  X(TF_DeleteBuffer)                                 \
  X(TF_GetAllOpList)                                 \
  X(TF_DataTypeSize)                                 \
  X(TF_AllocateTensor)                               \
  X(TF_TensorBitcastFrom)                            \
  X(TF_DeleteTensor)                                 \
  X(TF_TensorType)                                   \
  X(TF_NumDims)                                      \
  X(TF_Dim)                                          \
  X(TF_TensorByteSize)                               \
  X(TF_TensorData)                                   \
  X(TF_TensorMaybeMove)                              \
  X(TF_StringInit)                                   \
  X(TF_StringCopy)                                   \
  X(TF_StringGetDataPointer)                         \
  X(TF_StringGetSize)                                \
  X(TF_NewGraph)                                     \
  X(TF_DeleteGraph)                                  \
  X(TF_NewOperation)                                 \
  X(TF_FinishOperation)                              \
  X(TF_SetDevice)                                    \
  X(TF_AddInput)                                     \
  X(TF_AddInputList)                                 \
  X(TF_AddControlInput)                              \
  X(TF_SetAttrString)                                \
  X(TF_SetAttrStringList)                            \
  X(TF_SetAttrInt)                                   \
  X(TF_SetAttrIntList)                               \
  X(TF_SetAttrFloat)                                 \
  X(TF_SetAttrFloatList)                             \
  X(TF_SetAttrBool)                                  \
  X(TF_SetAttrBoolList)                              \
  X(TF_SetAttrType)                                  \
  X(TF_SetAttrTypeList)                              \
  X(TF_SetAttrShape)                                 \
  X(TF_SetAttrShapeList)                             \
  X(TF_SetAttrTensor)                                \
  X(TF_SetAttrValueProto)                            \
  X(TF_OperationNumInputs)                           \
  X(TF_OperationAllInputs)                           \
  X(TF_OperationNumOutputs)                          \
  X(TF_OperationOutputType)                          \
  X(TF_GraphNextOperation)                           \
  X(TF_GraphGetTensorNumDims)                        \
  X(TF_GraphGetTensorShape)                          \
  X(TF_GraphSetTensorShape)                          \
  X(TF_GraphGetOpDef)                                \
  X(TF_GraphToGraphDef)                              \
  X(TF_GraphToFunction)                              \
  X(TF_GraphCopyFunction)                            \
  X(TF_DeleteFunction)                               \
  X(TF_AddGradients)                                 \
  X(TF_NewSessionOptions)                            \
  X(TF_SetConfig)                                    \
  X(TF_DeleteSessionOptions)                         \
  X(TF_NewSession)                                   \
  X(TF_CloseSession)                                 \
  X(TF_DeleteSession)                                \
  X(TF_SessionRun)                                   \
  X(TF_SessionListDevices)                           \
  X(TF_DeleteDeviceList)                             \
  X(TF_DeviceListCount)                              \
  X(TF_DeviceListType)                               \
  X(TF_NewOpDefinitionBuilder)                       \
  X(TF_OpDefinitionBuilderAddInput)                  \
  X(TF_OpDefinitionBuilderAddOutput)                 \
  X(TF_OpDefinitionBuilderAddAttr)                   \
  X(TF_OpDefinitionBuilderSetShapeInferenceFunction) \
  X(TF_RegisterOpDefinition)                         \
  X(TF_NewShapeHandle)                               \
  X(TF_DeleteShapeHandle)                            \
  X(TF_NewDimensionHandle)                           \
  X(TF_DeleteDimensionHandle)                        \
  X(TF_DimensionHandleValue)                         \
  X(TF_DimensionHandleValueKnown)                    \
  X(TF_ShapeInferenceContextScalar)                  \
  X(TF_ShapeInferenceContextVectorFromSize)          \
  X(TF_ShapeInferenceContextRank)                    \
  X(TF_ShapeInferenceContextDim)                     \
  X(TF_ShapeInferenceContextNumInputs)               \
  X(TF_ShapeInferenceContextGetInput)                \
  X(TF_ShapeInferenceContextSetOutput)               \
  X(TF_ShapeInferenceContextSubshape)                \
  X(TF_ShapeInferenceContextConcatenateShapes)       \
  X(TF_NewKernelBuilder)                             \
  X(TF_RegisterKernelBuilder)                        \
  X(TF_NumInputs)                                    \
  X(TF_GetInput)                                     \
  X(TF_AllocateOutput)                               \
  X(TF_ForwardInputOrAllocateOutput)                 \
  X(TF_SetOutput)                                    \
  X(TF_OpKernelConstruction_Failure)                 \
  X(TF_OpKernelContext_Failure)                      \
  X(TF_OpKernelConstruction_GetAttrSize)             \
  X(TF_OpKernelConstruction_GetAttrInt64List)        \
  X(TF_OpKernelConstruction_GetAttrString)           \
  X(TF_OpKernelConstruction_GetAttrType)

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
