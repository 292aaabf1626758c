// A graph made ready to run: a session, with what is fed, fetched and run besides fixed once, so that a run costs
// little beyond libtensorflow's own work. Runs may go on on several threads at once; each holds a `shared_ptr`, so that
// the session is deleted after its last run.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph.h"
#include "items_together.h"
#include "tensor.h"

namespace tf {

class Computation {
 public:
  // What a thread needs for a run, kept from one run to the next.
  struct Scratch {
    std::vector<TF_Tensor*> fed;
    std::vector<TF_Tensor*> fetched;
  };

  // `config` is a serialized `ConfigProto`; empty for the defaults.
  Computation(std::shared_ptr<const Graph> graph, std::span<const Endpoint> feeds, std::span<const Endpoint> fetches,
              std::span<const int64_t> targets, std::span<const std::byte> config);

  size_t feeds() const { return feeds_.size(); }
  size_t fetches() const { return fetches_.size(); }
  const TfApi& api() const { return graph_->api(); }

  // For those who run it for several items at once.
  ItemsTogether& together() const { return together_; }

  // Feeds `scratch.fed`, which must be `feeds()` tensors, and returns the fetched ones.
  std::vector<TensorRef> run(Scratch& scratch) const;

  // Ends active runs with `CANCELLED` at the next step of a loop of theirs; later runs fail.
  void interrupt() const;

 private:
  std::shared_ptr<const Graph> graph_;
  std::vector<TF_Output> feeds_;
  std::vector<TF_Output> fetches_;
  std::vector<const TF_Operation*> targets_;
  SessionPtr session_;
  mutable ItemsTogether together_;
  Counted<&Stats::computations> counted_;
};

// The kinds of devices that a session of this `config` has, in libtensorflow's order: `CPU`, `GPU` …
std::vector<std::string> deviceTypes(const TfApi& api, std::span<const std::byte> config);

}  // namespace tf
