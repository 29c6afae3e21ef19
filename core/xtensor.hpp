// The bridge to xtensor: expressions over an Array's numbers without a copy, and an Array of what an
// expression gives. Containers, as xt::xarray, need no bridge: they are ConstViews and Arrays of themselves.
// Only files that include this header need xtensor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <xtensor/xadapt.hpp>
#include <xtensor/xexpression.hpp>
#include <xtensor/xnoalias.hpp>

#include "gradtable/core/array.hpp"

namespace gradtable {

using XtensorShape = xt::dynamic_shape<std::size_t>;

inline XtensorShape xtensor_shape(const Shape& shape) {
  XtensorShape result(static_cast<std::size_t>(shape.rank()));
  std::ranges::transform(shape.extents(), result.begin(),
                         [](std::int64_t extent) { return static_cast<std::size_t>(extent); });
  return result;
}

// The numbers as an xt::xarray_adaptor that reads and writes them where they are:
//   as_xtensor<float>(array) += 1;
//   xt::view(as_xtensor<float>(array), 0) = 0;
// Valid while their owner keeps the buffer. Throws ShapeError when T is not the element type. Assigning an
// expression of another size throws std::runtime_error.
template <class T>
auto as_xtensor(const View& view) {
  const std::span<T> numbers = view.as<T>();
  return xt::adapt(static_cast<T*>(view.data), numbers.size(), xt::no_ownership(),
                   xtensor_shape(view.shape()));
}

template <class T>
auto as_xtensor(Array& array) {
  return as_xtensor<T>(array.view());
}

// The same for reading only.
template <class T>
auto as_xtensor(const ConstView& view) {
  const std::span<const T> numbers = view.as<T>();
  return xt::adapt(static_cast<const T*>(view.data), numbers.size(), xt::no_ownership(),
                   xtensor_shape(view.shape()));
}

// It would look at numbers that are gone.
template <class T>
void as_xtensor(Array&& array) = delete;

// The values of any xtensor expression of float, double, std::int32_t or std::uint8_t elements, evaluated
// straight into the Array's buffer, row-major whatever the expression's layout. Throws ShapeError for more
// than 8 axes.
template <class E>
Array to_array(const xt::xexpression<E>& expression) {
  using T = std::remove_cv_t<typename E::value_type>;
  const auto& values = expression.derived_cast();
  std::vector<std::int64_t> extents;
  for (const auto extent : values.shape()) extents.push_back(static_cast<std::int64_t>(extent));
  Array result(dtype_of<T>(), Shape(extents));
  auto target = as_xtensor<T>(result);
  xt::noalias(target) = values;
  return result;
}

}  // namespace gradtable
