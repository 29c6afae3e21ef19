#include "gradtable/models/optimizers/accumulation.hpp"

#include <cmath>

#include "tests/models/optimizers/steps.hpp"

#include "gradtable/models/optimizers/sgd.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

class Accumulated : public testing::Steps {
 protected:
  // The mean squared error of x theta over the rows of x.
  Tensor loss_of(const Tensor& x) { return mean(square(matmul(x, theta))); }
  Tensor rows(const std::string& name, std::int64_t m) { return graph.input(name, {m, 2}, DType::float64); }
};

TEST_F(Accumulated, GradientsAreTheMeanOfTheBatches) {
  const Accumulation sums = accumulate(table);
  Program batch = compile(graph, {.updates = sums.add});
  Program step = compile(graph, {.updates = sums.then(sgd(sums.mean, 0.1))});
  const auto add = [&](double a, double b) { batch.run({{g, Array::of<double>({2}, {a, b})}}); };
  add(1, 2);
  add(3, -4);
  add(5, 5);
  EXPECT_EQ(theta_now(), (Numbers{1, -2}));
  step.run();
  EXPECT_NEAR(theta_now()[0], 1 - 0.1 * 3, 1e-15);
  EXPECT_NEAR(theta_now()[1], -2 - 0.1 * 1, 1e-15);
  // The next step knows nothing of these.
  add(10, 0);
  step.run();
  EXPECT_NEAR(theta_now()[0], 0.7 - 1, 1e-15);
  EXPECT_NEAR(theta_now()[1], -2.1, 1e-15);
}

TEST_F(Accumulated, GradientsOfBatchesOfAnySizeAreThatOfAllTheirExamples) {
  const Tensor all = rows("all", 5), three = rows("three", 3), two = rows("two", 2);
  const Accumulation a = accumulate(build_grad(loss_of(three), {theta}), 3);
  const Accumulation b = accumulate(build_grad(loss_of(two), {theta}), 2);
  EXPECT_EQ(a.mean[theta], b.mean[theta]);
  const Array x = Array::of<double>({5, 2}, {1, 2, 3, 4, -5, 6, 7, -8, 9, 1});
  const Array head = Array::of<double>({3, 2}, x.as<double>().first(6));
  const Array tail = Array::of<double>({2, 2}, x.as<double>().last(4));
  compile(graph, {.updates = a.add}).run({{three, head}});
  compile(graph, {.updates = b.add}).run({{two, tail}});
  const Array found = evaluate(a.mean[theta]);
  const Array expected = evaluate(build_grad(loss_of(all), {theta})[theta], {{all, x}});
  for (const std::size_t i : {0U, 1U})
    EXPECT_NEAR(found.as<double>()[i], expected.as<double>()[i], 1e-12 * std::abs(expected.as<double>()[i]));
}

TEST_F(Accumulated, GradientsThatAreProductsAreAddedByThem) {
  const Tensor x = graph.parameter("x", zeros({8, 20})), e = graph.parameter("e", zeros({8, 15}));
  const Tensor w = graph.parameter("w", zeros({20, 15}));
  const Accumulation sums = accumulate(GradTable({{w, matmul(x, e, Transpose::yes)}}), 8);
  const ProgramPlan plan = compile(graph, {.updates = {sums.add.back()}}).plan();
  ASSERT_EQ(plan.steps.size(), 1U);
  EXPECT_TRUE(plan.steps[0].in_parameter);
}

TEST_F(Accumulated, GradientsOfNothingAreNothing) {
  const Accumulation sums = accumulate(GradTable({}));
  EXPECT_TRUE(sums.add.empty() && sums.clear.empty());
  EXPECT_EQ(sums.mean.size(), 0U);
}

TEST_F(Accumulated, GradientsHavePositiveWeights) {
  expect_refused(not_positive(), "accumulate: expected a finite weight above 0, got ",
                 [&](double value) { accumulate(table, value); });
}

}  // namespace
}  // namespace gradtable
