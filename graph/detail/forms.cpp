#include "gradtable/graph/detail/forms.hpp"

#include "gradtable/graph/ancestors.hpp"
#include "gradtable/ops/patterns/stable_forms.hpp"

namespace gradtable::detail {
namespace {

constexpr int kMostLevels = 8;  // a form has few

// Finds the bases of a form of C, from `node` on, along inputs that derivatives go on to. Returns whether
// there are some.
bool find_bases(Graph& graph, Form& form, NodeId c, const Forms::Query& contained, const Tensor& node,
                int levels) {
  if (node.id() < c && contained(node)) {
    form.bases.insert(node.id());
    return true;
  }
  if (levels == 0) return false;
  const std::vector<NodeId>& inputs = node.node().inputs;
  bool found = false;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (passes_gradient(graph, node.node(), i))
      found = find_bases(graph, form, c, contained, graph.tensor(inputs[i]), levels - 1) || found;
  }
  if (found) form.inner.insert(node.id());
  return found;
}

// Whether a target lies between the inputs of `node` and the bases.
bool has_target(Graph& graph, const Form& form, const Tensor& node, const Forms::Query& contained,
                const Forms::Query& is_target) {
  for (const NodeId id : node.node().inputs) {
    const Tensor input = graph.tensor(id);
    if (!contained(input) || form.bases.contains(id)) continue;
    if (is_target(input) || has_target(graph, form, input, contained, is_target)) return true;
  }
  return false;
}

}  // namespace

Forms::Forms(Graph& graph, std::size_t size, const Query& contained, const Query& is_target) {
  for (NodeId id = 0; id < static_cast<NodeId>(size); ++id) {
    const Tensor c = graph.tensor(id);
    if (!contained(c) || !may_have_stable_form(graph, c.node())) continue;
    const Graph::Scope scope(graph, Phase::gradient, id);
    Form form{stable_form(c), {}, {}};
    if (form.form.empty() || !find_bases(graph, form, id, contained, form.form, kMostLevels)) continue;
    if (has_target(graph, form, c, contained, is_target)) continue;
    for (const NodeId base : form.bases) by_base_[base].push_back(id);
    forms_.emplace(id, std::move(form));
  }
}

const Form* Forms::of(const Tensor& c) const {
  const auto found = forms_.find(c.id());
  return found == forms_.end() ? nullptr : &found->second;
}

std::span<const NodeId> Forms::on(const Tensor& v) const {
  const auto found = by_base_.find(v.id());
  return found == by_base_.end() ? std::span<const NodeId>() : found->second;
}

}  // namespace gradtable::detail
