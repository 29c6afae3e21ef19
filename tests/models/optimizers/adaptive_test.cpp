#include "gradtable/models/optimizers/adaptive.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "tests/models/optimizers/steps.hpp"

#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::kNaN;

class Adaptive : public testing::Steps {
 protected:
  // One step for the first number of a parameter x and its gradient, with the state set before.
  double step_of(const Tensor& x, const std::vector<Update>& updates, double before,
                 const std::vector<std::pair<std::string, double>>& states) {
    graph.set_value(x, full({1}, before, DType::float64));
    for (const auto& [name, value] : states) {
      const Tensor known = graph.find(name);
      graph.set_value(known, full(known.shape(), value, DType::float64));
    }
    compile(graph, {.updates = updates}).run();
    return graph.value(x).item();
  }
};

TEST_F(Adaptive, StepsOfAdagradAreThoseComputedByHand) {
  // r = 0.25, 0.3125, 1.3125 and 1, 10, 10
  expect_steps(adagrad(table, 0.1), {{0.90000000002, -1.90000000001},
                                     {0.8552786404780043, -1.9948683298120513},
                                     {0.9425657965647822, -1.9948683298120513}});
}

TEST_F(Adaptive, StepsOfRmspropAreThoseComputedByHand) {
  // r = 0.0025, 0.0031, 0.013069 and 0.01, 0.0999, 0.098901
  expect_steps(rmsprop(table, 0.1), {{1.9999996003772225e-07, -1.00000009999999},
                                     {-0.4490129744218304, -1.94915806572246},
                                     {0.42572661607132556, -1.94915806572246}});
}

TEST_F(Adaptive, StepsOfAdamAreThoseComputedByHand) {
  expect_steps(adam(table, 0.1), {{0.900000002, -1.900000001},
                                  {0.8067820404774624, -1.9494189841087441},
                                  {0.8274177428854115, -1.9876200012449847}});
  expect_steps(adam(table, 0.1, {.beta1 = 0.5, .beta2 = 0.9, .epsilon = 0.1}),
               {{0.9166666666666666, -1.9090909090909092},
                {0.8484994072061174, -1.9790408076915955},
                {0.9033368832353019, -2.0163747231768756}});
}

TEST_F(Adaptive, StepsOfAdamwAreThoseComputedByHand) {
  expect_steps(adamw(table, 0.1), {{0.899000002, -1.898000001},
                                   {0.8048830404754623, -1.945520984107744},
                                   {0.824713859842936, -1.981776480259877}});
  expect_steps(adamw(table, 0.1, {.weight_decay = 0}), {{0.900000002, -1.900000001},
                                                        {0.8067820404774624, -1.9494189841087441},
                                                        {0.8274177428854115, -1.9876200012449847}});
}

// With betas of 0 there is no bias, and a step is learning_rate g / (|g| + epsilon).
TEST_F(Adaptive, StepsOfAdamWithoutMemoryFollowTheSign) {
  expect_steps(adam(table, 0.1, {.beta1 = 0, .beta2 = 0, .epsilon = 1}),
               {{1 - 0.05 / 1.5, -2 + 0.1 / 2},
                {1 - 0.05 / 1.5 - 0.025 / 1.25, -2 + 0.1 / 2 - 0.3 / 4},
                {1 - 0.05 / 1.5 - 0.025 / 1.25 + 0.1 / 2, -2 + 0.1 / 2 - 0.3 / 4}});
}

TEST_F(Adaptive, StepsTakeTheRateFromTheGraph) {
  const Tensor rate = graph.parameter("rate", full({}, 0.1, DType::float64));
  expect_steps(adagrad(table, rate), {{0.90000000002, -1.90000000001},
                                      {0.8552786404780043, -1.9948683298120513},
                                      {0.9425657965647822, -1.9948683298120513}});
  expect_steps(rmsprop(table, rate), {{1.9999996003772225e-07, -1.00000009999999},
                                      {-0.4490129744218304, -1.94915806572246},
                                      {0.42572661607132556, -1.94915806572246}});
  expect_steps(adamw(table, rate), {{0.899000002, -1.898000001},
                                    {0.8048830404754623, -1.945520984107744},
                                    {0.824713859842936, -1.981776480259877}});
}

// The standard's cases adagrad and adam; in that of adam, at T = 0, nothing is corrected for bias, as here
// after very many steps.
TEST_F(Adaptive, AgreesWithTheCasesOfOnnx) {
  const Tensor x = graph.parameter("x", full({1}, 0, DType::float64));
  const auto table_of = [&](double gradient) {
    return GradTable({{x, graph.constant(full({1}, gradient, DType::float64))}});
  };
  const double decayed = -1 + 0.001 * 1, squares = 2 + decayed * decayed;
  EXPECT_NEAR(step_of(x, adagrad(weight_decay(table_of(-1), 0.001), 0.1, 1e-5), 1, {{"squares of x", 2}}),
              1 - 0.1 * decayed / (std::sqrt(squares) + 1e-5), 1e-15);
  const std::vector<Update> updates =
      adam(weight_decay(table_of(-0.94), 0.001), 0.1, {.beta1 = 0.95, .beta2 = 0.1, .epsilon = 1e-7});
  const double g0 = -0.94 + 0.001 * 1.2, v = 0.95 * 1.7 + 0.05 * g0, h = 0.1 * 0.1 + 0.9 * g0 * g0;
  EXPECT_NEAR(step_of(x, updates, 1.2,
                      {{"first moment of x", 1.7}, {"second moment of x", 0.1}, {"steps of x", 1e9}}),
              1.2 - 0.1 * v / (std::sqrt(h) + 1e-7), 1e-15);
}

