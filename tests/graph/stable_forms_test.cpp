// Formulas that overflow or vanish in a part: values and derivatives of what they say as a whole.
#include "gradtable/ops/patterns/stable_forms.hpp"

#include <cmath>
#include <functional>
#include <vector>

#include "tests/ops/comparisons.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/checks/check_grad.hpp"
#include "gradtable/graph/derivatives.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/activations.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/classification.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/joining.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/powers.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/softmax.hpp"
#include "gradtable/ops/stop_gradient.hpp"

namespace gradtable {
namespace {

using testing::close_to;
using Formula = std::function<Tensor(const Tensor&)>;

// A formula of x, (1,3), and what it says.
struct Pair {
  const char* name;
  Formula written, meant;
};

void PrintTo(const Pair& pair, std::ostream* stream) {
  *stream << pair.name;
}

class StableForms : public ::testing::TestWithParam<Pair> {};

// Weights, so that no sum hides a wrong element; and the derivatives of a projection of the first ones.
std::vector<Tensor> derivatives(const Tensor& y, const Tensor& x) {
  Graph& g = x.graph();
  const Tensor weights = cast(g.constant(Array::of<double>({1, 3}, {0.3, -1.2, 0.7})), x.dtype());
  const Tensor first =
      build_grad(sum(y * (y.shape().size() == 3 ? weights : g.constant(0.7, x.dtype()))), {x})[x];
  return {first, build_grad(sum(first * weights), {x}, {Unreached::zeros})[x]};
}

TEST_P(StableForms, AreRightToTheSecondOrderWhereAPartIsNotFinite) {
  for (const DType dtype : {DType::float32, DType::float64}) {
    for (const std::vector<double>& at : std::vector<std::vector<double>>{
             {1000, -1000, 0.5}, {-2000, 3, 104}, {0, 0, 0}, {1, -2, 0.5}, {-0.5, 800, 800}}) {
      Graph g;
      const Tensor x = g.parameter("x", cast(Array::of({1, 3}, std::span<const double>(at)), dtype));
      const Tensor written = GetParam().written(x), meant = GetParam().meant(x);
      const double tolerance = dtype == DType::float32 ? 1e-5 : 1e-12;
      EXPECT_TRUE(close_to(evaluate(written), evaluate(meant), tolerance)) << at[0];
      const std::vector<Tensor> found = derivatives(written, x), expected = derivatives(meant, x);
      for (const std::size_t order : {0U, 1U}) {
        const Array values = evaluate(found[order]);
        EXPECT_TRUE(close_to(values, evaluate(expected[order]), tolerance)) << order << " at " << at[0];
        const Array numbers = cast(values, DType::float64);
        for (const double number : numbers.as<double>()) EXPECT_TRUE(std::isfinite(number));
      }
    }
  }
}

Tensor labels(const Tensor& x) {
  return x.graph().constant(Array::of<std::int32_t>({1}, {1}));
}

Tensor soft_labels(const Tensor& x) {
  return cast(x.graph().constant(Array::of<double>({1, 3}, {0.25, 0.5, 0.25})), x.dtype());
}

Tensor picked_places(const Tensor& x) {
  return x.graph().constant(Array::of<std::int32_t>({2}, {2, 0}));
}

Tensor hard_targets(const Tensor& x) {
  return cast(x.graph().constant(Array::of<double>({1, 3}, {1, 0, 1})), x.dtype());
}

// x W + b, with W and b of the user's.
Tensor affine(const Tensor& x) {
  Graph& g = x.graph();
  const Tensor W = g.constant(Array::of<double>({3, 3}, {1, 0.5, 0, 0, -1, 0.25, 0.5, 0, 2}));
  return add_bias(matmul(x, cast(W, x.dtype())),
                  cast(g.constant(Array::of<double>({3}, {0.5, -1, 0.25})), x.dtype()));
}

const Pair kPairs[] = {
    {"log_of_sigmoid", [](const Tensor& x) { return log(sigmoid(x)); },
     [](const Tensor& x) { return log_sigmoid(x); }},
    {"log_of_one_minus_sigmoid", [](const Tensor& x) { return log(1.0 - sigmoid(x)); },
     [](const Tensor& x) { return log_sigmoid(-x); }},
    {"log1p_of_minus_sigmoid", [](const Tensor& x) { return log1p(-sigmoid(x)); },
     [](const Tensor& x) { return log_sigmoid(-x); }},
    {"log_of_one_minus_sigmoid_written_out", [](const Tensor& x) { return log(1.0 - 1.0 / (1.0 + exp(-x))); },
     [](const Tensor& x) { return log_sigmoid(-x); }},
    {"log1p_of_minus_picked_sigmoids",
     [](const Tensor& x) { return log1p(-gather(sigmoid(x), picked_places(x), 1)); },
     [](const Tensor& x) { return gather(log_sigmoid(-x), picked_places(x), 1); }},
    {"log_of_one_minus_softmax_over_two",
     [](const Tensor& x) {
       return sum(log(1.0 - softmax(stack({x, -0.5 * x}), 0)), {0});
     },
     [](const Tensor& x) { return log_sigmoid(1.5 * x) + log_sigmoid(-1.5 * x); }},
    {"log_of_sigmoid_written_out", [](const Tensor& x) { return log(1.0 / (1.0 + exp(-x))); },
     [](const Tensor& x) { return log_sigmoid(x); }},
    {"sigmoid_written_out", [](const Tensor& x) { return 1.0 / (exp(-x) + 1.0); },
     [](const Tensor& x) { return sigmoid(x); }},
    {"sigmoid_as_a_share",
     [](const Tensor& x) {
       const Tensor e = exp(x);
       return e / (1.0 + e);
     },
     [](const Tensor& x) { return sigmoid(x); }},
    {"sigmoid_as_reciprocal", [](const Tensor& x) { return reciprocal(1.0 + exp(-x)); },
     [](const Tensor& x) { return sigmoid(x); }},
    {"log_of_one_plus_exp", [](const Tensor& x) { return log(1.0 + exp(x)); },
     [](const Tensor& x) { return softplus(x); }},
    {"log1p_of_exp", [](const Tensor& x) { return log1p(exp(x)); },
     [](const Tensor& x) { return softplus(x); }},
    {"log_of_exp", [](const Tensor& x) { return log(exp(x)); }, [](const Tensor& x) { return x * 1.0; }},
    {"log_of_softmax", [](const Tensor& x) { return log(softmax(x)); },
     [](const Tensor& x) { return log_softmax(x); }},
    {"log_of_softmax_written_out",
     [](const Tensor& x) {
       const Tensor e = exp(x);
       return log(e / sum(e, {1}, true));
     },
     [](const Tensor& x) { return log_softmax(x); }},
    {"softmax_written_out",
     [](const Tensor& x) {
       const Tensor e = exp(x);
       return e / sum(e, {1}, true);
     },
     [](const Tensor& x) { return softmax(x); }},
    {"log_of_sum_of_exp", [](const Tensor& x) { return log(sum(exp(x), {1})); },
     [](const Tensor& x) { return logsumexp(x, {1}); }},
    {"log_of_mean_of_exp", [](const Tensor& x) { return log(mean(exp(x))); },
     [](const Tensor& x) { return logsumexp(x) - std::log(3.0); }},
    {"log_of_exp_and_exp", [](const Tensor& x) { return log(exp(x) + exp(2.0 * x)); },
     [](const Tensor& x) { return x + softplus(x); }},
    {"difference_from_logsumexp", [](const Tensor& x) { return x - logsumexp(x, {1}, true); },
     [](const Tensor& x) { return log_softmax(x); }},
    {"logsumexp_less_x", [](const Tensor& x) { return logsumexp(x) - x; },
     [](const Tensor& x) { return -log_softmax(x); }},
    {"cross_entropy_of_softmax", [](const Tensor& x) { return cross_entropy(softmax(x), labels(x)); },
     [](const Tensor& x) { return softmax_cross_entropy(x, labels(x)); }},
    {"cross_entropy_of_soft_labels",
     [](const Tensor& x) { return cross_entropy(softmax(x), soft_labels(x)); },
     [](const Tensor& x) { return softmax_cross_entropy(x, soft_labels(x)); }},
    {"binary_cross_entropy_of_sigmoid",
     [](const Tensor& x) { return binary_cross_entropy(sigmoid(x), hard_targets(x)); },
     [](const Tensor& x) { return binary_cross_entropy_with_logits(x, hard_targets(x)); }},
    {"binary_cross_entropy_of_soft_targets",
     [](const Tensor& x) { return binary_cross_entropy(sigmoid(x), soft_labels(x)); },
     [](const Tensor& x) { return binary_cross_entropy_with_logits(x, soft_labels(x)); }},
    {"binary_cross_entropy_of_targets_made_of_x",
     [](const Tensor& x) { return binary_cross_entropy(sigmoid(x), sigmoid(0.5 * x)); },
     [](const Tensor& x) { return binary_cross_entropy_with_logits(x, sigmoid(0.5 * x)); }},
    {"sum_of_binary_cross_entropies",
     [](const Tensor& x) { return binary_cross_entropy(sigmoid(x), hard_targets(x)) * 3.0; },
     [](const Tensor& x) {
       const Tensor t = hard_targets(x);
       return sum(softplus(x) - t * x);
     }},
    {"binary_cross_entropy_of_an_affine_map",
     [](const Tensor& x) { return binary_cross_entropy(sigmoid(affine(x)), hard_targets(x)); },
     [](const Tensor& x) { return binary_cross_entropy_with_logits(affine(x), hard_targets(x)); }},
    {"binary_cross_entropy_of_sigmoid_written_out",
     [](const Tensor& x) { return binary_cross_entropy(1.0 / (1.0 + exp(-x)), hard_targets(x)); },
     [](const Tensor& x) { return binary_cross_entropy_with_logits(x, hard_targets(x)); }},
    {"binary_cross_entropy_of_a_share",
     [](const Tensor& x) {
       const Tensor e = exp(x);
       return binary_cross_entropy(e * reciprocal(1.0 + e), hard_targets(x));
     },
     [](const Tensor& x) { return binary_cross_entropy_with_logits(x, hard_targets(x)); }},
    {"binary_cross_entropy_of_one_minus_sigmoid",
     [](const Tensor& x) { return binary_cross_entropy(1.0 - sigmoid(x), hard_targets(x)); },
     [](const Tensor& x) { return binary_cross_entropy_with_logits(-x, hard_targets(x)); }},
    {"binary_cross_entropy_of_picked_probabilities",
     [](const Tensor& x) {
       const Tensor places = picked_places(x);
       return binary_cross_entropy(gather(reshape(sigmoid(x), {3}), places),
                                   gather(reshape(hard_targets(x), {3}), places));
     },
     [](const Tensor& x) {
       const Tensor places = picked_places(x);
       return binary_cross_entropy_with_logits(gather(x, places, 1), gather(hard_targets(x), places, 1));
     }},
    {"binary_cross_entropy_of_softmax_over_two",
     [](const Tensor& x) {
       const Tensor t = hard_targets(x);
       return binary_cross_entropy(softmax(stack({x, -0.5 * x}), 0), stack({t, 1.0 - t}));
     },
     [](const Tensor& x) { return binary_cross_entropy_with_logits(1.5 * x, hard_targets(x)); }},
    {"binary_cross_entropy_by_logarithms",
     [](const Tensor& x) {
       const Tensor p = sigmoid(x), t = hard_targets(x);
       return -mean(t * log(p) + (1.0 - t) * log(1.0 - p));
     },
     [](const Tensor& x) { return binary_cross_entropy_with_logits(x, hard_targets(x)); }},
    {"root_of_square", [](const Tensor& x) { return sqrt(square(x)); },
     [](const Tensor& x) { return abs(x); }},
    {"root_of_sum_of_squares", [](const Tensor& x) { return sqrt(sum(square(x))); },
     [](const Tensor& x) { return norm(x); }},
    {"root_of_sum_of_products", [](const Tensor& x) { return pow(sum(x * x, {1}), 0.5); },
     [](const Tensor& x) { return norm(x, {1}); }},
    {"root_of_mean_of_squares", [](const Tensor& x) { return sqrt(mean(pow(x, 2))); },
     [](const Tensor& x) { return norm(x) * std::sqrt(1.0 / 3); }},
    {"log_of_a_multiple", [](const Tensor& x) { return log(2.0 * exp(x)); },
     [](const Tensor& x) { return x + std::log(2.0); }},
    {"log_of_a_share_of_a_sum", [](const Tensor& x) { return log(sum(exp(x), {1}) / 3.0); },
     [](const Tensor& x) { return logsumexp(x, {1}) - std::log(3.0); }},
    {"log_of_sums_of_sums", [](const Tensor& x) { return log(5.0 * sum(sum(exp(x), {1}))); },
     [](const Tensor& x) { return logsumexp(x) + std::log(5.0); }},
    {"log1p_of_a_sum", [](const Tensor& x) { return log1p(sum(exp(x))); },
     [](const Tensor& x) { return softplus(logsumexp(x)); }},
    {"log_of_three_terms", [](const Tensor& x) { return log(1.0 + exp(x) + exp(2.0 * x)); },
     [](const Tensor& x) {
       return logsumexp(stack({0.0 * x, x, 2.0 * x}), {0});
     }},
    {"log_of_terms_that_broadcast", [](const Tensor& x) { return log(exp(x) + exp(sum(x))); },
     [](const Tensor& x) { return x + softplus(sum(x) - x); }},
    {"log_of_cosh", [](const Tensor& x) { return log(0.5 * (exp(x) + exp(-x))); },
     [](const Tensor& x) { return x + softplus(-2.0 * x) - std::log(2.0); }},
    {"log_of_one_minus_squared_tanh", [](const Tensor& x) { return log(1.0 - square(tanh(x))); },
     [](const Tensor& x) { return 2.0 * (std::log(2.0) - x - softplus(-2.0 * x)); }},
    {"log_of_picked_probabilities",
     [](const Tensor& x) { return log(gather(softmax(x), picked_places(x), 1)); },
     [](const Tensor& x) { return gather(log_softmax(x), picked_places(x), 1); }},
    {"log_of_reshaped_probabilities",
     [](const Tensor& x) {
       return log(transpose(reshape(softmax(x), {3, 1})));
     },
     [](const Tensor& x) { return log_softmax(x) * 1.0; }},
    {"log_of_the_labels_probability",
     [](const Tensor& x) { return log(sum(softmax(x) * one_hot(labels(x), 3, x.dtype()), {1})); },
     [](const Tensor& x) { return reshape(-softmax_cross_entropy(x, labels(x)), {1}); }},
    {"log_of_powers_of_sigmoid", [](const Tensor& x) { return log(square(sigmoid(x)) * sqrt(sigmoid(x))); },
     [](const Tensor& x) { return 2.5 * log_sigmoid(x); }},
    {"log_of_a_mixture", [](const Tensor& x) { return log(sum(softmax(x) * exp(2.0 * x))); },
     [](const Tensor& x) { return logsumexp(log_softmax(x) + 2.0 * x); }},
    {"softmax_by_a_reciprocal",
     [](const Tensor& x) {
       const Tensor e = exp(x);
       return e * reciprocal(sum(e, {1}, true));
     },
     [](const Tensor& x) { return softmax(x); }},
    {"cross_entropy_of_reshaped_probabilities",
     [](const Tensor& x) {
       return cross_entropy(reshape(softmax(reshape(x, {3})), {1, 3}), labels(x));
     },
     [](const Tensor& x) { return softmax_cross_entropy(x, labels(x)); }},
    {"root_of_a_dot_product",
     [](const Tensor& x) {
       const Tensor v = reshape(x, {3});
       return sqrt(dot(v, v));
     },
     [](const Tensor& x) { return norm(x); }},
    {"root_of_multiples", [](const Tensor& x) { return sqrt(2.0 * sum(square(x)) / 3.0); },
     [](const Tensor& x) { return norm(x) * std::sqrt(2.0 / 3); }},
    {"root_of_sums_of_sums", [](const Tensor& x) { return sqrt(reshape(sum(sum(square(x), {1})), {1})); },
     [](const Tensor& x) { return reshape(norm(x), {1}); }},
    {"root_of_three_squares",
     [](const Tensor& x) { return sqrt(square(x) + square(2.0 * x) + square(3.0 * x)); },
     [](const Tensor& x) { return abs(x) * std::sqrt(14.0); }},
    {"standard_deviation", [](const Tensor& x) { return sqrt(var(x, {1}, false, 1)); },
     [](const Tensor& x) { return norm(x - mean(x, {1}, true), {1}) * std::sqrt(0.5); }},
    {"root_of_two_squares", [](const Tensor& x) { return sqrt(square(x) + square(0.5 * x)); },
     [](const Tensor& x) { return abs(x) * std::sqrt(1.25); }},
};

INSTANTIATE_TEST_SUITE_P(All, StableForms, ::testing::ValuesIn(kPairs),
                         [](const auto& test) { return test.param.name; });

TEST(StableFormsOfTargets, LeaveTheGradientOfWhatIsWritten) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2}, {1, -2}));
  const Tensor p = sigmoid(x), loss = sum(log(p)) + sum(square(p));
  const GradTable table = build_grad(loss, {p, x});
  const Array at = evaluate(p), by_p = evaluate(table[p]), by_x = evaluate(table[x]);
  const Array alone = evaluate(build_grad(loss, {x})[x]);
  for (const std::size_t i : {0U, 1U}) {
    const double v = at.as<double>()[i], d = 1 / v + 2 * v;
    EXPECT_NEAR(by_p.as<double>()[i], d, 1e-14);
    EXPECT_NEAR(by_x.as<double>()[i], d * v * (1 - v), 1e-14);
    EXPECT_NEAR(alone.as<double>()[i], d * v * (1 - v), 1e-14);
  }
}

