#include "gradtable/ops/detail/windows/window.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/error.hpp"

namespace gradtable::detail {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();

std::vector<std::int64_t> for_ends(const PerAxis& padding, int axes) {
  std::vector<std::int64_t> values = for_axes(padding, axes);
  if (values.size() == static_cast<std::size_t>(axes)) {
    values.reserve(2 * values.size());
    std::copy_n(values.begin(), axes, std::back_inserter(values));
  }
  return values;
}

}  // namespace

std::vector<std::int64_t> for_axes(const PerAxis& values, int axes) {
  if (values.values().size() != 1) return values.values();
  return std::vector<std::int64_t>(static_cast<std::size_t>(axes), values.values().front());
}

void check_numbers(const char* what, const std::vector<std::int64_t>& values, std::size_t count,
                   std::int64_t least) {
  if (values.size() != count)
    throw ShapeError(fmt::format("expected {} of {} numbers, got ({})", what, count, fmt::join(values, ",")));
  const auto is_wrong = [least](std::int64_t value) { return value < least || value > kMost; };
  if (std::ranges::any_of(values, is_wrong))
    throw ShapeError(
        fmt::format("expected {} from {} to 2^31 - 1, got ({})", what, least, fmt::join(values, ",")));
}

Spatial<std::int64_t> spatial_extents(const Shape& shape) {
  Spatial<std::int64_t> extents = {1, 1, 1};
  for (int axis = 2; axis < shape.rank(); ++axis)
    extents[static_cast<std::size_t>(kSpatial - shape.rank() + axis)] = shape[axis];
  return extents;
}

WindowSettings::WindowSettings(int axes, const PerAxis& stride, const PerAxis& padding,
                               const PerAxis& dilation)
    : axes_(axes),
      stride_(for_axes(stride, axes)),
      padding_(for_ends(padding, axes)),
      dilation_(for_axes(dilation, axes)) {}

void WindowSettings::check() const {
  const auto axes = static_cast<std::size_t>(axes_);
  check_numbers("strides", stride_, axes, 1);
  check_numbers("padding", padding_, 2 * axes, 0);
  check_numbers("dilations", dilation_, axes, 1);
}

void WindowSettings::check_axes(const TensorType& type) const {
  if (type.shape.rank() != axes_ + 2)
    throw ShapeError(fmt::format("expected (N,C,spatial...) with {} spatial {}, got {}", axes_,
                                 axes_ == 1 ? "axis" : "axes", to_string(type.shape)));
}

Window WindowSettings::window(int axis, std::int64_t kernel) const {
  const auto i = static_cast<std::size_t>(axis);
  return {kernel, stride_[i], dilation_[i], padding_[i], padding_[i + static_cast<std::size_t>(axes_)]};
}

Window WindowSettings::fitting(int axis, std::int64_t kernel, std::int64_t extent,
                               std::int64_t beyond) const {
  if (kernel < 1 || kernel > kMost)
    throw ShapeError(fmt::format("expected kernel extents from 1 to 2^31 - 1, got {}", kernel));
  const Window window = this->window(axis, kernel);
  if (window.span() > extent + window.begin + window.end + beyond)
    throw ShapeError(fmt::format("expected at least {} elements on spatial axis {} with its padding, got {}",
                                 window.span() - beyond, axis, extent + window.begin + window.end));
  return window;
}

}  // namespace gradtable::detail
