#include "gradtable/graph/build_grad.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "gradtable/core/node_map.hpp"
#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/detail/choices.hpp"
#include "gradtable/graph/detail/derivative_names.hpp"
#include "gradtable/graph/detail/forms.hpp"
#include "gradtable/graph/detail/products.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"

namespace gradtable {
namespace {

using detail::Cotangent;
using detail::Narrator;

std::string place(const Node& node) {
  return fmt::format("[{}]", to_string(node.location));
}

void require_known(const GradTable& known) {
  if (known.size() == 0) throw GradientError("build_grad: expected at least one known gradient, got none");
  const Tensor& first = known.begin()->target;
  for (const auto& [y, gradient] : known) {
    if (y.empty() || gradient.empty())
      throw GradientError(fmt::format("build_grad: expected tensors of a graph, got an empty one as {}",
                                      y.empty() ? "y" : "a gradient"));
    if (&y.graph() != &first.graph() || &gradient.graph() != &first.graph())
      throw GradientError(
          fmt::format("build_grad: expected {} and its gradient in the graph of {}, got another  {}",
                      y.label(), first.label(), place(y.node())));
    if (!is_floating(y.dtype()))
      throw GradientError(fmt::format("build_grad: expected a real tensor to differentiate, got {} of {}  {}",
                                      y.label(), to_string(y.type()), place(y.node())));
    if (gradient.type() != y.type())
      throw ShapeError(fmt::format("build_grad: expected a gradient of {} for {}, got {}  {}",
                                   to_string(y.type()), y.label(), to_string(gradient.type()),
                                   place(y.node())));
  }
}

void require_targets(const Graph& graph, const std::vector<Tensor>& targets) {
  for (const Tensor& target : targets) {
    if (target.empty())
      throw GradientError("build_grad: expected tensors of a graph, got an empty one as a target");
    if (&target.graph() != &graph)
      throw GradientError(
          fmt::format("build_grad: expected targets in the graph of z, got {} of another graph  {}",
                      target.label(), place(target.node())));
    if (!is_floating(target.dtype()))
      throw GradientError(fmt::format("build_grad: expected real targets, got {} of {}  {}", target.label(),
                                      to_string(target.type()), place(target.node())));
  }
}

std::vector<NodeId> ids_of_known(const GradTable& known) {
  std::vector<NodeId> ids;
  for (const auto& [y, gradient] : known) ids.push_back(y.id());
  return ids;
}

// 𝒢′: which nodes up to the last of the `known` are both their ancestors and descendants of a target, along
// inputs to which derivatives pass.
class Pruned {
 public:
  Pruned(const Graph& graph, std::span<const NodeId> known, const std::vector<Tensor>& targets)
      : kept_(static_cast<std::size_t>(std::ranges::max(known)) + 1), targets_(kept_.size()) {
    for (const Tensor& target : targets) {
      if (targets_.covers(target.id())) targets_[target] = true;
    }
    for (const NodeId id : differentiable_ancestors(graph, known))
      kept_[id] = targets_[id] || descends(graph, graph.node(id));
  }

  std::size_t size() const { return kept_.size(); }
  const NodeMap<bool>& kept() const { return kept_; }
  bool contains(const Tensor& v) const { return kept_.covers(v.id()) && kept_[v]; }
  // Of a node that it contains.
  bool is_target(const Tensor& v) const { return targets_[v]; }

 private:
  // By an input to which derivatives pass.
  bool descends(const Graph& graph, const Node& node) const {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (kept_[node.inputs[i]] && passes_gradient(graph, node, i)) return true;
    }
    return false;
  }

