#include "gradtable/models/report/canvas.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"
#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/models/report/detail/canvas_files.hpp"
#include "gradtable/models/report/detail/markup.hpp"
#include "gradtable/models/training/losses.hpp"
#include "gradtable/ops/shaping.hpp"

namespace gradtable::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kLeastPixels = 8, kMostPixels = 256;  // along a side

// The network as a function of an image.
struct Function {
  Tensor image;          // (1,rows,columns), pixels from 0 to 1
  Tensor scores;         // (1,classes)
  Tensor probabilities;  // the same, or what the scores say
};

bool is_drawable(std::int64_t extent) {
  return extent >= kLeastPixels && extent <= kMostPixels;
}

Function function(Graph& graph, const Model& model, const CanvasOptions& options, Location at) {
  const NamedLoss& loss = find_loss(options.loss);
  const DType dtype = model.parameters.empty() ? DType::float32 : model.parameters.front().dtype();
  std::vector<std::int64_t> extents = {1};
  extents.insert(extents.end(), model.input.extents().begin(), model.input.extents().end());
  Function f;
  f.image = graph.input(graph.free_name("drawing"), {1, options.rows, options.columns}, dtype);
  const Tensor pixels = reshape(f.image, {1, options.rows * options.columns}, at);
  f.scores = model.outputs(reshape(normalized(pixels, options.normalization, at), extents, at));
  if (f.scores.shape().rank() != 2)
    throw ShapeError(
        fmt::format("canvas: expected outputs (1,classes), got {}", to_string(f.scores.shape())));
  f.probabilities = loss.probabilities(f.scores, at);
  return f;
}

// The derivative of direction . scores by the image: for a direction of one 1, that of one score.
struct Derivative {
  Tensor direction, gradient;
};

Derivative derivative(Graph& graph, const Function& f) {
  const Tensor direction = graph.input(graph.free_name("direction"), f.scores.shape(), f.scores.dtype());
  const GradTable table =
      build_grad(GradTable({{f.scores, direction}}), {f.image}, {.unreached = Unreached::zeros});
  return {direction, table[f.image]};
}

bool has_form(const Op& op) {
  return detail::kNetworkScript.find(fmt::format("\nops.{} = ", op.name())) != std::string_view::npos;
}

// Why the page cannot run these nodes; empty where it can.
std::string fault_of(const Graph& graph, const std::vector<NodeId>& nodes, const CanvasOptions& options) {
  std::size_t bytes = 0;
  for (const NodeId id : nodes) {
    const Node& node = graph.node(id);
    if (node.op && !has_form(*node.op))
      return fmt::format("The network has the op {}, which has no form in JavaScript.",
                         printable(node.op->name()));
    if (node.value) bytes += sizeof(float) * static_cast<std::size_t>(node.type.shape.size());
  }
  if (bytes <= options.most_bytes) return "";
  return fmt::format("The numbers of the network take {} bytes; a page has room for {}.", bytes,
                     options.most_bytes);
}

// As little-endian float32.
std::string bytes_of(const Array& numbers) {
  const Array rounded = cast(numbers, DType::float32);
  std::string bytes;
  bytes.reserve(rounded.type().bytes());
  for (const float number : rounded.as<float>())
    for (int shift = 0; shift < 32; shift += 8)
      bytes += static_cast<char>(std::bit_cast<std::uint32_t>(number) >> shift & 0xFF);
  return bytes;
}

// JSON has no infinite numbers: they are written as JavaScript calls them.
Json json_of(double number) {
  if (std::isfinite(number)) return number;
  return std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
}

Json json_of(const Attribute& attribute) {
  const auto convert = [](const auto& value) -> Json {
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<T, DType>)
      return std::string(to_string(value));
    else if constexpr (std::is_same_v<T, double>)
      return json_of(value);
    else
      return value;
  };
  return std::visit(convert, attribute.value);
}

class Writer {
 public:
  Writer(const Graph& graph, std::vector<NodeId> nodes) : graph_(graph), nodes_(std::move(nodes)) {
    for (std::size_t place = 0; place < nodes_.size(); ++place) places_[nodes_[place]] = place;
  }

  std::size_t place(const Tensor& tensor) const { return places_.at(tensor.id()); }

