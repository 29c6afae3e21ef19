#include <algorithm>
#include <cstddef>

#include "gradtable/ops/detail/loops/fold.hpp"
#include "gradtable/ops/detail/loops/rectangles.hpp"
#include "gradtable/ops/detail/loops/scratch.hpp"
#include "gradtable/ops/detail/windows/correlation.hpp"
#include "gradtable/ops/detail/windows/lane_boxes.hpp"

namespace gradtable::detail {
namespace {

// Sources in all channels that are packed at once, 256 KB in all lanes.
constexpr std::int64_t kMostSources = 4096;

// Sums over all lanes that are added as T, at most; what they come to is added in float64.
constexpr std::int64_t kMostAdded = kTogether / 2;

// The gradient with respect to the weights: each is a sum over images and positions.
template <class T>
class WeightCorrelation {
 public:
  // For rectangles of `kernels` kernels together.
  WeightCorrelation(const Convolution& c, const T* x, const T* y, T* w, std::int64_t kernels)
      : c_(c),
        boxes_(Boxes::with_padding(c, kLanes64<T>)),
        block_(std::clamp<std::int64_t>(kMostSources / std::max<std::int64_t>(1, boxes_.sources()), 1,
                                        std::max<std::int64_t>(1, c.channels))),
        totals_size_(c.images * boxes_.count() > kMostAdded * kLanes64<T> ? kernels * c.taps() : 0),
        x_(x),
        y_(y),
        w_(w),
        scratch_(static_cast<std::size_t>(
                     (boxes_.sources() * block_ + boxes_.targets() * most_gradient_rows()) * kLanes64<T>) *
                     sizeof(T) +
                 static_cast<std::size_t>(totals_size_) * sizeof(double) + 3 * Scratch::kLine),
        packed_(scratch_.template take<T>(boxes_.sources() * block_ * kLanes64<T>)),
        gradients_(scratch_.template take<T>(boxes_.targets() * most_gradient_rows() * kLanes64<T>)),
        totals_(scratch_.template take<double>(totals_size_)) {}

  // The filters in the rows of the rectangle, the channels in its columns.
  void run(const Rectangle& kernels) {
    const std::int64_t taps = c_.taps(), end = c_.images * boxes_.count();
    for (std::int64_t m = kernels.row_begin; m < kernels.row_end; ++m)
      std::fill_n(w_ + (m * c_.channels + kernels.column_begin) * taps,
                  (kernels.column_end - kernels.column_begin) * taps, T{0});
    std::fill_n(totals_, totals_size_, 0.0);
    for (std::int64_t group = 0; group < c_.groups; ++group) {
      const std::int64_t begin = std::max(kernels.row_begin, group * c_.filters);
      const std::int64_t stop = std::min(kernels.row_end, (group + 1) * c_.filters);
      for (std::int64_t i = 0; i < end && begin < stop; i += kLanes64<T>) {
        const LaneContents<T> lanes(boxes_, i, end);
        for (std::int64_t first = kernels.column_begin; first < kernels.column_end; first += block_)
          run_block(lanes, group, begin, stop, first, std::min(block_, kernels.column_end - first));
        const bool at_end = i + kLanes64<T> >= end;
        if (totals_size_ > 0 && (at_end || (i / kLanes64<T> + 1) % kMostAdded == 0))
          add_to_totals(kernels, begin, stop, at_end);
      }
    }
  }

 private:
  // Adds the weights of the filters [begin, end), and makes them 0, or the totals at the end.
  void add_to_totals(const Rectangle& kernels, std::int64_t begin, std::int64_t end, bool at_end) {
    const std::int64_t count = (kernels.column_end - kernels.column_begin) * c_.taps();
    for (std::int64_t m = begin; m < end; ++m) {
      T* const weights = w_ + (m * c_.channels + kernels.column_begin) * c_.taps();
      double* const totals = totals_ + (m - kernels.row_begin) * count;
      for (std::int64_t i = 0; i < count; ++i) {
        totals[i] += static_cast<double>(weights[i]);
        weights[i] = at_end ? static_cast<T>(totals[i]) : T{0};
      }
    }
  }

