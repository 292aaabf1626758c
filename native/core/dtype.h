// The dtypes of libtensorflow: their names and sizes. The TypeScript side names them by the same numbers.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "tensorflow/c/tf_datatype.h"

namespace tf {

struct Dtype {
  TF_DataType number;
  const char* name;
  size_t size;  // bytes of an element; 0 where elements are not plain bytes
};

inline constexpr std::array kDtypes = {
    Dtype{TF_FLOAT, "float32", 4},
    Dtype{TF_DOUBLE, "float64", 8},
    Dtype{TF_INT32, "int32", 4},
    Dtype{TF_UINT8, "uint8", 1},
    Dtype{TF_INT16, "int16", 2},
    Dtype{TF_INT8, "int8", 1},
    Dtype{TF_STRING, "string", 0},
    Dtype{TF_COMPLEX64, "complex64", 8},
    Dtype{TF_INT64, "int64", 8},
    Dtype{TF_BOOL, "bool", 1},
    Dtype{TF_QINT8, "qint8", 1},
    Dtype{TF_QUINT8, "quint8", 1},
    Dtype{TF_QINT32, "qint32", 4},
    Dtype{TF_BFLOAT16, "bfloat16", 2},
    Dtype{TF_QINT16, "qint16", 2},
    Dtype{TF_QUINT16, "quint16", 2},
    Dtype{TF_UINT16, "uint16", 2},
    Dtype{TF_COMPLEX128, "complex128", 16},
    Dtype{TF_HALF, "float16", 2},
    Dtype{TF_RESOURCE, "resource", 0},
    Dtype{TF_VARIANT, "variant", 0},
    Dtype{TF_UINT32, "uint32", 4},
    Dtype{TF_UINT64, "uint64", 8},
    Dtype{TF_FLOAT8_E5M2, "float8_e5m2", 1},
    Dtype{TF_FLOAT8_E4M3FN, "float8_e4m3fn", 1},
    Dtype{TF_FLOAT8_E4M3FNUZ, "float8_e4m3fnuz", 1},
    Dtype{TF_FLOAT8_E4M3B11FNUZ, "float8_e4m3b11fnuz", 1},
    Dtype{TF_FLOAT8_E5M2FNUZ, "float8_e5m2fnuz", 1},
    Dtype{TF_INT4, "int4", 1},
    Dtype{TF_UINT4, "uint4", 1},
    Dtype{TF_INT2, "int2", 1},
    Dtype{TF_UINT2, "uint2", 1},
    Dtype{TF_FLOAT4_E2M1FN, "float4_e2m1fn", 1},
};

// The table is indexed by the number less one, and the numbers are those that TypeScript knows.
constexpr bool dtypeTableIsOrdered() {
  for (size_t i = 0; i < kDtypes.size(); ++i) {
    if (kDtypes[i].number != static_cast<int>(i) + 1) return false;
  }
  return true;
}
static_assert(dtypeTableIsOrdered());
static_assert(TF_FLOAT == 1 && TF_DOUBLE == 2 && TF_INT32 == 3 && TF_UINT8 == 4 && TF_INT16 == 5 && TF_INT8 == 6);
static_assert(TF_STRING == 7 && TF_COMPLEX64 == 8 && TF_INT64 == 9 && TF_BOOL == 10 && TF_BFLOAT16 == 14);
static_assert(TF_UINT16 == 17 && TF_COMPLEX128 == 18 && TF_HALF == 19 && TF_UINT32 == 22 && TF_UINT64 == 23);
static_assert(sizeof(float) == 4 && sizeof(double) == 8);

inline const Dtype* findDtype(int number) {
  return number >= 1 && number <= static_cast<int>(kDtypes.size()) ? &kDtypes[number - 1] : nullptr;
}

inline std::string dtypeName(int number) {
  const Dtype* dtype = findDtype(number);
  return dtype == nullptr ? "dtype " + std::to_string(number) : dtype->name;
}

}  // namespace tf
