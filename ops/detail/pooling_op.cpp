#include "gradtable/ops/detail/pooling_op.hpp"

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
  const Window w = settings_.fitting(axis, kernel_[static_cast<std::size_t>(axis)], extent);
  if (!ceil_mode_) return w.count(extent);
  const std::int64_t count = (extent + w.begin + w.end - w.span() + w.stride - 1) / w.stride + 1;
  return (count - 1) * w.stride >= extent + w.begin ? count - 1 : count;
}

void PoolingOp::check_pooled(const TensorType& x, const TensorType& other) const {
  if (const Shape shape = windows_.pooled(x); other.shape != shape)
    throw ShapeError(fmt::format("expected {}, got {}", to_string(shape), to_string(other.shape)));
}

}  // namespace gradtable::detail