  void run_block(const LaneContents<T>& lanes, std::int64_t group, std::int64_t begin, std::int64_t end,
                 std::int64_t channel, std::int64_t channels) {
    const auto& [az, ay, ax] = boxes_.axes;
    const std::int64_t x_plane = c_.input[0] * c_.input[1] * c_.input[2];
    const std::int64_t y_plane = c_.output[0] * c_.output[1] * c_.output[2];
    pack_lanes(x_ + (group * c_.channels + channel) * x_plane, c_.groups * c_.channels * x_plane, lanes,
               lanes.source, c_.input, {az.extent, ay.extent, ax.extent}, channels, packed_);
    const std::int64_t pieces = (end - begin + most_gradient_rows() - 1) / most_gradient_rows();
    const std::int64_t tile = (end - begin + pieces - 1) / pieces;
    for (std::int64_t row = begin; row < end; row += tile) {
      const std::int64_t rows = std::min(tile, end - row);
      pack_lanes(y_ + row * y_plane, c_.groups * c_.filters * y_plane, lanes, lanes.target, c_.output,
                 {az.box, ay.box, ax.box}, rows, gradients_);
      for (std::int64_t i = 0; i < channels; ++i)
        run_channel(rows, packed_ + i * boxes_.sources() * kLanes64<T>,
                    w_ + (row * c_.channels + channel + i) * c_.taps());
    }
  }

  void run_channel(std::int64_t rows, const T* source, T* w) {
    const auto& [az, ay, ax] = boxes_.axes;
    const std::int64_t kernel = ax.window.kernel, line = kLanes64<T>;
    const std::int64_t pieces = (kernel + most_gradient_taps() - 1) / most_gradient_taps();
    const std::int64_t together = (kernel + pieces - 1) / pieces;
    Gradients<T> g{};
    g.shift = ax.window.dilation * line;
    g.gradient = gradients_;
    g.gradient_row = boxes_.targets() * line;
    g.z = {az.box, az.window.stride * ay.extent * ax.extent * line, ay.box * ax.box * line};
    g.y = {ay.box, ay.window.stride * ax.extent * line, ax.box * line};
    g.x = {ax.box, ax.window.stride * line, line};
    g.to_row = c_.channels * c_.taps();
    for (std::int64_t kz = 0; kz < az.window.kernel; ++kz) {
      for (std::int64_t ky = 0; ky < ay.window.kernel; ++ky) {
        const std::int64_t row = (kz * az.window.dilation * ay.extent + ky * ay.window.dilation) * ax.extent;
        for (std::int64_t kx = 0; kx < kernel; kx += together) {
          g.source = source + (row + kx * ax.window.dilation) * line;
          g.to = w + (kz * ay.window.kernel + ky) * kernel + kx;
          correlate_gradients(rows, std::min(together, kernel - kx), g);
        }
      }
    }
  }

  const Convolution& c_;
  Boxes boxes_;
  std::int64_t block_;        // channels that are packed at once
  std::int64_t totals_size_;  // 0 where few sums are added
  const T* x_;
  const T* y_;
  T* w_;
  Scratch scratch_;
  T* packed_;       // of x, [channel][position][lane]
  T* gradients_;    // of y, [row][position][lane]
  double* totals_;  // of the weights of a run
};

}  // namespace

template <class T>
void convolve_weights(const Convolution& c, const T* x, const T* y, T* w, Parts kernels) {
  WeightCorrelation<T> correlation(c, x, y, w, kernels.end - kernels.begin);
  for_rectangles(c.channels, kernels, [&](const Rectangle& r) { correlation.run(r); });
}

template void convolve_weights(const Convolution&, const float*, const float*, float*, Parts);
template void convolve_weights(const Convolution&, const double*, const double*, double*, Parts);

}  // namespace gradtable::detail
