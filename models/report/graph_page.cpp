#include "gradtable/models/report/graph_page.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <numeric>
#include <ostream>
#include <set>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/drawing/graph_layout.hpp"
#include "gradtable/graph/drawing/layers.hpp"
#include "gradtable/models/report/detail/central_differences.hpp"
#include "gradtable/models/report/detail/frame_texts.hpp"
#include "gradtable/models/report/detail/graph_drawing.hpp"
#include "gradtable/models/report/detail/graph_json.hpp"
#include "gradtable/models/report/detail/graph_page_files.hpp"
#include "gradtable/models/report/detail/markup.hpp"
#include "gradtable/models/report/detail/node_values.hpp"
#include "gradtable/models/report/detail/profile_json.hpp"
#include "gradtable/models/report/detail/rewrites_section.hpp"

namespace gradtable::report {
namespace {

using detail::escaped;
using detail::Json;

constexpr std::int64_t kMostElements = 10'000'000;  // of a value that is shown: not a whole data set

// Of the numbers of a value: on its node, and in the grad_table for so many numbers.
constexpr std::size_t kMostLettersOnNode = 26, kMostLettersInTable = 160;
constexpr std::int64_t kMostNumbersInTable = 16;

// The nodes that the options ask for, in the order of creation.
std::vector<NodeId> nodes_of(const Graph& graph, const GraphPageOptions& options) {
  const std::vector<NodeId> of_events = detail::nodes_of(graph, options.events, "write_graph_page");
  std::set<NodeId> ids(of_events.begin(), of_events.end());
  const auto add = [&](const Tensor& tensor) {
    if (tensor.empty() || tensor.graph_serial() != graph.serial())
      throw GraphError(fmt::format("write_graph_page: expected tensors of the graph, got {}",
                                   tensor.empty() ? "an empty tensor" : "a tensor of another graph"));
    ids.insert(tensor.id());
  };
  for (const Tensor& output : options.outputs) add(output);
  for (const Update& update : options.updates) {
    add(update.parameter);
    add(update.value);
  }
  if (!ids.empty()) return ancestors(graph, std::vector(ids.begin(), ids.end()));
  std::vector<NodeId> all(graph.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

// "W1", "new W1" of an update, "square %12".
std::string label_of(const Graph& graph, NodeId id, std::span<const Update> updates) {
  const Node& node = graph.node(id);
  std::string name = detail::called(graph, id);
  if (!node.name.empty()) return name;
  for (const Update& update : updates)
    if (update.value.id() == id) return fmt::format("new {}", detail::called(graph, update.parameter.id()));
  return node.op ? fmt::format("{} {}", printable(node.op->name()), name) : name;
}

Json json_of(const Graph& graph, NodeId id, std::span<const Update> updates) {
  const Node& node = graph.node(id);
  Json json = detail::json_of(id, node);
  json["label"] = label_of(graph, id, updates);
  json["formula"] = detail::formula(graph, id);
  if (node.op)
    for (const Attribute& attribute : node.op->attributes())
      json["attributes"].push_back(fmt::format("{} = {}", attribute.name, to_string(attribute)));
  if (node.location.line() > 0) json["place"] = printable(to_string(node.location));
  if (node.derivative_by >= 0) json["gradient_of"] = node.derivative_by;
  return json;
}

// The page shows a call from its first line to its last.
void require_whole(std::span<const GradientEvent> events) {
  if (events.empty()) return;
  if (events.front().line != GradientLine::start || events.back().line != GradientLine::end)
    throw GraphError("write_graph_page: expected all events of one call of build_grad, got a part of them");
}

// The targets of the events with their gradients.
std::vector<GradTable::Entry> entries_of(std::span<const GradientEvent> events) {
  std::vector<GradTable::Entry> entries;
  for (const Tensor& target : events.back().tensors) {
    const auto is_entry = [&](const GradientEvent& event) {
      return event.line == GradientLine::entry && event.variable == target;
    };
    const auto entry = std::ranges::find_if(events, is_entry);
    if (entry != events.end()) entries.push_back({target, entry->result});
  }
  return entries;
}

// A sum over several z is not differentiated again.
Json differences(std::span<const GradientEvent> events, const detail::NodeValues& values) {
  Json list = Json::array();
  if (events.empty()) return list;
  const std::vector<Tensor>& zs = events.front().tensors;
  if (zs.size() != 1 || zs[0].shape().size() != 1) return list;
  for (const detail::Difference& found : detail::central_differences(zs[0], entries_of(events), values))
    list.push_back({{"variable", found.target},
                    {"element", found.element},
                    {"gradient", found.gradient},
                    {"difference", found.difference}});
  return list;
}

// On what is drawn. What else the graph holds is removed by the first pass, and is no matter of the page.
PassEffects effects_on(Graph& graph, const std::vector<NodeId>& drawn, const GraphPageOptions& options) {
  if (!options.program) return {};
  PassEffects effects = pass_effects(graph, *options.program);
  const auto is_elsewhere = [&](NodeId node) { return !std::ranges::binary_search(drawn, node); };
  for (PassEffect& effect : effects.passes) {
    std::erase_if(effect.gone, is_elsewhere);
    std::erase_if(effect.made, [&](const PassEffect::Made& made) { return is_elsewhere(made.node); });
  }
  std::erase_if(effects.passes, [](const PassEffect& effect) {
    return effect.gone.empty() && effect.made.empty() &&
           effect.rewrite.nodes_before == effect.rewrite.nodes_after;
  });
  return effects;
}

void add_values(Json& json, Graph& graph, const std::vector<NodeId>& nodes, const GraphPageOptions& options) {
  if (!options.feeds) return;
  std::vector<Feed> feeds;
  for (const PageFeed& feed : *options.feeds) feeds.push_back({feed.input, feed.value});
  const detail::NodeValues values = detail::values_of(graph, nodes, feeds);
  for (Json& node : json["nodes"]) {
    const auto found = values.find(node["id"].get<NodeId>());
    if (found == values.end() || found->second.shape().size() > kMostElements) continue;
    node["value"] = detail::summary(found->second);
    node["short"] = detail::in_short(found->second, kMostLettersOnNode);
    if (found->second.shape().size() > kMostNumbersInTable) continue;
    if (std::string numbers = detail::in_short(found->second, kMostLettersInTable); numbers != node["short"])
      node["long"] = std::move(numbers);
  }
  json["differences"] = differences(options.events, values);
}

std::string data(Graph& graph, const std::vector<NodeId>& nodes, const drawing::GraphLayout& layout,
                 const PassEffects& effects, const GraphPageOptions& options) {
  const drawing::Layers layers = drawing::layers(graph, nodes);
  Json json = {{"layers", layers.names}, {"nodes", Json::array()}, {"events", Json::array()}};
  for (const NodeId id : nodes) {
    json["nodes"].push_back(json_of(graph, id, options.updates));
    json["nodes"].back()["layer"] = layers.of[id];
    json["nodes"].back()["band"] = layout.bands[id];
  }
  for (const GradientEvent& event : options.events) json["events"].push_back(detail::json_of(event));
  if (options.profile) json["profile"] = detail::json_of(*options.profile);
  add_values(json, graph, nodes, options);
  json["rewrites"] = detail::json_of(effects);
  return detail::in_script(json.dump());
}

std::string list_of_frames(std::span<const GradientEvent> events) {
  std::string text;
  std::size_t number = 0;
  for (const std::string& sentence : detail::frame_texts(events))
    text += fmt::format("<li id=\"f{0}\"><a href=\"#f{0}\">{1}</a></li>\n", ++number, escaped(sentence));
  return text;
}

using Parts = std::map<std::string_view, std::string>;

// What the page has for a profile.
void add_profile(Parts& parts, const std::optional<ProgramProfile>& profile) {
  parts["profile"] = parts["profile_script"] = "";
  if (!profile) return;
  parts["style"] += detail::kProfileStyle;
  parts["profile"] =
      detail::filled(detail::kProfileMarkup, {{"profile", escaped(gradtable::to_string(*profile))}});
  parts["profile_script"] = fmt::format("<script>\n{}</script>\n", detail::kProfileScript);
}

}  // namespace

void write_graph_page(std::ostream& out, Graph& graph, const GraphPageOptions& options) {
  require_whole(options.events);
  if (options.profile && options.profile->graph_serial != graph.serial())
    throw GraphError("write_graph_page: expected a profile of a program of the graph, got one of another");
  const std::vector<NodeId> nodes = nodes_of(graph, options);
  const drawing::GraphLayout layout = drawing::layout(graph, nodes);
  const PassEffects effects = effects_on(graph, nodes, options);
  Parts parts = {{"title", escaped(options.title)},
                 {"style", std::string(detail::kGraphPageStyle)},
                 {"kind", options.events.empty() ? "without-film" : "with-film"},
                 {"graph", detail::graph_drawing(graph, nodes, options.updates, layout)},
                 {"frames", list_of_frames(options.events)},
                 {"rewrites", detail::rewrites_section(graph, effects)},
                 {"data", data(graph, nodes, layout, effects, options)},
                 {"script", std::string(detail::kGraphPageScript)}};
  add_profile(parts, options.profile);
  out << detail::filled(detail::kGraphPageMarkup, parts);
}

}  // namespace gradtable::report
