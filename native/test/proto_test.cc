#include "../core/proto.h"

#include "support.h"

namespace tf {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text.push_back(static_cast<char>(value));
  return text;
}

// The examples of https://protobuf.dev/programming-guides/encoding/
TEST(Proto, ReadsVarintsAndStrings) {
  const std::string varint = bytes({0x08, 0x96, 0x01});
  ProtoReader number(varint);
  ASSERT_TRUE(number.next());
  EXPECT_EQ(number.field(), 1);
  EXPECT_EQ(number.number(), 150u);
  EXPECT_FALSE(number.next());

  const std::string message = bytes({0x12, 0x07}) + "testing";
  ProtoReader text(message);
  ASSERT_TRUE(text.next());
  EXPECT_EQ(text.field(), 2);
  EXPECT_EQ(text.bytes(), "testing");
  EXPECT_FALSE(text.next());
}

TEST(Proto, ReadsFixedSizes) {
  const std::string message = bytes({0x0d, 1, 2, 0, 0, 0x11, 0xff, 0, 0, 0, 0, 0, 0, 0x80});
  ProtoReader reader(message);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.number(), 0x201u);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.field(), 2);
  EXPECT_EQ(reader.number(), 0x80000000000000ffu);
  EXPECT_FALSE(reader.next());
}

TEST(Proto, RefusesWhatIsNoMessage) {
  for (const std::string& message :
       {bytes({0x12, 0x07, 't'}), bytes({0x08}), bytes({0x08, 0x80}), bytes({0x0b}), bytes({0x0d, 1, 2}),
        bytes({0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})}) {
    ProtoReader reader(message);
    EXPECT_ERROR(reader.next(), TF_INTERNAL, "malformed");
  }
}

TEST(Proto, WritesWhatItReads) {
  std::string message;
  const std::string long_text(300, 'x');
  appendProtoField(message, 2, "testing");
  appendProtoField(message, 20, long_text);
  EXPECT_EQ(message.substr(0, 9), bytes({0x12, 0x07}) + "testing");
  ProtoReader reader(message);
  ASSERT_TRUE(reader.next());
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.field(), 20);
  EXPECT_EQ(reader.bytes(), long_text);
}

}  // namespace
}  // namespace tf
