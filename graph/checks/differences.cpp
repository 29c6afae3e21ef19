#include "gradtable/graph/checks/differences.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace gradtable::detail {
namespace {

// Rounding errors of an op, in units of the last place of its result, are taken to be at most so many.
constexpr double kUnits = 100;

double epsilon(DType dtype) {
  return dtype == DType::float32 ? std::numeric_limits<float>::epsilon()
                                 : std::numeric_limits<double>::epsilon();
}

double root_mean_square(std::span<const double> x) {
  return x.empty() ? 0 : std::sqrt(inner(x, x) / static_cast<double>(x.size()));
}

// Each element is moved in proportion to itself, so that none crosses zero, where many ops have a kink or a
// pole; a zero is moved as the others are on average, but not far.
void scale_to(std::span<const double> x, Numbers& v) {
  const double typical = root_mean_square(x), instead = typical > 0 ? std::min(typical, 1.0) : 1;
  for (std::size_t i = 0; i < v.size(); ++i) v[i] *= x[i] != 0 ? std::abs(x[i]) : instead;
}

}  // namespace

Numbers numbers_of(const ConstView& view) {
  const Array real = cast(view, DType::float64);
  const auto values = real.as<double>();
  return {values.begin(), values.end()};
}

double inner(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double norm_of_product(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i] * a[i] * b[i];
  return std::sqrt(sum);
}

Differences::Differences(const Op& op, std::vector<ConstView> inputs, DType dtype, std::size_t wrt, Numbers v)
    : op_(op),
      inputs_(std::move(inputs)),
      wrt_(wrt),
      moved_(inputs_[wrt]),
      epsilon_(std::max(epsilon(dtype), epsilon(inputs_[wrt].dtype()))),
      x_(numbers_of(inputs_[wrt])),
      v_(std::move(v)) {
  scale_to(x_, v_);
  inputs_[wrt_] = moved_.view();
  y_ = value_at(0);
  for (std::size_t step = 0; step < kSteps; ++step) {
    const double h = step_size(step);
    const Numbers up = value_at(h), down = value_at(-h);
    Numbers central(y_.size()), gap(y_.size());
    for (std::size_t j = 0; j < y_.size(); ++j) {
      central[j] = (up[j] - down[j]) / (2 * h);
      gap[j] = std::abs((up[j] - y_[j]) - (y_[j] - down[j])) / h;
    }
    central_.push_back(std::move(central));
    gaps_.push_back(std::move(gap));
  }
}

double Differences::noise(std::size_t step, std::span<const double> u) const {
  return kUnits * epsilon_ / step_size(step) * norm_of_product(y_, u);
}

// A gap shrinks with h where y is smooth. It does not at a kink, nor when it is made of rounding errors.
std::vector<bool> Differences::kinks() const {
  std::vector<bool> found(y_.size());
  const Numbers &wide = gaps_[kSteps - 2], &narrow = gaps_[kSteps - 1];
  const double typical = root_mean_square(y_);  // what cancelled in an element that is small by chance
  for (std::size_t j = 0; j < y_.size(); ++j) {
    const double slope = central_[kSteps - 1][j];
    const double rounding =
        2 * kUnits * epsilon_ / step_size(kSteps - 1) * (std::abs(y_[j]) + typical) + 1e-6 * std::abs(slope);
    const bool stays = narrow[j] > wide[j] / 2 && narrow[j] > rounding;
    found[j] = stays || !std::isfinite(narrow[j]);
  }
  return found;
}

// Central differences are best at the cube root of epsilon.
double Differences::step_size(std::size_t step) const {
  return std::cbrt(epsilon_) / std::pow(16, static_cast<double>(step));
}

Numbers Differences::value_at(double h) {
  dispatch_floating(moved_.dtype(), [&]<class T>() {
    const auto x = moved_.as<T>();
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(x_[i] + h * v_[i]);
  });
  return numbers_of(compute(op_, inputs_));
}

}  // namespace gradtable::detail
