// What one Node environment (the main thread, or a worker) has of its own: the way by which runs that ended on the
// pool's threads come back to its thread. The library and the pool are the process's.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_set>

#include "../core/op_def.h"
#include "../core/runner.h"
#include "napi_setup.h"

namespace addon {

class Environment {
 public:
  // How a run's results become the value of its promise.
  using Result = Napi::Value (*)(Napi::Env env, tf::Run& run);

  // Once for each environment, when it loads the addon.
  static void attach(Napi::Env env);
  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  // Submits a run and returns the promise of its result. Node stays alive until the promise is settled.
  Napi::Value run(Napi::Env env, tf::RunSpec spec, Result result);

 private:
  struct Pending {
    Napi::Promise::Deferred deferred;
    Result result;
    std::shared_ptr<tf::Run> run;
  };
  static void settle(Napi::Env env, Napi::Function none, Environment* environment, Pending* pending);
  using Channel = Napi::TypedThreadSafeFunction<Environment, Pending, settle>;

  // Outlives the environment, for runs that end after it. The lock is held while the channel is called: a dead
  // environment must not be called, and must not die during a call.
  struct Link {
    void send(Pending* pending);
    std::mutex mutex;
    Channel channel;
    bool alive = true;
  };

  // Interrupts the runs and waits for them: libtensorflow must not be at work when the process's statics are destroyed.
  // Later calls find nothing to do, and later runs are refused.
  void shutDown();

  const std::shared_ptr<Link> link_ = std::make_shared<Link>();
  std::unordered_set<std::shared_ptr<tf::Run>> active_;  // of this thread only
};

// The process's own. `opDefs` fails before libtensorflow is loaded.
const tf::OpDefs& opDefs();
tf::Runner& runner();

}  // namespace addon
