#include "accumulator.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "dtype.h"
#include "float_mode.h"

namespace tf {
namespace {

// The shape of what one position has.
std::vector<int64_t> shapeOfOne(const Tensor& tensor, bool together) {
  std::vector<int64_t> shape = tensor.shape();
  if (together && !shape.empty()) shape.erase(shape.begin());
  return shape;
}

}  // namespace

Accumulator::Accumulator(const TfApi& api, std::vector<Reduction> reductions, Limits limits)
    : api_(api), reductions_(std::move(reductions)), limits_(limits), slots_(reductions_.size()) {
  if (limits_.positions < 1) {
    throw invalidArgument("`atOnce` must be 1 or more, received " + std::to_string(limits_.positions));
  }
}

void Accumulator::add(int64_t first, int64_t count, Form form, std::vector<TensorRef> tensors) {
  Given given{count, form, std::move(tensors)};
  std::unique_lock lock(mutex_);
  check(first, given);
  if (!fixed_) {
    for (size_t i = 0; i < slots_.size(); ++i) {
      slots_[i].dtype = given.tensors[i]->dtype();
      slots_[i].shape = shapeOfOne(*given.tensors[i], form == Form::kTogether);
      slots_[i].add = addInto(slots_[i].dtype);
    }
    fixed_ = true;
  }
  waiting_bytes_ += totalBytes(given.tensors);
  waiting_.emplace(first, std::move(given));
  while (true) {
    auto entry = waiting_.extract(next_);
    if (entry.empty()) return;
    const int64_t combined = entry.mapped().count;
    waiting_bytes_ -= totalBytes(entry.mapped().tensors);
    combining_ = combined;
    lock.unlock();
    try {
      combine(entry.mapped());
    } catch (...) {
      lock.lock();
      combining_ = 0;
      throw;
    }
    entry = {};  // frees the tensors outside of the lock, too
    lock.lock();
    combining_ = 0;
    next_ += combined;
  }
}

void Accumulator::check(int64_t first, const Given& given) const {
  const auto where = [first] { return "position " + std::to_string(first) + " of the accumulator"; };
  const std::vector<TensorRef>& tensors = given.tensors;
  const bool together = given.form == Form::kTogether;
  if (first < 0) throw invalidArgument("`position` must be 0 or more, received " + std::to_string(first));
  if (given.count < 1) throw invalidArgument("`count` must be 1 or more, received " + std::to_string(given.count));
  if (tensors.size() != slots_.size()) {
    throw invalidArgument(where() + " must have " + std::to_string(slots_.size()) + " tensors, received " +
                          std::to_string(tensors.size()));
  }
  const auto after = waiting_.upper_bound(first);
  const bool before_ends =
      after == waiting_.begin() || std::prev(after)->first + std::prev(after)->second.count <= first;
  if (first < next_ + combining_ || !before_ends || (after != waiting_.end() && after->first < first + given.count)) {
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
    if (together && (tensors[i]->shape().empty() || tensors[i]->shape()[0] != given.count)) {
      throw invalidArgument("slot " + std::to_string(i) + ", " + where() + " must have the values of " +
                            std::to_string(given.count) + " positions, received " + shapeText(tensors[i]->shape()));
    }
    const std::vector<int64_t> shape = shapeOfOne(*tensors[i], together);
    if (fixed_ && (dtype != slot.dtype || shape != slot.shape)) {
      throw invalidArgument("slot " + std::to_string(i) + ", " + where() + " must be " + dtypeName(slot.dtype) + " " +
                            shapeText(slot.shape) + " as the ones before, received " + dtypeName(dtype) + " " +
                            shapeText(shape));
    }
  }
}

void Accumulator::combine(const Given& given) {
  const FlushSubnormals flush;  // on whichever thread this happens
  const auto part = [&](size_t slot, size_t position) {
    const std::span<const std::byte> all = given.tensors[slot]->bytes();
    const size_t size = all.size() / static_cast<size_t>(given.count);
    return all.subspan(position * size, size);
  };
  // A sum begins in the memory of the first tensor where nobody else has it, as a variable, a constant or a feed may.
  const auto begin = [&](size_t slot) {
    const TensorRef& first = given.tensors[slot];
    const std::vector<int64_t>& shape = slots_[slot].shape;
    if (given.count == 1 && first.use_count() == 1 && first->isAlone()) return Tensor::reshaped(*first, shape);
    return Tensor::fromBytes(api_, slots_[slot].dtype, shape, part(slot, 0));
  };
  // What may fail comes first: the tensors may be given again then.
  std::vector<std::optional<Tensor>> begun(slots_.size());
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (reductions_[i] == Reduction::kStack) {
      const size_t needed = slot.stack.size() + given.tensors[i]->byteLength();
      if (needed > slot.stack.capacity()) slot.stack.reserve(std::max(needed, 2 * slot.stack.capacity()));
    } else if (!slot.sum) {
      begun[i].emplace(begin(i));
    }
  }
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot& slot = slots_[i];
    if (reductions_[i] == Reduction::kStack) {
      const std::span<const std::byte> all = given.tensors[i]->bytes();
      slot.stack.insert(slot.stack.end(), all.begin(), all.end());
      continue;
    }
    size_t position = 0;
    if (begun[i]) {
      slot.sum.emplace(std::move(*begun[i]));
      ++position;
    }
    for (; position < static_cast<size_t>(given.count); ++position) {
      const std::span<const std::byte> bytes = part(i, position);
      slot.add(slot.sum->mutableBytes().data(), bytes.data(), bytes.size());
    }
  }
}

std::vector<TensorRef> Accumulator::take(int64_t count) {
  if (count < 1) throw invalidArgument("`count` must be 1 or more, received " + std::to_string(count));
  std::lock_guard lock(mutex_);
  if (combining_ > 0 || next_ != count || !waiting_.empty()) {
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
