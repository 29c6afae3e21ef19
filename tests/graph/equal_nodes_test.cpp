// Derivatives count the target, and nothing that is equal to it by accident.
#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "tests/graph/values.hpp"
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gradtable/graph/ancestors.hpp"
#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/derivatives.hpp"
#include "gradtable/graph/jacobian.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/powers.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::near;
using testing::number;

struct Formula {
  const char* name;
  std::function<Tensor(const Tensor&)> f;
};

// Such that the derivatives of many are made of others.
const std::vector<Formula> kFormulas = {
    {"exp", [](const Tensor& x) { return exp(x); }},
    {"expm1", [](const Tensor& x) { return expm1(x); }},
    {"log", [](const Tensor& x) { return log(x); }},
    {"sin", [](const Tensor& x) { return sin(x); }},
    {"cos", [](const Tensor& x) { return cos(x); }},
    {"-sin", [](const Tensor& x) { return neg(sin(x)); }},
    {"tanh", [](const Tensor& x) { return tanh(x); }},
    {"1 - tanh^2", [](const Tensor& x) { return 1.0 - square(tanh(x)); }},
    {"sigmoid", [](const Tensor& x) { return sigmoid(x); }},
    {"softplus", [](const Tensor& x) { return softplus(x); }},
    {"gelu", [](const Tensor& x) { return gelu(x); }},
    {"sqrt", [](const Tensor& x) { return sqrt(x); }},
    {"1 / x", [](const Tensor& x) { return reciprocal(x); }},
    {"x^2", [](const Tensor& x) { return square(x); }},
    {"2 x", [](const Tensor& x) { return scale(x, 2); }},
    {"x^3", [](const Tensor& x) { return pow(x, 3); }},
    {"3 x^2", [](const Tensor& x) { return scale(square(x), 3); }},
};

// z of x and e.
const std::vector<std::function<Tensor(const Tensor& x, const Tensor& e, const Formula& g)>> kJoins = {
    [](const Tensor& x, const Tensor&, const Formula& g) { return sum(g.f(x)); },
    [](const Tensor& x, const Tensor& e, const Formula& g) { return sum(g.f(x) * e); },
    [](const Tensor& x, const Tensor& e, const Formula& g) { return sum(x * g.f(e + 1.0)); },
};

// All derivatives of z by x and e to the third order, of which those of the second are symmetric.
std::vector<Array> derivatives(const Tensor& z, const Tensor& x, const Tensor& e) {
  const std::vector<Tensor> targets = {x, e};
  std::vector<Tensor> made = gradients({z}, targets, Unreached::zeros);
  const Blocks h = hessian(z, targets, Unreached::zeros);
  for (const std::vector<Tensor>& row : h) made.insert(made.end(), row.begin(), row.end());
  const std::vector<Tensor> v = {full_like(x, 0.7), full_like(e, -1.3)};
  for (const Tensor& product : hvp(z, targets, v, Unreached::zeros)) made.push_back(product);
  for (const Tensor& product : jvp(gradients({z}, targets, Unreached::zeros), targets, v, Unreached::zeros))
    made.push_back(product);
  const Tensor second = sum(h[0][0]) + 2 * sum(h[0][1]) + 3 * sum(h[1][0]) + 4 * sum(h[1][1]);
  for (const Tensor& third : gradients({second}, targets, Unreached::zeros)) made.push_back(third);
  return compile(z.graph(), {.outputs = made}).infer();
}

void expect_near(const std::vector<Array>& found, const std::vector<Array>& expected,
                 const std::string& what) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_TRUE(near(found[i], expected[i])) << what << ", derivative " << i;
}

// A target e = h(x) is varied alone, as if a number d were added to it: derivatives by e are those by d.
void expect_those_of_an_added_number(const Formula& g, const Formula& h, std::size_t join) {
  Graph graph, with_number;
  const Array at = full({}, 0.6, DType::float64);
  const Tensor x = graph.parameter("x", at), e = h.f(x);
  const Tensor z = kJoins[join](x, e, g);
  const std::array<NodeId, 1> last = {g.f(x).id()};
  if (std::ranges::binary_search(ancestors(graph, last), e.id())) return;  // e is written in g, too
  const Tensor x2 = with_number.parameter("x", at), d = number(with_number, "d", 0);
  const Tensor z2 = kJoins[join](x2, h.f(x2) + d, g);
  expect_near(derivatives(z, x, e), derivatives(z2, x2, d),
              fmt::format("g = {}, e = {}, join {}", g.name, h.name, join));
}

TEST(EqualNodes, LeaveDerivativesByResultsAlone) {
  for (const Formula& g : kFormulas)
    for (const Formula& h : kFormulas) expect_those_of_an_added_number(g, h, 0);
}

