// Convolutions on one to three spatial axes, and their transposes.
#include "gradtable/ops/convolution.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/models/onnx/detail/converters.hpp"
#include "gradtable/models/onnx/detail/windows.hpp"

namespace gradtable::detail {
namespace {

using Tensors = std::vector<Tensor>;
using Integers = std::vector<std::int64_t>;

// Extents from the third axis on.
Integers spatial(const Shape& shape) {
  const auto extents = shape.extents();
  return shape.rank() < 2 ? Integers() : Integers(extents.begin() + 2, extents.end());
}

// f(x, w) or f(x, w, b), by the number of spatial axes.
template <class Options, class One, class Two, class Three>
Tensor by_rank(int rank, const Options& options, const One& one, const Two& two, const Three& three) {
  if (rank == 1) return one(options);
  return rank == 2 ? two(options) : three(options);
}

Tensors convolution(OnnxNode& node) {
  const Tensor x = node.input(0), w = node.input(1);
  OnnxWindows windows = onnx_windows(node, x.shape(), spatial(w.shape()));
  choose_padding(windows, x.shape());
  const ConvOptions options{windows.stride, windows.padding, windows.dilation, node.integer("group", 1)};
  const auto apply = [&](auto conv) {
    return [&, conv](const ConvOptions& o) {
      return node.has_input(2) ? conv(x, w, node.input(2), o) : conv(x, w, o);
    };
  };
  const auto one = [](const auto&... arguments) { return conv1d(arguments...); };
  const auto two = [](const auto&... arguments) { return conv2d(arguments...); };
  const auto three = [](const auto&... arguments) { return conv3d(arguments...); };
  return {by_rank(windows.rank, options, apply(one), apply(two), apply(three))};
}

// (extent - 1) stride + output padding + dilated kernel: the extent of the output without padding.
std::int64_t whole_extent(const OnnxWindows& windows, const Integers& output_padding, std::size_t i,
                          std::int64_t extent) {
  return (extent - 1) * windows.stride[i] + output_padding[i] +
         (windows.kernel[i] - 1) * windows.dilation[i] + 1;
}

// Padding that leaves the output extents which output_shape, or auto_pad as extent times stride, asks for;
// what is missing is padding of the output.
void choose_transposed_padding(OnnxNode& node, OnnxWindows& windows, const Shape& x,
                               Integers& output_padding) {
  const auto asked = node.integers("output_shape");
  if (!asked && !windows.auto_pad.starts_with("SAME")) return;
  if (asked && asked->size() != windows.kernel.size())
    node.refuse(
        fmt::format("expected {} numbers as output_shape, got ({})", windows.rank, fmt::join(*asked, ",")));
  for (std::size_t i = 0; i < windows.kernel.size(); ++i) {
    const std::int64_t extent = x[static_cast<int>(i) + 2];
    const std::int64_t wanted = asked ? (*asked)[i] : extent * windows.stride[i];
    const std::int64_t whole = whole_extent(windows, output_padding, i, extent);
    if (wanted < 1 || wanted >= whole + windows.stride[i])
      node.refuse(fmt::format("expected an output extent from 1 to {}, got {}", whole + windows.stride[i] - 1,
                              wanted));
    output_padding[i] += std::max<std::int64_t>(wanted - whole, 0);
    pad_same(windows, i, std::max<std::int64_t>(whole - wanted, 0), windows.auto_pad == "SAME_UPPER");
  }
}

Tensors transposed_convolution(OnnxNode& node) {
  const Tensor x = node.input(0), w = node.input(1);
  OnnxWindows windows = onnx_windows(node, x.shape(), spatial(w.shape()));
  const auto rank = static_cast<std::size_t>(windows.rank);
  Integers output_padding = node.integers("output_padding").value_or(Integers(rank, 0));
  const auto fits = [](std::int64_t size) { return size >= 0 && size < (std::int64_t{1} << 31); };
  if (output_padding.size() != rank || !std::ranges::all_of(output_padding, fits))
    node.refuse(
        fmt::format("expected {} numbers as output_padding, got ({})", rank, fmt::join(output_padding, ",")));
  choose_transposed_padding(node, windows, x.shape(), output_padding);
  const ConvTransposeOptions options{windows.stride, windows.padding, output_padding, windows.dilation,
                                     node.integer("group", 1)};
  const auto apply = [&](auto conv) {
    return [&, conv](const ConvTransposeOptions& o) {
      return node.has_input(2) ? conv(x, w, node.input(2), o) : conv(x, w, o);
    };
  };
  const auto one = [](const auto&... arguments) { return conv1d_transpose(arguments...); };
  const auto two = [](const auto&... arguments) { return conv2d_transpose(arguments...); };
  const auto three = [](const auto&... arguments) { return conv3d_transpose(arguments...); };
  return {by_rank(windows.rank, options, apply(one), apply(two), apply(three))};
}

}  // namespace

std::span<const OnnxConverter> onnx_convolution() {
  static const OnnxConverter kTable[] = {{"Conv", 1, convolution},
                                         {"ConvTranspose", 1, transposed_convolution}};
  return kTable;
}

}  // namespace gradtable::detail
