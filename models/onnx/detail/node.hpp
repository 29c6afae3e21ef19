// One node of a model as converters see it: its inputs as tensors or as numbers, and its attributes.
//
// Whatever a converter does not read is refused in the end, so nothing that a model asks for is passed over.
// Errors are OnnxError without the place, which the caller knows.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <onnx/onnx_pb.h>

#include "gradtable/core/graph.hpp"
#include "gradtable/models/onnx/detail/values.hpp"
#include "gradtable/models/onnx/import.hpp"

namespace gradtable::detail {

class OnnxNode {
 public:
  // Throws OnnxError for an attribute that is there twice. `index` counts the model's nodes.
  OnnxNode(Graph& graph, OnnxValues& values, const onnx::NodeProto& proto, std::int64_t opset, int index,
           const OnnxOptions& options);

  Graph& graph() const { return graph_; }
  const OnnxOptions& options() const { return options_; }
  int index() const { return index_; }
  // The version of the op's domain that the model is written in.
  std::int64_t opset() const { return opset_; }

  // Inputs, counted with those that are left out by an empty name.
  std::size_t input_count() const { return static_cast<std::size_t>(proto_.input_size()); }
  bool has_input(std::size_t i) const { return i < input_count() && !name(i).empty(); }
  const std::string& name(std::size_t i) const { return proto_.input(static_cast<int>(i)); }
  // Throws OnnxError when it is left out.
  Tensor input(std::size_t i);
  // All from the first one on.
  std::vector<Tensor> inputs(std::size_t first = 0);
  // Its numbers, which must be known already; without a fallback OnnxError when it is left out.
  std::vector<std::int64_t> input_integers(std::size_t i,
                                           std::optional<std::vector<std::int64_t>> fallback = {});
  double input_real(std::size_t i, std::optional<double> fallback = {});
  bool input_is_known(std::size_t i) const { return values_.is_known(name(i)); }
  bool input_is_scalar(std::size_t i) const { return values_.tensor_type(name(i)).shape.rank() == 0; }
  // For inputs that do not change the outputs.
  void ignore_input(std::size_t i) { read_inputs_.insert(i); }
  // What any name stands for that was made before.
  Tensor tensor(const std::string& name) const;

  std::size_t output_count() const { return static_cast<std::size_t>(proto_.output_size()); }
  bool has_output(std::size_t i) const {
    return i < output_count() && !proto_.output(static_cast<int>(i)).empty();
  }

  // What the output stands for, in place of a tensor that the converter gives: numbers of the model, which
  // live as long as it does, or others, which are kept.
  void define_output(std::size_t i, const onnx::TensorProto& stored);
  void define_output(std::size_t i, onnx::TensorProto&& stored);

  // Attributes; without a fallback OnnxError when they are missing, and for those of another type.
  bool has(std::string_view attribute) const;
  std::int64_t integer(std::string_view attribute, std::optional<std::int64_t> fallback = {});
  double real(std::string_view attribute, std::optional<double> fallback = {});
  std::string text(std::string_view attribute, std::optional<std::string> fallback = {});
  std::optional<std::vector<std::int64_t>> integers(std::string_view attribute);
  std::optional<std::vector<double>> reals(std::string_view attribute);
  std::vector<std::string> texts(std::string_view attribute);
  // Lives as long as the model; null when it is missing.
  const onnx::TensorProto* stored(std::string_view attribute);
  void ignore(std::string_view attribute) { find(attribute); }

  // "expected ...": what the converter cannot do.
  [[noreturn]] void refuse(const std::string& sentence) const;
  // Throws OnnxError for inputs and attributes that nobody read.
  void require_all_read() const;

 private:
  const onnx::AttributeProto* find(std::string_view attribute);
  const onnx::AttributeProto* find(std::string_view attribute, onnx::AttributeProto::AttributeType type);
  void require_input(std::size_t i);
  [[noreturn]] void refuse_missing(std::string_view attribute) const;

  Graph& graph_;
  OnnxValues& values_;
  const onnx::NodeProto& proto_;
  std::int64_t opset_;
  int index_;
  const OnnxOptions& options_;
  std::set<std::size_t> read_inputs_;
  std::set<std::string, std::less<>> read_attributes_;
};

}  // namespace gradtable::detail
