#include "gradtable/ops/detail/windows/correlation.hpp"

#include <algorithm>
#include <cstddef>

#include "gradtable/ops/detail/loops/rectangles.hpp"
#include "gradtable/ops/detail/loops/scratch.hpp"
#include "gradtable/ops/detail/windows/lane_boxes.hpp"

namespace gradtable::detail {
namespace {

// Sources in all channels of a block, 256 KB in all lanes, and weights of a panel.
constexpr std::int64_t kMostSources = 4096, kMostWeights = 32768, kMostRows = 16;
// Results that are moved to the images at once.
constexpr std::int64_t kStaged = 32;

// y = sum w x or its transpose: each target is a sum over channels of sources and taps.
template <class T>
class Correlation {
 public:
  Correlation(const Convolution& c, bool transposed, const T* source, const T* weights, const T* bias,
              T* target)
      : boxes_(c, transposed, kLanes64<T>),
        source_channels_(transposed ? c.filters : c.channels),
        target_channels_(transposed ? c.channels : c.filters),
        groups_(c.groups),
        taps_(c.taps()),
        weight_row_(transposed ? taps_ : c.channels * taps_),
        weight_channel_(transposed ? c.channels * taps_ : taps_),
        source_extents_(transposed ? c.output : c.input),
        target_extents_(transposed ? c.input : c.output),
        block_(std::clamp<std::int64_t>(std::min(kMostSources / std::max<std::int64_t>(1, boxes_.sources()),
                                                 kMostWeights / (taps_ * kMostRows)),
                                        1, std::max<std::int64_t>(1, source_channels_))),
        source_(source),
        weights_(weights),
        bias_(bias),
        target_(target),
        scratch_((static_cast<std::size_t>((boxes_.sources() * block_ + kMostRows * kStaged) * kLanes64<T> +
                                           block_ * taps_ * kMostRows)) *
                     sizeof(T) +
                 static_cast<std::size_t>(boxes_.axes[2].box) * sizeof(RowRun) + 4 * Scratch::kLine),
        packed_(scratch_.template take<T>(boxes_.sources() * block_ * kLanes64<T>)),
        staged_(scratch_.template take<T>(kMostRows * kStaged * kLanes64<T>)),
        panel_(scratch_.template take<T>(block_ * taps_ * kMostRows)),
        runs_(scratch_.template take<RowRun>(boxes_.axes[2].box)) {
    find_runs();
  }

  // The images in the rows of the rectangle, the channels in its columns.
  void run(const Rectangle& planes) {
    for (std::int64_t group = 0; group < groups_; ++group) {
      const std::int64_t first = group * target_channels_;
      const std::int64_t begin = std::max(planes.column_begin - first, std::int64_t{0});
      const std::int64_t end = std::min(planes.column_end - first, target_channels_);
      for (std::int64_t i = planes.row_begin * boxes_.count();
           i < planes.row_end * boxes_.count() && begin < end; i += kLanes64<T>)
        run_lanes(LaneContents<T>(boxes_, i, planes.row_end * boxes_.count()), group, begin, end);
    }
  }

 private:
  static std::int64_t size(const Spatial<std::int64_t>& extents) {
    return extents[0] * extents[1] * extents[2];
  }

  void run_lanes(const LaneContents<T>& lanes, std::int64_t group, std::int64_t begin, std::int64_t end) {
    const Spatial<std::int64_t> box = {boxes_.axes[0].extent, boxes_.axes[1].extent, boxes_.axes[2].extent};
    const std::int64_t plane = size(source_extents_), image = groups_ * source_channels_ * plane;
    const std::int64_t tile = correlated_rows(end - begin);
    for (std::int64_t channel = 0; channel == 0 || channel < source_channels_; channel += block_) {
      const std::int64_t channels = std::min(block_, source_channels_ - channel);
      pack_lanes(source_ + (group * source_channels_ + channel) * plane, image, lanes, lanes.source,
                 source_extents_, box, channels, packed_);
      for (std::int64_t row = begin; row < end; row += tile) {
        const Block block{group, channel, channels, row, std::min(tile, end - row), tile};
        pack_weights(block);
        run_block(lanes, block);
      }
    }
  }

