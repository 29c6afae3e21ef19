#include "gradtable/models/optimizers/gradients.hpp"

#include "gradtable/models/optimizers/detail/step.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/comparison.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/powers.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

// The table with rule(target, gradient) for each gradient.
template <class Rule>
GradTable with_each(const GradTable& table, const Rule& rule) {
  std::vector<GradTable::Entry> entries;
  for (const auto& [target, gradient] : table) {
    const Graph::Scope scope(target.graph(), Phase::update, target.id());
    entries.push_back({target, rule(target, gradient)});
  }
  return GradTable(std::move(entries));
}

// The sum of the squares of all gradients, of the first one's type; empty for an empty table.
Tensor squared_norm(const GradTable& table) {
  Tensor total;
  for (const auto& [target, gradient] : table) {
    const Graph::Scope scope(target.graph(), Phase::update, target.id());
    const Tensor squares = sum(square(gradient));
    total = total.empty() ? squares : total + as_type(squares, total.dtype());
  }
  return total;
}

}  // namespace

bool is_penalized(const Tensor& target, Penalized penalized) {
  return penalized == Penalized::all || target.shape().rank() >= 2;
}

GradTable clip_norm(const GradTable& table, double limit) {
  detail::require_positive("clip_norm", "limit", limit);
  const Tensor squares = squared_norm(table);
  return with_each(table, [&](const Tensor&, const Tensor& g) {
    const Tensor factor = minimum(limit / sqrt(squares), 1.0);
    return g * as_type(factor, g.dtype());
  });
}

GradTable clip_value(const GradTable& table, double limit) {
  detail::require_positive("clip_value", "limit", limit);
  return with_each(table, [&](const Tensor&, const Tensor& g) { return clip(g, -limit, limit); });
}

GradTable weight_decay(const GradTable& table, double decay, Penalized penalized) {
  detail::require_not_negative("weight_decay", "decay", decay);
  return with_each(table, [&](const Tensor& theta, const Tensor& g) {
    return decay > 0 && is_penalized(theta, penalized) ? g + decay * theta : g;
  });
}

GradTable l1_decay(const GradTable& table, double factor, Penalized penalized) {
  detail::require_not_negative("l1_decay", "factor", factor);
  return with_each(table, [&](const Tensor& theta, const Tensor& g) {
    return factor > 0 && is_penalized(theta, penalized) ? g + factor * sign(theta) : g;
  });
}

}  // namespace gradtable
