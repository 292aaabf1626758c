#include "environment.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "errors.h"

namespace addon {
namespace {

Napi::Value failureValue(Napi::Env env, const tf::Run::Failure& failure) {
  Napi::Error error = makeError(env, tf::statusName(failure.code), failure.message);
  if (failure.index) error.Set("index", static_cast<double>(*failure.index));
  return error.Value();
}

}  // namespace

void Environment::attach(Napi::Env env) {
  auto* environment = new Environment;
  env.SetInstanceData(environment);
  environment->link_->channel = Channel::New(env, "fedkeras", 0, 1, environment);
  environment->link_->channel.Unref(env);
  // A worker that is terminated calls its hooks (in reverse order: this one before the channel's own), but has no
  // `exit` event; a process that exits has the event, but does not call the hooks.
  env.AddCleanupHook([environment] { environment->shutDown(); });
  const auto process = env.Global().Get("process").As<Napi::Object>();
  const auto on_exit = [environment](const Napi::CallbackInfo&) { environment->shutDown(); };
  process.Get("on").As<Napi::Function>().Call(process,
                                              {Napi::String::New(env, "exit"), Napi::Function::New(env, on_exit)});
}

Napi::Value Environment::run(Napi::Env env, tf::RunSpec spec, Result result) {
  if (!link_->alive) throw tf::Error(TF_CANCELLED, "the process is exiting");
  auto pending = std::make_unique<Pending>(Napi::Promise::Deferred::New(env), result, nullptr);
  auto run = std::make_shared<tf::Run>(std::move(spec), [link = link_, raw = pending.get()] { link->send(raw); });
  pending->run = run;
  if (active_.empty()) link_->channel.Ref(env);
  const auto active = active_.insert(run).first;
  try {
    runner().submit(std::move(run));
  } catch (...) {
    active_.erase(active);
    if (active_.empty()) link_->channel.Unref(env);
    throw;
  }
  // From here on the pending result belongs to the run's end, which is handled on this thread, later.
  return pending.release()->deferred.Promise();
}

void Environment::Link::send(Pending* pending) {
  std::lock_guard lock(mutex);
  if (!alive || channel.NonBlockingCall(pending) != napi_ok) delete pending;
}

void Environment::settle(Napi::Env env, Napi::Function, Environment* environment, Pending* raw) {
  const std::unique_ptr<Pending> pending(raw);
  if (env == nullptr) return;  // the environment died with the call in its queue
  environment->active_.erase(pending->run);
  if (environment->active_.empty()) environment->link_->channel.Unref(env);
  try {
    try {
      if (const auto& failure = pending->run->failure()) {
        pending->deferred.Reject(failureValue(env, *failure));
      } else {
        pending->deferred.Resolve(pending->result(env, *pending->run));
      }
    } catch (const std::bad_alloc&) {
      pending->deferred.Reject(makeError(env, tf::statusName(TF_RESOURCE_EXHAUSTED), "out of memory").Value());
    }
  } catch (const Napi::Error&) {
    // JavaScript is being terminated: nobody is left to hear of the result.
  }
}

void Environment::shutDown() {
  {
    std::lock_guard lock(link_->mutex);
    link_->alive = false;
  }
  for (const auto& run : active_) run->stop();
  runner().sweep();
  for (const auto& run : active_) run->wait();
}

const tf::OpDefs& opDefs() {
  static const tf::OpDefs* const defs = new tf::OpDefs(tf::tfApi());
  return *defs;
}

tf::Runner& runner() {
  // Never destroyed: its threads wait for work until the process ends.
  static auto* const pool = new tf::Runner(std::max(1u, std::thread::hardware_concurrency()));
  return *pool;
}

}  // namespace addon
