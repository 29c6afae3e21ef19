#include "gradtable/graph/dot.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/node_map.hpp"
#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/detail/dot_parts.hpp"
#include "gradtable/graph/detail/heat.hpp"
#include "gradtable/graph/detail/layer_boxes.hpp"
#include "gradtable/graph/dot_text.hpp"
#include "gradtable/graph/drawing/graph_layout.hpp"

namespace gradtable {
namespace {

constexpr std::string_view kHeader = R"(digraph gradtable {
  graph [rankdir=TB, nodesep=0.3, ranksep=0.4, fontname="Helvetica,Arial,sans-serif", fontsize=13];
  node [style="filled,rounded", shape=box, margin="0.12,0.06", height=0.4, penwidth=1.1,
        fontname="Helvetica,Arial,sans-serif", fontsize=12, fontcolor="#1f2933"];
  edge [color="#7b8794", arrowsize=0.6, labeldistance=1.5, labelangle=40,
        fontname="Helvetica,Arial,sans-serif", fontsize=8, fontcolor="#7b8794"];
)";

// What tells the kinds of leaves apart: shape and colours.
std::string_view style_of(const Node& node) {
  switch (node.kind) {
    case NodeKind::input:
      return R"(shape=ellipse, style=filled, fillcolor="#d6e6f7", color="#5b8db8")";
    case NodeKind::parameter:
      return R"(shape=cylinder, style=filled, fillcolor="#fbe5b6", color="#c08a1e")";
    case NodeKind::constant:
      return R"(shape=ellipse, style="filled,dashed", fillcolor="#eceff2", color="#9aa5b1")";
    case NodeKind::result:
      break;
  }
  return "";
}

// The attributes that say something: a flag that is off says nothing.
std::string attributes(const Op& op) {
  std::string text;
  for (const Attribute& attribute : op.attributes()) {
    const bool* flag = std::get_if<bool>(&attribute.value);
    if (flag && !*flag) continue;
    text += text.empty() ? "" : ", ";
    text += flag ? std::string(attribute.name) : fmt::format("{}={}", attribute.name, to_string(attribute));
  }
  return text;
}

std::string number(const Array& scalar) {
  return dispatch(scalar.dtype(), [&]<class T>() { return fmt::format("{}", scalar.as<T>()[0]); });
}

// What a reader looks for first: the name of a leaf, the op of a result.
std::string title(const Node& node) {
  if (node.op) return dot_html(node.op->name());
  if (node.kind != NodeKind::constant) return dot_html(node.name);
  return node.type.shape.size() == 1 ? number(*node.value) : "constant";
}

// Title, name, attributes, type; a line that has nothing to say is left out.
std::string label(const Node& node, const std::string& time) {
  const bool named = !node.name.empty() && (node.op || node.kind == NodeKind::constant);
  const std::string extra = node.op ? attributes(*node.op) : "";
  return fmt::format(R"(<b>{}</b>{}{}<br/><font point-size="9" color="#52606d">{}{}</font>{})", title(node),
                     named ? "<br/>" : "", named ? dot_html(node.name) : "",
                     extra.empty() ? "" : dot_html(extra) + "<br/>", to_string(node.type),
                     time.empty() ? "" : fmt::format("<br/><b>{}</b>", time));
}

// In quotes, each line on the left.
std::string dot_lines(const std::string& lines) {
  std::string text;
  for (const char c : lines) text += c == '\n' ? "\\l" : std::string{c};
  return text;
}

class Drawing {
 public:
  Drawing(const Graph& graph, const DotOptions& options);
  void write(std::ostream& out) const;

 private:
  NodeId own(const Tensor& tensor) const;
  NodeId number_of(NodeId id) const { return numbers_[id]; }
  // The layer that is drawn in place of a node; null: the node itself.
  const detail::LayerBox* box_of(NodeId id) const { return boxes_ ? boxes_->of(id) : nullptr; }
  std::string name(NodeId id) const {
    return box_of(id) ? box_of(id)->name : fmt::format("n{}", number_of(id));
  }
  // Whether something is drawn for it, a box for the first of its nodes.
  bool is_shown(NodeId id) const { return !box_of(id) || box_of(id)->nodes.front() == id; }
  drawing::DrawnPlace place(NodeId id) const { return box_of(id) ? box_of(id)->place : layout_->places[id]; }
  std::string tooltip(const Node& node) const;
  std::string style(NodeId id) const;
  void write_node(std::ostream& out, NodeId id) const;
  void write_box(std::ostream& out, const detail::LayerBox& box) const;
  void write_edge(std::ostream& out, NodeId to, std::size_t input) const;
  void write_nodes(std::ostream& out) const;
  void write_rows(std::ostream& out) const;
  void write_edges(std::ostream& out) const;
  void write_updates(std::ostream& out) const;

