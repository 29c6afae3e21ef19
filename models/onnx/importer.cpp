#include "gradtable/models/onnx/detail/importer.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/tensor_proto.hpp"

namespace gradtable::detail {
namespace {

// The last one whose changes to the ops of the tables are known: new types, and attributes and inputs that
// are read or refused.
constexpr std::int64_t kLastOpset = 24;
constexpr std::int64_t kLastTrainingOpset = 1;

std::string quoted(const std::string& name) {
  return fmt::format("'{}'", printable(name, 80));
}

// Adds a place to what is thrown.
template <class Action>
void at_place(const std::string& place, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    throw OnnxError(fmt::format("{}: {}", place, error.what()));
  }
}

// ONNX's own domain has two names.
std::string domain_of(const std::string& name) {
  return name == "ai.onnx" ? "" : name;
}

bool makes(const onnx::NodeProto& node, const std::string& name) {
  return std::ranges::find(node.output(), name) != node.output().end();
}

}  // namespace

OnnxModel OnnxImporter::run() {
  if (model_.ir_version() < 1 || !model_.has_graph())
    throw OnnxError("no IR version or no graph; expected an ONNX model");
  if (model_.graph().sparse_initializer_size() > 0)
    throw OnnxError("a sparse initializer; expected dense ones");
  read_opsets();
  find_needed();
  define_initializers();
  define_inputs();
  require_known_options();
  convert_nodes();
  OnnxTensors made = outputs();
  return {OnnxTensors(std::move(inputs_)), parameters(), std::move(made)};
}

std::string OnnxImporter::in_graph(const std::string& name) const {
  return fmt::format("{}{}", options_.prefix, name);
}

void OnnxImporter::read_opsets() {
  for (const onnx::OperatorSetIdProto& opset : model_.opset_import()) {
    const std::string domain = domain_of(opset.domain());
    const std::int64_t last = domain.empty() ? kLastOpset : kLastTrainingOpset;
    const bool known = domain.empty() || domain == kOnnxTraining;
    if (known && (opset.version() < 1 || opset.version() > last))
      throw OnnxError(
          fmt::format("opset {} of domain {}; expected 1 to {}", opset.version(), quoted(domain), last));
    const auto known_version = opsets_.emplace(domain, opset.version()).first->second;
    if (known_version != opset.version())
      throw OnnxError(fmt::format("opsets {} and {} of domain {}; expected one version", known_version,
                                  opset.version(), quoted(domain)));
  }
  if (opsets_.empty()) throw OnnxError("no opset_import; expected at least one");
}

// From the last node back, as nodes follow on those that they need. Gradient names a tensor by an attribute.
void OnnxImporter::find_needed() {
  needed_.insert(options_.outputs.begin(), options_.outputs.end());
  const auto& nodes = model_.graph().node();
  for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
    if (!is_needed(*node)) continue;
    needed_.insert(node->input().begin(), node->input().end());
    if (domain_of(node->domain()) != kOnnxTraining) continue;
    for (const onnx::AttributeProto& attribute : node->attribute()) needed_.insert(attribute.s());
  }
  needed_.erase("");
}

bool OnnxImporter::is_needed(const std::string& name) const {
  return options_.outputs.empty() || needed_.contains(name);
}

bool OnnxImporter::is_needed(const onnx::NodeProto& node) const {
  return options_.outputs.empty() || std::ranges::any_of(node.output(), [this](const std::string& name) {
           return !name.empty() && needed_.contains(name);
         });
}

void OnnxImporter::require_known_options() const {
  const auto& graph = model_.graph();
  const auto is_input = [&](const std::string& name) {
    return std::ranges::find(graph.input(), name, &onnx::ValueInfoProto::name) != graph.input().end();
  };
  const auto is_stored = [&](const std::string& name) {
    return std::ranges::find(graph.initializer(), name, &onnx::TensorProto::name) !=
           graph.initializer().end();
  };
  for (const auto& [name, shape] : options_.shapes)
    if (!is_input(name))
      throw OnnxError(fmt::format("a shape for {}; expected the name of an input", quoted(name)));
  for (const auto& [name, value] : options_.values)
    if (!is_input(name) && !is_stored(name))
      throw OnnxError(fmt::format("a value for {}; expected the name of an input or a weight", quoted(name)));
}

