#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "gradtable/models/report/detail/sections.hpp"

namespace gradtable::report::detail {
namespace {

constexpr std::int64_t kMostClasses = 40;  // of a matrix that one can still read

std::int64_t most_mistakes_in_a_cell(const ConfusionMatrix& confusion) {
  std::int64_t most = 1;
  for (std::int64_t label = 0; label < confusion.classes(); ++label)
    for (std::int64_t other = 0; other < confusion.classes(); ++other)
      if (label != other) most = std::max(most, confusion.count(label, other));
  return most;
}

// Never so strong that the number in it could not be read. Mistakes are few: the square root shows them.
double strength(const ConfusionMatrix& confusion, std::int64_t label, std::int64_t other, std::int64_t most) {
  const double share =
      label == other
          ? confusion.score(label).recall
          : std::sqrt(static_cast<double>(confusion.count(label, other)) / static_cast<double>(most));
  return 0.08 + 0.47 * share;
}

std::string cell(const Report& report, std::int64_t label, std::int64_t other, std::int64_t most) {
  const std::int64_t count = report.confusion->count(label, other);
  if (count == 0) return "<td class=\"none\">·</td>";
  return fmt::format("<td class=\"{}\" style=\"--a:{:.2f}\" title=\"label {}, predicted {}: {}\">{}</td>",
                     label == other ? "hit" : "miss", strength(*report.confusion, label, other, most),
                     class_name(report, label), class_name(report, other), count, count);
}

// Too long for the head of a column as narrow as its numbers.
bool has_long_names(const Report& report) {
  return std::ranges::any_of(report.class_names, [](const std::string& name) { return name.size() > 4; });
}

std::string matrix(const Report& report) {
  const std::int64_t classes = report.confusion->classes();
  if (classes > kMostClasses) return {};
  std::string text =
      "<figure>\n<figcaption>Each row is a label, each column a prediction. Blue: right; red: mistakes, the "
      "stronger the more there are.</figcaption>\n<div class=\"scroll\">\n"
      "<table class=\"heat\">\n<tr><td></td>";
  const char* direction = has_long_names(report) ? " class=\"upright\"" : "";
  for (std::int64_t c = 0; c < classes; ++c)
    text += fmt::format("<th{}>{}</th>", direction, class_name(report, c));
  text += "</tr>\n";
  const std::int64_t most = most_mistakes_in_a_cell(*report.confusion);
  for (std::int64_t label = 0; label < classes; ++label) {
    text += fmt::format("<tr><th>{}</th>", class_name(report, label));
    for (std::int64_t other = 0; other < classes; ++other) text += cell(report, label, other, most);
    text += "</tr>\n";
  }
  return text + "</table>\n</div>\n</figure>\n";
}

std::string score_row(std::string_view name, std::string_view images, double precision, double recall,
                      double f1) {
  return fmt::format("<tr><th>{}</th><td>{}</td><td>{:.2f} %</td><td>{:.2f} %</td><td>{:.2f} %</td></tr>\n",
                     name, images, 100 * precision, 100 * recall, 100 * f1);
}

std::string scores(const Report& report) {
  const ConfusionMatrix& confusion = *report.confusion;
  std::string text = fmt::format(
      "<figure>\n<figcaption>Precision: the share of the predictions that are right. Recall: the share of "
      "the images that are found. Balanced accuracy, the mean recall: {:.2f} %.</figcaption>\n"
      "<div class=\"scroll\">\n<table class=\"scores\">\n"
      "<tr><th>class</th><th>images</th><th>precision</th><th>recall</th><th>F1</th></tr>\n",
      100 * confusion.balanced_accuracy());
  for (std::int64_t c = 0; c < confusion.classes(); ++c) {
    const ClassScore score = confusion.score(c);
    text += score_row(class_name(report, c), fmt::format("{}", score.images), score.precision, score.recall,
                      score.f1);
  }
  const MacroScore macro = confusion.macro();
  text += score_row("mean", "", macro.precision, macro.recall, macro.f1);
  return text + "</table>\n</div>\n</figure>\n";
}

}  // namespace

std::string confusion_section(const Report& report) {
  if (!report.confusion) return {};
  const ConfusionMatrix& confusion = *report.confusion;
  return fmt::format(
             "<section>\n<h2>Confusion matrix: {} of {} test images are classified correctly</h2>\n<div "
             "class=\"pair\">\n",
             confusion.correct(), confusion.images()) +
         matrix(report) + scores(report) + "</div>\n</section>\n";
}

}  // namespace gradtable::report::detail
