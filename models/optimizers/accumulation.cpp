#include "gradtable/models/optimizers/accumulation.hpp"

#include "gradtable/models/optimizers/detail/step.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"

namespace gradtable {

std::vector<Update> Accumulation::then(std::vector<Update> updates) const {
  updates.insert(updates.end(), clear.begin(), clear.end());
  return updates;
}

Accumulation accumulate(const GradTable& table, double weight) {
  detail::require_positive("accumulate", "weight", weight);
  if (table.size() == 0) return {{}, GradTable({}), GradTable({}), {}};
  const Tensor first = table.begin()->target;
  const Graph::Scope scope(first.graph(), Phase::update, first.id());
  const Tensor weights = detail::state(detail::kGradientWeights, first, {DType::float64, {}});

  Accumulation made{
      {{weights, weights + weight}}, GradTable({}), GradTable({}), {{weights, zeros_like(weights)}}};
  std::vector<GradTable::Entry> means, totals;
  for (const auto& [target, gradient] : table) {
    const Graph::Scope of_target(target.graph(), Phase::update, target.id());
    const Tensor sum = detail::state(detail::kGradientSum, target, target.type());
    made.add.push_back({sum, sum + weight * gradient});
    made.clear.push_back({sum, zeros_like(sum)});
    means.push_back({target, sum / as_type(weights, sum.dtype())});
    totals.push_back({target, sum});
  }
  made.mean = GradTable(std::move(means));
  made.total = GradTable(std::move(totals));
  return made;
}

}  // namespace gradtable
