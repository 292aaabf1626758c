#include "../core/attribute.h"

#include "support.h"

namespace tf {
namespace {

using test::Builder;
using Elements = std::vector<AttributeElement>;
using namespace std::string_literals;

// Bytes of an `AttrValue` (tensorflow/core/framework/attr_value.proto), encoded by hand: field 1 is a list, 2 a string,
// 3 an int, 4 a float, 5 a bool, 6 a type, 7 a shape, 10 a function; within a list the same, and 9 a function.
struct Case {
  const char* name;
  std::string op;
  std::string attribute;
  AttributeValue value;
  std::string proto;
};

// Ops without inputs that have attributes of many types.
Attributes withRequired(const std::string& op, Attributes attributes) {
  const auto give = [&attributes](const std::string& name, AttributeValue value) {
    for (const auto& attribute : attributes) {
      if (attribute.first == name) return;
    }
    attributes.emplace_back(name, std::move(value));
  };
  if (op == "FIFOQueueV2") give("component_types", Elements{1.0, 3.0});
  if (op == "Placeholder") give("dtype", 1.0);
  if (op == "VarHandleOp") {
    give("dtype", 1.0);
    give("shape", Shape{});
  }
  return attributes;
}

class EveryAttribute : public testing::TestWithParam<Case> {};

TEST_P(EveryAttribute, ReachesLibtensorflow) {
  const Case& expected = GetParam();
  Builder builder;
  const int64_t operation =
      builder.operation(expected.op, {}, withRequired(expected.op, {{expected.attribute, expected.value}}));
  EXPECT_EQ(test::attributeProto(*builder.graph, operation, expected.attribute.c_str()), expected.proto);
}

INSTANTIATE_TEST_SUITE_P(
    Attribute, EveryAttribute,
    testing::Values(
        Case{"Int", "FIFOQueueV2", "capacity", 150.0, "\x18\x96\x01"s},
        Case{"IntNegative", "FIFOQueueV2", "capacity", -1.0, "\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s},
        Case{"IntOf63Bits", "FIFOQueueV2", "capacity", int64_t{1} << 62, "\x18\x80\x80\x80\x80\x80\x80\x80\x80\x40"s},
        Case{"String", "FIFOQueueV2", "shared_name", "a\0b"s, "\x12\x03"s + "a\0b"s},
        Case{"Type", "Placeholder", "dtype", 9.0, "\x30\x09"s},
        Case{"Shape", "Placeholder", "shape", Shape{{-1, 2}},
             "\x3a\x11\x12\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x12\x02\x08\x02"s},
        Case{"ShapeOfScalar", "Placeholder", "shape", Shape{std::vector<int64_t>{}}, "\x3a\x00"s},
        Case{"ShapeOfUnknownRank", "Placeholder", "shape", Shape{}, "\x3a\x02\x18\x01"s},
        Case{"TypeList", "FIFOQueueV2", "component_types", Elements{1.0, 9.0}, "\x0a\x04\x32\x02\x01\x09"s},
        Case{"ShapeList", "FIFOQueueV2", "shapes", Elements{Shape{{2}}, Shape{std::vector<int64_t>{}}},
             "\x0a\x08\x3a\x04\x12\x02\x08\x02\x3a\x00"s},
        Case{"StringList", "VarHandleOp", "allowed_devices", Elements{"x"s, ""s}, "\x0a\x05\x12\x01x\x12\x00"s},
        Case{"HiddenBool", "NoOp", "_flag", true, "\x28\x01"s}, Case{"HiddenInt", "NoOp", "_number", 5.0, "\x18\x05"s},
        Case{"HiddenBigint", "NoOp", "_number", int64_t{5}, "\x18\x05"s},
        Case{"HiddenFloat", "NoOp", "_number", 0.5, "\x25\x00\x00\x00\x3f"s},
        Case{"HiddenString", "NoOp", "_text", "x"s, "\x12\x01x"s},
        Case{"HiddenShape", "NoOp", "_shape", Shape{{3}}, "\x3a\x04\x12\x02\x08\x03"s},
        Case{"HiddenBoolList", "NoOp", "_flags", Elements{true, false}, "\x0a\x04\x2a\x02\x01\x00"s},
        Case{"HiddenIntList", "NoOp", "_numbers", Elements{1.0, 2.0}, "\x0a\x04\x1a\x02\x01\x02"s},
        Case{"HiddenFloatList", "NoOp", "_numbers", Elements{0.5}, "\x0a\x06\x22\x04\x00\x00\x00\x3f"s},
        Case{"HiddenStringList", "NoOp", "_texts", Elements{"loc:@x"s}, "\x0a\x08\x12\x06loc:@x"s},
        Case{"HiddenEmptyList", "NoOp", "_texts", Elements{}, "\x0a\x00"s}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(Attribute, OfTypesThatNeedInputs) {
  Builder builder;
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{{1, 4, 4, 1}});
  const Endpoint w = builder.placeholder(TF_FLOAT, Shape{{2, 2, 1, 1}});
  const Endpoint m = builder.placeholder(TF_FLOAT, Shape{{2, 3}});

  const int64_t leaky = builder.operation("LeakyRelu", {x}, {{"alpha", 0.5}});
  EXPECT_EQ(test::attributeProto(*builder.graph, leaky, "alpha"), "\x25\x00\x00\x00\x3f"s);
  const int64_t product = builder.operation("MatMul", {m, m}, {{"transpose_b", true}});
  EXPECT_EQ(test::attributeProto(*builder.graph, product, "transpose_b"), "\x28\x01"s);
  const int64_t conv =
      builder.operation("Conv2D", {x, w}, {{"strides", Elements{1.0, 2.0, int64_t{2}, 1.0}}, {"padding", "SAME"s}});
  EXPECT_EQ(test::attributeProto(*builder.graph, conv, "strides"), "\x0a\x06\x1a\x04\x01\x02\x02\x01"s);
  EXPECT_EQ(builder.graph->shape(conv * kOutputsPerOperation), (Shape{{1, 2, 2, 1}}));
  const int64_t buckets = builder.operation("Bucketize", {x}, {{"boundaries", Elements{0.0, 0.5}}});
  EXPECT_EQ(test::attributeProto(*builder.graph, buckets, "boundaries"),
            "\x0a\x0a\x22\x08\x00\x00\x00\x00\x00\x00\x00\x3f"s);
}

// `AttrValue.func` is field 10, `NameAttrList.name` field 1.
TEST(Attribute, Functions) {
  Builder body;
  const Endpoint x = body.placeholder(TF_FLOAT, Shape{{2}});
  const Function identity(*body.graph, "identity_of", std::vector{x}, std::vector{body.add("Identity", {x})},
                          std::nullopt);
  Builder builder;
  identity.copyTo(*builder.graph);
  const Endpoint index = builder.placeholder(TF_INT32, Shape{std::vector<int64_t>{}});
  const Endpoint input = builder.placeholder(TF_FLOAT, Shape{{2}});
  const int64_t branches =
      builder.operation("StatelessCase", {index, std::vector{input}},
                        {{"Tout", Elements{1.0}}, {"branches", Elements{"identity_of"s, "identity_of"s}}});
  const std::string reference =
      "\x36\x0a\x0bidentity_of\x12\x27\x0a\x09_executor\x12\x1a\x12\x18SINGLE_THREADED_EXECUTOR"s;
  EXPECT_EQ(test::attributeProto(*builder.graph, branches, "branches"),
            "\x0a\x70\x4a" + reference + "\x4a" + reference);
  const int64_t call =
      builder.operation("PartitionedCall", {std::vector{input}}, {{"Tout", Elements{1.0}}, {"f", "identity_of"s}});
  EXPECT_EQ(test::attributeProto(*builder.graph, call, "f"), "\x52" + reference);
}

TEST(Attribute, Tensors) {
  Builder builder;
  const Endpoint floats = builder.constant(test::tensor<float>({2}, {1.5f, -2}));
  const std::vector<std::string_view> texts{"a", "a string that is longer than 22 bytes"};
  const Endpoint strings = builder.constant(
      std::make_shared<const Tensor>(Tensor::fromStrings(test::library(), std::vector<int64_t>{2}, texts)));
  const auto fetched = test::evaluate(builder.graph, {floats, strings});
  EXPECT_EQ(test::values<float>(fetched[0]), (std::vector<float>{1.5f, -2}));
  EXPECT_EQ(fetched[1]->strings(), texts);
}

TEST(Attribute, AValueThatDoesNotFitIsRefused) {
  Builder builder;
  const auto add = [&builder](const char* op, const char* name, AttributeValue value) {
    builder.operation(op, {}, withRequired(op, {{name, std::move(value)}}));
  };
  EXPECT_ERROR(add("FIFOQueueV2", "capacity", 1.5), TF_INVALID_ARGUMENT,
               "attribute `capacity` of op FIFOQueueV2 must be int, received the number 1.5");
  EXPECT_ERROR(add("FIFOQueueV2", "capacity", 1e17), TF_INVALID_ARGUMENT, "must be int");
  EXPECT_ERROR(add("FIFOQueueV2", "capacity", true), TF_INVALID_ARGUMENT, "received true");
  EXPECT_ERROR(add("FIFOQueueV2", "capacity", Elements{1.0}), TF_INVALID_ARGUMENT, "must be int, received a list");
  EXPECT_ERROR(add("FIFOQueueV2", "capacity", test::scalar(1.0f)), TF_INVALID_ARGUMENT,
               "must be int, received a tensor");
  EXPECT_ERROR(add("FIFOQueueV2", "shared_name", 3.0), TF_INVALID_ARGUMENT, "must be string, received the number 3");
  EXPECT_ERROR(add("FIFOQueueV2", "component_types", Elements{"float"s}), TF_INVALID_ARGUMENT,
               "must be list(type), received the string \"float\"");
  EXPECT_ERROR(add("FIFOQueueV2", "component_types", 1.0), TF_INVALID_ARGUMENT,
               "must be list(type), received the number 1");
  EXPECT_ERROR(add("FIFOQueueV2", "shapes", Elements{int64_t{7}}), TF_INVALID_ARGUMENT, "received the bigint 7");
  EXPECT_ERROR(add("Placeholder", "dtype", 99.0), TF_INVALID_ARGUMENT, "must be type, received the number 99");
  EXPECT_ERROR(add("Placeholder", "dtype", Shape{}), TF_INVALID_ARGUMENT, "must be type, received a shape");
  EXPECT_ERROR(add("Placeholder", "shape", Shape{{-2}}), TF_INVALID_ARGUMENT, "must be shape, received a size of -2");
  EXPECT_ERROR(add("Placeholder", "dtipe", 1.0), TF_INVALID_ARGUMENT, "it has: dtype, shape");
  EXPECT_ERROR(add("NoOp", "_mixed", (Elements{1.0, "a"s})), TF_INVALID_ARGUMENT, "must be list(int)");
  EXPECT_ERROR(add("Const", "value", 1.0), TF_INVALID_ARGUMENT, "must be tensor, received the number 1");
}

TEST(Attribute, AFailureOfLibtensorflowIsPassedOn) {
  TfApi api = test::library();
  api.TF_SetAttrTensor = [](TF_OperationDescription*, const char*, TF_Tensor*, TF_Status* status) {
    test::setStatus(status, TF_DATA_LOSS, "broken");
  };
  Builder builder(api);
  EXPECT_ERROR(builder.constant(test::scalar(1.0f)), TF_DATA_LOSS, "attribute `value` of op Const: broken");
  EXPECT_NO_THROW(builder.placeholder(TF_FLOAT, Shape{}));
}

}  // namespace
}  // namespace tf
