#include "case_run.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include "gradtable/core/error.hpp"
#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/tensor_proto.hpp"
#include "gradtable/models/onnx/import.hpp"

namespace gradtable::testing {
namespace {

namespace fs = std::filesystem;

constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-7;

template <class Message>
Message read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  Message message;
  if (!message.ParseFromIstream(&in)) throw OnnxError(fmt::format("{}: not readable", file.string()));
  return message;
}

// The inputs that decide shapes, which gradtable wants to know when it imports.
std::set<std::string> static_inputs(const onnx::GraphProto& graph) {
  static const std::map<std::string, std::vector<int>> kStatic = {
      {"ConstantOfShape", {0}}, {"Dropout", {1, 2}}, {"Expand", {1}},         {"OneHot", {1}},
      {"Pad", {1, 2}},          {"Reshape", {1}},    {"Slice", {1, 2, 3, 4}}, {"Split", {1}},
      {"Squeeze", {1}},         {"Unsqueeze", {1}},  {"ReduceSum", {1}}};
  std::set<std::string> names;
  for (const onnx::NodeProto& node : graph.node()) {
    const auto found = kStatic.find(node.op_type());
    if (found == kStatic.end()) continue;
    for (const int i : found->second)
      if (i < node.input_size()) names.insert(node.input(i));
  }
  return names;
}

// The numbers of the inputs by name, in the order of the files.
std::map<std::string, Array> inputs_of(const onnx::GraphProto& graph, const fs::path& data) {
  std::map<std::string, Array> inputs;
  int file = 0;
  for (const onnx::ValueInfoProto& input : graph.input()) {
    const auto stored = std::ranges::find(graph.initializer(), input.name(), &onnx::TensorProto::name);
    if (stored != graph.initializer().end()) continue;
    const auto proto = read<onnx::TensorProto>(data / fmt::format("input_{}.pb", file++));
    inputs.emplace(input.name(), detail::to_array(proto));
  }
  return inputs;
}

std::string difference(const ConstView& found, const Array& expected) {
  if (found.type != expected.type())
    return fmt::format("expected {}, got {}", to_string(expected.type()), to_string(found.type));
  const Array a = cast(found, DType::float64);
  const Array b = cast(expected, DType::float64);
  for (std::size_t i = 0; i < a.as<double>().size(); ++i) {
    const double x = a.as<double>()[i];
    const double y = b.as<double>()[i];
    const bool same = x == y || (std::isnan(x) && std::isnan(y));
    if (!same && !(std::abs(x - y) <= kAbsolute + kRelative * std::abs(y)))
      return fmt::format("element {}: expected {}, got {}", i, y, x);
  }
  return "";
}

std::string check(Graph& graph, const OnnxModel& model, const std::map<std::string, Array>& inputs,
                  const std::vector<Array>& expected, const CompileOptions& options) {
  CompileOptions with = options;
  std::vector<NodeId> ids;
  for (const auto& [name, tensor] : model.outputs) {
    with.outputs.push_back(tensor);
    ids.push_back(tensor.id());
  }
  const std::vector<NodeId> needed = ancestors(graph, ids);
  std::vector<Feed> feeds;
  for (const auto& [name, tensor] : model.inputs)
    if (std::ranges::binary_search(needed, tensor.id())) feeds.push_back({tensor, inputs.at(name)});
  Program program = compile(graph, with);
  program.run(feeds);
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (std::string found = difference(program.value(with.outputs[i]), expected[i]); !found.empty())
      return fmt::format("output {}: {}", i, found);
  return "";
}

}  // namespace

std::vector<OnnxCase> onnx_cases(const fs::path& folder) {
  std::vector<OnnxCase> cases;
  for (const char* group : {"node", "simple", "pytorch-operator", "pytorch-converted"}) {
    for (const auto& entry : fs::directory_iterator(folder / group)) {
      const auto model = read<onnx::ModelProto>(entry.path() / "model.onnx");
      OnnxCase made{fmt::format("{}/{}", group, entry.path().filename().string()), {}, true};
      for (const onnx::NodeProto& node : model.graph().node()) {
        made.ops.push_back(node.op_type());
        made.known = made.known && detail::find_converter(node.domain(), node.op_type()) != nullptr;
      }
      cases.push_back(std::move(made));
    }
  }
  std::ranges::sort(cases, {}, &OnnxCase::name);
  return cases;
}

std::string run_onnx_case(const fs::path& folder) {
  try {
    const auto proto = read<onnx::ModelProto>(folder / "model.onnx");
    const fs::path data = folder / "test_data_set_0";
    const auto inputs = inputs_of(proto.graph(), data);
    OnnxOptions options;
    for (const std::string& name : static_inputs(proto.graph()))
      if (inputs.contains(name)) options.values.emplace(name, inputs.at(name));
    for (const auto& [name, array] : inputs) options.shapes.emplace(name, array.shape());
    std::vector<Array> expected;
    for (int i = 0; i < proto.graph().output_size(); ++i)
      expected.push_back(detail::to_array(read<onnx::TensorProto>(data / fmt::format("output_{}.pb", i))));
    Graph graph;
    const OnnxModel model = import_onnx(graph, (folder / "model.onnx").string(), options);
    const std::string optimized = check(graph, model, inputs, expected, {.threads = 2});
    if (!optimized.empty()) return optimized;
    return check(graph, model, inputs, expected, {.threads = 1, .without = pass_names()});
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace gradtable::testing
