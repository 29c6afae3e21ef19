#include "gradtable/models/optimizers/sgd.hpp"

#include <array>
#include <limits>
#include <string>

#include "tests/models/optimizers/steps.hpp"
#include "tests/support/numbers.hpp"

#include "gradtable/models/optimizers/gradients.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::kInfinity;

class Sgd : public ::testing::Test {
 protected:
  Graph graph;
  const Tensor w = graph.parameter("w", Array::of<double>({2}, {1, -2}));
  const Tensor b = graph.parameter("b", full({}, 3, DType::float64));
  // dz/dw = 2 w b, dz/db = sum of w^2
  const Tensor z = sum(square(w)) * b;
};

TEST_F(Sgd, StepsAgainstTheGradient) {
  Program program = compile(graph, {.updates = sgd(build_grad(z, {w, b}), 0.25)});
  program.run();
  EXPECT_EQ(graph.value(w).as<double>()[0], 1 - 0.25 * 6);
  EXPECT_EQ(graph.value(w).as<double>()[1], -2 + 0.25 * 12);
  EXPECT_EQ(graph.value(b).item(), 3 - 0.25 * 5);
}

TEST_F(Sgd, GivesOneUpdateForEachTargetInOrder) {
  const auto updates = sgd(build_grad(z, {b, w}), 0.25);
  ASSERT_EQ(updates.size(), 2U);
  EXPECT_EQ(updates[0].parameter, b);
  EXPECT_EQ(updates[1].parameter, w);
}

TEST_F(Sgd, MakesItsNodesInThePhaseOfUpdates) {
  const GradTable table = build_grad(z, {w, b});
  const auto before = static_cast<NodeId>(graph.size());
  const auto updates = sgd(table, 0.25);
  EXPECT_EQ(graph.size(), static_cast<std::size_t>(before) + 4);  // scale and sub, twice
  for (auto id = before; id < static_cast<NodeId>(graph.size()); ++id)
    EXPECT_EQ(graph.node(id).phase, Phase::update);
  EXPECT_EQ(exp(w).node().phase, Phase::forward);
}

