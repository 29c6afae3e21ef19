// Sums of many float32 numbers keep their digits, along whatever axes and in whatever op.
#include <cmath>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "tests/ops/comparisons.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/broadcast.hpp"
#include "gradtable/ops/casting.hpp"
#include "gradtable/ops/convolution.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/indexing.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/normalization.hpp"
#include "gradtable/ops/penalties.hpp"
#include "gradtable/ops/pooling.hpp"
#include "gradtable/ops/reduction.hpp"
#include "gradtable/ops/regression.hpp"
#include "gradtable/ops/shaping.hpp"
#include "gradtable/ops/slicing.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

constexpr std::int64_t kMany = 300'000;

// What is computed of numbers of a shape, all near 0.1.
struct ManyNumbers {
  std::string name;
  Shape shape;
  Tensor (*f)(const Tensor& x);
  double tolerance = 1e-6;

  friend void PrintTo(const ManyNumbers& many, std::ostream* out) { *out << many.name; }
};

Tensor zeros_of(const Tensor& x, const Shape& shape) {
  return x.graph().parameter(x.graph().free_name("zeros"), zeros(shape, x.dtype()));
}

// The gradient of sum(y z) with respect to z, which y is a function of; z is zeros of `shape`.
template <class F>
Tensor gradient_at_zeros(const Tensor& weights, const Shape& shape, const F& f) {
  const Tensor z = zeros_of(weights, shape);
  return build_grad(sum(f(z) * weights), {z})[z];
}

Tensor first_class(const Tensor& x) {
  return x.graph().constant(Array(DType::int32, {x.shape()[0]}));
}

BatchNormResult normalized(const Tensor& x) {
  const Tensor channels = zeros_of(x, {x.shape()[1]});
  return batch_norm(x, channels, channels, channels, channels);
}

