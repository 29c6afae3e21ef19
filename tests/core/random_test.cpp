#include "gradtable/core/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace gradtable {
namespace {

using Block = std::array<std::uint32_t, 4>;
using Key = std::array<std::uint32_t, 2>;

// Philox 4x32-10 once more, straight from the definition in Salmon et al., SC 2011, section 3.3.
Block philox(Block counter, Key key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xd2511f53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xcd9e8d57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9e3779b9U, key[1] + 0xbb67ae85U};
  }
  return counter;
}

Block next_block(Random& random) {
  Block block{};
  std::ranges::generate(block, [&] { return random(); });
  return block;
}

// The answers that come with the authors' Random123.
TEST(Philox, GivesTheKnownAnswers) {
  constexpr std::uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox({}, {}), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Random, BeginsWithTheKnownAnswer) {
  Random random(0);
  EXPECT_EQ(next_block(random), (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
}

TEST(Random, IsPhiloxOfCounterAndStreamKeyedByTheSeed) {
  const std::uint64_t seed = 0x0123456789abcdef;
  const std::uint64_t stream = 0xfedcba9876543210;
  Random random(seed, stream);
  for (std::uint32_t counter = 0; counter < 1000; ++counter)
    ASSERT_EQ(next_block(random), philox({counter, 0, 0x76543210, 0xfedcba98}, {0x89abcdef, 0x01234567}));
}

TEST(Random, RepeatsItselfForTheSameSeed) {
  Random first(42, 3);
  Random second(42, 3);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(first.normal(), second.normal());
}

TEST(Random, DiffersBySeedAndByStream) {
  std::set<Block> seen;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (std::uint64_t stream = 0; stream < 20; ++stream) {
      Random random(seed, stream);
      seen.insert(next_block(random));
    }
  }
  EXPECT_EQ(seen.size(), 400U);
}

TEST(Random, HasStreamsThatDoNotDisturbEachOther) {
  Random alone(7, 1);
  Random first(7, 1);
  Random second(7, 2);
  for (int i = 0; i < 100; ++i) {
    second();
    ASSERT_EQ(first(), alone());
    second.uniform();
  }
}

TEST(Random, DrivesTheDistributionsOfTheStandardLibrary) {
  static_assert(std::uniform_random_bit_generator<Random>);
  Random random(1);
  const double value = std::uniform_real_distribution<double>(2, 3)(random);
  EXPECT_GE(value, 2);
  EXPECT_LT(value, 3);
}

TEST(Uniform, LiesFromZeroToBelowOneWithItsMoments) {
  Random random(1);
  constexpr int kCount = 100000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kCount; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kCount, 1.0 / 2, 0.005);  // five standard errors
  EXPECT_NEAR(squares / kCount, 1.0 / 3, 0.005);
}

TEST(Uniform, UsesThe53BitsOfADouble) {
  Random random(5);
  Random bits(5);
  const std::uint64_t high = bits() >> 5;
  const std::uint64_t low = bits() >> 6;
  EXPECT_EQ(random.uniform(), static_cast<double>((high << 26) + low) / 9007199254740992.0);
}

TEST(Uniform, FillsTheIntervalAskedFor) {
  Random random(2);
  double lowest = 1e9;
  double highest = -1e9;
  for (int i = 0; i < 10000; ++i) {
    const double value = random.uniform(-3, 5);
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  }
  EXPECT_GE(lowest, -3);
  EXPECT_LT(highest, 5);
  EXPECT_NEAR(lowest, -3, 0.02);
  EXPECT_NEAR(highest, 5, 0.02);
}

TEST(Normal, HasMeanZeroVarianceOneAndTheTailsOfABell) {
  Random random(3);
  constexpr int kCount = 100000;
  double sum = 0;
  double squares = 0;
  int beyond_two = 0;
  for (int i = 0; i < kCount; ++i) {
    const double value = random.normal();
    ASSERT_TRUE(std::isfinite(value));
    sum += value;
    squares += value * value;
    beyond_two += std::abs(value) > 2 ? 1 : 0;
  }
  EXPECT_NEAR(sum / kCount, 0, 0.016);
  EXPECT_NEAR(squares / kCount, 1, 0.023);
  EXPECT_NEAR(beyond_two / static_cast<double>(kCount), 0.0455, 0.0033);
}

