#include "gradtable/models/report/chart.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include <fmt/format.h>

#include "gradtable/models/report/detail/markup.hpp"
#include "gradtable/models/report/detail/style.hpp"
#include "gradtable/models/report/detail/ticks.hpp"

namespace gradtable::report {
namespace {

using detail::escaped;

// In units of the drawing, which is about as wide as a phone: letters then have their size there.
constexpr double kWidth = 440, kHeight = 270;
constexpr double kLeft = 52, kRight = 14, kTop = 30, kBottom = 40;
constexpr double kTitle = 26;       // above the drawing, in a file of its own
constexpr double kFileWidth = 550;  // as wide as the page shows it
constexpr std::size_t kMostPoints = 500, kMostDots = 60;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

// From numbers to places along one axis.
struct Axis {
  Range range;
  std::vector<double> ticks;
  double step = 1;  // from one tick to the next; on a logarithmic axis the first tick
  bool logarithmic = false;

  double share(double value) const {
    if (logarithmic) return std::log(value / range.low) / std::log(range.high / range.low);
    return (value - range.low) / (range.high - range.low);
  }
};

bool drawn(const Point& point) {
  return std::isfinite(point.x) && std::isfinite(point.y);
}

Axis x_axis(Range range, double least_step) {
  if (range.low == range.high) range = {range.low - 0.5, range.high + 0.5};
  Axis axis{range, detail::linear_ticks(range.low, range.high, 8, least_step)};
  axis.step = axis.ticks[1] - axis.ticks[0];
  std::erase_if(axis.ticks, [&](double tick) { return tick < range.low || tick > range.high; });
  return axis;
}

Axis y_axis(Range range, const Chart& chart) {
  Axis axis;
  axis.logarithmic = chart.logarithmic && range.low > 1e-300 && range.high > 10 * range.low;
  if (chart.percent && range.low == range.high)
    range = range.low >= 0.1 ? Range{range.low - 0.1, range.high} : Range{0, 0.1};
  axis.ticks = axis.logarithmic ? detail::logarithmic_ticks(range.low, range.high)
                                : detail::linear_ticks(range.low, range.high, 5);
  axis.range = {axis.ticks.front(), axis.ticks.back()};
  axis.step = axis.logarithmic ? axis.ticks.front() : axis.ticks[1] - axis.ticks[0];
  return axis;
}

class Drawing {
 public:
  Drawing(const Chart& chart, const Range& x, const Range& y)
      : chart_(chart), x_(x_axis(x, chart.x_step)), y_(y_axis(y, chart)) {}

  std::string elements() {
    add_axes();
    add_mark();
    add_legend();
    for (const Curve& curve : chart_.curves) add_curve(curve);
    return std::move(text_);
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> form, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), form, std::forward<Values>(values)...);
  }

  double place_x(double x) const { return kLeft + x_.share(x) * (kWidth - kLeft - kRight); }
  double place_y(double y) const { return kHeight - kBottom - y_.share(y) * (kHeight - kTop - kBottom); }

  std::string y_label(double y) const {
    if (!chart_.percent) return detail::tick_label(y, y_.logarithmic ? y : y_.step);
    return detail::tick_label(100 * y, 100 * y_.step) + " %";
  }

  void add_axes() {
    for (const double tick : y_.ticks) {
      add("<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>", kLeft,
          kWidth - kRight, place_y(tick));
      add("<text class=\"end\" x=\"{}\" y=\"{:.1f}\">{}</text>\n", kLeft - 7, place_y(tick) + 4,
          y_label(tick));
    }
    const double bottom = kHeight - kBottom;
    add("<line class=\"axis\" x1=\"{0}\" x2=\"{1}\" y1=\"{2}\" y2=\"{2}\"/>\n", kLeft, kWidth - kRight,
        bottom);
    for (const double tick : x_.ticks) {
      add("<line class=\"axis\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>", place_x(tick), bottom,
          bottom + 4);
      add("<text class=\"middle\" x=\"{:.1f}\" y=\"{}\">{}</text>\n", place_x(tick), bottom + 17,
          detail::tick_label(tick, x_.step));
    }
    add("<text class=\"middle\" x=\"{}\" y=\"{}\">{}</text>\n", (kLeft + kWidth - kRight) / 2, kHeight - 6,
        escaped(chart_.x_name));
  }

