#include "tf_api.h"

#include <atomic>
#include <memory>
#include <mutex>

#include "error.h"
#include "shared_library.h"

namespace tf {
namespace {

struct Loaded {
  std::string path;
  TfApi api;
};

std::mutex loading;
// Never freed: threads of libtensorflow may run until the process ends.
std::atomic<const Loaded*> loaded{nullptr};

void* open(const std::string& file, int log_level) {
  std::string reason;
  void* library = openLibrary(file, log_level > 0, reason);
  if (library == nullptr) throw failedPrecondition("cannot open " + file + ": " + reason);
  return library;
}

// libtensorflow writes its lines by Abseil's log, which does not read TF_CPP_MIN_LOG_LEVEL. The levels are the same,
// but the function has no C name, and one that differs by release: where it is not found those lines are printed.
void setAbseilLogLevel(void* library, int level) {
  void* function = findSymbol(library, "_ZN4absl12lts_2025081414SetMinLogLevelENS0_18LogSeverityAtLeastE");
  if (function != nullptr) reinterpret_cast<void (*)(int)>(function)(level);
}

// The main library needs `libtensorflow_framework`, which lies beside it. Opened first by its full path it is found by
// name when the main library is opened, wherever that looks for it.
void openFramework(const std::string& folder, int log_level) {
  for (const char* name : {"libtensorflow_framework.so.2", "libtensorflow_framework.2.dylib"}) {
    if (fileExists(folder + name)) releasePages(open(folder + name, log_level));
  }
}

}  // namespace

TfApi resolveTfApi(const std::function<void*(const char* name)>& find) {
  TfApi api{};
  std::string missing;
#define TF_API_RESOLVE(name)                                   \
  api.name = reinterpret_cast<decltype(&::name)>(find(#name)); \
  if (api.name == nullptr) missing += missing.empty() ? #name : ", " #name;
  TF_API_FUNCTIONS(TF_API_RESOLVE)
#undef TF_API_RESOLVE
  if (!missing.empty()) throw Error(TF_UNIMPLEMENTED, "the library lacks these functions of libtensorflow: " + missing);
  return api;
}

const TfApi& loadTfApi(const std::string& path, int log_level) {
  std::lock_guard lock(loading);
  if (const Loaded* before = loaded.load()) {
    if (before->path == path) return before->api;
    throw failedPrecondition("libtensorflow is already loaded from " + before->path + ", and cannot be replaced by " +
                             path);
  }
  if (!fileExists(path)) throw Error(TF_NOT_FOUND, "no such file: " + path);
  setEnvironment("TF_CPP_MIN_LOG_LEVEL", std::to_string(log_level));
  // By itself libtensorflow takes oneDNN's kernels only where the processor has AVX-512's or AMX's instructions for
  // neural networks. Without, a CNN takes twice and an LSTM three times as long, and there are no kernels for grouped
  // convolutions with an activation, nor for channels_first.
  setEnvironmentDefault("TF_ENABLE_ONEDNN_OPTS", "1");
  openFramework(path.substr(0, path.find_last_of("/\\") + 1), log_level);
  void* library = open(path, log_level);
  setAbseilLogLevel(library, log_level);
  auto made = std::make_unique<Loaded>();
  made->path = path;
  made->api = resolveTfApi([library](const char* name) { return findSymbol(library, name); });
  releasePages(library);
  loaded.store(made.release());
  return loaded.load()->api;
}

const TfApi& tfApi() {
  const Loaded* now = loaded.load();
  if (now == nullptr) throw failedPrecondition("libtensorflow is not loaded");
  return now->api;
}

}  // namespace tf
