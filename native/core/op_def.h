// What libtensorflow says of its ops: the attributes of each, with their types, and its inputs. Attributes are set by
// functions that differ by type, so the definition decides how a value is read.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "handles.h"

namespace tf {

struct OpDef {
  std::string name;
  size_t inputs = 0;
  // By name: `int`, `list(shape)`, `func` …, as in op_def.proto.
  std::map<std::string, std::string, std::less<>> attributes;
};

// The `OpDef` message `proto`.
OpDef parseOpDef(std::string_view proto);

// The ops that libtensorflow was built with.
class OpDefs {
 public:
  // Reads the definitions of all ops, once: 1,400 of them in some milliseconds.
  explicit OpDefs(const TfApi& api);
  // Null for an unknown op.
  const OpDef* find(const std::string& name) const;

 private:
  std::unordered_map<std::string, OpDef> ops_;
};

// The type of attribute `name` of `op`; `INVALID_ARGUMENT` naming those there are for an unknown one.
const std::string& attributeType(const OpDef& op, std::string_view name);

}  // namespace tf
