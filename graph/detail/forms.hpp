// Nodes of 𝒢′ that are differentiated in their stable forms (ops/patterns/stable_forms.hpp).
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/graph/detail/narrator.hpp"

namespace gradtable::detail {

// A node C, written in another way. The gradient goes from `form` to its bases, which are nodes of 𝒢′ below
// C, and not to C's own inputs.
struct Form {
  Tensor form;
  std::set<NodeId> bases;
  std::set<NodeId> inner;  // between the bases and the form, and the form

  bool leads_to_base(NodeId id) const { return bases.contains(id) || inner.contains(id); }
};

class Forms {
 public:
  using Query = std::function<bool(const Tensor&)>;

  // Of the nodes with ids below `size` that are `contained` in 𝒢′; none where the form would go past a
  // target, whose gradient is that of what is written.
  Forms(Graph& graph, std::size_t size, const Query& contained, const Query& is_target, Narrator& told);

  // The form of C; null when it is differentiated as it is written.
  const Form* of(const Tensor& c) const;
  // The nodes C that V is a base of.
  std::span<const NodeId> on(const Tensor& v) const;

 private:
  std::map<NodeId, Form> forms_;
  std::map<NodeId, std::vector<NodeId>> by_base_;
};

}  // namespace gradtable::detail