  const Graph& graph_;
  const DotOptions& options_;
  std::unique_ptr<detail::Heat> heat_;
  std::optional<drawing::GraphLayout> layout_;  // of nodes of more than one phase
  std::vector<NodeId> drawn_;                   // in the order of creation
  NodeMap<NodeId> numbers_;                     // of every node its place in drawn_; -1 when it is not there
  std::optional<detail::LayerBoxes> boxes_;     // when layers are asked for
};

Drawing::Drawing(const Graph& graph, const DotOptions& options) : graph_(graph), options_(options) {
  if (options.profile && options.profile->graph_serial != graph.serial())
    throw GraphError("write_dot: expected a profile of a program of the graph to draw, got one of another");
  if (options.profile) heat_ = std::make_unique<detail::Heat>(*options.profile, graph.size());
  std::vector<NodeId> wanted;
  for (const Tensor& output : options.outputs) wanted.push_back(own(output));
  for (const Update& update : options.updates) {
    wanted.push_back(own(update.parameter));
    wanted.push_back(own(update.value));
  }
  if (wanted.empty()) {
    wanted.resize(graph.size());
    std::iota(wanted.begin(), wanted.end(), 0);
  }
  drawn_ = ancestors(graph, wanted);
  numbers_ = NodeMap<NodeId>(graph.size(), -1);
  for (std::size_t i = 0; i < drawn_.size(); ++i) numbers_[drawn_[i]] = static_cast<NodeId>(i);
  const auto phase = [&](NodeId id) { return graph.node(id).phase; };
  if (std::ranges::adjacent_find(drawn_, std::ranges::not_equal_to(), phase) != drawn_.end())
    layout_ = drawing::layout(graph, drawn_);
  if (options.layers) boxes_.emplace(graph, drawn_, layout_);
}

NodeId Drawing::own(const Tensor& tensor) const {
  if (tensor.empty() || tensor.graph_serial() != graph_.serial())
    throw GraphError(fmt::format("write_dot: expected tensors of the graph to draw, got {}",
                                 tensor.empty() ? "an empty tensor" : "a tensor of another graph"));
  return tensor.id();
}

// Of an entry of a grad_table the variable that it is the gradient of; of other nodes the one for which they
// were made.
std::string Drawing::tooltip(const Node& node) const {
  std::string text = node.is_name_made ? node.name : "";
  const NodeId of = node.derivative_by >= 0 ? node.derivative_by : node.forward_node;
  if (of >= 0) {
    const Node& variable = graph_.node(of);
    text += fmt::format("{}{} of {}", text.empty() ? "" : ": ",
                        node.phase == Phase::update ? "update" : "gradient",
                        variable.name.empty() && variable.op ? variable.op->name() : variable.name);
    if (number_of(of) >= 0) text += fmt::format(" (n{})", number_of(of));
  }
  if (options_.locations) {
    std::string_view file = node.location.file_name();
    file.remove_prefix(file.rfind('/') + 1);  // npos + 1 is 0
    text += fmt::format("{}{}:{}", text.empty() ? "" : ", ", file, node.location.line());
  }
  return dot_tooltip(text);
}

std::string Drawing::style(NodeId id) const {
  const Node& node = graph_.node(id);
  if (!node.op) return std::string(style_of(node));
  return fmt::format(R"(fillcolor="{}", color="#8895a7")", heat_ ? heat_->colour({&id, 1}) : "#ffffff");
}

void Drawing::write_node(std::ostream& out, NodeId id) const {
  const Node& node = graph_.node(id);
  const std::string tip = tooltip(node);
  out << fmt::format("  n{} [label=<{}>, {}{}];\n", number_of(id),
                     label(node, heat_ ? heat_->text({&id, 1}) : ""), style(id),
                     tip.empty() ? "" : fmt::format(R"(, tooltip="{}")", tip));
}

void Drawing::write_box(std::ostream& out, const detail::LayerBox& box) const {
  const std::string time = heat_ ? heat_->text(box.nodes) : "";
  out << fmt::format("  {} [label=<{}{}>, fillcolor=\"{}\", color=\"#8895a7\", penwidth=2];\n", box.name,
                     detail::label(graph_, box), time.empty() ? "" : fmt::format("<br/><b>{}</b>", time),
                     heat_ ? heat_->colour(box.nodes) : "#ffffff");
}

void Drawing::write_nodes(std::ostream& out) const {
  std::map<int, std::vector<NodeId>> bands;
  for (const NodeId id : drawn_)
    if (is_shown(id)) bands[layout_ ? layout_->bands[id] : 0].push_back(id);
  for (const auto& [band, nodes] : bands) {
    if (layout_) out << detail::cluster_begin(graph_.node(nodes.front()).phase, band);
    for (const NodeId id : nodes)
      if (const detail::LayerBox* box = box_of(id))
        write_box(out, *box);
      else
        write_node(out, id);
    if (layout_) out << "  }\n";
  }
}

// The nodes of a row stand beside each other, whatever their clusters.
void Drawing::write_rows(std::ostream& out) const {
  std::map<int, std::vector<NodeId>> rows;
  for (const NodeId id : drawn_)
    if (is_shown(id)) rows[place(id).row].push_back(id);
  for (auto& [row, nodes] : rows) {
    if (nodes.size() == 1) continue;
    std::ranges::sort(nodes, {}, [&](NodeId id) { return place(id).column; });
    out << "  {rank=same;";
    for (const NodeId id : nodes) out << fmt::format(" {};", name(id));
    out << "}\n";
  }
}

void Drawing::write_edge(std::ostream& out, NodeId to, std::size_t input) const {
  const Node& node = graph_.node(to);
  const NodeId from = node.inputs[input];
  detail::DotEdge edge{.from = name(from), .to = name(to), .has_rows = layout_.has_value()};
  if (node.inputs.size() > 1 && !box_of(to)) edge.input = input;
  if (layout_) {
    edge.in_row = place(from).row == place(to).row;
    edge.is_across = layout_->bands[from] != layout_->bands[to];
    edge.is_forward = !edge.is_across && node.phase == Phase::forward;
  }
  out << detail::to_dot(edge);
}

// One edge for all that lead from one layer to another.
void Drawing::write_edges(std::ostream& out) const {
  std::set<std::pair<std::string, std::string>> written;
  for (const NodeId id : drawn_) {
    const std::vector<NodeId>& inputs = graph_.node(id).inputs;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const bool has_box = box_of(id) || box_of(inputs[i]);
      if (has_box && (box_of(id) == box_of(inputs[i]) || !written.emplace(name(inputs[i]), name(id)).second))
        continue;
      write_edge(out, id, i);
    }
  }
}

// Below a forward pass alone, Graphviz finds a short way downwards: from the parameter to its value, with the
// arrow at the tail.
void Drawing::write_updates(std::ostream& out) const {
  std::set<std::pair<std::string, std::string>> written;
  for (const Update& update : options_.updates) {
    const std::string parameter = name(update.parameter.id()), value = name(update.value.id());
    if (!written.emplace(parameter, value).second) continue;
    out << fmt::format(
        "  {} -> {} [{}style=dashed, color=\"#4f8a45\", constraint=false, tooltip=\"update\"];\n",
        layout_ ? value : parameter, layout_ ? parameter : value, layout_ ? "" : "dir=back, ");
  }
}

void Drawing::write(std::ostream& out) const {
  out << kHeader;
  if (heat_) out << fmt::format("  graph [labelloc=b, label=\"{}\"];\n", dot_lines(heat_->summary(drawn_)));
  if (layout_) out << "  graph [newrank=true];\n";
  write_nodes(out);
  if (layout_) write_rows(out);
  write_edges(out);
  write_updates(out);
  out << "}\n";
}

}  // namespace

void write_dot(std::ostream& out, const Graph& graph, const DotOptions& options) {
  Drawing(graph, options).write(out);
}

}  // namespace gradtable
