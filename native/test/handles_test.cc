#include "../core/handles.h"

#include "support.h"

namespace tf {
namespace {

int deletions;

TEST(Handles, AreDeletedByTheFunctionOfTheirTable) {
  deletions = 0;
  TfApi api = test::library();
  api.TF_DeleteStatus = [](TF_Status* status) {
    ++deletions;
    test::library().TF_DeleteStatus(status);
  };
  {
    Status status(api);
    EXPECT_TRUE(status.ok());
    EXPECT_NO_THROW(status.check());
    EXPECT_EQ(deletions, 0);
  }
  EXPECT_EQ(deletions, 1);
}

TEST(Handles, StatusBecomesAnErrorWithCodeAndMessage) {
  const TfApi& api = test::library();
  const GraphPtr graph(api.TF_NewGraph(), {&api});
  const BufferPtr buffer(api.TF_NewBuffer(), {&api});
  Status status(api);
  api.TF_GraphGetOpDef(graph.get(), "NoSuchOp", buffer.get(), status.get());
  EXPECT_FALSE(status.ok());
  EXPECT_ERROR(status.check(), TF_NOT_FOUND, "NoSuchOp");
  EXPECT_ERROR(status.check("while asking"), TF_NOT_FOUND, "while asking: ");
}

TEST(Handles, StatusNamesAreThoseOfTheHeader) {
  EXPECT_STREQ(statusName(TF_OK), "OK");
  EXPECT_STREQ(statusName(TF_CANCELLED), "CANCELLED");
  EXPECT_STREQ(statusName(TF_UNKNOWN), "UNKNOWN");
  EXPECT_STREQ(statusName(TF_INVALID_ARGUMENT), "INVALID_ARGUMENT");
  EXPECT_STREQ(statusName(TF_DEADLINE_EXCEEDED), "DEADLINE_EXCEEDED");
  EXPECT_STREQ(statusName(TF_NOT_FOUND), "NOT_FOUND");
  EXPECT_STREQ(statusName(TF_ALREADY_EXISTS), "ALREADY_EXISTS");
  EXPECT_STREQ(statusName(TF_PERMISSION_DENIED), "PERMISSION_DENIED");
  EXPECT_STREQ(statusName(TF_RESOURCE_EXHAUSTED), "RESOURCE_EXHAUSTED");
  EXPECT_STREQ(statusName(TF_FAILED_PRECONDITION), "FAILED_PRECONDITION");
  EXPECT_STREQ(statusName(TF_ABORTED), "ABORTED");
  EXPECT_STREQ(statusName(TF_OUT_OF_RANGE), "OUT_OF_RANGE");
  EXPECT_STREQ(statusName(TF_UNIMPLEMENTED), "UNIMPLEMENTED");
  EXPECT_STREQ(statusName(TF_INTERNAL), "INTERNAL");
  EXPECT_STREQ(statusName(TF_UNAVAILABLE), "UNAVAILABLE");
  EXPECT_STREQ(statusName(TF_DATA_LOSS), "DATA_LOSS");
  EXPECT_STREQ(statusName(TF_UNAUTHENTICATED), "UNAUTHENTICATED");
  EXPECT_STREQ(statusName(static_cast<TF_Code>(99)), "UNKNOWN");
}

}  // namespace
}  // namespace tf
