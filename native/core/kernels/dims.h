// The sizes of a tensor's axes. Few are kept in place: a vector of them would ask for memory in every call of every
// kernel, which for small models is as much as the kernel does.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace tf {

class Dims {
 public:
  Dims() = default;
  Dims(std::initializer_list<int64_t> sizes) : Dims(std::span(sizes.begin(), sizes.size())) {}
  explicit Dims(std::span<const int64_t> sizes) {
    for (const int64_t size : sizes) push_back(size);
  }

  void push_back(int64_t size) {
    if (size_ < kFew) {
      few_[size_] = size;
    } else {
      if (size_ == kFew) many_.assign(few_.begin(), few_.end());
      many_.push_back(size);
    }
    ++size_;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const int64_t* data() const { return size_ > kFew ? many_.data() : few_.data(); }
  int64_t* data() { return size_ > kFew ? many_.data() : few_.data(); }
  const int64_t* begin() const { return data(); }
  const int64_t* end() const { return data() + size_; }
  int64_t* begin() { return data(); }
  int64_t* end() { return data() + size_; }
  const int64_t& operator[](size_t axis) const { return data()[axis]; }
  int64_t& operator[](size_t axis) { return data()[axis]; }
  const int64_t& back() const { return data()[size_ - 1]; }
  int64_t& back() { return data()[size_ - 1]; }

  bool operator==(const Dims& other) const { return std::ranges::equal(*this, other); }

 private:
  static constexpr size_t kFew = 8;

  size_t size_ = 0;
  std::array<int64_t, kFew> few_;
  // All of them, where there are more.
  std::vector<int64_t> many_;
};

}  // namespace tf
