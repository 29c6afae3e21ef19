// Windows that slide over the spatial axes of (N,C,spatial...), as convolutions and pooling see them.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "gradtable/core/op.hpp"
#include "gradtable/ops/windows.hpp"

namespace gradtable::detail {

// Windows along one axis: element k of window o lies at o * stride + k * dilation - begin.
struct Window {
  std::int64_t kernel = 1, stride = 1, dilation = 1;
  std::int64_t begin = 0, end = 0;  // padding

  // From a window's first element to its last one.
  std::int64_t span() const { return (kernel - 1) * dilation + 1; }
  // Windows that fit into an extent; there is room for one.
  std::int64_t count(std::int64_t extent) const { return (extent + begin + end - span()) / stride + 1; }
  // The same with room for `stride` - 1 elements beyond the padding, without a window that would begin beyond
  // the image.
  std::int64_t count_rounded_up(std::int64_t extent) const {
    const std::int64_t most = count(extent + stride - 1);
    return (most - 1) * stride >= extent + begin ? most - 1 : most;
  }
};

// Three spatial axes: those that are not there have an extent of 1 and come first.
constexpr int kSpatial = 3;
template <class T>
using Spatial = std::array<T, kSpatial>;

// The extents of (N,C,spatial...) that are spatial, as three.
Spatial<std::int64_t> spatial_extents(const Shape& shape);

// Stride, padding and dilation of an op on 1 to 3 spatial axes.
class WindowSettings {
 public:
  // One number is repeated for all axes; padding of a number for each axis is that of both ends.
  WindowSettings(int axes, const PerAxis& stride, const PerAxis& padding, const PerAxis& dilation);

  int axes() const { return axes_; }
  std::vector<Attribute> attributes() const {
    return {{"stride", stride_}, {"padding", padding_}, {"dilation", dilation_}};
  }
  // Throws ShapeError unless there is a number for each axis, strides and dilations are from 1 on, padding is
  // from 0 on, and all are below 2^31.
  void check() const;
  // Throws ShapeError unless the type is (N,C,spatial...) with as many spatial axes.
  void check_axes(const TensorType& type) const;
  // Of spatial axis `axis`.
  Window window(int axis, std::int64_t kernel) const;
  // Throws ShapeError unless the window fits into the padded extent and `beyond` more elements.
  Window fitting(int axis, std::int64_t kernel, std::int64_t extent, std::int64_t beyond = 0) const;

 private:
  int axes_;
  std::vector<std::int64_t> stride_, padding_, dilation_;
};

// One number repeated for all axes; else as given.
std::vector<std::int64_t> for_axes(const PerAxis& values, int axes);

// Throws ShapeError unless there are `count` numbers from `least` on and below 2^31.
void check_numbers(const char* what, const std::vector<std::int64_t>& values, std::size_t count,
                   std::int64_t least);

}  // namespace gradtable::detail
