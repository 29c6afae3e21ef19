#include "gradtable/core/tensor.hpp"

#include <fmt/format.h>

#include "gradtable/core/graph.hpp"

namespace gradtable {
namespace {

void require(bool filled, const char* what) {
  if (!filled) throw GraphError(fmt::format("{}: expected a tensor of a graph, got an empty tensor", what));
}

// A node without a name as an input of another one: its op alone.
std::string short_label(const Node& node) {
  if (!node.name.empty()) return node.name;
  return node.op ? fmt::format("({})", node.op->name()) : "a constant";
}

std::string label_of(const Graph& graph, const Node& node) {
  if (!node.name.empty() || !node.op) return short_label(node);
  std::string text(node.op->name());
  const char* separator = " of ";
  for (const NodeId input : node.inputs) {
    text.append(separator).append(short_label(graph.node(input)));
    separator = ", ";
  }
  return text;
}

}  // namespace

Tensor::Tensor(Graph& graph, NodeId id) : slot_(&graph.slot()), id_(id), graph_serial_(graph.serial()) {}

bool Tensor::alive() const {
  return !empty() && slot_->serial.load(std::memory_order_acquire) == graph_serial_;
}

Graph& Tensor::living(const char* what) const {
  if (alive()) return *slot_->graph.load(std::memory_order_relaxed);
  require(!empty(), what);
  throw GraphError(
      fmt::format("{}: expected a tensor of a graph, got node {} of a graph that is gone", what, id_));
}

std::uint32_t Tensor::graph_serial() const {
  require(!empty(), "graph_serial");
  return graph_serial_;
}

Graph& Tensor::graph() const {
  return living("graph");
}

NodeId Tensor::id() const {
  require(!empty(), "id");
  return id_;
}

const Node& Tensor::node() const {
  return living("node").node(id_);
}

const TensorType& Tensor::type() const {
  return living("type").node(id_).type;
}

std::string Tensor::label() const {
  if (empty()) return "an empty tensor";
  if (!alive()) return fmt::format("node {} of a graph that is gone", id_);
  return label_of(graph(), node());
}

Tensor Tensor::named(const std::string& name) const {
  graph().set_name(id_, name);
  return *this;
}

}  // namespace gradtable
