#include "../core/op_def.h"

#include "support.h"

namespace tf {
namespace {

using test::ops;

TEST(OpDefs, KnowTheAttributesOfEveryOp) {
  const OpDef* conv = ops().find("Conv2D");
  ASSERT_NE(conv, nullptr);
  EXPECT_EQ(conv->inputs, 2u);
  EXPECT_EQ(attributeType(*conv, "T"), "type");
  EXPECT_EQ(attributeType(*conv, "strides"), "list(int)");
  EXPECT_EQ(attributeType(*conv, "padding"), "string");
  EXPECT_EQ(attributeType(*conv, "use_cudnn_on_gpu"), "bool");
  EXPECT_EQ(attributeType(*ops().find("StatelessWhile"), "cond"), "func");
  EXPECT_EQ(attributeType(*ops().find("StatelessWhile"), "output_shapes"), "list(shape)");
  EXPECT_EQ(attributeType(*ops().find("Const"), "value"), "tensor");
  EXPECT_EQ(attributeType(*ops().find("StatelessCase"), "branches"), "list(func)");
  EXPECT_EQ(attributeType(*ops().find("LeakyRelu"), "alpha"), "float");
  EXPECT_EQ(ops().find("NoSuchOp"), nullptr);
}

TEST(OpDefs, AnUnknownAttributeIsAnsweredByTheKnownOnes) {
  EXPECT_ERROR(
      attributeType(*ops().find("Conv2D"), "stride"), TF_INVALID_ARGUMENT,
      "op Conv2D has no attribute `stride`; it has: T, data_format, dilations, explicit_paddings, padding, strides");
  EXPECT_ERROR(attributeType(*ops().find("NoOp"), "x"), TF_INVALID_ARGUMENT, "it has: none");
}

TEST(OpDefs, FailWithoutAList) {
  TfApi api = test::library();
  api.TF_GetAllOpList = []() -> TF_Buffer* { return nullptr; };
  EXPECT_ERROR(OpDefs{api}, TF_INTERNAL, "no list of its ops");
  api.TF_GetAllOpList = []() -> TF_Buffer* {
    TF_Buffer* buffer = test::library().TF_NewBuffer();
    buffer->data = "\x0a\x7f";
    buffer->length = 2;
    return buffer;
  };
  EXPECT_ERROR(OpDefs{api}, TF_INTERNAL, "malformed");
}

}  // namespace
}  // namespace tf