  NodeMap<bool> kept_;
  NodeMap<bool> targets_;
};

void require_reached(const GradTable& known, const std::vector<Tensor>& targets, const Pruned& pruned) {
  for (const Tensor& target : targets) {
    if (pruned.contains(target)) continue;
    std::string names;
    for (const auto& [y, gradient] : known) names += (names.empty() ? "" : " or ") + y.label();
    throw GradientError(fmt::format(
        "build_grad: expected {} to depend on the target {}, got {}  {}", names, target.label(),
        detail::missing_path(target.graph(), ids_of_known(known), target.id()), place(target.node())));
  }
}

// The output that C's op.bprop is given. The derivative of the op does not move with a target that is varied
// alone: for e = exp(x) it is exp(x), another node, and not e. A program computes both once.
Tensor output_of(const Tensor& c, Graph& graph, std::span<const Tensor> inputs, const Pruned& pruned) {
  return pruned.is_target(c) ? graph.apply(c.node().op, inputs, c.node().location) : c;
}

// op.bprop(inputs, X, G) for the input X = inputs[wrt] of C, with what the engine does for all ops: the check
// that the result fits, zeros where another operand was taken, and the sum over repetitions by broadcasting.
Cotangent bprop(const Tensor& c, const Tensor& output, std::span<const Tensor> inputs, std::size_t wrt,
                const Cotangent& d, Narrator& told) {
  const Op& op = *get_operation(c);
  const Tensor& x = inputs[wrt];
  Tensor part;
  try {
    part = op.bprop(inputs, output, d.gradient, wrt);
  } catch (const GradientError& error) {
    throw GradientError(
        fmt::format("build_grad: expected a derivative of {} with respect to its input {}, got: {}  {}",
                    op.name(), x.label(), error.what(), place(c.node())));
  }
  const bool ours = !part.empty() && &part.graph() == &x.graph();
  if (!ours || part.dtype() != x.dtype() || !broadcasts_to(x.shape(), part.shape())) {
    const std::string found = part.empty() ? "nothing"
                              : ours       ? to_string(part.type())
                                           : "a tensor of another graph";
    throw GradientError(
        fmt::format("build_grad: expected bprop of {} to give {} for its input {}, got {}  {}", op.name(),
                    to_string(x.type()), x.label(), found, place(c.node())));
  }
  told.bprop({x, c, wrt}, d.gradient, part);
  const Cotangent fitted = detail::chosen(c, inputs, wrt, d, part);
  told.fitted({x, c, wrt}, part, fitted.gradient);
  return fitted;
}

// G <- G + G^(i) for V.
Cotangent sum_of(const Tensor& v, const Cotangent& sum, const Cotangent& term, Narrator& told) {
  const Cotangent next = detail::sum_of(sum, term);
  told.add(v, term.gradient, next.gradient);
  return next;
}

// V's gradient so far, and the part of it that comes from C by its stable form, past the inputs that C is
// written with.
Cotangent with_part_of_form(const Cotangent& sum, const detail::Form& form, const Tensor& v, Graph& graph,
                            const Cotangent& d, Narrator& told) {
  std::map<NodeId, Cotangent, std::greater<>> table{{form.form.id(), d}, {v.id(), sum}};
  for (auto entry = table.begin(); entry != table.end(); ++entry) {
    if (form.bases.contains(entry->first)) continue;
    const Tensor c = graph.tensor(entry->first);
    const std::vector<Tensor> inputs = get_inputs(c, graph);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const NodeId id = inputs[i].id();
      if (id != v.id() && !form.inner.contains(id)) continue;
      if (!passes_gradient(graph, c.node(), i)) continue;
      told.consumer({inputs[i], c, i}, entry->second.gradient);
      table[id] = sum_of(inputs[i], table[id], bprop(c, c, inputs, i, entry->second, told), told);
    }
  }
  return table[v.id()];
}

// Algorithm 6.6 for one variable V, whose consumers have their gradients in grad_table already. What V's own
// entry holds came from outside.
Cotangent gradient_of(const Tensor& v, Graph& graph, const Pruned& pruned, const detail::Forms& forms,
                      const NodeMap<Cotangent>& grad_table, Narrator& told) {
  told.variable(v);
  Cotangent sum = grad_table[v];
  // for C in get_consumers(V, 𝒢′) do
  for (const Tensor& c : get_consumers(v, graph)) {
    if (!pruned.contains(c) || forms.of(c)) continue;
    // D <- build_grad(C, 𝒢, 𝒢′, grad_table), empty where only forms lead from C to z
    const Cotangent& d = grad_table[c];
    if (d.empty()) continue;
    // op <- get_operation(C);  G^(i) <- op.bprop(get_inputs(C, 𝒢′), V, D)
    const std::vector<Tensor> inputs = get_inputs(c, graph);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i] != v || !passes_gradient(graph, c.node(), i)) continue;
      told.consumer({v, c, i}, d.gradient);
      const Graph::Scope scope(graph, Phase::gradient, c.id());
      const Tensor output = output_of(c, graph, inputs, pruned);
      // G <- sum_i G^(i)
      sum = sum_of(v, sum, bprop(c, output, inputs, i, d, told), told);
    }
  }
  for (const NodeId id : forms.on(v)) {
    const Graph::Scope scope(graph, Phase::gradient, id);
    const Cotangent& d = grad_table[id];
    if (!d.empty()) sum = with_part_of_form(sum, *forms.of(graph.tensor(id)), v, graph, d, told);
  }
  if (!sum.empty()) told.entry(v, sum.gradient);
  return sum;
}

