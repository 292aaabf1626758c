#include "proto.h"

#include "error.h"

namespace tf {
namespace {

enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

Error malformed() { return Error(TF_INTERNAL, "libtensorflow returned a malformed message"); }

void appendVarint(std::string& message, uint64_t value) {
  for (; value >= 0x80; value >>= 7) message.push_back(static_cast<char>(value | 0x80));
  message.push_back(static_cast<char>(value));
}

}  // namespace

bool ProtoReader::next() {
  if (rest_.empty()) return false;
  const uint64_t tag = varint();
  field_ = static_cast<int>(tag >> 3);
  number_ = 0;
  bytes_ = {};
  switch (tag & 7) {
    case kVarint:
      number_ = varint();
      return true;
    case kBytes:
      bytes_ = take(varint());
      return true;
    case kFixed64:
    case kFixed32: {
      const std::string_view little_endian = take((tag & 7) == kFixed64 ? 8 : 4);
      for (size_t i = 0; i < little_endian.size(); ++i) {
        number_ |= static_cast<uint64_t>(static_cast<uint8_t>(little_endian[i])) << (8 * i);
      }
      return true;
    }
    default:
      throw malformed();
  }
}

uint64_t ProtoReader::varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<uint8_t>(take(1)[0]);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  throw malformed();
}

std::string_view ProtoReader::take(uint64_t length) {
  if (length > rest_.size()) throw malformed();
  const std::string_view taken = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return taken;
}

void appendProtoField(std::string& message, int field, std::string_view bytes) {
  appendVarint(message, static_cast<uint64_t>(field) << 3 | kBytes);
  appendVarint(message, bytes.size());
  message.append(bytes);
}

}  // namespace tf
