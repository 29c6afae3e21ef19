// What the names of a model stand for while it is imported.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <onnx/onnx_pb.h>

#include "gradtable/core/graph.hpp"

namespace gradtable::detail {

// Errors are OnnxError without the place, which the caller knows.
class OnnxValues {
 public:
  explicit OnnxValues(Graph& graph) : graph_(graph) {}

  // Throws OnnxError for an empty name and one that is there already.
  void define(const std::string& name, const Tensor& tensor);
  // Numbers of the model: they become a node when somebody asks for the tensor, a parameter of the name
  // `parameter` or, where this is empty, a constant.
  void define(const std::string& name, const onnx::TensorProto& stored, const std::string& parameter);

  // Numbers that the model does not hold as a tensor, for as long as these values live.
  const onnx::TensorProto& keep(onnx::TensorProto&& stored) { return kept_.emplace_back(std::move(stored)); }

  bool contains(const std::string& name) const { return values_.contains(name); }
  Tensor tensor(const std::string& name);
  TensorType tensor_type(const std::string& name) const;
  // The parameter that was made of stored numbers, or an empty tensor.
  Tensor parameter(const std::string& name) const;

  // Numbers that are needed now, since shapes depend on them: those that stand in the model, or follow from
  // constants alone. OnnxError for others, and for more than a few.
  std::vector<std::int64_t> integers(const std::string& name);
  std::vector<double> reals(const std::string& name);
  // Whether they can be had.
  bool is_known(const std::string& name) const;

 private:
  struct Value {
    Tensor tensor;                              // empty as long as only the numbers are there
    const onnx::TensorProto* stored = nullptr;  // of the model, or kept
    std::string parameter;
  };

  void insert(const std::string& name, Value value);
  const Array& evaluated(const std::string& name);

  Graph& graph_;
  std::unordered_map<std::string, Value> values_;
  std::deque<onnx::TensorProto> kept_;
};

}  // namespace gradtable::detail
