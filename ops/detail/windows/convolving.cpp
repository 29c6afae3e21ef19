#include "gradtable/ops/detail/windows/convolving.hpp"

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/ops/detail/rules.hpp"

namespace gradtable::detail {

DType Convolving::check(std::span<const TensorType> inputs, std::int64_t filters) const {
  const DType dtype = floating(inputs);
  windows_.check();
  for (const TensorType& input : inputs.first(2)) windows_.check_axes(input);
  if (groups_ < 1 || filters % groups_ != 0)
    throw ShapeError(fmt::format("expected groups that divide {} filters, got {}", filters, groups_));
  return dtype;
}

void Convolving::check_bias(std::span<const TensorType> inputs, std::int64_t channels) {
  if (inputs.size() > 2 && inputs[2].shape != Shape{channels})
    throw ShapeError(
        fmt::format("expected a bias of shape ({}), got {}", channels, to_string(inputs[2].shape)));
}

Convolution Convolving::convolution(const Shape& x, const Shape& w, const Shape& y) const {
  Convolution c{y[0], groups_, w[1], w[0] / groups_, {}, spatial_extents(x), spatial_extents(y)};
  for (int axis = 0; axis < windows_.axes(); ++axis)
    c.windows[static_cast<std::size_t>(kSpatial - windows_.axes() + axis)] =
        windows_.window(axis, w[axis + 2]);
  return c;
}

}  // namespace gradtable::detail
