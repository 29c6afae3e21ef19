#include "gradtable/models/onnx/detail/values.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/text.hpp"
#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/models/onnx/detail/tensor_proto.hpp"

namespace gradtable::detail {
namespace {

// Shapes, axes and borders are few; this is for the tables that they may be picked from.
constexpr std::size_t kBytesToEvaluate = std::size_t{1} << 24;

// The first leaf that the tensor depends on and that has no fixed numbers, or an empty tensor.
Tensor unknown_leaf(Graph& graph, const Tensor& tensor) {
  for (const NodeId id : ancestors(graph, std::array{tensor.id()})) {
    const NodeKind kind = graph.node(id).kind;
    if (kind == NodeKind::input || kind == NodeKind::parameter) return graph.tensor(id);
  }
  return {};
}

template <class T>
std::vector<T> numbers_of(const Array& array) {
  std::vector<T> numbers;
  dispatch(array.dtype(), [&]<class Stored>() {
    for (const Stored number : array.as<Stored>()) numbers.push_back(static_cast<T>(number));
  });
  return numbers;
}

void require_few(const std::string& name, const TensorType& type) {
  if (type.bytes() > kBytesToEvaluate)
    throw OnnxError(fmt::format("'{}' is {}; expected few numbers where shapes depend on them",
                                printable(name, 80), to_string(type)));
}

}  // namespace

void OnnxValues::insert(const std::string& name, Value value) {
  if (name.empty()) throw OnnxError("an empty name; expected one to refer to");
  if (!values_.emplace(name, std::move(value)).second)
    throw OnnxError(
        fmt::format("'{}' a second time; expected every name to be made once", printable(name, 80)));
}

void OnnxValues::define(const std::string& name, const Tensor& tensor) {
  insert(name, {.tensor = tensor, .stored = nullptr, .parameter = {}});
}

void OnnxValues::define(const std::string& name, const onnx::TensorProto& stored,
                        const std::string& parameter) {
  type_of(stored);
  insert(name, {.tensor = {}, .stored = &stored, .parameter = parameter});
}

Tensor OnnxValues::tensor(const std::string& name) {
  Value& value = values_.at(name);
  if (value.tensor.empty()) {
    Array array = to_array(*value.stored);
    value.tensor = value.parameter.empty() ? graph_.constant(std::move(array)).named(name)
                                           : graph_.parameter(value.parameter, std::move(array));
  }
  return value.tensor;
}

TensorType OnnxValues::tensor_type(const std::string& name) const {
  const Value& value = values_.at(name);
  return value.tensor.empty() ? type_of(*value.stored) : value.tensor.type();
}

Tensor OnnxValues::parameter(const std::string& name) const {
  const Value& value = values_.at(name);
  return value.parameter.empty() ? Tensor() : value.tensor;
}

bool OnnxValues::is_known(const std::string& name) const {
  const Value& value = values_.at(name);
  return value.stored != nullptr || unknown_leaf(graph_, value.tensor).empty();
}

std::vector<std::int64_t> OnnxValues::integers(const std::string& name) {
  if (const onnx::TensorProto* stored = values_.at(name).stored) {
    require_few(name, type_of(*stored));
    return to_integers(*stored);
  }
  const Array& array = evaluated(name);
  if (is_floating(array.dtype()))
    throw OnnxError(
        fmt::format("'{}' is {}; expected integers", printable(name, 80), to_string(array.type())));
  return numbers_of<std::int64_t>(array);
}

std::vector<double> OnnxValues::reals(const std::string& name) {
  if (const onnx::TensorProto* stored = values_.at(name).stored) {
    require_few(name, type_of(*stored));
    return numbers_of<double>(to_array(*stored));
  }
  return numbers_of<double>(evaluated(name));
}

// What was evaluated is a constant from then on, so that a chain of such values is not evaluated again and
// again.
const Array& OnnxValues::evaluated(const std::string& name) {
  Tensor& tensor = values_.at(name).tensor;
  require_few(name, tensor.type());
  if (tensor.node().kind != NodeKind::constant) {
    if (const Tensor leaf = unknown_leaf(graph_, tensor); !leaf.empty())
      throw OnnxError(
          fmt::format("the numbers of '{}' follow from '{}'; expected numbers that are known now: "
                      "OnnxOptions::values gives them",
                      printable(name, 80), printable(leaf.label(), 80)));
    const Program program =
        compile(graph_, {.outputs = {tensor}, .threads = 1, .memory_limit = kBytesToEvaluate});
    tensor = graph_.constant(std::move(program.infer().front()));
  }
  return graph_.value(tensor);
}

}  // namespace gradtable::detail
