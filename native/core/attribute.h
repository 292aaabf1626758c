// Values of attributes, as they come from JavaScript, and their way into an operation that is being built.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "op_def.h"
#include "tensor.h"

namespace tf {

// A size of -1 is unknown; no value is an unknown rank.
using Shape = std::optional<std::vector<int64_t>>;
// `double` and `int64_t` are JavaScript's number and bigint.
using AttributeElement = std::variant<bool, double, int64_t, std::string, Shape>;
using AttributeValue = std::variant<AttributeElement, std::vector<AttributeElement>, TensorRef>;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

// Sets attribute `name` of `description`, an operation of `op`, to `value`: a `type` is a `TF_DataType` number, a
// `func` the name of a function. An attribute whose name begins with `_` has no definition, and its type follows from
// the value's: a number without fraction is an `int`, as is a bigint. `INVALID_ARGUMENT` for a value that does not fit
// the type.
void setAttribute(const TfApi& api, TF_OperationDescription* description, const OpDef& op, const std::string& name,
                  const AttributeValue& value);

}  // namespace tf
