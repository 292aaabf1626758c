#include "shared_library.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#include <stdlib.h>
#endif

namespace tf {

#ifdef _WIN32

void* openLibrary(const std::string& path, std::string& error) {
  HMODULE library = LoadLibraryExA(path.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
  if (library == nullptr) error = "error " + std::to_string(GetLastError());
  return library;
}

void* findSymbol(void* library, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(library), name));
}

void setEnvironment(const char* name, const std::string& value) { _putenv_s(name, value.c_str()); }

#else

void* openLibrary(const std::string& path, std::string& error) {
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    error = reason == nullptr ? "unknown reason" : reason;
  }
  return library;
}

void* findSymbol(void* library, const char* name) { return dlsym(library, name); }

void setEnvironment(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

#endif

}  // namespace tf