TEST(EqualNodes, LeaveDerivativesByResultsThatTakePartAlone) {
  for (const Formula& g : kFormulas)
    for (const Formula& h : kFormulas) expect_those_of_an_added_number(g, h, 1);
}

TEST(EqualNodes, LeaveDerivativesByResultsInsideAlone) {
  for (const Formula& g : kFormulas)
    for (const Formula& h : kFormulas) expect_those_of_an_added_number(g, h, 2);
}

TEST(EqualNodes, LeaveDerivativesOfVectorsAlone) {
  const std::vector<Formula> formulas = {{"softmax", [](const Tensor& x) { return softmax(x); }},
                                         {"log_softmax", [](const Tensor& x) { return log_softmax(x); }},
                                         {"exp", [](const Tensor& x) { return exp(x); }},
                                         {"tanh", [](const Tensor& x) { return tanh(x); }},
                                         {"relu", [](const Tensor& x) { return relu(x); }}};
  const Array at = Array::of<double>({3}, {0.4, -0.3, 1.1}), by = Array::of<double>({3}, {1, -2, 0.5});
  for (const Formula& g : formulas) {
    for (const Formula& h : formulas) {
      if (&g == &h) continue;
      for (std::size_t join = 0; join < kJoins.size(); ++join) {
        Graph graph, with_number;
        const Tensor x = graph.parameter("x", at), x2 = with_number.parameter("x", at);
        const Tensor d = with_number.parameter("d", zeros({3}, DType::float64));
        const Formula weighed = {g.name, [&](const Tensor& v) { return g.f(v) * v.graph().constant(by); }};
        const Tensor e = h.f(x), z = kJoins[join](x, e, weighed);
        const Tensor z2 = kJoins[join](x2, h.f(x2) + d, weighed);
        expect_near(derivatives(z, x, e), derivatives(z2, x2, d),
                    fmt::format("g = {}, e = {}, join {}", g.name, h.name, join));
      }
    }
  }
}

TEST(EqualNodes, MakeASymmetricHessian) {
  Graph graph;
  const Tensor x = number(graph, "x", 0.5);
  const Tensor e = exp(x), z = expm1(x);  // whose derivative is exp(x), and not e
  const Blocks h = hessian(z, {x, e}, Unreached::zeros);
  EXPECT_DOUBLE_EQ(evaluate(h[0][0]).item(), std::exp(0.5));
  EXPECT_EQ(evaluate(h[0][1]).item(), 0);
  EXPECT_EQ(evaluate(h[1][0]).item(), 0);
  EXPECT_EQ(evaluate(h[1][1]).item(), 0);
  EXPECT_THROW(hessian(z, {x, e}), GradientError);
}

// Where e was no target of the first derivative.
TEST(EqualNodes, GiveAGradientNoPathToWhatItIsEqualTo) {
  for (const Formula& g : kFormulas) {
    for (const Formula& h : kFormulas) {
      Graph graph;
      const Tensor x = number(graph, "x", 0.6);
      const Tensor e = h.f(x), z = g.f(x);
      const std::array<NodeId, 1> last = {z.id()};
      if (std::ranges::binary_search(ancestors(graph, last), e.id())) continue;
      const Tensor first = build_grad(z, {x})[x];
      EXPECT_EQ(evaluate(build_grad(first, {e}, {Unreached::zeros})[e]).item(), 0)
          << g.name << ", " << h.name;
      EXPECT_THROW(build_grad(first, {e}), GradientError) << g.name << ", " << h.name;
    }
  }
}

TEST(EqualNodes, AreOneWhereTheUserWritesThemTwice) {
  Graph graph;
  const Tensor x = number(graph, "x", 0.5);
  const Tensor h1 = tanh(x), h2 = tanh(x);
  EXPECT_EQ(h1, h2);
  EXPECT_DOUBLE_EQ(evaluate(build_grad(h1 * h2, {h1})[h1]).item(), 2 * std::tanh(0.5));
  build_grad(expm1(x), {x});
  const Tensor later = exp(x);  // as in the gradient
  EXPECT_EQ(later, exp(x));
  EXPECT_EQ(later.node().phase, Phase::forward);
}

TEST(EqualConstants, AreTargetsOfTheirOwn) {
  Graph graph;
  const Tensor x = number(graph, "x", 5);
  const Tensor c = graph.constant(2.0, DType::float64);
  EXPECT_EQ(evaluate(build_grad((x + 2.0) * c, {c})[c]).item(), 7);
  const Tensor a = graph.constant(3.0, DType::float64), b = graph.constant(3.0, DType::float64);
  const GradTable table = build_grad(a * b * (a + b), {a, b});
  EXPECT_EQ(evaluate(table[a]).item(), 3 * 6 + 9);
  EXPECT_EQ(evaluate(table[b]).item(), 3 * 6 + 9);
  EXPECT_EQ(evaluate(build_grad(a + b, {a})[a]).item(), 1);
}