// What is written behind stop_gradient is a constant, though the form is made of it.
TEST(StableFormsOfTargets, AreNotReachedPastAStop) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({1, 2}, {2, 0}));
  const Tensor p = softmax(x);
  const Tensor loss = cross_entropy(p, stop_gradient(p));  // dloss/dp = -y/p, here -1
  const Array ones = full({1, 2}, -1, DType::float64);
  EXPECT_TRUE(close_to(evaluate(build_grad(loss, {p})[p]), ones, 1e-14));
  const GradTable both = build_grad(loss, {x, p});
  EXPECT_TRUE(close_to(evaluate(both[p]), ones, 1e-14));
  EXPECT_TRUE(close_to(evaluate(both[x]), full({1, 2}, 0, DType::float64), 1e-14));
  const Tensor u = g.parameter("u", full({}, 0.5, DType::float64));
  const Tensor e = exp(u);
  const double expected = 1 / (std::exp(0.5) + std::exp(std::exp(0.5)));
  const Tensor y = log(e + exp(stop_gradient(e)));
  EXPECT_NEAR(evaluate(build_grad(y, {e})[e]).item(), expected, 1e-14);
  EXPECT_NEAR(evaluate(build_grad(y, {u, e})[e]).item(), expected, 1e-14);
  EXPECT_NEAR(evaluate(build_grad(y, {u})[u]).item(), expected * std::exp(0.5), 1e-14);
}

