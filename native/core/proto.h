// The little of the protocol-buffer wire format that op definitions and attribute values need.
// https://protobuf.dev/programming-guides/encoding/
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tf {

// Steps through the fields of one message. `INTERNAL` where the bytes are not a message.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view bytes) : rest_(bytes) {}
  // Goes to the next field; false at the end.
  bool next();
  int field() const { return field_; }
  uint64_t number() const { return number_; }        // of a varint or fixed-size field
  std::string_view bytes() const { return bytes_; }  // of a string, bytes or message field

 private:
  uint64_t varint();
  std::string_view take(uint64_t length);

  std::string_view rest_;
  int field_ = 0;
  uint64_t number_ = 0;
  std::string_view bytes_;
};

// Appends a string, bytes or message field to a message.
void appendProtoField(std::string& message, int field, std::string_view bytes);

}  // namespace tf
