// Examples made up for the networks of this program, from a seed; what made them is known.
#pragma once

#include <array>
#include <cstdint>

#include <gradtable/gradtable.hpp>

namespace small_networks {

struct Examples {
  gradtable::Array x;  // one example a row
  gradtable::Array t;  // what a network is to say of it
};

// One score of a point in the plane: a x1 + b x2 + c for the weights {a, b, c}.
using Weights = std::array<double, 3>;

constexpr Weights kLineWeights = {2, -1, 0.5};
constexpr double kLineVariance = 0.09;
constexpr Weights kTwoClassWeights = {2, 1, -0.5};
// Of the first two classes; the third, against which they are weighed, has the score 0.
constexpr std::array<Weights, 2> kThreeClassWeights = {{{3, 0, 0.5}, {0, 3, -0.5}}};

// Points x (count,2) in the plane, their coordinates standard normal, float64, count > 0. They differ in t:
// the score plus normal noise, float64 (count,1);
Examples points_near_a_plane(std::int64_t count, std::uint64_t seed);
// 1 with the probability sigmoid(score), otherwise 0, float64 (count,1);
Examples points_of_two_classes(std::int64_t count, std::uint64_t seed);
// a class drawn with the probabilities softmax(scores), int32 (count).
Examples points_of_three_classes(std::int64_t count, std::uint64_t seed);

// Noisy waves x (count,1,32), float32, in turn of class 0: slow, 1: fast, 2: none, nothing but noise.
Examples signals(std::int64_t count, std::uint64_t seed);
// Solids x (count,1,10,10,10) of ones among zeros, float32, anywhere near the middle; in turn of class 0:
// balls, 1: cubes of about the same volume.
Examples volumes(std::int64_t count, std::uint64_t seed);

}  // namespace small_networks
