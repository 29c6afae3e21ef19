#include "gradtable/models/onnx/detail/tensor_proto.hpp"

#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "gradtable/core/checked.hpp"
#include "gradtable/core/error.hpp"
#include "gradtable/core/text.hpp"

namespace gradtable::detail {
namespace {

using onnx::TensorProto;

static_assert(std::endian::native == std::endian::little, "raw data of ONNX is little-endian");

std::size_t stored_size(std::int32_t type) {
  if (type == TensorProto::INT64) return sizeof(std::int64_t);
  return size_of(dtype_of_onnx(type));
}

// How many numbers the fields of the element type hold; all others must be empty.
std::int64_t typed_count(const TensorProto& proto) {
  const int all = proto.float_data_size() + proto.double_data_size() + proto.int32_data_size() +
                  proto.int64_data_size() + proto.uint64_data_size() + proto.string_data_size();
  const int own = [&] {
    if (proto.data_type() == TensorProto::FLOAT) return proto.float_data_size();
    if (proto.data_type() == TensorProto::DOUBLE) return proto.double_data_size();
    if (proto.data_type() == TensorProto::INT64) return proto.int64_data_size();
    return proto.int32_data_size();
  }();
  if (own != all)
    throw OnnxError(fmt::format("numbers in fields of other types; expected them in that of {}",
                                onnx::TensorProto_DataType_Name(proto.data_type())));
  return own;
}

Shape shape_of(const TensorProto& proto) {
  std::int64_t product = 1;
  for (const std::int64_t extent : proto.dims()) {
    const auto next = extent < 0 ? std::nullopt : checked_multiply(product, extent);
    if (!next) throw OnnxError(fmt::format("extent {}; expected extents whose product fits", extent));
    product = *next;
  }
  return Shape(std::span(proto.dims().data(), static_cast<std::size_t>(proto.dims_size())));
}

// Calls take(i, number) for every number as it is stored.
template <class Stored, class Field, class Take>
void for_each(const TensorProto& proto, const Field& field, const Take& take) {
  const auto count = static_cast<std::size_t>(type_of(proto).shape.size());
  for (std::size_t i = 0; i < count; ++i) {
    Stored number{};
    if (proto.has_raw_data())
      std::memcpy(&number, proto.raw_data().data() + i * sizeof(Stored), sizeof(Stored));
    else
      number = static_cast<Stored>(field[static_cast<int>(i)]);
    take(i, number);
  }
}

template <class Take>
void for_each_integer(const TensorProto& proto, const Take& take) {
  if (proto.data_type() == TensorProto::INT64) return for_each<std::int64_t>(proto, proto.int64_data(), take);
  if (proto.data_type() == TensorProto::INT32) return for_each<std::int32_t>(proto, proto.int32_data(), take);
  for_each<std::uint8_t>(proto, proto.int32_data(), take);
}

std::int32_t narrowed(std::int64_t number) {
  using Limits = std::numeric_limits<std::int32_t>;
  if (number < Limits::min() || number > Limits::max())
    throw OnnxError(fmt::format("the number {}; expected integers within int32", number));
  return static_cast<std::int32_t>(number);
}

}  // namespace

DType dtype_of_onnx(std::int32_t type) {
  switch (type) {
    case TensorProto::FLOAT:
      return DType::float32;
    case TensorProto::DOUBLE:
      return DType::float64;
    case TensorProto::INT32:
    case TensorProto::INT64:
      return DType::int32;
    case TensorProto::BOOL:
    case TensorProto::UINT8:
      return DType::uint8;
    default:
      throw OnnxError(fmt::format("element type {}; expected FLOAT, DOUBLE, INT32, INT64, BOOL or UINT8",
                                  onnx::TensorProto_DataType_IsValid(type)
                                      ? onnx::TensorProto_DataType_Name(type)
                                      : fmt::to_string(type)));
  }
}

TensorType type_of(const TensorProto& proto) {
  if (proto.data_location() == TensorProto::EXTERNAL || proto.external_data_size() > 0)
    throw OnnxError("numbers in another file; expected them in the model's own");
  if (proto.has_segment()) throw OnnxError("a segment of a tensor; expected whole tensors");
  const TensorType type{dtype_of_onnx(proto.data_type()), shape_of(proto)};
  const std::int64_t typed = typed_count(proto);
  if (proto.has_raw_data() && typed > 0)
    throw OnnxError(fmt::format("{} bytes of raw data and {} typed numbers; expected one of the two",
                                proto.raw_data().size(), typed));
  const std::size_t stored = stored_size(proto.data_type());
  if (proto.has_raw_data() && proto.raw_data().size() != static_cast<std::size_t>(type.shape.size()) * stored)
    throw OnnxError(fmt::format("{} bytes of raw data; expected {} numbers of {} bytes",
                                proto.raw_data().size(), type.shape.size(), stored));
  if (!proto.has_raw_data() && typed != type.shape.size())
    throw OnnxError(fmt::format("{} numbers; expected {}", typed, type.shape.size()));
  return type;
}

Array to_array(const TensorProto& proto) {
  const TensorType type = type_of(proto);
  Array array(type.dtype, type.shape);
  const auto put = [&]<class T>(std::span<T> numbers, const auto& convert) {
    return [numbers, convert](std::size_t i, auto number) { numbers[i] = convert(number); };
  };
  const auto same = [](auto number) { return number; };
  if (type.dtype == DType::float32)
    for_each<float>(proto, proto.float_data(), put(array.as<float>(), same));
  else if (type.dtype == DType::float64)
    for_each<double>(proto, proto.double_data(), put(array.as<double>(), same));
  else if (type.dtype == DType::int32)
    for_each_integer(proto, put(array.as<std::int32_t>(), narrowed));
  else if (proto.data_type() == TensorProto::BOOL)
    for_each_integer(proto, put(array.as<std::uint8_t>(),
                                [](auto number) { return static_cast<std::uint8_t>(number != 0); }));
  else
    for_each_integer(
        proto, put(array.as<std::uint8_t>(), [](auto number) { return static_cast<std::uint8_t>(number); }));
  return array;
}

std::vector<std::int64_t> to_integers(const TensorProto& proto) {
  const TensorType type = type_of(proto);
  if (is_floating(type.dtype)) throw OnnxError(fmt::format("{}; expected integers", to_string(type)));
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(type.shape.size()));
  for_each_integer(proto, [&](std::size_t i, auto number) { numbers[i] = number; });
  return numbers;
}

}  // namespace gradtable::detail
