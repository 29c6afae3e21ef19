// The attributes that convolutions and pooling share.
#pragma once

#include <cstdint>
#include <vector>

#include "gradtable/models/onnx/detail/node.hpp"

namespace gradtable::detail {

struct OnnxWindows {
  int rank = 0;  // of the spatial axes, 1 to 3
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> stride;
  std::vector<std::int64_t> dilation;
  std::vector<std::int64_t> padding;  // begins, then ends; zeros as long as auto_pad is to choose them
  std::string auto_pad;
};

// Reads kernel_shape, which is `kernel` where the model may leave it out, strides, dilations, pads and
// auto_pad. Throws OnnxError for x of other ranks, for numbers that are too many, too few, or no sizes, and
// for pads beside an auto_pad.
OnnxWindows onnx_windows(OnnxNode& node, const Shape& x, const std::vector<std::int64_t>& kernel = {});

// Splits padding between both ends as SAME_UPPER and SAME_LOWER say: the odd one to the end or the beginning.
void pad_same(OnnxWindows& windows, std::size_t axis, std::int64_t total, bool odd_to_the_end);

// Padding of convolutions and pooling for auto_pad: as many windows as strides fit into x.
void choose_padding(OnnxWindows& windows, const Shape& x);

}  // namespace gradtable::detail