// A target that the form is made of, beside what the target is made of.
TEST(StableFormsOfTargets, AreNotPassedByWhatTheyAreMadeOf) {
  Graph g;
  const Tensor x = g.parameter("x", full({}, 0.5, DType::float64));
  const Tensor e = exp(x), s = square(x);
  for (const std::vector<Tensor>& targets : {std::vector<Tensor>{e}, {x, e}})
    EXPECT_NEAR(evaluate(build_grad(log(e + exp(e)), targets)[e]).item(),
                (1 + std::exp(std::exp(0.5))) / (std::exp(0.5) + std::exp(std::exp(0.5))), 1e-12);
  EXPECT_NEAR(evaluate(build_grad(sqrt(s + square(s)), {s})[s]).item(), 1.5 / (2 * std::sqrt(0.3125)), 1e-12);
  const Tensor scores = g.parameter("scores", Array::of<double>({1, 2}, {1, 2}));
  const Tensor p = softmax(scores);
  const Array ps = evaluate(p);
  const Array by_p = evaluate(build_grad(cross_entropy(p, p), {p})[p]);
  for (const std::size_t i : {0U, 1U})
    EXPECT_NEAR(by_p.as<double>()[i], -std::log(ps.as<double>()[i]) - 1, 1e-12);
}

TEST(StableForms, HoldForSingleNumbers) {
  Graph g;
  for (const Shape& shape : {Shape{}, Shape{1}, Shape{1, 1}, Shape{2, 1}}) {
    const std::vector<std::int64_t> last = {-1};
    const Tensor zero = g.parameter(g.free_name("zero"), full(shape, 0, DType::float64));
    const Tensor large = g.parameter(g.free_name("large"), full(shape, 1000, DType::float64));
    const auto axes = shape.rank() == 0 ? std::vector<std::int64_t>() : last;
    const auto gradient = [](const Tensor& y, const Tensor& v) {
      return evaluate(build_grad(sum(y), {v})[v]);
    };
    EXPECT_TRUE(close_to(gradient(sqrt(sum(square(zero), axes)), zero), full(shape, 0, DType::float64), 0));
    EXPECT_TRUE(close_to(gradient(log(sum(exp(large), axes)), large), full(shape, 1, DType::float64), 0));
    EXPECT_TRUE(close_to(evaluate(log(mean(exp(large), axes, true))), full(shape, 1000, DType::float64), 0));
    const Tensor share = exp(large) / sum(exp(large), axes, true);
    EXPECT_TRUE(close_to(evaluate(share), full(shape, 1, DType::float64), 0));
    EXPECT_TRUE(close_to(gradient(share, large), full(shape, 0, DType::float64), 0));
  }
}

