#include "gradtable/models/data/augmentation.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/random.hpp"

namespace gradtable {
namespace {

// The first block is for the placement.
using PlacementNumbers = std::array<std::uint32_t, kRandomBlock>;

void require(std::string_view name, double value, const config::RealRange& range) {
  if (!contains(range, value))
    throw ConfigError(
        fmt::format("augmentation: expected {} from {} to {}, got {}", name, range.low, range.high, value));
}

void require_valid(const AugmentationOptions& options) {
  require("shift", options.shift, AugmentationOptions::kShift);
  require("rotate", options.rotate, AugmentationOptions::kRotate);
  require("scale", options.scale, AugmentationOptions::kScale);
  require("elastic.sigma", options.elastic.sigma, ElasticOptions::kSigma);
  require("elastic.alpha", options.elastic.alpha, ElasticOptions::kAlpha);
}

// 32 bits as a number in [-1, 1).
double signed_unit(std::uint32_t bits) {
  return static_cast<double>(static_cast<std::int32_t>(bits)) * 0x1p-31;
}

Placement placement_of(const AugmentationOptions& options, const std::uint32_t* numbers) {
  return {.shift_x = options.shift * signed_unit(numbers[0]),
          .shift_y = options.shift * signed_unit(numbers[1]),
          .angle = options.rotate * signed_unit(numbers[2]),
          .factor = 1 + options.scale * signed_unit(numbers[3])};
}

void require_images(const TensorType& found, std::int64_t rows, std::int64_t columns) {
  const Shape& shape = found.shape;
  const bool fits = shape.rank() == 2   ? shape[1] == rows * columns
                    : shape.rank() == 3 ? shape[1] == rows && shape[2] == columns
                                        : false;
  if (found.dtype != DType::uint8 || !fits)
    throw ShapeError(
        fmt::format("augment: expected uint8 images of {}x{}, got {}", rows, columns, to_string(found)));
}

}  // namespace

// With p the pixel, q its source and c the centre: p = c + factor R(angle) (q - c) + shift.
AffineMap source_of(const Placement& placement, std::int64_t rows, std::int64_t columns) {
  const double radians = placement.angle * std::numbers::pi / 180;
  const double cosine = std::cos(radians) / placement.factor, sine = std::sin(radians) / placement.factor;
  const double center_x = static_cast<double>(columns - 1) / 2, center_y = static_cast<double>(rows - 1) / 2;
  const double x = center_x + placement.shift_x, y = center_y + placement.shift_y;
  const auto rounded = [](double value) { return static_cast<float>(value); };
  return {.xx = rounded(cosine),
          .xy = rounded(sine),
          .x0 = rounded(center_x - cosine * x - sine * y),
          .yx = rounded(-sine),
          .yy = rounded(cosine),
          .y0 = rounded(center_y + sine * x - cosine * y)};
}

// What a thread needs while it makes an image, kept for the next one.
struct Augmenter::Workspace {
  Warp warp;
  std::vector<std::uint32_t> random;
  std::vector<float> space, field;

  void fit(const Augmenter& augmenter) {
    const std::int64_t elastic = augmenter.elastic_ ? augmenter.elastic_->numbers() : 0;
    const std::int64_t blocks = 1 + (elastic + kRandomBlock - 1) / kRandomBlock;
    warp.resize(augmenter.rows_, augmenter.columns_);
    random.resize(static_cast<std::size_t>(blocks * kRandomBlock));
    if (elastic > 0) space.resize(static_cast<std::size_t>(augmenter.elastic_->space()));
    const auto size = static_cast<std::size_t>(ElasticField::size(augmenter.rows_, augmenter.columns_));
    if (elastic > 0)
      field.resize(size);
    else
      field.assign(size, 0);
  }
};

Augmenter::Augmenter(const AugmentationOptions& options, std::int64_t rows, std::int64_t columns,
                     std::uint64_t seed)
    : options_(options), rows_(rows), columns_(columns), seed_(seed) {
  require_valid(options);
  if (rows < 1 || columns < 1)
    throw ConfigError(fmt::format("augmentation: expected images of at least 1x1, got {}x{}", rows, columns));
  const bool elastic = options.elastic.alpha > 0;
  const std::int64_t most = most_pixels(options);
  if (rows > most || columns > most)
    throw ConfigError(fmt::format("augmentation: expected images of at most {}x{}{}, got {}x{}", most, most,
                                  elastic ? " for elastic distortion" : "", rows, columns));
  if (elastic) elastic_.emplace(options.elastic, rows, columns);
}

Placement Augmenter::placement(std::uint64_t epoch, std::uint32_t index) const {
  PlacementNumbers numbers;
  random_blocks(seed_, image_stream(epoch, index), 0, 1, numbers.data());
  return placement_of(options_, numbers.data());
}

// For each pixel a place, in four products and sums, and a mean of four pixels, in eleven.
double Augmenter::flops() const {
  const double pixels = static_cast<double>(rows_ * columns_);
  return 15 * pixels + (elastic_ ? elastic_->flops() : 0);
}

void Augmenter::make(const std::uint8_t* image, std::uint64_t epoch, std::uint32_t index,
                     Workspace& workspace, std::uint8_t* result) const {
  std::uint32_t* const random = workspace.random.data();
  random_blocks(seed_, image_stream(epoch, index), 0,
                static_cast<std::int64_t>(workspace.random.size()) / kRandomBlock, random);
  if (elastic_) elastic_->compute(random + kRandomBlock, workspace.space.data(), workspace.field.data());
  const AffineMap map = source_of(placement_of(options_, random), rows_, columns_);
  workspace.warp(image, map, workspace.field.data(), result);
}

void Augmenter::augment(const ConstView& images, std::span<const std::int32_t> indices, std::uint64_t epoch,
                        Parts range, const View& result) const {
  require_images(images.type, rows_, columns_);
  require_images(result.type, rows_, columns_);
  if (result.shape()[0] != static_cast<std::int64_t>(indices.size()))
    throw ShapeError(
        fmt::format("augment: expected a result of {} images, got {}", indices.size(), result.shape()[0]));
  const std::int64_t count = images.shape()[0], features = rows_ * columns_;
  thread_local Workspace workspace;
  workspace.fit(*this);
  for (std::int64_t i = range.begin; i < range.end; ++i) {
    const std::int32_t index = indices[static_cast<std::size_t>(i)];
    if (index < 0 || index >= count)
      throw DataError(fmt::format("augment: expected indices in [0,{}), got {} at {}", count, index, i));
    make(static_cast<const std::uint8_t*>(images.data) + index * features, epoch,
         static_cast<std::uint32_t>(index), workspace,
         static_cast<std::uint8_t*>(result.data) + i * features);
  }
}

}  // namespace gradtable
