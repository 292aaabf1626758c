#include "../core/shared_library.h"

#include "support.h"

namespace tf {
namespace {

TEST(SharedLibrary, ThatIsNotThereIsExplained) {
  std::string error;
  EXPECT_EQ(openLibrary("/nowhere/libnothing.so", false, error), nullptr);
  EXPECT_NE(error.find("/nowhere/libnothing.so"), std::string::npos) << error;
}

#ifdef __linux__

// Its initialiser waits for it.
TEST(SharedLibrary, LeavesMemoryWhileItIsOpened) {
  std::string error;
  void* library = openLibrary(FEDKERAS_OPENED_LIBRARY, false, error);
  ASSERT_NE(library, nullptr) << error;
  const void* released = findSymbol(library, "released");
  ASSERT_NE(released, nullptr);
  EXPECT_TRUE(*static_cast<const bool*>(released));
  releasePages(library);
  EXPECT_EQ(findSymbol(library, "nothing"), nullptr);
}

#endif

}  // namespace
}  // namespace tf
