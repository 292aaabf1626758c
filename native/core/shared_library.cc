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

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
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

#ifdef __linux__

// Relocations that change code, which pages read again would have lost.
bool hasTextRelocations(const dl_phdr_info& info) {
  for (const ElfW(Phdr) & segment : std::span(info.dlpi_phdr, info.dlpi_phnum)) {
    if (segment.p_type != PT_DYNAMIC) continue;
    const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(info.dlpi_addr + segment.p_vaddr);
    for (; entry->d_tag != DT_NULL; ++entry) {
      if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0))
        return true;
    }
  }
  return false;
}

int releaseIfNamed(dl_phdr_info* info, size_t, void* name) {
  if (std::strcmp(info->dlpi_name, static_cast<const char*>(name)) != 0) return 0;
  if (hasTextRelocations(*info)) return 1;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (const ElfW(Phdr) & segment : std::span(info->dlpi_phdr, info->dlpi_phnum)) {
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr, end = begin + segment.p_memsz;
    const uintptr_t first = (begin + page - 1) / page * page, last = end / page * page;
    if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  }
  return 1;
}

void releaseNamed(std::string name) { dl_iterate_phdr(releaseIfNamed, name.data()); }

// While an object of this class lives, what opening a library has read of it is released again and again. Together it
// would be 200 to 300 MB of libtensorflow, and more than training takes.
class ReleasedMeanwhile {
 public:
  explicit ReleasedMeanwhile(std::string path) {
    try {
      thread_ = std::jthread([this, path = std::move(path)](const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        for (; !stop.stop_requested(); stopped_.wait_for(lock, stop, kInterval, [] { return false; })) {
          releaseNamed(path);
        }
      });
    } catch (const std::system_error&) {
      // Without a thread it takes more memory.
    }
  }

 private:
  // Often enough that little comes together, and seldom enough that little is read twice.
  static constexpr std::chrono::milliseconds kInterval{5};

  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

#else

struct ReleasedMeanwhile {
  explicit ReleasedMeanwhile(const std::string&) {}
};

#endif

}  // namespace

void* openLibrary(const std::string& path, bool silent, std::string& error) {
  std::optional<SilentStderr> silence;
  if (silent) silence.emplace();
  const ReleasedMeanwhile released(path);
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    const char* reason = dlerror();
    error = reason == nullptr ? "unknown reason" : reason;
  }
  return library;
}

void releasePages([[maybe_unused]] void* library) {
#ifdef __linux__
  link_map* map = nullptr;
  if (dlinfo(library, RTLD_DI_LINKMAP, &map) == 0) releaseNamed(map->l_name);
#endif
}

void* findSymbol(void* library, const char* name) { return dlsym(library, name); }

bool fileExists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

void setEnvironment(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }

void setEnvironmentDefault(const char* name, const std::string& value) { setenv(name, value.c_str(), 0); }

#endif

}  // namespace tf
