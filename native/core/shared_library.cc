#include "shared_library.h"

#include <optional>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#endif

namespace tf {

#ifdef _WIN32

void* openLibrary(const std::string& path, bool, std::string& error) {
  HMODULE library = LoadLibraryExA(path.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
  if (library == nullptr) error = "error " + std::to_string(GetLastError());
  return library;
}

void* findSymbol(void* library, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), name));
}

bool fileExists(const std::string& path) { return GetFileAttributesA(path.c_str()) != INVALID_FILE_ATTRIBUTES; }

void setEnvironment(const char* name, const std::string& value) { _putenv_s(name, value.c_str()); }

void setEnvironmentDefault(const char* name, const std::string& value) {
  if (GetEnvironmentVariableA(name, nullptr, 0) == 0) setEnvironment(name, value);
}

#else

namespace {

// Standard error leads nowhere while an object of this class lives.
class SilentStderr {
 public:
  SilentStderr() : before_(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
    const int nowhere = before_ < 0 ? -1 : open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere < 0) return;
    dup2(nowhere, STDERR_FILENO);
    close(nowhere);
  }
  ~SilentStderr() {
    if (before_ < 0) return;
    dup2(before_, STDERR_FILENO);
    close(before_);
  }
  SilentStderr(const SilentStderr&) = delete;
  SilentStderr& operator=(const SilentStderr&) = delete;

 private:
  const int before_;
};

}  // namespace

void* openLibrary(const std::string& path, bool silent, std::string& error) {
  std::optional<SilentStderr> silence;
  if (silent) silence.emplace();
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    error = reason == nullptr ? "unknown reason" : reason;
  }
  return library;
}

void* findSymbol(void* library, const char* name) { return dlsym(library, name); }

bool fileExists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

void setEnvironment(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

void setEnvironmentDefault(const char* name, const std::string& value) { setenv(name, value.c_str(), 0); }

#endif

}  // namespace tf
