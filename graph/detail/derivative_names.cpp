#include "gradtable/graph/detail/derivative_names.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"

namespace gradtable::detail {
namespace {

using Ids = std::vector<NodeId>;

// Of the names of a node that is the same as several derivatives, the first.
std::string_view first_name(const Node& node) {
  const std::string_view name = node.name;
  return node.is_name_made ? name.substr(0, name.find(" = ")) : name;
}

// As a part of a quotient: what has no name goes by its op.
std::string called(const Node& node) {
  if (node.name.empty()) return node.op ? std::string(node.op->name()) : "constant";
  return node.is_name_made ? fmt::format("({})", first_name(node)) : node.name;
}

std::string power(std::size_t order) {
  return order == 1 ? std::string() : superscript(order);
}

// ∂ⁿz/∂v∂v..., in the order of differentiation. A z that is a derivative itself is taken apart, up to the
// ninth order.
std::string quotient(const Graph& graph, NodeId z, Ids by) {
  std::ranges::reverse(by);
  for (const Node* of = &graph.node(z); of->is_name_made && of->derivative_of >= 0 && by.size() < 9;
       of = &graph.node(z)) {
    by.push_back(of->derivative_by);
    z = of->derivative_of;
  }
  std::ranges::reverse(by);
  std::string text = fmt::format("∂{}{}/", power(by.size()), called(graph.node(z)));
  for (auto first = by.begin(); first != by.end();) {
    const auto next = std::find_if(first, by.end(), [&](NodeId id) { return id != *first; });
    text += fmt::format("∂{}{}", called(graph.node(*first)), power(static_cast<std::size_t>(next - first)));
    first = next;
  }
  return text;
}

bool is_one(const Tensor& tensor) {
  const Node& node = tensor.node();
  return node.kind == NodeKind::constant && node.type.shape.rank() == 0 && node.value->item() == 1;
}

// "a + b + ..."
std::string sum_of(const std::vector<std::string>& terms) {
  std::string text = terms[0];
  if (terms.size() > 1) text += " + " + terms[1];
  return terms.size() > 2 ? text + " + ..." : text;
}

// u·y, of which the gradient is Jᵀu; empty where a part has no name of the user's.
std::string products(const GradTable& known) {
  std::vector<std::string> terms;
  for (const auto& [y, u] : known) {
    if (y.node().name.empty() || u.node().name.empty() || u.node().phase == Phase::gradient) return {};
    terms.push_back(fmt::format("{}·{}", u.node().name, first_name(y.node())));
  }
  return sum_of(terms);
}

class Entries {
 public:
  explicit Entries(const GradTable& known) : graph_(known.begin()->target.graph()) {
    const auto& [y, gradient] = *known.begin();
    if (known.size() == 1 && is_one(gradient))
      z_ = y.id();
    else
      numerator_ = products(known);
  }

  void name(const Tensor& v, const Tensor& gradient) {
    graph_.set_derivative(gradient.id(), z_, v.id());
    if (v.node().name.empty()) return;
    if (z_ >= 0)
      graph_.set_made_name(gradient.id(), quotient(graph_, z_, {v.id()}));
    else if (!numerator_.empty())
      graph_.set_made_name(gradient.id(), fmt::format("∂({})/∂{}", numerator_, called(v.node())));
  }

 private:
  Graph& graph_;
  NodeId z_ = -1;
  std::string numerator_;
};

}  // namespace

void name_entries(const GradTable& known, const std::vector<Tensor>& targets,
                  const NodeMap<Cotangent>& grad_table) {
  Entries entries(known);
  for (const Tensor& target : targets) {  // first, so that theirs is the first name
    if (grad_table.covers(target.id()) && !grad_table[target].empty())
      entries.name(target, grad_table[target].gradient);
  }
  Graph& graph = known.begin()->target.graph();
  for (NodeId id = 0; grad_table.covers(id); ++id) {
    if (!grad_table[id].empty()) entries.name(graph.tensor(id), grad_table[id].gradient);
  }
}

void name_derivative(const Tensor& node, const Tensor& y, const std::vector<Tensor>& by) {
  Ids ids;
  for (const Tensor& x : by) {
    if (x.node().name.empty()) return;
    ids.push_back(x.id());
  }
  Graph& graph = node.graph();
  graph.set_derivative(node.id(), by.size() == 1 ? y.id() : -1, ids.back());
  graph.set_made_name(node.id(), quotient(graph, y.id(), std::move(ids)));
}

void name_directional(const Tensor& node, const Tensor& y, const std::vector<Tensor>& xs,
                      const std::vector<Tensor>& tangents) {
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    if (xs[i].node().name.empty() || tangents[i].node().name.empty()) return;
    terms.push_back(fmt::format("{}·{}", quotient(y.graph(), y.id(), {xs[i].id()}), tangents[i].node().name));
  }
  node.graph().set_made_name(node.id(), sum_of(terms));
}

}  // namespace gradtable::detail
