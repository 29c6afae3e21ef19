#include "gradtable/graph/detail/layer_boxes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gradtable/graph/dot_text.hpp"
#include "gradtable/graph/drawing/layers.hpp"

namespace gradtable::detail {
namespace {

constexpr std::size_t kMostInALine = 4;  // ops or parameters

// All boxes of a layer stand in the row of its last forward result.
drawing::DrawnPlace place_of(const std::vector<NodeId>& forward, const std::vector<NodeId>& own,
                             const drawing::GraphLayout& layout) {
  drawing::DrawnPlace place = layout.places[own.back()];
  for (const NodeId id : own) place.column = std::min(place.column, layout.places[id].column);
  place.row = layout.places[forward.back()].row;
  return place;
}

std::string title_of(const Graph& graph, const std::string& layer, NodeId node) {
  constexpr std::array<std::string_view, 3> kPhases = {"", "gradient of ", "update of "};  // by Phase
  return std::string(kPhases[static_cast<std::size_t>(graph.node(node).phase)]) + layer;
}

std::string in_a_line(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < std::min(items.size(), kMostInALine); ++i)
    text += (text.empty() ? "" : ", ") + items[i];
  return items.size() > kMostInALine ? text + ", …" : text;
}

}  // namespace

LayerBoxes::LayerBoxes(const Graph& graph, std::span<const NodeId> drawn,
                       const std::optional<drawing::GraphLayout>& layout)
    : numbers_(graph.size(), -1) {
  const drawing::Layers layers = drawing::layers(graph, drawn);
  std::map<std::pair<int, int>, std::vector<NodeId>> members;  // by layer and band
  for (const NodeId id : drawn)
    if (layers.of[id] >= 0 && graph.node(id).kind != NodeKind::input)
      members[{layers.of[id], layout ? layout->bands[id] : 0}].push_back(id);
  for (const auto& [key, nodes] : members) {
    const auto [layer, band] = key;
    if (nodes.size() == 1) continue;
    const std::string& name = layers.names[static_cast<std::size_t>(layer)];
    LayerBox box = {.name = fmt::format("l{}", layer) + (band > 0 ? fmt::format("_{}", band) : ""),
                    .title = title_of(graph, name, nodes.back()),
                    .nodes = nodes,
                    .place = {}};
    const auto forward = members.find({layer, 0});
    if (layout) box.place = place_of(forward == members.end() ? nodes : forward->second, nodes, *layout);
    for (const NodeId id : nodes) numbers_[id] = static_cast<int>(boxes_.size());
    boxes_.push_back(std::move(box));
  }
}

std::string label(const Graph& graph, const LayerBox& box) {
  std::vector<std::string> ops, parameters;
  for (const NodeId id : box.nodes) {
    const Node& node = graph.node(id);
    if (node.kind == NodeKind::parameter)
      parameters.push_back(fmt::format("{} {}", node.name, to_string(node.type.shape)));
    if (node.op && std::ranges::find(ops, node.op->name()) == ops.end()) ops.emplace_back(node.op->name());
  }
  std::string small = dot_html(in_a_line(parameters));
  if (const Node& last = graph.node(box.nodes.back()); last.phase == Phase::forward)
    small += (small.empty() ? "" : "<br/>") + to_string(last.type);
  return fmt::format(
      "<b>{}</b><br/>{}{}", dot_html(box.title), dot_html(in_a_line(ops)),
      small.empty() ? "" : fmt::format(R"(<br/><font point-size="9" color="#52606d">{}</font>)", small));
}

}  // namespace gradtable::detail