TEST_F(Adaptive, DecayOfAdamwIsTheSameForAllGradientsAndOnlyOfWhatIsPenalized) {
  const Tensor w = graph.parameter("w", full({1, 1}, 3, DType::float64));
  const Tensor zero = graph.constant(full({1, 1}, 0, DType::float64));
  const GradTable both({{theta, graph.constant(zeros({2}, DType::float64))}, {w, zero}});
  compile(graph, {.updates = adamw(both, 0.5, {.weight_decay = 0.25, .penalized = Penalized::weights})})
      .run();
  EXPECT_EQ(graph.value(w).item(), 3 * (1 - 0.125));
  EXPECT_EQ(theta_now(), (Numbers{1, -2}));
}

TEST_F(Adaptive, CountsStepsOncePerTable) {
  const Tensor b = graph.parameter("b", full({}, 0));
  const GradTable both({{theta, g}, {b, graph.constant(1)}});
  const std::vector<Update> updates = adam(both, 0.1);
  EXPECT_EQ(updates.size(), 7U);
  EXPECT_EQ(updates.back().parameter, graph.find("steps of theta"));
  Program program = compile(graph, {.updates = updates});
  const Array gradient = Array::of<double>({2}, {1, 1});
  for (int i = 0; i < 3; ++i) program.run({{g, gradient}});
  EXPECT_EQ(graph.value(updates.back().parameter).item(), 3);
  EXPECT_NEAR(graph.value(b).item(), -0.3, 1e-6);  // float32, with the same count
}

TEST_F(Adaptive, StateStaysAsItWasWhenARunThrows) {
  const Tensor loss = sum(square(theta) * g);
  const std::vector<Update> updates = adam(build_grad(loss, {theta}), 0.1);
  Program program = compile(graph, {.updates = updates, .finite = {loss}});
  program.run({{g, Array::of<double>({2}, {1, 1})}});
  const auto numbers = [&] {
    std::vector<double> found;
    for (const Update& update : updates)
      for (const double number : graph.value(update.parameter).as<double>()) found.push_back(number);
    return found;
  };
  const std::vector<double> before = numbers();
  EXPECT_THROW(program.run({{g, Array::of<double>({2}, {1, kNaN})}}), NumericError);
  EXPECT_EQ(numbers(), before);
  program.run({{g, Array::of<double>({2}, {1, 1})}});
  EXPECT_EQ(graph.value(graph.find("steps of theta")).item(), 2);
}

TEST_F(Adaptive, OptimizersFindTheMinimumOfAParabola) {
  const Tensor to = graph.constant(Array::of<double>({2}, {3, 0.5}));
  const Tensor loss = sum(graph.constant(Array::of<double>({2}, {1, 10})) * square(theta - to));
  const GradTable gradients = build_grad(loss, {theta});
  const std::vector<std::vector<Update>> all = {sgd(gradients, 0.04),
                                                momentum(gradients, 0.01),
                                                nesterov(gradients, 0.01),
                                                adagrad(gradients, 1),
                                                rmsprop(gradients, 0.001),
                                                adam(gradients, 0.1),
                                                adamw(gradients, 0.1, {.weight_decay = 0})};
  for (std::size_t k = 0; k < all.size(); ++k) {
    graph.set_value(theta, Array::of<double>({2}, {1, -2}));
    for (const Update& update : all[k])
      if (update.parameter != theta)
        graph.set_value(update.parameter, Array(update.parameter.dtype(), update.parameter.shape()));
    Program program = compile(graph, {.updates = all[k]});
    for (int step = 0; step < 4000; ++step) program.run();
    EXPECT_NEAR(theta_now()[0], 3, 2e-3) << k;
    EXPECT_NEAR(theta_now()[1], 0.5, 2e-3) << k;
  }
}

TEST_F(Adaptive, RefusesNumbersOutOfRange) {
  expect_refused(not_positive(), "adagrad: expected a finite learning rate above 0, got ",
                 [&](double value) { adagrad(table, value); });
  expect_refused(not_positive(), "rmsprop: expected a finite learning rate above 0, got ",
                 [&](double value) { rmsprop(table, value); });
  expect_refused(not_positive(), "adam: expected a finite learning rate above 0, got ",
                 [&](double value) { adam(table, value); });
  expect_refused(not_positive(), "adamw: expected a finite learning rate above 0, got ",
                 [&](double value) { adamw(table, value); });
  expect_refused(not_positive(), "adagrad: expected a finite epsilon above 0, got ",
                 [&](double value) { adagrad(table, 0.1, value); });
  expect_refused(not_positive(), "rmsprop: expected a finite epsilon above 0, got ",
                 [&](double value) { rmsprop(table, 0.1, 0.9, value); });
  expect_refused(not_positive(), "adam: expected a finite epsilon above 0, got ",
                 [&](double value) { adam(table, 0.1, {.epsilon = value}); });
  expect_refused(no_fractions(), "rmsprop: expected alpha from 0 to below 1, got ",
                 [&](double value) { rmsprop(table, 0.1, value); });
  expect_refused(no_fractions(), "adam: expected beta1 from 0 to below 1, got ",
                 [&](double value) { adam(table, 0.1, {.beta1 = value}); });
  expect_refused(no_fractions(), "adamw: expected beta2 from 0 to below 1, got ",
                 [&](double value) { adamw(table, 0.1, {.beta2 = value}); });
  expect_refused(negative(), "adamw: expected a finite weight decay of at least 0, got ",
                 [&](double value) { adamw(table, 0.1, {.weight_decay = value}); });
}

}  // namespace
}  // namespace gradtable
