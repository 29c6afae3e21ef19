// Numbers that stand in the model, and what follows from shapes alone.
#include <algorithm>

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

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

void set_extent(onnx::TensorProto& proto, std::int32_t type, std::size_t count) {
  proto.set_data_type(type);
  proto.add_dims(static_cast<std::int64_t>(count));
}

// The attribute that a Constant has in place of `value`, as a stored tensor.
onnx::TensorProto short_form(OnnxNode& node) {
  onnx::TensorProto proto;
  if (node.has("value_float")) {
    proto.set_data_type(onnx::TensorProto::FLOAT);
    proto.add_float_data(static_cast<float>(node.real("value_float")));
  } else if (node.has("value_int")) {
    proto.set_data_type(onnx::TensorProto::INT64);
    proto.add_int64_data(node.integer("value_int"));
  } else if (const auto reals = node.reals("value_floats")) {
    set_extent(proto, onnx::TensorProto::FLOAT, reals->size());
    for (const double real : *reals) proto.add_float_data(static_cast<float>(real));
  } else if (const auto integers = node.integers("value_ints")) {
    set_extent(proto, onnx::TensorProto::INT64, integers->size());
    for (const std::int64_t integer : *integers) proto.add_int64_data(integer);
  } else {
    node.refuse("expected an attribute value, value_float(s) or value_int(s), got none");
  }
  return proto;
}

// Stays a stored tensor, as an initializer does: a bound of Slice may be beyond int32.
Tensors constant(OnnxNode& node) {
  if (const onnx::TensorProto* stored = node.stored("value"))
    node.define_output(0, *stored);
  else
    node.define_output(0, short_form(node));
  return {Tensor()};
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
  // They are about float8, which is refused.
  node.ignore("saturate");
  node.ignore("round_mode");
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
