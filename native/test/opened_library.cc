// A library whose initialiser reads all of its file, and waits until that is out of the process's memory: what
// shared_library_test.cc opens.
#include <array>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

extern "C" {
__attribute__((visibility("default"))) bool released = false;
}

namespace {

constexpr std::array<char, 1 << 20> kPages{1};

// Kilobytes of the mapping around an address that are in memory.
long residentAround(uintptr_t address) {
  std::ifstream file("/proc/self/smaps");
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    uintptr_t begin = 0, end = 0;
    char dash = 0;
    std::istringstream range(line);
    if (range >> std::hex >> begin >> dash >> end && dash == '-') inside = begin <= address && address < end;
    if (inside && line.starts_with("Rss:")) return std::stol(line.substr(4));
  }
  return -1;
}

const bool initialised = [] {
  const volatile char* pages = kPages.data();
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!released && std::chrono::steady_clock::now() < limit) {
    char sum = 0;
    for (size_t i = 0; i < kPages.size(); i += 4096) sum = static_cast<char>(sum + pages[i]);
    for (int i = 0; i < 20 && !released; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      released = residentAround(reinterpret_cast<uintptr_t>(&kPages[kPages.size() / 2])) < 512;
    }
  }
  return true;
}();

}  // namespace
