#include "apps/small_networks/data.hpp"

#include <algorithm>
#include <cmath>

namespace small_networks {

using namespace gradtable;

namespace {

double score(const Weights& weights, std::span<const double> point) {
  return weights[0] * point[0] + weights[1] * point[1] + weights[2];
}

Array points(std::int64_t count, Random& random) {
  Array x(DType::float64, {count, 2});
  for (double& coordinate : x.as<double>()) coordinate = random.normal();
  return x;
}

}  // namespace

Examples points_near_a_plane(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  Examples examples{points(count, random), Array(DType::float64, {count, 1})};
  const auto t = examples.t.as<double>();
  for (std::size_t n = 0; n < t.size(); ++n)
    t[n] = score(kLineWeights, examples.x.as<double>().subspan(2 * n, 2)) +
           std::sqrt(kLineVariance) * random.normal();
  return examples;
}

Examples points_of_two_classes(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  Examples examples{points(count, random), Array(DType::float64, {count, 1})};
  const auto t = examples.t.as<double>();
  for (std::size_t n = 0; n < t.size(); ++n) {
    const double s = score(kTwoClassWeights, examples.x.as<double>().subspan(2 * n, 2));
    t[n] = random.uniform() < 1 / (1 + std::exp(-s)) ? 1 : 0;
  }
  return examples;
}

Examples points_of_three_classes(std::int64_t count, std::uint64_t seed) {
  Random random(seed);
  Examples examples{points(count, random), Array(DType::int32, {count})};
  const auto t = examples.t.as<std::int32_t>();
  for (std::size_t n = 0; n < t.size(); ++n) {
    std::array<double, 3> scores{};
    for (std::size_t j = 0; j < kThreeClassWeights.size(); ++j)
      scores[j] = score(kThreeClassWeights[j], examples.x.as<double>().subspan(2 * n, 2));
    // The largest of scores with Gumbel noise is a class drawn with the probabilities softmax(scores).
    for (double& s : scores) s -= std::log(-std::log1p(-random.uniform()));
    t[n] = static_cast<std::int32_t>(std::ranges::max_element(scores) - scores.begin());
  }
  return examples;
}

Examples signals(std::int64_t count, std::uint64_t seed) {
  constexpr std::size_t kLength = 32;
  Random random(seed);
  Examples examples{Array(DType::float32, {count, 1, kLength}), Array(DType::int32, {count})};
  const auto t = examples.t.as<std::int32_t>();
  for (std::size_t n = 0; n < t.size(); ++n) {
    t[n] = static_cast<std::int32_t>(n % 3);
    const double phase = random.uniform(0, 6), frequency = t[n] == 0 ? 0.3 : 1.2;
    for (std::size_t i = 0; i < kLength; ++i) {
      const double wave = t[n] == 2 ? 0 : std::sin(frequency * static_cast<double>(i) + phase);
      examples.x.as<float>()[n * kLength + i] = static_cast<float>(wave + 0.1 * random.normal());
    }
  }
  return examples;
}

Examples volumes(std::int64_t count, std::uint64_t seed) {
  constexpr int kEdge = 10;
  Random random(seed);
  Examples examples{Array(DType::float32, {count, 1, kEdge, kEdge, kEdge}), Array(DType::int32, {count})};
  const auto t = examples.t.as<std::int32_t>();
  auto voxel = examples.x.as<float>().begin();
  for (std::size_t n = 0; n < t.size(); ++n) {
    t[n] = static_cast<std::int32_t>(n % 2);
    std::array<double, 3> centre{};
    for (double& c : centre) c = random.uniform(3.5, 5.5);
    for (int i = 0; i < kEdge * kEdge * kEdge; ++i) {
      const std::array<int, 3> place = {i / (kEdge * kEdge), i / kEdge % kEdge, i % kEdge};
      double squares = 0, largest = 0;
      for (std::size_t axis = 0; axis < place.size(); ++axis) {
        const double distance = std::abs(place[axis] - centre[axis]);
        squares += distance * distance;
        largest = std::max(largest, distance);
      }
      *voxel++ = (t[n] == 0 ? squares < 9 : largest < 2.4) ? 1.0F : 0.0F;
    }
  }
  return examples;
}

}  // namespace small_networks
