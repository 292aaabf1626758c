#include "run.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <new>
#include <utility>

namespace tf {
namespace {

// Beyond so many items what they share is little: 100 clients of 784 · 10 weights and 188 KB of data take as long with
// up to 32 as with up to 16. And beyond so many bytes, what is fed to each counted, their values leave the processor's
// cache.
constexpr size_t kMostTogether = ItemsTogether::kMost;
constexpr size_t kMostBytesTogether = size_t{4} << 20;
// With fewer, what they share is too little to keep other threads busy for.
constexpr size_t kLeastTogether = 4;

size_t checkedFeedsPerItem(const RunSpec& spec) {
  const size_t feeds = spec.computation->feeds();
  if (spec.shared.size() > feeds || spec.items.size() != spec.count * (feeds - spec.shared.size())) {
    throw invalidArgument("the computation has " + std::to_string(feeds) + " feeds, received " +
                          std::to_string(spec.shared.size()) + " shared tensors and " +
                          std::to_string(spec.items.size()) + " for " + std::to_string(spec.count) + " items");
  }
  if (spec.accumulated > spec.computation->fetches()) {
    throw invalidArgument("`accumulated` must be at most the " + std::to_string(spec.computation->fetches()) +
                          " fetches, received " + std::to_string(spec.accumulated));
  }
  const size_t slots = spec.accumulator == nullptr ? 0 : spec.accumulator->slots();
  if (spec.accumulated != slots) {
    throw invalidArgument("`accumulated` must be the " + std::to_string(slots) +
                          " slots of the accumulator, received " + std::to_string(spec.accumulated));
  }
  const size_t per_item = feeds - spec.shared.size();
  if (!spec.of_clients.empty() && spec.of_clients.size() != per_item) {
    throw invalidArgument("`of_clients` must be about the " + std::to_string(per_item) +
                          " feeds of an item, received " + std::to_string(spec.of_clients.size()));
  }
  if (spec.first < 0) throw invalidArgument("`first` must be 0 or more, received " + std::to_string(spec.first));
  return per_item;
}

}  // namespace

Run::Run(RunSpec spec, std::function<void()> done)
    : spec_(std::move(spec)),
      done_(std::move(done)),
      feeds_per_item_(checkedFeedsPerItem(spec_)),
      shared_bytes_(totalBytes(spec_.shared)),
      results_(spec_.count) {}

Run::State Run::state() const {
  if (begun_ == spec_.count || stopped_) return State::kExhausted;
  if (spec_.cancellation != nullptr && spec_.cancellation->cancelled()) return State::kExhausted;
  const int64_t position = spec_.first + static_cast<int64_t>(begun_);
  if (spec_.accumulator != nullptr && !spec_.accumulator->admits(position)) return State::kBlocked;
  // Finished items that wait for an earlier one take memory: no more of them are begun then. What they wait for is an
  // item of this run, so that it runs and the waiting ends.
  const bool blocked =
      spec_.accumulator != nullptr && spec_.accumulator->full() && spec_.accumulator->next() >= spec_.first;
  return blocked && running_ > 0 ? State::kBlocked : State::kReady;
}

Run::Items Run::begin(size_t threads) {
  const Items items = together(threads);
  begun_ += items.count;
  ++running_;
  if (spec_.accumulator != nullptr) spec_.accumulator->begin();
  return items;
}

void Run::end() {
  --running_;
  if (spec_.accumulator != nullptr) spec_.accumulator->end();
}

Run::Items Run::together(size_t threads) const {
  if (spec_.of_clients.empty()) return {begun_, 1};
  // The last items are for all threads.
  const size_t left = spec_.count - begun_;
  size_t most = std::clamp((left + threads - 1) / threads, std::min(kLeastTogether, left), kMostTogether);
  size_t bytes = shared_bytes_;
  for (size_t i = 0; i < feeds_per_item_; ++i) bytes += spec_.items[begun_ * feeds_per_item_ + i]->byteLength();
  most = std::clamp(kMostBytesTogether / std::max<size_t>(bytes, 1), size_t{1}, most);
  most = spec_.computation->together().next(bytes, most);
  size_t count = 1;
  while (count < most && alike(begun_, begun_ + count)) ++count;
  return {begun_, count, bytes};
}

bool Run::alike(size_t a, size_t b) const {
  for (size_t i = 0; i < feeds_per_item_; ++i) {
    const Tensor& x = *spec_.items[a * feeds_per_item_ + i];
    const Tensor& y = *spec_.items[b * feeds_per_item_ + i];
    if (&x == &y) continue;
    if (x.dtype() != y.dtype() || !x.hasShapeOf(y)) return false;
    // Strings are not compared.
    if (x.dtype() == TF_STRING) return false;
    if (!spec_.of_clients[i] && !std::ranges::equal(x.bytes(), y.bytes())) return false;
  }
  return true;
}

Tensor Run::places(Items items, size_t feed) const {
  const Tensor& first = *spec_.items[items.first * feeds_per_item_ + feed];
  std::vector<int64_t> place = first.shape();
  place.insert(place.begin(), 0);
  const std::array shape{static_cast<int64_t>(items.count), static_cast<int64_t>(place.size())};
  Tensor places = Tensor::allocate(spec_.computation->api(), TF_INT64, shape);
  std::byte* to = places.mutableBytes().data();
  for (size_t item = items.first; item < items.first + items.count; ++item) {
    place[0] = reinterpret_cast<int64_t>(spec_.items[item * feeds_per_item_ + feed]->bytes().data());
    std::memcpy(to, place.data(), place.size() * sizeof(int64_t));
    to += place.size() * sizeof(int64_t);
  }
  return places;
}

void Run::run(Items items, Computation::Scratch& scratch) {
  std::vector<Tensor> places;
  places.reserve(feeds_per_item_);
  scratch.fed.clear();
  for (const TensorRef& tensor : spec_.shared) scratch.fed.push_back(tensor->get());
  for (size_t i = 0; i < feeds_per_item_; ++i) {
    if (spec_.of_clients.empty() || !spec_.of_clients[i]) {
      scratch.fed.push_back(spec_.items[items.first * feeds_per_item_ + i]->get());
    } else {
      scratch.fed.push_back(places.emplace_back(this->places(items, i)).get());
    }
  }
  keep(items, spec_.computation->run(scratch));
}

void Run::keep(Items items, std::vector<TensorRef> fetched) {
  const auto rest = fetched.begin() + static_cast<std::ptrdiff_t>(spec_.accumulated);
  if (spec_.of_clients.empty()) {
    results_[items.first].assign(std::make_move_iterator(rest), std::make_move_iterator(fetched.end()));
  } else {
    // They may have run together before, and failed after some results.
    for (size_t i = 0; i < items.count; ++i) results_[items.first + i].clear();
    for (auto all = rest; all != fetched.end(); ++all) {
      std::vector<int64_t> shape = (*all)->shape();
      const std::span<const std::byte> bytes = (*all)->bytes();
      if (shape.empty() || static_cast<size_t>(shape[0]) != items.count) {
        throw Error(TF_INTERNAL, "a fetched tensor has no axis of " + std::to_string(items.count) + " items");
      }
      shape.erase(shape.begin());
      const size_t size = bytes.size() / items.count;
      for (size_t i = 0; i < items.count; ++i) {
        results_[items.first + i].push_back(std::make_shared<const Tensor>(
            Tensor::fromBytes(spec_.computation->api(), (*all)->dtype(), shape, bytes.subspan(i * size, size))));
      }
    }
  }
  fetched.erase(rest, fetched.end());
  if (spec_.accumulator == nullptr) return;
  const int64_t position = spec_.first + static_cast<int64_t>(items.first);
  if (spec_.of_clients.empty()) {
    spec_.accumulator->add(position, std::move(fetched));
  } else {
    spec_.accumulator->addTogether(position, static_cast<int64_t>(items.count), std::move(fetched));
  }
}

void Run::execute(Items items, Computation::Scratch& scratch) noexcept {
  try {
    const auto began = std::chrono::steady_clock::now();
    run(items, scratch);
    if (!spec_.of_clients.empty()) {
      const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
      spec_.computation->together().took(items.bytes, items.count, passed.count());
    }
    const auto feeds = spec_.items.begin() + static_cast<std::ptrdiff_t>(items.first * feeds_per_item_);
    std::for_each_n(feeds, items.count * feeds_per_item_, [](TensorRef& tensor) { tensor.reset(); });
  } catch (const Error& error) {
    if (items.count > 1) return runEach(items, scratch);
    fail(items.first, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    if (items.count > 1) return runEach(items, scratch);
    fail(items.first, TF_RESOURCE_EXHAUSTED, "out of memory");
  } catch (const std::exception& error) {
    fail(items.first, TF_INTERNAL, error.what());
  }
}

void Run::runEach(Items items, Computation::Scratch& scratch) noexcept {
  const auto failed = [this](size_t item) {
    std::lock_guard lock(mutex_);
    return failure_ && *failure_->index <= item;
  };
  // Also after a later item has failed on another thread: the lowest one is told.
  for (size_t item = items.first; item < items.first + items.count; ++item) {
    execute({item, 1, items.bytes}, scratch);
    if (failed(item)) return;
  }
}

void Run::fail(size_t item, TF_Code code, const std::string& message) {
  stopped_ = true;
  std::lock_guard lock(mutex_);
  if (!failure_ || item < *failure_->index) failure_ = {code, message, item};
}

void Run::finish() {
  if (!failure_ && begun_ < spec_.count) {
    failure_ = {TF_CANCELLED,
                "cancelled when " + std::to_string(begun_) + " of " + std::to_string(spec_.count) + " items had begun",
                std::nullopt};
  }
  if (failure_) results_.clear();
  RunSpec freed;
  {
    std::lock_guard lock(mutex_);
    freed = std::exchange(spec_, {});
    finished_ = true;
  }
  freed = {};  // before `done`, so that nothing is held when JavaScript hears of it
  finished_changed_.notify_all();
  done_();
}

void Run::stop() {
  stopped_ = true;
  std::lock_guard lock(mutex_);
  if (!finished_) spec_.computation->interrupt();
}

void Run::wait() {
  std::unique_lock lock(mutex_);
  finished_changed_.wait(lock, [this] { return finished_; });
}

}  // namespace tf
