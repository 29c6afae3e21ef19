#include "apps/lectures/questions.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

namespace lectures {
namespace {

using gradtable::testing::contains;
using Words = std::vector<std::string>;

Answer answer_of(void (*question)(Answer&)) {
  Answer answer;
  question(answer);
  return answer;
}

// The words of each line that begins with `start`, without that.
std::vector<Words> rows(const std::string& text, const std::string& start) {
  std::istringstream lines(text);
  std::vector<Words> found;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(start)) continue;
    std::istringstream words(line.substr(start.size()));
    found.emplace_back();
    for (std::string word; words >> word;) found.back().push_back(word);
  }
  return found;
}

TEST(Questions, FitEightyColumns) {
  for (const Question& question : questions()) {
    EXPECT_LE(question.question.size(), 62U) << question.name;  // beside the name in the list
    std::istringstream lines(answer_of(question.answer).text());
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(Questions, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Question& question : questions())
    EXPECT_TRUE(names.insert(question.name).second) << question.name;
}

TEST(Questions, ThePerceptronWithSignHasNoGradientAndStaysAsItIs) {
  const std::string text = answer_of(perceptron).text();
  const Words first = rows(text, "sign              ").at(0), start = {"0", "1", "of", "4", "6.0000"};
  EXPECT_EQ(Words(first.begin(), first.begin() + 5), start);
  EXPECT_EQ(Words(first.begin() + 5, first.end()), Words(3, "0.0000"));
  EXPECT_TRUE(contains(text, "100       1 of 4    6.0000    0.0000    0.0000    0.0000\ntanh"));
  EXPECT_TRUE(contains(text, "100       4 of 4    0.0667"));
  EXPECT_TRUE(contains(text, "100       4 of 4    0.0000    0.0000    0.0000    0.0000\n"));
}

TEST(Questions, SoftplusHasSigmoidForItsDerivative) {
  const std::string text = answer_of(activations).text();
  const std::vector<Words> derivatives = rows(text, "            y'");
  ASSERT_EQ(derivatives.size(), 4U);
  EXPECT_EQ(derivatives[0], Words(5, "0.0000"));  // of sign
  EXPECT_EQ(derivatives[2], (Words{"0.0000", "0.0000", "0.0000", "1.0000", "1.0000"}));
  EXPECT_EQ(derivatives[3], rows(text, "sigmoid      y").at(0));
}

TEST(Questions, SoftmaxHasTheDerivativeOfTheFormula) {
  const std::string text = answer_of(probabilities).text();
  std::vector<double> p, dp, t, dL;
  for (const std::string i : {"   1", "   2", "   3"}) {
    const Words row = rows(text, i).at(0);
    p.push_back(std::stod(row.at(2)));
    for (std::size_t j = 3; j < 6; ++j) dp.push_back(std::stod(row.at(j)));
    t.push_back(std::stod(row.at(6)));
    dL.push_back(std::stod(row.at(7)));
  }
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(dp[3 * i + j], p[i] * ((i == j ? 1 : 0) - p[j]), 1e-4);
    EXPECT_NEAR(dL[i], p[i] - t[i], 1e-4);
  }
  EXPECT_EQ(rows(text, " sum").at(0),
            (Words{"2.1119", "1.0000", "0.0000", "0.0000", "0.0000", "1", "0.0000"}));
}

TEST(Questions, TheClippedUnitHasNoGradientWhereItIsMostWrong) {
  const std::string text = answer_of(clipped_output).text();
  EXPECT_EQ(rows(text, "   -2").at(0), (Words{"0.0000", "inf", "0.0000", "0.1192", "2.1269", "-0.8808"}));
  EXPECT_TRUE(contains(text, "  clipped  z = -1.0000\n  sigmoid  z = 3.8379\n"));
}

TEST(Questions, LinearHiddenUnitsAreSoftmaxRegression) {
  const std::string text = answer_of(linear_hidden).text();
  EXPECT_EQ(rows(text, "none").at(0).back(), "0.6931");  // ln 2
  EXPECT_EQ(rows(text, "8 linear").at(0).back(), "0.6931");
  EXPECT_LT(std::stod(rows(text, "8 ReLU").at(0).back()), 0.001);
  EXPECT_TRUE(contains(text, "differ by 0.0000000000 at most"));
}

TEST(Questions, TheSquareIsLinearInItsFeatures) {
  EXPECT_TRUE(contains(answer_of(features).text(), "0.000000   2.0000 x + 1.0000 x^2 + 1.0000\n"));
}

TEST(Questions, HighDegreesFitThePointsAndNotTheFunction) {
  std::istringstream lines(answer_of(polynomials).text());
  std::string header;
  std::getline(lines, header);
  std::vector<double> on_points, on_function;
  for (double degree, a, b, w; lines >> degree >> a >> b >> w;) {
    on_points.push_back(a);
    on_function.push_back(b);
  }
  ASSERT_EQ(on_points.size(), 10U);
  EXPECT_TRUE(std::ranges::is_sorted(on_points, std::greater()));
  EXPECT_EQ(on_points[9], 0);
  EXPECT_GT(on_function[9], 2 * on_function[3]);
  EXPECT_LT(on_function[3], on_function[1] / 2);
}

