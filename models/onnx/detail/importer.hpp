// The walk through a parsed model: inputs and stored numbers first, then nodes, then outputs.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <onnx/onnx_pb.h>

#include "gradtable/models/onnx/detail/values.hpp"
#include "gradtable/models/onnx/import.hpp"

namespace gradtable::detail {

class OnnxImporter {
 public:
  // Keeps references to all of them.
  OnnxImporter(Graph& graph, const onnx::ModelProto& model, const OnnxOptions& options)
      : graph_(graph), model_(model), options_(options), values_(graph) {}

  // Once. Throws OnnxError, and what the functions of ops throw.
  OnnxModel run();

 private:
  std::string in_graph(const std::string& name) const;
  void read_opsets();
  // With OnnxOptions::outputs, only what these need is imported.
  void find_needed();
  bool is_needed(const std::string& name) const;
  bool is_needed(const onnx::NodeProto& node) const;
  void require_known_options() const;
  void define_initializers();
  void define_inputs();
  void define_input(const onnx::ValueInfoProto& input);
  Shape shape_of(const onnx::ValueInfoProto& input) const;
  // Whether the user gave other numbers for it; then it is a constant of these.
  bool replaced(const std::string& name, const TensorType& type);
  void convert_nodes();
  void convert(const onnx::NodeProto& node, int index);
  void require_affordable(std::size_t first) const;
  void require_inputs(const onnx::NodeProto& node) const;
  void define_outputs(const onnx::NodeProto& node, const std::vector<Tensor>& tensors);
  OnnxTensors outputs();
  OnnxTensors parameters() const;

  Graph& graph_;
  const onnx::ModelProto& model_;
  const OnnxOptions& options_;
  OnnxValues values_;
  std::map<std::string, std::int64_t> opsets_;  // by domain
  std::set<std::string> needed_;                // names, where only some outputs are asked for
  std::vector<OnnxTensors::Entry> inputs_;
};

}  // namespace gradtable::detail
