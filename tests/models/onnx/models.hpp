// Small models for tests, made through protobuf.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include <onnx/onnx_pb.h>

#include "gradtable/models/onnx/import.hpp"

namespace gradtable::testing {

using Dims = std::vector<std::int64_t>;

inline onnx::ModelProto onnx_model(std::int64_t opset = 13) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.mutable_graph()->set_name("g");
  model.add_opset_import()->set_version(opset);
  return model;
}

// An extent of -1 is left open.
inline void add_input(onnx::ModelProto& model, const std::string& name, const Dims& dims,
                      int type = onnx::TensorProto::FLOAT) {
  onnx::ValueInfoProto* input = model.mutable_graph()->add_input();
  input->set_name(name);
  onnx::TypeProto::Tensor* tensor = input->mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  tensor->mutable_shape();
  for (const std::int64_t extent : dims) {
    auto* dimension = tensor->mutable_shape()->add_dim();
    if (extent == -1)
      dimension->set_dim_param("n");
    else
      dimension->set_dim_value(extent);
  }
}

inline void add_output(onnx::ModelProto& model, const std::string& name) {
  model.mutable_graph()->add_output()->set_name(name);
}

inline onnx::NodeProto& add_node(onnx::ModelProto& model, const std::string& op,
                                 const std::vector<std::string>& inputs,
                                 const std::vector<std::string>& outputs) {
  onnx::NodeProto* node = model.mutable_graph()->add_node();
  node->set_op_type(op);
  for (const std::string& name : inputs) node->add_input(name);
  for (const std::string& name : outputs) node->add_output(name);
  return *node;
}

inline void set_floats(onnx::TensorProto& tensor, const Dims& dims, const std::vector<float>& numbers) {
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : dims) tensor.add_dims(extent);
  for (const float number : numbers) tensor.add_float_data(number);
}

inline void set_int64s(onnx::TensorProto& tensor, const std::vector<std::int64_t>& numbers) {
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(numbers.size()));
  for (const std::int64_t number : numbers) tensor.add_int64_data(number);
}

inline onnx::TensorProto& add_initializer(onnx::ModelProto& model, const std::string& name) {
  onnx::TensorProto* tensor = model.mutable_graph()->add_initializer();
  tensor->set_name(name);
  return *tensor;
}

inline void add_floats(onnx::ModelProto& model, const std::string& name, const Dims& dims,
                       const std::vector<float>& numbers) {
  set_floats(add_initializer(model, name), dims, numbers);
}

inline void add_int64s(onnx::ModelProto& model, const std::string& name,
                       const std::vector<std::int64_t>& numbers) {
  set_int64s(add_initializer(model, name), numbers);
}

inline onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const std::string& name,
                                           onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(type);
  return *attribute;
}

inline void set_integer(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
  add_attribute(node, name, onnx::AttributeProto::INT).set_i(value);
}

inline void set_integers(onnx::NodeProto& node, const std::string& name, const Dims& values) {
  onnx::AttributeProto& attribute = add_attribute(node, name, onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute.add_ints(value);
}

inline OnnxModel import_bytes(Graph& graph, const std::string& bytes, const OnnxOptions& options = {}) {
  return import_onnx(graph, std::as_bytes(std::span(bytes)), "m.onnx", options);
}

inline OnnxModel import_model(Graph& graph, const onnx::ModelProto& model, const OnnxOptions& options = {}) {
  return import_bytes(graph, model.SerializeAsString(), options);
}

// Why a model is refused.
inline std::string refusal(const onnx::ModelProto& model, const OnnxOptions& options = {}) {
  return message_of<OnnxError>([&] {
    Graph graph;
    import_model(graph, model, options);
  });
}

// y = relu(x W + b), x (2,3), W (3,2).
inline onnx::ModelProto layer_model() {
  onnx::ModelProto model = onnx_model();
  add_input(model, "x", {2, 3});
  add_floats(model, "W", {3, 2}, {1, 2, 3, 4, 5, 6});
  add_floats(model, "b", {2}, {-20, 1});
  add_node(model, "Gemm", {"x", "W", "b"}, {"h"}).set_name("dense");
  add_node(model, "Relu", {"h"}, {"y"});
  add_output(model, "y");
  return model;
}

}  // namespace gradtable::testing
