#include "gradtable/core/pool.hpp"

#include <memory>
#include <stdexcept>

#include <gtest/gtest.h>

namespace gradtable::detail {
namespace {

// Counts those that are there.
struct Counted {
  Counted(int number_of, int& alive_of) : number(number_of), alive(&alive_of) { ++*alive; }
  ~Counted() { --*alive; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

  int number;
  int* alive;
};

class PoolTest : public ::testing::Test {
 protected:
  std::unique_ptr<Counted> take(int number) {
    return pool.take([&](const Counted& idle) { return idle.number == number; },
                     [&] { return std::make_unique<Counted>(number, alive); });
  }

  int alive = 0;
  Pool<Counted> pool;
};

TEST_F(PoolTest, GivesAnIdleObjectThatFits) {
  const Counted* const first = [&] {
    auto object = take(1);
    const Counted* const address = object.get();
    pool.give_back(std::move(object));
    return address;
  }();
  EXPECT_NE(take(2).get(), first);
  EXPECT_EQ(take(1).get(), first);
}

TEST_F(PoolTest, GivesTheOneThatWasGivenBackLast) {
  auto a = take(1), b = take(1);
  const Counted* const last = a.get();
  pool.give_back(std::move(b));
  pool.give_back(std::move(a));
  EXPECT_EQ(take(1).get(), last);
}

TEST_F(PoolTest, DestroysWhatComesBackAfterItIsClosed) {
  auto out = take(1), idle = take(1);
  pool.give_back(std::move(idle));
  pool.close();
  EXPECT_EQ(alive, 1);
  pool.give_back(std::move(out));
  EXPECT_EQ(alive, 0);
}

TEST_F(PoolTest, IsAsBeforeWhenNothingCouldBeMade) {
  const auto none = [](const Counted&) { return false; };
  const auto fails = []() -> std::unique_ptr<Counted> { throw std::runtime_error("no"); };
  EXPECT_THROW(pool.take(none, fails), std::runtime_error);
  pool.give_back(take(1));
  EXPECT_EQ(alive, 1);
}

TEST_F(PoolTest, LendsUntilTheEndOfAScope) {
  const auto make = [&] { return std::make_unique<Counted>(1, alive); };
  const Counted* first = nullptr;
  {
    const Lease<Counted> lease(pool, make);
    const Lease<Counted> other(pool, make);
    EXPECT_EQ(alive, 2);
    first = &*lease.operator->();
  }
  const Lease<Counted> again(pool, make);
  EXPECT_EQ(again.operator->(), first);
  EXPECT_EQ(alive, 2);
}

}  // namespace
}  // namespace gradtable::detail
