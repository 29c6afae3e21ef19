#include "gradtable/models/report/detail/frame_texts.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/convolution.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable::report::detail {
namespace {

std::vector<std::string> texts_of(const Tensor& z, const std::vector<Tensor>& targets) {
  std::vector<GradientEvent> events;
  build_grad(z, targets, {.observer = [&](const GradientEvent& event) { events.push_back(event); }});
  return frame_texts(events);
}

bool any_begins(const std::vector<std::string>& texts, std::string_view beginning) {
  return std::ranges::any_of(texts, [&](const std::string& text) { return text.starts_with(beginning); });
}

// The parts of a formula that has a stable form: each has its own sum, and what is left out says why.
TEST(FrameTexts, CountTheTermsOfEachVariableInAStableForm) {
  Graph g;
  const Tensor x = g.parameter("x", full({2, 3}, 0.5, DType::float64));
  const Tensor y = softmax(x).named("y");
  const Tensor labels = g.input("labels", {2, 3}, DType::float64);
  const std::vector<std::string> texts = texts_of(cross_entropy(y, labels).named("loss"), {x});
  EXPECT_TRUE(any_begins(texts, "build_grad(y): y gets no entry, as z depends on it inside stable forms"));
  EXPECT_TRUE(any_begins(texts, "G ← G⁽¹⁾: the first term, "));
  EXPECT_FALSE(any_begins(texts, "G ← G + "));
  EXPECT_FALSE(any_begins(texts, "G⁽²⁾"));
}

TEST(FrameTexts, AddTheTermsOfEveryUse) {
  Graph g;
  const Tensor x = g.parameter("x", full({}, 3, DType::float64));
  const std::vector<std::string> texts = texts_of((x * x).named("z"), {x});
  EXPECT_TRUE(any_begins(texts, "G⁽²⁾ ← mul.bprop: "));
  EXPECT_TRUE(any_begins(texts, "G ← G + G⁽²⁾: "));
}

// A gradient that several variables share has the name of the one whose turn it was, not of one to come.
TEST(FrameTexts, NameGradientsByTheVariablesSeenSoFar) {
  Graph g;
  const Tensor x = g.parameter("x", full({3}, 1)), b = g.parameter("b", full({3}, 1));
  const Tensor v = square(x).named("v"), y = (v + b).named("y");
  const std::vector<std::string> texts = texts_of(mean(square(y - 2)).named("z"), {x, b});
  const auto first = std::ranges::find_if(
      texts, [](const std::string& text) { return text.find("∂z/∂y") != std::string::npos; });
  const auto turn = std::ranges::find_if(
      texts, [](const std::string& text) { return text.starts_with("build_grad(y): "); });
  EXPECT_GT(first - texts.begin(), turn - texts.begin());
  for (const std::string& text : texts) EXPECT_EQ(text.find("∂z/∂v = ∂z/∂y"), std::string::npos) << text;
  EXPECT_TRUE(any_begins(texts, "op ← square. D ← grad_table[v] = ∂z/∂v "));
}

// An attribute that changes nothing has no place in a sentence.
TEST(FrameTexts, LeaveOutAttributesThatChangeNothing) {
  Graph g;
  const Tensor x = g.input("x", {1, 1, 4, 4}), w = g.parameter("w", full({1, 1, 2, 2}, 1));
  EXPECT_EQ(formula(g, conv2d(x, w).id()), "conv2d(x, w)");
  EXPECT_EQ(formula(g, conv2d(x, w, {.stride = 2}).id()), "conv2d(x, w; stride (2,2))");
}

}  // namespace
}  // namespace gradtable::report::detail
