#include "tf_api.h"

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <system_error>

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

// The wheel's library needs `libtensorflow_framework`, which lies beside it. Opened first by its full path it is found
// by name when the main library is opened, wherever that looks for it.
void openFramework(const std::filesystem::path& folder) {
  for (const char* name : {"libtensorflow_framework.so.2", "libtensorflow_framework.2.dylib"}) {
    std::error_code ignored;
    const std::filesystem::path file = folder / name;
    if (!std::filesystem::exists(file, ignored)) continue;
    std::string reason;
    if (openLibrary(file.string(), reason) == nullptr) {
      throw failedPrecondition("cannot open " + file.string() + ": " + reason);
    }
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
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) throw Error(TF_NOT_FOUND, "no such file: " + path);
  setEnvironment("TF_CPP_MIN_LOG_LEVEL", std::to_string(log_level));
  openFramework(std::filesystem::path(path).parent_path());
  std::string reason;
  void* library = openLibrary(path, reason);
  if (library == nullptr) throw failedPrecondition("cannot open " + path + ": " + reason);
  auto made = std::make_unique<Loaded>();
  made->path = path;
  made->api = resolveTfApi([library](const char* name) { return findSymbol(library, name); });
  loaded.store(made.release());
  return loaded.load()->api;
}

const TfApi& tfApi() {
  const Loaded* now = loaded.load();
  if (now == nullptr) throw failedPrecondition("libtensorflow is not loaded");
  return now->api;
}

}  // namespace tf
