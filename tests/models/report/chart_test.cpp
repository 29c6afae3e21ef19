#include "gradtable/models/report/chart.hpp"

#include <algorithm>
#include <cmath>

#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

namespace gradtable::report {
namespace {

using testing::contains;
using testing::kNaN;

Chart chart_of(std::vector<Point> points) {
  return {.title = "Loss", .x_name = "epoch", .curves = {{"training", 0, std::move(points)}}};
}

TEST(Chart, DrawsACurveFromCornerToCorner) {
  EXPECT_TRUE(contains(svg(chart_of({{1, 0}, {2, 0.5}, {3, 1}})),
                       "<path class=\"curve c0\" d=\"M52.0 230.0L239.0 130.0L426.0 30.0\"/>"));
}

TEST(Chart, BreaksACurveWhereItIsNotFinite) {
  const std::string drawing = svg(chart_of({{1, 0}, {2, 1}, {3, kNaN}, {4, INFINITY}, {5, 0}}));
  EXPECT_TRUE(contains(drawing, "d=\"M52.0 230.0L145.5 30.0M426.0 230.0\""));
  EXPECT_FALSE(contains(drawing, "nan"));
  EXPECT_FALSE(contains(drawing, "inf"));
}

TEST(Chart, SaysThatThereIsNothingFinite) {
  EXPECT_TRUE(contains(svg(chart_of({{1, kNaN}})), "no finite values"));
  EXPECT_TRUE(contains(svg(chart_of({})), "no finite values"));
}

TEST(Chart, ShowsASinglePoint) {
  const std::string drawing = svg(chart_of({{1, 0.5}}));
  EXPECT_TRUE(contains(drawing, "<circle class=\"d0\" cx=\"239.0\""));
  EXPECT_TRUE(contains(drawing, "<title>training, epoch 1: 0.5</title>"));
  EXPECT_FALSE(contains(drawing, "nan"));
}

TEST(Chart, DrawsManyPointsEvenlyAndTheLastOne) {
  std::vector<Point> points;
  for (int i = 0; i < 100'002; ++i) points.push_back({static_cast<double>(i), i % 2 == 0 ? 0.0 : 1.0});
  const std::string drawing = svg(chart_of(points));
  EXPECT_LE(std::ranges::count(drawing, 'L'), 501);
  EXPECT_TRUE(contains(drawing, "L426.0 30.0\""));
  EXPECT_FALSE(contains(drawing, "<circle"));
}

TEST(Chart, TakesALogarithmicAxisOnlyForPositiveNumbersFarApart) {
  Chart chart = chart_of({{1, 100}, {2, 10}, {3, 1}});
  EXPECT_TRUE(contains(svg(chart), "M52.0 30.0L239.0 210.0"));
  chart.logarithmic = true;
  EXPECT_TRUE(contains(svg(chart), "M52.0 30.0L239.0 130.0L426.0 230.0"));
  chart.curves[0].points[2].y = 0;
  EXPECT_TRUE(contains(svg(chart), "M52.0 30.0L239.0 210.0L426.0 230.0"));
}

TEST(Chart, WritesSharesInPercentAndNeverAboveAHundred) {
  Chart chart = chart_of({{1, 1}, {2, 1}});
  chart.percent = true;
  EXPECT_TRUE(contains(svg(chart), ">100 %</text>"));
  EXPECT_FALSE(contains(svg(chart), ">102 %</text>"));
  EXPECT_TRUE(contains(svg(chart), "epoch 1: 100.00 %"));
}

TEST(Chart, MarksAPlaceThatItShows) {
  Chart chart = chart_of({{1, 0}, {3, 1}});
  chart.mark_name = "kept <2>";
  chart.marked_x = 2;
  EXPECT_TRUE(contains(svg(chart), ">kept &lt;2&gt;</text>"));
  chart.marked_x = 4;
  EXPECT_FALSE(contains(svg(chart), "kept"));
}

TEST(Chart, NumbersXInPartsWhereItIsAReal) {
  Chart chart = chart_of({{-1, 0}, {1, 1}});
  EXPECT_FALSE(contains(svg(chart), ">0.5</text>"));
  chart.x_step = 0;
  EXPECT_TRUE(contains(svg(chart), ">-0.5</text>"));
  EXPECT_TRUE(contains(svg(chart), ">0.5</text>"));
}

TEST(Chart, DrawsDotsAloneWhereThereIsNoLine) {
  Chart chart = chart_of({{1, 0}, {2, 1}});
  chart.curves[0].line = false;
  const std::string drawing = svg(chart);
  EXPECT_FALSE(contains(drawing, "<path"));
  EXPECT_FALSE(contains(drawing, "<line class=\"curve"));
  EXPECT_TRUE(contains(drawing, "<circle class=\"d0\" cx=\"52.0\" cy=\"230.0\""));
  EXPECT_TRUE(contains(drawing, "<circle class=\"d0\" cx=\"70\" cy=\"12\""));
}

TEST(Chart, IsAFileOfItsOwnWithTitleAndColours) {
  const std::string file = svg_file(chart_of({{1, 0}, {2, 1}}));
  EXPECT_TRUE(file.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_TRUE(contains(file, ">Loss</text>"));
  EXPECT_TRUE(contains(file, ".c0 { stroke: #0068b2; }"));
  EXPECT_FALSE(contains(file, "var("));
  EXPECT_TRUE(contains(file, "<path class=\"curve c0\" d=\"M52.0 230.0L426.0 30.0\"/>"));
  EXPECT_TRUE(contains(svg_file(chart_of({})), "no finite values"));
}

TEST(Chart, EscapesNames) {
  Chart chart = chart_of({{1, 0}, {3, 1}});
  chart.title = "\"a\" & b";
  chart.curves[0].name = "<script>";
  EXPECT_TRUE(contains(svg(chart), "aria-label=\"&quot;a&quot; &amp; b\""));
  EXPECT_FALSE(contains(svg(chart), "<script>"));
}

}  // namespace
}  // namespace gradtable::report
