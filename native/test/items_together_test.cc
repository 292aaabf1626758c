#include "../core/items_together.h"

#include <algorithm>
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
    const auto seconds = [&](size_t count) { return count == fastest ? 1.0 : 1.1; };
    const auto counts = chosen(together, 60, 16, seconds);
    EXPECT_EQ(std::count(counts.begin() + 27, counts.end(), fastest), 33) << "after three tries of five numbers";
    // Whatever takes long later: it was not these.
    EXPECT_EQ(chosen(together, 5, 16, [](size_t) { return 9.0; }), std::vector<size_t>(5, fastest));
  }
}

TEST(ItemsTogether, AreTriedInTurnSoThatAllSeeTheSameMachine) {
  ItemsTogether together;
  const auto counts = chosen(together, 27, 16, [](size_t) { return 1.0; });
  const std::vector<size_t> turn{16, 8, 4, 2, 1};
  for (size_t run = 12; run < counts.size(); ++run) EXPECT_EQ(counts[run], turn[(run - 12) % 5]) << run;
}

TEST(ItemsTogether, AreJudgedByTheirFastestRun) {
  ItemsTogether together;
  size_t run = 0;
  // Four are the fastest, but for what disturbs two of their three runs.
  chosen(together, 27, 16, [&](size_t count) { return (count == 4 ? 1.0 : 1.2) + (run++ < 22 ? 5.0 : 0.0); });
  EXPECT_EQ(together.next(kBytes, 16), 4u);
}

TEST(ItemsTogether, AreEqualPartsOfThoseThatThereAre) {
  ItemsTogether together;
  chosen(together, 12, 10, [](size_t) { return 1.0; });
  std::map<size_t, size_t> tries;
  for (const size_t count : chosen(together, 12, 10, [](size_t) { return 1.0; })) ++tries[count];
  EXPECT_EQ(tries, (std::map<size_t, size_t>{{10, 3}, {5, 3}, {2, 3}, {1, 3}}));
  EXPECT_EQ(together.next(kBytes, 1), 1u);
}

TEST(ItemsTogether, OfEachSizeAreChosenByThemselves) {
  ItemsTogether together;
  chosen(together, 60, 16, [](size_t count) { return count == 2 ? 1.0 : 2.0; });
  EXPECT_EQ(together.next(kBytes, 16), 2u);
  EXPECT_EQ(together.next(kBytes + 1, 16), 16u);
  // Of many sizes the later ones are not timed.
  for (size_t size = 0; size < 100; ++size) {
    for (size_t run = 0; run < 60; ++run) {
      const size_t count = together.next(2 * kBytes + size, 16);
      together.took(2 * kBytes + size, count, count == 2 ? 1.0 : 100.0);
    }
  }
  EXPECT_EQ(together.next(2 * kBytes, 16), 2u);
  EXPECT_EQ(together.next(2 * kBytes + 99, 16), 16u);
}

}  // namespace
}  // namespace tf
