// One layer, and what least squares says of it in closed form: Goodfellow et al., sections 5.1.4 and 6.2.2.
#pragma once

#include <array>
#include <cstdint>

#include "apps/small_networks/data.hpp"

namespace small_networks {

// A normal distribution of t, whose mean is a score of the point.
struct Gaussian {
  Weights weights;
  double variance;
};

// The most likely one, found by gradient descent on -ln p(t | x): mean and variance are both learned.
Gaussian learn_gaussian(const Examples& points);
// The most likely one in closed form: weights w with X^T X w = X^T t, where X has a column of ones; the
// variance is the mean of squared residuals. X^T X is regular, as for three points not in one line.
Gaussian normal_equations(const Examples& points);

// The example and the learning rate e of one_step.
constexpr double kStepRate = 0.25;
constexpr std::array<double, 3> kStepInput = {0.5, -1, 2};
constexpr std::array<double, 2> kStepTarget = {0.25, 1};

// The weights of a layer of three inputs and two outputs, (4,2), the biases in the last row.
struct Step {
  gradtable::Array before;
  gradtable::Array after;    // one step of gradient descent on E = 1/2 sum (y - t)^2
  gradtable::Array formula;  // w - e x (y - t) y', computed by hand
};

enum class Unit : std::uint8_t { linear, sigmoid };

// For one example.
Step one_step(Unit unit);

}  // namespace small_networks
