#include "gradtable/models/report/detail/sections.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "gradtable/models/report/chart.hpp"
#include "gradtable/models/report/detail/markup.hpp"

namespace gradtable::report::detail {
namespace {

// `values`: "validation_loss".
void add_curve(Chart& chart, const Report& report, std::string name, int style, std::string_view values) {
  Curve curve{std::move(name), style, {}};
  for (const EpochMetrics& epoch : report.epochs)
    if (const auto value = epoch.find(values))
      curve.points.push_back({static_cast<double>(epoch.epoch), *value});
  if (!curve.points.empty()) chart.curves.push_back(std::move(curve));
}

// Of a metric, as "loss", on each data set.
Chart chart_of(const Report& report, std::string_view metric) {
  Chart chart;
  chart.x_name = "epoch";
  add_curve(chart, report, "training", 0, fmt::format("train_{}", metric));
  add_curve(chart, report, "validation", 1, fmt::format("validation_{}", metric));
  add_curve(chart, report, "test", 2, fmt::format("test_{}", metric));
  if (report.kept_epoch) {
    chart.marked_x = static_cast<double>(*report.kept_epoch);
    chart.mark_name = fmt::format("kept: epoch {}", *report.kept_epoch);
  }
  return chart;
}

// Over-training: the curve ends above its least value, by a share that powers of ten would hide.
bool rises_again(const Curve& curve) {
  constexpr double kClearly = 1.05, kPowerOfTen = 10;
  double least = std::numeric_limits<double>::infinity(), last = least;
  for (const Point& point : curve.points) {
    if (!std::isfinite(point.y)) continue;
    least = std::min(least, point.y);
    last = point.y;
  }
  return last > kClearly * least && last < kPowerOfTen * least;
}

std::string figure(const Chart& chart) {
  return fmt::format("<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n", escaped(chart.title),
                     svg(chart));
}

std::string folded(std::string_view title, std::string_view content) {
  return fmt::format("<section>\n<details>\n<summary><h2>{}</h2></summary>\n{}\n</details>\n</section>\n",
                     title, content);
}

}  // namespace

std::string facts_section(const Report& report) {
  if (report.facts.empty()) return {};
  std::string text = "<dl class=\"facts\">\n";
  for (const Report::Fact& fact : report.facts)
    text += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(fact.name), escaped(fact.value));
  return text + "</dl>\n";
}

std::string curves_section(const Report& report) {
  if (report.epochs.empty()) return {};
  Chart loss = chart_of(report, "loss");
  loss.logarithmic = std::ranges::none_of(loss.curves, rises_again);
  loss.title = "Loss, the mean over the images of an epoch";
  Chart accuracy = chart_of(report, "accuracy");
  accuracy.percent = true;
  accuracy.title = "Accuracy, the share of images that are classified correctly";
  return "<section>\n<h2>Loss and accuracy by epoch</h2>\n<div class=\"pair\">\n" + figure(loss) +
         figure(accuracy) + "</div>\n</section>\n";
}

std::string graph_section(const Report& report) {
  if (report.graph_svg.empty()) return {};
  return folded(
      report.graph_has_gradient ? "The graph of the loss and its gradient" : "The graph of the loss",
      "<p>It scrolls in both directions.</p>\n<div class=\"scroll paper\" tabindex=\"0\">\n" +
          report.graph_svg + "\n</div>");
}

std::string config_section(const Report& report) {
  if (report.config.empty()) return {};
  return folded("The configuration, with all defaults",
                "<pre class=\"scroll\">" + escaped(report.config, std::string::npos) + "</pre>");
}

std::string class_name(const Report& report, std::int64_t label) {
  const auto index = static_cast<std::size_t>(label);
  return index < report.class_names.size() ? escaped(report.class_names[index]) : fmt::format("{}", label);
}

}  // namespace gradtable::report::detail
