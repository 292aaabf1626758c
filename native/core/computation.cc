#include "computation.h"

#include <utility>

namespace tf {
namespace {

SessionPtr openSession(const TfApi& api, TF_Graph* graph, std::span<const std::byte> config) {
  const SessionOptionsPtr options(api.TF_NewSessionOptions(), {&api});
  Status status(api);
  if (!config.empty()) {
    api.TF_SetConfig(options.get(), config.data(), config.size(), status.get());
    status.check("`config`");
  }
  SessionPtr session(api.TF_NewSession(graph, options.get(), status.get()), {&api});
  status.check();
  return session;
}

}  // namespace

Computation::Computation(std::shared_ptr<const Graph> graph, std::span<const Endpoint> feeds,
                         std::span<const Endpoint> fetches, std::span<const int64_t> targets,
                         std::span<const std::byte> config)
    : graph_(std::move(graph)), feeds_(graph_->outputs(feeds, "feeds")), fetches_(graph_->outputs(fetches, "fetches")) {
  for (const int64_t target : targets) targets_.push_back(graph_->operation(target, "targets"));
  session_ = openSession(api(), graph_->get(), config);
}

std::vector<TensorRef> Computation::run(Scratch& scratch) const {
  Status status(api());
  scratch.fetched.assign(fetches_.size(), nullptr);
  api().TF_SessionRun(session_.get(), nullptr, feeds_.data(), scratch.fed.data(), static_cast<int>(feeds_.size()),
                      fetches_.data(), scratch.fetched.data(), static_cast<int>(fetches_.size()), targets_.data(),
                      static_cast<int>(targets_.size()), nullptr, status.get());
  // Owned before anything can throw.
  std::vector<TensorPtr> owned;
  for (TF_Tensor* tensor : scratch.fetched) owned.emplace_back(tensor, Deleter<&TfApi::TF_DeleteTensor>{&api()});
  status.check();
  std::vector<TensorRef> tensors;
  tensors.reserve(owned.size());
  for (TensorPtr& tensor : owned) tensors.push_back(std::make_shared<const Tensor>(Tensor::adopt(std::move(tensor))));
  return tensors;
}

void Computation::interrupt() const {
  Status ignored(api());
  api().TF_CloseSession(session_.get(), ignored.get());
}

std::vector<std::string> deviceTypes(const TfApi& api, std::span<const std::byte> config) {
  const GraphPtr nothing(api.TF_NewGraph(), {&api});
  const SessionPtr session = openSession(api, nothing.get(), config);
  Status status(api);
  const DeviceListPtr devices(api.TF_SessionListDevices(session.get(), status.get()), {&api});
  status.check();
  std::vector<std::string> types;
  for (int i = 0; i < api.TF_DeviceListCount(devices.get()); ++i) {
    const char* type = api.TF_DeviceListType(devices.get(), i, status.get());
    status.check();
    types.emplace_back(type);
  }
  return types;
}

}  // namespace tf
