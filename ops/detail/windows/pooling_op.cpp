#include "gradtable/ops/detail/windows/pooling_op.hpp"

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

namespace gradtable::detail {

Shape PoolingWindows::pooled(const TensorType& x) const {
  // First: the strides are these numbers unless others are given.
  check_numbers("kernel extents", kernel_, static_cast<std::size_t>(axes()), 1);
  settings_.check();
  settings_.check_axes(x);
  std::vector<std::int64_t> extents = {x.shape[0], x.shape[1]};
  for (int axis = 0; axis < axes(); ++axis) extents.push_back(count(axis, x.shape[axis + 2]));
  return Shape(extents);
}

Pooling PoolingWindows::pooling(const Shape& x, const Shape& y) const {
  Pooling p{{}, spatial_extents(x), spatial_extents(y)};
  for (int axis = 0; axis < axes(); ++axis)
    p.windows[static_cast<std::size_t>(kSpatial - axes() + axis)] =
        settings_.window(axis, kernel_[static_cast<std::size_t>(axis)]);
  return p;
}

double PoolingWindows::size() const {
  double size = 1;
  for (const std::int64_t extent : kernel_) size *= static_cast<double>(extent);
  return size;
}

std::int64_t PoolingWindows::count(int axis, std::int64_t extent) const {
  const std::int64_t kernel = kernel_[static_cast<std::size_t>(axis)];
  if (!ceil_mode_) return settings_.fitting(axis, kernel, extent).count(extent);
  const std::int64_t beyond = settings_.window(axis, kernel).stride - 1;
  const std::int64_t count = settings_.fitting(axis, kernel, extent, beyond).count_rounded_up(extent);
  if (count == 0)
    throw ShapeError(
        fmt::format("expected elements or padding before them on spatial axis {}, got an extent "
                    "of 0",
                    axis));
  return count;
}

void PoolingOp::check_pooled(const TensorType& x, const TensorType& other) const {
  if (const Shape shape = windows_.pooled(x); other.shape != shape)
    throw ShapeError(fmt::format("expected {}, got {}", to_string(shape), to_string(other.shape)));
}

}  // namespace gradtable::detail
