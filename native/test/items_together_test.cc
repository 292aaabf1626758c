#include "../core/items_together.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "support.h"

namespace tf {
namespace {

constexpr size_t kBytes = 1000;

// A machine on which `count` items take `seconds(count)` for each of them; the numbers that were chosen.
template <class Seconds>
std::vector<size_t> chosen(ItemsTogether& together, size_t runs, size_t most, const Seconds& seconds) {
  std::vector<size_t> counts;
  for (size_t run = 0; run < runs; ++run) {
    counts.push_back(together.next(kBytes, most));
    together.took(kBytes, counts.back(), seconds(counts.back()) * static_cast<double>(counts.back()));
  }
  return counts;
}

TEST(ItemsTogether, AreAsManyAsCanBeAtFirst) {
  ItemsTogether together;
  for (const size_t count : chosen(together, 12, 16, [](size_t count) { return static_cast<double>(count); }))
    EXPECT_EQ(count, 16u);
}

TEST(ItemsTogether, AreThoseThatTakeTheLeastTimeEach) {
  for (const size_t fastest : {1, 2, 4, 8, 16}) {
    ItemsTogether together;
    // The further from the fastest number, the slower.
    const auto seconds = [&](size_t count) { return 1.0 + std::abs(std::log2(count) - std::log2(fastest)); };
    const auto counts = chosen(together, 60, 16, seconds);
    EXPECT_EQ(std::count(counts.begin() + 42, counts.end(), fastest), 18);
    // Whatever takes long later: it was not these.
    EXPECT_EQ(chosen(together, 5, 16, [](size_t) { return 9.0; }), std::vector<size_t>(5, fastest));
  }
}

TEST(ItemsTogether, AreTriedInTurnWithTheBestSoFar) {
  ItemsTogether together;
  // Eight are faster than sixteen, and four are not faster than eight: fewer are not tried.
  const auto counts = chosen(together, 30, 16, [](size_t count) { return count == 16 ? 1.2 : 1.0; });
  const std::vector<size_t> expected{16, 16, 16, 16, 8, 16, 8, 16, 8, 8, 4, 8, 4, 8, 4, 8, 8, 8};
  EXPECT_EQ(std::vector<size_t>(counts.begin() + 12, counts.end()), expected);
}

TEST(ItemsTogether, AreJudgedByTheirFastestRun) {
  ItemsTogether together;
  size_t run = 0;
  // Eight are the fastest, but for what disturbs two of their three runs.
  chosen(together, 30, 16,
         [&](size_t count) { return (count == 8 ? 1.0 : 1.2) + (run++ < 20 && count == 8 ? 5.0 : 0.0); });
  EXPECT_EQ(together.next(kBytes, 16), 8u);
}

TEST(ItemsTogether, AreEqualPartsOfThoseThatThereAre) {
  ItemsTogether together;
  std::map<size_t, size_t> runs;
  for (const size_t count : chosen(together, 60, 10, [](size_t count) { return static_cast<double>(count); }))
    ++runs[count];
  EXPECT_EQ(runs.size(), 4u) << "10, 5, 2 and 1";
  EXPECT_EQ(runs.count(5) + runs.count(2), 2u);
  EXPECT_EQ(together.next(kBytes, 10), 1u);
  EXPECT_EQ(together.next(kBytes, 1), 1u);
}

TEST(ItemsTogether, OfEachSizeAreChosenByThemselves) {
  ItemsTogether together;
  chosen(together, 60, 16, [](size_t count) { return static_cast<double>(count); });
  EXPECT_EQ(together.next(kBytes, 16), 1u);
  EXPECT_EQ(together.next(kBytes + 1, 16), 16u);
  // Of many sizes the later ones are not timed.
  for (size_t size = 0; size < 100; ++size) {
    for (size_t run = 0; run < 60; ++run) {
      const size_t count = together.next(2 * kBytes + size, 16);
      together.took(2 * kBytes + size, count, static_cast<double>(count * count));
    }
  }
  EXPECT_EQ(together.next(2 * kBytes, 16), 1u);
  EXPECT_EQ(together.next(2 * kBytes + 99, 16), 16u);
}

}  // namespace
}  // namespace tf
