#include "gradtable/core/array.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

constexpr std::align_val_t kAlignment{64};

// The value as a T, also where C++ leaves the conversion undefined.
template <class T, class From>
T converted(From value) {
  if constexpr (std::is_integral_v<T> && !std::is_same_v<T, From>) {
    constexpr double kBelow = std::numeric_limits<T>::min() - 1.0,
                     kAbove = std::numeric_limits<T>::max() + 1.0;
    if (!(value > kBelow && value < kAbove))
      throw NumericError(
          fmt::format("cast: expected a number that {} can hold, got {}", to_string(dtype_of<T>()), value));
  }
  return static_cast<T>(value);
}

}  // namespace

std::string to_string(const TensorType& type) {
  return fmt::format("{} {}", to_string(type.dtype), to_string(type.shape));
}

void detail::refuse_elements(DType found, DType asked, const void* data) {
  if (found != asked)
    throw ShapeError(
        fmt::format("as: expected the array's element type {}, got {}", to_string(found), to_string(asked)));
  throw ShapeError(fmt::format("as: expected {} at a multiple of {} bytes, got the address {}; copy the view",
                               to_string(found), size_of(found), data));
}

Shape detail::ranges::dense_shape(std::span<const std::int64_t> extents,
                                  std::span<const std::int64_t> strides) {
  const Shape shape(extents);
  std::int64_t dense = 1;
  for (std::size_t axis = extents.size(); axis-- > 0; dense *= extents[axis]) {
    if (extents[axis] > 1 && strides[axis] != dense && shape.size() > 0)
      throw ShapeError(
          fmt::format("array: expected row-major numbers without holes, got shape {} with strides {}; copy "
                      "them with to_array (core/xtensor.hpp)",
                      to_string(shape), to_string(Shape(strides))));
  }
  return shape;
}

void detail::ranges::require_same_row(std::span<const std::int64_t> first,
                                      std::span<const std::int64_t> row) {
  if (!std::ranges::equal(first, row))
    throw ShapeError(fmt::format("array: expected rows of one shape, got {} and {}", to_string(Shape(first)),
                                 to_string(Shape(row))));
}

namespace {

template <class T>
[[noreturn]] void refuse_integer_of(T found, std::size_t index) {
  throw DataError(fmt::format("array: expected integers from {} to {}, which int32 has, got {} at {}",
                              std::numeric_limits<std::int32_t>::min(),
                              std::numeric_limits<std::int32_t>::max(), found, index));
}

}  // namespace

void detail::ranges::refuse_integer(std::int64_t found, std::size_t index) {
  refuse_integer_of(found, index);
}

void detail::ranges::refuse_integer(std::uint64_t found, std::size_t index) {
  refuse_integer_of(found, index);
}

std::int64_t detail::row_index(const Shape& shape, std::int64_t index, const char* where) {
  const std::int64_t n = shape.rank() > 0 ? shape[0] : 0;
  if (shape.rank() == 0)
    throw ShapeError(fmt::format("{}expected no index of a scalar, got {}", where, index));
  if (index < -n || index >= n)
    throw ShapeError(fmt::format("{}expected an index in [{},{}) of shape {}, got {}", where, -n, n,
                                 to_string(shape), index));
  return index < 0 ? index + n : index;
}

void detail::require_rows(const Shape& shape, std::int64_t begin, std::int64_t count) {
  const std::int64_t n = shape.rank() > 0 ? shape[0] : 0;
  if (begin < 0 || count < 0 || begin > n || count > n - begin)
    throw ShapeError(fmt::format("array: expected rows of the {} of shape {}, got {} from {} on", n,
                                 to_string(shape), count, begin));
}

TensorType detail::row_type(const TensorType& type) {
  return {type.dtype, type.shape.rank() > 0 ? type.shape.last(type.shape.rank() - 1) : type.shape};
}

TensorType detail::rows_type(const TensorType& type, std::int64_t count) {
  std::array<std::int64_t, Shape::kMaxRank> extents{};
  std::ranges::copy(type.shape.extents(), extents.begin());
  extents[0] = count;
  return {type.dtype, Shape(std::span(extents).first(static_cast<std::size_t>(type.shape.rank())))};
}

