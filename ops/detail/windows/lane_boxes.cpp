#include "gradtable/ops/detail/windows/lane_boxes.hpp"

#include <cstddef>

namespace gradtable::detail {
namespace {

std::int64_t divide_up(std::int64_t a, std::int64_t b) {  // b > 0
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

std::int64_t divide_down(std::int64_t a, std::int64_t b) {
  return -divide_up(-a, b);
}

// Sources of one channel in a box, at most: 128 KB in all lanes.
constexpr std::int64_t kMostSources = 2048;

// Cuts into `boxes` boxes or fewer. Those of transposed windows begin at multiples of the stride, so that all
// see the same taps.
void cut(BoxAxis& axis, std::int64_t boxes) {
  const std::int64_t unit = axis.transposed ? axis.window.stride : 1;
  axis.box = std::max<std::int64_t>(1, divide_up(divide_up(axis.targets, boxes), unit) * unit);
  axis.boxes = std::max<std::int64_t>(1, divide_up(axis.targets, axis.box));
  if (axis.boxes == 1) axis.box = axis.targets;
}

// The extent of the sources that `box` targets reach.
void find_sources(BoxAxis& axis, bool padding) {
  const Window& window = axis.window;
  if (axis.transposed) {
    axis.low = divide_up(window.begin - (window.span() - 1), window.stride);
    axis.extent = divide_down(axis.box - 1 + window.begin, window.stride) + 1 - axis.low;
    axis.step = axis.box / window.stride;
  } else {
    axis.low = -window.begin;
    axis.extent = (axis.box - 1) * window.stride + window.span();
    axis.step = axis.box * window.stride;
  }
  if (axis.boxes == 1 && !padding) {
    const std::int64_t end = std::clamp(axis.low + axis.extent, std::int64_t{0}, axis.sources);
    axis.low = std::clamp(axis.low, std::int64_t{0}, axis.sources);
    axis.extent = end - axis.low;
  }
  axis.extent = std::max(axis.extent, std::int64_t{0});
}

}  // namespace

BoxAxis::Reach BoxAxis::reach(std::int64_t target) const {
  Reach reach;
  for (std::int64_t tap = 0; tap < window.kernel; ++tap) {
    std::int64_t source = 0;
    if (!transposed) {
      source = target * window.stride + tap * window.dilation - window.begin;
    } else {
      source = target + window.begin - tap * window.dilation;
      if (window.stride != 1) {
        if (source % window.stride != 0) continue;
        source /= window.stride;
      }
    }
    if (source < low || source >= low + extent) continue;
    if (reach.count == 0) {
      reach.tap = tap;
      reach.source = source - low;
    } else if (reach.count == 1) {
      reach.tap_step = tap - reach.tap;
      reach.source_step = source - low - reach.source;
    }
    ++reach.count;
  }
  return reach;
}

Boxes::Boxes(const Convolution& c, bool transposed, std::int64_t lanes) {
  divide(c, transposed, lanes);
  bound(false);
}

Boxes Boxes::with_padding(const Convolution& c, std::int64_t lanes) {
  Boxes boxes;
  boxes.divide(c, false, lanes);
  boxes.bound(true);
  return boxes;
}

// Halves the longest axis until two threads find images for all lanes, or there is little left to halve.
void Boxes::divide(const Convolution& c, bool transposed, std::int64_t lanes) {
  for (std::size_t i = 0; i < kSpatial; ++i) {
    axes[i] = {c.windows[i], transposed, transposed ? c.input[i] : c.output[i],
               transposed ? c.output[i] : c.input[i], 0};
    cut(axes[i], 1);
  }
  const std::int64_t images = std::max<std::int64_t>(1, c.images / 2);
  while (images * count() < lanes) {
    const auto longest = std::ranges::max_element(axes, {}, &BoxAxis::box);
    const std::int64_t before = longest->boxes;
    if (longest->box < 4) break;
    cut(*longest, 2 * before);
    if (longest->boxes == before) break;
  }
}

void Boxes::bound(bool padding) {
  for (;;) {
    for (BoxAxis& axis : axes) find_sources(axis, padding);
    if (sources() <= kMostSources && targets() <= kMostSources) return;
    const auto longest = std::ranges::max_element(axes, {}, &BoxAxis::box);
    const std::int64_t before = longest->boxes;
    cut(*longest, 2 * before);
    if (longest->boxes == before) return;
  }
}

template <class T>
LaneContents<T>::LaneContents(const Boxes& boxes, std::int64_t first, std::int64_t end) {
  used = static_cast<std::size_t>(std::min(end - first, static_cast<std::int64_t>(kLanes)));
  for (std::size_t lane = 0; lane < used; ++lane) {
    image[lane] = (first + static_cast<std::int64_t>(lane)) / boxes.count();
    std::int64_t rest = (first + static_cast<std::int64_t>(lane)) % boxes.count();
    for (std::size_t axis = kSpatial; axis-- > 0;) {
      const BoxAxis& box = boxes.axes[axis];
      target[lane][axis] = rest % box.boxes * box.box;
      source[lane][axis] = box.low + rest % box.boxes * box.step;
      rest /= box.boxes;
    }
  }
}

namespace {

template <class T>
using Rows = std::array<const T*, LaneContents<T>::kLanes>;

// A row of the boxes; each begins `origin` elements behind where its row of the image does.
template <class T>
void pack_row(Rows<T> rows, const std::array<std::int64_t, LaneContents<T>::kLanes>& origin, bool same_origin,
              std::int64_t image, std::int64_t box, T* to) {
  constexpr std::int64_t kLanes = kLanes64<T>;
  if (same_origin) {
    const std::int64_t left = std::clamp(-origin[0], std::int64_t{0}, box);
    const std::int64_t right = std::clamp(image - origin[0], left, box);
    for (const T*& row : rows) row = row ? row + origin[0] + left : nullptr;
    std::fill_n(to, left * kLanes, T{0});
    interleave(rows.data(), right - left, to + left * kLanes);
    std::fill_n(to + right * kLanes, (box - right) * kLanes, T{0});
    return;
  }
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    T* const own = to + lane;
    for (std::int64_t x = 0; x < box; ++x) {
      const std::int64_t at = origin[lane] + x;
      own[x * kLanes] = rows[lane] && at >= 0 && at < image ? rows[lane][at] : T{0};
    }
  }
}

}  // namespace

template <class T>
void pack_lanes(const T* first, std::int64_t stride, const LaneContents<T>& lanes,
                const std::array<Spatial<std::int64_t>, LaneContents<T>::kLanes>& origin,
                const Spatial<std::int64_t>& image, const Spatial<std::int64_t>& box, std::int64_t channels,
                T* to) {
  Rows<T> rows{};
  std::array<std::int64_t, LaneContents<T>::kLanes> origin_x{};
  bool whole = box == image, same_x = true;
  for (std::size_t lane = 0; lane < lanes.used; ++lane) {
    rows[lane] = first + lanes.image[lane] * stride;
    origin_x[lane] = origin[lane][2];
    whole = whole && origin[lane] == Spatial<std::int64_t>{};
    same_x = same_x && origin_x[lane] == origin_x[0];
  }
  if (whole) return interleave(rows.data(), channels * image[0] * image[1] * image[2], to);
  const Rows<T> images = rows;
  for (std::int64_t channel = 0; channel < channels; ++channel) {
    for (std::int64_t z = 0; z < box[0]; ++z) {
      for (std::int64_t y = 0; y < box[1]; ++y, to += box[2] * kLanes64<T>) {
        for (std::size_t lane = 0; lane < lanes.used; ++lane) {
          const std::int64_t plane = origin[lane][0] + z, row = origin[lane][1] + y;
          const bool inside = plane >= 0 && plane < image[0] && row >= 0 && row < image[1];
          rows[lane] =
              inside ? images[lane] + ((channel * image[0] + plane) * image[1] + row) * image[2] : nullptr;
        }
        pack_row<T>(rows, origin_x, same_x, image[2], box[2], to);
      }
    }
  }
}

template struct LaneContents<float>;
template struct LaneContents<double>;
template void pack_lanes(const float*, std::int64_t, const LaneContents<float>&,
                         const std::array<Spatial<std::int64_t>, 16>&, const Spatial<std::int64_t>&,
                         const Spatial<std::int64_t>&, std::int64_t, float*);
template void pack_lanes(const double*, std::int64_t, const LaneContents<double>&,
                         const std::array<Spatial<std::int64_t>, 8>&, const Spatial<std::int64_t>&,
                         const Spatial<std::int64_t>&, std::int64_t, double*);

}  // namespace gradtable::detail