  // Inputs are called by the names that the script feeds.
  Json nodes(const std::map<NodeId, const char*>& inputs) const {
    Json list = Json::array();
    for (const NodeId id : nodes_) {
      list.push_back(json_of(graph_.node(id)));
      if (const auto input = inputs.find(id); input != inputs.end()) list.back()["input"] = input->second;
    }
    return list;
  }

  // Hidden layers: what functions of one number make of parameters, and what has a name. Of two in a row of
  // the same shape, such as a = x W + b and h = relu(a), the last.
  Json hidden(const Function& f) const {
    std::set<NodeId> learned, shown;
    for (const NodeId id : nodes_) {
      const Node& node = graph_.node(id);
      if (id > f.scores.id()) break;
      const auto is_learned = [&](NodeId input) { return learned.contains(input); };
      if (node.kind == NodeKind::parameter || std::ranges::any_of(node.inputs, is_learned))
        learned.insert(id);
      if (!node.op || !learned.contains(id) || !is_layer(node)) continue;
      for (const NodeId input : node.inputs)
        if (graph_.node(input).type == node.type) shown.erase(input);
      shown.insert(id);
    }
    shown.erase(f.scores.id());
    Json list = Json::array();
    for (const NodeId id : shown)
      list.push_back({{"place", places_.at(id)}, {"name", printable(name_of(graph_.node(id)))}});
    return list;
  }

 private:
  static bool is_layer(const Node& node) {
    const int rank = node.type.shape.rank();
    const bool is_function = node.op->elementwise() && node.inputs.size() == 1;
    return (rank == 2 || rank == 4) && (is_function || !node.name.empty());
  }

  static std::string_view name_of(const Node& node) {
    return node.name.empty() ? node.op->name() : std::string_view(node.name);
  }

  Json json_of(const Node& node) const {
    Json json = {{"shape", node.type.shape.extents()}};
    if (node.value) json["numbers"] = detail::base64(bytes_of(*node.value));
    if (!node.op) return json;
    json["op"] = node.op->name();
    for (const NodeId input : node.inputs) json["inputs"].push_back(places_.at(input));
    for (const Attribute& attribute : node.op->attributes())
      json["attributes"][std::string(attribute.name)] = report::json_of(attribute);
    return json;
  }

  const Graph& graph_;
  std::vector<NodeId> nodes_;
  std::map<NodeId, std::size_t> places_;
};

std::string json(const Graph& graph, const std::vector<NodeId>& nodes, const Function& f, const Derivative& d,
                 const NamedLoss& loss) {
  const Writer writer(graph, nodes);
  const Shape& image = f.image.shape();
  const Json json = {{"rows", image[1]},
                     {"columns", image[2]},
                     {"probabilities", writer.place(f.probabilities)},
                     {"gradient", writer.place(d.gradient)},
                     {"score", f.scores == f.probabilities ? "output" : "score"},
                     {"has_probabilities", loss.gives_probabilities},
                     {"shown", writer.hidden(f)},
                     {"nodes", writer.nodes({{f.image.id(), "image"}, {d.direction.id(), "direction"}})}};
  return json.dump();
}

}  // namespace

Canvas canvas(Graph& graph, const Model& model, const CanvasOptions& options, Location at) {
  Canvas result{.rows = options.rows, .columns = options.columns};
  if (!is_drawable(options.rows) || !is_drawable(options.columns)) {
    result.missing = fmt::format("Nobody draws images of {} x {} pixels.", options.rows, options.columns);
    return result;
  }
  const Graph::Scope scope(graph, at);
  const Function f = function(graph, model, options, at);
  result.classes = f.scores.shape()[1];
  result.missing =
      fault_of(graph, ancestors(graph, std::vector{f.scores.id(), f.probabilities.id()}), options);
  if (!result.missing.empty()) return result;
  const Derivative d = derivative(graph, f);
  const std::vector<NodeId> nodes =
      ancestors(graph, std::vector{f.image.id(), f.probabilities.id(), d.direction.id(), d.gradient.id()});
  result.missing = fault_of(graph, nodes, options);
  if (result.missing.empty()) result.network = json(graph, nodes, f, d, find_loss(options.loss));
  return result;
}

}  // namespace gradtable::report