  void add_mark() {
    if (!chart_.marked_x || !(x_.share(*chart_.marked_x) >= 0 && x_.share(*chart_.marked_x) <= 1)) return;
    const double x = place_x(*chart_.marked_x);
    const bool right_half = x > kWidth / 2;
    add("<line class=\"mark\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>", x, kTop,
        kHeight - kBottom);
    add("<text class=\"{}\" x=\"{:.1f}\" y=\"{}\">{}</text>\n", right_half ? "end" : "start",
        x + (right_half ? -5 : 5), chart_.percent ? kHeight - kBottom - 8 : kTop + 12,
        escaped(chart_.mark_name));
  }

  void add_legend() {
    double x = kLeft;
    for (const Curve& curve : chart_.curves) {
      if (curve.line)
        add("<line class=\"curve c{0}\" x1=\"{1:.0f}\" x2=\"{2:.0f}\" y1=\"12\" y2=\"12\"/>", curve.style, x,
            x + 24);
      else
        add("<circle class=\"d{}\" cx=\"{:.0f}\" cy=\"12\" r=\"2.5\"/>", curve.style, x + 18);
      add("<text x=\"{:.0f}\" y=\"16\">{}</text>\n", x + 30, escaped(curve.name));
      x += 46 + 7 * static_cast<double>(curve.name.size());  // a letter is about 7 wide
    }
  }

  void add_curve(const Curve& curve) {
    const std::size_t stride = (curve.points.size() + kMostPoints - 1) / kMostPoints;
    std::string path, dots;
    bool pen_is_down = false;
    for (std::size_t i = 0; i < curve.points.size(); ++i) {
      const Point& point = curve.points[i];
      if (i % stride != 0 && i + 1 != curve.points.size()) continue;
      if (drawn(point)) {
        const double x = place_x(point.x), y = place_y(point.y);
        fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", pen_is_down ? "L" : "M", x, y);
        if (curve.points.size() <= kMostDots)
          fmt::format_to(
              std::back_inserter(dots),
              "<circle class=\"d{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"><title>{}, {} {}: {}</title>"
              "</circle>\n",
              curve.style, x, y, escaped(curve.name), escaped(chart_.x_name), point.x, value_label(point.y));
      }
      pen_is_down = drawn(point);
    }
    if (curve.line) add("<path class=\"curve c{}\" d=\"{}\"/>\n", curve.style, path);
    add("{}", dots);
  }

  std::string value_label(double y) const {
    return chart_.percent ? fmt::format("{:.2f} %", 100 * y) : fmt::format("{:.4g}", y);
  }

  const Chart& chart_;
  Axis x_;
  Axis y_;
  std::string text_;
};

// What is drawn, and its height.
struct Content {
  std::string elements;
  double height;
};

Content content_of(const Chart& chart) {
  Range x, y;
  for (const Curve& curve : chart.curves) {
    for (const Point& point : curve.points) {
      if (!drawn(point)) continue;
      x.include(point.x);
      y.include(point.y);
    }
  }
  if (x.low > x.high) return {"<text x=\"8\" y=\"24\">no finite values</text>\n", 40};
  return {Drawing(chart, x, y).elements(), kHeight};
}

}  // namespace

std::string svg(const Chart& chart) {
  const Content content = content_of(chart);
  return fmt::format("<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">{}</svg>\n",
                     kWidth, content.height, escaped(chart.title), content.elements);
}

std::string svg_file(const Chart& chart) {
  const Content content = content_of(chart);
  const double height = content.height + kTitle;
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" viewBox=\"0 {0} {1} {2}\" width=\"{3}\" "
      "height=\"{4}\" role=\"img\" aria-label=\"{5}\">\n<style>\n{6}</style>\n"
      "<rect y=\"{0}\" width=\"{1}\" height=\"{2}\" fill=\"#ffffff\"/>\n"
      "<text class=\"title middle\" x=\"{7}\" y=\"-8\">{5}</text>\n{8}</svg>\n",
      -kTitle, kWidth, height, kFileWidth, height * kFileWidth / kWidth, escaped(chart.title),
      detail::chart_style(), kWidth / 2, content.elements);
}

}  // namespace gradtable::report
