#include "accumulator.h"

#include <cstring>
#include <utility>

#include "dtype.h"
#include "float_mode.h"

namespace tf {
namespace {

size_t totalBytes(const std::vector<TensorRef>& tensors) {
  size_t bytes = 0;
  for (const TensorRef& tensor : tensors) bytes += tensor->byteLength();
  return bytes;
}

}  // namespace

Accumulator::Accumulator(const TfApi& api, std::vector<Reduction> reductions, size_t waiting_limit)
    : api_(api), reductions_(std::move(reductions)), waiting_limit_(waiting_limit), slots_(reductions_.size()) {}

void Accumulator::add(int64_t position, std::vector<TensorRef> tensors) {
  std::unique_lock lock(mutex_);
  check(position, tensors);
  if (!fixed_) {
    for (size_t i = 0; i < slots_.size(); ++i) {
      slots_[i].dtype = tensors[i]->dtype();
      slots_[i].shape = tensors[i]->shape();
      slots_[i].add = addInto(slots_[i].dtype);
    }
    fixed_ = true;
  }
  waiting_bytes_ += totalBytes(tensors);
  waiting_.emplace(position, std::move(tensors));
  while (true) {
    auto entry = waiting_.extract(next_);
    if (entry.empty()) return;
    waiting_bytes_ -= totalBytes(entry.mapped());
    combining_ = true;
    lock.unlock();
    try {
      combine(entry.mapped());
    } catch (...) {
      lock.lock();
      combining_ = false;
      throw;
    }
    entry = {};  // frees the tensors outside of the lock, too
    lock.lock();
    combining_ = false;
    ++next_;
  }
}

void Accumulator::check(int64_t position, const std::vector<TensorRef>& tensors) const {
  const auto where = [position] { return "position " + std::to_string(position) + " of the accumulator"; };
  if (position < 0) throw invalidArgument("`position` must be 0 or more, received " + std::to_string(position));
  if (tensors.size() != slots_.size()) {
    throw invalidArgument(where() + " must have " + std::to_string(slots_.size()) + " tensors, received " +
                          std::to_string(tensors.size()));
  }
  if (position < next_ || (combining_ && position == next_) || waiting_.contains(position)) {
    throw invalidArgument(where() + " was given before");
  }
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Slot& slot = slots_[i];
    const int dtype = tensors[i]->dtype();
    const bool sum = reductions_[i] == Reduction::kSum;
    if (sum ? addInto(dtype) == nullptr : findDtype(dtype)->size == 0) {
      throw invalidArgument("slot " + std::to_string(i) + ", " + where() + ": tensors of " + dtypeName(dtype) +
                            " cannot be " + (sum ? "summed" : "stacked"));
    }
    if (fixed_ && (dtype != slot.dtype || tensors[i]->shape() != slot.shape)) {
      throw invalidArgument("slot " + std::to_string(i) + ", " + where() + " must be " + dtypeName(slot.dtype) + " " +
                            shapeText(slot.shape) + " as the ones before, received " + dtypeName(dtype) + " " +
                            shapeText(tensors[i]->shape()));
    }
  }
}

void Accumulator::combine(const std::vector<TensorRef>& tensors) {
  const FlushSubnormals flush;  // on whichever thread this happens
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    const std::span<const std::byte> bytes = tensors[i]->bytes();
    if (reductions_[i] == Reduction::kStack) {
      slot.stack.insert(slot.stack.end(), bytes.begin(), bytes.end());
    } else if (slot.sum) {
      slot.add(slot.sum->mutableBytes().data(), bytes.data(), bytes.size());
    } else {
      // A copy: the fetched tensor may share its memory with a variable, a constant or a feed.
      slot.sum.emplace(Tensor::fromBytes(api_, slot.dtype, slot.shape, bytes));
    }
  }
}

std::vector<TensorRef> Accumulator::take(int64_t count) {
  if (count < 1) throw invalidArgument("`count` must be 1 or more, received " + std::to_string(count));
  std::lock_guard lock(mutex_);
  if (combining_ || next_ != count || !waiting_.empty()) {
    throw failedPrecondition("the accumulator must hold positions 0 to " + std::to_string(count - 1) + ", and has " +
                             std::to_string(next_) + " of them in a row and " + std::to_string(waiting_.size()) +
                             " after a gap");
  }
  std::vector<TensorRef> taken(slots_.size());
  // What can fail comes first.
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (reductions_[i] != Reduction::kStack) continue;
    std::vector<int64_t> shape{count};
    shape.insert(shape.end(), slots_[i].shape.begin(), slots_[i].shape.end());
    taken[i] = std::make_shared<const Tensor>(Tensor::fromBytes(api_, slots_[i].dtype, shape, slots_[i].stack));
  }
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (taken[i] == nullptr) taken[i] = std::make_shared<const Tensor>(std::move(*slots_[i].sum));
  }
  slots_ = std::vector<Slot>(reductions_.size());
  fixed_ = false;
  next_ = 0;
  return taken;
}

}  // namespace tf
