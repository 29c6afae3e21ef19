// What build_grad refuses, and how it says so.
#include <string>
#include <utility>
#include <vector>

#include "tests/graph/user_ops.hpp"
#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/stop_gradient.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::message_of;
using testing::number;
using testing::pass;
using testing::Pass;
using testing::rough;

std::string here(int line) {
  return fmt::format("build_grad_refused_test.cpp:{}]", line);
}

TEST(GradTable, RefusesWhatIsNotATarget) {
  Graph graph;
  const Tensor x = number(graph, "x", 1), y = number(graph, "y", 1);
  const GradTable table = build_grad(x * y, {x});
  EXPECT_TRUE(contains(message_of<GradientError>([&] { table[y]; }), "got y"));
}

TEST(BuildGrad, RefusesZThatIsNoScalar) {
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({2, 3}, DType::float64));
  const int line = __LINE__ + 1;
  const Tensor z = square(x).named("residuals");
  const std::string message = message_of<GradientError>([&] { build_grad(z, {x}); });
  EXPECT_TRUE(contains(message, "residuals of float64 (2,3)"));
  EXPECT_TRUE(contains(message, "reduce it by sum or mean"));
  EXPECT_TRUE(contains(message, here(line)));
}

TEST(BuildGrad, RefusesZOfIntegers) {
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({3}));
  EXPECT_THROW(build_grad(argmax(x), {x}), GradientError);
}

TEST(BuildGrad, NamesATargetThatIsNotReached) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const int line = __LINE__ + 1;
  const Tensor lonely = graph.parameter("lonely", zeros({2}));
  const std::string message = message_of<GradientError>([&] {
    build_grad(square(x).named("z"), {x, lonely});
  });
  EXPECT_TRUE(contains(message, "expected z to depend on the target lonely"));
  EXPECT_TRUE(contains(message, here(line)));
}

TEST(BuildGrad, DoesNotReachATargetMadeFromZ) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const Tensor z = square(x);
  const Tensor later = exp(z);
  EXPECT_THROW(build_grad(z, {later}), GradientError);
}

TEST(BuildGrad, GivesZerosForUnreachedTargetsWhenAskedTo) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const Tensor lonely = graph.parameter("lonely", full({2, 3}, 7));
  const GradTable table = build_grad(square(x), {lonely, x}, {Unreached::zeros});
  EXPECT_EQ(table[lonely].type(), (TensorType{DType::float32, {2, 3}}));
  const Array gradient = evaluate(table[lonely]);
  for (const float value : gradient.as<float>()) EXPECT_EQ(value, 0);
  EXPECT_EQ(evaluate(table[x]).item(), 4);
}

TEST(BuildGrad, RefusesTargetsOfIntegers) {
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({2, 3}));
  const Tensor labels = graph.input("labels", {2}, DType::int32);
  const Tensor z = sum(mul(x, one_hot(labels, 3)));
  EXPECT_TRUE(contains(message_of<GradientError>([&] {
                         build_grad(z, {x, labels});
                       }),
                       "labels of int32 (2)"));
}

TEST(BuildGrad, NamesTheIntegersThatEndTheOnlyPath) {
  Graph graph;
  const Tensor x = graph.parameter("x", zeros({2, 3}));
  const int line = __LINE__ + 1;
  const Tensor hot = one_hot(argmax(x), 3);
  const Tensor z = sum(hot).named("z");
  const std::string message = message_of<GradientError>([&] { build_grad(z, {x}); });
  EXPECT_TRUE(contains(message,
                       "expected z to depend on the target x, got no path between them but through "
                       "argmax, which derivatives take as constant, as all integers ["))
      << message;
  EXPECT_TRUE(contains(message, here(line)));
}

TEST(BuildGrad, NamesTheOpThatEndsTheOnlyPath) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const Tensor z = square(stop_gradient(exp(x))).named("z");
  EXPECT_TRUE(
      contains(message_of<GradientError>([&] { build_grad(z, {x}); }),
               "no path between them but through stop_gradient, which derivatives take as constant ["));
}

TEST(BuildGrad, NamesAUsersOpWithoutBprop) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  const int line = __LINE__ + 1;
  const Tensor y = rough(x);
  const std::string message = message_of<GradientError>([&] { build_grad(square(y), {x}); });
  EXPECT_TRUE(contains(message, "a derivative of rough with respect to its input x"));
  EXPECT_TRUE(contains(message, here(line)));
}

TEST(BuildGrad, RefusesAGradientThatDoesNotFit) {
  Graph other;
  const Tensor stranger = other.parameter("stranger", zeros({2, 3}, DType::float64));
  const std::vector<std::pair<Pass::Bprop, std::string>> cases = {
      {[](auto, const Tensor& g, auto) { return sum(g); }, "got float64 ()"},
      {[](auto, const Tensor& g, auto) {
         return g.graph().constant(zeros({2, 3}));
       },
       "got float32 (2,3)"},
      {[](auto, const Tensor& g, auto) {
         return g.graph().constant(zeros({3, 2}, DType::float64));
       },
       "got float64 (3,2)"},
      {[](auto, const Tensor&, auto) { return Tensor(); }, "got nothing"},
      {[=](auto, const Tensor&, auto) { return stranger; }, "got a tensor of another graph"},
  };
  for (const auto& [bprop, found] : cases) {
    Graph graph;
    const Tensor x = graph.parameter("x", zeros({2, 3}, DType::float64));
    const int line = __LINE__ + 1;
    const Tensor y = pass({x}, bprop);
    const std::string message = message_of<GradientError>([&] { build_grad(sum(y), {x}); });
    EXPECT_TRUE(contains(message, "expected bprop of pass to give float64 (2,3) for its input x"));
    EXPECT_TRUE(contains(message, found));
    EXPECT_TRUE(contains(message, here(line)));
  }
}

TEST(BuildGrad, RefusesTargetsOfAnotherGraphAndEmptyTensors) {
  Graph graph, other;
  const Tensor x = number(graph, "x", 2);
  const Tensor stranger = number(other, "stranger", 2);
  EXPECT_TRUE(
      contains(message_of<GradientError>([&] { build_grad(square(x), {stranger}); }), "got stranger"));
  EXPECT_THROW(build_grad(square(x), {Tensor()}), GradientError);
  EXPECT_THROW(build_grad(Tensor(), {x}), GradientError);
}

TEST(BuildGrad, LeavesThePhaseAsItWasWhenABpropThrows) {
  Graph graph;
  const Tensor x = number(graph, "x", 2);
  EXPECT_THROW(build_grad(exp(rough(x)), {x}), GradientError);
  EXPECT_EQ(tanh(x).node().phase, Phase::forward);
}

}  // namespace
}  // namespace gradtable
