#include "attribute.h"

#include <cmath>

#include "dtype.h"
#include "handles.h"
#include "proto.h"

namespace tf {
namespace {

std::string kindOf(const AttributeElement& value) {
  switch (value.index()) {
    case 0:
      return std::get<bool>(value) ? "true" : "false";
    case 1: {
      const double number = std::get<double>(value);
      return "the number " + (std::trunc(number) == number && std::abs(number) < 1e15
                                  ? std::to_string(static_cast<int64_t>(number))
                                  : std::to_string(number));
    }
    case 2:
      return "the bigint " + std::to_string(std::get<int64_t>(value));
    case 3:
      return "the string \"" + std::get<std::string>(value) + "\"";
    default:
      return "a shape";
  }
}

// Numbers of fields in tensorflow/core/framework/attr_value.proto.
constexpr int kAttrValueList = 1, kAttrValueString = 2, kAttrValueFunc = 10, kListValueFunc = 9;
constexpr int kNameAttrListName = 1, kNameAttrListAttr = 2, kMapKey = 1, kMapValue = 2;

// A function by its name, as a `NameAttrList`. Where it is not put in line, it is run by the executor that has no queue
// of nodes that are ready: a node costs less, and a loop of few steps is over sooner.
std::string functionReference(const std::string& name) {
  std::string executor, attribute, reference;
  appendProtoField(executor, kAttrValueString, "SINGLE_THREADED_EXECUTOR");
  appendProtoField(attribute, kMapKey, "_executor");
  appendProtoField(attribute, kMapValue, executor);
  appendProtoField(reference, kNameAttrListName, name);
  appendProtoField(reference, kNameAttrListAttr, attribute);
  return reference;
}

// One attribute on its way into an operation.
class Setter {
 public:
  Setter(const TfApi& api, TF_OperationDescription* description, const OpDef& op, const std::string& name)
      : api_(api), description_(description), op_(op), name_(name) {}

  void set(const std::string& type, const AttributeElement& value) const {
    if (type == "int") {
      api_.TF_SetAttrInt(description_, name_.c_str(), toInt(type, value));
    } else if (type == "float") {
      api_.TF_SetAttrFloat(description_, name_.c_str(), toFloat(type, value));
    } else if (type == "bool") {
      api_.TF_SetAttrBool(description_, name_.c_str(), toBool(type, value));
    } else if (type == "type") {
      api_.TF_SetAttrType(description_, name_.c_str(), toType(type, value));
    } else if (type == "string") {
      const std::string& text = toString(type, value);
      api_.TF_SetAttrString(description_, name_.c_str(), text.data(), text.size());
    } else if (type == "func") {
      setFunction(type, value);
    } else if (type == "shape") {
      const Shape& shape = toShape(type, value);
      api_.TF_SetAttrShape(description_, name_.c_str(), shape ? shape->data() : nullptr, rank(shape));
    } else {
      throw mismatch(type, kindOf(value));
    }
  }

  void setList(const std::string& type, const std::vector<AttributeElement>& values) const {
    const int count = static_cast<int>(values.size());
    if (type == "list(int)") {
      const auto numbers = convert<int64_t>(type, values, &Setter::toInt);
      api_.TF_SetAttrIntList(description_, name_.c_str(), numbers.data(), count);
    } else if (type == "list(float)") {
      const auto numbers = convert<float>(type, values, &Setter::toFloat);
      api_.TF_SetAttrFloatList(description_, name_.c_str(), numbers.data(), count);
    } else if (type == "list(bool)") {
      const auto flags = convert<unsigned char>(type, values, &Setter::toBool);
      api_.TF_SetAttrBoolList(description_, name_.c_str(), flags.data(), count);
    } else if (type == "list(type)") {
      const auto types = convert<TF_DataType>(type, values, &Setter::toType);
      api_.TF_SetAttrTypeList(description_, name_.c_str(), types.data(), count);
    } else if (type == "list(string)") {
      setStrings(type, values);
    } else if (type == "list(shape)") {
      setShapes(type, values);
    } else if (type == "list(func)") {
      setFunctions(type, values);
    } else {
      throw mismatch(type, "a list");
    }
  }

  void setTensor(const std::string& type, const Tensor& tensor) const {
    if (type != "tensor") throw mismatch(type, "a tensor");
    Status status(api_);
    api_.TF_SetAttrTensor(description_, name_.c_str(), tensor.get(), status.get());
    status.check("attribute `" + name_ + "` of op " + op_.name);
  }

 private:
  Error mismatch(const std::string& type, const std::string& received) const {
    return invalidArgument("attribute `" + name_ + "` of op " + op_.name + " must be " + type + ", received " +
                           received);
  }

  int64_t toInt(const std::string& type, const AttributeElement& value) const {
    if (const auto* exact = std::get_if<int64_t>(&value)) return *exact;
    if (const auto* number = std::get_if<double>(&value)) {
      // Beyond 2^53 a number no longer tells neighbours apart: a bigint does.
      if (std::trunc(*number) == *number && std::abs(*number) <= 9007199254740992.0)
        return static_cast<int64_t>(*number);
    }
    throw mismatch(type, kindOf(value));
  }

