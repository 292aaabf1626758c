// The one exception type of the core: a status of libtensorflow, with its whole message.
#pragma once

#include <stdexcept>
#include <string>

#include "tensorflow/c/tf_status.h"

namespace tf {

class Error : public std::runtime_error {
 public:
  Error(TF_Code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  TF_Code code() const { return code_; }

 private:
  TF_Code code_;
};

inline Error invalidArgument(const std::string& message) { return Error(TF_INVALID_ARGUMENT, message); }
inline Error failedPrecondition(const std::string& message) { return Error(TF_FAILED_PRECONDITION, message); }

// The name of a status, as in `INVALID_ARGUMENT`.
const char* statusName(TF_Code code);

}  // namespace tf