TEST(StableForms, HoldForEightAxes) {
  Graph g;
  const Tensor x = g.parameter("x", full({1, 1, 1, 1, 1, 1, 1, 2}, 1000, DType::float64));
  EXPECT_TRUE(close_to(evaluate(log(exp(x) + exp(2.0 * x))), full(x.shape(), 2000, DType::float64), 1e-14));
  EXPECT_TRUE(close_to(evaluate(build_grad(sum(sqrt(square(x) + square(x))), {x})[x]),
                       full(x.shape(), std::sqrt(2.0), DType::float64), 1e-14));
}

TEST(BinaryCrossEntropyOfSigmoid, LearnsFromLargeWrongScores) {
  for (const float size : {200.0F, 10000.0F}) {
    Graph g;
    const Tensor x = g.parameter("x", Array::of<float>({2}, {-size, size}));
    const Tensor wrong = g.constant(Array::of<float>({2}, {1, 0})), right = 1.0 - wrong;
    const Tensor loss = binary_cross_entropy(sigmoid(x), wrong),
                 none = binary_cross_entropy(sigmoid(x), right);
    EXPECT_EQ(evaluate(loss).item(), size);
    EXPECT_EQ(evaluate(none).item(), 0);
    const Tensor dx = build_grad(loss, {x})[x];
    EXPECT_TRUE(close_to(evaluate(dx), Array::of<double>({2}, {-0.5, 0.5}), 0));
    EXPECT_TRUE(close_to(evaluate(build_grad(none, {x})[x]), full({2}, 0), 0));
    EXPECT_TRUE(close_to(evaluate(build_grad(sum(dx * dx), {x})[x]), full({2}, 0), 0));
    EXPECT_TRUE(close_to(evaluate(build_grad(loss, {wrong})[wrong]),
                         Array::of<double>({2}, {size / 2, -size / 2}), 0));
  }
}

