#include "gradtable/core/array.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <ostream>

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

constexpr std::int64_t kMostShown = 8, kShownAtEnds = 3;

// The elements of an axis and those behind it, from `next` on, which is moved behind them.
template <class T>
void write_axis(std::ostream& out, const Shape& shape, int axis, const T*& next) {
  if (axis == shape.rank()) {
    out << fmt::format("{:.6g}", static_cast<double>(*next++));
    return;
  }
  const std::int64_t extent = shape[axis];
  out << '[';
  for (std::int64_t i = 0; i < extent; ++i) {
    if (i > 0) out << ", ";
    if (extent > kMostShown && i == kShownAtEnds) {
      out << "..., ";
      std::int64_t inner = 1;
      for (int k = axis + 1; k < shape.rank(); ++k) inner *= shape[k];
      next += (extent - 2 * kShownAtEnds) * inner;
      i = extent - kShownAtEnds;
    }
    write_axis(out, shape, axis + 1, next);
  }
  out << ']';
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

void require_address(const ConstView& view) {
  if (view.data == nullptr && view.type.bytes() > 0)
    throw ShapeError(fmt::format("array: expected the address of {}, got none", to_string(view.type)));
}

TensorType ConstView::checked(DType dtype, const Shape& shape, std::size_t count) {
  if (static_cast<std::int64_t>(count) != shape.size())
    throw ShapeError(
        fmt::format("array: expected {} values for shape {}, got {}", shape.size(), to_string(shape), count));
  return {dtype, shape};
}

double ConstView::item() const {
  if (type.shape.size() != 1)
    throw ShapeError(
        fmt::format("item: expected an array of one element, got shape {}", to_string(type.shape)));
  return dispatch(type.dtype, [&]<class T>() { return static_cast<double>(as<T>()[0]); });
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

std::ostream& operator<<(std::ostream& out, const ConstView& values) {
  dispatch(values.dtype(), [&]<class T>() {
    const T* next = values.as<T>().data();
    write_axis(out, values.shape(), 0, next);
  });
  return out;
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
