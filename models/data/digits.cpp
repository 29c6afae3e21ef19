#include "gradtable/models/data/digits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "gradtable/core/error.hpp"
#include "gradtable/core/random.hpp"
#include "gradtable/models/data/detail/glyphs.hpp"

namespace gradtable {
namespace {

using detail::Glyph;
using detail::Point;
using detail::Stroke;

constexpr int kSide = 28;
constexpr std::size_t kPixels = kSide * kSide;
constexpr std::uint32_t kDigits = 10;
constexpr int kStepsPerPoint = 4;       // a curve is drawn as this many straight pieces between two points
constexpr float kPixelsPerUnit = 9.2f;  // a digit of usual size is 18 pixels high

using Ink = std::array<float, kPixels>;  // 0 for black, 1 for white

float uniform(Random& random, double low, double high) {
  return static_cast<float>(random.uniform(low, high));
}

// How one writer's hand maps the glyph's plane to the image: a wobble, then slant, size, rotation and shift.
class Hand {
 public:
  explicit Hand(Random& random) {
    for (float& phase : phases_) phase = uniform(random, 0, 6.28);
    wobble_ = uniform(random, 0, 0.14);
    const float angle = uniform(random, -0.3, 0.3);
    const float shear = uniform(random, -0.15, 0.4);
    const float width = kPixelsPerUnit * uniform(random, 0.7, 1.2);
    const float height = kPixelsPerUnit * uniform(random, 0.85, 1.1);
    const float c = std::cos(angle), s = std::sin(angle);
    matrix_ = {c * width, -c * shear * width - s * height, s * width, c * height - s * shear * width};
    shift_ = {uniform(random, -2, 2) + kSide / 2, uniform(random, -2, 2) + kSide / 2};
  }

  Point operator()(Point p) const {
    const float x =
        p.x + wobble_ * std::sin(2.6f * p.y + phases_[0]) + wobble_ * std::sin(3.7f * p.x + phases_[1]);
    const float y =
        p.y + wobble_ * std::sin(2.9f * p.x + phases_[2]) + wobble_ * std::sin(3.1f * p.y + phases_[3]);
    return {matrix_[0] * x + matrix_[1] * y + shift_.x, matrix_[2] * x + matrix_[3] * y + shift_.y};
  }

 private:
  std::array<float, 4> phases_{};
  std::array<float, 4> matrix_{};
  Point shift_;
  float wobble_ = 0;
};

// Part t in [0,1] of the way from b to c on the Catmull-Rom curve through a, b, c, d.
Point on_curve(Point a, Point b, Point c, Point d, float t) {
  const auto blend = [t](float p, float q, float r, float s) {
    return q + 0.5f * t * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
  };
  return {blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)};
}

// A straight piece of a line with round ends; its edge fades over one pixel.
void draw_piece(Ink& ink, Point from, Point to, float radius) {
  const float reach = radius + 0.5f;
  const auto first = [&](float a, float b) {
    return std::max(0, static_cast<int>(std::floor(std::min(a, b) - reach)));
  };
  const auto last = [&](float a, float b) {
    return std::min(kSide - 1, static_cast<int>(std::ceil(std::max(a, b) + reach)));
  };
  const float dx = to.x - from.x, dy = to.y - from.y;
  const float scale = 1 / std::max(dx * dx + dy * dy, 1e-6f);
  for (int row = first(from.y, to.y); row <= last(from.y, to.y); ++row) {
    for (int column = first(from.x, to.x); column <= last(from.x, to.x); ++column) {
      const float x = static_cast<float>(column) - from.x, y = static_cast<float>(row) - from.y;
      const float along = std::clamp((x * dx + y * dy) * scale, 0.0f, 1.0f);
      const float ex = x - along * dx, ey = y - along * dy;
      const float cover = std::clamp(reach - std::sqrt(ex * ex + ey * ey), 0.0f, 1.0f);
      float& pixel = ink[static_cast<std::size_t>(row * kSide + column)];
      pixel = std::max(pixel, cover);
    }
  }
}

// The pen's radius goes from `start` to `end` on the way.
void draw_stroke(Ink& ink, std::span<const Point> points, float start, float end) {
  const std::size_t last = points.size() - 1;
  Point from = points[0];
  for (std::size_t i = 0; i < last; ++i) {
    const Point before = points[i > 0 ? i - 1 : 0], after = points[std::min(i + 2, last)];
    for (int step = 1; step <= kStepsPerPoint; ++step) {
      const float t = static_cast<float>(step) / kStepsPerPoint;
      const Point to = on_curve(before, points[i], points[i + 1], after, t);
      const float way = (static_cast<float>(i) + t) / static_cast<float>(last);
      draw_piece(ink, from, to, start + (end - start) * way);
      from = to;
    }
  }
}

void draw_glyph(Ink& ink, const Glyph& glyph, Random& random) {
  const Hand hand(random);
  const float pen = uniform(random, 0.6, 1.7);
  Stroke points;
  for (const Stroke& stroke : glyph) {
    points.clear();
    for (const Point& p : stroke)
      points.push_back(
          hand({p.x / 100 + uniform(random, -0.06, 0.06), p.y / 100 + uniform(random, -0.06, 0.06)}));
    const float start = pen * uniform(random, 0.75, 1.25);
    const float end = pen * uniform(random, 0.75, 1.25);
    draw_stroke(ink, points, start, end);
  }
}

// Ink to bytes, with noise everywhere: the mean of two uniform numbers, one random word for two pixels.
void write_pixels(const Ink& ink, std::span<std::uint8_t> pixels, Random& random) {
  const float brightness = uniform(random, 170, 255);
  const float noise = uniform(random, 0, 0.25);
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < ink.size(); ++i) {
    bits = i % 2 == 0 ? random() : bits >> 16;
    const int grain = static_cast<int>(bits & 0xff) + static_cast<int>(bits >> 8 & 0xff) - 255;
    const float value = brightness * ink[i] + noise * static_cast<float>(grain);
    pixels[i] = static_cast<std::uint8_t>(std::clamp(value, 0.0f, 255.0f));
  }
}

}  // namespace

Dataset draw_digits(std::int64_t count, std::uint64_t seed) {
  if (count < 0 || count > kMostDigits)
    throw ConfigError(fmt::format("draw_digits: expected a count from 0 to {}, got {}", kMostDigits, count));
  const auto size = static_cast<std::size_t>(count);
  std::vector<std::uint8_t> pixels(size * kPixels), labels(size);
  for (std::size_t i = 0; i < size; ++i) {
    Random random(seed, i);
    const std::uint32_t digit = random.below(kDigits);
    const auto glyphs = detail::glyphs_of(static_cast<int>(digit));
    Ink ink{};
    draw_glyph(ink, glyphs[random.below(static_cast<std::uint32_t>(glyphs.size()))], random);
    write_pixels(ink, std::span(pixels).subspan(i * kPixels, kPixels), random);
    labels[i] = static_cast<std::uint8_t>(digit);
  }
  return {.inputs = {std::move(pixels), {count, kSide, kSide}},
          .targets = {std::move(labels), {count}},
          .classes = kDigits,
          .source = "the built-in digits"};
}

}  // namespace gradtable
