#include "gradtable/core/tensor.hpp"

#include <fmt/format.h>

#include "gradtable/core/graph.hpp"

namespace gradtable {
namespace {

void require(bool filled, const char* what) {
  if (!filled) throw GraphError(fmt::format("{}: expected a tensor of a graph, got an empty tensor", what));
}

}  // namespace

Tensor::Tensor(Graph& graph, NodeId id) : graph_(&graph), id_(id), graph_serial_(graph.serial()) {}

std::uint32_t Tensor::graph_serial() const {
  require(!empty(), "graph_serial");
  return graph_serial_;
}

Graph& Tensor::graph() const {
  require(!empty(), "graph");
  return *graph_;
}

NodeId Tensor::id() const {
  require(!empty(), "id");
  return id_;
}

const Node& Tensor::node() const {
  require(!empty(), "node");
  return graph_->node(id_);
}

const TensorType& Tensor::type() const {
  require(!empty(), "type");
  return graph_->node(id_).type;
}

std::string Tensor::label() const {
  if (empty()) return "an empty tensor";
  const Node& found = node();
  return found.name.empty() ? fmt::format("%{}", id_) : found.name;
}

Tensor Tensor::named(const std::string& name) const {
  graph().set_name(id_, name);
  return *this;
}

}  // namespace gradtable