  // Positions side by side in a row of the box whose windows have the same taps, `shift` apart.
  struct RowRun {
    BoxAxis::Reach reach;
    std::int64_t count, shift;
  };

  // The runs of every row, each at the place of its first position.
  void find_runs() {
    const BoxAxis& axis = boxes_.axes[2];
    BoxAxis::Reach next = axis.reach(0);
    for (std::int64_t x = 0; x < axis.box;) {
      RowRun run{next, 1, 0};
      for (; x + run.count < axis.box; ++run.count) {
        next = axis.reach(x + run.count);
        const std::int64_t distance = next.source - run.reach.source;
        if (run.count == 1) run.shift = distance;
        const bool same_taps = next.count == run.reach.count && next.tap == run.reach.tap;
        if (!same_taps || distance != run.count * run.shift) break;
      }
      runs_[x] = run;
      x += run.count;
    }
  }

  // Channels that are added up, and rows: channels of the target.
  struct Block {
    std::int64_t group, channel, channels, row, rows, tile;
    friend bool operator==(const Block&, const Block&) = default;
  };

  // [channel][tap][row], with zeros for rows that are not there.
  void pack_weights(const Block& block) {
    if (block == in_panel_) return;
    in_panel_ = block;
    const T* const first = weights_ + block.group * target_channels_ * source_channels_ * taps_ +
                           block.row * weight_row_ + block.channel * weight_channel_;
    for (std::int64_t channel = 0; channel < block.channels; ++channel) {
      for (std::int64_t row = 0; row < block.tile; ++row) {
        const T* const from = first + row * weight_row_ + channel * weight_channel_;
        T* const to = panel_ + channel * taps_ * block.tile + row;
        for (std::int64_t tap = 0; tap < taps_; ++tap)
          to[tap * block.tile] = row < block.rows ? from[tap] : T{0};
      }
    }
  }

  void run_block(const LaneContents<T>& lanes, const Block& block) {
    std::array<T, kMostRows> start{};
    if (bias_ && block.channel == 0)
      std::copy_n(bias_ + block.group * target_channels_ + block.row, block.rows, start.begin());
    Positions<T> p{};
    p.weights = panel_;
    p.channels = block.channels;
    p.source_channel = boxes_.sources() * kLanes64<T>;
    p.weight_channel = taps_ * block.tile;
    p.start = start.data();
    p.to_row = kStaged * kLanes64<T>;
    const auto& [az, ay, ax] = boxes_.axes;
    std::int64_t staged = 0, first = 0;
    for (std::int64_t z = 0; z < az.box; ++z) {
      const BoxAxis::Reach rz = az.reach(z);
      p.z = taps_of(rz, ay.extent * ax.extent, ay.window.kernel * ax.window.kernel * block.tile);
      for (std::int64_t y = 0; y < ay.box; ++y) {
        const BoxAxis::Reach ry = ay.reach(y);
        p.y = taps_of(ry, ax.extent, ax.window.kernel * block.tile);
        const std::int64_t row = (rz.source * ay.extent + ry.source) * ax.extent;
        const std::int64_t tap = (rz.tap * ay.window.kernel + ry.tap) * ax.window.kernel;
        for (std::int64_t x = 0; x < ax.box;) {
          const RowRun& run = runs_[x];
          p.x = taps_of(run.reach, 1, block.tile);
          p.weights = panel_ + (tap + run.reach.tap) * block.tile;
          p.shift = run.shift * kLanes64<T>;
          for (std::int64_t i = 0; i < run.count; i += p.count) {
            p.count = std::min(kStaged - staged, run.count - i);
            p.source = packed_ + (row + run.reach.source + i * run.shift) * kLanes64<T>;
            p.to = staged_ + staged * kLanes64<T>;
            correlate(block.tile, p);
            staged += p.count;
            const bool row_ends = !boxes_.whole_images() && x + i + p.count == ax.box;
            if (staged < kStaged && !row_ends) continue;
            move(lanes, block, first, staged);
            first += staged;
            staged = 0;
          }
          x += run.count;
        }
      }
    }
    if (staged > 0) move(lanes, block, first, staged);
  }

