#include "apps/small_networks/data.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace small_networks {
namespace {

using namespace gradtable;

constexpr Examples (*kGenerators[])(std::int64_t, std::uint64_t) = {
    points_near_a_plane, points_of_two_classes, points_of_three_classes, signals, volumes};

TEST(GeneratedExamples, AreTheSameForOneSeedAndOthersForAnother) {
  const auto bytes = [](const Array& array) {
    const auto* first = static_cast<const char*>(array.view().data);
    return std::vector<char>(first, first + array.type().bytes());
  };
  for (const auto& generate : kGenerators) {
    const Examples first = generate(20, 1), again = generate(20, 1), other = generate(20, 2);
    EXPECT_EQ(bytes(first.x), bytes(again.x));
    EXPECT_EQ(bytes(first.t), bytes(again.t));
    EXPECT_NE(bytes(first.x), bytes(other.x));
  }
}

TEST(GeneratedExamples, HaveClassesWithTheProbabilitiesOfTheirWeights) {
  const Examples two = points_of_two_classes(20000, 1), three = points_of_three_classes(20000, 1);
  const auto expect_share = [](const Examples& examples, const auto& probability, const auto& is_class) {
    double expected = 0, found = 0;
    for (std::size_t n = 0; n < 20000; ++n) {
      expected += probability(examples.x.as<double>().subspan(2 * n, 2));
      found += is_class(n) ? 1 : 0;
    }
    EXPECT_NEAR(found / 20000, expected / 20000, 0.01);
  };
  const auto odds = [](const Weights& w, auto x) { return std::exp(w[0] * x[0] + w[1] * x[1] + w[2]); };
  expect_share(
      two, [&](auto x) { return 1 - 1 / (1 + odds(kTwoClassWeights, x)); },
      [&](std::size_t n) { return two.t.as<double>()[n] == 1; });
  const auto total = [&](auto x) {
    return 1 + odds(kThreeClassWeights[0], x) + odds(kThreeClassWeights[1], x);
  };
  for (std::size_t j = 0; j < 2; ++j)
    expect_share(
        three, [&](auto x) { return odds(kThreeClassWeights[j], x) / total(x); },
        [&](std::size_t n) { return three.t.as<std::int32_t>()[n] == static_cast<std::int32_t>(j); });
}

TEST(GeneratedExamples, HaveBallsAndCubesOfAboutTheSameVolume) {
  const Examples solids = volumes(100, 1);
  double voxels[2] = {};
  for (std::size_t n = 0; n < 100; ++n) {
    const auto solid = solids.x.as<float>().subspan(1000 * n, 1000);
    voxels[n % 2] += static_cast<double>(std::ranges::count(solid, 1.0F));
    EXPECT_EQ(solids.t.as<std::int32_t>()[n], static_cast<std::int32_t>(n % 2));
  }
  EXPECT_NEAR(voxels[0] / voxels[1], 1, 0.1);
}

}  // namespace
}  // namespace small_networks
