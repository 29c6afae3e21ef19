// Images of a training set, changed a little in every epoch: moved, turned, scaled and distorted.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "gradtable/core/array.hpp"
#include "gradtable/core/op.hpp"
#include "gradtable/models/data/elastic.hpp"
#include "gradtable/models/data/warp.hpp"

namespace gradtable {

// Each amount is drawn uniformly from both sides of none, up to what stands here.
struct AugmentationOptions {
  static constexpr config::RealRange kShift{.low = 0, .high = 1000};
  static constexpr config::RealRange kRotate{.low = 0, .high = 180};
  static constexpr config::RealRange kScale{.low = 0, .high = 0.9};

  double shift = 0;   // pixels, along rows and along columns
  double rotate = 0;  // degrees about the centre
  double scale = 0;   // 0.1: by a factor from 0.9 to 1.1, the same for height and width
  ElasticOptions elastic = {};

  // Whether images are changed at all.
  explicit operator bool() const { return shift > 0 || rotate > 0 || scale > 0 || elastic.alpha > 0; }
};

// What is drawn for an image besides its displacements.
struct Placement {
  double shift_x = 0, shift_y = 0;  // pixels, to the right and down
  double angle = 0;                 // degrees, from the x axis to the y axis: clockwise on a screen
  double factor = 1;
};

// For each pixel of a changed image, where it is taken from.
AffineMap source_of(const Placement& placement, std::int64_t rows, std::int64_t columns);

// Changed images, each a function of options, seed, epoch and its index alone, whatever batch, order and
// threads it is made in.
class Augmenter {
 public:
  // Images have at most so many rows and columns; with elastic distortion, whose fields take the cube of the
  // longer side to prepare, fewer.
  static constexpr std::int64_t kMostPixels = 32768;
  static constexpr std::int64_t kMostElasticPixels = 1024;
  static constexpr std::int64_t most_pixels(const AugmentationOptions& options) {
    return options.elastic.alpha > 0 ? kMostElasticPixels : kMostPixels;
  }

  // Throws ConfigError for an amount out of its range or a size below 1 or above those.
  Augmenter(const AugmentationOptions& options, std::int64_t rows, std::int64_t columns, std::uint64_t seed);

  // result[i] = image indices[i] as it is in this epoch, for i of the range: uint8 (m, rows columns) or
  // (m, rows, columns) from uint8 (n, ...) of the same size, m indices. Threads may make ranges of one batch
  // at the same time. Epoch and indices are below 2^32. Throws ShapeError for other views, and DataError for
  // an index out of range.
  void augment(const ConstView& images, std::span<const std::int32_t> indices, std::uint64_t epoch,
               Parts range, const View& result) const;

  Placement placement(std::uint64_t epoch, std::uint32_t index) const;

  const AugmentationOptions& options() const { return options_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::uint64_t seed() const { return seed_; }
  // Floating-point operations that make an image.
  double flops() const;

 private:
  struct Workspace;

  void make(const std::uint8_t* image, std::uint64_t epoch, std::uint32_t index, Workspace& workspace,
            std::uint8_t* result) const;

  AugmentationOptions options_;
  std::int64_t rows_, columns_;
  std::uint64_t seed_;
  std::optional<ElasticField> elastic_;
};

}  // namespace gradtable