TEST(BinaryCrossEntropyOfSigmoid, HasTheDerivativesOfCentralDifferences) {
  const auto loss = [](const std::vector<Tensor>& in) {
    return binary_cross_entropy(sigmoid(add_bias(matmul(in[0], in[1]), in[2])), in[3]);
  };
  const CheckGradResult result = check_grad(
      loss, {Array::of<double>({2, 3}, {0.5, -1.25, 0.75, 1.5, 0.25, -0.5}),
             Array::of<double>({3, 2}, {1, -0.5, 0.75, 0.25, -1.5, 2}), Array::of<double>({2}, {0.25, -0.75}),
             Array::of<double>({2, 2}, {0.25, 1, 0, 0.75})});
  EXPECT_TRUE(result.passed) << result.message;
}

// The gradient with respect to p is that with the epsilon, also where p is 1 or the target t is made of p.
TEST(BinaryCrossEntropyOfSigmoid, IsDifferentiatedAsWrittenWithRespectToTheSigmoid) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({3}, {0.5, -2, 200}));
  const Tensor p = sigmoid(x), t = g.constant(Array::of<double>({3}, {1, 0.25, 0}));
  const Tensor alone = g.constant(evaluate(p));
  const Array by_p = evaluate(build_grad(binary_cross_entropy(alone, t), {alone})[alone]);
  EXPECT_GT(by_p.as<double>()[2], 1e15);
  const GradTable table = build_grad(binary_cross_entropy(p, t), {p, x});
  EXPECT_TRUE(close_to(evaluate(table[p]), by_p, 1e-14));
  const Array by_x = evaluate(table[x]);
  EXPECT_EQ(by_x.as<double>()[2], 0);  // by way of p, which does not change there
  EXPECT_TRUE(close_to(evaluate(build_grad(binary_cross_entropy(p, t), {p})[p]), by_p, 1e-14));
  const Array of_both = evaluate(build_grad(binary_cross_entropy(alone, alone), {alone})[alone]);
  EXPECT_TRUE(close_to(evaluate(build_grad(binary_cross_entropy(p, p), {p})[p]), of_both, 1e-14));
}

