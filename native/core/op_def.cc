#include "op_def.h"

#include <utility>

#include "proto.h"

namespace tf {
namespace {

// Numbers of fields in tensorflow/core/framework/op_def.proto.
enum OpListField { kOp = 1 };
enum OpDefField { kOpName = 1, kInputArg = 2, kAttr = 4 };
enum AttrDefField { kAttrName = 1, kAttrType = 2 };

}  // namespace

OpDef parseOpDef(std::string_view proto) {
  OpDef op;
  for (ProtoReader message(proto); message.next();) {
    if (message.field() == kOpName) {
      op.name = message.bytes();
    } else if (message.field() == kInputArg) {
      ++op.inputs;
    } else if (message.field() == kAttr) {
      std::string name, type;
      for (ProtoReader attribute(message.bytes()); attribute.next();) {
        if (attribute.field() == kAttrName) name = attribute.bytes();
        if (attribute.field() == kAttrType) type = attribute.bytes();
      }
      op.attributes.emplace(std::move(name), std::move(type));
    }
  }
  return op;
}

OpDefs::OpDefs(const TfApi& api) {
  const BufferPtr list(api.TF_GetAllOpList(), {&api});
  if (list == nullptr) throw Error(TF_INTERNAL, "libtensorflow returned no list of its ops");
  for (ProtoReader message({static_cast<const char*>(list->data), list->length}); message.next();) {
    if (message.field() != kOp) continue;
    OpDef op = parseOpDef(message.bytes());
    std::string name = op.name;
    ops_.emplace(std::move(name), std::move(op));
  }
}

const OpDef* OpDefs::find(const std::string& name) const {
  const auto found = ops_.find(name);
  return found == ops_.end() ? nullptr : &found->second;
}

const std::string& attributeType(const OpDef& op, std::string_view name) {
  const auto found = op.attributes.find(name);
  if (found != op.attributes.end()) return found->second;
  std::string known;
  for (const auto& attribute : op.attributes) known += (known.empty() ? "" : ", ") + attribute.first;
  throw invalidArgument("op " + op.name + " has no attribute `" + std::string(name) +
                        "`; it has: " + (known.empty() ? "none" : known));
}

}  // namespace tf