bool OnnxImporter::replaced(const std::string& name, const TensorType& type) {
  const auto found = options_.values.find(name);
  if (found == options_.values.end()) return false;
  if (found->second.type() != type)
    throw OnnxError(
        fmt::format("a value of {}; expected {}", to_string(found->second.type()), to_string(type)));
  values_.define(name, graph_.constant(found->second).named(name));
  return true;
}

void OnnxImporter::define_initializers() {
  for (const onnx::TensorProto& stored : model_.graph().initializer()) {
    if (!is_needed(stored.name())) continue;
    at_place(fmt::format("initializer {}", quoted(stored.name())), [&] {
      const TensorType type = type_of(stored);
      if (replaced(stored.name(), type)) return;
      const bool trained = options_.weights == Weights::parameters && is_floating(type.dtype);
      values_.define(stored.name(), stored, trained ? in_graph(stored.name()) : std::string());
    });
  }
}

// Before IR version 4, initializers were inputs, too; later such inputs are ones with a default.
void OnnxImporter::define_inputs() {
  std::set<std::string_view> names;
  for (const onnx::ValueInfoProto& input : model_.graph().input()) {
    if (!is_needed(input.name())) continue;
    at_place(fmt::format("input {}", quoted(input.name())), [&] {
      if (!names.insert(input.name()).second)
        throw OnnxError("a second time; expected every name to be made once");
      if (!values_.contains(input.name())) define_input(input);
    });
  }
}

void OnnxImporter::define_input(const onnx::ValueInfoProto& input) {
  if (!input.type().has_tensor_type()) throw OnnxError("not a tensor; expected inputs that are tensors");
  const TensorType type{dtype_of_onnx(input.type().tensor_type().elem_type()), shape_of(input)};
  if (type.bytes() > options_.largest_tensor)
    throw OnnxError(fmt::format("{}; expected at most {} bytes", to_string(type), options_.largest_tensor));
  if (replaced(input.name(), type)) return;
  if (input.name().empty()) throw OnnxError("an empty name; expected one to refer to");
  const Tensor tensor = graph_.input(in_graph(input.name()), type.shape, type.dtype);
  values_.define(input.name(), tensor);
  inputs_.push_back({input.name(), tensor});
}

// What the file says, with what it leaves open from the options. Some exporters write an open extent as -1 or
// 0; 0 means that where the options give a shape.
Shape OnnxImporter::shape_of(const onnx::ValueInfoProto& input) const {
  const onnx::TypeProto::Tensor& type = input.type().tensor_type();
  std::vector<std::int64_t> extents;
  bool open = !type.has_shape();
  for (const auto& dimension : type.shape().dim()) {
    const std::int64_t extent = dimension.has_dim_value() ? dimension.dim_value() : -1;
    if (extent < -1) throw OnnxError(fmt::format("extent {}; expected 0 or more", extent));
    open = open || extent == -1;
    extents.push_back(extent);
  }
  const auto given = options_.shapes.find(input.name());
  const auto value = options_.values.find(input.name());
  if (given == options_.shapes.end() && value == options_.values.end()) {
    if (open) throw OnnxError("a shape that is not fixed; expected OnnxOptions::shapes to give it");
    return Shape(extents);
  }
  const Shape shape = given != options_.shapes.end() ? given->second : value->second.shape();
  std::ranges::replace(extents, 0, -1);
  const bool fits = std::ranges::equal(extents, shape.extents(), [](std::int64_t said, std::int64_t extent) {
    return said == -1 || said == extent;
  });
  if (!fits && type.has_shape())
    throw OnnxError(fmt::format("shape {} in the options; expected ({}), where -1 is any extent",
                                to_string(shape), fmt::join(extents, ",")));
  return shape;
}

