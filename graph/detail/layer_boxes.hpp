// The layers of a network as boxes of a drawing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradtable/core/graph.hpp"
#include "gradtable/core/node_map.hpp"
#include "gradtable/graph/drawing/graph_layout.hpp"

namespace gradtable::detail {

// The results of one layer in one band, with the parameters and constants that belong to them.
struct LayerBox {
  std::string name;           // in the DOT text: "l2", and "l2_1" for its gradients
  std::string title;          // "a1, h1", "gradient of a1, h1"
  std::vector<NodeId> nodes;  // in the order of creation
  drawing::DrawnPlace place;
};

class LayerBoxes {
 public:
  // Of drawing::layers. A result without parameters that is alone in its layer stays a node, as inputs do.
  // Without a layout all nodes are of one band, and places say nothing.
  LayerBoxes(const Graph& graph, std::span<const NodeId> drawn,
             const std::optional<drawing::GraphLayout>& layout);

  const std::vector<LayerBox>& all() const { return boxes_; }
  // Null where the node stands for itself.
  const LayerBox* of(NodeId id) const { return numbers_[id] < 0 ? nullptr : &boxes_[at(id)]; }

 private:
  std::size_t at(NodeId id) const { return static_cast<std::size_t>(numbers_[id]); }

  std::vector<LayerBox> boxes_;
  NodeMap<int> numbers_;  // of a node its box; -1: none
};

// For an HTML-like label: the title, the ops, the parameters with their shapes, and of a forward pass the
// last result's type.
std::string label(const Graph& graph, const LayerBox& box);

}  // namespace gradtable::detail