TEST_F(Sgd, RefusesLearningRatesThatAreNotFiniteAndPositive) {
  const GradTable table = build_grad(z, {w, b});
  const std::size_t before = graph.size();
  for (const double rate : {0.0, -0.0, -0.1, kInfinity, -kInfinity, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_TRUE(testing::contains(testing::message_of<ConfigError>([&] { sgd(table, rate); }),
                                  "sgd: expected a finite learning rate above 0, got "))
        << rate;
  EXPECT_EQ(graph.size(), before);
}

class Momentum : public testing::Steps {};

TEST_F(Momentum, StepsOfThePlainFormAreThoseComputedByHand) {
  expect_steps(sgd(table, 0.1), {{0.95, -1.9}, {0.925, -2.2}, {1.025, -2.2}});
}

// v = g1; 0.9 v + g2; 0.9 v + g3
TEST_F(Momentum, StepsAreThoseComputedByHand) {
  expect_steps(momentum(table, 0.1), {{0.95, -1.9}, {0.88, -2.11}, {0.917, -2.299}});
}

TEST_F(Momentum, StepsOfNesterovAreThoseComputedByHand) {
  expect_steps(nesterov(table, 0.1), {{0.905, -1.81}, {0.817, -2.299}, {0.9503, -2.4691}});
}

// The book's algorithm 8.3 takes the gradient at theta + momentum v; ours is at that point all the time.
TEST_F(Momentum, OfNesterovIsTheBooksAlgorithmSeenFromWhereTheGradientIsTaken) {
  const Tensor loss = sum(square(square(theta)));
  Program program = compile(graph, {.updates = nesterov(build_grad(loss, {theta}), 0.01, 0.8)});
  std::array<double, 2> book = {1, -2}, v = {0, 0};
  for (int step = 0; step < 5; ++step) {
    program.run();
    for (std::size_t i = 0; i < 2; ++i) {
      const double ahead = book[i] + 0.8 * v[i];
      v[i] = 0.8 * v[i] - 0.01 * 4 * ahead * ahead * ahead;
      book[i] += v[i];
      EXPECT_NEAR(theta_now()[i], book[i] + 0.8 * v[i], 1e-13) << step;
    }
  }
}

// The standard's cases momentum and nesterov_momentum.
TEST_F(Momentum, AgreesWithTheCasesOfOnnx) {
  const Tensor x = graph.parameter("x", Array::of<double>({2}, {1.2, 2.8}));
  const GradTable constant({{x, graph.constant(Array::of<double>({2}, {-0.94, -2.5}))}});
  const auto step = [&](const std::vector<Update>& updates, const Array& velocity) {
    graph.set_value(x, Array::of<double>({2}, {1.2, 2.8}));
    graph.set_value(graph.find("velocity of x"), velocity);
    compile(graph, {.updates = updates}).run();
  };
  step(momentum(weight_decay(constant, 0.001), 0.1, 0.95), Array::of<double>({2}, {1.7, 3.6}));
  for (const std::size_t i : {0U, 1U}) {
    const double x0 = std::array{1.2, 2.8}[i], g0 = std::array{-0.94, -2.5}[i], v0 = std::array{1.7, 3.6}[i];
    const double v = 0.95 * v0 + (g0 + 0.001 * x0);
    EXPECT_NEAR(graph.value(graph.find("velocity of x")).as<double>()[i], v, 1e-15);
    EXPECT_NEAR(graph.value(x).as<double>()[i], x0 - 0.1 * v, 1e-15);
  }
  step(nesterov(weight_decay(constant, 0.01), 0.1, 0.95), Array::of<double>({2}, {2, 1}));
  for (const std::size_t i : {0U, 1U}) {
    const double x0 = std::array{1.2, 2.8}[i], g0 = std::array{-0.94, -2.5}[i], v0 = std::array{2.0, 1.0}[i];
    const double regularized = g0 + 0.01 * x0, v = 0.95 * v0 + regularized;
    EXPECT_NEAR(graph.value(x).as<double>()[i], x0 - 0.1 * (regularized + 0.95 * v), 1e-15);
  }
}

TEST_F(Momentum, IsAParameterThatAllTablesOfAGraphShare) {
  const std::vector<Update> first = momentum(table, 0.1), other = momentum(GradTable({{theta, g + g}}), 0.1);
  EXPECT_EQ(first[1].parameter, graph.find("velocity of theta"));
  EXPECT_EQ(other[1].parameter, first[1].parameter);
  EXPECT_EQ(first[1].parameter.type(), theta.type());
  for (const double number : graph.value(first[1].parameter).as<double>()) EXPECT_EQ(number, 0);
  EXPECT_EQ(first[1].parameter.node().phase, Phase::update);
}

TEST_F(Momentum, RefusesANameThatIsTakenBySomethingElse) {
  graph.parameter("velocity of theta", Array::of<float>({2}, {1, 2}));
  EXPECT_TRUE(testing::contains(testing::message_of<GraphError>([&] { momentum(table, 0.1); }),
                                "expected 'velocity of theta' to be a parameter of float64 (2), got"));
}

TEST_F(Momentum, RefusesNumbersOutOfRange) {
  expect_refused(no_fractions(), "momentum: expected a momentum from 0 to below 1, got ",
                 [&](double value) { momentum(table, 0.1, value); });
  expect_refused(no_fractions(), "nesterov: expected a momentum from 0 to below 1, got ",
                 [&](double value) { nesterov(table, 0.1, value); });
  expect_refused(not_positive(), "momentum: expected a finite learning rate above 0, got ",
                 [&](double value) { momentum(table, value); });
  expect_refused(not_positive(), "nesterov: expected a finite learning rate above 0, got ",
                 [&](double value) { nesterov(table, value); });
}

// A weight whose gradient is a product.
class StepOfAProduct : public ::testing::Test {
 protected:
  // Among the steps that are computed in the memory of parameters there is one gemm.
  void expect_one_gemm(const std::vector<Update>& updates) {
    int products = 0;
    for (const PlannedStep& step : compile(graph, {.updates = updates}).plan().steps)
      products += step.in_parameter && step.label.find("gemm") != std::string::npos ? 1 : 0;
    EXPECT_EQ(products, 1);
  }

  Graph graph;
  const Tensor x = graph.input("x", {8, 20}), e = graph.input("e", {8, 15});
  const Tensor w = graph.parameter("w", zeros({20, 15}));
  const GradTable table = GradTable({{w, matmul(x, e, Transpose::yes)}});
};

TEST_F(StepOfAProduct, IsOneGemmInPlace) {
  const Tensor rate = graph.input("rate", {});
  expect_one_gemm(sgd(table, 0.1));
  expect_one_gemm(sgd(table, rate));
  expect_one_gemm(sgd(weight_decay(table, 1e-4), 0.1));
  expect_one_gemm(momentum(table, 0.1));
  expect_one_gemm(momentum(table, rate));
  expect_one_gemm(sgd(weight_decay(table, 1e-4), rate));
  expect_one_gemm(momentum(weight_decay(table, 1e-4), rate));
}

class RateOfTheGraph : public testing::Steps {};

TEST_F(RateOfTheGraph, IsFedAtEachStep) {
  const Tensor rate = graph.input("rate", {}, DType::float64);
  Program program = compile(graph, {.updates = sgd(table, rate)});
  double expected = 1;
  for (const double now : {0.5, 0.25, 0.0}) {
    const Array gradient = Array::of<double>({2}, {now + 1, 1});
    program.run({{g, gradient}, {rate, full({}, now, DType::float64)}});
    expected -= now * (now + 1);
    EXPECT_NEAR(theta_now()[0], expected, 1e-15);
  }
}

TEST_F(RateOfTheGraph, IsAParameterOfAnotherTypeThatIsSet) {
  const Tensor rate = graph.parameter("rate", full({}, 0.5));
  for (const std::vector<Update>& updates :
       {sgd(table, rate), momentum(table, rate, 0), nesterov(table, rate, 0)}) {
    graph.set_value(theta, Array::of<double>({2}, {1, -2}));
    graph.set_value(rate, full({}, 0.5));
    Program program = compile(graph, {.updates = updates});
    const Array gradient = Array::of<double>({2}, {1, 2});
    program.run({{g, gradient}});
    graph.set_value(rate, full({}, 0.125));
    program.run({{g, gradient}});
    EXPECT_EQ(theta_now()[0], 1 - 0.5 - 0.125);
    EXPECT_EQ(theta_now()[1], -2 - 1 - 0.25);
  }
}

TEST_F(RateOfTheGraph, IsAScalarOfRealType) {
  const Tensor two = graph.input("two", {2}, DType::float64), whole = graph.input("whole", {}, DType::int32);
  for (const Tensor& rate : {two, whole})
    EXPECT_TRUE(testing::contains(testing::message_of<ShapeError>([&] { sgd(table, rate); }),
                                  "sgd: expected a scalar of float32 or float64 as the learning rate, got "));
}

}  // namespace
}  // namespace gradtable
