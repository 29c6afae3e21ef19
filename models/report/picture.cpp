#include "gradtable/models/report/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <png.h>

#include "gradtable/core/error.hpp"

namespace gradtable::report {
namespace {

constexpr std::int64_t kMostPixels = 4096;  // along a side

using Rgb = std::array<double, 3>;
// Equally far from white to the eye, and told apart by the colour-blind: the ends of ColorBrewer's RdBu.
constexpr Rgb kBlue = {5, 80, 160};
constexpr Rgb kWhite = {247, 247, 247};
constexpr Rgb kRed = {178, 24, 43};

// From white towards an end.
void append_diverging(std::vector<std::uint8_t>& pixels, std::uint8_t value) {
  const double t = (value - 128) / 127.0;
  const Rgb& end = t < 0 ? kBlue : kRed;
  const double part = std::min(std::abs(t), 1.0);
  for (std::size_t c = 0; c < end.size(); ++c)
    pixels.push_back(static_cast<std::uint8_t>(std::lround(kWhite[c] + part * (end[c] - kWhite[c]))));
}

void require_pixels(const Picture& picture) {
  if (!is_shown(picture.rows, picture.columns) ||
      static_cast<std::int64_t>(picture.bytes.size()) != picture.rows * picture.columns)
    throw DataError(
        fmt::format("picture: expected 1 to {} rows and columns and a byte for each pixel, got {} x {} "
                    "with {} bytes",
                    kMostPixels, picture.rows, picture.columns, picture.bytes.size()));
}

double percentile_99(std::vector<double> magnitudes) {
  if (magnitudes.empty()) return 0;
  const auto at = magnitudes.begin() + static_cast<std::ptrdiff_t>((magnitudes.size() - 1) * 99 / 100);
  std::nth_element(magnitudes.begin(), at, magnitudes.end());
  return *at;
}

// Of pixel p of picture i; what is not a number is white.
template <class Weight>
WeightPictures pictures_of(std::string_view what, std::int64_t count, std::int64_t rows, std::int64_t columns,
                           std::int64_t most, const Weight& weight) {
  WeightPictures result{0, rows, columns, {}, what, count};
  if (!is_shown(rows, columns)) return result;
  const std::int64_t shown = std::min(count, most), pixels = rows * columns;
  std::vector<double> magnitudes;
  for (std::int64_t i = 0; i < shown; ++i)
    for (std::int64_t p = 0; p < pixels; ++p)
      if (std::isfinite(weight(i, p))) magnitudes.push_back(std::abs(weight(i, p)));
  result.limit = percentile_99(std::move(magnitudes));
  for (std::int64_t i = 0; i < shown; ++i) {
    Picture picture{rows, columns, Colours::diverging, {}};
    for (std::int64_t p = 0; p < pixels; ++p) {
      const double w = result.limit > 0 ? weight(i, p) / result.limit : 0;
      const double t = std::isnan(w) ? 0 : std::clamp(w, -1.0, 1.0);
      picture.bytes.push_back(static_cast<std::uint8_t>(128 + std::lround(127 * t)));
    }
    result.pictures.push_back(std::move(picture));
  }
  return result;
}

}  // namespace

bool is_shown(std::int64_t rows, std::int64_t columns) {
  const auto in_range = [](std::int64_t side) { return side >= 1 && side <= kMostPixels; };
  return in_range(rows) && in_range(columns);
}

std::string png(const Picture& picture) {
  require_pixels(picture);
  const bool gray = picture.colours == Colours::gray;
  std::vector<std::uint8_t> rgb;
  if (!gray)
    for (const std::uint8_t value : picture.bytes) append_diverging(rgb, value);

  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.columns);
  image.height = static_cast<png_uint_32>(picture.rows);
  image.format = gray ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string file(bytes, '\0');
  const std::uint8_t* pixels = gray ? picture.bytes.data() : rgb.data();
  if (png_image_write_to_memory(&image, file.data(), &bytes, 0, pixels, 0, nullptr) == 0)
    throw DataError(
        fmt::format("picture: expected that it can be written as PNG, got \"{}\"", image.message));
  file.resize(bytes);
  return file;
}

WeightPictures unit_pictures(const ConstView& weights, std::int64_t rows, std::int64_t columns,
                             std::int64_t most) {
  const Shape& shape = weights.shape();
  if (shape.rank() != 2 || shape[0] != rows * columns)
    throw ShapeError(
        fmt::format("unit_pictures: expected weights ({},units), got {}", rows * columns, to_string(shape)));
  const Array numbers = cast(weights, DType::float64);
  const auto w = numbers.as<double>();
  const std::int64_t units = shape[1];
  return pictures_of("units", units, rows, columns, most, [&](std::int64_t unit, std::int64_t pixel) {
    return w[static_cast<std::size_t>(pixel * units + unit)];
  });
}

WeightPictures filter_pictures(const ConstView& weights, std::int64_t most) {
  const Shape& shape = weights.shape();
  if (shape.rank() != 4)
    throw ShapeError(
        fmt::format("filter_pictures: expected weights (M,C,rows,columns), got {}", to_string(shape)));
  const Array numbers = cast(weights, DType::float64);
  const auto w = numbers.as<double>();
  const std::int64_t pixels = shape[2] * shape[3];
  return pictures_of("kernels", shape[0] * shape[1], shape[2], shape[3], most,
                     [&](std::int64_t kernel, std::int64_t pixel) {
                       return w[static_cast<std::size_t>(kernel * pixels + pixel)];
                     });
}

WeightPictures matrix_picture(const ConstView& weights, std::int64_t most) {
  const Shape& shape = weights.shape();
  if (shape.rank() != 2)
    throw ShapeError(
        fmt::format("matrix_picture: expected weights (inputs,outputs), got {}", to_string(shape)));
  const Array numbers = cast(weights, DType::float64);
  const auto w = numbers.as<double>();
  const std::int64_t inputs = shape[0], outputs = shape[1], columns = std::min(inputs, most);
  WeightPictures all =
      pictures_of("outputs", 1, std::min(outputs, most), columns, 1, [&](std::int64_t, std::int64_t pixel) {
        return w[static_cast<std::size_t>(pixel % columns * outputs + pixel / columns)];
      });
  all.of = outputs;
  all.inputs = inputs;
  return all;
}

}  // namespace gradtable::report
