// Numbers that stand in the model, and what follows from shapes alone.
#include <algorithm>

#include <fmt/format.h>

#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/tensor_proto.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/comparison.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;

std::int32_t narrow(const OnnxNode& node, std::int64_t number) {
  if (number != static_cast<std::int32_t>(number))
    node.refuse(fmt::format("expected integers within int32, got {}", number));
  return static_cast<std::int32_t>(number);
}

Array int32_array(const OnnxNode& node, const std::vector<std::int64_t>& numbers, const Shape& shape) {
  Array array(DType::int32, shape);
  std::ranges::transform(numbers, array.as<std::int32_t>().begin(),
                         [&](std::int64_t number) { return narrow(node, number); });
  return array;
}

Array float32_array(const std::vector<double>& numbers, const Shape& shape) {
  Array array(DType::float32, shape);
  std::ranges::transform(numbers, array.as<float>().begin(),
                         [](double number) { return static_cast<float>(number); });
  return array;
}

std::int64_t count_of(const auto& numbers) {
  return static_cast<std::int64_t>(numbers.size());
}

Tensors constant(OnnxNode& node) {
  Graph& graph = node.graph();
  if (const onnx::TensorProto* stored = node.stored("value")) return {graph.constant(to_array(*stored))};
  if (node.has("value_float")) return {graph.constant(float32_array({node.real("value_float")}, {}))};
  if (node.has("value_int")) return {graph.constant(int32_array(node, {node.integer("value_int")}, {}))};
  if (const auto reals = node.reals("value_floats"))
    return {graph.constant(float32_array(*reals, {count_of(*reals)}))};
  if (const auto integers = node.integers("value_ints"))
    return {graph.constant(int32_array(node, *integers, {count_of(*integers)}))};
  node.refuse("expected an attribute value, value_float(s) or value_int(s), got none");
}

Tensors constant_of_shape(OnnxNode& node) {
  const Shape shape(node.input_integers(0));
  const onnx::TensorProto* stored = node.stored("value");
  const Array value = stored == nullptr ? full({}, 0) : to_array(*stored);
  if (value.shape().size() != 1)
    node.refuse(fmt::format("expected one number as value, got {}", to_string(value.type())));
  return {broadcast_to(node.graph().constant(full({}, value.item(), value.dtype())), shape)};
}

// The extents from `start` up to `end`, which count from the end where negative, and are clamped.
Tensors shape_of(OnnxNode& node) {
  const Shape shape = node.input(0).shape();
  const auto place = [&](std::int64_t axis) {
    return std::clamp<std::int64_t>(axis < 0 ? axis + shape.rank() : axis, 0, shape.rank());
  };
  const std::int64_t start = place(node.integer("start", 0));
  const std::int64_t end = std::max(start, place(node.integer("end", shape.rank())));
  const std::vector<std::int64_t> extents(shape.extents().begin() + start, shape.extents().begin() + end);
  return {node.graph().constant(int32_array(node, extents, {end - start}))};
}

Tensors size_of_input(OnnxNode& node) {
  return {node.graph().constant(int32_array(node, {node.input(0).shape().size()}, {}))};
}

Tensors identity(OnnxNode& node) {
  return {node.input(0)};
}

Tensors cast_to(OnnxNode& node) {
  const std::int64_t to = node.integer("to");
  const DType dtype = dtype_of_onnx(static_cast<std::int32_t>(std::clamp<std::int64_t>(to, -1, 1 << 20)));
  if (to == onnx::TensorProto::BOOL) return {not_equal(node.input(0), 0.0)};
  return {cast(node.input(0), dtype)};
}

}  // namespace

std::span<const OnnxConverter> onnx_constants() {
  static const OnnxConverter kTable[] = {
      {"Cast", 6, cast_to},      {"Constant", 1, constant}, {"ConstantOfShape", 9, constant_of_shape},
      {"Identity", 1, identity}, {"Shape", 1, shape_of},    {"Size", 1, size_of_input},
  };
  return kTable;
}

}  // namespace gradtable::detail
