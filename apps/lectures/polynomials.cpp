// ECE408, "How Complicated Should a Network Be?": like a polynomial fit, whose terms of high order improve
// the fit and add swings between the points.
#include <cmath>
#include <limits>
#include <numbers>

#include "apps/lectures/questions.hpp"

namespace lectures {

using namespace gradtable;

namespace {

// x with H x = g, by elimination; H is positive definite, so that no pivots are needed.
std::vector<double> solved(std::vector<double> H, std::vector<double> g) {
  const std::size_t n = g.size();
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = H[i * n + k] / H[k * n + k];
      for (std::size_t j = k; j < n; ++j) H[i * n + j] -= factor * H[k * n + j];
      g[i] -= factor * g[k];
    }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) g[k] -= H[k * n + j] * g[j];
    g[k] /= H[k * n + k];
  }
  return g;
}

// [powers]
// The columns 1, x, x^2, ..., x^degree for points x (n).
Tensor powers(const Tensor& x, int degree) {
  std::vector<Tensor> columns = {full_like(x, 1)};
  for (int k = 1; k <= degree; ++k) columns.push_back(columns.back() * x);
  return stack(columns, 1);
}
// [/powers]

struct Fit {
  double training_error, test_error, largest_weight;
  std::vector<double> y;  // at the test points
};

// Errors are square roots of mean squares.
Fit fit(const Array& training_x, const Array& training_t, const Array& test_x, const Array& test_t,
        int degree) {
  // [fit]
  Graph graph;
  const Tensor x = graph.constant(training_x), t = graph.constant(training_t);
  const Tensor w = graph.parameter("w", zeros({degree + 1}, DType::float64));
  const Tensor J = mean(square(matmul(powers(x, degree), w) - t));
  // J is quadratic: one step of Newton's method from w = 0 ends at its minimum, w = -H^-1 g.
  const Tensor g = build_grad(J, {w})[w];
  const std::vector<double> minimum = solved(numbers(hessian(J, w)), numbers(-g));
  graph.set_value(w, ConstView(std::span(minimum), w.shape()));
  // [/fit]
  const Tensor y = matmul(powers(graph.constant(test_x), degree), w);
  return {evaluate(sqrt(J)).item(), evaluate(sqrt(mean(square(y - graph.constant(test_t))))).item(),
          evaluate(max(abs(w))).item(), numbers(y)};
}

// sin(pi x), with noise where there is some.
Array targets(const Array& x, double noise) {
  Random random(7);
  Array t(DType::float64, x.shape());
  for (std::size_t i = 0; i < x.as<double>().size(); ++i)
    t.as<double>()[i] = std::sin(std::numbers::pi * x.as<double>()[i]) + noise * random.normal();
  return t;
}

}  // namespace

void polynomials(Answer& answer) {
  constexpr std::int64_t kPoints = 10, kCount = 401;
  const Array x = grid(-1, 1, kPoints, {kPoints}), t = targets(x, 0.3);
  const Array test_x = grid(-1, 1, kCount, {kCount}), test_t = targets(test_x, 0);
  Curve points = curve("points", 0, x.as<double>(), t.as<double>());
  points.line = false;
  Chart fits{.title = "Fits of ten points", .x_name = "x", .x_step = 0, .curves = {}};
  Curve training{"10 points", 0, {}}, test{"sin(pi x)", 1, {}};

  answer.print("{:>7}{:>15}{:>20}{:>18}\n", "degree", "RMS, points", "RMS, sin(pi x)", "largest weight");
  for (int degree = 0; degree <= 9; ++degree) {
    Fit result = fit(x, t, test_x, test_t, degree);
    answer.print("{:>7}{:>15.4f}{:>20.4f}{:>18.2f}\n", degree, rounded(result.training_error),
                 result.test_error, result.largest_weight);
    training.points.push_back({static_cast<double>(degree), rounded(result.training_error, 6)});
    test.points.push_back({static_cast<double>(degree), result.test_error});
    for (double& y : result.y)
      if (std::abs(y) > 3) y = std::numeric_limits<double>::quiet_NaN();
    if (degree == 1 || degree == 3 || degree == 9)
      fits.curves.push_back(curve(fmt::format("degree {}", degree), static_cast<int>(fits.curves.size()) + 1,
                                  test_x.as<double>(), result.y));
  }
  fits.curves.push_back(points);
  answer.plot("polynomial_fits", fits);
  answer.plot("polynomial_errors",
              {.title = "Root mean square error by degree", .x_name = "degree", .curves = {training, test}});
}

}  // namespace lectures
