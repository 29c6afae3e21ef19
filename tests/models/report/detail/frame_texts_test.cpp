#include "gradtable/models/report/detail/frame_texts.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/losses.hpp"
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

}  // namespace
}  // namespace gradtable::report::detail
