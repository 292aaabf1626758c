#include "../core/runner.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <thread>

#include "support.h"

namespace tf {
namespace {

using test::Builder;
using namespace std::string_literals;

// Counts the runs that go on at once; each waits until `together` do.
struct Meeting {
  std::mutex mutex;
  std::condition_variable changed;
  int together = 1;
  int now = 0;
  int most = 0;
  int met = 0;

  void enter() {
    std::unique_lock lock(mutex);
    most = std::max(most, ++now);
    if (now >= together) met = together;
    changed.notify_all();
    changed.wait(lock, [this] { return met >= together; });
  }
  void leave() {
    std::lock_guard lock(mutex);
    --now;
  }
};
Meeting* meeting;

TfApi meetingApi() {
  TfApi api = test::library();
  api.TF_SessionRun = [](TF_Session* session, const TF_Buffer* options, const TF_Output* inputs, TF_Tensor* const* fed,
                         int feeds, const TF_Output* outputs, TF_Tensor** fetched, int fetches,
                         const TF_Operation* const* targets, int count, TF_Buffer* metadata, TF_Status* status) {
    meeting->enter();
    test::library().TF_SessionRun(session, options, inputs, fed, feeds, outputs, fetched, fetches, targets, count,
                                  metadata, status);
    meeting->leave();
  };
  return api;
}

RunSpec identities(const TfApi& api, int count) {
  Builder builder(api);
  const Endpoint x = builder.placeholder(TF_FLOAT, Shape{});
  RunSpec spec;
  spec.computation =
      std::make_shared<Computation>(builder.graph, std::vector{x}, std::vector{builder.add("Identity", {x})},
                                    std::vector<int64_t>{}, test::callerRuns());
  for (int i = 0; i < count; ++i) spec.items.push_back(test::scalar(static_cast<float>(i)));
  spec.count = count;
  return spec;
}

TEST(Runner, RunsAsManyItemsAtOnceAsItHasThreads) {
  const TfApi api = meetingApi();
  for (const int threads : {1, 2, 5}) {
    Meeting here;
    here.together = threads;
    meeting = &here;
    Runner runner(threads);
    EXPECT_EQ(stats.threads, 0) << "threads start with the first run";
    auto run = std::make_shared<tf::Run>(identities(api, 20), [] {});
    runner.submit(run);
    EXPECT_EQ(stats.threads, threads);
    run->wait();
    EXPECT_FALSE(run->failure());
    EXPECT_EQ(here.most, threads);
  }
  EXPECT_EQ(stats.threads, 0);
}

TEST(Runner, IsResizedBetweenAndDuringRuns) {
  const TfApi api = meetingApi();
  Meeting here;
  meeting = &here;
  Runner runner(4);
  const auto submit = [&runner, &api](int count) {
    auto run = std::make_shared<tf::Run>(identities(api, count), [] {});
    runner.submit(run);
    return run;
  };
  submit(8)->wait();
  EXPECT_EQ(stats.threads, 4);

  // Smaller: surplus threads are given up, and what runs afterwards runs alone.
  runner.resize(1);
  while (stats.threads != 1) std::this_thread::yield();
  here.most = 0;
  submit(8)->wait();
  EXPECT_EQ(here.most, 1);

  // Larger, while items run that wait for three of them to meet.
  {
    std::lock_guard lock(here.mutex);
    here.together = 3;
    here.met = here.most = 0;
  }
  const auto waiting = submit(9);
  runner.resize(3);
  waiting->wait();
  EXPECT_FALSE(waiting->failure());
  EXPECT_EQ(here.most, 3);
  EXPECT_EQ(stats.threads, 3);
}

std::shared_ptr<Accumulator> summing(int64_t at_once) {
  return std::make_shared<Accumulator>(test::library(), std::vector{Reduction::kSum},
                                       Accumulator::Limits{.positions = at_once});
}

std::shared_ptr<tf::Run> summed(RunSpec spec, const std::shared_ptr<Accumulator>& accumulator, int64_t first) {
  spec.accumulator = accumulator;
  spec.accumulated = 1;
  spec.first = first;
  return std::make_shared<tf::Run>(std::move(spec), [] {});
}

TEST(Runner, BeginsNoMoreOfAllRunsOfAnAccumulatorThanItAdmits) {
  const TfApi api = meetingApi();
  for (const int at_once : {1, 2, 3}) {
    Meeting here;
    here.together = at_once;
    meeting = &here;
    Runner runner(4);
    const auto accumulator = summing(at_once);
    std::vector<std::shared_ptr<tf::Run>> runs;
    for (int k = 0; k < 4; ++k) {
      runs.push_back(summed(identities(api, 5), accumulator, 5 * k));
      runner.submit(runs.back());
    }
    for (const auto& run : runs) {
      run->wait();
      EXPECT_FALSE(run->failure());
    }
    EXPECT_EQ(here.most, at_once);
    EXPECT_EQ(test::values<float>(accumulator->take(20)[0]), std::vector{40.0f});
  }
}

std::atomic<int> begun;

TEST(Runner, CountsWhatWaitsForAnEarlierItem) {
  const TfApi api = meetingApi();
  Meeting here;
  here.together = 2;  // the first item is held, until it is let go
  meeting = &here;
  TfApi counting = test::library();
  counting.TF_SessionRun = [](auto... arguments) {
    ++begun;
    test::library().TF_SessionRun(arguments...);
  };
  begun = 0;
  Runner runner(3);
  const auto accumulator = std::make_shared<Accumulator>(test::library(), std::vector{Reduction::kSum},
                                                         Accumulator::Limits{.waiting_bytes = 0, .positions = 2});
  const auto first = summed(identities(api, 1), accumulator, 0);
  runner.submit(first);
  const auto others = summed(identities(counting, 3), accumulator, 1);
  runner.submit(others);
  while (!accumulator->full()) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(begun, 1);
  {
    std::lock_guard lock(here.mutex);
    here.met = 2;
  }
  here.changed.notify_all();
  first->wait();
  others->wait();
  EXPECT_EQ(test::values<float>(accumulator->take(4)[0]), std::vector{3.0f});
}

TEST(Runner, DoesNotWaitForWhatNobodyWorksOn) {
  Runner runner(2);
  const auto accumulator = summing(1);
  const auto run = summed(identities(test::library(), 3), accumulator, 1);
  runner.submit(run);
  run->wait();
  EXPECT_FALSE(run->failure());
  EXPECT_EQ(accumulator->next(), 0);
}

TEST(Runner, TakesRunsFromSeveralThreads) {
  Runner runner(3);
  std::atomic<int> done{0};
  std::vector<std::thread> submitting;
  for (int t = 0; t < 4; ++t) {
    submitting.emplace_back([&runner, &done] {
      for (int i = 0; i < 5; ++i) {
        auto run = std::make_shared<tf::Run>(identities(test::library(), 7), [&done] { ++done; });
        runner.submit(run);
        run->wait();
        ASSERT_FALSE(run->failure());
        for (int k = 0; k < 7; ++k) {
          EXPECT_EQ(test::values<float>(run->results()[k][0]), std::vector<float>{static_cast<float>(k)});
        }
      }
    });
  }
  for (std::thread& thread : submitting) thread.join();
  runner.resize(1);
  while (done < 20) std::this_thread::yield();
  EXPECT_EQ(done, 20);
}

TEST(Runner, EndsACancelledRunThatIsBehindAnother) {
  const TfApi api = meetingApi();
  Meeting here;
  here.together = 2;  // the only thread waits, until it is let go
  meeting = &here;
  Runner runner(1);
  auto first = std::make_shared<tf::Run>(identities(api, 1), [] {});
  runner.submit(first);
  RunSpec spec = identities(api, 5);
  const auto cancellation = std::make_shared<Cancellation>();
  spec.cancellation = cancellation;
  auto second = std::make_shared<tf::Run>(std::move(spec), [] {});
  runner.submit(second);
  cancellation->cancel();
  runner.sweep();
  second->wait();
  ASSERT_TRUE(second->failure());
  EXPECT_EQ(second->failure()->code, TF_CANCELLED);
  {
    std::lock_guard lock(here.mutex);
    here.together = here.met = 1;
  }
  here.changed.notify_all();
  first->wait();
  EXPECT_FALSE(first->failure());
}

// A loop that never ends by itself.
std::shared_ptr<const Computation> endless(const TfApi& api) {
  Builder condition, body;
  const Endpoint i = condition.placeholder(TF_INT32, Shape{std::vector<int64_t>{}});
  const Function always(*condition.graph, "Always", std::vector{i}, std::vector{condition.add("Equal", {i, i})},
                        std::nullopt);
  const Endpoint k = body.placeholder(TF_INT32, Shape{std::vector<int64_t>{}});
  const Function same(*body.graph, "Same", std::vector{k}, std::vector{body.add("BitwiseAnd", {k, k})}, std::nullopt);
  Builder builder(api);
  always.copyTo(*builder.graph);
  same.copyTo(*builder.graph);
  const Endpoint start = builder.placeholder(TF_INT32, Shape{std::vector<int64_t>{}});
  const int64_t loop = builder.operation("StatelessWhile", {std::vector{start}},
                                         {{"T", std::vector<AttributeElement>{3.0}},
                                          {"cond", "Always"s},
                                          {"body", "Same"s},
                                          {"_lower_using_switch_merge", true}});
  return std::make_shared<Computation>(builder.graph, std::vector{start}, std::vector{loop * kOutputsPerOperation},
                                       std::vector<int64_t>{}, test::callerRuns());
}

TEST(Runner, StopsARunInTheMiddleOfALoop) {
  const TfApi api = meetingApi();
  Meeting here;
  here.together = 2;  // both threads are in their loops, or about to be
  meeting = &here;
  RunSpec spec;
  spec.computation = endless(api);
  spec.items.assign(6, test::scalar<int32_t>(1));
  spec.count = 6;
  auto run = std::make_shared<tf::Run>(std::move(spec), [] {});
  {
    Runner runner(2);
    runner.submit(run);
    {
      std::unique_lock lock(here.mutex);
      here.changed.wait(lock, [&here] { return here.met == 2; });
    }
    run->stop();
    run->wait();
  }
  ASSERT_TRUE(run->failure());
  EXPECT_EQ(run->failure()->code, TF_CANCELLED) << run->failure()->message;
}

TEST(Runner, ItsEndStopsWhatRuns) {
  RunSpec spec;
  spec.computation = endless(test::library());
  spec.items.assign(3, test::scalar<int32_t>(1));
  spec.count = 3;
  bool done = false;
  auto run = std::make_shared<tf::Run>(std::move(spec), [&done] { done = true; });
  {
    Runner runner(2);
    runner.submit(run);
  }
  EXPECT_TRUE(done);
  EXPECT_EQ(run->failure()->code, TF_CANCELLED);
  EXPECT_EQ(stats.threads, 0);
}

}  // namespace
}  // namespace tf
