#include "gradtable/graph/drawing/graph_layout.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>

namespace gradtable::drawing {
namespace {

constexpr double kGapOfBands = 0.5;
constexpr NodeId kNone = -1;

class Layout {
 public:
  Layout(const Graph& graph, std::span<const NodeId> nodes)
      : graph_(graph),
        nodes_(nodes),
        drawn_(graph.size()),
        hosts_(graph.size(), kNone),
        anchors_(graph.size()),
        result_{
            .places = NodeMap<DrawnPlace>(graph.size()), .bands = NodeMap<int>(graph.size()), .begin = {}} {
    for (const NodeId id : nodes) drawn_[id] = true;
  }

  GraphLayout made() {
    find_bands();
    find_forward_rows();
    find_forward_columns();
    find_other_rows();
    find_other_columns();
    pack_rows();
    return std::move(result_);
  }

 private:
  const Node& node(NodeId id) const { return graph_.node(id); }
  int& row(NodeId id) { return result_.places[id].row; }
  bool is_drawn(NodeId id) const { return id >= 0 && drawn_[id]; }
  bool is_forward(NodeId id) const { return is_drawn(id) && node(id).phase == Phase::forward; }
  bool is_result(NodeId id) const { return node(id).op != nullptr; }

  // The gradients of gradients are of the second order.
  void find_bands() {
    int last = 0;
    for (const NodeId id : nodes_) {
      const NodeId of = node(id).forward_node;
      if (node(id).phase == Phase::gradient)
        result_.bands[id] = 1 + (of >= 0 && node(of).phase == Phase::gradient ? result_.bands[of] : 0);
      last = std::max(last, result_.bands[id]);
    }
    for (const NodeId id : nodes_)
      if (node(id).phase == Phase::update) result_.bands[id] = last + 1;
  }

  template <class Visit>
  void forward_inputs(NodeId id, const Visit& visit) const {
    for (const NodeId input : node(id).inputs)
      if (is_forward(input)) visit(input);
  }
  template <class Visit>
  void forward_consumers(NodeId id, const Visit& visit) const {
    for (const NodeId consumer : graph_.consumers(id))
      if (is_forward(consumer)) visit(consumer);
  }

  // What a chain begins with stands above it; other leaves stand beside a result.
  bool begins_chain(NodeId leaf, NodeId consumer) const {
    if (node(leaf).kind == NodeKind::parameter || node(leaf).is_literal) return false;
    bool alone = node(consumer).inputs.front() == leaf;
    forward_inputs(consumer, [&](NodeId input) { alone = alone && !is_result(input); });
    return alone;
  }

  // A result stands as far down as the results that read it let it: a branch that joins late begins late.
  void find_forward_rows() {
    for (const NodeId id : nodes_) {
      if (!is_forward(id) || !is_result(id)) continue;
      row(id) = 1;
      forward_inputs(id, [&](NodeId input) {
        if (is_result(input)) row(id) = std::max(row(id), row(input) + 1);
      });
    }
    for (auto i = nodes_.rbegin(); i != nodes_.rend(); ++i) {
      if (!is_forward(*i)) continue;
      NodeId first = kNone;
      forward_consumers(*i, [&](NodeId id) {
        if (first == kNone || row(id) < row(first)) first = id;
      });
      if (first == kNone) continue;
      const bool beside = !is_result(*i) && !begins_chain(*i, first);
      row(*i) = row(first) - (beside ? 0 : 1);
      if (beside) hosts_[*i] = first;
    }
  }

  // Results with their leaves, and leaves that stand alone, by row.
  void find_forward_columns() {
    std::map<int, std::vector<NodeId>> rows;
    std::map<NodeId, std::vector<NodeId>> guests;
    for (const NodeId id : nodes_) {
      if (!is_forward(id)) continue;
      if (hosts_[id] == kNone)
        rows[row(id)].push_back(id);
      else
        guests[hosts_[id]].push_back(id);
    }
    const auto width_left = [&](NodeId id) {
      const auto found = guests.find(id);
      return found == guests.end() ? 0.0 : static_cast<double>(found->second.size());
    };
    constexpr int kSweeps = 4;
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (auto& [number, ids] : rows) settle(ids, width_left, true);
      for (auto i = rows.rbegin(); i != rows.rend(); ++i) settle(i->second, width_left, false);
    }
    double first = 0;
    for (const auto& [number, ids] : rows) first = std::min(first, anchors_[ids[0]] - width_left(ids[0]));
    for (const NodeId id : nodes_)
      if (is_forward(id) && hosts_[id] == kNone) result_.places[id].column = anchors_[id] - first;
    for (const auto& [host, leaves] : guests)
      for (std::size_t i = 0; i < leaves.size(); ++i)
        result_.places[leaves[i]].column =
            result_.places[host].column - static_cast<double>(leaves.size() - i);
  }