std::size_t detail::element_index(const Shape& shape, std::span<const std::int64_t> indices) {
  if (static_cast<int>(indices.size()) != shape.rank())
    throw ShapeError(fmt::format("at: expected {} indices for shape {}, got {}", shape.rank(),
                                 to_string(shape), indices.size()));
  std::int64_t place = 0;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const std::int64_t n = shape[axis], index = indices[static_cast<std::size_t>(axis)];
    if (index < -n || index >= n)
      throw ShapeError(fmt::format("at: expected an index in [{},{}) for axis {} of shape {}, got {}", -n, n,
                                   axis, to_string(shape), index));
    place = place * n + (index < 0 ? index + n : index);
  }
  return static_cast<std::size_t>(place);
}

void require_address(const ConstView& view) {
  if (view.data == nullptr && view.type.bytes() > 0)
    throw ShapeError(fmt::format("array: expected the address of {}, got none", to_string(view.type)));
}

double ConstView::item() const {
  if (type.shape.size() != 1)
    throw ShapeError(
        fmt::format("item: expected an array of one element, got shape {}", to_string(type.shape)));
  return dispatch(type.dtype, [&]<class T>() { return static_cast<double>(as<T>()[0]); });
}

ConstView ConstView::operator[](std::int64_t index) const {
  const std::int64_t row = detail::row_index(shape(), index, "array: ");
  const TensorType one = detail::row_type(type);
  return {one, static_cast<const std::byte*>(data) + static_cast<std::size_t>(row) * one.bytes()};
}

ConstView ConstView::rows(std::int64_t begin, std::int64_t count) const {
  detail::require_rows(shape(), begin, count);
  const std::size_t bytes = detail::row_type(type).bytes();
  return {detail::rows_type(type, count),
          static_cast<const std::byte*>(data) + static_cast<std::size_t>(begin) * bytes};
}

ConstView ConstView::reshaped(const Shape& shape) const {
  if (shape.size() != type.shape.size())
    throw ShapeError(fmt::format("array: expected {} values for shape {}, got {}", shape.size(),
                                 to_string(shape), type.shape.size()));
  return {{type.dtype, shape}, data};
}

View View::operator[](std::int64_t index) const {
  const ConstView row = ConstView(*this)[index];
  return {row.type, const_cast<void*>(row.data)};
}

View View::rows(std::int64_t begin, std::int64_t count) const {
  const ConstView found = ConstView(*this).rows(begin, count);
  return {found.type, const_cast<void*>(found.data)};
}

void View::assign(const ConstView& values) const {
  cast(values, *this);
}

Array::Array(DType dtype, const Shape& shape) : type_{dtype, shape} {
  // Never empty, so that a view of an array of size 0 has a valid address too.
  data_.reset(::operator new(std::max<std::size_t>(type_.bytes(), 1), kAlignment));
  std::memset(data_.get(), 0, type_.bytes());
}

Array::Array(const ConstView& view) : type_(view.type) {
  require_address(view);
  data_.reset(::operator new(std::max<std::size_t>(type_.bytes(), 1), kAlignment));
  if (type_.bytes() > 0) std::memcpy(data_.get(), view.data, type_.bytes());
}

void Array::Free::operator()(void* data) const {
  ::operator delete(data, kAlignment);
}

Array zeros(const Shape& shape, DType dtype) {
  return Array(dtype, shape);
}

Array full(const Shape& shape, double value, DType dtype) {
  Array array(dtype, shape);
  dispatch(dtype, [&]<class T>() { std::ranges::fill(array.as<T>(), converted<T>(value)); });
  return array;
}

Array cast(const ConstView& values, DType dtype) {
  Array result(dtype, values.shape());
  cast(values, result.view());
  return result;
}

void cast(const ConstView& values, const View& result) {
  if (values.shape() != result.shape())
    throw ShapeError(fmt::format("cast: expected a result of shape {}, got {}", to_string(values.shape()),
                                 to_string(result.shape())));
  dispatch(values.dtype(), [&]<class From>() {
    dispatch(result.dtype(), [&]<class To>() {
      std::ranges::transform(values.as<From>(), result.as<To>().begin(),
                             [](From v) { return converted<To>(v); });
    });
  });
}

bool all_finite(const ConstView& values) {
  return all_finite(values, 0, values.shape().size());
}

bool all_finite(const ConstView& values, std::int64_t begin, std::int64_t end) {
  if (!is_floating(values.dtype())) return true;
  return dispatch_floating(values.dtype(), [&]<class T>() {
    const T* const numbers = values.as<T>().data();
    return std::all_of(numbers + begin, numbers + end, [](T number) { return std::isfinite(number); });
  });
}

}  // namespace gradtable
