#include "gradtable/ops/dropout.hpp"

#include <cmath>
#include <set>
#include <vector>

#include "tests/ops/comparisons.hpp"
#include "tests/ops/errors.hpp"
#include "tests/ops/formulas.hpp"
#include "tests/support/numbers.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/reduction.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using testing::expect_error;
using testing::kInfinity;
using testing::same_bits;

Array step_of(std::int32_t step) {
  return Array::of<std::int32_t>({}, {step});
}

// Which elements of 4096 ones are kept.
std::vector<bool> mask(double rate, std::uint64_t seed, std::int32_t step, std::uint32_t stream = 0) {
  Graph g;
  const Array y =
      evaluate(dropout(g.constant(full({4096}, 1)), rate, seed, g.constant(step_of(step)), stream));
  std::vector<bool> kept;
  for (const float v : y.as<float>()) kept.push_back(v != 0);
  return kept;
}

TEST(Dropout, KeepsTheShareOfElementsThatTheRateLeaves) {
  for (const double rate : {0.0, 0.1, 0.5, 0.9, 0.999}) {
    const std::vector<bool> kept = mask(rate, 3, 0);
    const auto count = static_cast<double>(std::ranges::count(kept, true));
    const double deviation = std::sqrt(4096 * rate * (1 - rate));
    EXPECT_NEAR(count, 4096 * (1 - rate), 4 * deviation) << rate;
  }
}

TEST(Dropout, DrawsOtherMasksForOtherSeedsStreamsAndSteps) {
  const std::set<std::vector<bool>> masks = {mask(0.5, 1, 0), mask(0.5, 2, 0),  mask(0.5, 1ULL << 32 | 1, 0),
                                             mask(0.5, 1, 1), mask(0.5, 1, -1), mask(0.5, 1, 0, 1)};
  EXPECT_EQ(masks.size(), 6U);
  EXPECT_EQ(mask(0.5, 1, 0), mask(0.5, 1, 0));
}

TEST(Dropout, DrawsAnewWhenTheStepThatIsFedChanges) {
  Graph g;
  const Tensor x = g.input("x", {100}), step = g.input("step", {}, DType::int32);
  const Tensor y = dropout(x, 0.5, 1, step);
  Program program = compile(g, {.outputs = {y}});
  const Array ones = full({100}, 1);
  const auto at_step = [&](std::int32_t number) {
    const Array fed = step_of(number);
    program.run({{x, ones}, {step, fed}});
    return Array(program.value(y));
  };
  const Array first = at_step(0);
  EXPECT_FALSE(same_bits(at_step(1), first));
  EXPECT_TRUE(same_bits(at_step(0), first));
}

// d(sum of dropout(x)^2)/dx = 2 dropout(x) / (1 - rate), where y is not 0: the mask of y, drawn again.
TEST(Dropout, ReplaysTheMaskInTheGradient) {
  Graph g;
  const Tensor x = g.constant(testing::numbers({50, 41})), step = g.constant(step_of(5));
  const Tensor y = dropout(x, 0.75, 9, step);
  const Tensor gradient = build_grad(sum(square(y)), {x})[x];
  EXPECT_TRUE(close_to(evaluate(gradient), evaluate(scale(y, 8)), 1e-14));
}

TEST(Dropout, GivesZeroForWhatItDropsAlsoForInfinityAndNaN) {
  Graph g;
  const std::vector<bool> kept = mask(0.5, 1, 0);
  for (const double number : {kInfinity, std::nan("")}) {
    const Array y = evaluate(dropout(g.constant(full({4096}, number)), 0.5, 1, g.constant(step_of(0))));
    for (std::size_t i = 0; i < kept.size(); ++i) {
      if (kept[i])
        EXPECT_FALSE(std::isfinite(y.as<float>()[i])) << i;
      else
        EXPECT_EQ(y.as<float>()[i], 0) << i;
    }
  }
}

TEST(Dropout, IsItsInputAtARateOfZero) {
  Graph g;
  const Tensor x = g.input("x", {3}), step = g.input("step", {}, DType::int32);
  const Tensor y = dropout(x, 0, 1, step);
  const Tensor inputs[] = {x, step};
  EXPECT_EQ(get_operation(y)->simplified(inputs), x);
}

TEST(Dropout, RefusesRatesOutOfRangeAndOtherSteps) {
  Graph g;
  const Tensor x = g.input("x", {3}), step = g.input("step", {}, DType::int32);
  expect_error<ShapeError>([&] { dropout(x, 1, 1, step); }, "dropout: expected a rate in [0,1), got 1");
  expect_error<ShapeError>([&] { dropout(x, -0.5, 1, step); }, "dropout: expected a rate in [0,1), got -0.5");
  expect_error<ShapeError>([&] { dropout(x, 0.5, 1, x); },
                           "dropout: expected a step that is an int32 scalar, got float32 (3)");
}

}  // namespace
}  // namespace gradtable