TEST(Below, GivesEachNumberEquallyOften) {
  Random random(4);
  constexpr std::uint32_t kBound = 10;
  constexpr int kCount = 100000;
  std::array<int, kBound> times{};
  for (int i = 0; i < kCount; ++i) {
    const std::uint32_t value = random.below(kBound);
    ASSERT_LT(value, kBound);
    ++times[value];
  }
  for (const int count : times) EXPECT_NEAR(count, kCount / 10, 475);  // five standard deviations
}

TEST(RandomBlocks, AreTheNumbersOfRandom) {
  constexpr std::size_t kSkipped = 3, kBlocks = 21;  // whole vectors and a rest
  Random random(0x123456789abcdef0, 0xfedcba9876543210);
  for (std::size_t i = 0; i < kSkipped; ++i) next_block(random);
  std::vector<std::uint32_t> bits(kRandomBlock * kBlocks);
  random_blocks(0x123456789abcdef0, {0xfedcba9876543210}, kSkipped, kBlocks, bits.data());
  for (const std::uint32_t drawn : bits) ASSERT_EQ(drawn, random());
}

TEST(RandomBlocks, CountWithSixtyFourBits) {
  constexpr std::uint64_t kFirst = 0x8000'0001'ffff'ffff;
  std::array<std::uint32_t, 2 * kRandomBlock> bits{};
  random_blocks(0, {0, kFirst}, 0, 2, bits.data());
  EXPECT_EQ((Block{bits[0], bits[1], bits[2], bits[3]}), philox({0xffffffff, 0x80000001, 0, 0}, {}));
  EXPECT_EQ((Block{bits[4], bits[5], bits[6], bits[7]}), philox({0, 0x80000002, 0, 0}, {}));
}

// The numbers of trained networks: checkpoints of earlier versions continue with them.
TEST(RandomStreams, AreWhereTheyWere) {
  constexpr std::uint64_t kTo32 = std::uint64_t{1} << 32;
  EXPECT_EQ(epoch_order_stream(3).number, 3U);
  EXPECT_EQ(first_values_stream(3).number, kTo32 + 3);
  EXPECT_EQ(layer_mask_stream(2, 3), 2U * 65536 + 3);
  EXPECT_EQ(mask_stream(layer_mask_stream(2, 3), 5).number, (2 * 65536 + 3) * kTo32 + 5);
  EXPECT_EQ(mask_stream(65536, 0).first_block, 0U);
  EXPECT_EQ(mask_stream(65535, 0).first_block, std::uint64_t{1} << 62);
  EXPECT_EQ(image_stream(2, 3).number, 2 * kTo32 + 3);
  EXPECT_EQ(image_stream(2, 3).first_block, std::uint64_t{1} << 63);
}

TEST(RandomStreams, ShareNoNumber) {
  std::vector<RandomStream> streams;
  for (std::uint32_t i = 0; i < 5; ++i) {
    streams.insert(streams.end(), {epoch_order_stream(i), first_values_stream(i)});
    for (std::uint32_t k = 0; k < 5; ++k)
      streams.insert(streams.end(),
                     {mask_stream(i, k), mask_stream(layer_mask_stream(i + 1, k), k), image_stream(i, k)});
  }
  std::set<Block> blocks;
  for (const RandomStream stream : streams) {
    Random random(1, stream);
    blocks.insert(next_block(random));
  }
  EXPECT_EQ(blocks.size(), streams.size());
}

// With 3 * 2^30, the remainder alone would make the lowest third twice as likely as the others.
TEST(Below, IsNotBiasedByALargeBound) {
  Random random(6);
  constexpr std::uint32_t kThird = std::uint32_t{1} << 30;
  constexpr int kCount = 30000;
  std::array<int, 3> times{};
  for (int i = 0; i < kCount; ++i) {
    const std::uint32_t value = random.below(3 * kThird);
    ASSERT_LT(value, 3 * kThird);
    ++times[value / kThird];
  }
  for (const int count : times) EXPECT_NEAR(count, kCount / 3, 410);
}

TEST(Below, TakesTheSmallestAndTheLargestBound) {
  Random random(8);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(random.below(1), 0U);
    ASSERT_LT(random.below(0xffffffffU), 0xffffffffU);
  }
}

}  // namespace
}  // namespace gradtable
