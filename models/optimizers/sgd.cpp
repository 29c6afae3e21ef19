#include "gradtable/models/optimizers/sgd.hpp"

#include <cmath>

#include <fmt/format.h>

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"

namespace gradtable {

void require_learning_rate(double learning_rate) {
  if (!std::isfinite(learning_rate) || learning_rate <= 0)
    throw ConfigError(fmt::format("sgd: expected a finite learning rate above 0, got {}", learning_rate));
}

std::vector<Update> sgd(const GradTable& table, double learning_rate) {
  require_learning_rate(learning_rate);
  std::vector<Update> updates;
  for (const auto& [parameter, gradient] : table) {
    const Graph::Scope scope(parameter.graph(), Phase::update, parameter.id());
    updates.push_back({parameter, sub(parameter, scale(gradient, learning_rate))});
  }
  return updates;
}

}  // namespace gradtable
