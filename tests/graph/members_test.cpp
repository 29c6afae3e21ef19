// Graphs and programs as members of a user's class, which is returned, moved and kept in a vector.
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::numbers_of;

struct Line {
  Graph graph;
  Tensor x, w, y;
  Program predict, step;
};

Line line(double slope) {
  Line made;
  made.x = made.graph.input("x", {2});
  made.w = made.graph.parameter("w", full({}, slope));
  made.y = made.x * made.w;
  made.predict = compile(made.graph, {.outputs = {made.y}});
  const Tensor loss = sum(square(made.y));
  made.step =
      compile(made.graph,
              {.outputs = {loss}, .updates = {{made.w, made.w - 0.25 * build_grad(loss, {made.w})[made.w]}}});
  return made;
}

TEST(Members, AreReturnedAndKeptInAVector) {
  std::vector<Line> lines;
  for (const double slope : {1.0, 2.0, 3.0}) lines.push_back(line(slope));
  const std::array<float, 2> numbers = {1, 0};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Line& one = lines[i];
    const double slope = static_cast<double>(i) + 1;
    EXPECT_EQ(one.predict.infer({{one.x, numbers}})[0][0].item(), slope);
    one.step.run({{one.x, numbers}});
    EXPECT_EQ(one.graph.value(one.w).item(), slope / 2);
    const Program more = compile(one.graph, {.outputs = {one.y + 1}});
    EXPECT_EQ(numbers_of(more.infer({{one.x, numbers}})[0])[1], 1);
  }
}

TEST(Members, OfAMovedClassAreThoseOfTheNewOne) {
  Line first = line(2), second = std::move(first);
  first = line(5);
  EXPECT_EQ(first.predict.infer({{first.x, std::vector<float>{1, 2}}})[0].at<float>({1}), 10);
  EXPECT_EQ(second.predict.infer({{second.x, std::vector<float>{1, 2}}})[0].at<float>({1}), 4);
  EXPECT_THROW(second.predict.infer({{first.x, std::vector<float>{1, 2}}}), GraphError);
}

TEST(EmptyProgram, SaysThatItIsEmpty) {
  Program program;
  EXPECT_TRUE(program.empty());
  Graph graph;
  const Tensor x = graph.input("x", {});
  const std::string sentence =
      "program: expected a compiled program, got an empty one: never compiled, or moved away";
  EXPECT_EQ(message_of<GraphError>([&] { program.run({{x, full({}, 1)}}); }), sentence);
  EXPECT_EQ(message_of<GraphError>([&] { program.infer(); }), sentence);
  EXPECT_EQ(message_of<GraphError>([&] { program.value(x); }), sentence);
  EXPECT_EQ(message_of<GraphError>([&] { program.inputs(); }), sentence);
  EXPECT_EQ(message_of<GraphError>([&] { program.plan(); }), sentence);
  EXPECT_EQ(message_of<GraphError>([&] { program.rewrites(); }), sentence);
  EXPECT_EQ(message_of<GraphError>([&] { program.profile(); }), sentence);
  EXPECT_EQ(message_of<GraphError>([&] { program.profile({}, 0); }), sentence);
  program = compile(graph, {.outputs = {exp(x)}});
  EXPECT_FALSE(program.empty());
  program.run({{x, full({}, 0)}});
  const Program taken = std::move(program);
  EXPECT_TRUE(program.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(message_of<GraphError>([&] { program.run(); }), sentence);
}

// The class that a user writes first, with feeds in every form.
TEST(FeedsOfRanges, AreReadWhereTheyLie) {
  Line one = line(3);
  const std::vector<float> numbers = {1, 2};
  float of_c[] = {1, 2};
  for (const ConstView& fed : {ConstView(numbers), ConstView(of_c), ConstView(std::span(of_c))}) {
    one.predict.run({{one.x, fed}});
    EXPECT_EQ(to_string(one.predict.value(one.y)), "[3. 6.]");
  }
  EXPECT_TRUE(contains(message_of<ShapeError>([&] {
                         one.predict.run({{one.x, std::vector<double>{1, 2}}});
                       }),
                       "run: expected float32 (2) for the input x, got float64 (2)"));
  one.graph.set_value(one.w, ConstView(std::vector<float>{4}, Shape{}));
  one.predict.run({{one.x, numbers}});
  EXPECT_EQ(one.predict.value(one.y)[1].item(), 8);
}

}  // namespace
}  // namespace gradtable
