#include "../core/tf_api.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support.h"

namespace tf {
namespace {

// The first test of its process: nothing is loaded yet.
TEST(TfApi, IsLoadedOnceFromOnePath) {
  const std::string path = std::getenv("FEDKERAS_LIBTENSORFLOW");
  EXPECT_ERROR(tfApi(), TF_FAILED_PRECONDITION, "libtensorflow is not loaded");

  EXPECT_ERROR(loadTfApi("/no/such/libtensorflow_cc.so.2", 3), TF_NOT_FOUND, "/no/such/libtensorflow_cc.so.2");
  const auto file =
      std::filesystem::temp_directory_path() / ("fedkeras_tf_api_test_" + std::to_string(getpid()) + ".so");
  std::ofstream(file) << "not a library";
  EXPECT_ERROR(loadTfApi(file.string(), 3), TF_FAILED_PRECONDITION, file.string());
  std::filesystem::remove(file);
  // A program is no library, either.
  EXPECT_ERROR(loadTfApi("/proc/self/exe", 3), TF_FAILED_PRECONDITION, "/proc/self/exe");
  EXPECT_ERROR(tfApi(), TF_FAILED_PRECONDITION, "libtensorflow is not loaded");

  unsetenv("TF_ENABLE_ONEDNN_OPTS");
  const TfApi& api = loadTfApi(path, 3);
  EXPECT_STREQ(api.TF_Version(), "2.21.0");
  EXPECT_STREQ(std::getenv("TF_CPP_MIN_LOG_LEVEL"), "3");
  EXPECT_STREQ(std::getenv("TF_ENABLE_ONEDNN_OPTS"), "1");
  EXPECT_EQ(&loadTfApi(path, 3), &api);
  EXPECT_EQ(&tfApi(), &api);
  EXPECT_ERROR(loadTfApi("/another/libtensorflow_cc.so.2", 3), TF_FAILED_PRECONDITION, path);
}

TEST(TfApi, NamesAllMissingFunctionsInOneError) {
  const auto find = [](const char* name) -> void* {
    static int something;
    const std::string wanted = name;
    return wanted == "TF_SessionRun" || wanted == "TF_NewGraph" ? nullptr : &something;
  };
  EXPECT_ERROR(resolveTfApi(find), TF_UNIMPLEMENTED, ": TF_NewGraph, TF_SessionRun");
}

TEST(TfApi, FillsTheTableByName) {
  const auto find = [](const char* name) -> void* {
    static int version, other;
    return std::string(name) == "TF_Version" ? &version : &other;
  };
  const TfApi api = resolveTfApi(find);
  EXPECT_EQ(reinterpret_cast<void*>(api.TF_Version), find("TF_Version"));
  EXPECT_EQ(reinterpret_cast<void*>(api.TF_SessionRun), find("TF_SessionRun"));
}

}  // namespace
}  // namespace tf