void OnnxImporter::convert_nodes() {
  int index = 0;
  for (const onnx::NodeProto& node : model_.graph().node()) {
    const std::string name = node.name().empty() ? "" : fmt::format(" {}", quoted(node.name()));
    if (is_needed(node))
      at_place(fmt::format("node {}{} ({})", index, name, printable(node.op_type(), 80)),
               [&] { convert(node, index); });
    ++index;
  }
}

void OnnxImporter::convert(const onnx::NodeProto& node, int index) {
  const std::string domain = domain_of(node.domain());
  const OnnxConverter* converter = find_converter(domain, node.op_type());
  if (converter == nullptr)
    throw OnnxError(fmt::format("an op that is not known here, of domain {}", quoted(domain)));
  const auto opset = opsets_.find(domain);
  if (opset == opsets_.end())
    throw OnnxError(fmt::format("no opset_import for its domain {}; expected one", quoted(domain)));
  if (opset->second < converter->since)
    throw OnnxError(
        fmt::format("opset {}; expected {} or later for this op", opset->second, converter->since));
  require_inputs(node);
  const std::size_t first = graph_.size();
  OnnxNode call(graph_, values_, node, opset->second, index, options_);
  const std::vector<Tensor> tensors = converter->convert(call);
  call.require_all_read();
  require_affordable(first);
  define_outputs(node, tensors);
}

// Of the nodes from this one on: what no output of the model shows counts as well.
void OnnxImporter::require_affordable(std::size_t first) const {
  for (std::size_t id = first; id < graph_.size(); ++id) {
    const TensorType& type = graph_.node(static_cast<NodeId>(id)).type;
    if (type.bytes() > options_.largest_tensor)
      throw OnnxError(fmt::format("{}; expected at most {} bytes", to_string(type), options_.largest_tensor));
  }
}

void OnnxImporter::require_inputs(const onnx::NodeProto& node) const {
  for (const std::string& name : node.input()) {
    if (name.empty() || values_.contains(name)) continue;
    const bool later =
        std::ranges::any_of(model_.graph().node(), [&](const auto& other) { return makes(other, name); });
    throw OnnxError(fmt::format("input {}, which {}; expected inputs that are made before", quoted(name),
                                later ? "is made by this node or a later one" : "nothing makes"));
  }
}

void OnnxImporter::define_outputs(const onnx::NodeProto& node, const std::vector<Tensor>& tensors) {
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty()) continue;
    if (static_cast<std::size_t>(i) >= tensors.size())
      throw OnnxError(fmt::format("output {}; expected at most {}", i, tensors.size()));
    const Tensor& tensor = tensors[static_cast<std::size_t>(i)];
    if (!tensor.empty()) values_.define(node.output(i), tensor.named(node.output(i)));
  }
}

OnnxTensors OnnxImporter::outputs() {
  std::vector<std::string> names = options_.outputs;
  if (names.empty())
    for (const onnx::ValueInfoProto& output : model_.graph().output()) names.push_back(output.name());
  std::vector<OnnxTensors::Entry> entries;
  for (const std::string& name : names) {
    if (!values_.contains(name))
      throw OnnxError(
          fmt::format("output {}, which nothing makes; expected one that a node makes", quoted(name)));
    entries.push_back({name, values_.tensor(name)});
  }
  return OnnxTensors(std::move(entries));
}

OnnxTensors OnnxImporter::parameters() const {
  std::vector<OnnxTensors::Entry> entries;
  for (const onnx::TensorProto& stored : model_.graph().initializer()) {
    if (!is_needed(stored.name())) continue;
    if (const Tensor made = values_.parameter(stored.name()); !made.empty())
      entries.push_back({stored.name(), made});
  }
  return OnnxTensors(std::move(entries));
}

}  // namespace gradtable::detail
