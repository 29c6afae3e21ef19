#include "apps/xor/stuck.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace xor_example {

using namespace gradtable;

namespace {

constexpr std::size_t kUnits = 2, kPoints = 4;

// The nine gradients of the loss, each with its name.
struct Gradient {
  std::string name;
  std::size_t unit;  // that it belongs to; kUnits for b
  double value;
};

std::vector<Gradient> gradients_of(const XorNetwork& net) {
  const GradTable table = build_grad(net.loss, {net.W, net.c, net.w, net.b});
  std::vector<Gradient> gradients;
  const auto add = [&](const Tensor& parameter, const auto& name_of) {
    const Array values = evaluate(table[parameter]);
    for (std::size_t i = 0; i < values.as<double>().size(); ++i)
      gradients.push_back({name_of(i), i % kUnits, values.as<double>()[i]});
  };
  add(net.W, [](std::size_t i) { return fmt::format("dJ/dW{}{}", i / kUnits + 1, i % kUnits + 1); });
  add(net.c, [](std::size_t i) { return fmt::format("dJ/dc{}", i + 1); });
  add(net.w, [](std::size_t i) { return fmt::format("dJ/dw{}", i + 1); });
  add(net.b, [](std::size_t) { return std::string("dJ/db"); });
  gradients.back().unit = kUnits;
  return gradients;
}

void add_reason_of_unit(std::vector<std::string>& reasons, std::size_t unit, std::span<const double> hidden,
                        const std::vector<Gradient>& gradients) {
  std::size_t active = 0;
  for (std::size_t n = 0; n < kPoints; ++n) active += hidden[n * kUnits + unit] > 0 ? 1U : 0U;
  if (active == kPoints)
    reasons.push_back(fmt::format(
        "h{} is above 0 for all four points: a linear unit, and no line separates XOR.", unit + 1));
  if (active > 0) return;
  std::vector<std::string> zero;
  for (const Gradient& gradient : gradients)
    if (gradient.unit == unit && gradient.value == 0) zero.push_back(gradient.name);
  reasons.push_back(
      fmt::format("h{} is 0 for all four points, where relu passes no gradient on:\n     {} are 0.", unit + 1,
                  fmt::join(zero, ", ")));
}

// Points for which no unit is above 0: y is b for each.
void add_reason_of_points(std::vector<std::string>& reasons, std::span<const double> x,
                          std::span<const double> hidden) {
  std::vector<std::string> points;
  for (std::size_t n = 0; n < kPoints; ++n)
    if (std::ranges::max(hidden.subspan(n * kUnits, kUnits)) == 0)
      points.push_back(fmt::format("({}, {})", x[2 * n], x[2 * n + 1]));
  if (points.size() < 2) return;
  reasons.push_back(fmt::format("All units are 0 at {}: y is b there.", fmt::join(points, ", ")));
}

}  // namespace

std::vector<std::string> why_stuck(const XorNetwork& net) {
  constexpr double kNothing = 1e-6;
  const Array x = evaluate(net.x), hidden = evaluate(net.hidden);
  const std::vector<Gradient> gradients = gradients_of(net);
  std::vector<std::string> reasons;
  for (std::size_t unit = 0; unit < kUnits; ++unit)
    add_reason_of_unit(reasons, unit, hidden.as<double>(), gradients);
  add_reason_of_points(reasons, x.as<double>(), hidden.as<double>());
  double largest = 0;
  for (const Gradient& gradient : gradients) largest = std::max(largest, std::abs(gradient.value));
  reasons.push_back(
      largest < kNothing
          ? fmt::format("The largest of the nine gradients is {:.1e}: no step leads on.", largest)
          : fmt::format("The largest of the nine gradients is {:.1e}: more steps lead on.", largest));
  return reasons;
}

}  // namespace xor_example
