#include "gradtable/core/machine/barrier.hpp"

#include <cstddef>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

// Each thread counts the phases in a place of its own, plainly, and sums up all places between barriers.
// Returns how many sums were wrong.
int wrong_sums(int threads, int phases) {
  Barrier barrier(threads);
  std::vector<int> counts(static_cast<std::size_t>(threads)), wrong(counts.size());
  std::vector<std::thread> others;
  const auto take_part = [&](std::size_t me) {
    for (int phase = 1; phase <= phases; ++phase) {
      ++counts[me];
      barrier.wait();
      wrong[me] += std::accumulate(counts.begin(), counts.end(), 0) != phase * threads;
      barrier.wait();
    }
  };
  for (std::size_t other = 1; other < counts.size(); ++other) others.emplace_back(take_part, other);
  take_part(0);
  for (std::thread& other : others) other.join();
  return std::accumulate(wrong.begin(), wrong.end(), 0);
}

TEST(Barrier, OrdersWhatItsThreadsWriteAndRead) {
  for (const int threads : {1, 2, 3, 4, 7}) EXPECT_EQ(wrong_sums(threads, 1000), 0) << threads;
}

TEST(Barrier, OfOneThreadNeverWaits) {
  Barrier barrier(1);
  for (int i = 0; i < 1000; ++i) barrier.wait();
  EXPECT_EQ(barrier.threads(), 1);
}

TEST(Barrier, RefusesLessThanOneThread) {
  EXPECT_THROW(Barrier(0), ConfigError);
  EXPECT_THROW(Barrier(-1), ConfigError);
}

}  // namespace
}  // namespace gradtable
