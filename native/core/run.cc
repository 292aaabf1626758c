#include "run.h"

#include <algorithm>
#include <new>
#include <utility>

namespace tf {
namespace {

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
  if (spec.first < 0) throw invalidArgument("`first` must be 0 or more, received " + std::to_string(spec.first));
  return feeds - spec.shared.size();
}

}  // namespace

Run::Run(RunSpec spec, std::function<void()> done)
    : spec_(std::move(spec)),
      done_(std::move(done)),
      feeds_per_item_(checkedFeedsPerItem(spec_)),
      results_(spec_.count) {}

Run::State Run::state() const {
  if (begun_ == spec_.count || stopped_) return State::kExhausted;
  if (spec_.cancellation != nullptr && spec_.cancellation->cancelled()) return State::kExhausted;
  // Finished items that wait for an earlier one take memory: no more of them are begun then. What they wait for is an
  // item of this run, so that it runs and the waiting ends.
  const bool blocked =
      spec_.accumulator != nullptr && spec_.accumulator->full() && spec_.accumulator->next() >= spec_.first;
  return blocked && running_ > 0 ? State::kBlocked : State::kReady;
}

size_t Run::begin() {
  ++running_;
  return begun_++;
}

void Run::execute(size_t item, Computation::Scratch& scratch) noexcept {
  try {
    const auto feeds = spec_.items.begin() + static_cast<std::ptrdiff_t>(item * feeds_per_item_);
    const auto feeds_end = feeds + static_cast<std::ptrdiff_t>(feeds_per_item_);
    scratch.fed.clear();
    for (const TensorRef& tensor : spec_.shared) scratch.fed.push_back(tensor->get());
    for (auto tensor = feeds; tensor != feeds_end; ++tensor) scratch.fed.push_back((*tensor)->get());
    std::vector<TensorRef> fetched = spec_.computation->run(scratch);
    std::for_each(feeds, feeds_end, [](TensorRef& tensor) { tensor.reset(); });
    const auto rest = fetched.begin() + static_cast<std::ptrdiff_t>(spec_.accumulated);
    results_[item].assign(std::make_move_iterator(rest), std::make_move_iterator(fetched.end()));
    fetched.erase(rest, fetched.end());
    if (spec_.accumulator != nullptr)
      spec_.accumulator->add(spec_.first + static_cast<int64_t>(item), std::move(fetched));
  } catch (const Error& error) {
    fail(item, error.code(), error.what());
  } catch (const std::bad_alloc&) {
    fail(item, TF_RESOURCE_EXHAUSTED, "out of memory");
  } catch (const std::exception& error) {
    fail(item, TF_INTERNAL, error.what());
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