// Algorithm 6.5. Its call build_grad(V) first asks for the gradients of V's consumers, by recursion; here the
// variables are taken in the reverse order of their creation instead, in which consumers come before V.
GradTable build_grad(const GradTable& known, const std::vector<Tensor>& targets, Unreached unreached,
                     Narrator& told) {
  Graph& graph = known.begin()->target.graph();
  const std::vector<NodeId> ys = ids_of_known(known);
  told.start(ys);

  // Let 𝒢′ be 𝒢 pruned to contain only nodes that are ancestors of z and descendants of nodes in 𝕋.
  const Pruned pruned(graph, ys, targets);
  if (unreached == Unreached::error) require_reached(known, targets, pruned);
  told.prune(ys, pruned.kept());

  // Initialize grad_table, a data structure associating tensors to their gradients
  NodeMap<Cotangent> grad_table(pruned.size());
  for (const auto& [y, gradient] : known) {
    const Graph::Scope scope(graph, Phase::gradient, y.id());
    grad_table[y] = detail::sum_of(grad_table[y], {gradient});
    told.seed(y, grad_table[y].gradient);
  }
  const detail::Forms forms(
      graph, pruned.size(), [&](const Tensor& v) { return pruned.contains(v); },
      [&](const Tensor& v) { return std::ranges::find(targets, v) != targets.end(); }, told);

  // for V in 𝕋 do build_grad(V, 𝒢, 𝒢′, grad_table): grad_table[V] = G. Each bprop and each sum has inserted G
  // and the operations creating it into 𝒢.
  for (auto id = static_cast<NodeId>(pruned.size()) - 1; id >= 0; --id) {
    const Tensor v = graph.tensor(id);
    if (pruned.contains(v)) grad_table[v] = gradient_of(v, graph, pruned, forms, grad_table, told);
  }
  detail::name_entries(known, targets, grad_table);

  // Return grad_table restricted to 𝕋
  std::vector<GradTable::Entry> restricted;
  for (const Tensor& target : targets) {
    const Graph::Scope scope(graph, Phase::gradient, target.id());
    const Tensor gradient = pruned.contains(target) ? grad_table[target].gradient : Tensor();
    restricted.push_back({target, gradient.empty() ? zeros_like(target) : gradient});
  }
  told.end(targets);
  return GradTable(std::move(restricted));
}

}  // namespace

Tensor GradTable::operator[](const Tensor& target) const {
  const auto found = std::ranges::find(entries_, target, &Entry::target);
  if (found == entries_.end())
    throw GradientError(fmt::format("grad_table: expected one of the targets, got {}{}", target.label(),
                                    target.alive() ? "  " + place(target.node()) : ""));
  return found->gradient;
}

GradTable build_grad(const Tensor& z, const std::vector<Tensor>& targets, const BuildGradOptions& options) {
  detail::require_scalar("build_grad", z);
  require_targets(z.graph(), targets);
  Narrator told(z.graph(), options.observer);
  const Graph::Scope scope(z.graph(), Phase::gradient, z.id());
  const Graph::Derivative derivative(z.graph(), targets);
  // grad_table[z] <- 1
  return build_grad(GradTable({{z, z.graph().literal(1, z.dtype())}}), targets, options.unreached, told);
}

GradTable build_grad(const GradTable& known, const std::vector<Tensor>& targets,
                     const BuildGradOptions& options) {
  require_known(known);
  Graph& graph = known.begin()->target.graph();
  require_targets(graph, targets);
  Narrator told(graph, options.observer);
  const Graph::Derivative derivative(graph, targets);
  return build_grad(known, targets, options.unreached, told);
}

}  // namespace gradtable
