#include <cmath>
#include <string>
#include <vector>

#include "tests/graph/values.hpp"
#include "tests/support/message_of.hpp"
#include "tests/support/numbers.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::contains;
using testing::kInfinity;
using testing::message_of;
using testing::number;
using testing::numbers_of;

TEST(Finite, NamesTheFirstNodeThatIsNot) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor p = graph.parameter("p", full({2}, 1, DType::float64));
  const Tensor a = square(mul(x, p));
  const int line = __LINE__ + 1;
  const Tensor b = log(a).named("entropy");
  const Tensor loss = sum(exp(tanh(b)) + scale(b, 3));
  Program program = compile(graph, {.outputs = {loss}, .updates = {{p, p + a}}, .finite = {loss}});
  const std::string message = message_of<NumericError>([&] {
    program.run({{x, zeros({2}, DType::float64)}});
  });
  EXPECT_TRUE(contains(message, "got -inf first in entropy (log)"));
  EXPECT_TRUE(contains(message, fmt::format("finite_test.cpp:{}]", line)));
  program.run({{x, full({2}, 2, DType::float64)}});
  EXPECT_EQ(numbers_of(graph.value(p)), (std::vector<double>{5, 5}));
}

// log(sigmoid(x)) is computed as log_sigmoid(x), which is finite.
TEST(Finite, BlamesNoFormulaThatIsComputedInAnotherForm) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor loss = (log(sigmoid(x)).named("saturated") + exp(-x).named("blast")).named("loss");
  Program program = compile(graph, {.outputs = {loss}, .finite = {loss}});
  const std::string message = message_of<NumericError>([&] {
    program.run({{x, full({}, -1000, DType::float64)}});
  });
  EXPECT_TRUE(contains(message, "got inf first in blast (exp)")) << message;
}

TEST(Finite, KeepsAllParametersWhenItFails) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor p = number(graph, "p", 1), q = number(graph, "q", 2);
  // Nodes of both updates stand before the one that is checked.
  const Tensor new_p = p + 1, new_q = q + x;
  const Tensor loss = log(x);
  Program program =
      compile(graph, {.outputs = {loss}, .updates = {{p, new_p}, {q, new_q}}, .finite = {loss}});
  EXPECT_THROW(program.run({{x, full({}, -1, DType::float64)}}), NumericError);
  EXPECT_EQ(graph.value(p).item(), 1);
  EXPECT_EQ(graph.value(q).item(), 2);
  program.run({{x, full({}, 1, DType::float64)}});
  EXPECT_EQ(graph.value(p).item(), 2);
  EXPECT_EQ(graph.value(q).item(), 3);
}

TEST(Finite, NamesAFeedOrAParameterThatIsNot) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor p = number(graph, "weights", 1);
  const Tensor loss = exp(tanh(x)) + p;
  Program program = compile(graph, {.outputs = {loss}, .finite = {loss}});
  const Array one = full({}, 1, DType::float64);
  const Array nan = full({}, std::nan(""), DType::float64);
  EXPECT_TRUE(contains(message_of<NumericError>([&] { program.run({{x, nan}}); }), "got nan first in x "));
  graph.set_value(p, full({}, kInfinity, DType::float64));
  EXPECT_TRUE(contains(message_of<NumericError>([&] {
                         program.run({{x, one}});
                       }),
                       "got inf first in weights "));
}

TEST(Finite, SaysWhatItFoundAndInWhatForPeople) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor t = graph.input("t", {2}, DType::float64);
  const Tensor difference = (exp(x) - 2 * t).named("difference");
  const Tensor loss = sum(square(difference)).named("loss");
  Program program = compile(graph, {.outputs = {loss}, .finite = {loss}});
  const auto error_of = [&](double first, double second) -> NotFiniteError {
    try {
      program.run({{x, Array::of<double>({2}, {first, 0})}, {t, Array::of<double>({2}, {second, 0})}});
    } catch (const NotFiniteError& error) {
      return error;
    }
    return {"finite", 0, ""};
  };
  EXPECT_EQ(error_of(1000, 0).first, "difference");
  EXPECT_EQ(error_of(500, 0).first, "loss");
  EXPECT_EQ(error_of(500, 0).found, kInfinity);
  EXPECT_EQ(error_of(0, std::nan("")).first, "t");
  EXPECT_TRUE(std::isnan(error_of(0, std::nan("")).found));
  EXPECT_EQ(error_of(0, 0).first, "");
}

TEST(Finite, IsCheckedOnlyWhereAsked) {
  Graph graph;
  const Tensor x = graph.input("x", {2}, DType::float64);
  const Tensor loose = log(x), strict = square(x);
  Program program = compile(graph, {.outputs = {loose, strict}, .finite = {strict}});
  program.run({{x, zeros({2}, DType::float64)}});
  EXPECT_EQ(program.value(loose).as<double>()[0], -kInfinity);
  EXPECT_THROW(program.run({{x, Array::of<double>({2}, {1, 1e200})}}), NumericError);
}

TEST(Finite, AreAllElementsOfATensorThatHasNone) {
  Graph graph;
  const Tensor x = graph.input("x", {0, 3}, DType::float64);
  for (const int threads : {1, 2}) {
    Program program = compile(graph, {.outputs = {exp(x)}, .finite = {exp(x), x}, .min_threads = threads});
    EXPECT_NO_THROW(program.run({{x, zeros({0, 3}, DType::float64)}}));
  }
}

TEST(Finite, TakesLeavesAndNodesThatAreNoOutputs) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor p = number(graph, "p", 1);
  Program program = compile(graph, {.updates = {{p, p + 1}}, .finite = {x, exp(x)}});
  EXPECT_THROW(program.run({{x, full({}, 1000, DType::float64)}}), NumericError);
  EXPECT_THROW(program.run({{x, full({}, -kInfinity, DType::float64)}}), NumericError);
  EXPECT_EQ(graph.value(p).item(), 1);
  program.run({{x, full({}, 1, DType::float64)}});
  EXPECT_EQ(graph.value(p).item(), 2);
}

}  // namespace
}  // namespace gradtable
