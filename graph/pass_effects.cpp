#include "gradtable/graph/pass_effects.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>

#include "gradtable/graph/execution/first_not_finite.hpp"
#include "gradtable/graph/rewrites/pipeline.hpp"

namespace gradtable {
namespace {

// Of each of the user's results the op that computes it; null where it has become a constant. Of several
// nodes that were made for one, the last gives its value.
using Ops = std::map<NodeId, std::shared_ptr<const Op>>;

Ops ops_of(const Computation& computation, const std::vector<NodeId>& nodes) {
  Ops ops;
  for (const NodeId id : nodes) {
    const Node& node = computation.graph->node(id);
    if (node.op || node.kind == NodeKind::constant) ops[computation.original(id)] = node.op;
  }
  return ops;
}

std::vector<NodeId> all_nodes(const Graph& graph) {
  std::vector<NodeId> nodes(graph.size());
  std::iota(nodes.begin(), nodes.end(), 0);
  return nodes;
}

PassEffect effect(const Ops& before, const Ops& after, Rewrite rewrite) {
  PassEffect found{.rewrite = std::move(rewrite), .made = {}, .gone = {}};
  for (const auto& [id, op] : before) {
    if (!op) continue;
    const auto now = after.find(id);
    if (now == after.end())
      found.gone.push_back(id);
    else if (now->second != op)
      found.made.push_back({id, now->second ? std::string(now->second->name()) : ""});
  }
  return found;
}

// The steps that write into parameters, by the names that the plan has for them.
std::vector<PassEffects::InParameter> in_parameters(const Computation& rewritten, const ProgramPlan& plan) {
  std::vector<PassEffects::InParameter> found;
  for (const Update& update : rewritten.updates) {
    const std::string label = detail::description(rewritten, update.value.id());
    const auto is_value = [&](const PlannedStep& step) { return step.in_parameter && step.label == label; };
    if (std::ranges::any_of(plan.steps, is_value))
      found.push_back({rewritten.original(update.value.id()), rewritten.original(update.parameter.id())});
  }
  return found;
}

}  // namespace

PassEffects pass_effects(Graph& graph, const CompileOptions& options) {
  const ProgramPlan plan = compile(graph, options).plan();
  const int slices = options.deterministic ? detail::kFixedSlices : plan.threads;
  Computation computation{std::shared_ptr<Graph>(std::shared_ptr<void>(), &graph), options.outputs,
                          options.updates, options.finite};
  PassEffects effects;
  Ops before = ops_of(computation, all_nodes(graph));
  for (const auto passes : {detail::source_passes(), detail::first_passes(), detail::last_passes()})
    for (const detail::Pass& pass : passes) {
      std::vector<Rewrite> list;
      computation = rewrite(computation, std::span(&pass, 1), slices, options.without, list);
      if (list.empty()) continue;
      Ops after = ops_of(computation, needed_nodes(computation));
      effects.passes.push_back(effect(before, after, list.front()));
      before = std::move(after);
    }
  effects.in_parameters = in_parameters(computation, plan);
  return effects;
}

}  // namespace gradtable
