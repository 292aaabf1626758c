// The only file that knows how the operating system opens shared libraries.
#pragma once

#include <string>

namespace tf {

// Opens the library at `path` for the life of the process: its threads and registries cannot be unloaded. Its symbols
// stay private to it, so that another copy of TensorFlow in the process does not mix with it. What its initialisers
// write to standard error is lost if `silent`. On failure returns null and puts the system's explanation into `error`.
void* openLibrary(const std::string& path, bool silent, std::string& error);

// Takes the pages of a library's file out of this process's memory, of which opening it has read many that nothing
// reads again: relocations, names of symbols, code that runs once. What is read again comes back from the system's
// cache.
void releasePages(void* library);

// The address of `name` in `library` or in what it depends on; null where there is none.
void* findSymbol(void* library, const char* name);

bool fileExists(const std::string& path);

// Sets an environment variable of this process, as seen by libraries that are opened later.
void setEnvironment(const char* name, const std::string& value);

// The same where the variable is not set yet.
void setEnvironmentDefault(const char* name, const std::string& value);

}  // namespace tf