TEST(Questions, TheChainOfFigureSixHasTheProductForItsDerivative) {
  EXPECT_TRUE(contains(answer_of(figure_6).text(), "32 * 8 * 4 = 1024\ndz/dw of build_grad        = 1024\n"));
  EXPECT_EQ(rows(answer_of(figure_11).text(), "d2z/dw2").at(0).at(0), "3584");
}

TEST(Questions, GradTableSumsOverConsumers) {
  EXPECT_TRUE(contains(answer_of(figures_7_8).text(),
                       "1  grad_table[u3] du3/du1 + grad_table[u4] du4/du1 = 42 + 6 = 48\n"));
}

TEST(Questions, TheFormulasOfAnMlpAreThoseOfBuildGrad) {
  const std::string text = answer_of(figures_9_10).text();
  for (const std::string k : {"  3 ", "  2 ", "  1 "})
    EXPECT_EQ(rows(text, k).at(0).back(), "0.000000000000");
}

TEST(Questions, OneUpdateOfOneWeightLowersTheLoss) {
  const std::string text = answer_of(one_update).text();
  for (const char* part : {"dJ/dW21 = dJ/dh1 g' x2  = 0.5,", "differences    0.500000\n",
                           "W21 <- 1 - 0.5 * 0.5 = 0.75\n", "J = 0.25 -> 0.15625\n"})
    EXPECT_TRUE(contains(text, part));
}

TEST(Questions, ZerosHaveNoGradientAndUniformWeightsSmallOnes) {
  const std::string text = answer_of(initialization).text();
  EXPECT_TRUE(contains(text, "100   2.2724         0         0         0         0  3.23e-02\n"));
  EXPECT_LT(std::stod(rows(text, "uniform").at(0).at(3)), 1e-4);
  EXPECT_GT(std::stod(rows(text, "kaiming_uniform").at(0).at(3)), 1e-2);
}

TEST(Questions, ParametersAreThoseOfTheSlides) {
  const std::string text = answer_of(parameter_counts).text();
  EXPECT_EQ(rows(text, "28 x 28: 784-10-10").at(0).at(0), "7,960");
  EXPECT_EQ(rows(text, "250 x 250: as many nodes as pixels").at(0).at(0), "3,906,312,500");
}

TEST(Questions, TheReceptiveFieldIsThatOfTheFormula) {
  const std::string text = answer_of(receptive_field).text();
  EXPECT_TRUE(contains(text, "  .  .  3  6  9  6  3  .  .\n"));
  static const std::regex pair("([0-9]+) \\(([0-9]+)\\)");
  std::ptrdiff_t count = 0;
  for (std::sregex_iterator match(text.begin(), text.end(), pair), end; match != end; ++match, ++count)
    EXPECT_EQ((*match)[1], (*match)[2]);
  EXPECT_EQ(count, 4 * 5);
}

TEST(Questions, AConvolutionMovesWithItsInput) {
  const std::string text = answer_of(equivariance).text();
  for (const Words& row : rows(text, "convolution   ")) EXPECT_EQ(row.back(), "0.0000");
  EXPECT_GT(std::stod(rows(text, "fully connected").at(0).back()), 0.1);
  EXPECT_TRUE(contains(text, ": 3 for x, 3 for x moved by 7\n"));
}

// No line of a plot goes from one side of a jump to the other.
TEST(Questions, CurvesAreBrokenWhereTheyJump) {
  const Curve stairs = curve("stairs", 0, std::vector<double>{0, 1, 2, 3}, std::vector<double>{0, 0.5, 2, 2});
  const Curve split = broken(stairs, 1);
  ASSERT_EQ(split.points.size(), 5U);
  EXPECT_TRUE(std::isnan(split.points[2].y));
  EXPECT_EQ(broken(stairs, 2).points.size(), 4U);
  for (const auto& [question, pieces] :
       {std::pair(&perceptron, 3), {&clipped_output, 3}, {&activations, 3}}) {
    const std::string drawing = answer_of(question).files().at(0).content;
    const std::string path = drawing.substr(drawing.find("class=\"curve c0\" d="));
    EXPECT_GE(std::ranges::count(path.substr(0, path.find("/>")), 'M'), pieces);
  }
}

// A letter is about 7 wide, the drawing 440.
TEST(Questions, LegendsEndWithinTheirCharts) {
  static const std::regex legend("<text x=\"([0-9]+)\" y=\"16\">([^<]*)</text>");
  int charts = 0;
  for (const Question& question : questions()) {
    const Answer answer = answer_of(question.answer);
    for (const Answer::File& file : answer.files()) {
      if (!file.name.ends_with(".svg")) continue;
      ++charts;
      EXPECT_TRUE(file.content.starts_with("<svg ") && file.content.ends_with("</svg>\n")) << file.name;
      EXPECT_FALSE(contains(file.content, "nan") || contains(file.content, "no finite")) << file.name;
      for (std::sregex_iterator match(file.content.begin(), file.content.end(), legend), end; match != end;
           ++match)
        EXPECT_LE(std::stoi((*match)[1]) + 7 * (*match)[2].length(), 440) << file.name << ": " << (*match)[2];
    }
  }
  EXPECT_GE(charts, 12);
}

}  // namespace
}  // namespace lectures
