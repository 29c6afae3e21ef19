#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "gradtable/models/report/detail/markup.hpp"
#include "gradtable/models/report/detail/sections.hpp"

namespace gradtable::report::detail {
namespace {

constexpr std::size_t kBars = 3;  // the classes of the largest values, and the label if it is not among them

std::vector<std::size_t> shown_classes(const Mistake& mistake) {
  std::vector<std::size_t> order(mistake.probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return mistake.probabilities[a] > mistake.probabilities[b];
  });
  const auto label = static_cast<std::size_t>(mistake.label);
  std::vector<std::size_t> shown(order.begin(),
                                 order.begin() + static_cast<std::ptrdiff_t>(std::min(kBars, order.size())));
  if (label < order.size() && std::ranges::find(shown, label) == shown.end()) shown.push_back(label);
  return shown;
}

std::string value_text(const Report& report, double value) {
  if (std::isnan(value)) return "nan";  // not "-nan"
  if (!report.has_probabilities) return fmt::format("{:.3f}", value);
  return value < 0.001 ? "&lt; 0.1 %" : fmt::format("{:.1f} %", 100 * value);
}

std::string bars(const Report& report, const Mistake& mistake) {
  std::string text = "<table class=\"bars\">\n";
  for (const std::size_t c : shown_classes(mistake)) {
    const bool is_label = c == static_cast<std::size_t>(mistake.label);
    text += fmt::format(
        "<tr class=\"{}\"><th>{}</th><td><i style=\"width:{:.1f}%\"></i></td><td>{}</td></tr>\n",
        is_label ? "label" : "other", class_name(report, static_cast<std::int64_t>(c)),
        100 * std::clamp(mistake.probabilities[c], 0.0, 1.0), value_text(report, mistake.probabilities[c]));
  }
  return text + "</table>\n";
}

std::string card(const Report& report, const Report::WrongImage& wrong) {
  const Mistake& mistake = wrong.mistake;
  const std::string description = fmt::format("{}, taken for {}", class_name(report, mistake.label),
                                              class_name(report, mistake.prediction));
  return fmt::format(
      "<figure class=\"card\">\n{}\n<figcaption><b>{}</b><br/>image {}</figcaption>\n{}</figure>\n",
      image(wrong.image, description), description, mistake.image, bars(report, mistake));
}

// The colours of all values from -limit to limit.
std::string scale(double limit) {
  Picture picture{1, 255, Colours::diverging, std::vector<std::uint8_t>(255)};
  std::iota(picture.bytes.begin(), picture.bytes.end(), std::uint8_t{1});
  return fmt::format("<p class=\"scale\">{:.3g} {} {:.3g}</p>\n", -limit,
                     image(picture, "colours from blue over white to red"), limit);
}

std::string too_large(std::int64_t rows, std::int64_t columns) {
  return fmt::format("{} x {} pixels: too large to be shown", rows, columns);
}

// "10 outputs", or "the first 256 of 512 outputs".
std::string counted(std::int64_t shown, std::int64_t of, std::string_view what) {
  return shown == of ? fmt::format("{} {}", of, what) : fmt::format("the first {} of {} {}", shown, of, what);
}

// As wide as the page, but for small ones, and no higher than a screen.
std::string matrix_section(const Report::Weights& weights) {
  constexpr double kLargestPixel = 16, kHighest = 560;
  const WeightPictures& all = weights.pictures;
  if (all.pictures.empty()) return {};
  const std::string name = escaped(weights.name);
  const double pixel = std::min(kLargestPixel, kHighest / static_cast<double>(all.rows));
  const std::string width =
      fmt::format(" style=\"max-width:{:.0f}px\"", pixel * static_cast<double>(all.columns));
  return fmt::format(
      "<section>\n<h2>The weights {}: {}, {}</h2>\n"
      "<p>A row for each output, a column for each input. Where a weight is red, a larger input makes the "
      "output "
      "larger; where it is blue, smaller.</p>\n{}<div class=\"matrix\">\n{}\n</div>\n</section>\n",
      name, counted(all.rows, all.of, "outputs"), counted(all.columns, all.inputs, "inputs"),
      scale(all.limit), image(all.pictures.front(), fmt::format("{}, a row for each output", name), width));
}

std::string weights_section(const Report::Weights& weights) {
  const WeightPictures& all = weights.pictures;
  if (all.inputs > 0) return matrix_section(weights);
  if (!is_shown(all.rows, all.columns) && all.of > 0)
    return fmt::format("<section>\n<h2>The weights {}: {} {}</h2>\n<p>Each of {}.</p>\n</section>\n",
                       escaped(weights.name), all.of, all.what, too_large(all.rows, all.columns));
  if (all.pictures.empty()) return {};
  const std::string count = counted(static_cast<std::int64_t>(all.pictures.size()), all.of, all.what);
  const std::string name = escaped(weights.name);
  std::string text = fmt::format(
      "<section>\n<h2>The weights {}: {} of {} x {}</h2>\n"
      "<p>Where a weight is red, a bright pixel makes the output larger; where it is blue, smaller.</p>\n{}"
      "<div class=\"tiles\">\n",
      name, count, all.rows, all.columns, scale(all.limit));
  for (std::size_t i = 0; i < all.pictures.size(); ++i)
    text += image(all.pictures[i], fmt::format("{}, number {}", name, i),
                  fmt::format(" title=\"number {}\"", i)) +
            "\n";
  return text + "</div>\n</section>\n";
}

}  // namespace

std::string mistakes_section(const Report& report) {
  if (report.mistakes.empty()) return {};
  std::string text = fmt::format(
      "<section>\n<h2>The worst mistakes</h2>\n"
      "<p>The wrong answers whose label gets the {}; the label is blue.</p>\n<div class=\"cards\">\n",
      report.has_probabilities ? "least probability" : "smallest output");
  for (const Report::WrongImage& wrong : report.mistakes) text += card(report, wrong);
  return text + "</div>\n</section>\n";
}

std::string weights_sections(const Report& report) {
  std::string text;
  for (const Report::Weights& weights : report.weights) text += weights_section(weights);
  return text;
}

std::string image(const Picture& picture, std::string_view description, std::string_view attributes) {
  if (!is_shown(picture.rows, picture.columns))
    return fmt::format("<span>{}</span>", too_large(picture.rows, picture.columns));
  return fmt::format("<img alt=\"{}\"{} src=\"data:image/png;base64,{}\"/>", description, attributes,
                     base64(png(picture)));
}

}  // namespace gradtable::report::detail
