#include "gradtable/graph/drawing/layers.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"

namespace gradtable::drawing {
namespace {

constexpr std::size_t kMostLayers = 60, kMostResults = 40;

// The scope of a name, or the number at its end, or the name.
std::string key_of(const std::string& name) {
  const std::size_t scope = name.find_last_of("/.");
  if (scope != std::string::npos && scope > 0) return name.substr(0, scope + 1);
  const std::size_t end = name.find_last_not_of("0123456789");
  return end == std::string::npos || end + 1 == name.size() ? name : name.substr(end + 1);
}

class Finder {
 public:
  Finder(const Graph& graph, std::span<const NodeId> nodes)
      : graph_(graph), nodes_(nodes), keys_(graph.size()), is_drawn_(graph.size()), numbers_(graph.size()) {
    for (const NodeId id : nodes) is_drawn_[id] = true;
  }

  Layers found() {
    find_keys();
    number_results();
    const std::size_t count = members_.size(), most = std::min(count, kMostLayers);
    std::vector<std::vector<NodeId>> joined(most);
    for (std::size_t i = 0; i < count; ++i)
      std::ranges::copy(members_[i], std::back_inserter(joined[i * most / count]));
    Layers layers{.of = NodeMap<int>(graph_.size(), -1), .names = {}};
    for (const NodeId id : nodes_)
      layers.of[id] =
          is_forward(id) ? static_cast<int>(number(id) * most / count) : layer_of_other(id, layers);
    for (const std::vector<NodeId>& results : joined) layers.names.push_back(name_of(results));
    return layers;
  }

 private:
  const Node& node(NodeId id) const { return graph_.node(id); }
  bool is_forward(NodeId id) const { return is_drawn_[id] && node(id).phase == Phase::forward; }

  // Of the first consumer that is drawn; -1 for none.
  NodeId first_consumer(NodeId id) const {
    NodeId first = -1;
    for (const NodeId consumer : graph_.consumers(id))
      if (is_forward(consumer) && (first < 0 || consumer < first)) first = consumer;
    return first;
  }

  void find_keys() {
    for (auto i = nodes_.rbegin(); i != nodes_.rend(); ++i) {
      if (!is_forward(*i)) continue;
      const NodeId consumer = first_consumer(*i);
      if (node(*i).op && !node(*i).name.empty())
        keys_[*i] = key_of(node(*i).name);
      else
        keys_[*i] = consumer >= 0 ? keys_[consumer] : fmt::format("%{}", *i);
    }
  }

  // A leaf that a result reads is no member.
  bool is_member(NodeId id) const { return node(id).op || first_consumer(id) < 0; }
  std::size_t number(NodeId id) const { return numbers_[is_member(id) ? id : first_consumer(id)]; }

  // In the order in which the layers begin. A layer that is too large is cut.
  void number_results() {
    std::map<std::string, std::size_t> last;
    for (const NodeId id : nodes_) {
      if (!is_forward(id) || !is_member(id)) continue;
      const auto [found, is_new] = last.try_emplace(keys_[id], members_.size());
      if (is_new || members_[found->second].size() == kMostResults) {
        found->second = members_.size();
        members_.emplace_back();
      }
      members_[found->second].push_back(id);
      numbers_[id] = found->second;
    }
  }

  int layer_of_other(NodeId id, const Layers& layers) const {
    std::vector<NodeId> candidates = {node(id).derivative_by, node(id).forward_node};
    if (!node(id).inputs.empty()) candidates.push_back(node(id).inputs.back());
    for (const NodeId other : candidates)
      if (other >= 0 && is_drawn_[other] && layers.of[other] >= 0) return layers.of[other];
    return -1;
  }

  std::string name_of(const std::vector<NodeId>& results) const {
    std::vector<std::string> names;
    for (const NodeId id : results)
      if (!node(id).name.empty()) names.push_back(printable(node(id).name));
    const std::string& key = keys_[results.front()];
    const auto has_key = [&](NodeId id) { return keys_[id] == key; };
    const bool is_scope = key.size() > 1 && key.find_last_of("/.") == key.size() - 1;
    if (is_scope && std::ranges::all_of(results, has_key)) return printable(key.substr(0, key.size() - 1));
    if (names.size() == 1) return names[0];
    if (names.size() == 2) return names[0] + ", " + names[1];
    if (names.size() > 2) return names.front() + " … " + names.back();
    return results.size() == 1 ? fmt::format("%{}", results[0])
                               : fmt::format("%{} … %{}", results.front(), results.back());
  }

  const Graph& graph_;
  std::span<const NodeId> nodes_;
  NodeMap<std::string> keys_;
  NodeMap<bool> is_drawn_;
  NodeMap<std::size_t> numbers_;              // of a member its layer, before layers are joined
  std::vector<std::vector<NodeId>> members_;  // of such a layer
};

}  // namespace

Layers layers(const Graph& graph, std::span<const NodeId> nodes) {
  return Finder(graph, nodes).found();
}

}  // namespace gradtable::drawing
