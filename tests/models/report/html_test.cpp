#include "gradtable/models/report/html.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <regex>
#include <utility>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

namespace gradtable::report {
namespace {

using testing::contains;

// A report with every part, of which every text is hostile.
Report full_report() {
  const std::string text = "<b a=\"1\">&'</b>";
  Report report;
  report.title = text;
  report.subtitle = text;
  report.facts = {{text, text}};
  report.epochs = {
      {.epoch = 1,
       .values = {{"train_loss", 2}, {"train_accuracy", 0.5}, {"validation_loss", 1.5}, {"test_loss", 1}}},
      {.epoch = 2, .values = {{"train_loss", 0.1}, {"train_accuracy", 0.75}, {"test_accuracy", 0.5}}}};
  report.kept_epoch = 1;
  report.confusion = ConfusionMatrix(3);
  report.confusion->add(std::vector<std::int32_t>{0, 1, 2}, std::vector<std::int32_t>{0, 2, 2});
  report.class_names = {text, text};
  report.mistakes = {{{7, 2, 1, {0.125, 0.75, 0.125}}, {1, 2, Colours::gray, {0, 255}}}};
  report.weights = {{text, unit_pictures(full({4, 3}, 0.5), 2, 2)}};
  report.graph_svg = "<svg id=\"graph\"></svg>";
  report.config = text;
  return report;
}

// The first mistake in the nesting of tags; empty where each is closed by its own.
std::string unbalanced(const std::string& page) {
  static const std::regex tag("<(/?)([a-zA-Z0-9]+)((?:\\s+[-a-zA-Z0-9:]+=\"[^\"<>]*\")*)(/?)>");
  std::vector<std::string> open;
  for (std::sregex_iterator i(page.begin(), page.end(), tag), end; i != end; ++i) {
    const std::smatch& match = *i;
    if (match[4].length() > 0) continue;
    if (match[1].length() == 0) {
      open.push_back(match[2]);
    } else if (open.empty() || open.back() != match[2]) {
      return match[0].str() + " closes " + (open.empty() ? "nothing" : open.back());
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : open.back() + " is open";
}

// What is left of the page without its tags and style: all that could be a tag by mistake is in it.
std::string without_tags(const std::string& page) {
  static const std::regex known(
      "<!DOCTYPE html>|<style>[^<]*</style>|<(/?)([a-zA-Z0-9]+)((?:\\s+[-a-zA-Z0-9:]+=\"[^\"<>]*\")*)(/?)>");
  return std::regex_replace(page, known, "");
}

TEST(HtmlReport, ClosesEveryTag) {
  EXPECT_EQ(unbalanced(html(full_report())), "");
  EXPECT_EQ(unbalanced(html(Report{})), "");
}

TEST(HtmlReport, EscapesEveryText) {
  const std::string page = html(full_report());
  EXPECT_FALSE(contains(page, "<b a"));
  EXPECT_FALSE(contains(without_tags(page), "<"));
  EXPECT_TRUE(contains(page, "<title>&lt;b a=&quot;1&quot;&gt;&amp;&#39;&lt;/b&gt;</title>"));
}

TEST(HtmlReport, NeedsNothingFromOutsideAndNoScript) {
  const std::string page = html(full_report());
  for (const char* word : {"http", "//", "<script", "<link", "@import", "url("})
    EXPECT_FALSE(contains(page, word));
  static const std::regex source("(src|href)=\"(?!data:image/png;base64,)");
  EXPECT_FALSE(std::regex_search(page, source));
}

TEST(HtmlReport, IsForLightAndDarkScreensAndPhones) {
  const std::string page = html(full_report());
  EXPECT_TRUE(contains(page, "prefers-color-scheme: dark"));
  EXPECT_TRUE(contains(page, "name=\"viewport\""));
}

// A drawing grows with its letters: 12 in a width of 440.
TEST(HtmlReport, DrawsNoLettersLargerThanThoseOfThePage) {
  const std::string page = html(full_report());
  const auto number = [&](const char* before) {
    std::smatch match;
    EXPECT_TRUE(std::regex_search(page, match, std::regex(std::string(before) + "([0-9]+)"))) << before;
    return match.empty() ? 0 : std::stod(match[1]);
  };
  const double width = number("class=\"chart\" viewBox=\"0 0 "),
               letters = number("\\.chart text.*font-size: ");
  EXPECT_LE(letters * number("\\.chart \\{.*max-width: ") / width, number("font: "));
}

TEST(HtmlReport, LeavesOutWhatIsEmpty) {
  const std::string page = html({.title = "run"});
  EXPECT_TRUE(contains(page, "<h1>run</h1>"));
  for (const char* part : {"<section", "<img", "<svg", "<table", "<dl"}) EXPECT_FALSE(contains(page, part));
}

TEST(HtmlReport, SaysOfPicturesThatTheyAreTooLarge) {
  Report report = full_report();
  report.mistakes[0].image = {5000, 2, Colours::gray, {}};
  report.weights = {{"W1", unit_pictures(full({5000, 3}, 0.5), 1, 5000)}};
  const std::string page = html(report);
  EXPECT_TRUE(contains(page, "<figure class=\"card\">\n<span>5000 x 2 pixels: too large to be shown</span>"));
  EXPECT_TRUE(
      contains(page, "The weights W1: 3 units</h2>\n<p>Each of 1 x 5000 pixels: too large to be shown.<"));
  EXPECT_FALSE(contains(page, "<img"));
  EXPECT_EQ(unbalanced(page), "");
}

TEST(HtmlReport, DrawsTheCurvesThatWereMeasured) {
  Report report = full_report();
  EXPECT_TRUE(contains(html(report), ">validation</text>"));
  EXPECT_TRUE(contains(html(report), ">kept: epoch 1</text>"));
  for (EpochMetrics& epoch : report.epochs)
    std::erase_if(epoch.values, [](const auto& value) { return value.first == "validation_loss"; });
  EXPECT_FALSE(contains(html(report), "validation"));
  EXPECT_TRUE(contains(html(report), ">test</text>"));
}

TEST(HtmlReport, ShowsTheConfusionMatrixWithItsScores) {
  const std::string page = html(full_report());
  EXPECT_TRUE(contains(page, "Confusion matrix: 2 of 3 test images are classified correctly"));
  EXPECT_TRUE(
      contains(page, "<td class=\"hit\" style=\"--a:0.32\" title=\"label 2, predicted 2: 1\">1</td>"));
  EXPECT_TRUE(
      contains(page, "<tr><th>2</th><td>2</td><td>100.00 %</td><td>50.00 %</td><td>66.67 %</td></tr>"));
}

TEST(HtmlReport, TurnsLongNamesOfClassesOverNarrowColumns) {
  Report report{.confusion = ConfusionMatrix(2), .class_names = {"cat", "elephant"}};
  EXPECT_TRUE(contains(html(report), "<th class=\"upright\">elephant</th>"));
  report.class_names.pop_back();
  EXPECT_TRUE(contains(html(report), "<th>cat</th><th>1</th>"));
}

TEST(HtmlReport, HasNoMatrixThatNobodyCouldRead) {
  EXPECT_TRUE(contains(html({.confusion = ConfusionMatrix(40)}), "class=\"heat\""));
  EXPECT_FALSE(contains(html({.confusion = ConfusionMatrix(41)}), "class=\"heat\""));
}

TEST(HtmlReport, ShowsMistakesWithTheMostProbableClassesAndTheLabel) {
  Report report;
  Mistake mistake{12, 4, 1, {0.0625, 0.5, 0.25, 0.1875, 0.0005}};
  report.mistakes = {{mistake, {1, 1, Colours::gray, {0}}}};
  const std::string page = html(report);
  EXPECT_TRUE(contains(page, "<b>4, taken for 1</b><br/>image 12"));
  EXPECT_TRUE(
      contains(page, "<tr class=\"other\"><th>3</th><td><i style=\"width:18.8%\"></i></td><td>18.8 %</td>"));
  EXPECT_TRUE(
      contains(page, "<tr class=\"label\"><th>4</th><td><i style=\"width:0.1%\"></i></td><td>&lt; 0.1 %"));
  EXPECT_FALSE(contains(page, "<th>0</th>"));
}

TEST(HtmlReport, CallsOutputsThatAreNoProbabilitiesByTheirName) {
  Report report;
  report.mistakes = {{{12, 1, 0, {1.25, -0.125}}, {1, 1, Colours::gray, {0}}}};
  EXPECT_TRUE(contains(html(report), "whose label gets the least probability"));
  report.has_probabilities = false;
  const std::string page = html(report);
  EXPECT_TRUE(contains(page, "whose label gets the smallest output"));
  EXPECT_FALSE(contains(page, "probability"));
  EXPECT_TRUE(contains(page, "<i style=\"width:100.0%\"></i></td><td>1.250</td>"));
  EXPECT_TRUE(contains(page, "<i style=\"width:0.0%\"></i></td><td>-0.125</td>"));
}

TEST(HtmlReport, SaysHowManyOfTheWeightsItShows) {
  Report report;
  report.weights = {{"W1", unit_pictures(zeros({4, 9}), 2, 2, 3)},
                    {"K", filter_pictures(zeros({2, 3, 5, 5}))}};
  const std::string page = html(report);
  EXPECT_TRUE(contains(page, "The weights W1: the first 3 of 9 units of 2 x 2"));
  EXPECT_TRUE(contains(page, "The weights K: 6 kernels of 5 x 5"));
}

TEST(HtmlReport, ShowsMatricesOfWeights) {
  Report report;
  report.weights = {{"W2", matrix_picture(zeros({300, 10}))}, {"W<3>", matrix_picture(zeros({5, 400}))}};
  const std::string page = html(report);
  EXPECT_EQ(unbalanced(page), "");
  EXPECT_TRUE(contains(page, "The weights W2: 10 outputs, the first 256 of 300 inputs</h2>"));
  EXPECT_TRUE(contains(page, "The weights W&lt;3&gt;: the first 256 of 400 outputs, 5 inputs</h2>"));
  EXPECT_TRUE(contains(page, " style=\"max-width:4096px\" src=\"data:image/png"));
  EXPECT_TRUE(contains(page, " style=\"max-width:11px\" src=\"data:image/png")) << "no higher than a screen";
}

TEST(HtmlReport, TakesTheDrawingOfTheGraphAsItIs) {
  Report report = full_report();
  EXPECT_TRUE(contains(html(report), "<svg id=\"graph\"></svg>"));
  EXPECT_TRUE(contains(html(report), "<h2>The graph of the loss and its gradient</h2>"));
  report.graph_has_gradient = false;
  EXPECT_TRUE(contains(html(report), "<h2>The graph of the loss</h2>"));
}

// The first and last label of the axis of the losses.
std::pair<std::string, std::string> loss_axis(const std::vector<std::optional<double>>& validation) {
  Report report;
  double loss = 2;
  for (const auto& value : validation) {
    report.epochs.push_back({.epoch = static_cast<std::int64_t>(report.epochs.size() + 1),
                             .values = {{"train_loss", loss}, {"train_accuracy", 0.5}}});
    if (value) report.epochs.back().values.emplace_back("validation_loss", *value);
    loss /= 10;
  }
  const std::string page = html(report);
  static const std::regex label("<text class=\"end\"[^>]*>([^<]*)</text>");
  std::vector<std::string> labels;
  for (std::sregex_iterator i(page.begin(), page.end(), label), end; i != end; ++i) labels.push_back((*i)[1]);
  const auto accuracy = std::ranges::find_if(labels, [](const auto& text) { return text.ends_with("%"); });
  return {labels.front(), *(accuracy - 1)};
}

TEST(HtmlReport, HasALinearAxisWhereALossRisesAgain) {
  using Axis = std::pair<std::string, std::string>;
  EXPECT_EQ(loss_axis({1.5, 0.37, 0.4, 0.5}), (Axis{"0.0", "2.0"}));
  EXPECT_EQ(loss_axis({1.5, 0.37, {}, 0.5}), (Axis{"0.0", "2.0"}));
  const Axis powers = {"0.002", "2"};
  EXPECT_EQ(loss_axis({1.5, 0.37, 0.35, 0.34}), powers);
  EXPECT_EQ(loss_axis({1.5, 0.37, 0.35, 0.355}), powers) << "no clear rise";
  EXPECT_EQ(loss_axis({{}, {}, {}, {}}), powers);
  EXPECT_EQ(loss_axis({1.5, 0.37, 0.5, std::numeric_limits<double>::quiet_NaN()}), (Axis{"0.0", "2.0"}));
  EXPECT_EQ(loss_axis({0.02, 0.02, 0.02, 0.5}), powers) << "a rise that powers of ten show";
}

}  // namespace
}  // namespace gradtable::report
