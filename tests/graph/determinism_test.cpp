// The same bits: run by run, and, where asked for, for every number of threads.
#include <algorithm>
#include <cstdint>
#include <ostream>
#include <vector>

#include "tests/graph/random_graph.hpp"
#include "tests/graph/values.hpp"
#include <gtest/gtest.h>

#include "gradtable/graph/build_grad.hpp"
#include "gradtable/graph/program.hpp"
#include "gradtable/ops/arithmetic.hpp"
#include "gradtable/ops/elementwise.hpp"
#include "gradtable/ops/losses.hpp"
#include "gradtable/ops/matmul.hpp"
#include "gradtable/ops/softmax.hpp"

namespace gradtable {
namespace {

using testing::RandomGraph;
using testing::same_bits;

struct Network {
  std::int64_t inputs, hidden, batch;
  DType dtype;
  bool partial;  // whether the first product is cut into slices of its sums

  friend void PrintTo(const Network& n, std::ostream* out) {
    *out << n.inputs << "-" << n.hidden << "-10 of " << to_string(n.dtype) << ", batch " << n.batch;
  }
};

Array random_array(Random& random, const Shape& shape, DType dtype) {
  Array values(DType::float64, shape);
  for (double& value : values.as<double>()) value = random.uniform(-0.5, 0.5);
  return cast(values, dtype);
}

// A two-layer network and its training by gradient descent.
class Training {
 public:
  explicit Training(const Network& network) : network_(network) {
    const GradTable table = build_grad(loss, {w1, b1, w2, b2});
    for (const Tensor& p : {w1, b1, w2, b2}) options.updates.push_back({p, p - scale(table[p], 0.5)});
    options.outputs = {loss};
  }

  // The loss of each of 20 steps, then all parameters.
  std::vector<Array> run(int threads, bool deterministic) {
    options.min_threads = options.threads = threads;
    options.deterministic = deterministic;
    Program program = compile(graph, options);
    EXPECT_EQ(program.plan().threads, threads);
    const auto is_partial = [](const Rewrite& rewrite) { return rewrite.pass == "partial_products"; };
    if (deterministic) {
      EXPECT_EQ(std::ranges::any_of(program.rewrites(), is_partial), network_.partial);
    }
    std::vector<Array> results;
    for (int step = 0; step < 20; ++step) {
      Random random(static_cast<std::uint64_t>(step));
      const Array batch = random_array(random, x.shape(), network_.dtype);
      Array classes(DType::int32, labels.shape());
      for (std::int32_t& label : classes.as<std::int32_t>())
        label = static_cast<std::int32_t>(random.below(10));
      program.run({{x, batch}, {labels, classes}});
      results.emplace_back(program.value(loss));
    }
    for (const Tensor& p : {w1, b1, w2, b2}) results.emplace_back(graph.value(p));
    return results;
  }

 private:
  Tensor parameter(const char* name, const Shape& shape) {
    return graph.parameter(name, random_array(random_, shape, network_.dtype));
  }

  const Network network_;
  Random random_{7};
  Graph graph;
  const Tensor x = graph.input("x", {network_.batch, network_.inputs}, network_.dtype);
  const Tensor labels = graph.input("labels", {network_.batch}, DType::int32);
  const Tensor w1 = parameter("w1", {network_.inputs, network_.hidden});
  const Tensor b1 = parameter("b1", {network_.hidden});
  const Tensor w2 = parameter("w2", {network_.hidden, 10});
  const Tensor b2 = parameter("b2", {10});
  const Tensor loss =
      softmax_cross_entropy(add_bias(matmul(tanh(add_bias(matmul(x, w1), b1)), w2), b2), labels);
  CompileOptions options;
};

void expect_same_bits(const std::vector<Array>& a, const std::vector<Array>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_TRUE(same_bits(a[i], b[i])) << "result " << i;
}

class Determinism : public ::testing::TestWithParam<Network> {};

TEST_P(Determinism, GivesTheSameBitsForEveryNumberOfThreads) {
  const std::vector<Array> one = Training(GetParam()).run(1, true);
  ASSERT_FALSE(same_bits(one.front(), one[19]));  // it learns
  for (const int threads : {2, 3, 4, 5}) {
    SCOPED_TRACE(threads);
    expect_same_bits(Training(GetParam()).run(threads, true), one);
  }
}

TEST_P(Determinism, GivesTheSameBitsAgainWithTheSameThreads) {
  for (const int threads : {1, 2, 3}) {
    SCOPED_TRACE(threads);
    expect_same_bits(Training(GetParam()).run(threads, false), Training(GetParam()).run(threads, false));
  }
}

INSTANTIATE_TEST_SUITE_P(OfTraining, Determinism,
                         ::testing::Values(Network{784, 32, 8, DType::float32, true},
                                           Network{784, 32, 64, DType::float32, true},
                                           Network{784, 33, 17, DType::float64, true},
                                           Network{784, 20, 100, DType::float32, false},
                                           Network{50, 129, 37, DType::float32, false},
                                           Network{20, 7, 3, DType::float64, false}));

TEST(Deterministic, ProgramsOfRandomGraphsGiveTheSameBitsForEveryNumberOfThreads) {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    std::vector<Array> expected;
    for (const int threads : {1, 2, 3, 4}) {
      RandomGraph made(seed, seed % 2 == 0 ? 19 : 3, 23);
      CompileOptions options = made.options();
      options.min_threads = threads;
      options.deterministic = true;
      Program program = compile(made.graph, options);
      for (int i = 0; i < 3; ++i) program.run();
      std::vector<Array> results;
      for (const Tensor& output : options.outputs) results.emplace_back(program.value(output));
      for (const Tensor& p : made.parameters) results.emplace_back(made.graph.value(p));
      if (threads == 1) expected = results;
      SCOPED_TRACE(threads);
      expect_same_bits(results, expected);
      ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace gradtable