// 1 - e^-x of small x has few digits, or none.
TEST(StableForms, KeepTheDigitsOfTheLogarithmOfOneMinusExp) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<float>({3}, {1e-10F, 0.5F, 1000}));
  const Tensor y = log(1.0 - exp(-x));
  const double half = std::exp(0.5);
  EXPECT_TRUE(
      close_to(evaluate(y), Array::of<double>({3}, {std::log(1e-10), std::log(1 - 1 / half), 0}), 1e-6));
  const Array by_x = cast(evaluate(build_grad(sum(y), {x})[x]), DType::float64);
  EXPECT_NEAR(by_x.as<double>()[0] / 1e10, 1, 1e-6);
  EXPECT_NEAR(by_x.as<double>()[1], 1 / (half - 1), 1e-6);
  EXPECT_EQ(by_x.as<double>()[2], 0);
}

// A constant that the user holds may be a target later.
TEST(StableForms, KeepWhatDependsOnAConstantOfValueOne) {
  Graph g;
  const Tensor c = g.constant(1.0, DType::float64), x = g.parameter("x", full({}, 0.5, DType::float64));
  const Tensor dx = build_grad(log(c + exp(x)), {x})[x];
  const double e = std::exp(0.5);
  EXPECT_NEAR(evaluate(build_grad(dx, {c})[c]).item(), -e / ((1 + e) * (1 + e)), 1e-12);
}

