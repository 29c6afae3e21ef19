#include "gradtable/models/data/own_digit.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"

namespace gradtable {
namespace {

constexpr float kPaper = 0.2F, kInk = 0.8F;  // of the contrast: up to here 0, from here on 1
constexpr float kInside = 0.5F;              // of the box
constexpr double kShare = 20.0 / 28;         // of MNIST's images, that digits fit in

float median_of_border(const GrayPicture& picture) {
  std::vector<float> border;
  for (std::int64_t y = 0; y < picture.rows; ++y)
    for (std::int64_t x = 0; x < picture.columns; ++x)
      if (y == 0 || x == 0 || y + 1 == picture.rows || x + 1 == picture.columns)
        border.push_back(picture.shades[static_cast<std::size_t>(y * picture.columns + x)]);
  const auto middle = border.begin() + static_cast<std::ptrdiff_t>(border.size() / 2);
  std::ranges::nth_element(border, middle);
  return *middle;
}

// Rows and columns from low to below high, and the centre of mass.
struct Place {
  std::int64_t low_y = 0, high_y = 0, low_x = 0, high_x = 0;
  double y = 0, x = 0;

  std::int64_t height() const { return high_y - low_y; }
  std::int64_t width() const { return high_x - low_x; }
};

Place place_of(const GrayPicture& ink) {
  Place place{ink.rows, 0, ink.columns, 0};
  double mass = 0;
  for (std::int64_t y = 0; y < ink.rows; ++y)
    for (std::int64_t x = 0; x < ink.columns; ++x) {
      const float shade = ink.shades[static_cast<std::size_t>(y * ink.columns + x)];
      mass += shade;
      place.y += shade * (static_cast<double>(y) + 0.5);
      place.x += shade * (static_cast<double>(x) + 0.5);
      if (shade < kInside) continue;
      place.low_y = std::min(place.low_y, y);
      place.high_y = std::max(place.high_y, y + 1);
      place.low_x = std::min(place.low_x, x);
      place.high_x = std::max(place.high_x, x + 1);
    }
  place.y /= mass;
  place.x /= mass;
  return place;
}

// Means over `count` intervals of this length, one behind the other from `begin` on, of numbers that stand
// for [0,1], [1,2], ...; 0 before and behind them.
struct Means {
  double begin, length;
  std::int64_t count;

  // take(i, j, weight) of each number j that interval i has a share in.
  template <class Take>
  void for_each(std::int64_t numbers, const Take& take) const {
    for (std::int64_t i = 0; i < count; ++i) {
      const double low = begin + static_cast<double>(i) * length, high = low + length;
      const auto first =
          static_cast<std::int64_t>(std::clamp(std::floor(low), 0.0, static_cast<double>(numbers)));
      for (std::int64_t j = first; j < numbers && static_cast<double>(j) < high; ++j) {
        const double overlap =
            std::min(high, static_cast<double>(j) + 1) - std::max(low, static_cast<double>(j));
        if (overlap > 0) take(static_cast<std::size_t>(i), static_cast<std::size_t>(j), overlap / length);
      }
    }
  }
};

std::vector<double> means(const GrayPicture& ink, const Means& of_rows, const Means& of_columns) {
  const auto columns = static_cast<std::size_t>(ink.columns),
             width = static_cast<std::size_t>(of_columns.count);
  const auto height = static_cast<std::size_t>(of_rows.count);
  std::vector<double> lines(height * columns, 0), result(height * width, 0);
  of_rows.for_each(ink.rows, [&](std::size_t i, std::size_t j, double weight) {
    for (std::size_t x = 0; x < columns; ++x) lines[i * columns + x] += weight * ink.shades[j * columns + x];
  });
  of_columns.for_each(ink.columns, [&](std::size_t i, std::size_t j, double weight) {
    for (std::size_t y = 0; y < height; ++y) result[y * width + i] += weight * lines[y * columns + j];
  });
  return result;
}

std::uint8_t as_byte(double shade) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(shade, 0.0, 1.0)));
}

OwnDigit scaled(const GrayPicture& ink, std::int64_t rows, std::int64_t columns) {
  const Place place = place_of(ink);
  const double side = kShare * static_cast<double>(std::min(rows, columns));
  const double step = static_cast<double>(std::max(place.height(), place.width())) / side;
  const auto begin = [&](double centre, std::int64_t count) {
    return centre - step * static_cast<double>(count) / 2;
  };
  OwnDigit digit;
  for (const double shade :
       means(ink, {begin(place.y, rows), step, rows}, {begin(place.x, columns), step, columns}))
    digit.pixels.push_back(as_byte(shade));
  digit.done = fmt::format(
      "the digit of {} rows of {} pixels scaled to {:.0f} of {:.0f}, its centre of mass put in the middle of "
      "{} rows of {}",
      place.height(), place.width(), static_cast<double>(place.height()) / step,
      static_cast<double>(place.width()) / step, rows, columns);
  return digit;
}

}  // namespace

OwnDigit as_digit(const GrayPicture& picture, std::int64_t rows, std::int64_t columns) {
  GrayPicture ink = picture;
  const auto [darkest, brightest] = std::ranges::minmax(ink.shades);
  if (darkest == brightest)
    throw DataError(fmt::format("{}: a picture of one shade; expected a digit", picture.source));
  float paper = median_of_border(ink), most = brightest;
  const bool inverted = paper - darkest > brightest - paper;
  if (inverted) {
    for (float& shade : ink.shades) shade = 1 - shade;
    paper = 1 - paper;
    most = 1 - darkest;
  }
  OwnDigit digit;
  if (ink.rows == rows && ink.columns == columns) {
    for (const float shade : ink.shades) digit.pixels.push_back(as_byte(shade));
    digit.done = "taken as it is";
  } else {
    for (float& shade : ink.shades)
      shade = std::clamp(((shade - paper) / (most - paper) - kPaper) / (kInk - kPaper), 0.0F, 1.0F);
    digit = scaled(ink, rows, columns);
  }
  digit.done = fmt::format("{} rows of {} pixels, {}{}", picture.rows, picture.columns,
                           inverted ? "inverted as its border is bright, " : "", digit.done);
  return digit;
}

}  // namespace gradtable
