#include "gradtable/models/onnx/detail/windows.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "gradtable/core/text.hpp"

namespace gradtable::detail {
namespace {

using Integers = std::vector<std::int64_t>;

// Beyond these no window is in memory, and sums of them could wrap.
constexpr std::int64_t kMost = std::int64_t{1} << 31;

Integers sizes(OnnxNode& node, std::string_view name, std::size_t count, std::int64_t least,
               const Integers& fallback) {
  const Integers found = node.integers(name).value_or(fallback);
  const auto fits = [&](std::int64_t size) { return size >= least && size < kMost; };
  if (found.size() != count || !std::ranges::all_of(found, fits))
    node.refuse(fmt::format("expected {} numbers from {} to 2^31 as {}, got ({})", count, least, name,
                            fmt::join(found, ",")));
  return found;
}

}  // namespace

OnnxWindows onnx_windows(OnnxNode& node, const Shape& x, const Integers& kernel) {
  OnnxWindows windows;
  windows.rank = x.rank() - 2;
  if (windows.rank < 1 || windows.rank > 3)
    node.refuse(fmt::format("expected an input with 1 to 3 spatial axes, got {}", to_string(x)));
  const auto rank = static_cast<std::size_t>(windows.rank);
  windows.kernel = sizes(node, "kernel_shape", rank, 1, kernel);
  if (!kernel.empty() && windows.kernel != kernel)
    node.refuse(fmt::format("expected the weights' kernel_shape ({}), got ({})", fmt::join(kernel, ","),
                            fmt::join(windows.kernel, ",")));
  windows.stride = sizes(node, "strides", rank, 1, Integers(rank, 1));
  windows.dilation = sizes(node, "dilations", rank, 1, Integers(rank, 1));
  windows.padding = sizes(node, "pads", 2 * rank, 0, Integers(2 * rank, 0));
  windows.auto_pad = node.text("auto_pad", "NOTSET");
  constexpr std::string_view kKnown[] = {"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"};
  if (std::ranges::find(kKnown, windows.auto_pad) == std::end(kKnown))
    node.refuse(fmt::format("expected an auto_pad of {}, got {}", fmt::join(kKnown, ", "),
                            printable(windows.auto_pad, 80)));
  // Zeros ask for nothing, and exporters write them.
  const bool padded = std::ranges::any_of(windows.padding, [](std::int64_t size) { return size != 0; });
  if (padded && windows.auto_pad != "NOTSET")
    node.refuse(fmt::format("expected no pads beside auto_pad {}, got ({})", windows.auto_pad,
                            fmt::join(windows.padding, ",")));
  return windows;
}

void pad_same(OnnxWindows& windows, std::size_t axis, std::int64_t total, bool odd_to_the_end) {
  const std::int64_t less = total / 2;
  windows.padding[axis] = odd_to_the_end ? less : total - less;
  windows.padding[axis + static_cast<std::size_t>(windows.rank)] = odd_to_the_end ? total - less : less;
}

void choose_padding(OnnxWindows& windows, const Shape& x) {
  if (!windows.auto_pad.starts_with("SAME")) return;
  for (std::size_t i = 0; i < windows.kernel.size(); ++i) {
    const std::int64_t extent = x[static_cast<int>(i) + 2];
    const std::int64_t stride = windows.stride[i];
    const std::int64_t count = extent / stride + (extent % stride == 0 ? 0 : 1);
    const std::int64_t needed = (count - 1) * stride + (windows.kernel[i] - 1) * windows.dilation[i] + 1;
    pad_same(windows, i, std::max<std::int64_t>(needed - extent, 0), windows.auto_pad == "SAME_UPPER");
  }
}

}  // namespace gradtable::detail