  float toFloat(const std::string& type, const AttributeElement& value) const {
    if (const auto* number = std::get_if<double>(&value)) return static_cast<float>(*number);
    throw mismatch(type, kindOf(value));
  }

  unsigned char toBool(const std::string& type, const AttributeElement& value) const {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
    throw mismatch(type, kindOf(value));
  }

  TF_DataType toType(const std::string& type, const AttributeElement& value) const {
    if (const auto* number = std::get_if<double>(&value)) {
      // References to variables count from 100.
      const bool whole = std::trunc(*number) == *number && *number > 0 && *number < 200;
      const int dtype = whole ? static_cast<int>(*number) : 0;
      if (findDtype(dtype > 100 ? dtype - 100 : dtype) != nullptr) return static_cast<TF_DataType>(dtype);
    }
    throw mismatch(type, kindOf(value));
  }

  const std::string& toString(const std::string& type, const AttributeElement& value) const {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    throw mismatch(type, kindOf(value));
  }

  const Shape& toShape(const std::string& type, const AttributeElement& value) const {
    const auto* shape = std::get_if<Shape>(&value);
    if (shape == nullptr) throw mismatch(type, kindOf(value));
    if (*shape) {
      for (const int64_t size : **shape) {
        if (size < -1) throw mismatch(type, "a size of " + std::to_string(size));
      }
    }
    return *shape;
  }

  static int rank(const Shape& shape) { return shape ? static_cast<int>(shape->size()) : -1; }

  template <class T>
  std::vector<T> convert(const std::string& type, const std::vector<AttributeElement>& values,
                         T (Setter::*element)(const std::string&, const AttributeElement&) const) const {
    std::vector<T> converted;
    converted.reserve(values.size());
    for (const AttributeElement& value : values) converted.push_back((this->*element)(type, value));
    return converted;
  }

  void setStrings(const std::string& type, const std::vector<AttributeElement>& values) const {
    std::vector<const void*> texts;
    std::vector<size_t> lengths;
    for (const AttributeElement& value : values) {
      const std::string& text = toString(type, value);
      texts.push_back(text.data());
      lengths.push_back(text.size());
    }
    api_.TF_SetAttrStringList(description_, name_.c_str(), texts.data(), lengths.data(),
                              static_cast<int>(texts.size()));
  }

  void setShapes(const std::string& type, const std::vector<AttributeElement>& values) const {
    std::vector<const int64_t*> sizes;
    std::vector<int> ranks;
    for (const AttributeElement& value : values) {
      const Shape& shape = toShape(type, value);
      sizes.push_back(shape ? shape->data() : nullptr);
      ranks.push_back(rank(shape));
    }
    api_.TF_SetAttrShapeList(description_, name_.c_str(), sizes.data(), ranks.data(), static_cast<int>(ranks.size()));
  }

  // The C API has no function for a list of functions, nor for one with attributes of its own.
  void setFunction(const std::string& type, const AttributeElement& value) const {
    std::string attribute;
    appendProtoField(attribute, kAttrValueFunc, functionReference(toString(type, value)));
    setProto(attribute);
  }

  void setFunctions(const std::string& type, const std::vector<AttributeElement>& values) const {
    std::string list, attribute;
    for (const AttributeElement& value : values)
      appendProtoField(list, kListValueFunc, functionReference(toString(type, value)));
    appendProtoField(attribute, kAttrValueList, list);
    setProto(attribute);
  }

  void setProto(const std::string& attribute) const {
    Status status(api_);
    api_.TF_SetAttrValueProto(description_, name_.c_str(), attribute.data(), attribute.size(), status.get());
    status.check("attribute `" + name_ + "` of op " + op_.name);
  }

  const TfApi& api_;
  TF_OperationDescription* description_;
  const OpDef& op_;
  const std::string& name_;
};

// The type of an attribute without definition.
std::string typeOf(const AttributeElement& value) {
  switch (value.index()) {
    case 0:
      return "bool";
    case 1:
      return std::trunc(std::get<double>(value)) == std::get<double>(value) ? "int" : "float";
    case 2:
      return "int";
    case 3:
      return "string";
    default:
      return "shape";
  }
}

}  // namespace

void setAttribute(const TfApi& api, TF_OperationDescription* description, const OpDef& op, const std::string& name,
                  const AttributeValue& value) {
  const Setter setter(api, description, op, name);
  const bool defined = !name.starts_with('_');
  if (const auto* tensor = std::get_if<TensorRef>(&value)) {
    setter.setTensor(defined ? attributeType(op, name) : "tensor", **tensor);
  } else if (const auto* list = std::get_if<std::vector<AttributeElement>>(&value)) {
    setter.setList(defined         ? attributeType(op, name)
                   : list->empty() ? "list(string)"
                                   : "list(" + typeOf(list->front()) + ")",
                   *list);
  } else {
    const auto& element = std::get<AttributeElement>(value);
    setter.set(defined ? attributeType(op, name) : typeOf(element), element);
  }
}

}  // namespace tf