  static Taps taps_of(const BoxAxis::Reach& reach, std::int64_t source, std::int64_t weight) {
    return {reach.count, reach.source_step * source * kLanes64<T>, reach.tap_step * weight};
  }

  // Results of `count` positions from `first` of the box on to their places in the images: positions of whole
  // images, or of one row.
  void move(const LaneContents<T>& lanes, const Block& block, std::int64_t first, std::int64_t count) {
    const auto& [az, ay, ax] = boxes_.axes;
    const std::int64_t plane = size(target_extents_);
    const bool add = block.channel > 0;
    for (std::int64_t row = 0; row < block.rows; ++row) {
      std::array<T*, LaneContents<T>::kLanes> to{};
      const T* const from = staged_ + row * kStaged * kLanes64<T>;
      for (std::size_t lane = 0; lane < lanes.used; ++lane) {
        const std::int64_t channel =
            (lanes.image[lane] * groups_ + block.group) * target_channels_ + block.row + row;
        T* const image = target_ + channel * plane;
        if (boxes_.whole_images()) {
          to[lane] = image + first;
          continue;
        }
        const std::int64_t x = first % ax.box + lanes.target[lane][2],
                           y = first / ax.box % ay.box + lanes.target[lane][1],
                           z = first / ax.box / ay.box + lanes.target[lane][0];
        if (z >= target_extents_[0] || y >= target_extents_[1]) continue;
        T* const here = image + (z * target_extents_[1] + y) * target_extents_[2] + x;
        if (x + count <= target_extents_[2]) {
          to[lane] = here;
          continue;
        }
        for (std::int64_t i = 0; x + i < target_extents_[2]; ++i)
          here[i] = from[i * kLanes64<T> + static_cast<std::int64_t>(lane)] + (add ? here[i] : T{0});
      }
      separate(from, count, to.data(), add);
    }
  }

  Boxes boxes_;
  std::int64_t source_channels_, target_channels_, groups_, taps_, weight_row_, weight_channel_;
  Spatial<std::int64_t> source_extents_, target_extents_;
  std::int64_t block_;  // channels of the source that are added up at once
  const T* source_;
  const T* weights_;
  const T* bias_;
  T* target_;
  Scratch scratch_;
  T* packed_;  // [channel][position][lane]
  T* staged_;  // [row][position][lane]
  T* panel_;   // of weights
  RowRun* runs_;
  Block in_panel_{-1, 0, 0, 0, 0, 0};
};

}  // namespace

template <class T>
void convolve(const Convolution& c, const T* x, const T* w, const T* bias, T* y, Parts planes) {
  Correlation<T> correlation(c, false, x, w, bias, y);
  for_rectangles(c.groups * c.filters, planes, [&](const Rectangle& r) { correlation.run(r); });
}

template <class T>
void convolve_transposed(const Convolution& c, const T* y, const T* w, const T* bias, T* x, Parts planes) {
  Correlation<T> correlation(c, true, y, w, bias, x);
  for_rectangles(c.groups * c.channels, planes, [&](const Rectangle& r) { correlation.run(r); });
}

template void convolve(const Convolution&, const float*, const float*, const float*, float*, Parts);
template void convolve(const Convolution&, const double*, const double*, const double*, double*, Parts);
template void convolve_transposed(const Convolution&, const float*, const float*, const float*, float*,
                                  Parts);
template void convolve_transposed(const Convolution&, const double*, const double*, const double*, double*,
                                  Parts);
}  // namespace gradtable::detail