  // Puts the nodes of a row under the middle of what they read, or over the middle of what reads them, in
  // that order and without overlap.
  template <class Width>
  void settle(std::vector<NodeId>& ids, const Width& width_left, bool under_inputs) {
    std::map<NodeId, double> wanted;
    for (const NodeId id : ids) {
      double sum = 0, count = 0;
      const auto add = [&](NodeId other) {
        if (hosts_[other] != kNone) return;
        sum += anchors_[other];
        ++count;
      };
      if (under_inputs)
        forward_inputs(id, add);
      else
        forward_consumers(id, add);
      wanted[id] = count > 0 ? sum / count : anchors_[id];
    }
    std::ranges::sort(ids, {}, [&](NodeId id) { return std::pair(wanted[id], id); });
    double pushed = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      anchors_[ids[i]] =
          i == 0 ? wanted[ids[i]] : std::max(wanted[ids[i]], anchors_[ids[i - 1]] + 1 + width_left(ids[i]));
      pushed += anchors_[ids[i]] - wanted[ids[i]];
    }
    for (const NodeId id : ids) anchors_[id] -= pushed / static_cast<double>(ids.size());
  }

  // What a node is the gradient of; kNone where it is none. Of several variables it is the one with a name,
  // else the first in the walk: an input of the node whose bprop made the gradient.
  NodeId variable_of(NodeId id) const {
    const NodeId by = node(id).derivative_by, made_for = node(id).forward_node;
    if (!is_drawn(by)) return kNone;
    if (!node(by).name.empty() || !is_drawn(made_for)) return by;
    const std::vector<NodeId>& inputs = node(made_for).inputs;
    if (std::ranges::find(inputs, by) != inputs.end()) return by;
    const auto first = std::ranges::find_if(inputs, [&](NodeId x) { return is_drawn(x) && is_result(x); });
    return first == inputs.end() ? by : *first;
  }

  // The node in whose row a node of a later band stands.
  NodeId partner(NodeId id) const {
    if (const NodeId variable = variable_of(id); variable != kNone) return variable;
    if (is_drawn(node(id).forward_node)) return node(id).forward_node;
    return node(id).inputs.empty() ? kNone : node(id).inputs.back();
  }

  void find_other_rows() {
    for (const NodeId id : nodes_)
      if (!is_forward(id) && partner(id) != kNone) row(id) = row(partner(id));
  }

  // Within a row: gradients of results, what the bprop made on its way, gradients of leaves.
  enum class Group : std::uint8_t { of_result, on_the_way, of_leaf };

  Group group(NodeId id) const {
    const NodeId of = variable_of(id);
    if (of == kNone) return Group::on_the_way;
    return is_result(of) ? Group::of_result : Group::of_leaf;
  }

  auto order(NodeId id) const {
    const NodeId of = variable_of(id);
    return std::tuple(group(id), of == kNone ? 0.0 : result_.places[of].column, id);
  }

  // Places a row from `begin` on and returns where it ends. The first column is left to the way from result
  // to result.
  double place_row(std::vector<NodeId>& ids, double begin) {
    std::ranges::sort(ids, {}, [&](NodeId id) { return order(id); });
    double next = begin;
    for (const NodeId id : ids) {
      if (next == begin && group(id) == Group::of_leaf) ++next;
      result_.places[id].column = next++;
    }
    return next;
  }

  void find_other_columns() {
    std::map<int, std::map<int, std::vector<NodeId>>> bands;
    double end = 0;
    for (const NodeId id : nodes_) {
      if (is_forward(id))
        end = std::max(end, result_.places[id].column + 1);
      else
        bands[result_.bands[id]][row(id)].push_back(id);
    }
    result_.begin = {0};
    for (auto& [band, rows] : bands) {
      result_.begin.resize(static_cast<std::size_t>(band) + 1, end + kGapOfBands);
      for (auto& [number, ids] : rows) end = std::max(end, place_row(ids, result_.begin.back()));
    }
    result_.columns = end;
  }

  // Leaves no row empty.
  void pack_rows() {
    std::map<int, int> numbers;
    for (const NodeId id : nodes_) numbers[row(id)];
    for (auto& [old, number] : numbers) number = result_.rows++;
    for (const NodeId id : nodes_) row(id) = numbers[row(id)];
  }

  const Graph& graph_;
  std::span<const NodeId> nodes_;
  NodeMap<bool> drawn_;
  NodeMap<NodeId> hosts_;    // of a leaf the result that it stands beside
  NodeMap<double> anchors_;  // of results and of leaves that stand alone: the column, before it is shifted
  GraphLayout result_;
};

}  // namespace

GraphLayout layout(const Graph& graph, std::span<const NodeId> nodes) {
  return Layout(graph, nodes).made();
}

}  // namespace gradtable::drawing
