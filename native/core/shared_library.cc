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
#ifdef __linux__
#include <link.h>
#include <sys/mman.h>

#include <cstdint>
#include <span>
#endif

namespace tf {

#ifdef _WIN32

void* openLibrary(const std::string& path, bool, std::string& error) {
  HMODULE library = LoadLibraryExA(path.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
  if (library == nullptr) error = "error " + std::to_string(GetLastError());
  return library;
}

void releasePages(void*) {}

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

#ifdef __linux__

namespace {

// Relocations that change code, which pages read again would have lost.
bool hasTextRelocations(const link_map& map) {
  for (const ElfW(Dyn)* entry = map.l_ld; entry->d_tag != DT_NULL; ++entry) {
    if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0)) return true;
  }
  return false;
}

int releaseSegments(dl_phdr_info* info, size_t, void* data) {
  const auto& map = *static_cast<const link_map*>(data);
  if (info->dlpi_addr != map.l_addr) return 0;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (const ElfW(Phdr) & segment : std::span(info->dlpi_phdr, info->dlpi_phnum)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr, end = begin + segment.p_memsz;
    const uintptr_t first = (begin + page - 1) / page * page, last = end / page * page;
    if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  }
  return 1;
}

}  // namespace

void releasePages(void* library) {
  link_map* map = nullptr;
  if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0 || hasTextRelocations(*map)) return;
  dl_iterate_phdr(releaseSegments, map);
}

#else

void releasePages(void*) {}

#endif

void* findSymbol(void* library, const char* name) { return dlsym(library, name); }

bool fileExists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

void setEnvironment(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

void setEnvironmentDefault(const char* name, const std::string& value) { setenv(name, value.c_str(), 0); }

#endif

}  // namespace tf