// Against parameters of the same values: numbers that ops, their derivatives and build_grad itself use.
TEST(EqualConstants, HaveTheDerivativesOfParameters) {
  for (const double value : {1.0, 0.0, 2.0, 0.5, -1.0, 3.0, 0.25}) {
    for (const Formula& g : kFormulas) {
      const auto found = [&](bool constants) {
        Graph graph;
        const Tensor x = number(graph, "x", 0.6);
        const Tensor c = constants ? graph.constant(value, DType::float64) : number(graph, "c", value);
        const Tensor d = constants ? graph.constant(value, DType::float64) : number(graph, "d", value);
        const Tensor z = g.f(x) * c + (c + value) * (d - value + 1.0) + x * d * c;
        std::vector<Array> values = derivatives(z, x, c);
        const std::vector<Array> others = derivatives(z, c, d);
        values.insert(values.end(), others.begin(), others.end());
        return values;
      };
      expect_near(found(true), found(false), fmt::format("{}, {}", g.name, value));
    }
  }
}

TEST(EqualConstants, DifferFromTheGradientThatStartsAtOne) {
  Graph graph;
  const Tensor x = number(graph, "x", 3), one = graph.constant(1, DType::float64);
  const Tensor dx = build_grad(x * one, {x})[x];  // 1 * one
  EXPECT_EQ(evaluate(build_grad(dx, {one})[one]).item(), 1);
  const Tensor start = build_grad(x, {x})[x];  // the 1 itself, as a target
  EXPECT_EQ(evaluate(build_grad(start * start * x, {start})[start]).item(), 6);
  EXPECT_EQ(evaluate(hessian(start * start * x, start)).item(), 6);
}

TEST(EqualConstants, AreTargetsBesideZerosAndNamesAndCasts) {
  Graph graph;
  const Tensor x = number(graph, "x", 3), zero = zeros_like(x);
  const Tensor named = graph.constant(0, DType::float64).named("a");
  const Tensor other = graph.constant(0, DType::float64).named("b");
  const GradTable table = build_grad(x * zero + named * 5.0 + other, {named, other, zero});
  EXPECT_EQ(evaluate(table[named]).item(), 5);
  EXPECT_EQ(evaluate(table[other]).item(), 1);
  EXPECT_EQ(evaluate(table[zero]).item(), 3);
  const Tensor single = graph.constant(2.0), wide = cast(single, DType::float64);
  EXPECT_EQ(evaluate(build_grad(wide * wide * (x + 2.0), {wide})[wide]).item(), 4 * 5);
  EXPECT_EQ(evaluate(build_grad(wide * wide * (x + 2.0), {single})[single]).item(), 4 * 5);
}

TEST(EqualNodes, KeepAGraphBoundedThatIsBuiltAgain) {
  Graph graph;
  const Tensor x = number(graph, "x", 0.5);
  std::size_t size = 0;
  for (int i = 0; i < 20; ++i) {
    const Tensor y = tanh(2.0 * x + 1.0), z = square(y - 3.0) + exp(1.0 - x);
    const GradTable table = build_grad(z, {x, y});
    const Blocks h = hessian(z, {x, y});
    hvp(z, {x, y}, {x, y});
    build_grad(build_grad(table[x] * h[0][0], {y, x})[x], {x});
    if (i == 0) size = graph.size();
    EXPECT_EQ(graph.size(), size) << i;
  }
}

// What a gradient says again is computed once by a program.
TEST(EqualNodes, AreComputedOnce) {
  Graph graph;
  const Tensor x = graph.input("x", {}, DType::float64);
  const Tensor e = exp(x), z = square(expm1(x) * 2.0), two = graph.constant(2, DType::float64);
  const std::vector<Tensor> outputs = {e, z, build_grad(z, {x, e}, {Unreached::zeros})[x], x + two, x + 2.0};
  Program program = compile(graph, {.outputs = outputs, .without = pass_names()});
  const std::vector<PlannedStep> steps = program.plan().steps;
  const auto made_by = [&](const std::string& op) {
    return std::ranges::count_if(steps, [&](const PlannedStep& step) {
      return step.label.find(fmt::format("({} of", op)) != std::string::npos || step.label == op;
    });
  };
  EXPECT_EQ(made_by("exp"), 1);
  EXPECT_EQ(made_by("add"), 1);
  program.run({{x, full({}, 0.5, DType::float64)}});
  EXPECT_EQ(program.value(outputs[3]).item(), 2.5);
  EXPECT_EQ(program.value(outputs[4]).item(), 2.5);
  EXPECT_NEAR(program.value(outputs[2]).item(), 8 * std::expm1(0.5) * std::exp(0.5), 1e-13);
}

}  // namespace
}  // namespace gradtable