// A search that is quadratic, or that recurs for each logarithm, would not come to its end.
TEST(StableForms, AreFoundInAChainOfLogarithms) {
  Graph g;
  Tensor y = g.parameter("x", full({}, 1, DType::float64));
  const Tensor x = y;
  for (int i = 0; i < 200'000; ++i) y = log(y);  // each is an argument of the next
  EXPECT_EQ(build_grad(y, {x}).size(), 1U);
}

TEST(StableFormsOfTargets, HaveProductsWithJacobians) {
  Graph g;
  const Tensor x = g.parameter("x", Array::of<double>({2}, {-1000, 2}));
  const Tensor v = g.constant(Array::of<double>({2}, {3, 5}));
  const double s = 1 / (1 + std::exp(2));
  EXPECT_TRUE(
      close_to(evaluate(jvp({log(sigmoid(x))}, {x}, {v})[0]), Array::of<double>({2}, {3, 5 * s}), 1e-14));
  EXPECT_TRUE(close_to(evaluate(hvp(sum(log(sigmoid(x))), {x}, {v})[0]),
                       Array::of<double>({2}, {0, -5 * s * (1 - s)}), 1e-14));
}

TEST(Norm, TakesNumbersWhoseSquaresOverflowOrVanish) {
  for (const double unit : {1.0, 1e30, 1e-30}) {
    Graph g;
    const Tensor x =
        g.parameter("x", Array::of<float>({2}, {static_cast<float>(3 * unit), static_cast<float>(4 * unit)}));
    EXPECT_NEAR(evaluate(norm(x)).item() / unit, 5, 1e-6);
    EXPECT_TRUE(close_to(evaluate(build_grad(norm(x), {x})[x]), Array::of<double>({2}, {0.6, 0.8}), 1e-6));
  }
  for (const float unit : {1e-36F, 1e-40F}) {  // the latter is no normal number
    Graph g;
    const Tensor x = g.parameter("x", Array::of<float>({2}, {3 * unit, -4 * unit}));
    EXPECT_TRUE(close_to(evaluate(build_grad(1000 * norm(x), {x})[x]), Array::of<double>({2}, {600, -800}),
                         unit < 1e-38F ? 1e-4 : 1e-6));
  }
  Graph g;
  const Tensor zero = g.parameter("x", full({2}, 0));
  const Tensor d = build_grad(norm(zero), {zero})[zero];
  EXPECT_TRUE(close_to(evaluate(d), full({2}, 0), 0));
  EXPECT_TRUE(close_to(evaluate(build_grad(sum(d), {zero})[zero]), full({2}, 0), 0));
}

}  // namespace
}  // namespace gradtable
