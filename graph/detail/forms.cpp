#include "gradtable/graph/detail/forms.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "gradtable/core/node_map.hpp"
#include "gradtable/graph/ancestors.hpp"
#include "gradtable/ops/patterns/stable_forms.hpp"

namespace gradtable::detail {
namespace {

// The inputs of a node to which derivatives pass.
std::vector<NodeId> differentiable_inputs(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  std::vector<NodeId> inputs;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (passes_gradient(graph, node, i)) inputs.push_back(node.inputs[i]);
  }
  return inputs;
}

// The nodes on the way from `from` down to those that `ends`, these among them.
template <class Ends>
std::set<NodeId> nodes_down_to(const Graph& graph, NodeId from, const Ends& ends) {
  std::set<NodeId> seen = {from};
  std::vector<NodeId> next;
  if (!ends(from)) next.push_back(from);
  while (!next.empty()) {
    const NodeId id = next.back();
    next.pop_back();
    for (const NodeId input : differentiable_inputs(graph, id)) {
      if (seen.insert(input).second && !ends(input)) next.push_back(input);
    }
  }
  return seen;
}

class Search {
 public:
  Search(Graph& graph, std::size_t size, const Forms::Query& contained, const Forms::Query& is_target)
      : graph_(graph), size_(static_cast<NodeId>(size)), contained_(contained), is_target_(is_target) {}

  // The form of C; none where there is no better one, or where a target lies between C and the bases.
  std::optional<Form> form_of(const Tensor& c) {
    Form found{stable_form(c), {}, {}};
    if (found.form.empty()) return {};
    const auto is_base = [&](NodeId id) { return id < c.id() && contains(id); };
    const std::set<NodeId> nodes =
        nodes_down_to(graph_, found.form.id(), [&](NodeId id) { return is_base(id) || !leads_on(id); });
    for (const NodeId id : nodes) {  // inputs come first
      const std::vector<NodeId> inputs = differentiable_inputs(graph_, id);
      if (is_base(id))
        found.bases.insert(id);
      else if (std::ranges::any_of(inputs, [&](NodeId in) { return found.leads_to_base(in); }))
        found.inner.insert(id);
    }
    if (found.bases.empty() || passes_target(c, found)) return {};
    return found;
  }

 private:
  bool contains(NodeId id) const { return id < size_ && contained_(graph_.tensor(id)); }

  // Whether nodes of 𝒢′ may lie below: of a new node always.
  bool leads_on(NodeId id) {
    if (id >= size_) return true;
    if (leads_on_.size() == 0) {
      leads_on_ = NodeMap<bool>(static_cast<std::size_t>(size_));
      for (NodeId node = 0; node < size_; ++node)
        leads_on_[node] =
            contains(node) || std::ranges::any_of(differentiable_inputs(graph_, node),
                                                  [&](NodeId input) { return leads_on_[input]; });
    }
    return leads_on_[id];
  }

  // Whether the form goes past a target: one between C and the bases, or a base that it is made of in part by
  // what the target is made of, as log(e + exp(e)) of e = exp(x) is of x and e.
  bool passes_target(const Tensor& c, const Form& form) const {
    const auto is_base = [&](NodeId id) { return form.bases.contains(id); };
    const std::set<NodeId> written =
        nodes_down_to(graph_, c.id(), [&](NodeId id) { return is_base(id) || !contains(id); });
    const auto is_passed = [&](NodeId id) {
      return id != c.id() && contains(id) && !is_base(id) && is_target_(graph_.tensor(id));
    };
    return std::ranges::any_of(written, is_passed) || std::ranges::any_of(form.bases, [&](NodeId base) {
             return is_target_(graph_.tensor(base)) && goes_round(base, form);
           });
  }

  // Whether the form is made of what the base is made of, and not by way of the base.
  bool goes_round(NodeId base, const Form& form) const {
    if (!graph_.node(base).op) return false;
    const auto none = [](NodeId) { return false; };
    const std::set<NodeId> below = nodes_down_to(graph_, base, none);
    const std::set<NodeId> beside =
        nodes_down_to(graph_, form.form.id(), [&](NodeId id) { return form.bases.contains(id); });
    return std::ranges::any_of(beside, [&](NodeId id) { return id != base && below.contains(id); });
  }

  Graph& graph_;
  NodeId size_;
  const Forms::Query& contained_;
  const Forms::Query& is_target_;
  NodeMap<bool> leads_on_;
};

}  // namespace

Forms::Forms(Graph& graph, std::size_t size, const Query& contained, const Query& is_target, Narrator& told) {
  Search search(graph, size, contained, is_target);
  for (NodeId id = 0; id < static_cast<NodeId>(size); ++id) {
    const Tensor c = graph.tensor(id);
    if (!contained(c) || !may_have_stable_form(graph, c.node())) continue;
    const Graph::Scope scope(graph, Phase::gradient, id);
    std::optional<Form> form = search.form_of(c);
    if (!form) continue;
    for (const NodeId base : form->bases) by_base_[base].push_back(id);
    told.form(c, form->form);
    forms_.emplace(id, *std::move(form));
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