const std::vector<ManyNumbers> kCases = {
    {"sum", {kMany}, [](const Tensor& x) { return sum(x); }},
    {"sum_of_four_axes", {5, 68, 64, 64}, [](const Tensor& x) { return sum(x); }},
    {"mean", {kMany}, [](const Tensor& x) { return mean(x); }},
    {"sum_of_rows", {3, kMany}, [](const Tensor& x) { return sum(x, {1}); }},
    {"sum_of_columns", {kMany, 3}, [](const Tensor& x) { return sum(x, {0}); }},
    {"sum_of_many_columns", {8000, 2100}, [](const Tensor& x) { return sum(x, {0}); }},
    {"sum_of_one_column", {kMany, 1}, [](const Tensor& x) { return sum(x, {0}); }},
    {"sum_of_a_middle_axis", {2, kMany, 5}, [](const Tensor& x) { return sum(x, {1}); }},
    {"sum_around_a_middle_axis",
     {kMany, 3, 2},
     [](const Tensor& x) {
       return sum(x, {0, 2});
     }},
    {"sum_of_axes_apart",
     {60'000, 2, 5, 3},
     [](const Tensor& x) {
       return sum(x, {0, 2});
     }},
    {"sum_of_channels",
     {500, 3, 28, 28},
     [](const Tensor& x) {
       return sum(x, {0, 2, 3});
     }},
    {"mean_of_columns", {kMany, 3}, [](const Tensor& x) { return mean(x, {0}); }},
    {"var", {kMany}, [](const Tensor& x) { return var(x); }},
    {"var_of_rows", {3, kMany}, [](const Tensor& x) { return var(x, {1}, false, 1); }},
    {"var_of_columns", {kMany, 3}, [](const Tensor& x) { return var(x, {0}); }},
    {"sum_to_a_row", {kMany, 3}, [](const Tensor& x) { return sum_to(x, {3}); }},
    {"sum_to_a_column",
     {3, kMany},
     [](const Tensor& x) {
       return sum_to(x, {3, 1});
     }},
    {"logsumexp_of_rows", {2, kMany}, [](const Tensor& x) { return logsumexp(x, {1}); }},
    {"logsumexp_of_columns", {kMany, 3}, [](const Tensor& x) { return logsumexp(x, {0}); }},
    {"softmax_of_rows", {2, kMany}, [](const Tensor& x) { return softmax(x); }},
    {"softmax_of_columns", {kMany, 3}, [](const Tensor& x) { return softmax(x, 0); }},
    {"softmax_cross_entropy",
     {kMany, 2},
     [](const Tensor& x) { return softmax_cross_entropy(x, first_class(x)); }},
    {"softmax_cross_entropy_of_weights",
     {kMany, 2},
     [](const Tensor& x) { return softmax_cross_entropy(x, x); }},
    {"cross_entropy", {kMany, 2}, [](const Tensor& x) { return cross_entropy(x, first_class(x)); }},
    {"cross_entropy_of_weights", {kMany, 2}, [](const Tensor& x) { return cross_entropy(x, x); }},
    {"cross_entropy_of_many_classes", {1, kMany}, [](const Tensor& x) { return cross_entropy(x, x); }},
    {"nll", {kMany, 2}, [](const Tensor& x) { return nll(x, first_class(x)); }},
    {"mean_squared_error",
     {kMany, 2},
     [](const Tensor& x) { return mean_squared_error(x, zeros_of(x, x.shape())); }},
    {"half_squared_error",
     {kMany, 2},
     [](const Tensor& x) { return half_squared_error(x, zeros_of(x, x.shape())); }},
    {"l1_penalty", {kMany, 2}, [](const Tensor& x) { return l1_penalty(x); }},
    {"l2_penalty", {kMany, 2}, [](const Tensor& x) { return l2_penalty(x); }},
    {"batch_mean", {500, 3, 28, 28}, [](const Tensor& x) { return normalized(x).mean; }},
    {"batch_variance", {500, 3, 28, 28}, [](const Tensor& x) { return normalized(x).variance; }},
    {"layer_mean",
     {2, kMany},
     [](const Tensor& x) { return layer_norm(x, zeros_of(x, {kMany}), zeros_of(x, {kMany})).mean; }},
    {"layer_deviation",
     {2, kMany},
     [](const Tensor& x) {
       return layer_norm(x, zeros_of(x, {kMany}), zeros_of(x, {kMany})).inverse_deviation;
     }},
    {"gradient_of_a_bias",
     {kMany, 3},
     [](const Tensor& x) {
       return gradient_at_zeros(x, {3}, [&](const Tensor& b) { return add_bias(zeros_of(x, x.shape()), b); });
     }},
    {"gradient_of_a_scalar",
     {kMany, 3},
     [](const Tensor& x) { return gradient_at_zeros(x, {}, [&](const Tensor& b) { return b + x; }); }},
    {"gradient_of_a_column",
     {3, kMany},
     [](const Tensor& x) {
       return gradient_at_zeros(x, {3, 1}, [&](const Tensor& b) { return b + x; });
     }},
    {"gradient_of_a_filter_bias",
     {500, 2, 28, 28},
     [](const Tensor& x) {
       return gradient_at_zeros(x, {2}, [&](const Tensor& b) {
         return conv2d(zeros_of(x, {500, 1, 28, 28}), zeros_of(x, {2, 1, 1, 1}), b);
       });
     }},
    {"gradient_of_a_gathered_row",
     {kMany, 3},
     [](const Tensor& x) {
       const Tensor rows = x.graph().constant(Array(DType::int32, {kMany}));
       return slice(gradient_at_zeros(x, {2, 3}, [&](const Tensor& z) { return gather(z, rows); }),
                    {{.axis = 0, .stop = 1}});
     }},
    {"scatter_add_along_the_last_axis",
     {2, kMany},
     [](const Tensor& x) { return scatter_add(x, x.graph().constant(Array(DType::int32, {kMany})), 1, 1); }},
    {"mean_of_a_window",
     {1, 2, 600, 700},
     [](const Tensor& x) {
       return avg_pool2d(x, {600, 700});
     }},
    {"gradient_of_the_mean_of_windows",
     {1, 1, 6'000},
     [](const Tensor& x) {
       const Tensor g = gradient_at_zeros(
           x, {1, 1, 8'999}, [](const Tensor& z) { return avg_pool1d(z, 3'000, {.stride = 1}); });
       return slice(g, {{.axis = 2, .start = 3'000, .stop = 5'000}});
     }},
    {"gradient_of_the_maximum_of_windows",
     {1, 1, 5'000},
     [](const Tensor& x) {
       Array image = zeros({1, 1, 9'999}, x.dtype());
       dispatch_floating(x.dtype(), [&]<class T>() { image.as<T>()[4'999] = 1; });
       const Tensor z = x.graph().parameter(x.graph().free_name("image"), image);
       const Tensor g = build_grad(sum(max_pool1d(z, 5'000, {.stride = 1}) * x), {z})[z];
       return slice(g, {{.axis = 2, .start = 4'999, .stop = 5'000}});
     }},
    {"gradient_of_filters",
     {500, 2, 28, 28},
     [](const Tensor& x) {
       const Tensor ones = full_like(zeros_of(x, {500, 3, 32, 32}), 1);
       return gradient_at_zeros(x, {2, 3, 5, 5}, [&](const Tensor& w) { return conv2d(ones, w); });
     }},
    {"gradient_of_filters_of_large_images",
     {2, 1, 600, 500},
     [](const Tensor& x) {
       const Tensor ones = full_like(zeros_of(x, {2, 1, 600, 500}), 1);
       return gradient_at_zeros(x, {1, 1, 1, 1}, [&](const Tensor& w) { return conv2d(ones, w); });
     }},
    {"gradient_of_filters_of_small_images",
     {30'000, 2, 2, 2},
     [](const Tensor& x) {
       const Tensor ones = full_like(zeros_of(x, {30'000, 2, 4, 4}), 1);
       return gradient_at_zeros(x, {2, 1, 3, 3},
                                [&](const Tensor& w) { return conv2d(ones, w, {.groups = 2}); });
     }},
    {"dot", {kMany}, [](const Tensor& x) { return dot(x, full_like(x, 1)); }},
    // BLAS adds up some hundred numbers in a register.
    {"product_of_a_row_and_a_matrix",
     {kMany, 3},
     [](const Tensor& x) {
       return matmul(full_like(zeros_of(x, {1, kMany}), 1), x);
     },
     6e-6},
    {"product_of_deep_matrices",
     {4'000'000, 2},
     [](const Tensor& x) {
       return matmul(x, full_like(zeros_of(x, {4'000'000, 2}), 1), Transpose::yes);
     },
     1.5e-5},
};

class Many : public ::testing::TestWithParam<ManyNumbers> {};

INSTANTIATE_TEST_SUITE_P(Float32, Many, ::testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

// Constant numbers are rounded in one direction for long; others are there for variances.
Array numbers_near_a_tenth(const Shape& shape) {
  Array x = full(shape, 0.1);
  const auto numbers = x.as<float>();
  for (std::size_t i = 0; i < numbers.size(); i += 5) numbers[i] = 0.1307F;
  return x;
}

TEST_P(Many, NumbersOfFloat32KeepTheirDigits) {
  const ManyNumbers& many = GetParam();
  Graph g;
  const Array x = numbers_near_a_tenth(many.shape);
  const Array found = evaluate(many.f(g.parameter("x", x)));
  const Array right = evaluate(many.f(g.parameter("exact x", cast(x, DType::float64))));
  const Array numbers = cast(found, DType::float64);
  ASSERT_EQ(found.shape(), right.shape());
  for (std::size_t i = 0; i < numbers.as<double>().size(); ++i) {
    const double expected = right.as<double>()[i];
    ASSERT_NEAR(numbers.as<double>()[i], expected, many.tolerance * std::abs(expected)) << "at " << i;
  }
}

TEST(ManyNumbers, HaveTheMeanThatEachOfThemIs) {
  Graph g;
  const Tensor x = g.parameter("x", full({47'040'000}, 0.1307)), y = g.parameter("y", full({1'000'000}, 0.1));
  EXPECT_NEAR(evaluate(mean(x)).item(), 0.1307, 1e-6 * 0.1307);
  EXPECT_NEAR(evaluate(mean(y)).item(), 0.1, 1e-6 * 0.1);
}

TEST(ManyNumbers, HaveTheSameSumsForAnyNumberOfThreads) {
  for (const auto& many : kCases) {
    Graph g;
    const Tensor y = many.f(g.parameter("x", numbers_near_a_tenth(many.shape)));
    std::vector<Array> values;
    for (const int threads : {1, 2, 4}) {
      Program program =
          compile(g, {.outputs = {y}, .threads = threads, .min_threads = threads, .deterministic = true});
      program.run();
      values.push_back(Array(program.value(y)));
      EXPECT_TRUE(testing::same_bits(values.front(), values.back())) << many.name << ", " << threads;
    }
  }
}

// Where one thread has three columns, another one has one of them.
TEST(ManyNumbers, HaveTheSameLogSumExpBesideOthersAndAlone) {
  Graph g;
  const Tensor y = logsumexp(g.parameter("x", numbers_near_a_tenth({20'000, 3})), {0});
  Program alone = compile(g, {.outputs = {y}, .threads = 3, .min_threads = 3});
  alone.run();
  EXPECT_TRUE(testing::same_bits(evaluate(y), alone.value(y)));
}

}  // namespace
}  // namespace gradtable
