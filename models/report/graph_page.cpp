#include "gradtable/models/report/graph_page.hpp"

#include <map>
#include <numeric>
#include <ostream>
#include <set>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/graph/ancestors.hpp"
#include "gradtable/models/report/detail/frame_texts.hpp"
#include "gradtable/models/report/detail/graph_drawing.hpp"
#include "gradtable/models/report/detail/graph_json.hpp"
#include "gradtable/models/report/detail/graph_layout.hpp"
#include "gradtable/models/report/detail/graph_page_files.hpp"
#include "gradtable/models/report/detail/markup.hpp"

namespace gradtable::report {
namespace {

using detail::escaped;
using detail::Json;

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

Json json_of(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  Json json = detail::json_of(id, node);
  json["label"] = detail::called(graph, id);
  json["formula"] = detail::formula(graph, id);
  if (node.op)
    for (const Attribute& attribute : node.op->attributes())
      json["attributes"].push_back(fmt::format("{} = {}", attribute.name, to_string(attribute)));
  if (node.location.line() > 0) json["place"] = printable(to_string(node.location));
  if (node.derivative_by >= 0) json["gradient_of"] = node.derivative_by;
  return json;
}

// As the content of a <script>: no text in it can end the element.
std::string in_script(const Json& json) {
  std::string text;
  for (const char c : json.dump()) text += c == '<' ? "\\u003c" : std::string{c};
  return text;
}

std::string data(const Graph& graph, const std::vector<NodeId>& nodes, const GraphPageOptions& options) {
  Json json = {{"nodes", Json::array()}, {"events", Json::array()}};
  for (const NodeId id : nodes) json["nodes"].push_back(json_of(graph, id));
  for (const GradientEvent& event : options.events) json["events"].push_back(detail::json_of(event));
  return in_script(json);
}

std::string list_of_frames(std::span<const GradientEvent> events) {
  std::string text;
  std::size_t number = 0;
  for (const std::string& sentence : detail::frame_texts(events))
    text += fmt::format("<li id=\"f{0}\"><a href=\"#f{0}\">{1}</a></li>\n", ++number, escaped(sentence));
  return text;
}

// graph_page.html with {{name}} replaced by the part of that name.
void write(std::ostream& out, const std::map<std::string_view, std::string>& parts) {
  std::string_view rest = detail::kGraphPageMarkup;
  for (std::size_t begin; (begin = rest.find("{{")) != std::string_view::npos;) {
    const std::size_t end = rest.find("}}", begin);
    out << rest.substr(0, begin) << parts.at(rest.substr(begin + 2, end - begin - 2));
    rest.remove_prefix(end + 2);
  }
  out << rest;
}

}  // namespace

void write_graph_page(std::ostream& out, const Graph& graph, const GraphPageOptions& options) {
  const std::vector<NodeId> nodes = nodes_of(graph, options);
  const detail::GraphLayout layout = detail::layout(graph, nodes);
  write(out, {{"title", escaped(options.title)},
              {"style", std::string(detail::kGraphPageStyle)},
              {"kind", options.events.empty() ? "without-film" : "with-film"},
              {"graph", detail::graph_drawing(graph, nodes, options.updates, layout)},
              {"frames", list_of_frames(options.events)},
              {"data", data(graph, nodes, options)},
              {"script", std::string(detail::kGraphPageScript)}});
}

}  // namespace gradtable::report
